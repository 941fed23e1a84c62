//! Flood fill.

use super::{Fill, paint_row};
use crate::document::{Canvas, Ink, Rect};

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

#[cfg(test)]
mod tests {
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
}
