//! Strokes and shapes laid onto a canvas; each function returns the rectangle that it touched.
//!
//! Coordinates are canvas pixels: pixel `(i, j)` covers `[i, i+1) x [j, j+1)`, and a shape covers the pixels
//! whose centre lies inside it. Edges are hard, because a label has no half.

mod fill;
pub mod guides;
mod region;
mod shapes;
pub mod texture;

pub use fill::{connected, flood_fill, of_one_ink};
pub use region::{Region, mask_of, paint_mask};
pub use shapes::{brush_segment, brush_taper, ellipse, polygon, rectangle};

use crate::document::{Canvas, Ink, Mask, Rect};

/// A place on the canvas in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize, serde::Deserialize)]
#[serde(from = "[f32; 2]", into = "[f32; 2]")]
pub struct Point {
    /// From the left.
    pub x: f32,
    /// From the top.
    pub y: f32,
}

impl From<[f32; 2]> for Point {
    fn from([x, y]: [f32; 2]) -> Self {
        Self { x, y }
    }
}

impl From<Point> for [f32; 2] {
    fn from(point: Point) -> Self {
        [point.x, point.y]
    }
}

/// What a shape is filled with.
#[derive(Debug, Clone, Copy)]
pub enum Fill<'a> {
    /// One ink.
    Ink(Ink),
    /// The pixels of another canvas of the same size, for the eraser.
    From(&'a Canvas),
    /// As `fill`, but only where the mask covers at least half of a pixel: painting within a selection.
    Within {
        /// Where.
        mask: &'a Mask,
        /// With what.
        fill: &'a Self,
    },
}

/// The least coverage that counts as belonging to a mask: labels have no halves.
pub const HALF: u8 = 128;

/// Paints part of a row.
fn paint_row(canvas: &mut Canvas, y: usize, left: usize, right: usize, fill: Fill<'_>) {
    match fill {
        Fill::Ink(ink) => canvas.row_mut(y, left, right).fill(ink),
        Fill::From(other) => canvas.row_mut(y, left, right).copy_from_slice(other.row(y, left, right)),
        Fill::Within { mask, fill } => {
            let rect = mask.rect();
            let (left, right) = (left.max(rect.left), right.min(rect.right));
            if y < rect.top || y >= rect.bottom || left >= right {
                return;
            }
            for (from, to) in covered_runs(&mask.row(y)[left - rect.left..right - rect.left]) {
                paint_row(canvas, y, left + from, left + to, *fill);
            }
        }
    }
}

/// The stretches of a row that belong to a mask, from and to.
fn covered_runs(coverage: &[u8]) -> impl Iterator<Item = (usize, usize)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let from = at + coverage[at..].iter().position(|value| *value >= HALF)?;
        let to = coverage[from..].iter().position(|value| *value < HALF).map_or(coverage.len(), |length| from + length);
        at = to;
        Some((from, to))
    })
}

/// Paints, in each row of `bounds`, the pixels whose centre lies in one of the spans that `spans_at(centre_y)` gives.
fn paint_spans<S: IntoIterator<Item = (f32, f32)>>(
    canvas: &mut Canvas,
    bounds: Rect,
    fill: Fill<'_>,
    mut spans_at: impl FnMut(f32) -> S,
) -> Rect {
    let bounds = bounds.intersection(canvas.bounds());
    for y in bounds.top..bounds.bottom {
        for (from, to) in spans_at(y as f32 + 0.5) {
            // Centres x + 0.5 with from <= x + 0.5 <= to.
            let left = (from - 0.5).ceil().max(bounds.left as f32) as usize;
            let right = ((to - 0.5).floor() + 1.0).clamp(0.0, bounds.right as f32) as usize;
            if left < right {
                paint_row(canvas, y, left, right, fill);
            }
        }
    }
    bounds
}
