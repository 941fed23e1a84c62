//! Parts of a canvas that are cut out, moved and put down again.

use super::{Fill, HALF, Point, covered_runs, of_one_ink, paint_row, polygon};
use crate::document::{Canvas, Ink, Kind, Mask, Rect};

/// Pixels that were taken from a canvas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// What the pixels mean.
    pub kind: Kind,
    /// Which pixels of the canvas they were, and their shape.
    pub mask: Mask,
    /// The inks of the mask's rectangle, rows from the top.
    pixels: Vec<Ink>,
}

impl Region {
    /// What lies under a mask; `None` when nothing does.
    pub fn of(canvas: &Canvas, mask: &Mask) -> Option<Self> {
        let mask = mask.intersection(&Mask::filled(canvas.bounds())).trimmed();
        let pixels = canvas.read(mask.rect());
        (!mask.is_empty()).then(|| Self { kind: canvas.kind().clone(), mask, pixels })
    }

    /// Lays the pixels onto a canvas, moved from where they were taken; what falls outside is left out.
    pub fn lay(&self, canvas: &mut Canvas, (dx, dy): (i64, i64)) -> Rect {
        let from = self.mask.rect();
        let target = self.mask.moved((dx, dy), canvas.bounds());
        let rect = target.rect();
        for y in rect.top..rect.bottom {
            let source_y = (y as i64 - dy) as usize - from.top;
            let source_left = (rect.left as i64 - dx) as usize - from.left;
            let source = &self.pixels[source_y * from.width() + source_left..][..rect.width()];
            let row = canvas.row_mut(y, rect.left, rect.right);
            for (left, right) in covered_runs(target.row(y)) {
                row[left..right].copy_from_slice(&source[left..right]);
            }
        }
        rect
    }
}

/// Fills what a mask covers.
pub fn paint_mask(canvas: &mut Canvas, mask: &Mask, fill: Fill<'_>) -> Rect {
    let rect = mask.rect().intersection(canvas.bounds());
    for y in rect.top..rect.bottom {
        paint_row(canvas, y, rect.left, rect.right, Fill::Within { mask, fill: &fill });
    }
    rect
}

/// The mask of a closed outline, cut at `bounds`: the pixels whose centre lies inside by the even-odd rule.
pub fn mask_of(outline: &[Point], bounds: Rect) -> Mask {
    let mut canvas = Canvas::new(Kind::Sketch, bounds.right, bounds.bottom, 0);
    let rect = polygon(&mut canvas, outline, Fill::Ink(1)).intersection(bounds);
    let mask = of_one_ink(&canvas, 1, rect);
    debug_assert!(mask.coverage().iter().all(|value| *value == 0 || *value >= HALF), "outlines have hard edges");
    mask
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canvas() -> Canvas {
        Canvas::from_pixels(Kind::Sketch, 10, 8, (0..80).collect()).unwrap()
    }

    #[test]
    fn a_region_moves_with_its_shape_and_is_cut_at_the_rim() {
        let triangle = [[1.0, 1.0], [6.0, 1.0], [1.0, 6.0]].map(Point::from);
        let mask = mask_of(&triangle, canvas().bounds());
        let region = Region::of(&canvas(), &mask).unwrap();
        for moved in [(0, 0), (3, 2), (-4, -3), (7, 6), (40, 0), (0, -40)] {
            let mut after = canvas();
            let touched = region.lay(&mut after, moved);
            for (x, y) in (0..8).flat_map(|y| (0..10).map(move |x| (x, y))) {
                let (from_x, from_y) = (x as i64 - moved.0, y as i64 - moved.1);
                let inside = from_x >= 0 && from_y >= 0 && mask.get(from_x as usize, from_y as usize) >= HALF;
                let expected = if inside { (from_y * 10 + from_x) as u32 } else { (y * 10 + x) as u32 };
                assert_eq!(after.get(x, y), Some(expected), "{moved:?} at ({x}, {y})");
                assert!(!inside || (touched.left..touched.right).contains(&x) && (touched.top..touched.bottom).contains(&y));
            }
        }
        assert!(Region::of(&canvas(), &Mask::default()).is_none());
    }

    #[test]
    fn painting_within_a_mask_leaves_the_rest() {
        let mask = Mask::filled(Rect { left: 2, top: 2, right: 5, bottom: 30 });
        let mut painted = canvas();
        paint_mask(&mut painted, &mask, Fill::Ink(999));
        for (x, y) in (0..8).flat_map(|y| (0..10).map(move |x| (x, y))) {
            assert_eq!(painted.get(x, y) == Some(999), mask.get(x, y) >= HALF);
        }
    }
}
