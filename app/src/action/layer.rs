//! What can be asked of the layers of a drawing.

use std::sync::Arc;

use super::Action;
use crate::document::{Layer, Picture};

/// A wish about layers.
#[derive(Debug, Clone, PartialEq)]
pub enum LayerAction {
    /// Lets the pen work on a layer.
    Activate(Layer),
    /// Shows or hides one.
    Show(Layer, bool),
    /// Keeps one from changes.
    Lock(Layer, bool),
    /// Makes one fainter; a run of these is one step of undo.
    SetOpacity(Layer, f32),
    /// Asks for a photograph to draw by.
    OpenReference,
    /// A photograph was read for the drawing with this id.
    ReferenceRead(u64, Arc<Picture>),
    /// Draws by no photograph any more.
    RemoveReference,
    /// Wipes the guide lines or the hints away.
    Clear(Layer),
    /// The colour of the hints to come, sRGB.
    SetHintColour([u8; 3]),
}

impl LayerAction {
    /// Whether it may follow others of its kind within one step of undo.
    pub fn goes_on(&self) -> bool {
        matches!(self, Self::SetOpacity(..))
    }
}

impl From<LayerAction> for Action {
    fn from(action: LayerAction) -> Self {
        Self::Layer(action)
    }
}
