//! What a user can ask of the styles.

use crate::styles::Step;

/// A wish about the styles over the drawing that is shown; [`crate::state::State::apply`] carries it out.
#[derive(Debug, Clone, PartialEq)]
pub enum StyleAction {
    /// Show or hide the panel.
    TogglePanel,
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
    Edit(usize, Step),
    /// Whether the chain of a photo drawing follows the drawing's model instead of reading the photograph.
    FollowModel(bool),
    /// Show or hide the picture before styles beside the one after.
    ToggleCompare,
    /// The share of the picture's width that shows it before styles.
    Compare(f32),
}
