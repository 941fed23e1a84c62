//! Animated WebP: lossless frames in a container of our own making.
//!
//! The encoder at hand writes single pictures. An animation is the same bitstreams in other chunks (WebP container
//! specification): `RIFF` with `VP8X` (what is inside), `ANIM` (loops) and an `ANMF` (place, size, time) for each frame.

use std::io::{Seek, SeekFrom, Write};

use anyhow::{Context as _, ensure};
use image_webp::{ColorType, WebPEncoder};

/// Writes an animation frame by frame; only one frame is in memory.
pub struct AnimationWriter<W> {
    to: W,
    width: u32,
    height: u32,
    /// Bytes after the first eight.
    written: u64,
}

/// The bit of `VP8X` that says that there are several frames.
const ANIMATED: u8 = 1 << 1;

/// The bit of `ANMF` that says that a frame replaces what was there.
const NO_BLEND: u8 = 1 << 1;

/// Longest time of a frame: 24 bits of milliseconds.
const MAX_FRAME_MS: u32 = (1 << 24) - 1;

/// Longest side of a lossless frame.
const MAX_SIDE: u32 = 16384;

impl<W: Write + Seek> AnimationWriter<W> {
    /// Starts an animation of this size that plays `loops` times; 0 is for ever.
    ///
    /// # Errors
    /// When the size is out of range or the place cannot be written.
    pub fn new(mut to: W, width: u32, height: u32, loops: u16) -> anyhow::Result<Self> {
        let sides = 1..=MAX_SIDE;
        ensure!(sides.contains(&width) && sides.contains(&height), "a WebP file cannot hold {width}x{height} pixels");
        // The length is filled in at the end.
        to.write_all(b"RIFF\0\0\0\0WEBP")?;
        let mut writer = Self { to, width, height, written: 4 };
        let [w, h] = [width - 1, height - 1].map(u32::to_le_bytes);
        writer.chunk(*b"VP8X", &[&[ANIMATED, 0, 0, 0], &w[..3], &h[..3]])?;
        // The background is a hint that no frame here lets through.
        writer.chunk(*b"ANIM", &[&[255; 4], &loops.to_le_bytes()])?;
        Ok(writer)
    }

    /// Adds a frame of three bytes a pixel, shown for this long.
    ///
    /// # Errors
    /// When the frame has another size or the place cannot be written.
    pub fn push(&mut self, rgb: &[u8], milliseconds: u32) -> anyhow::Result<()> {
        let pixels = self.width as usize * self.height as usize;
        ensure!(rgb.len() == pixels * 3, "the frames of an animation must have one size");
        let mut file = Vec::new();
        WebPEncoder::new(&mut file).encode(rgb, self.width, self.height, ColorType::Rgb8)?;
        // After RIFF, its length and WEBP follows the chunk of the bitstream, padded.
        let bitstream = file.get(12..).context("a frame could not be encoded")?;
        let [w, h] = [self.width - 1, self.height - 1].map(u32::to_le_bytes);
        let time = milliseconds.min(MAX_FRAME_MS).to_le_bytes();
        self.chunk(*b"ANMF", &[&[0; 6], &w[..3], &h[..3], &time[..3], &[NO_BLEND], bitstream])
    }

    /// Fills in the length and gives the place back.
    ///
    /// # Errors
    /// When the place cannot be written, or the animation is longer than a file of this kind can be.
    pub fn finish(mut self) -> anyhow::Result<W> {
        let length = u32::try_from(self.written).context("the animation is longer than 4 GiB")?;
        self.to.seek(SeekFrom::Start(4))?;
        self.to.write_all(&length.to_le_bytes())?;
        self.to.flush()?;
        Ok(self.to)
    }

    fn chunk(&mut self, name: [u8; 4], parts: &[&[u8]]) -> anyhow::Result<()> {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        self.to.write_all(&name)?;
        self.to.write_all(&u32::try_from(length).context("a frame is too large")?.to_le_bytes())?;
        for part in parts {
            self.to.write_all(part)?;
        }
        if length % 2 == 1 {
            self.to.write_all(&[0])?;
        }
        self.written += 8 + length.next_multiple_of(2) as u64;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::AnimationDecoder as _;
    use image::codecs::webp::WebPDecoder;

    use super::*;

    #[test]
    fn another_decoder_reads_frames_and_times_back() {
        // Odd sides, so that chunks need padding and rows are no multiple of anything.
        let (width, height) = (37, 23);
        let frame = |seed: usize| -> Vec<u8> { (0..width * height * 3).map(|at| (at * (seed + 3) % 253) as u8).collect() };
        let mut writer = AnimationWriter::new(Cursor::new(Vec::new()), width as u32, height as u32, 3).unwrap();
        for (seed, milliseconds) in [(0, 40), (1, 100), (2, 1500)] {
            writer.push(&frame(seed), milliseconds).unwrap();
        }
        assert!(writer.push(&[0; 3], 10).is_err(), "a frame of another size was taken");
        let bytes = writer.finish().unwrap().into_inner();
        assert_eq!(bytes.len() as u32, u32::from_le_bytes(bytes[4..8].try_into().unwrap()) + 8);
        let decoder = WebPDecoder::new(Cursor::new(&bytes)).unwrap();
        assert!(decoder.has_animation());
        assert!(matches!(decoder.loop_count(), image::metadata::LoopCount::Finite(times) if times.get() == 3));
        let frames: Vec<_> = decoder.into_frames().collect_frames().unwrap();
        let times: Vec<(u32, u32)> = frames.iter().map(|frame| frame.delay().numer_denom_ms()).collect();
        assert_eq!(times, [(40, 1), (100, 1), (1500, 1)]);
        for (seed, read) in frames.into_iter().enumerate() {
            assert_eq!(image::DynamicImage::from(read.into_buffer()).to_rgb8().into_raw(), frame(seed));
        }
        assert!(AnimationWriter::new(Cursor::new(Vec::new()), 0, 5, 0).is_err());
    }
}
