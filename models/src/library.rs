//! Finding models: by path, or by name in the folders where models live.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::architecture::ArchitectureError;
use crate::card::{Card, CardError};
use crate::checkpoint::{CheckpointError, File, Weights};
use crate::graph::{Graph, NormStats};
use crate::recognise::{recognise, unknown_card};

/// A weight file together with its card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// What it is; made up from the tensors where there is no card.
    pub card: Card,
    /// The weight file.
    pub weights: PathBuf,
}

/// Why a model cannot be found or loaded.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// No model has this name.
    #[error("there is no model {name}; known are: {known}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// The names there are.
        known: String,
    },
    /// The file's tensors are of no family that Daub knows.
    #[error("{} holds no generator that Daub knows: {reason}", path.display())]
    Unrecognised {
        /// The file.
        path: PathBuf,
        /// What was looked for.
        reason: String,
    },
    /// The card is broken.
    #[error(transparent)]
    Card(#[from] CardError),
    /// The card describes an impossible network.
    #[error("{}: {source}", path.display())]
    Architecture {
        /// The weight file.
        path: PathBuf,
        /// What is impossible.
        source: ArchitectureError,
    },
    /// The weights are broken.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

/// A network ready to be given to an executor.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The network.
    pub graph: Arc<Graph>,
    /// Its tensors.
    pub weights: Arc<Weights>,
}

impl Model {
    /// Opens a weight file or a card by path; a weight file without a card is recognised by its tensors.
    ///
    /// # Errors
    /// When the file is missing, broken or of an unknown family.
    pub fn open(path: &Path) -> Result<Self, ModelError> {
        if path.extension().is_some_and(|extension| extension == "json") {
            let card = Card::read(path)?;
            let weights = path.with_file_name(&card.file);
            return Ok(Self { card, weights });
        }
        let beside = path.with_extension("json");
        if beside.is_file() {
            let card = Card::read(&beside)?;
            return Ok(Self { card, weights: path.to_owned() });
        }
        let file = File::open(path)?;
        let found = recognise(&file.infos())
            .map_err(|reason| ModelError::Unrecognised { path: path.to_owned(), reason: reason.to_owned() })?;
        Ok(Self { card: unknown_card(path, found.architecture), weights: path.to_owned() })
    }

    /// Finds a model by path or name; folders are searched in order.
    ///
    /// # Errors
    /// When there is none, or the one there is, is broken.
    pub fn find(name: &str, folders: &[PathBuf]) -> Result<Self, ModelError> {
        let path = Path::new(name);
        if path.is_file() || path.extension().is_some() || path.components().count() > 1 {
            return Self::open(path);
        }
        for folder in folders {
            let card = folder.join(format!("{name}.json"));
            if card.is_file() {
                return Self::open(&card);
            }
        }
        let mut known: Vec<String> = list(folders).into_iter().filter_map(|(_, model)| Some(model.ok()?.card.name)).collect();
        known.dedup();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        Err(ModelError::Unknown { name: name.to_owned(), known })
    }

    /// Builds the network of the card.
    ///
    /// # Errors
    /// When the card's numbers are impossible.
    pub fn graph(&self, stats: NormStats) -> Result<Graph, ModelError> {
        let graph = self.card.architecture.graph(stats);
        graph.map_err(|source| ModelError::Architecture { path: self.weights.clone(), source })
    }

    /// Builds the network and reads its weights.
    ///
    /// # Errors
    /// When the card or the weights are broken.
    pub fn load(&self, stats: NormStats) -> Result<Loaded, ModelError> {
        let graph = self.graph(stats)?;
        let weights = Weights::load(&self.weights, &graph)?;
        Ok(Loaded { graph: Arc::new(graph), weights: Arc::new(weights) })
    }
}

/// Every card in the folders, sorted by name; of equal names the first folder's wins.
pub fn list(folders: &[PathBuf]) -> Vec<(PathBuf, Result<Model, ModelError>)> {
    let mut found: Vec<(PathBuf, Result<Model, ModelError>)> = Vec::new();
    for folder in folders {
        let Ok(entries) = std::fs::read_dir(folder) else { continue };
        let mut cards: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        cards.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
        cards.retain(|path| !found.iter().any(|(known, _)| known.file_name() == path.file_name()));
        found.extend(cards.into_iter().map(|path| (path.clone(), Model::open(&path))));
    }
    found.sort_by(|a, b| a.0.file_name().cmp(&b.0.file_name()));
    found
}
