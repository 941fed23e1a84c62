//! Wishes about files: exports, label maps whose values are unknown, and jobs that take long.

use std::path::PathBuf;
use std::sync::Arc;

use crate::io::dialogs::Purpose;
use crate::io::export;
use crate::io::import::{Memory, Table};
use crate::io::progress::Progress;
use crate::timelapse;

/// A wish about files; [`crate::state::Filing`] carries it out.
#[derive(Debug, Clone)]
pub enum FileAction {
    /// Show what the drawing can be written as.
    ShowExports,
    /// Look at a kind of export.
    ChooseExport(export::Kind),
    /// Change how a timelapse is made.
    SetTimelapse(timelapse::Settings),
    /// Close the list of exports.
    HideExports,
    /// Ask for a file to export to.
    Export(export::Kind),
    /// Put the photograph into the clipboard.
    CopyPicture,
    /// A file of that name is there already: ask before it is replaced.
    AskReplace(Purpose, PathBuf),
    /// Leave the file as it is.
    KeepFile,
    /// A label map has values that nobody knows: ask what they mean.
    AskMeaning(Box<Meaning>),
    /// Take the value of a row for a label.
    SetMeaning(usize, u8),
    /// Take the values for labels of another set.
    SetMeaningSet(usize),
    /// Open the map with the meanings as they are.
    OpenMeaning,
    /// Open no map.
    CancelMeaning,
    /// A long job began.
    JobBegan(Job),
    /// A long job is over.
    JobEnded(u64),
    /// End a job.
    CancelJob(u64),
}

/// What files, clipboards and threads are wanted for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileEffect {
    /// See whether a file is there that would be replaced.
    CheckFree(Purpose, PathBuf),
    /// Write a drawing as something.
    Export {
        /// Which drawing.
        id: u64,
        /// As what.
        kind: export::Kind,
        /// Where.
        path: PathBuf,
        /// How a timelapse is made.
        timelapse: timelapse::Settings,
    },
    /// Put the photograph of a drawing into the clipboard.
    CopyPicture(u64),
    /// Keep what the user said about the values of a label map.
    Remember(Memory),
}

/// A label map and what its values may mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meaning {
    /// Name of the file without its ending.
    pub title: String,
    /// The values.
    pub table: Table,
    /// What was said about other files.
    pub memory: Memory,
}

/// A job that takes long.
#[derive(Debug, Clone)]
pub struct Job {
    /// Stands for the job as long as the program runs.
    pub id: u64,
    /// What it makes.
    pub title: String,
    /// How far it is.
    pub progress: Arc<Progress>,
}
