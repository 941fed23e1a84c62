//! What a user can ask while a photograph is traced.

use std::sync::Arc;

use daub_models::trace::{Edges, LineStyle};
use image::RgbImage;

use super::Action;
use crate::document::Canvas;

/// A wish about tracing, or an answer from the thread that traces.
#[derive(Debug, Clone, PartialEq)]
pub enum TraceAction {
    /// Ask for a photograph.
    Ask,
    /// A photograph was read.
    Opened {
        /// Name for the drawing.
        title: String,
        /// Its pixels, of a size that can be traced.
        photo: Arc<RgbImage>,
    },
    /// Change how lines are drawn.
    SetStyle(LineStyle),
    /// Whether the photograph is cut to the size that sketch models were trained on.
    CutToModel(bool),
    /// Lines were drawn.
    Drawn(Traced),
    /// The thread that traces failed.
    Failed(String),
    /// Whether the photograph is kept as the reference of what is drawn on.
    KeepPhoto(bool),
    /// Trace the reference photograph of the drawing that is shown.
    Reference,
    /// Draw on what was traced.
    Accept(Onto),
    /// Leave it.
    Cancel,
}

/// Where traced lines go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Onto {
    /// They are a sketch of their own.
    Drawing,
    /// They are guide lines over the drawing that is shown.
    Lines,
}

/// What the thread that traces has done.
#[derive(Debug, Clone, PartialEq)]
pub struct Traced {
    /// Of which photograph and cut.
    pub id: u64,
    /// With which lines.
    pub style: LineStyle,
    /// The edges, so that they need not be found again.
    pub edges: Arc<Edges>,
    /// The sketch.
    pub sketch: Arc<Canvas>,
}

impl From<TraceAction> for Action {
    fn from(action: TraceAction) -> Self {
        Self::Trace(action)
    }
}
