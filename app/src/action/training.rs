//! What a user can ask of the training dialog, and what a run tells it.

use std::path::PathBuf;
use std::sync::Arc;

use daub_models::Model;

use super::Action;
use crate::state::training::{Form, News};

/// A wish about training, or news of the run that is under way.
#[derive(Debug, Clone)]
pub enum Training {
    /// Open the dialog.
    Open,
    /// Close the dialog; a run goes on.
    Close,
    /// Change the form.
    Edit(Box<Form>),
    /// Ask for the folder of pictures.
    AskForFolder,
    /// Ask for a training file to fill the form from.
    AskForFile,
    /// Ask for a file to write every option to.
    AskToWrite,
    /// A training file was read.
    FileRead(Box<Form>),
    /// Start what the form describes.
    Start,
    /// End the run after its next step, with everything saved.
    Stop,
    /// Go back from a run that is over to the form.
    Again,
    /// Go on with a run that was stopped.
    Resume,
    /// Paint with a model that was trained.
    Paint(Arc<Model>),
    /// The run is farther.
    News(News),
    /// The run is over.
    Ended(Result<Finished, String>),
}

/// What came of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Finished {
    /// Whether it was stopped before its end.
    pub stopped: bool,
    /// Steps that are done.
    pub step: u64,
    /// The models that can be chosen now.
    pub models: Vec<Arc<Model>>,
    /// The report.
    pub report: PathBuf,
}

impl From<Training> for Action {
    fn from(wish: Training) -> Self {
        Self::Training(wish)
    }
}
