//! Which piece of a sample is taken, and bringing it to size: the same for input, target and instances.

use image::RgbImage;
use image::imageops::{self, FilterType};

use crate::random::Draws;
use crate::train::{Augment, Fit};

use super::order::index_below;

/// A piece of a picture, and whether it is mirrored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    pub x: usize,
    pub y: usize,
    pub width: usize,
    pub height: usize,
    pub mirrored: bool,
}

impl Piece {
    /// The middle of a picture, for sheets.
    pub(super) fn centred(from: (usize, usize), to: (usize, usize), fit: Fit) -> Self {
        let (width, height) = largest(from, to, fit);
        Self { x: (from.0 - width) / 2, y: (from.1 - height) / 2, width, height, mirrored: false }
    }

    /// A random piece.
    pub(super) fn drawn(from: (usize, usize), to: (usize, usize), fit: Fit, augment: &Augment, draws: &mut Draws) -> Self {
        let (width, height) = largest(from, to, fit);
        let zoom = 1.0 + draws.uniform() * (augment.zoom - 1.0).max(0.0);
        let smaller = |side: usize| ((side as f32 / zoom).round() as usize).clamp(1, side);
        let (width, height) = (smaller(width), smaller(height));
        let x = index_below(from.0 - width + 1, draws);
        let y = index_below(from.1 - height + 1, draws);
        Self { x, y, width, height, mirrored: augment.flip && draws.uniform() < 0.5 }
    }

    /// The piece of a plane at a new size, each pixel from the nearest: for ids, which must not be mixed.
    pub(super) fn nearest<T: Copy>(&self, plane: &[T], columns: usize, to: (usize, usize)) -> Vec<T> {
        let at = |place: usize, side: usize, count: usize| (place * 2 + 1) * side / (2 * count);
        let column = |x: usize| self.x + at(if self.mirrored { to.0 - 1 - x } else { x }, self.width, to.0);
        let columns_of: Vec<usize> = (0..to.0).map(column).collect();
        let rows = (0..to.1).map(|y| self.y + at(y, self.height, to.1));
        rows.flat_map(|row| columns_of.iter().map(move |column| plane[row * columns + column])).collect()
    }

    /// The piece of a picture at a new size, through a triangle filter as wide as the step between pixels.
    pub(super) fn smooth(&self, picture: &RgbImage, to: (usize, usize)) -> RgbImage {
        let view = imageops::crop_imm(picture, self.x as u32, self.y as u32, self.width as u32, self.height as u32);
        let mut piece = if (self.width, self.height) == to {
            view.to_image()
        } else {
            imageops::resize(&*view, to.0 as u32, to.1 as u32, FilterType::Triangle)
        };
        if self.mirrored {
            imageops::flip_horizontal_in_place(&mut piece);
        }
        piece
    }
}

/// The largest piece of the right shape.
fn largest(from: (usize, usize), to: (usize, usize), fit: Fit) -> (usize, usize) {
    if fit == Fit::Stretch {
        return from;
    }
    // As wide as the picture, unless that is too high.
    if from.0 * to.1 <= from.1 * to.0 {
        (from.0, (from.0 * to.1 / to.0).clamp(1, from.1))
    } else {
        ((from.1 * to.0 / to.1).clamp(1, from.0), from.1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn augment(zoom: f32) -> Augment {
        Augment { zoom, ..Augment::new(crate::train::Method::Pix2pix) }
    }

    proptest! {
        #[test]
        fn pieces_lie_within_and_have_the_shape(
            from in (1_usize..300, 1_usize..300), to in (1_usize..64, 1_usize..64), seed in any::<u64>(), stretch in any::<bool>(),
        ) {
            let fit = if stretch { Fit::Stretch } else { Fit::Crop };
            let drawn = Piece::drawn(from, to, fit, &augment(1.5), &mut Draws::new(seed, 0));
            for piece in [drawn, Piece::centred(from, to, fit)] {
                prop_assert!(piece.width >= 1 && piece.x + piece.width <= from.0);
                prop_assert!(piece.height >= 1 && piece.y + piece.height <= from.1);
                prop_assert_eq!(piece.nearest(&vec![0_u8; from.0 * from.1], from.0, to).len(), to.0 * to.1);
            }
        }
    }

    #[test]
    fn ids_and_colours_come_from_the_same_place() {
        // Each pixel's colour is its place, so both ways of taking a piece can be compared where nothing is resized.
        let picture = RgbImage::from_fn(20, 10, |x, y| image::Rgb([x as u8, y as u8, 0]));
        let ids: Vec<u16> = (0..200).collect();
        for seed in 0..20 {
            let piece = Piece {
                width: 8,
                height: 4,
                ..Piece::drawn((20, 10), (8, 4), Fit::Crop, &augment(2.5), &mut Draws::new(seed, 0))
            };
            let piece = Piece { x: piece.x.min(12), y: piece.y.min(6), ..piece };
            let smooth = piece.smooth(&picture, (8, 4));
            let nearest = piece.nearest(&ids, 20, (8, 4));
            for (pixel, id) in smooth.pixels().zip(nearest) {
                assert_eq!(u16::from(pixel.0[1]) * 20 + u16::from(pixel.0[0]), id);
            }
        }
    }

    #[test]
    fn a_wide_picture_loses_its_sides_and_stretching_loses_nothing() {
        assert_eq!(
            Piece::centred((200, 100), (64, 64), Fit::Crop),
            Piece { x: 50, y: 0, width: 100, height: 100, mirrored: false }
        );
        assert_eq!(Piece::centred((200, 100), (64, 64), Fit::Stretch).width, 200);
    }
}
