//! The stroke under the pointer: a small machine of (what the hand does, what the pen says).

use crate::document::{Document, Ink};
use crate::paint::Point;
use crate::tool::{Stroke, Tool};

/// What the pen says, in canvas pixels.
#[derive(Debug, Clone, PartialEq)]
pub enum PenEvent {
    /// The pointer was pressed.
    Down(Point),
    /// It moved while pressed; every sample since the last frame.
    Drag(Vec<Point>),
    /// It moved without being pressed.
    Hover(Point),
    /// It was released.
    Up,
    /// A polygon should be closed: Enter or a double click.
    Finish,
    /// The stroke should be as if it had never begun: Escape.
    Cancel,
}

/// What the hand is doing.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Hand {
    /// Nothing.
    #[default]
    Ready,
    /// A stroke between press and release.
    Drawing(Stroke),
    /// A polygon between its corners; the last point follows the pointer.
    Corners(Stroke),
}

/// A click this near to a polygon's first corner closes it, in canvas pixels.
const CLOSING_DISTANCE_PX: f32 = 4.0;

impl Hand {
    /// Handles an event on the document; an eyedropper gives the ink that it found.
    pub fn handle(&mut self, event: PenEvent, tool: Tool, ink: Ink, radius_px: f32, document: &mut Document) -> Option<Ink> {
        let start = |point: Point| Stroke { tool, ink, radius_px, points: vec![point] };
        *self = match (std::mem::take(self), event) {
            (Self::Ready, PenEvent::Down(point)) if tool == Tool::Eyedropper => {
                let found = ink_at(document, point);
                if found.is_some() {
                    return found;
                }
                Self::Ready
            }
            (Self::Ready, PenEvent::Down(point)) => {
                let mut stroke = start(point);
                document.begin();
                if tool == Tool::Polygon {
                    stroke.points.push(point);
                    Self::Corners(stroke)
                } else {
                    stroke.lay(document, 0);
                    Self::Drawing(stroke)
                }
            }
            (Self::Drawing(mut stroke), PenEvent::Drag(points)) => {
                let first = stroke.points.len();
                if stroke.tool != Tool::Fill && !points.is_empty() {
                    stroke.points.extend(points);
                    stroke.lay(document, first);
                }
                Self::Drawing(stroke)
            }
            (Self::Drawing(_), PenEvent::Up) => {
                document.commit();
                Self::Ready
            }
            (Self::Corners(stroke), PenEvent::Down(point)) => corner(stroke, point, document),
            (Self::Corners(mut stroke), PenEvent::Hover(point)) => {
                follow(&mut stroke, point, document);
                Self::Corners(stroke)
            }
            (Self::Corners(mut stroke), PenEvent::Drag(points)) => {
                if let Some(point) = points.last() {
                    follow(&mut stroke, *point, document);
                }
                Self::Corners(stroke)
            }
            (Self::Corners(stroke), PenEvent::Finish) => finished(stroke, document),
            (Self::Drawing(_) | Self::Corners(_), PenEvent::Cancel) => {
                document.cancel();
                Self::Ready
            }
            (hand, _) => hand,
        };
        None
    }

    /// Whether a stroke is under way.
    pub fn is_busy(&self) -> bool {
        *self != Self::Ready
    }
}

/// Fixes the corner that followed the pointer, or closes the polygon at its first corner.
fn corner(mut stroke: Stroke, point: Point, document: &mut Document) -> Hand {
    let first = stroke.points[0];
    let closes = stroke.points.len() > 3 && (first.x - point.x).hypot(first.y - point.y) <= CLOSING_DISTANCE_PX;
    if closes {
        return finished(stroke, document);
    }
    follow(&mut stroke, point, document);
    stroke.points.push(point);
    Hand::Corners(stroke)
}

fn follow(stroke: &mut Stroke, point: Point, document: &mut Document) {
    if let Some(last) = stroke.points.last_mut() {
        *last = point;
    }
    stroke.lay(document, 0);
}

/// Ends a polygon without the corner that followed the pointer.
fn finished(mut stroke: Stroke, document: &mut Document) -> Hand {
    stroke.points.pop();
    stroke.points.dedup();
    if stroke.points.len() >= 3 {
        stroke.lay(document, 0);
        document.commit();
    } else {
        document.cancel();
    }
    Hand::Ready
}

fn ink_at(document: &Document, point: Point) -> Option<Ink> {
    let inside = point.x >= 0.0 && point.y >= 0.0;
    inside.then(|| document.composite().get(point.x as usize, point.y as usize)).flatten()
}
