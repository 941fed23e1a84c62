//! A selection while it is made.

use super::hand::{Outcome, constrained};
use crate::document::{Canvas, Kind, Mask, Rect};
use crate::paint::{self, Fill, Point};
use crate::pen::{Held, Sample};
use crate::tool::Tool;

/// How a new area joins the selection that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Joining {
    /// It takes its place.
    #[default]
    Replaces,
    /// Both are selected: Shift.
    Adds,
    /// The new area is selected no more: Alt.
    Subtracts,
}

impl Joining {
    fn of(tool: Tool, held: Held) -> Self {
        match held {
            Held { alt: true, .. } => Self::Subtracts,
            Held { shift: true, .. } => Self::Adds,
            // A region is painted in several strokes.
            _ if tool == Tool::SelectBrush => Self::Adds,
            _ => Self::Replaces,
        }
    }

    /// The selection that comes of both; nothing selected is no selection.
    fn joined(self, before: Option<&Mask>, new: &Mask) -> Option<Mask> {
        let joined = match (self, before) {
            (Self::Replaces, _) | (Self::Adds, None) => new.clone(),
            (Self::Adds, Some(before)) => before.union(new),
            (Self::Subtracts, Some(before)) => before.difference(new).trimmed(),
            (Self::Subtracts, None) => Mask::default(),
        };
        (!joined.is_empty()).then_some(joined)
    }
}

/// A rectangle, a lasso or a stroke of the selection brush between press and release.
#[derive(Debug, Clone, PartialEq)]
pub struct Selecting {
    tool: Tool,
    joining: Joining,
    /// Corners of the rectangle, the lasso's line, or the brush's path, in canvas pixels.
    points: Vec<Point>,
    /// What the brush went over.
    brushed: Option<Brushed>,
}

/// What a selection brush went over: ink 1 on an empty canvas.
#[derive(Debug, Clone, PartialEq)]
struct Brushed {
    canvas: Canvas,
    touched: Rect,
    radius_px: f32,
}

impl Brushed {
    fn begin(at: Point, radius_px: f32, bounds: Rect) -> Self {
        let canvas = Canvas::new(Kind::Sketch, bounds.right, bounds.bottom, 0);
        let mut brushed = Self { canvas, touched: Rect::EMPTY, radius_px };
        brushed.go_over(at, at);
        brushed
    }

    fn go_over(&mut self, from: Point, to: Point) {
        self.touched = self.touched.union(paint::brush_segment(&mut self.canvas, from, to, self.radius_px, Fill::Ink(1)));
    }

    fn mask(&self) -> Mask {
        paint::of_one_ink(&self.canvas, 1, self.touched)
    }
}

/// A lasso's places are at least this far apart in points of the interface; more would only cost time.
const LASSO_STEP: f32 = 1.0;

impl Selecting {
    /// `radius_px` is the brush's, in canvas pixels.
    pub(super) fn begin(tool: Tool, radius_px: f32, sample: &Sample, bounds: Rect) -> Self {
        let brushed = (tool == Tool::SelectBrush).then(|| Brushed::begin(sample.at, radius_px, bounds));
        Self { tool, joining: Joining::of(tool, sample.held), points: vec![sample.at], brushed }
    }

    pub(super) fn go_on(&mut self, samples: &[Sample]) {
        for sample in samples {
            if self.tool == Tool::SelectRectangle {
                // Shift that was held from the start adds; pressed later it makes a square.
                let held = Held { shift: sample.held.shift && self.joining != Joining::Adds, ..sample.held };
                let end = constrained(self.tool, self.points[0], &Sample { held, ..*sample });
                self.points.truncate(1);
                self.points.push(end);
            } else if self
                .points
                .last()
                .is_none_or(|last| (last.x - sample.at.x).hypot(last.y - sample.at.y) >= LASSO_STEP * sample.pixels_per_point)
            {
                if let (Some(brushed), Some(last)) = (&mut self.brushed, self.points.last()) {
                    brushed.go_over(*last, sample.at);
                }
                self.points.push(sample.at);
            }
        }
    }

    /// What the selection brush went over so far.
    pub fn brushed(&self) -> Option<Mask> {
        self.brushed.as_ref().map(Brushed::mask)
    }

    /// The outline so far, to be closed, in canvas pixels; a brush has none.
    pub fn outline(&self) -> Vec<Point> {
        match (self.tool, &self.points[..]) {
            (Tool::SelectRectangle, [a, .., b]) => {
                let corner = |x, y| Point { x, y };
                vec![*a, corner(b.x, a.y), *b, corner(a.x, b.y)]
            }
            (Tool::SelectBrush, _) => Vec::new(),
            _ => self.points.clone(),
        }
    }

    /// The selection that comes of it; a click without a drag selects nothing.
    pub(super) fn finished(self, bounds: Rect, before: Option<&Mask>) -> Option<Mask> {
        let new = self.brushed().unwrap_or_else(|| paint::mask_of(&self.outline(), bounds));
        self.joining.joined(before, &new.trimmed())
    }

    /// The selection that comes of a click with the wand; nothing comes of one outside the canvas.
    pub(super) fn by_wand(canvas: &Canvas, sample: &Sample, contiguous: bool, before: Option<&Mask>) -> Option<Outcome> {
        let Point { x, y } = sample.at;
        let (x, y) = (x >= 0.0 && y >= 0.0).then_some((x as usize, y as usize))?;
        let ink = canvas.get(x, y)?;
        let new = if contiguous {
            paint::connected(canvas, x, y, None)
        } else {
            paint::of_one_ink(canvas, ink, canvas.bounds()).trimmed()
        };
        Some(Outcome::Selection(Joining::of(Tool::Wand, sample.held).joined(before, &new)))
    }
}
