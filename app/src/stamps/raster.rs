//! From a stamp and its placement to pixels.

use tiny_skia::{FillRule, Path, Stroke, Transform};

use super::{Part, Stamp};
use crate::document::{Mask, Placement, Rect};

/// One outline of a part, in heights from the foot.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    /// Its inside.
    Filled(Path, FillRule),
    /// A line along it.
    Stroked(Path, Stroke),
}

/// What lies further away than this, in pixels, is nobody's drawing; below it the rasteriser's arithmetic is exact.
const FARTHEST_PX: f32 = 1e6;

impl Stamp {
    /// The pixels of every part, in order, with the part's first label: those whose centre lies in it. Edges are hard,
    /// because a label has no half. Nothing lies outside `bounds`; a placement that is not finite covers nothing.
    pub fn silhouette(&self, placement: &Placement, bounds: Rect) -> Vec<(&str, Mask)> {
        let covered = |part: &Part| covered(part.shapes.iter().filter_map(|shape| shape.placed(placement)), bounds);
        self.parts.iter().map(|part| (part.labels[0].as_str(), covered(part))).collect()
    }

    /// The outlines as lines of this width, for sketches; what a later part hides is not drawn.
    pub fn lines(&self, placement: &Placement, line_px: f32, bounds: Rect) -> Mask {
        let mut drawn = Mask::default();
        let stroke = Stroke { width: line_px.max(1.0), ..Stroke::default() };
        for part in &self.parts {
            let placed: Vec<_> = part.shapes.iter().filter_map(|shape| shape.placed(placement)).collect();
            let outlines = placed.iter().filter_map(|(path, _)| Some((path.stroke(&stroke, 1.0)?, FillRule::Winding)));
            let outlines = covered(outlines, bounds);
            drawn = drawn.difference(&covered(placed.into_iter(), bounds)).union(&outlines);
        }
        let details = self.details.iter().filter_map(|shape| shape.placed(placement));
        let details = details.filter_map(|(path, _)| Some((path.stroke(&stroke, 1.0)?, FillRule::Winding)));
        drawn.union(&covered(details, bounds))
    }

    /// The corners of the box around the silhouette, in canvas pixels: upper left, upper right, lower right, lower left
    /// of the stamp as drawn.
    pub fn corners(&self, placement: &Placement) -> [[f32; 2]; 4] {
        let [left, top, right, bottom] = self.edges;
        [[left, top], [right, top], [right, bottom], [left, bottom]].map(|corner| placement.canvas_from_stamp(corner))
    }
}

impl Shape {
    /// The box around what it covers, in its own units; `None` when that is nothing.
    pub(super) fn area(&self) -> Option<tiny_skia::Rect> {
        match self {
            Self::Filled(path, _) => path.compute_tight_bounds(),
            Self::Stroked(path, stroke) => path.stroke(stroke, 1.0)?.compute_tight_bounds(),
        }
    }

    /// The area that it covers on the canvas.
    fn placed(&self, placement: &Placement) -> Option<(Path, FillRule)> {
        let ([sx, sy], (sin, cos)) = (placement.scale_px(), placement.rotation_rad.sin_cos());
        let [x, y] = placement.foot;
        let canvas_from_stamp = Transform::from_row(sx * cos, sx * sin, -sy * sin, sy * cos, x, y);
        // Also refuses what is not a number.
        let sound = [sx, sy, x, y].iter().all(|value| value.abs() <= FARTHEST_PX) && sx != 0.0 && sy > 0.0;
        if !sound || !canvas_from_stamp.is_finite() {
            return None;
        }
        match self {
            Self::Filled(path, rule) => Some((path.clone().transform(canvas_from_stamp)?, *rule)),
            Self::Stroked(path, stroke) => {
                // A line is at least a pixel wide, or poles in the distance would come and go.
                let least = 1.0 / sx.abs().min(sy);
                let stroke = Stroke { width: stroke.width.max(least), ..stroke.clone() };
                let outline = path.stroke(&stroke, sx.abs().max(sy))?;
                Some((outline.transform(canvas_from_stamp)?, FillRule::Winding))
            }
        }
    }
}

/// The pixels of `bounds` whose centre lies in any of the areas.
fn covered(areas: impl Iterator<Item = (Path, FillRule)>, bounds: Rect) -> Mask {
    let areas: Vec<(Path, FillRule)> = areas.collect();
    let around = |(path, _): &(Path, FillRule)| {
        // Not the box of the control points, which a frame around the object would show.
        let area = path.compute_tight_bounds()?;
        Some(Rect::around(area.left(), area.top(), area.right(), area.bottom()))
    };
    let rect = areas.iter().filter_map(around).fold(Rect::EMPTY, Rect::union).intersection(bounds);
    let Some(mut mask) = tiny_skia::Mask::new(rect.width() as u32, rect.height() as u32) else { return Mask::default() };
    let mask_from_canvas = Transform::from_translate(-(rect.left as f32), -(rect.top as f32));
    for (path, rule) in &areas {
        mask.fill_path(path, *rule, false, mask_from_canvas);
    }
    Mask::new(rect, mask.take()).unwrap_or_default()
}
