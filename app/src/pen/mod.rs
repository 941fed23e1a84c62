//! How the pen feels: from the samples of a pointer to the line that is painted.
//!
//! ```text
//! samples ─▶ straight ─▶ stabiliser ─▶ width ─▶ curve ─▶ fine points with a radius each
//! ```
//!
//! Every sample is used, not one a frame. Each stage keeps a fixed amount of state, so a sample costs the same at the
//! end of a long stroke as at its beginning. What a hand does with its muscles (trembling, speed) is measured in points
//! of the interface, not in pixels of the canvas: a magnified canvas does not make a hand calmer.

mod curve;
mod settings;
mod stabiliser;
mod straight;
mod symmetry;
mod width;

pub use settings::{PressureCurve, Settings, Stabiliser};
pub use straight::snapped;
pub use symmetry::{Axes, Mirrored, Symmetry};

use crate::paint::Point;
use curve::Curve;
use stabiliser::Steady;
use straight::Straight;
use width::Width;

/// One report of the pointer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// Where, in canvas pixels.
    pub at: Point,
    /// How hard a pen presses, 0 to 1; a mouse does not tell.
    pub pressure: Option<f32>,
    /// When, in seconds on any clock.
    pub seconds: f64,
    /// Canvas pixels a point of the interface.
    pub pixels_per_point: f32,
    /// What the other hand does.
    pub held: Held,
}

/// Keys that are held while the pointer moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Held {
    /// Straight lines, squares, more of a selection.
    pub shift: bool,
    /// Less of a selection.
    pub alt: bool,
    /// Moves what is selected.
    pub ctrl: bool,
}

impl From<Point> for Sample {
    fn from(at: Point) -> Self {
        Self { at, pressure: None, seconds: 0.0, pixels_per_point: 1.0, held: Held::default() }
    }
}

impl From<[f32; 2]> for Sample {
    fn from(at: [f32; 2]) -> Self {
        Point::from(at).into()
    }
}

/// A place on the line that is painted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Inked {
    /// Where, in canvas pixels.
    pub at: Point,
    /// Radius of the brush there as a share of the radius that is set, 0 to 1.
    pub width: f32,
}

/// The line of one stroke while it is made.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    straight: Straight,
    steady: Steady,
    width: Width,
    curve: Curve,
    /// The newest sample.
    pointer: Sample,
}

impl Line {
    /// A line that begins at a sample, and its first place.
    pub fn begin(settings: &Settings, sample: Sample) -> (Self, Inked) {
        let mut width = Width::new(settings);
        let first = Inked { at: sample.at, width: width.at(&sample, 0.0) };
        let line = Self {
            straight: Straight::default(),
            steady: Steady::new(settings, sample),
            width,
            curve: Curve::begin(first),
            pointer: sample,
        };
        (line, first)
    }

    /// Goes on to a sample; the new places of the line are pushed onto `line`.
    pub fn go_on(&mut self, sample: Sample, line: &mut Vec<Inked>) {
        let was = self.pointer;
        self.pointer = Sample { at: self.straight.led(&was, &sample), ..sample };
        if let Some(tip) = self.steady.follow(&self.pointer) {
            let width = self.width.at(&sample, distance(was.at, sample.at) / sample.pixels_per_point);
            self.curve.go_on(Inked { at: tip, width }, line);
        }
    }

    /// The pointer rests: what the curve kept back is drawn, and a smoothing stabiliser comes nearer.
    pub fn rest(&mut self, seconds: f64, line: &mut Vec<Inked>) {
        let resting = Sample { seconds, ..self.pointer };
        self.pointer = resting;
        if let Some(tip) = self.steady.rest(&resting) {
            let width = self.width.at(&resting, 0.0);
            self.curve.go_on(Inked { at: tip, width }, line);
        }
        self.curve.catch_up(line);
    }

    /// The pen is lifted: the line is drawn to where the pointer is.
    pub fn end(&mut self, line: &mut Vec<Inked>) {
        if let Some(tip) = self.steady.release() {
            let width = self.width.last();
            self.curve.go_on(Inked { at: tip, width }, line);
        }
        self.curve.catch_up(line);
    }

    /// Whether the line would change although the pointer rests.
    pub fn lags(&self) -> bool {
        self.curve.lags() || self.steady.lags()
    }

    /// Where the line has got to and where the pointer is, when a stabiliser keeps them apart.
    pub fn rope(&self) -> Option<(Point, Point)> {
        self.steady.rope()
    }
}

fn distance(a: Point, b: Point) -> f32 {
    (a.x - b.x).hypot(a.y - b.y)
}

#[cfg(test)]
mod tests;
