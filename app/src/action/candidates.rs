//! Wishes about kept pictures.

use std::sync::Arc;

use image::RgbImage;

use crate::candidates::Candidate;
use crate::io::project::Project;
use crate::state::{Pick, Way};

/// A wish about kept pictures.
#[derive(Debug, Clone)]
pub enum CandidateAction {
    /// Keep the photograph of the drawing that is shown.
    Keep,
    /// A photograph was packed.
    Kept {
        /// Of which drawing.
        drawing: u64,
        /// The photograph and its drawing.
        candidate: Candidate,
    },
    /// Compare the first with the second; the same again ends it.
    Compare(Pick, Pick),
    /// The picture of a candidate was unpacked.
    Unpacked {
        /// Which candidate.
        id: u64,
        /// Its photograph.
        picture: Arc<RgbImage>,
    },
    /// Change how two pictures are compared.
    SetWay(Way),
    /// Move the divider between two pictures, a share of the width.
    SetDivider(f32),
    /// End the comparison.
    EndComparison,
    /// Go back to the drawing of a candidate, as one step of undo.
    GoBack(u64),
    /// Open the drawing of a candidate beside this one.
    OpenBeside(u64),
    /// The drawing of a candidate was unpacked.
    Returned {
        /// To which drawing it belongs.
        drawing: u64,
        /// What it held.
        project: Box<Project>,
        /// Whether it opens in a tab of its own.
        beside: bool,
    },
    /// Forget a candidate.
    Delete(u64),
    /// Fold the strip away, or unfold it.
    Fold(bool),
}

/// What is wanted from the files thread about kept pictures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CandidateEffect {
    /// Pack the photograph of a drawing once the newest one is there.
    Keep(u64),
    /// Unpack a photograph.
    Unpack(Candidate),
    /// Unpack a drawing.
    Return {
        /// The candidate.
        candidate: Candidate,
        /// To which drawing it belongs.
        drawing: u64,
        /// Whether it opens in a tab of its own.
        beside: bool,
    },
}
