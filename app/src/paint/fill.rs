//! Areas of one ink: connected ones for filling and for the wand, and all of an ink.

use super::{Fill, HALF, paint_row};
use crate::document::{Canvas, Ink, Mask, Rect};

/// Fills the connected area (through sides, not corners) of the pixel's ink.
///
/// Works span by span, so the stack stays short even on a large empty canvas.
pub fn flood_fill(canvas: &mut Canvas, x: usize, y: usize, ink: Ink) -> Rect {
    let Some(old) = canvas.get(x, y).filter(|old| *old != ink) else { return Rect::EMPTY };
    let mut touched = Rect::EMPTY;
    let mut seeds = vec![(x, y)];
    while let Some((x, y)) = seeds.pop() {
        if canvas.get(x, y) != Some(old) {
            continue;
        }
        let row = canvas.row(y, 0, canvas.width());
        let left = row[..x].iter().rposition(|pixel| *pixel != old).map_or(0, |at| at + 1);
        let right = row[x..].iter().position(|pixel| *pixel != old).map_or(row.len(), |at| x + at);
        paint_row(canvas, y, left, right, Fill::Ink(ink));
        touched = touched.union(Rect { left, top: y, right, bottom: y + 1 });
        for neighbour in [y.checked_sub(1), (y + 1 < canvas.height()).then_some(y + 1)].into_iter().flatten() {
            let row = canvas.row(neighbour, left, right);
            let starts = (0..row.len()).filter(|&at| row[at] == old && (at == 0 || row[at - 1] != old));
            seeds.extend(starts.map(|at| (left + at, neighbour)));
        }
    }
    touched
}

/// The connected area (through sides, not corners) of the pixel's ink, and of `within` if it is given.
pub fn connected(canvas: &Canvas, x: usize, y: usize, within: Option<&Mask>) -> Mask {
    let Some(old) = canvas.get(x, y) else { return Mask::default() };
    let (width, height) = (canvas.width(), canvas.height());
    let open = |x: usize, y: usize| canvas.get(x, y) == Some(old) && within.is_none_or(|mask| mask.get(x, y) >= HALF);
    let mut covered = vec![0_u8; width * height];
    let mut touched = Rect::EMPTY;
    let mut seeds = vec![(x, y)];
    while let Some((x, y)) = seeds.pop() {
        if covered[y * width + x] != 0 || !open(x, y) {
            continue;
        }
        let left = (0..x).rev().take_while(|&x| open(x, y)).last().unwrap_or(x);
        let right = (x + 1..width).take_while(|&x| open(x, y)).last().unwrap_or(x) + 1;
        covered[y * width + left..y * width + right].fill(255);
        touched = touched.union(Rect { left, top: y, right, bottom: y + 1 });
        for neighbour in [y.checked_sub(1), (y + 1 < height).then_some(y + 1)].into_iter().flatten() {
            let is_free = |x: usize| covered[neighbour * width + x] == 0 && open(x, neighbour);
            // One seed for each stretch is enough.
            seeds.extend((left..right).filter(|&x| is_free(x) && (x == left || !is_free(x - 1))).map(|x| (x, neighbour)));
        }
    }
    Mask::from_fn(touched, |x, y| covered[y * width + x])
}

/// Every pixel of one ink in a rectangle of the canvas; the mask is as large as the rectangle.
pub fn of_one_ink(canvas: &Canvas, ink: Ink, rect: Rect) -> Mask {
    let coverage = canvas.read(rect).into_iter().map(|other| if other == ink { 255 } else { 0 }).collect();
    Mask::new(rect, coverage).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::document::Kind;

    #[test]
    fn fill_stops_at_other_inks_and_goes_round_corners() {
        #[rustfmt::skip]
        let pixels = vec![
            0, 0, 1, 0,
            1, 0, 1, 0,
            0, 0, 0, 1,
            0, 1, 0, 0,
        ];
        let mut canvas = Canvas::from_pixels(Kind::Sketch, 4, 4, pixels).unwrap();
        let rect = flood_fill(&mut canvas, 0, 0, 5);
        #[rustfmt::skip]
        assert_eq!(canvas.pixels(), [
            5, 5, 1, 0,
            1, 5, 1, 0,
            5, 5, 5, 1,
            5, 1, 5, 5,
        ]);
        assert_eq!(rect, Rect::from_size(4, 4));
        assert!(flood_fill(&mut canvas, 0, 0, 5).is_empty());
        assert!(flood_fill(&mut canvas, 9, 9, 5).is_empty());
    }

    proptest! {
        #[test]
        fn the_wand_finds_what_fill_would_fill(pixels in prop::collection::vec(0u32..2, 12 * 9), x in 0usize..12, y in 0usize..9) {
            let before = Canvas::from_pixels(Kind::Sketch, 12, 9, pixels).unwrap();
            let mask = connected(&before, x, y, None);
            let mut filled = before.clone();
            let rect = flood_fill(&mut filled, x, y, 7);
            prop_assert_eq!(mask.rect(), rect);
            for (x, y) in (0..9).flat_map(|y| (0..12).map(move |x| (x, y))) {
                prop_assert_eq!(mask.get(x, y) == 255, filled.get(x, y) == Some(7));
            }
            let half = Mask::filled(Rect { left: 0, top: 0, right: 6, bottom: 9 });
            let within = connected(&before, x, y, Some(&half));
            prop_assert!(within.difference(&mask).is_empty() && within.difference(&half).is_empty());
            let all = of_one_ink(&before, before.get(x, y).unwrap(), before.bounds());
            prop_assert!(mask.difference(&all).is_empty());
        }
    }
}
