//! What a user can ask of the training dialog, and what a run tells it.

use std::path::PathBuf;
use std::sync::Arc;

use daub_models::Model;

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
    /// Start what the form describes.
    Start,
    /// End the run after its next step, with everything saved.
    Stop,
    /// Go back from a finished run to the form.
    Again,
    /// Show the report of a finished run in the browser.
    OpenReport(PathBuf),
    /// The run is farther.
    News(News),
    /// The run is over; these models were written.
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
