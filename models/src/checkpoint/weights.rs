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
        // Files from before PyTorch 1.0 lack the second vector of spectral norm.
        let lacks_v = |key: &str| key.ends_with(".weight_v") && file.info(key).is_none();
        let (made, stored): (Vec<Parameter>, Vec<Parameter>) = needed.into_iter().partition(|p| lacks_v(&p.key));
        file.check(&stored)?;
        let mut tensors = HashMap::with_capacity(stored.len() + made.len());
        for Parameter { key, .. } in stored {
            let tensor = file.read_finite(&key)?;
            tensors.insert(key, tensor);
        }
        for Parameter { key, shape } in made {
            let prefix = key.trim_end_matches("weight_v");
            if let (Some(weight), Some(u)) =
                (tensors.get(&format!("{prefix}weight_orig")), tensors.get(&format!("{prefix}weight_u")))
            {
                let values = right_vector(&weight.values, &u.values);
                tensors.insert(key, Tensor { shape, values });
            }
        }
        Ok(Self { tensors })
    }
}

/// `v = Wᵀu / |Wᵀu|`, as PyTorch before 1.0 made it on each pass; `W` has as many rows as `u` has values.
pub(crate) fn right_vector(weight: &[f32], u: &[f32]) -> Arc<[f32]> {
    let columns = weight.len() / u.len().max(1);
    let mut v = vec![0.0_f64; columns];
    for (row, &factor) in weight.chunks_exact(columns.max(1)).zip(u) {
        for (sum, &value) in v.iter_mut().zip(row) {
            *sum += f64::from(value) * f64::from(factor);
        }
    }
    let length = v.iter().map(|value| value * value).sum::<f64>().sqrt().max(1e-12);
    v.into_iter().map(|value| (value / length) as f32).collect()
}
