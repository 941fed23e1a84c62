//! Moving pictures: GIF and animated WebP, written and read frame by frame.
//!
//! Both are written as differences: of each frame only the rectangle that changed is stored, so a drawing that grows
//! stroke by stroke stays small, and what stands still in a GIF keeps its colours instead of flickering between palettes.
//! WebP is lossless here; a GIF has at most 256 colours a frame.

mod read;
mod webp;

pub use read::{Frames, read};

use std::path::Path;

use anyhow::{Context as _, ensure};
use image::{RgbImage, imageops};

use webp::WebP;

/// Shortest time that programs show a frame of a GIF; they slow down anything quicker to a tenth of a second.
const LEAST_MS: u32 = 20;

/// How a moving picture is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Every program shows it; 256 colours a frame.
    Gif,
    /// Every browser shows it; all colours.
    WebP,
}

/// A picture and how long it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The whole picture, not only what changed.
    pub picture: RgbImage,
    /// Milliseconds until the next one.
    pub shown_ms: u32,
}

/// A rectangle of a frame that differs from the frame before.
struct Part {
    left: u32,
    top: u32,
    picture: RgbImage,
    shown_ms: u32,
}

/// Takes frames and makes a file of them that repeats for ever.
pub struct Writer {
    width: u32,
    height: u32,
    /// What the last frame shows.
    showing: Option<RgbImage>,
    /// The newest part; it waits because the next frame may be equal and only add to its time.
    pending: Option<Part>,
    encoder: Encoder,
}

enum Encoder {
    Gif(Box<gif::Encoder<Vec<u8>>>),
    WebP(WebP),
}

impl Format {
    /// The format that a file's ending asks for.
    ///
    /// # Errors
    /// When the ending is neither `gif` nor `webp`.
    pub fn of(path: &Path) -> anyhow::Result<Self> {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
        match ending.as_str() {
            "gif" => Ok(Self::Gif),
            "webp" => Ok(Self::WebP),
            _ => anyhow::bail!("{} should end in .gif or .webp", path.display()),
        }
    }

    /// Longest side in pixels that the format can hold.
    pub fn longest_side(self) -> u32 {
        match self {
            Self::Gif => 65_535,
            Self::WebP => 16_384,
        }
    }
}

impl Writer {
    /// A file of frames with this size in pixels.
    ///
    /// # Errors
    /// When the format cannot hold the size.
    pub fn new(format: Format, width: u32, height: u32) -> anyhow::Result<Self> {
        let sides = 1..=format.longest_side();
        ensure!(
            sides.contains(&width) && sides.contains(&height),
            "an animation of {width}x{height} pixels cannot be written (at most {} a side)",
            format.longest_side()
        );
        let encoder = match format {
            Format::Gif => {
                let mut encoder = gif::Encoder::new(Vec::new(), width as u16, height as u16, &[])?;
                encoder.set_repeat(gif::Repeat::Infinite)?;
                Encoder::Gif(Box::new(encoder))
            }
            Format::WebP => Encoder::WebP(WebP::new(width, height)),
        };
        Ok(Self { width, height, showing: None, pending: None, encoder })
    }

    /// Adds a frame.
    ///
    /// # Errors
    /// When it has another size than the file.
    pub fn push(&mut self, frame: Frame) -> anyhow::Result<()> {
        let Frame { picture, shown_ms } = frame;
        let (width, height) = picture.dimensions();
        ensure!((width, height) == (self.width, self.height), "a frame of {width}x{height} pixels does not fit the others");
        let shown_ms = shown_ms.max(LEAST_MS);
        let part = match &self.showing {
            None => Some((0, 0, width, height)),
            Some(before) => changed(before, &picture),
        };
        let Some((left, top, width, height)) = part else {
            if let Some(pending) = &mut self.pending {
                pending.shown_ms = pending.shown_ms.saturating_add(shown_ms);
            }
            return Ok(());
        };
        self.flush()?;
        let part = imageops::crop_imm(&picture, left, top, width, height).to_image();
        self.pending = Some(Part { left, top, picture: part, shown_ms });
        self.showing = Some(picture);
        Ok(())
    }

    /// The bytes of the file.
    ///
    /// # Errors
    /// When there is no frame, or the file would be larger than the format allows (4 GiB for WebP).
    pub fn finish(mut self) -> anyhow::Result<Vec<u8>> {
        ensure!(self.pending.is_some(), "an animation needs a frame");
        self.flush()?;
        match self.encoder {
            Encoder::Gif(encoder) => Ok(encoder.into_inner()?),
            Encoder::WebP(webp) => webp.finish().context("the animation is too long for one WebP file"),
        }
    }

    fn flush(&mut self) -> anyhow::Result<()> {
        let Some(part) = self.pending.take() else { return Ok(()) };
        match &mut self.encoder {
            Encoder::Gif(encoder) => Ok(encoder.write_frame(&gif_frame(&part))?),
            Encoder::WebP(webp) => webp.push(&part),
        }
    }
}

/// A speed of 10 is the quantiser's own recommendation; 1 takes five times as long and looks the same.
const QUANTISER_SPEED: i32 = 10;

fn gif_frame(part: &Part) -> gif::Frame<'static> {
    let (width, height) = part.picture.dimensions();
    let mut frame = gif::Frame::from_rgb_speed(width as u16, height as u16, part.picture.as_raw(), QUANTISER_SPEED);
    frame.left = part.left as u16;
    frame.top = part.top as u16;
    // What was painted stays, and the next part is laid over it.
    frame.dispose = gif::DisposalMethod::Keep;
    frame.delay = part.shown_ms.div_ceil(10).min(u32::from(u16::MAX)) as u16;
    frame
}

/// The smallest rectangle with every difference of two pictures of one size: left, top, width, height.
///
/// Left and top are even, as WebP stores halves.
fn changed(before: &RgbImage, after: &RgbImage) -> Option<(u32, u32, u32, u32)> {
    let row_bytes = before.width() as usize * 3;
    let rows = before.as_raw().chunks_exact(row_bytes).zip(after.as_raw().chunks_exact(row_bytes));
    let (mut left, mut right, mut top, mut bottom) = (row_bytes, 0, None, 0);
    for (y, (a, b)) in rows.enumerate() {
        let Some(first) = a.iter().zip(b).position(|(a, b)| a != b) else { continue };
        let last = a.iter().zip(b).rposition(|(a, b)| a != b).unwrap_or(first);
        left = left.min(first / 3);
        right = right.max(last / 3 + 1);
        top.get_or_insert(y);
        bottom = y + 1;
    }
    let (left, top) = (left as u32 & !1, top? as u32 & !1);
    Some((left, top, right as u32 - left, bottom as u32 - top))
}

#[cfg(test)]
mod tests;
