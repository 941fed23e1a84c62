//! Entries of the zip: written once, read within limits.

use std::io::{Cursor, Read as _, Write as _};
use std::path::Path;

use anyhow::{Context as _, ensure};
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

use crate::document::{Canvas, Kind, Mask, Picture, Rect};
use crate::generate::rgb_of;
use crate::io::pictures;

/// Most bytes of one entry.
pub(crate) const MAX_ENTRY_BYTES: u64 = 256 << 20;

/// Most pixels of all masks together.
const MAX_MASK_PIXELS: usize = 1 << 28;

/// A zip that is being written.
pub(super) struct Writer(ZipWriter<Cursor<Vec<u8>>>);

impl Default for Writer {
    fn default() -> Self {
        Self(ZipWriter::new(Cursor::new(Vec::new())))
    }
}

impl Writer {
    pub(super) fn add(&mut self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        // PNG is compressed already.
        let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        self.0.start_file(name, stored)?;
        Ok(self.0.write_all(bytes)?)
    }

    pub(super) fn add_canvas(&mut self, name: &str, canvas: &Canvas) -> anyhow::Result<()> {
        let (width, height) = (canvas.width(), canvas.height());
        let bytes = if canvas.kind().is_labels() {
            let ids: Vec<u8> = canvas.pixels().iter().map(|ink| *ink as u8).collect();
            pictures::encode_labels(width, height, &ids, &[])?
        } else {
            pictures::encode_rgb(Path::new(name), width, height, &rgb_of(canvas.pixels()))?
        };
        self.add(name, &bytes)
    }

    pub(super) fn add_picture(&mut self, name: &str, picture: &Picture) -> anyhow::Result<()> {
        self.add(name, &pictures::encode_rgb(Path::new(name), picture.width, picture.height, &picture.rgb)?)
    }

    /// A mask that covers something, cut to its rectangle.
    pub(super) fn add_mask(&mut self, name: &str, mask: &Mask) -> anyhow::Result<()> {
        self.add(name, &pictures::encode_grey(mask.rect().width(), mask.rect().height(), mask.coverage())?)
    }

    pub(super) fn finish(self) -> anyhow::Result<Vec<u8>> {
        Ok(self.0.finish()?.into_inner())
    }
}

/// A zip that is being read.
pub(super) struct Reader<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    /// Mask pixels that may still be read.
    mask_pixels: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> anyhow::Result<Self> {
        let zip = ZipArchive::new(Cursor::new(bytes)).context("it is not a Daub project")?;
        Ok(Self { zip, mask_pixels: MAX_MASK_PIXELS })
    }

    /// Whether there is an entry of this name.
    pub(super) fn find(&self, name: &str) -> bool {
        self.zip.index_for_name(name).is_some()
    }

    /// Names of all entries.
    pub(super) fn names(&self) -> Vec<String> {
        self.zip.file_names().flatten().map(std::borrow::Cow::into_owned).collect()
    }

    pub(super) fn bytes(&mut self, name: &str) -> anyhow::Result<Vec<u8>> {
        let file = self.zip.by_name(name).with_context(|| format!("it has no {name}"))?;
        let mut content = Vec::new();
        // The size that the archive claims may lie; what is read is bounded.
        file.take(MAX_ENTRY_BYTES).read_to_end(&mut content).with_context(|| format!("{name} is broken"))?;
        Ok(content)
    }

    /// A canvas of a kind, and of a size if that is known already.
    pub(super) fn canvas(&mut self, name: &str, kind: &Kind, bounds: Option<Rect>) -> anyhow::Result<Canvas> {
        let bytes = self.bytes(name)?;
        let decoded = if kind.is_labels() {
            pictures::ids_from(Cursor::new(bytes)).and_then(|map| pictures::labels_canvas(kind.clone(), map))
        } else {
            pictures::rgb_from(Cursor::new(bytes)).and_then(|picture| pictures::rgb_canvas(kind.clone(), &picture))
        };
        let canvas = decoded.with_context(|| format!("{name} is broken"))?;
        ensure!(bounds.is_none_or(|bounds| bounds == canvas.bounds()), "{name} has another size than the paint");
        Ok(canvas)
    }

    pub(super) fn picture(&mut self, name: &str) -> anyhow::Result<Picture> {
        let bytes = self.bytes(name)?;
        let picture = pictures::rgb_from(Cursor::new(bytes)).with_context(|| format!("{name} is broken"))?;
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        Picture::new(width, height, picture.into_raw()).with_context(|| format!("{name} is empty"))
    }

    /// A mask whose upper left pixel is `at`; it must lie within the drawing.
    pub(super) fn mask(&mut self, name: &str, at: [usize; 2], bounds: Rect) -> anyhow::Result<Mask> {
        let bytes = self.bytes(name)?;
        let broken = || format!("{name} is broken");
        let (width, height) = pictures::png_size(&bytes).with_context(broken)?;
        let rect = Rect { left: at[0], top: at[1], right: at[0].saturating_add(width), bottom: at[1].saturating_add(height) };
        ensure!(rect.intersection(bounds) == rect, "{name} lies outside the drawing");
        self.mask_pixels = self.mask_pixels.checked_sub(width * height).context("its objects are too many and too large")?;
        let map = pictures::ids_from(Cursor::new(bytes)).with_context(broken)?;
        ensure!(map.ids.iter().all(|id| *id < 256), "{name} has more than 256 shades");
        Mask::new(rect, map.ids.iter().map(|id| *id as u8).collect()).with_context(broken)
    }
}
