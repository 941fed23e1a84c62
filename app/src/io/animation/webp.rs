//! The container of an animated WebP: a `RIFF` file with `VP8X`, `ANIM` and one `ANMF` chunk a frame.
//!
//! The encoder of single pictures is a library's; it knows no animation, so its chunk is put into ours.
//! Layout after the WebP Container Specification (<https://developers.google.com/speed/webp/docs/riff_container>).

use anyhow::ensure;
use image_webp::{ColorType, WebPEncoder};

use super::Part;

/// The bit of `VP8X` that says that there are frames.
const HAS_ANIMATION: u8 = 1 << 1;

/// The bit of `ANMF` that has a frame replace what lies beneath instead of being blended with it.
const REPLACE: u8 = 1 << 1;

/// A frame's time has 24 bits.
const MOST_MS: u32 = (1 << 24) - 1;

/// Bytes of a file with one picture before its own chunk: `RIFF`, size, `WEBP`.
const FILE_HEADER: usize = 12;

pub(super) struct WebP {
    width: u32,
    height: u32,
    /// The `ANMF` chunks so far.
    frames: Vec<u8>,
}

impl WebP {
    pub(super) fn new(width: u32, height: u32) -> Self {
        Self { width, height, frames: Vec::new() }
    }

    pub(super) fn push(&mut self, part: &Part) -> anyhow::Result<()> {
        let (width, height) = part.picture.dimensions();
        let mut single = Vec::new();
        WebPEncoder::new(&mut single).encode(part.picture.as_raw(), width, height, ColorType::Rgb8)?;
        let picture = &single[FILE_HEADER..];
        let mut header = Vec::with_capacity(16);
        for value in [part.left / 2, part.top / 2, width - 1, height - 1, part.shown_ms.min(MOST_MS)] {
            header.extend_from_slice(&value.to_le_bytes()[..3]);
        }
        header.push(REPLACE);
        self.frames.extend_from_slice(b"ANMF");
        self.frames.extend_from_slice(&((header.len() + picture.len()) as u32).to_le_bytes());
        self.frames.extend_from_slice(&header);
        // The inner chunk is padded to an even length already.
        self.frames.extend_from_slice(picture);
        Ok(())
    }

    pub(super) fn finish(self) -> anyhow::Result<Vec<u8>> {
        let mut extended = vec![HAS_ANIMATION, 0, 0, 0];
        extended.extend_from_slice(&(self.width - 1).to_le_bytes()[..3]);
        extended.extend_from_slice(&(self.height - 1).to_le_bytes()[..3]);
        // A white ground, blue first, and no end of repetitions.
        let animation = [255, 255, 255, 255, 0, 0];
        let size = 4 + 8 + extended.len() + 8 + animation.len() + self.frames.len();
        ensure!(u32::try_from(size).is_ok(), "it has {size} bytes");
        let mut file = Vec::with_capacity(8 + size);
        file.extend_from_slice(b"RIFF");
        file.extend_from_slice(&(size as u32).to_le_bytes());
        file.extend_from_slice(b"WEBP");
        for (name, content) in [(b"VP8X", &extended[..]), (b"ANIM", &animation)] {
            file.extend_from_slice(name);
            file.extend_from_slice(&(content.len() as u32).to_le_bytes());
            file.extend_from_slice(content);
        }
        file.extend_from_slice(&self.frames);
        Ok(file)
    }
}
