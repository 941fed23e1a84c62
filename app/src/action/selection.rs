//! What can be done with a selection.

use super::Action;
use crate::document::Mask;

/// A wish about what is selected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// All of the canvas.
    All,
    /// Nothing.
    None,
    /// What is not selected now.
    Invert,
    /// Its edge further out, in canvas pixels.
    Grow(usize),
    /// Its edge further in, in canvas pixels.
    Shrink(usize),
    /// This.
    Set(Option<Mask>),
    /// Keep what is selected for pasting.
    Copy,
    /// The same, and bring back the base beneath.
    Cut,
    /// Let what was copied float over the drawing until it is placed.
    Paste,
    /// Copy and paste at once.
    Duplicate,
    /// Bring back what the drawing started with where something is selected.
    Delete,
    /// Fill what is selected with the ink.
    Fill,
    /// Move what is selected by whole pixels.
    Nudge(i64, i64),
    /// Whether the wand keeps to connected pixels.
    SetContiguous(bool),
}

impl From<Selection> for Action {
    fn from(wish: Selection) -> Self {
        Self::Selection(wish)
    }
}
