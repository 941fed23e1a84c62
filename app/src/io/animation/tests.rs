//! What is written can be read again, by decoders that are not ours.

use std::io::Cursor;

use proptest::prelude::*;

use super::*;

/// Pictures of 30x20 pixels with a square that wanders.
fn wandering(corners: &[(u32, u32)]) -> Vec<Frame> {
    let picture = |&(x, y): &(u32, u32)| {
        RgbImage::from_fn(30, 20, |at_x, at_y| {
            let inside = (x..x + 5).contains(&at_x) && (y..y + 5).contains(&at_y);
            image::Rgb(if inside { [200, 10, 30] } else { [at_x as u8, at_y as u8, 90] })
        })
    };
    corners.iter().zip(1..).map(|(corner, step)| Frame { picture: picture(corner), shown_ms: 50 * step }).collect()
}

fn written(frames: &[Frame], format: Format) -> Vec<u8> {
    let mut writer = Writer::new(format, 30, 20).unwrap();
    frames.iter().for_each(|frame| writer.push(frame.clone()).unwrap());
    writer.finish().unwrap()
}

fn readable(bytes: &[u8], format: Format) -> Vec<Frame> {
    read(Cursor::new(bytes), format).unwrap().map(Result::unwrap).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn a_webp_gives_back_every_frame_exactly(corners in prop::collection::vec((0u32..25, 0u32..15), 1..8)) {
        let mut expected: Vec<Frame> = Vec::new();
        let frames = wandering(&corners);
        for frame in &frames {
            match expected.last_mut() {
                Some(last) if last.picture == frame.picture => last.shown_ms += frame.shown_ms,
                _ => expected.push(frame.clone()),
            }
        }
        prop_assert_eq!(readable(&written(&frames, Format::WebP), Format::WebP), expected);
    }

    #[test]
    fn broken_animations_are_refused_without_panics(flips in prop::collection::vec((any::<usize>(), 0u8..8), 1..6)) {
        for format in [Format::Gif, Format::WebP] {
            let mut bytes = written(&wandering(&[(0, 0), (9, 4)]), format);
            let length = bytes.len();
            flips.iter().for_each(|(at, bit)| bytes[at % length] ^= 1 << bit);
            if let Ok(frames) = read(Cursor::new(&bytes), format) {
                prop_assert!(frames.take(10_000).count() < 10_000, "a broken file goes on for ever");
            }
        }
    }
}

#[test]
fn a_gif_keeps_what_stands_still_and_the_times() {
    let frames = wandering(&[(0, 0), (7, 3), (7, 3), (20, 12)]);
    let found = readable(&written(&frames, Format::Gif), Format::Gif);
    assert_eq!(found.iter().map(|frame| frame.shown_ms).collect::<Vec<_>>(), [50, 100 + 150, 200]);
    let near = |a: &RgbImage, b: &RgbImage| a.as_raw().iter().zip(b.as_raw()).all(|(a, b)| a.abs_diff(*b) < 24);
    assert!(near(&found[2].picture, &frames[3].picture));
    assert_eq!(found[1].picture.get_pixel(29, 0), found[0].picture.get_pixel(29, 0), "a corner that stands still flickers");
}

#[test]
fn only_what_changed_is_stored() {
    let still = wandering(&[(0, 0)]);
    let moved = wandering(&[(0, 0), (2, 2)]);
    for format in [Format::Gif, Format::WebP] {
        let (one, two) = (written(&still, format).len(), written(&moved, format).len());
        assert!(two - one < one / 2, "{format:?}: {one} bytes, then {two}");
    }
    assert_eq!(changed(&moved[0].picture, &moved[1].picture), Some((0, 0, 7, 7)));
}

#[test]
fn sizes_that_a_format_cannot_hold_are_refused() {
    assert!(Writer::new(Format::WebP, 16_385, 10).is_err());
    assert!(Writer::new(Format::Gif, 10, 0).is_err());
    let mut writer = Writer::new(Format::Gif, 10, 10).unwrap();
    assert!(writer.push(Frame { picture: RgbImage::new(9, 10), shown_ms: 20 }).is_err());
    assert!(writer.finish().is_err(), "no frame, no animation");
    assert!(Format::of(Path::new("a.mp4")).is_err());
}
