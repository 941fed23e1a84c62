//! What a run tells whoever listens, and what came of it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::sheet::Sheet;
use super::{DataInfo, Losses};

/// What a listener hears.
#[derive(Debug)]
pub enum Event<'a> {
    /// Pictures are being decoded and checked.
    Checking {
        /// Files that are done.
        done: usize,
        /// All files.
        total: usize,
    },
    /// The first step is about to begin.
    Started(&'a Started),
    /// A step is done.
    Step(&'a Step<'a>),
    /// A sample sheet was made.
    Sheet {
        /// Steps that were done.
        step: u64,
        /// The sheet.
        sheet: &'a Sheet,
        /// Mean PSNR of outputs against targets in dB, where there are targets.
        psnr_db: Option<f64>,
    },
    /// A checkpoint was written.
    Checkpoint {
        /// Steps that were done.
        step: u64,
        /// The file.
        path: &'a Path,
    },
    /// Something went wrong that the run survives.
    Warning(&'a str),
}

/// What is known before the first step.
#[derive(Debug, Clone, PartialEq)]
pub struct Started {
    /// What the pictures are.
    pub info: DataInfo,
    /// Steps that were done before, when a run is taken up.
    pub step: u64,
    /// Steps at which this run will end.
    pub end: u64,
    /// Files that are left out, a sentence each.
    pub skipped: Vec<String>,
    /// Settings that differ from those the run began with.
    pub changed: Vec<String>,
    /// Bytes that the run will take, by estimate.
    pub memory: Option<u64>,
}

/// One step.
#[derive(Debug, Clone, PartialEq)]
pub struct Step<'a> {
    /// Steps that are done, this one included.
    pub step: u64,
    /// Steps at which the run will end.
    pub end: u64,
    /// Its losses.
    pub losses: &'a Losses,
    /// Pictures a second, over the last few seconds.
    pub images_per_second: f64,
    /// Expected time to the end.
    pub left: Duration,
}

/// What the listener wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// The run goes on.
    Go,
    /// The run ends after this step, with everything saved.
    Stop,
}

/// What came of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Steps that are done.
    pub step: u64,
    /// Whether it was stopped before its end.
    pub stopped: bool,
    /// Time of all its steps in seconds, earlier pieces included.
    pub seconds: f64,
    /// The cards of the models that were written; none when nothing was learnt yet.
    pub models: Vec<PathBuf>,
    /// The report.
    pub report: PathBuf,
}
