//! How broad the line is: by pressure where there is any, by speed if that is wanted.

use super::Sample;
use super::settings::Settings;

/// A speed that halves the width at full effect, in points a second.
const HALVING_SPEED: f32 = 900.0;

/// How fast the width follows the speed: the share of the change that a second leaves is `e^-RATE`.
const RATE: f32 = 14.0;

/// The width of the line so far.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Width {
    settings: Settings,
    /// Smoothed speed in points a second.
    speed: f32,
    seconds: Option<f64>,
    last: f32,
}

impl Width {
    pub(super) fn new(settings: &Settings) -> Self {
        Self { settings: *settings, speed: 0.0, seconds: None, last: 1.0 }
    }

    /// The share of the radius at a sample that lies `moved` points from the one before.
    pub(super) fn at(&mut self, sample: &Sample, moved: f32) -> f32 {
        let seconds = self.seconds.map_or(0.0, |before| (sample.seconds - before).max(0.0) as f32);
        self.seconds = Some(sample.seconds);
        if seconds > 0.0 {
            self.speed += (moved / seconds - self.speed) * (1.0 - (-RATE * seconds).exp());
        }
        self.last = match sample.pressure {
            Some(pressure) if self.settings.pressure.on => self.settings.pressure.share(pressure),
            Some(_) => 1.0,
            None => 1.0 / (1.0 + self.settings.speed_thins * self.speed / HALVING_SPEED),
        };
        self.last
    }

    /// The width at the last sample.
    pub(super) fn last(&self) -> f32 {
        self.last
    }
}
