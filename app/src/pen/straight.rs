//! Straight lines: while Shift is held the pen runs along a ruler.

use super::{Sample, distance};
use crate::paint::Point;

/// Directions lie this far apart.
const STEP: f32 = std::f32::consts::PI / 12.0;

/// The ruler is laid once the pointer has moved this far, in points of the interface.
const TELLING: f32 = 6.0;

/// The end of a line from `from` to `to` in the nearest direction that is a multiple of 15°.
///
/// The end is where the perpendicular from `to` meets that direction, so it stays under the hand.
pub fn snapped(from: Point, to: Point) -> Point {
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    if dx == 0.0 && dy == 0.0 {
        return to;
    }
    along(from, direction((dy.atan2(dx) / STEP).round() * STEP), to)
}

/// A unit vector; multiples of 90° are exact, so that level lines are level.
fn direction(angle: f32) -> (f32, f32) {
    let exact = |value: f32| if value.abs() < 1e-6 { 0.0 } else { value };
    (exact(angle.cos()), exact(angle.sin()))
}

fn along(from: Point, (x, y): (f32, f32), to: Point) -> Point {
    let length = (to.x - from.x) * x + (to.y - from.y) * y;
    Point { x: from.x + x * length, y: from.y + y * length }
}

/// The ruler under the hand, if there is one.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) enum Straight {
    /// Shift is not held.
    #[default]
    Free,
    /// Shift is held; the direction is not clear yet.
    Waiting(Point),
    /// The pen runs from this place in this direction.
    Ruled(Point, (f32, f32)),
}

impl Straight {
    /// Where the ruler leads a sample that follows `was`.
    pub(super) fn led(&mut self, was: &Sample, sample: &Sample) -> Point {
        *self = match *self {
            _ if !sample.held.shift => Self::Free,
            Self::Free => Self::Waiting(was.at),
            other => other,
        };
        if let Self::Waiting(anchor) = *self
            && distance(anchor, sample.at) >= TELLING * sample.pixels_per_point
        {
            let end = snapped(anchor, sample.at);
            let length = distance(anchor, end);
            *self = Self::Ruled(anchor, ((end.x - anchor.x) / length, (end.y - anchor.y) / length));
        }
        match *self {
            Self::Free => sample.at,
            // The line waits at the anchor, so that it does not start with a hook.
            Self::Waiting(anchor) => anchor,
            Self::Ruled(anchor, direction) => along(anchor, direction, sample.at),
        }
    }
}
