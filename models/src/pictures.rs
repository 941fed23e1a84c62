//! Pictures and maps of ids in files, read within limits.
//!
//! The size in a header is checked before any pixel is decoded, so a small file cannot ask for all memory.

use std::fs::File;
use std::io::{BufRead, BufReader, Seek};
use std::path::{Path, PathBuf};

use image::{DynamicImage, ImageReader, RgbImage};

use crate::input::MAX_PIXELS;

/// Most memory that decoding one picture may take.
pub const MAX_DECODED_BYTES: u64 = 512 << 20;

/// Endings of the files that are read as pictures.
pub const EXTENSIONS: [&str; 5] = ["png", "jpg", "jpeg", "webp", "gif"];

/// Why a picture cannot be used; the message names the file.
#[derive(Debug, thiserror::Error)]
#[error("{}: {reason}", path.display())]
pub struct PictureError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub reason: String,
}

impl PictureError {
    /// An error about `path`.
    pub fn new(path: &Path, reason: impl Into<String>) -> Self {
        Self { path: path.to_owned(), reason: reason.into() }
    }
}

/// Ids of a label or instance map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdMap {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// One id a pixel, rows from the top.
    pub ids: Vec<u32>,
}

/// Whether a file's ending says that it is a picture.
pub fn is_picture(path: &Path) -> bool {
    path.extension().is_some_and(|ending| EXTENSIONS.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

/// Width and height from a picture's header.
///
/// # Errors
/// When the file is missing, no picture, or too large.
pub fn dimensions(path: &Path) -> Result<(usize, usize), PictureError> {
    let mut source = opened(path)?;
    checked_dimensions(&mut source).map_err(|reason| PictureError::new(path, reason))
}

/// Reads a picture as colours: transparency over white, gray as equal channels.
///
/// # Errors
/// When the file is missing, broken or too large.
pub fn read_rgb(path: &Path) -> Result<RgbImage, PictureError> {
    rgb_from(opened(path)?).map_err(|reason| PictureError::new(path, reason))
}

/// Reads a label or instance map: an 8 or 16-bit gray or palette PNG whose values are ids.
///
/// # Errors
/// When the file is missing, broken, too large or has colours.
pub fn read_ids(path: &Path) -> Result<IdMap, PictureError> {
    ids_from(opened(path)?).map_err(|reason| PictureError::new(path, reason))
}

fn opened(path: &Path) -> Result<BufReader<File>, PictureError> {
    File::open(path).map(BufReader::new).map_err(|error| PictureError::new(path, format!("cannot open it: {error}")))
}

fn checked_dimensions(source: &mut (impl BufRead + Seek)) -> Result<(usize, usize), String> {
    let mut reader = ImageReader::new(source).with_guessed_format().map_err(|error| error.to_string())?;
    // Nothing is decoded here; with limits a huge picture would be called broken.
    reader.no_limits();
    let (width, height) = reader.into_dimensions().map_err(|_| "it is no picture that Daub can read, or a broken one")?;
    check_size(width, height)?;
    Ok((width as usize, height as usize))
}

/// Whether a picture of this size is read.
///
/// # Errors
/// When it has no pixels or too many, in words.
pub fn check_size(width: u32, height: u32) -> Result<(), String> {
    let pixels = u64::from(width) * u64::from(height);
    if (1..=MAX_PIXELS as u64).contains(&pixels) {
        return Ok(());
    }
    Err(format!("{width}x{height} pixels are none or too many (at most {} million)", MAX_PIXELS >> 20))
}

/// Decodes a picture as colours.
///
/// # Errors
/// When it is broken or too large, in words.
pub fn rgb_from(source: impl BufRead + Seek) -> Result<RgbImage, String> {
    Ok(over_white(decoded(source)?))
}

/// Decodes a picture as it is.
///
/// # Errors
/// As [`rgb_from`].
pub fn decoded(mut source: impl BufRead + Seek) -> Result<DynamicImage, String> {
    checked_dimensions(&mut source)?;
    source.rewind().map_err(|error| error.to_string())?;
    let mut reader = ImageReader::new(source).with_guessed_format().map_err(|error| error.to_string())?;
    reader.limits(limits());
    reader.decode().map_err(|error| format!("it cannot be decoded: {error}"))
}

/// Memory that a decoder may take.
pub fn limits() -> image::Limits {
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(MAX_DECODED_BYTES);
    limits
}

/// The colours of a picture; what is transparent lets white through.
pub fn over_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let rgba = picture.into_rgba8();
    let blend = |value: u8, alpha: u8| {
        let alpha = u32::from(alpha);
        ((u32::from(value) * alpha + 255 * (255 - alpha) + 127) / 255) as u8
    };
    RgbImage::from_fn(rgba.width(), rgba.height(), |x, y| {
        let [r, g, b, a] = rgba.get_pixel(x, y).0;
        image::Rgb([r, g, b].map(|value| blend(value, a)))
    })
}

/// Raw values of a PNG, palette indices included; the `image` crate would turn them into colours.
///
/// # Errors
/// When it is broken, too large or has colours, in words.
pub fn ids_from(source: impl BufRead + Seek) -> Result<IdMap, String> {
    let mut decoder = png::Decoder::new_with_limits(source, png::Limits { bytes: MAX_DECODED_BYTES as usize });
    decoder.set_transformations(png::Transformations::IDENTITY);
    let broken = |_| "a map of ids must be a PNG file, and this is none or a broken one".to_owned();
    let info = decoder.read_header_info().map_err(broken)?;
    let (width, height, colours) = (info.width, info.height, info.color_type);
    check_size(width, height)?;
    if !matches!(colours, png::ColorType::Grayscale | png::ColorType::Indexed) {
        return Err(format!("it has {} channels; ids need one channel or a palette", colours.samples()));
    }
    let mut reader = decoder.read_info().map_err(broken)?;
    let mut bytes = vec![0; reader.output_buffer_size().ok_or("it is too large")?];
    let frame = reader.next_frame(&mut bytes).map_err(|_| "it is broken or cut short")?;
    let bits = frame.bit_depth as usize;
    let samples = |row: &[u8]| -> Vec<u32> {
        match bits {
            16 => row.as_chunks().0.iter().map(|pair| u32::from(u16::from_be_bytes(*pair))).collect(),
            _ => (0..width as usize).map(|x| packed_sample(row, x, bits)).collect(),
        }
    };
    let ids = bytes.chunks_exact(frame.line_size).take(height as usize).flat_map(samples).collect();
    Ok(IdMap { width: width as usize, height: height as usize, ids })
}

/// Sample `x` of a row with 1, 2, 4 or 8 bits a sample, the first in the highest bits.
fn packed_sample(row: &[u8], x: usize, bits: usize) -> u32 {
    let byte = row[x * bits / 8];
    let shift = 8 - bits - x * bits % 8;
    u32::from(byte >> shift) & ((1 << bits) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_samples_come_from_the_high_bits() {
        assert_eq!((0..8).map(|x| packed_sample(&[0b1010_0001], x, 1)).collect::<Vec<_>>(), [1, 0, 1, 0, 0, 0, 0, 1]);
        assert_eq!((0..4).map(|x| packed_sample(&[0b11_01_00_10], x, 2)).collect::<Vec<_>>(), [3, 1, 0, 2]);
        assert_eq!((0..2).map(|x| packed_sample(&[0xa7], x, 4)).collect::<Vec<_>>(), [10, 7]);
    }

    #[test]
    fn transparency_is_white() {
        let picture = image::RgbaImage::from_pixel(1, 1, image::Rgba([0, 100, 200, 0]));
        assert_eq!(over_white(DynamicImage::from(picture)).get_pixel(0, 0).0, [255; 3]);
    }

    #[test]
    fn a_broken_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cut.png");
        std::fs::write(&path, b"\x89PNG\r\n\x1a\n").unwrap();
        assert!(read_rgb(&path).unwrap_err().to_string().contains("cut.png"));
        assert!(read_ids(&path).unwrap_err().to_string().contains("cut.png"));
        assert!(dimensions(&folder.path().join("none.png")).unwrap_err().to_string().contains("none.png"));
    }
}
