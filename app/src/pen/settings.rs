//! What can be set about the pen.

use serde::{Deserialize, Serialize};

/// How the pen feels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// How a trembling line is steadied.
    pub stabiliser: Stabiliser,
    /// How much, 0 to 1.
    pub strength: f32,
    /// From pressure to radius; only pens press.
    pub pressure: PressureCurve,
    /// How much thinner a fast mouse paints, 0 to 1; 0 paints at one width.
    pub speed_thins: f32,
}

/// How a trembling line is steadied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stabiliser {
    /// The line is where the pointer is.
    #[default]
    Off,
    /// The line follows the pointer after a while, as if through honey.
    Smooth,
    /// The pointer pulls the line on a rope: as long as it is slack, nothing moves.
    Rope,
}

/// From a pen's pressure to a share of the radius: `least + (1 - least) * pressure^gamma`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PressureCurve {
    /// Whether pressure is heeded at all.
    pub on: bool,
    /// The share of the radius at no pressure, 0 to 1.
    pub least: f32,
    /// Above 1 the pen is soft: it must be pressed hard for a broad line. Between 0.25 and 4.
    pub gamma: f32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { stabiliser: Stabiliser::Off, strength: 0.5, pressure: PressureCurve::default(), speed_thins: 0.0 }
    }
}

impl Default for PressureCurve {
    fn default() -> Self {
        Self { on: true, least: 0.15, gamma: 1.0 }
    }
}

impl PressureCurve {
    /// The share of the radius at a pressure.
    pub fn share(&self, pressure: f32) -> f32 {
        self.least + (1.0 - self.least) * pressure.clamp(0.0, 1.0).powf(self.gamma)
    }
}

impl Settings {
    /// The same with every number within its range.
    #[must_use]
    pub fn sound(mut self) -> Self {
        let default = Self::default();
        let share = |value: f32, default: f32| if value.is_finite() { value.clamp(0.0, 1.0) } else { default };
        self.strength = share(self.strength, default.strength);
        self.speed_thins = share(self.speed_thins, default.speed_thins);
        self.pressure.least = share(self.pressure.least, default.pressure.least);
        let gamma = self.pressure.gamma;
        self.pressure.gamma = if gamma.is_finite() { gamma.clamp(0.25, 4.0) } else { default.pressure.gamma };
        self
    }
}
