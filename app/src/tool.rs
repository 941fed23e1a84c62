//! The tools of the hand, and how a stroke of one reaches a document.

use serde::{Deserialize, Serialize};

use crate::document::{Document, Ink, Rect};
use crate::paint::{self, Fill, Point};

/// What the pointer does on the canvas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tool {
    /// A round brush along the pointer's path.
    Brush,
    /// A round brush that brings back what the drawing started with.
    Eraser,
    /// A straight line with the brush's width.
    Line,
    /// A filled rectangle.
    Rectangle,
    /// A filled ellipse.
    Ellipse,
    /// A filled polygon, corner by corner.
    Polygon,
    /// Fills the connected area of one ink.
    Fill,
    /// Takes up the ink under the pointer.
    Eyedropper,
}

impl Tool {
    /// Every tool, in the order of the tool bar.
    pub const ALL: [Self; 8] =
        [Self::Brush, Self::Eraser, Self::Line, Self::Rectangle, Self::Ellipse, Self::Polygon, Self::Fill, Self::Eyedropper];

    /// Whether the brush's radius matters.
    pub fn has_radius(self) -> bool {
        matches!(self, Self::Brush | Self::Eraser | Self::Line)
    }

    /// Whether samples add to what is there; other tools draw anew from the first and last point.
    pub fn is_incremental(self) -> bool {
        matches!(self, Self::Brush | Self::Eraser)
    }
}

/// A stroke with one tool.
#[derive(Debug, Clone, PartialEq)]
pub struct Stroke {
    /// Which tool.
    pub tool: Tool,
    /// What it lays down.
    pub ink: Ink,
    /// Radius of the brush in canvas pixels.
    pub radius_px: f32,
    /// Where it went, in canvas pixels.
    pub points: Vec<Point>,
}

impl Stroke {
    /// Lays the part of the stroke from point `first` on, within the open transaction.
    ///
    /// Tools that are not incremental take back what the transaction drew and lay the whole shape.
    pub fn lay(&self, document: &mut Document, first: usize) {
        if self.tool == Tool::Eyedropper {
            return;
        }
        if !self.tool.is_incremental() {
            document.rewind();
        }
        document.draw(|canvas, base| {
            let fill = if self.tool == Tool::Eraser { Fill::From(base) } else { Fill::Ink(self.ink) };
            let ends = self.points.first().zip(self.points.last());
            let Some((&start, &end)) = ends else { return Rect::EMPTY };
            match self.tool {
                Tool::Brush | Tool::Eraser => {
                    let path = &self.points[first.saturating_sub(1)..];
                    let dot = paint::brush_segment(canvas, path[0], path[0], self.radius_px, fill);
                    let lay = |touched: Rect, pair: &[Point]| {
                        touched.union(paint::brush_segment(canvas, pair[0], pair[1], self.radius_px, fill))
                    };
                    path.windows(2).fold(dot, lay)
                }
                Tool::Line => paint::brush_segment(canvas, start, end, self.radius_px, fill),
                Tool::Rectangle => paint::rectangle(canvas, start, end, fill),
                Tool::Ellipse => paint::ellipse(canvas, start, end, fill),
                Tool::Polygon => paint::polygon(canvas, &self.points, fill),
                Tool::Fill if end.x >= 0.0 && end.y >= 0.0 => paint::flood_fill(canvas, end.x as usize, end.y as usize, self.ink),
                Tool::Fill | Tool::Eyedropper => Rect::EMPTY,
            }
        });
    }
}
