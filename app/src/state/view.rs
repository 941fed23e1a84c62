//! Where the canvas lies in its pane, and how canvas and picture share the window.

use egui::{Pos2, Rect, Vec2};
use serde::{Deserialize, Serialize};

use crate::paint::Point;

/// Zoom and position of a canvas in its pane.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(from = "SavedView", into = "SavedView")]
pub enum View {
    /// As large as the pane allows.
    #[default]
    Fit,
    /// Chosen by the user.
    Free {
        /// Interface points a canvas pixel.
        zoom: f32,
        /// The canvas place in the pane's centre, in pixels.
        centre: Vec2,
    },
}

/// A view in files: zoom and centre when they were chosen by the user.
#[derive(Serialize, Deserialize)]
struct SavedView(Option<(f32, [f32; 2])>);

impl From<View> for SavedView {
    fn from(view: View) -> Self {
        Self(match view {
            View::Fit => None,
            View::Free { zoom, centre } => Some((zoom, centre.into())),
        })
    }
}

impl From<SavedView> for View {
    fn from(SavedView(saved): SavedView) -> Self {
        let sound = saved.filter(|(zoom, [x, y])| ZOOM_RANGE.contains(zoom) && x.is_finite() && y.is_finite());
        sound.map_or(Self::Fit, |(zoom, centre)| Self::Free { zoom, centre: centre.into() })
    }
}

/// Interface points a canvas pixel.
const ZOOM_RANGE: std::ops::RangeInclusive<f32> = 0.05..=64.0;

/// Room around a fitted canvas in points.
const MARGIN: f32 = 8.0;

impl View {
    /// The canvas's rectangle in the interface.
    pub fn canvas_rect(&self, pane: Rect, canvas_size: Vec2) -> Rect {
        let (zoom, centre) = self.resolved(pane, canvas_size);
        Rect::from_min_size(pane.center() - centre * zoom, canvas_size * zoom)
    }

    /// Zoom in points a pixel, and the canvas place in the pane's centre.
    fn resolved(&self, pane: Rect, canvas_size: Vec2) -> (f32, Vec2) {
        match *self {
            Self::Fit => {
                let room = (pane.size() - Vec2::splat(2.0 * MARGIN)).max(Vec2::splat(1.0)) / canvas_size;
                (room.min_elem().clamp(*ZOOM_RANGE.start(), *ZOOM_RANGE.end()), canvas_size / 2.0)
            }
            Self::Free { zoom, centre } => (zoom, centre),
        }
    }

    /// The view after scaling by `factor` around a place in the interface, which stays where it is.
    #[must_use]
    pub fn zoomed(&self, pane: Rect, canvas_size: Vec2, factor: f32, around: Pos2) -> Self {
        let (zoom, centre) = self.resolved(pane, canvas_size);
        let new_zoom = (zoom * factor).clamp(*ZOOM_RANGE.start(), *ZOOM_RANGE.end());
        let held = centre + (around - pane.center()) / zoom;
        Self::Free { zoom: new_zoom, centre: held - (around - pane.center()) / new_zoom }
    }

    /// The view after moving the canvas by `delta` points.
    #[must_use]
    pub fn panned(&self, pane: Rect, canvas_size: Vec2, delta: Vec2) -> Self {
        let (zoom, centre) = self.resolved(pane, canvas_size);
        // Some of the canvas always stays in sight.
        let centre = (centre - delta / zoom).clamp(Vec2::ZERO, canvas_size);
        Self::Free { zoom, centre }
    }
}

/// The canvas place under a place in the interface, given the canvas's rectangle there.
pub fn canvas_from_ui(canvas_rect: Rect, canvas_size: Vec2, place: Pos2) -> Point {
    let at = (place - canvas_rect.min) / canvas_rect.size() * canvas_size;
    Point { x: at.x, y: at.y }
}

/// How canvas and picture share the window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Layout {
    /// Canvas left, picture right; the canvas has this share of the width.
    Split(f32),
    /// Both in one pane; the canvas lies over the picture with this opacity.
    Overlay(f32),
}

impl Default for Layout {
    fn default() -> Self {
        Self::Split(0.5)
    }
}

impl Layout {
    /// The other way.
    #[must_use]
    pub fn toggled(self) -> Self {
        match self {
            Self::Split(_) => Self::Overlay(0.4),
            Self::Overlay(_) => Self::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zooming_holds_the_place_under_the_pointer() {
        let pane = Rect::from_min_size(Pos2::new(30.0, 40.0), Vec2::new(500.0, 300.0));
        let (size, around) = (Vec2::new(512.0, 256.0), Pos2::new(200.0, 120.0));
        let mut view = View::Fit;
        let before = canvas_from_ui(view.canvas_rect(pane, size), size, around);
        for factor in [1.5, 3.0, 0.4] {
            view = view.zoomed(pane, size, factor, around);
            let after = canvas_from_ui(view.canvas_rect(pane, size), size, around);
            assert!((after.x - before.x).abs() < 0.01 && (after.y - before.y).abs() < 0.01);
        }
    }
}
