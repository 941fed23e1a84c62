//! Reading weights: a checkpoint is a bag of named tensors, whatever its container.

pub mod safetensors;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::graph::{Graph, Parameter};
use crate::random::Draws;
use crate::shape::GraphError;

/// Largest number of tensors that a file may list, so that a broken header cannot ask for all memory.
pub const MAX_TENSORS: usize = 20_000;

/// Name, shape and type of a tensor in a file, known without reading its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorInfo {
    /// Key in the file.
    pub key: String,
    /// Dimensions in PyTorch's order.
    pub shape: Vec<usize>,
    /// `F32`, `F16`, …
    pub dtype: String,
}

/// A tensor's values in row-major order, as float32.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    /// Dimensions in PyTorch's order.
    pub shape: Vec<usize>,
    /// Values.
    pub values: Arc<[f32]>,
}

/// The tensors that a graph asked for, by official key.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Weights {
    tensors: HashMap<String, Tensor>,
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
    #[error("{} is not a usable safetensors file: {reason}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
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

impl Weights {
    /// Weights from tensors made in memory.
    pub fn from_tensors(tensors: impl IntoIterator<Item = (String, Tensor)>) -> Self {
        Self { tensors: tensors.into_iter().collect() }
    }

    /// Seeded random values that keep the size of what flows through, for tests and benchmarks.
    ///
    /// # Errors
    /// When the graph is wired wrongly.
    pub fn random(graph: &Graph, seed: u64) -> Result<Self, GraphError> {
        let tensors = (0..).zip(graph.parameters()?).map(|(place, Parameter { key, shape })| {
            let mut draws = Draws::new(seed, place);
            let count = shape.iter().product();
            let fan_in = (shape.iter().skip(1).product::<usize>()).max(1) as f32;
            // Variances are positive; weights keep the size of what flows through them.
            let value = |sample: f32| {
                if key.ends_with("running_var") { 0.5 + sample } else { (sample - 0.5) * (6.0 / fan_in).sqrt() }
            };
            let values: Arc<[f32]> = (0..count).map(|_| value(draws.uniform())).collect();
            (key.clone(), Tensor { shape, values })
        });
        Ok(Self { tensors: tensors.collect() })
    }

    /// The tensor under `key`.
    pub fn get(&self, key: &str) -> Option<&Tensor> {
        self.tensors.get(key)
    }

    /// Bytes that the values take.
    pub fn bytes(&self) -> usize {
        self.tensors.values().map(|tensor| tensor.values.len() * 4).sum()
    }

    /// Reads what `graph` needs from a checkpoint file, tensor by tensor; extra tensors are left alone.
    ///
    /// # Errors
    /// When the file is unreadable or broken, or lacks a tensor, or holds one of another shape or with NaN.
    pub fn load(path: &Path, graph: &Graph) -> Result<Self, CheckpointError> {
        let needed = graph.parameters()?;
        let mut file = safetensors::File::open(path)?;
        let mut missing = needed.iter().filter(|parameter| file.info(&parameter.key).is_none());
        if let Some(first) = missing.next() {
            return Err(CheckpointError::Missing {
                path: path.to_owned(),
                missing: 1 + missing.count(),
                needed: needed.len(),
                first: first.key.clone(),
            });
        }
        let mut tensors = HashMap::with_capacity(needed.len());
        for Parameter { key, shape } in needed {
            let found = file.info(&key).map(|info| info.shape).unwrap_or_default();
            if found != shape {
                return Err(CheckpointError::Shape { path: path.to_owned(), key, found, expected: shape });
            }
            let tensor = file.read(&key)?;
            if !tensor.values.iter().all(|value| value.is_finite()) {
                return Err(CheckpointError::NotFinite { path: path.to_owned(), key });
            }
            tensors.insert(key, tensor);
        }
        Ok(Self { tensors })
    }
}
