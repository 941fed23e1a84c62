//! What a generator reads of a drawing.

use std::sync::Arc;

use daub_models::Input;
use daub_models::architecture::Architecture;
use daub_models::colour::ab_from_rgb;

use super::Gatherer;
use crate::document::{Canvas, Document, Hint, Kind};

/// What a generator reads of a drawing, gathered at once; [`Gatherer::gather`] says what that is.
pub fn input_of_document(document: &Document, architecture: &Architecture) -> Input {
    Gatherer::default().gather(1, document, architecture)
}

/// Whether a network asks which pixels are one thing.
pub(super) fn reads_instances(architecture: &Architecture) -> bool {
    architecture.instance_edges || architecture.feature_channels > 0
}

/// What a generator reads from a canvas.
pub fn input_of(canvas: &Canvas) -> Input {
    let (width, height) = (canvas.width(), canvas.height());
    match canvas.kind() {
        Kind::Labels(_) => Input::from_labels(width, height, canvas.pixels().iter().map(|ink| *ink as u8).collect::<Arc<[u8]>>()),
        Kind::Sketch | Kind::Photo => Input::from_rgb(width, height, rgb_of(canvas.pixels())),
    }
}

/// Colours `0xRRGGBB` as three bytes each.
pub fn rgb_of(pixels: &[u32]) -> Vec<u8> {
    let mut rgb = Vec::with_capacity(pixels.len() * 3);
    for pixel in pixels {
        rgb.extend_from_slice(&pixel.to_be_bytes()[1..]);
    }
    rgb
}

/// The planes `a/110`, `b/110` and the mask of round dots; a later dot lies over an earlier one.
pub(super) fn hint_planes(hints: &[Hint], width: usize, height: usize) -> Vec<f32> {
    let pixels = width * height;
    let mut planes = vec![0.0; 3 * pixels];
    for hint in hints {
        let [a, b] = ab_from_rgb(hint.colour);
        for (x, y) in hint.pixels(width, height) {
            let at = y * width + x;
            (planes[at], planes[pixels + at], planes[2 * pixels + at]) = (a / 110.0, b / 110.0, 1.0);
        }
    }
    planes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_is_a_dot_of_chroma() {
        let hint = Hint { place: [5.0, 3.0], radius_px: 2.0, colour: [255, 0, 0] };
        let planes = hint_planes(&[hint], 10, 6);
        let (a, b, mask) = (&planes[..60], &planes[60..120], &planes[120..]);
        // The disc of radius 2 around a corner of pixels covers 12 of them.
        assert_eq!(mask.iter().sum::<f32>().to_bits(), 12_f32.to_bits());
        // skimage.color.rgb2lab of pure red is [53.24, 80.09, 67.20].
        assert!((a[3 * 10 + 5] * 110.0 - 80.09).abs() < 0.05 && (b[3 * 10 + 5] * 110.0 - 67.2).abs() < 0.05);
        assert_eq!(a[0].to_bits(), 0);
        let outside = Hint { place: [-40.0, 300.0], ..hint };
        assert!(hint_planes(&[outside], 10, 6).iter().all(|value| value.to_bits() == 0));
    }
}
