//! Reading weights: a checkpoint is a bag of named tensors, whatever its container.
//!
//! A container's module only finds out where each tensor lies; [`File`] reads single tensors from there.
//! Files come from strangers: every size is checked against the file before memory is taken for it.

mod burnpack;
mod entry;
mod file;
mod legacy;
mod names;
mod pickle;
mod pict;
pub mod safetensors;
mod torch;
mod weights;
pub(crate) mod writing;
mod zip;

pub(crate) use pickle::{Dialect, Global, Id, Pickle, Value, parse as parse_pickle};

pub use file::{Container, File};
pub(crate) use weights::right_vector;
pub use weights::{Tensor, Weights};

use std::path::{Path, PathBuf};

use crate::graph::Parameter;
use crate::shape::GraphError;

/// Largest number of tensors that a file may list, so that a broken header cannot ask for all memory.
pub const MAX_TENSORS: usize = 20_000;

/// Name, shape and type of a tensor in a file, known without reading its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorInfo {
    /// Official key: prefixes of wrappers are taken off.
    pub key: String,
    /// Dimensions in PyTorch's order.
    pub shape: Vec<usize>,
    /// `F32`, `F16`, …
    pub dtype: String,
}

/// Why weights cannot be used; every message names the file.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The file cannot be opened or read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// It is not what its name says, or broken.
    #[error("{} is not a usable checkpoint: {reason}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// Its pickle names a function that no weight file needs.
    #[error("{} was refused: its pickle asks to run {function}, which no weight file needs; nothing was run", path.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// Module and name of the function.
        function: String,
    },
    /// It lacks tensors that the network needs.
    #[error("{} does not fit this network: {missing} of {needed} tensors are missing, the first is {first}", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
        /// How many are missing.
        missing: usize,
        /// How many the network needs.
        needed: usize,
        /// Key of the first missing one.
        first: String,
    },
    /// A tensor has other dimensions than the network needs.
    #[error("{} does not fit this network: {key} is {found:?} where {expected:?} is needed", path.display())]
    Shape {
        /// The file.
        path: PathBuf,
        /// Key of the tensor.
        key: String,
        /// Its dimensions.
        found: Vec<usize>,
        /// The dimensions the network needs.
        expected: Vec<usize>,
    },
    /// A tensor holds infinities or NaN.
    #[error("{} is damaged: {key} holds values that are not numbers", path.display())]
    NotFinite {
        /// The file.
        path: PathBuf,
        /// Key of the tensor.
        key: String,
    },
    /// The graph itself is wrong.
    #[error(transparent)]
    Graph(#[from] GraphError),
}

/// What a container's module finds wrong; the file's name is added by [`Problem::of`].
#[derive(Debug)]
pub(crate) enum Problem {
    /// The system could not read.
    Io(std::io::Error),
    /// The content is broken.
    Format(String),
    /// A pickle names this function.
    Refused(String),
}

impl Problem {
    pub(crate) fn format(reason: &str) -> Self {
        Self::Format(reason.to_owned())
    }

    pub(crate) fn of(self, path: &Path) -> CheckpointError {
        let path = path.to_owned();
        match self {
            Self::Io(source) => CheckpointError::Read { path, source },
            Self::Format(reason) => CheckpointError::Format { path, reason },
            Self::Refused(function) => CheckpointError::Refused { path, function },
        }
    }
}

impl From<std::io::Error> for Problem {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::UnexpectedEof {
            return Self::format("it ends too early (was the copy cut short?)");
        }
        Self::Io(error)
    }
}

/// Opens a file that lies in memory, reads all that it holds and recognises it: what a file from a stranger goes through.
///
/// The fuzz targets and the replay of their findings call this. Gives the number of tensors that could be read.
///
/// # Errors
/// When the file cannot be opened.
pub fn read_everything(name: &Path, bytes: &[u8]) -> Result<usize, CheckpointError> {
    let mut file = File::from_bytes(name, bytes.to_vec())?;
    let infos = file.infos();
    if let Ok(found) = crate::recognise::recognise(&infos)
        && let Ok(graph) = found.architecture.graph(crate::graph::NormStats::Running)
    {
        // Whether the weights fit is for the caller's error message; here it only must not panic.
        drop(Weights::read(&mut file, &graph));
    }
    let all: Vec<Parameter> = infos.into_iter().map(|info| Parameter { key: info.key, shape: info.shape }).collect();
    file.check(&all)?;
    Ok(all.iter().filter(|parameter| file.read_finite(&parameter.key).is_ok()).count())
}

#[cfg(test)]
mod tests;
