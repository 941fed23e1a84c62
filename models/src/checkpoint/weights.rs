//! The tensors of one network in memory.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use super::{CheckpointError, File};
use crate::graph::{Graph, Parameter};
use crate::random::Draws;
use crate::shape::GraphError;

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
        Self::read(&mut File::open(path)?, graph)
    }

    /// Reads what `graph` needs from an open file.
    ///
    /// # Errors
    /// As [`Weights::load`].
    pub fn read(file: &mut File, graph: &Graph) -> Result<Self, CheckpointError> {
        let needed = graph.parameters()?;
        file.check(&needed)?;
        let mut tensors = HashMap::with_capacity(needed.len());
        for Parameter { key, .. } in needed {
            let tensor = file.read_finite(&key)?;
            tensors.insert(key, tensor);
        }
        Ok(Self { tensors })
    }
}
