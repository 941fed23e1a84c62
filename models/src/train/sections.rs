//! The parts of a training file that say where pictures come from, how they are varied, and what is written.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::card::Licence;

use super::config::Method;

/// Where pictures lie and how they belong together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// The folder.
    pub folder: PathBuf,
    /// Width and height in pixels of what enters the networks.
    pub size: [usize; 2],
}

impl Data {
    pub(super) fn new(method: Method) -> Self {
        let side = if method == Method::Gan { 64 } else { 256 };
        Self { folder: PathBuf::from("pictures"), size: [side; 2] }
    }
}

/// How pictures are varied before a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Augment {
    /// Whether half of the pictures are mirrored.
    pub flip: bool,
}

impl Augment {
    pub(super) fn new(_method: Method) -> Self {
        Self { flip: true }
    }
}

/// What is written, and where.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// The folder of the run.
    pub folder: PathBuf,
    /// Name of the model in the window.
    pub title: String,
    /// What the pictures are, for the card.
    pub data: String,
    /// On what terms the result may be used.
    pub licence: Licence,
}

impl Default for Output {
    fn default() -> Self {
        let licence = Licence { name: "as the training pictures allow".to_owned(), spdx: None, url: None, commercial: false };
        Self { folder: PathBuf::from("run"), title: "My model".to_owned(), data: String::new(), licence }
    }
}
