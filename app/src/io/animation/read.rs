//! Reading moving pictures, one frame at a time, so that a long one takes no more memory than a short one.

use std::io::{BufRead, Seek};

use anyhow::Context as _;
use image::codecs::{gif::GifDecoder, webp::WebPDecoder};
use image::{AnimationDecoder as _, DynamicImage, ImageDecoder, Limits};

use super::{Format, Frame};
use crate::io::pictures::{MAX_DECODED_BYTES, check_size, over_white};

/// Frames in order; the first error ends them.
pub type Frames<'a> = Box<dyn Iterator<Item = anyhow::Result<Frame>> + 'a>;

/// What programs make of a GIF's frame that claims to be shown for no time at all.
const USUAL_MS: u32 = 100;

/// Reads a GIF or a WebP; a still picture has one frame. Transparency lies over white.
///
/// # Errors
/// When it is neither, or too large. Later frames may be broken on their own.
pub fn read<'a>(source: impl BufRead + Seek + 'a, format: Format) -> anyhow::Result<Frames<'a>> {
    let broken = "it is no animation, or a broken one";
    match format {
        Format::Gif => {
            let mut decoder = GifDecoder::new(source).context(broken)?;
            limit(&mut decoder)?;
            Ok(all(decoder.into_frames()))
        }
        Format::WebP => {
            let mut decoder = WebPDecoder::new(source).context(broken)?;
            limit(&mut decoder)?;
            if decoder.has_animation() {
                return Ok(all(decoder.into_frames()));
            }
            let picture = over_white(&DynamicImage::from_decoder(decoder).context(broken)?);
            Ok(Box::new(std::iter::once(Ok(Frame { picture, shown_ms: USUAL_MS }))))
        }
    }
}

fn limit(decoder: &mut impl ImageDecoder) -> anyhow::Result<()> {
    let (width, height) = decoder.dimensions();
    check_size(width, height)?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_DECODED_BYTES);
    decoder.set_limits(limits).context("it is too large")
}

fn all(frames: image::Frames<'_>) -> Frames<'_> {
    let mut failed = false;
    let frames = frames.map(|frame| {
        let frame = frame.context("a frame of the animation is broken")?;
        let (numerator, denominator) = frame.delay().numer_denom_ms();
        let shown_ms = numerator.checked_div(denominator).filter(|&ms| ms > 10).unwrap_or(USUAL_MS);
        Ok(Frame { picture: over_white(&DynamicImage::from(frame.into_buffer())), shown_ms })
    });
    // A decoder may go on failing for ever.
    Box::new(frames.take_while(move |frame| {
        let goes_on = !failed;
        failed |= frame.is_err();
        goes_on
    }))
}
