//! Styles over a picture: which networks, how strongly, and where.
//!
//! A [`Chain`] is plain data that belongs to a drawing and is saved with it. Each of its steps turns the picture so far
//! into another one by a photo-to-photo network and blends the two: `before + strength * mask * (after - before)`.
//! Keeping the networks' own pictures apart from the blending means that strength and mask change without running a
//! network again. The networks themselves are run by [`crate::generate::Stylist`].

mod blend;
mod reach;
mod region;

pub use blend::blend;
pub use reach::{Ground, Reach};

use serde::{Deserialize, Serialize};

/// Steps of a chain beyond this are refused: each may hold a network and a picture in memory.
pub const MAX_STEPS: usize = 8;

/// Widest soft edge of a step in canvas pixels.
pub const MAX_FEATHER_PX: usize = 64;

/// Styles one after another.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Chain {
    /// The steps in order; each reads what the one before it left.
    pub steps: Vec<Step>,
    /// Whether the chain of a photo drawing follows the drawing's model, instead of reading the photograph itself.
    /// Drawings of labels and sketches have no photograph to read: there it always follows the model.
    pub after_model: bool,
}

/// One style of a chain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Step {
    /// Name of a photo-to-photo model.
    pub style: String,
    /// From 0, where nothing changes, to 1, where the style's picture takes the place of the one before.
    pub strength: f32,
    /// Where it applies.
    pub reach: Reach,
    /// Whether it applies everywhere but there.
    pub inverted: bool,
    /// Radius of the soft edge in canvas pixels.
    pub feather_px: usize,
    /// Whether it applies at all.
    pub enabled: bool,
}

impl Default for Step {
    fn default() -> Self {
        Self { style: String::new(), strength: 1.0, reach: Reach::Everywhere, inverted: false, feather_px: 4, enabled: true }
    }
}

impl Step {
    /// A step that applies a style fully and everywhere.
    pub fn new(style: impl Into<String>) -> Self {
        Self { style: style.into(), ..Self::default() }
    }

    /// Whether it can change a picture at all.
    pub fn acts(&self) -> bool {
        self.enabled && self.strength > 0.0
    }

    /// The step with numbers in their ranges, whatever a file or a slider said.
    #[must_use]
    pub fn checked(mut self) -> Self {
        self.strength = if self.strength.is_finite() { self.strength.clamp(0.0, 1.0) } else { 1.0 };
        self.feather_px = self.feather_px.min(MAX_FEATHER_PX);
        self
    }
}

impl Chain {
    /// Whether no step can change a picture.
    pub fn is_idle(&self) -> bool {
        !self.steps.iter().any(Step::acts)
    }

    /// Memory that the regions of its steps take.
    pub fn bytes(&self) -> usize {
        let region = |step: &Step| if let Reach::Region(mask) = &step.reach { mask.coverage().len() } else { 0 };
        size_of_val(&*self.steps) + self.steps.iter().map(region).sum::<usize>()
    }

    /// The chain with its length and numbers in their ranges.
    #[must_use]
    pub fn checked(mut self) -> Self {
        self.steps.truncate(MAX_STEPS);
        self.steps = self.steps.into_iter().map(Step::checked).collect();
        self
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::document::{Mask, Rect};

    #[test]
    fn a_chain_survives_json_and_missing_fields_have_defaults() {
        let region = Mask::from_fn(Rect { left: 3, top: 1, right: 20, bottom: 9 }, |x, y| if (x + y) % 7 < 4 { 255 } else { 9 });
        let chain = Chain {
            steps: vec![
                Step { reach: Reach::Labels(vec![21, 23]), strength: 0.5, ..Step::new("photo2vangogh") },
                Step { reach: Reach::Region(Arc::new(region)), inverted: true, ..Step::new("vangogh2photo") },
            ],
            after_model: true,
        };
        let text = serde_json::to_string(&chain).unwrap();
        assert_eq!(serde_json::from_str::<Chain>(&text).unwrap(), chain);
        let short: Chain = serde_json::from_str(r#"{"steps": [{"style": "photo2vangogh"}]}"#).unwrap();
        assert_eq!(short.steps, [Step::new("photo2vangogh")]);
        assert!(!short.after_model && serde_json::from_str::<Chain>("{}").unwrap().is_idle());
    }

    #[test]
    fn numbers_from_files_are_brought_into_range() {
        let step = Step { strength: f32::NAN, feather_px: 1 << 40, ..Step::new("a") };
        let chain = Chain { steps: vec![Step { strength: -3.0, ..step.clone() }; 20], after_model: false }.checked();
        assert_eq!((chain.steps.len(), chain.steps[0].strength, chain.steps[0].feather_px), (MAX_STEPS, 0.0, MAX_FEATHER_PX));
        assert_eq!(step.checked().strength.to_bits(), 1.0_f32.to_bits());
        assert!(chain.is_idle(), "a step without strength does nothing");
    }
}
