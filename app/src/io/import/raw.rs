//! What a file says about each pixel, before anybody knows what it means.

use std::fmt;
use std::io::{BufRead, Cursor, Read as _, Seek};
use std::path::Path;

use anyhow::{Context as _, ensure};
use image::RgbImage;

use crate::io::pictures::{self, MAX_DECODED_BYTES, check_size};

/// No honest label map is longer.
const MAX_FILE_BYTES: u64 = 256 << 20;

/// The pixels of a file. A palette PNG has ids (its indices) and colours; gray has ids; colours that are all gray have both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raw {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// One id a pixel, rows from the top.
    pub ids: Option<Vec<u32>>,
    /// One colour a pixel.
    pub colours: Option<Vec<[u8; 3]>>,
    /// The id that is white in a picture of gray ids without colours.
    pub white: u32,
}

/// Something that a pixel of a label map can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Value {
    /// A number.
    Id(u32),
    /// A colour.
    Colour([u8; 3]),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "{id}"),
            Self::Colour([r, g, b]) => write!(f, "#{r:02x}{g:02x}{b:02x}"),
        }
    }
}

impl Raw {
    /// Reads a picture file.
    ///
    /// # Errors
    /// When it is missing, broken or too large.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let read = || {
            let file = std::fs::File::open(path)?;
            let mut bytes = Vec::new();
            file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
            ensure!(bytes.len() as u64 <= MAX_FILE_BYTES, "it is longer than {} MiB", MAX_FILE_BYTES >> 20);
            Self::from_bytes(&bytes)
        };
        read().with_context(|| format!("cannot read the picture {}", path.display()))
    }

    /// Reads the bytes of a picture file.
    ///
    /// # Errors
    /// When it is broken or too large.
    pub fn from_bytes(bytes: &[u8]) -> anyhow::Result<Self> {
        if bytes.starts_with(b"\x89PNG") {
            return Self::from_png(Cursor::new(bytes));
        }
        Ok(Self::from_rgb(&pictures::rgb_from(Cursor::new(bytes))?))
    }

    /// The pixels of a picture; ids as well when it is gray throughout.
    pub fn from_rgb(picture: &RgbImage) -> Self {
        let colours: Vec<[u8; 3]> = picture.pixels().map(|pixel| pixel.0).collect();
        let gray = colours.iter().all(|[r, g, b]| r == g && g == b);
        let ids = gray.then(|| colours.iter().map(|colour| u32::from(colour[0])).collect());
        Self { width: picture.width() as usize, height: picture.height() as usize, ids, colours: Some(colours), white: 255 }
    }

    /// What each pixel holds: its colour where it has one, its id otherwise.
    pub(super) fn values(&self) -> Box<dyn Iterator<Item = Value> + '_> {
        match (&self.colours, &self.ids) {
            (Some(colours), _) => Box::new(colours.iter().map(|colour| Value::Colour(*colour))),
            (None, ids) => Box::new(ids.iter().flatten().map(|id| Value::Id(*id))),
        }
    }

    /// The picture in colours; ids without any are levels of gray.
    pub fn to_rgb(&self) -> RgbImage {
        let rgb = match (&self.colours, &self.ids) {
            (Some(colours), _) => colours.as_flattened().to_vec(),
            (None, Some(ids)) => ids.iter().flat_map(|id| [(*id * 255 / self.white.max(1)) as u8; 3]).collect(),
            (None, None) => Vec::new(),
        };
        RgbImage::from_raw(self.width as u32, self.height as u32, rgb).unwrap_or_default()
    }

    fn from_png(mut source: impl BufRead + Seek) -> anyhow::Result<Self> {
        let (colour_type, white, palette) = png_header(&mut source)?;
        source.rewind()?;
        match colour_type {
            png::ColorType::Grayscale => {
                let map = pictures::ids_from(source)?;
                Ok(Self { width: map.width, height: map.height, ids: Some(map.ids), colours: None, white })
            }
            png::ColorType::Indexed => {
                let map = pictures::ids_from(source)?;
                // Indices beyond the palette have no colour; then only the indices can mean something.
                let colours = map.ids.iter().map(|id| palette.get(*id as usize).copied()).collect();
                Ok(Self { width: map.width, height: map.height, ids: Some(map.ids), colours, white })
            }
            _ => Ok(Self::from_rgb(&pictures::rgb_from(source)?)),
        }
    }
}

/// What a PNG's pixels are, the largest value of one, and its palette.
fn png_header(source: impl BufRead + Seek) -> anyhow::Result<(png::ColorType, u32, Vec<[u8; 3]>)> {
    let mut decoder = png::Decoder::new_with_limits(source, png::Limits { bytes: MAX_DECODED_BYTES as usize });
    decoder.set_transformations(png::Transformations::IDENTITY);
    let broken = "it is not a PNG file, or a broken one";
    let info = decoder.read_header_info().context(broken)?;
    check_size(info.width, info.height)?;
    let (colour_type, white) = (info.color_type, (1 << info.bit_depth as u32) - 1);
    if colour_type != png::ColorType::Indexed {
        return Ok((colour_type, white, Vec::new()));
    }
    let reader = decoder.read_info().context(broken)?;
    let palette = reader.info().palette.as_ref().map_or_else(Vec::new, |palette| palette.as_chunks().0.to_vec());
    Ok((colour_type, white, palette))
}
