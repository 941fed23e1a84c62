//! Where an object stands on the canvas.

use serde::{Deserialize, Serialize};

/// Where a stamp stands, how large it is and how it is turned.
///
/// A stamp's own coordinates are *heights from the foot*: the foot is the origin, x grows to the right and y downwards
/// as on the canvas, and the stamp is 1 high.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Placement {
    /// Where the foot stands, in canvas pixels from the upper left.
    pub foot: [f32; 2],
    /// Height of the stamp in canvas pixels.
    pub height_px: f32,
    /// Width as a multiple of what the stamp was drawn with.
    #[serde(default = "as_drawn")]
    pub stretch_x: f32,
    /// Turned clockwise about the foot, as seen on the canvas.
    #[serde(default)]
    pub rotation_rad: f32,
    /// Left and right swapped.
    #[serde(default)]
    pub flipped: bool,
}

fn as_drawn() -> f32 {
    1.0
}

impl Placement {
    /// Upright and as drawn.
    pub const fn upright(foot: [f32; 2], height_px: f32) -> Self {
        Self { foot, height_px, stretch_x: 1.0, rotation_rad: 0.0, flipped: false }
    }

    /// Canvas pixels a height to the right and downwards, before the rotation; the first is negative when flipped.
    pub fn scale_px(&self) -> [f32; 2] {
        let across = self.height_px * self.stretch_x;
        [if self.flipped { -across } else { across }, self.height_px]
    }

    /// The canvas place, in pixels, of a place in heights from the foot.
    pub fn canvas_from_stamp(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        let ([sx, sy], (sin, cos)) = (self.scale_px(), self.rotation_rad.sin_cos());
        let (x, y) = (x * sx, y * sy);
        [self.foot[0] + x * cos - y * sin, self.foot[1] + x * sin + y * cos]
    }

    /// The place in heights from the foot under a canvas place in pixels; not finite where the stamp has no extent.
    pub fn stamp_from_canvas(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        let ([sx, sy], (sin, cos)) = (self.scale_px(), self.rotation_rad.sin_cos());
        let (x, y) = (x - self.foot[0], y - self.foot[1]);
        [(x * cos + y * sin) / sx, (y * cos - x * sin) / sy]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_quarter_turn_lays_a_stamp_to_its_right() {
        let placement = Placement { rotation_rad: std::f32::consts::FRAC_PI_2, ..Placement::upright([50.0, 80.0], 20.0) };
        let [x, y] = placement.canvas_from_stamp([0.0, -1.0]);
        assert!((x - 70.0).abs() < 1e-4 && (y - 80.0).abs() < 1e-4, "the head lies at {x}, {y}");
    }

    proptest! {
        #[test]
        fn a_place_on_the_canvas_is_found_again(
            foot in prop::array::uniform2(-500f32..500.0), height_px in 1f32..300.0, stretch_x in 0.2f32..4.0,
            rotation_rad in -7f32..7.0, flipped in any::<bool>(), place in prop::array::uniform2(-2f32..2.0),
        ) {
            let placement = Placement { foot, height_px, stretch_x, rotation_rad, flipped };
            let again = placement.stamp_from_canvas(placement.canvas_from_stamp(place));
            prop_assert!((again[0] - place[0]).abs() < 1e-2 && (again[1] - place[1]).abs() < 1e-2, "{place:?} {again:?}");
        }
    }
}
