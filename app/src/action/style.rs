//! What a user can ask of the styles.

use super::Action;
use crate::styles::Step;

/// A wish about the styles over the drawing that is shown; [`crate::state::State::apply`] carries it out.
#[derive(Debug, Clone, PartialEq)]
pub enum StyleAction {
    /// Put a style, by its model's name, at the end of the chain.
    Add(String),
    /// Take a step away.
    Remove(usize),
    /// Give a step another place.
    Move {
        /// Where it is.
        from: usize,
        /// Where it will be.
        to: usize,
    },
    /// Change a step.
    Edit {
        /// Which.
        at: usize,
        /// What it is to be.
        step: Step,
        /// Whether a slider is being dragged, so that this and what follows are one step of undo.
        goes_on: bool,
    },
    /// The slider was let go.
    Settle,
    /// Whether the chain of a photo drawing follows the drawing's model instead of reading the photograph.
    FollowModel(bool),
    /// Show or hide the picture before styles beside the one after.
    ToggleCompare,
    /// The share of the picture's width that shows it before styles.
    Compare(f32),
}

impl StyleAction {
    /// Whether it may follow others of its kind within one step of undo, or is no step at all.
    pub fn goes_on(&self) -> bool {
        matches!(self, Self::Edit { goes_on: true, .. } | Self::ToggleCompare | Self::Compare(_))
    }
}

impl From<StyleAction> for Action {
    fn from(action: StyleAction) -> Self {
        Self::Style(action)
    }
}
