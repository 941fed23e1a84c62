//! A smooth curve through the samples.
//!
//! Centripetal Catmull-Rom (Yuksel, Schaefer and Keyser 2011, "Parameterization and applications of Catmull-Rom
//! curves"): it goes through every sample, and with knots spaced by the root of the distance it neither loops nor
//! overshoots where samples lie unevenly. The piece between two samples needs the one before and the one after, so the
//! curve is one sample behind until the pointer rests or the pen is lifted.

use super::{Inked, distance};
use crate::paint::Point;

/// The curve is drawn in pieces about this long, in canvas pixels.
const PIECE_PX: f32 = 1.5;

/// No two samples are so far apart that more pieces would be seen.
const MOST_PIECES: f32 = 256.0;

/// Samples nearer than this are one.
const SAME_PX: f32 = 1e-2;

/// The last three samples, and how far the curve is drawn.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Curve {
    /// Before the piece that is next; at the start of a stroke this is the start itself.
    before: Inked,
    /// Where that piece starts: the curve is drawn up to here.
    from: Inked,
    /// Where it ends, once there is such a sample.
    to: Option<Inked>,
}

impl Curve {
    pub(super) fn begin(start: Inked) -> Self {
        Self { before: start, from: start, to: None }
    }

    /// Adds a sample and draws the piece that it completes.
    pub(super) fn go_on(&mut self, sample: Inked, line: &mut Vec<Inked>) {
        let last = self.to.unwrap_or(self.from);
        if distance(last.at, sample.at) < SAME_PX {
            return;
        }
        if let Some(to) = self.to {
            piece([self.before, self.from, to, sample], line);
            (self.before, self.from) = (self.from, to);
        }
        self.to = Some(sample);
    }

    /// Draws up to the newest sample, as if the line ended there.
    pub(super) fn catch_up(&mut self, line: &mut Vec<Inked>) {
        if let Some(to) = self.to.take() {
            piece([self.before, self.from, to, to], line);
            (self.before, self.from) = (self.from, to);
        }
    }

    /// Whether a sample has not been drawn to yet.
    pub(super) fn lags(&self) -> bool {
        self.to.is_some()
    }
}

/// Draws from the second to the third of four samples, the second one left out.
fn piece(samples: [Inked; 4], line: &mut Vec<Inked>) {
    let [_, from, to, _] = samples;
    let length = distance(from.at, to.at);
    let count = (length / PIECE_PX).ceil().clamp(1.0, MOST_PIECES);
    for index in 1..count as usize {
        let t = index as f32 / count;
        line.push(Inked { at: between(samples.map(|sample| sample.at), t), width: from.width + (to.width - from.width) * t });
    }
    line.push(to);
}

/// The place at `t`, 0 to 1, between the second and the third of four points (Barry and Goldman's pyramid).
///
/// A neighbour that coincides with its end stands for an end of the line: the point beyond it is made by reflection.
fn between([p0, p1, p2, p3]: [Point; 4], t: f32) -> Point {
    let reflected = |end: Point, inner: Point| Point { x: 2.0 * end.x - inner.x, y: 2.0 * end.y - inner.y };
    let p0 = if distance(p0, p1) < SAME_PX { reflected(p1, p2) } else { p0 };
    let p3 = if distance(p2, p3) < SAME_PX { reflected(p2, p1) } else { p3 };
    let t1 = distance(p0, p1).sqrt();
    let t2 = t1 + distance(p1, p2).sqrt();
    let t3 = t2 + distance(p2, p3).sqrt();
    let t = t1 + t * (t2 - t1);
    let mix = |a: Point, b: Point, ta: f32, tb: f32| {
        let share = (t - ta) / (tb - ta);
        Point { x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share }
    };
    let (a1, a2, a3) = (mix(p0, p1, 0.0, t1), mix(p1, p2, t1, t2), mix(p2, p3, t2, t3));
    let (b1, b2) = (mix(a1, a2, 0.0, t2), mix(a2, a3, t1, t3));
    mix(b1, b2, t1, t2)
}
