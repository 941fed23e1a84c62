//! Finding models: by path, or by name in the folders where models live.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::architecture::ArchitectureError;
use crate::card::{Card, CardError};
use crate::checkpoint::{CheckpointError, Container, File, TensorInfo, Weights};
use crate::graph::{Graph, NormStats};
use crate::options::Options;
use crate::recognise::{Recognised, recognise};

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
        let found = Inspection::of(path)?.recognised;
        Ok(Self { card: found.card(path), weights: path.to_owned() })
    }

    /// As [`Model::open`], but a weight file without a card beside it may have one in `folder`, where
    /// [`Model::remember`] put it.
    ///
    /// # Errors
    /// As [`Model::open`].
    pub fn open_remembered(path: &Path, folder: &Path) -> Result<Self, ModelError> {
        let remembered = remembered_path(path, folder);
        if path.with_extension("json").is_file() || !remembered.is_file() {
            return Self::open(path);
        }
        Ok(Self { card: Card::read(&remembered)?, weights: path.to_owned() })
    }

    /// Writes the card beside the weights, or into `folder` when that place cannot be written; says where.
    ///
    /// # Errors
    /// When neither place can be written.
    pub fn remember(&self, folder: &Path) -> Result<PathBuf, ModelError> {
        let beside = self.weights.with_extension("json");
        if self.card.write(&beside).is_ok() {
            return Ok(beside);
        }
        let path = remembered_path(&self.weights, folder);
        self.card.write(&path)?;
        Ok(path)
    }

    /// Whose statistics batch norms use: what the card says, else what the official tool does.
    pub fn norm_stats(&self) -> NormStats {
        self.card.norm_stats.unwrap_or(self.card.architecture.official_stats())
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

/// What a weight file holds, found without reading a tensor; a card beside it is not looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// How the tensors are wrapped.
    pub container: Container,
    /// Length of the file in bytes.
    pub bytes: u64,
    /// Every tensor, sorted by key.
    pub tensors: Vec<TensorInfo>,
    /// The network, why it was taken for that, and what is left open.
    pub recognised: Recognised,
    /// What was left out or is not used, a sentence each.
    pub notes: Vec<String>,
}

impl Inspection {
    /// Opens a weight file of any container and recognises the network.
    ///
    /// # Errors
    /// When the file is missing, broken or of no known family.
    pub fn of(path: &Path) -> Result<Self, ModelError> {
        let file = File::open(path)?;
        let tensors = file.infos();
        let unrecognised = |reason: &str| ModelError::Unrecognised { path: path.to_owned(), reason: reason.to_owned() };
        let mut recognised = recognise(&tensors).map_err(unrecognised)?;
        recognised.settle(&Options::beside(path));
        let mut notes = file.notes().to_vec();
        let graph = recognised.architecture.graph(NormStats::Running);
        let graph = graph.map_err(|source| ModelError::Architecture { path: path.to_owned(), source })?;
        let used = graph.parameters().map_err(CheckpointError::from)?;
        let used: HashSet<&str> = used.iter().map(|parameter| parameter.key.as_str()).collect();
        let unused: Vec<&str> = tensors.iter().map(|info| info.key.as_str()).filter(|key| !used.contains(key)).collect();
        if let Some(first) = unused.first() {
            notes.push(format!("{} of {} tensors are not used, the first is {first}", unused.len(), tensors.len()));
        }
        Ok(Self { container: file.container(), bytes: file.length(), tensors, recognised, notes })
    }
}

/// Where the card of a weight file lies in a folder of its own: the file's name and a number made from its full path.
fn remembered_path(weights: &Path, folder: &Path) -> PathBuf {
    let full = weights.canonicalize().unwrap_or_else(|_| weights.to_owned());
    // FNV-1a; it only has to keep files of the same name apart.
    let hash = full
        .to_string_lossy()
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let stem = weights.file_stem().map_or_else(|| "model".into(), |stem| stem.to_string_lossy());
    folder.join(format!("{stem}-{hash:016x}.json"))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::questions::Answer;

    /// A copy of a small official checkpoint in a folder of its own.
    fn copied(name: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("latest_net_G.pth");
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/official").join(name).join("latest_net_G.pth");
        std::fs::copy(from, &path).unwrap();
        (folder, path)
    }

    #[test]
    fn an_answer_is_remembered_beside_the_file() {
        let (folder, path) = copied("unet32_batch_legacy");
        let mut model = Model::open(&path).unwrap();
        assert_eq!(model.norm_stats(), NormStats::Image);
        model.card.answer(&Answer::NormStats(NormStats::Running));
        assert_eq!(model.remember(folder.path()).unwrap(), path.with_extension("json"));
        assert_eq!(Model::open(&path).unwrap(), model);
        assert_eq!(Model::open_remembered(&path, folder.path()).unwrap().norm_stats(), NormStats::Running);
    }

    #[test]
    fn an_answer_is_remembered_elsewhere_when_the_place_cannot_be_written() {
        let (_beside, path) = copied("unet32_batch_legacy");
        // A folder in the card's way stands for a place that cannot be written, which also holds for root.
        std::fs::create_dir(path.with_extension("json")).unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        let mut model = Model::open(&path).unwrap();
        model.card.answer(&Answer::NormStats(NormStats::Running));
        let card = model.remember(elsewhere.path()).unwrap();
        assert!(card.starts_with(elsewhere.path()));
        assert_eq!(Model::open_remembered(&path, elsewhere.path()).unwrap(), model);
        assert_eq!(Model::open(&path).unwrap().norm_stats(), NormStats::Image);
    }

    #[test]
    fn options_beside_the_file_change_the_defaults() {
        let (folder, path) = copied("spade_cityscapes");
        assert_eq!(Model::open(&path).unwrap().card.architecture.depth, 6);
        let options = "label_nc: 36\nno_instance: True\nnum_upsampling_layers: normal\n";
        std::fs::write(folder.path().join("opt.txt"), options).unwrap();
        let model = Model::open(&path).unwrap();
        assert_eq!((model.card.architecture.depth, model.card.architecture.instance_edges), (5, false));
        assert_eq!((model.card.labels.len(), model.card.size_multiple), (36, 32));
        model.card.check().unwrap();
    }

    #[test]
    fn an_inspection_says_what_and_why() {
        let (_folder, path) = copied("resnet9_old_statistics_legacy");
        let found = Inspection::of(&path).unwrap();
        assert_eq!((found.container, found.tensors.len()), (Container::TorchLegacy, 48 + 3 * 23));
        assert!(found.recognised.reasons.iter().any(|reason| reason.contains("2 halvings and 9 residual blocks")));
        assert!(found.recognised.reasons.iter().any(|reason| reason.contains("leftovers")));
        assert!(found.notes[0].starts_with("69 of 117 tensors are not used"), "{:?}", found.notes);
    }
}
