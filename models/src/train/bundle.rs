//! What a run publishes: weights under the official keys, with a card.

use std::path::{Path, PathBuf};

use super::TrainError;
use crate::card::Card;
use crate::checkpoint::Tensor;
use crate::checkpoint::writing::{replace, write_weights};

/// One network to publish. `card.file` names the weights, `card.name` is the stem of both files.
#[derive(Debug, Clone, PartialEq)]
pub struct Bundle {
    /// What it is.
    pub card: Card,
    /// Official key and tensor, in the network's order.
    pub tensors: Vec<(String, Tensor)>,
    /// Files that belong beside the weights, by name: pix2pixHD's encoder and typical styles.
    pub companions: Vec<(String, Companion)>,
}

/// What a file beside the weights holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Companion {
    /// More weights.
    Weights(Vec<(String, Tensor)>),
    /// Anything else.
    Bytes(Vec<u8>),
}

impl Bundle {
    /// Writes weights, card and companions into a folder, each file at once when it is complete, the card last: a model
    /// is listed by its card, and then everything else is there. Gives the path of the weights.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn write(&self, folder: &Path) -> Result<PathBuf, TrainError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |error: std::io::Error| TrainError::Write { path, reason: error.to_string() }
        };
        std::fs::create_dir_all(folder).map_err(failed(folder))?;
        for (name, companion) in &self.companions {
            let path = folder.join(name);
            let written = match companion {
                Companion::Weights(tensors) => write_weights(&path, tensors),
                Companion::Bytes(bytes) => replace(&path, bytes),
            };
            written.map_err(failed(&path))?;
        }
        let path = folder.join(&self.card.file);
        write_weights(&path, &self.tensors).map_err(failed(&path))?;
        let card = path.with_extension("json");
        self.card.write(&card).map_err(|error| TrainError::Write { path: card, reason: error.to_string() })?;
        Ok(path)
    }
}
