//! Steadies a trembling hand.

use super::settings::{Settings, Stabiliser};
use super::{Sample, distance};
use crate::paint::Point;

/// Length of the longest rope in points of the interface.
const LONGEST_ROPE: f32 = 90.0;

/// Time after which the strongest smoothing has gone 63 % of the way, in seconds.
const LONGEST_TIME: f32 = 0.35;

/// A smoothed line that is this near has arrived, in points.
const ARRIVED: f32 = 0.25;

/// The tip of the line, which follows the pointer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Steady {
    mode: Stabiliser,
    strength: f32,
    tip: Point,
    pointer: Sample,
}

impl Steady {
    pub(super) fn new(settings: &Settings, start: Sample) -> Self {
        Self { mode: settings.stabiliser, strength: settings.strength, tip: start.at, pointer: start }
    }

    /// Moves the tip after the pointer; `None` when it stays.
    pub(super) fn follow(&mut self, pointer: &Sample) -> Option<Point> {
        let seconds = (pointer.seconds - self.pointer.seconds).max(0.0) as f32;
        self.pointer = *pointer;
        let away = distance(self.tip, pointer.at);
        let share = match self.mode {
            Stabiliser::Off => 1.0,
            Stabiliser::Smooth => 1.0 - (-seconds / (self.strength * LONGEST_TIME).max(1e-4)).exp(),
            Stabiliser::Rope => {
                let rope_px = self.strength * LONGEST_ROPE * pointer.pixels_per_point;
                if away <= rope_px {
                    return None;
                }
                (away - rope_px) / away
            }
        };
        self.pull(share)
    }

    /// A smoothed tip comes nearer although the pointer rests.
    pub(super) fn rest(&mut self, pointer: &Sample) -> Option<Point> {
        if self.lags() { self.follow(pointer) } else { None }
    }

    /// The pen is lifted: the tip catches up.
    pub(super) fn release(&mut self) -> Option<Point> {
        self.pull(1.0)
    }

    /// Whether the tip moves on while the pointer rests.
    pub(super) fn lags(&self) -> bool {
        self.mode == Stabiliser::Smooth && distance(self.tip, self.pointer.at) > ARRIVED * self.pointer.pixels_per_point
    }

    /// Tip and pointer, where something keeps them apart.
    pub(super) fn rope(&self) -> Option<(Point, Point)> {
        (self.mode != Stabiliser::Off).then_some((self.tip, self.pointer.at))
    }

    fn pull(&mut self, share: f32) -> Option<Point> {
        let to = self.pointer.at;
        let moves = share > 0.0 && self.tip != to;
        self.tip = Point { x: self.tip.x + (to.x - self.tip.x) * share, y: self.tip.y + (to.y - self.tip.y) * share };
        moves.then_some(self.tip)
    }
}
