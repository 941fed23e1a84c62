//! The one place where a style and the picture before it are mixed.

use crate::document::{Mask, Rect};

/// `before + strength * coverage * (after - before)`, rounded to the nearest level.
///
/// Both pictures have three bytes a pixel and rows of `width` pixels; without a mask the style reaches everywhere.
/// Where nothing is covered the picture keeps its very bytes, and at full strength and coverage it has the style's.
///
/// # Panics
/// When the pictures have different lengths.
pub fn blend(before: &[u8], after: &[u8], width: usize, strength: f32, coverage: Option<&Mask>) -> Vec<u8> {
    assert_eq!(before.len(), after.len(), "only pictures of one size can be mixed");
    let strength = (strength.clamp(0.0, 1.0) * 255.0).round() as u32;
    let mut mixed = before.to_vec();
    let Some(mask) = coverage else {
        for (value, after) in mixed.iter_mut().zip(after) {
            *value = mix(*value, *after, strength * 255);
        }
        return mixed;
    };
    let rect = mask.rect().intersection(Rect::from_size(width, before.len() / (3 * width.max(1))));
    for y in rect.top..rect.bottom {
        let covered = &mask.row(y)[rect.left - mask.rect().left..][..rect.width()];
        let span = (y * width + rect.left) * 3..(y * width + rect.right) * 3;
        let (row, after) = (&mut mixed[span.clone()], &after[span]);
        for ((pixel, after), covered) in row.as_chunks_mut::<3>().0.iter_mut().zip(after.as_chunks::<3>().0).zip(covered) {
            let weight = strength * u32::from(*covered);
            for (value, after) in pixel.iter_mut().zip(after) {
                *value = mix(*value, *after, weight);
            }
        }
    }
    mixed
}

/// The weighted mean of two levels, rounded to nearest; the weight of `after` is of [`WHOLE`].
fn mix(before: u8, after: u8, weight: u32) -> u8 {
    ((u32::from(before) * (WHOLE - weight) + u32::from(after) * weight + WHOLE / 2) / WHOLE) as u8
}

/// Full strength times full coverage.
const WHOLE: u32 = 255 * 255;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_masked_blend_keeps_what_is_outside_byte_for_byte() {
        let (before, after) = (vec![10; 4 * 3 * 3], vec![210; 4 * 3 * 3]);
        let mask = Mask::new(Rect { left: 1, top: 1, right: 3, bottom: 9 }, [255, 128, 0, 255].repeat(4)).unwrap();
        let mixed = blend(&before, &after, 4, 1.0, Some(&mask));
        let reds: Vec<u8> = mixed.chunks(3).map(|pixel| pixel[0]).collect();
        assert_eq!(reds, [10, 10, 10, 10, 10, 210, 110, 10, 10, 10, 210, 10]);
    }

    proptest! {
        #[test]
        fn levels_are_rounded_to_nearest_and_lie_between(
            before: u8, after: u8, strength in 0.0_f32..=1.0, covered: u8
        ) {
            let mask = Mask::new(Rect::from_size(1, 1), vec![covered]).unwrap();
            let mixed = blend(&[before; 3], &[after; 3], 1, strength, Some(&mask))[0];
            let share = f64::from((strength * 255.0).round()) / 255.0 * f64::from(covered) / 255.0;
            let exact = f64::from(before) + share * (f64::from(after) - f64::from(before));
            prop_assert!((f64::from(mixed) - exact).abs() <= 0.5 + 1e-9, "{mixed} for {exact}");
            prop_assert!((before.min(after)..=before.max(after)).contains(&mixed));
            let everywhere = |strength| blend(&[before; 3], &[after; 3], 1, strength, None)[0];
            prop_assert_eq!((everywhere(0.0), everywhere(1.0)), (before, after));
        }
    }
}
