//! Moving, scaling, turning and mirroring what stands somewhere.

use std::f32::consts::TAU;

use super::Placement;

impl Placement {
    /// Scaled about a place that stays where it is.
    #[must_use]
    pub fn scaled(self, factor: f32, about: [f32; 2]) -> Self {
        let along = |i: usize| about[i] + (self.foot[i] - about[i]) * factor;
        Self { foot: [along(0), along(1)], height_px: self.height_px * factor, ..self }
    }

    /// Turned about a place that stays where it is.
    #[must_use]
    pub fn rotated(self, angle_rad: f32, about: [f32; 2]) -> Self {
        let (dx, dy) = (self.foot[0] - about[0], self.foot[1] - about[1]);
        let (sin, cos) = angle_rad.sin_cos();
        let foot = [about[0] + cos * dx - sin * dy, about[1] + sin * dx + cos * dy];
        let rotation_rad = (self.rotation_rad + angle_rad).rem_euclid(TAU);
        Self { foot, rotation_rad, ..self }
    }

    /// Mirrored left to right about a column that stays where it is.
    #[must_use]
    pub fn mirrored(self, about_x: f32) -> Self {
        let rotation_rad = (-self.rotation_rad).rem_euclid(TAU);
        Self { foot: [2.0 * about_x - self.foot[0], self.foot[1]], rotation_rad, flipped: !self.flipped, ..self }
    }

    /// Moved by whole or part pixels.
    #[must_use]
    pub fn moved(self, [dx, dy]: [f32; 2]) -> Self {
        Self { foot: [self.foot[0] + dx, self.foot[1] + dy], ..self }
    }

    /// Within what can be drawn: finite, 1 to 16384 pixels high, not squeezed to nothing.
    #[must_use]
    pub fn sane(self) -> Self {
        let finite = |value: f32, otherwise: f32| if value.is_finite() { value } else { otherwise };
        Self {
            foot: self.foot.map(|value| finite(value, 0.0).clamp(-1e5, 1e5)),
            height_px: finite(self.height_px, 1.0).clamp(1.0, 16384.0),
            stretch_x: finite(self.stretch_x, 1.0).clamp(0.05, 20.0),
            rotation_rad: finite(self.rotation_rad, 0.0).rem_euclid(TAU),
            flipped: self.flipped,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_lies_at_the_centre_stays_there(
            foot in prop::array::uniform2(0f32..500.0), height_px in 5f32..300.0, stretch_x in 0.3f32..3.0,
            rotation_rad in 0f32..6.0, flipped: bool, place in prop::array::uniform2(0f32..500.0), angle in -3f32..3.0,
        ) {
            let placement = Placement { foot, height_px, stretch_x, rotation_rad, flipped };
            let own = placement.stamp_from_canvas(place);
            for changed in [placement.rotated(angle, place), placement.scaled(1.7, place), placement.mirrored(place[0])] {
                let [x, y] = changed.canvas_from_stamp(own);
                prop_assert!((x - place[0]).abs() < 0.02 && (y - place[1]).abs() < 0.02, "{x} {y}");
            }
        }
    }
}
