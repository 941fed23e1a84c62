//! One open drawing and what belongs to it.

use std::path::PathBuf;
use std::sync::Arc;

use daub_models::Model;

use super::View;
use crate::candidates::Candidates;
use crate::document::{Document, Ink, Layer, Mask};
use crate::generate::Stamp;
use crate::io::project::{Project, Settings};
use crate::paint::Point;
use crate::pen::Symmetry;

/// One open drawing.
pub struct OpenDrawing {
    /// Stands for this drawing as long as the program runs.
    pub id: u64,
    /// The drawing.
    pub document: Document,
    /// The model that paints it; none when no model suits.
    pub model: Option<Arc<Model>>,
    /// What the brush lays down.
    pub ink: Ink,
    /// What it laid down before.
    pub previous_ink: Ink,
    /// The mirrors.
    pub symmetry: Symmetry,
    /// Where the last stroke ended, in canvas pixels.
    pub last_point: Option<Point>,
    /// What is selected; nothing confines painting when nothing is.
    pub selection: Option<Mask>,
    /// Grows with every change of the selection.
    pub selection_revision: u64,
    /// Ids of the selected objects.
    pub selected: Vec<u64>,
    /// The layer that the pen works on.
    pub active: Layer,
    /// The colour of the next hint, sRGB.
    pub hint_colour: [u8; 3],
    /// The project file, once there is one.
    pub file: Option<PathBuf>,
    /// Zoom and position.
    pub view: View,
    /// Pictures that the user kept, each with its drawing.
    pub candidates: Candidates,
}

impl OpenDrawing {
    /// The state that a picture of this drawing would show.
    pub fn stamp(&self) -> Stamp {
        Stamp { document: self.id, revision: self.document.picture_revision() }
    }

    /// The state that a recovery copy of this drawing would hold.
    pub fn kept_stamp(&self) -> Stamp {
        Stamp { document: self.id, revision: self.document.revision() }
    }

    /// What a file of this drawing holds.
    pub fn project(&self) -> Project {
        Project {
            title: self.document.title.clone(),
            model: self.model.as_ref().map(|model| model.card.name.clone()).unwrap_or_default(),
            content: self.document.content().clone(),
            settings: Settings { view: self.view, symmetry: Some(self.symmetry) },
            selection: self.selection.clone(),
            candidates: self.candidates.clone(),
        }
    }
}
