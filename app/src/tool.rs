//! The tools of the hand, and how a stroke of one reaches a document.

use serde::{Deserialize, Serialize};

use crate::document::{Canvas, Document, Ink, Mask, Rect};
use crate::paint::{self, Fill, Point};
use crate::pen::{Mirrored, Symmetry};

/// What the pointer does on the canvas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tool {
    /// Selects and moves objects.
    Objects,
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
    /// Selects a rectangle.
    SelectRectangle,
    /// Selects what a freehand line goes round.
    Lasso,
    /// Selects what a round brush goes over.
    SelectBrush,
    /// Selects an area of one ink.
    Wand,
}

impl Tool {
    /// Every tool, in the order of the tool bar.
    pub const ALL: [Self; 13] = [
        Self::Objects,
        Self::Brush,
        Self::Eraser,
        Self::Line,
        Self::Rectangle,
        Self::Ellipse,
        Self::Polygon,
        Self::Fill,
        Self::Eyedropper,
        Self::SelectRectangle,
        Self::Lasso,
        Self::SelectBrush,
        Self::Wand,
    ];

    /// Whether the brush's radius matters.
    pub fn has_radius(self) -> bool {
        matches!(self, Self::Brush | Self::Eraser | Self::Line | Self::SelectBrush)
    }

    /// Whether the tool selects and does not paint.
    pub fn selects(self) -> bool {
        matches!(self, Self::SelectRectangle | Self::Lasso | Self::SelectBrush | Self::Wand)
    }

    /// Whether the tool changes no layer of pixels.
    pub fn only_looks(self) -> bool {
        matches!(self, Self::Objects | Self::Eyedropper) || self.selects()
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
    /// The share of the radius at each point; where there is none, all of it.
    pub widths: Vec<f32>,
}

/// What a stroke meets on a drawing: mirrors that repeat it and a selection that confines it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ground<'a> {
    /// The mirrors.
    pub symmetry: Option<Symmetry>,
    /// What the image in a standing mirror lays down, where that differs: a left eye is mirrored into a right eye.
    pub mirrored_ink: Option<Ink>,
    /// The selection.
    pub within: Option<&'a Mask>,
}

impl Stroke {
    /// Lays the part of the stroke from point `first` on, within the open transaction.
    ///
    /// Tools that are not incremental take back what the transaction drew and lay the whole shape.
    pub fn lay(&self, document: &mut Document, first: usize) {
        self.lay_on(document, first, Ground::default());
    }

    /// As [`Stroke::lay`], with mirrors and within a selection.
    pub fn lay_on(&self, document: &mut Document, first: usize, ground: Ground<'_>) {
        if self.tool.only_looks() {
            return;
        }
        let paint = |canvas: &mut Canvas, base: &Canvas| {
            let images = ground.symmetry.map_or_else(|| vec![Mirrored::NONE], |symmetry| symmetry.images().collect());
            let lay = |touched: Rect, image: Mirrored| touched.union(self.lay_image(canvas, base, first, image, ground));
            images.into_iter().fold(Rect::EMPTY, lay)
        };
        if self.tool.is_incremental() {
            document.draw(paint);
        } else {
            document.redraw(paint);
        }
    }

    fn lay_image(&self, canvas: &mut Canvas, base: &Canvas, first: usize, image: Mirrored, ground: Ground<'_>) -> Rect {
        let ink = ground.mirrored_ink.filter(|_| image.x).unwrap_or(self.ink);
        let fill = if self.tool == Tool::Eraser { Fill::From(base) } else { Fill::Ink(ink) };
        let within = |mask| Fill::Within { mask, fill: &fill };
        let fill = ground.within.map_or(fill, within);
        let Some((&start, &end)) = self.points.first().zip(self.points.last()) else { return Rect::EMPTY };
        let (start, end) = (image.place(start), image.place(end));
        match self.tool {
            Tool::Brush | Tool::Eraser => self.lay_path(canvas, first, image, fill),
            Tool::Line => paint::brush_segment(canvas, start, end, self.radius_px, fill),
            Tool::Rectangle => paint::rectangle(canvas, start, end, fill),
            Tool::Ellipse => paint::ellipse(canvas, start, end, fill),
            Tool::Polygon => {
                let corners: Vec<Point> = self.points.iter().map(|point| image.place(*point)).collect();
                paint::polygon(canvas, &corners, fill)
            }
            Tool::Fill if end.x >= 0.0 && end.y >= 0.0 => {
                let (x, y) = (end.x as usize, end.y as usize);
                match ground.within {
                    Some(_) => paint::paint_mask(canvas, &paint::connected(canvas, x, y, ground.within), fill),
                    None => paint::flood_fill(canvas, x, y, ink),
                }
            }
            // What paints nothing was left above.
            _ => Rect::EMPTY,
        }
    }

    fn lay_path(&self, canvas: &mut Canvas, first: usize, image: Mirrored, fill: Fill<'_>) -> Rect {
        let disc = |index: usize| {
            let width = self.widths.get(index).copied().unwrap_or(1.0);
            (image.place(self.points[index]), self.radius_px * width)
        };
        let from = first.saturating_sub(1);
        let dot = paint::brush_taper(canvas, disc(from), disc(from), fill);
        let lay = |touched: Rect, index: usize| touched.union(paint::brush_taper(canvas, disc(index), disc(index + 1), fill));
        (from..self.points.len() - 1).fold(dot, lay)
    }
}
