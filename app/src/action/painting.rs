//! What the hand works with beside the tool.

use super::Action;
use crate::pen::Symmetry;

/// A wish about inks and mirrors.
#[derive(Debug, Clone, PartialEq)]
pub enum Painting {
    /// Take up the ink that was used before, and the other way round.
    SwapInks,
    /// Move the mirrors, or set them up.
    SetSymmetry(Symmetry),
    /// Set up the standing mirror, or take it away.
    ToggleVerticalMirror,
    /// Set up the lying mirror, or take it away.
    ToggleHorizontalMirror,
    /// Bring the mirrors back to the middle.
    CentreMirrors,
}

impl From<Painting> for Action {
    fn from(wish: Painting) -> Self {
        Self::Painting(wish)
    }
}
