//! One network while it learns: a graph, its tensors, and the running values beside them.
//!
//! Every learned tensor is kept flat, in the order of the graph; the forward pass gives it its shape. So optimisers,
//! averages and checkpoints are loops over vectors, and a network needs no types of its own.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};

use crate::checkpoint;
use crate::executor::ExecuteError;
use crate::graph::{Graph, NodeId, NormStats, Op, Parameter, Plane};
use crate::nodes::{Walk, evaluate, last_uses};
use crate::random::Draws;
use crate::shape::{GraphError, Shape};

use super::{Array, State, TrainError, draws};

/// How much of a new value enters a running statistic (PyTorch's `momentum`).
const RUNNING_MOMENTUM: f32 = 0.1;
/// Standard deviation of new weights in every official network.
const INITIAL_DEVIATION: f32 = 0.02;

/// A network's graph, learned tensors and running values; all tensors without gradients.
pub(crate) struct Net {
    graph: Arc<Graph>,
    last_use: Vec<usize>,
    /// Learned tensors by key, in the graph's order.
    parameters: Vec<Parameter>,
    index: HashMap<String, usize>,
    /// The values of `parameters`, flat.
    pub(crate) values: Tensors,
    /// Mean and unbiased variance of each batch norm.
    running: BTreeMap<String, [Tensor<1>; 2]>,
    /// The vectors `u` and `v` of each weight under spectral norm.
    spectral: BTreeMap<String, [Tensor<1>; 2]>,
}

/// One flat tensor for each learned parameter of a network.
pub(crate) type Tensors = Vec<Tensor<1>>;

/// What one pass is given.
#[derive(Clone, Default)]
pub(crate) struct Feed {
    /// Planes by what they are, `[batch, channels, height, width]`.
    pub(crate) planes: Vec<(Plane, Tensor<4>)>,
    /// Columns and rows of the picture.
    pub(crate) size: (usize, usize),
    /// Instance ids of each picture, where the graph reads them.
    pub(crate) instances: Vec<Arc<[u32]>>,
    /// Seed of dropout; without one it is off.
    pub(crate) dropout: Option<u64>,
    /// Whether convolutions are computed in float16.
    pub(crate) half: bool,
    /// Whose statistics batch norms use.
    pub(crate) stats: NormStats,
    /// Whether running statistics and spectral vectors move on, as PyTorch's do in training.
    pub(crate) training: bool,
}

impl Feed {
    /// What a discriminator is given.
    pub(crate) fn judged(x: Tensor<4>, half: bool) -> Self {
        let [_, channels, height, width] = x.dims();
        let planes = vec![(Plane::Values { channels }, x)];
        Self { planes, size: (width, height), half, training: true, ..Self::default() }
    }
}

impl Net {
    /// New weights: normal with deviation 0.02 (norms' around 1), biases 0, as `init_net` does; drawn from seed and name.
    pub(crate) fn new(graph: Graph, name: &str, seed: u64, device: &Device) -> Result<Self, TrainError> {
        let (learned, buffers): (Vec<Parameter>, Vec<Parameter>) =
            graph.parameters()?.into_iter().partition(|p| !p.key.ends_with(".weight_u") && !p.key.ends_with(".weight_v"));
        let values = (0..).zip(&learned).map(|(place, parameter)| {
            let count = parameter.shape.iter().product();
            let mut stream = draws(seed, 0, place, name);
            let value = |stream: &mut Draws| match (parameter.key.ends_with("bias"), parameter.shape.len()) {
                (true, _) => 0.0,
                (false, 1) => 1.0 + INITIAL_DEVIATION * stream.normal(),
                (false, _) => INITIAL_DEVIATION * stream.normal(),
            };
            flat((0..count).map(|_| value(&mut stream)).collect(), device)
        });
        let values = values.collect();
        let mut spectral = BTreeMap::new();
        for (place, parameter) in (1_u64 << 32..).zip(&buffers) {
            let Some(prefix) = parameter.key.strip_suffix(".weight_u") else { continue };
            let other = |p: &&Parameter| p.key.strip_prefix(prefix) == Some(".weight_v");
            let columns = buffers.iter().find(other).map_or(1, |p| p.shape[0]);
            let mut stream = draws(seed, 0, place, name);
            spectral.insert(prefix.to_owned(), [parameter.shape[0], columns].map(|count| unit(&mut stream, count, device)));
        }
        let channels = graph.channels()?;
        let running = graph.nodes.iter().zip(&channels).filter_map(|(node, &channels)| match &node.op {
            Op::BatchNorm { prefix, .. } => {
                let [zeros, ones] = [0.0, 1.0].map(|value| flat(vec![value; channels], device));
                Some((prefix.clone(), [zeros, ones]))
            }
            _ => None,
        });
        let index = learned.iter().enumerate().map(|(at, parameter)| (parameter.key.clone(), at)).collect();
        let (last_use, running) = (last_uses(&graph), running.collect());
        Ok(Self { graph: Arc::new(graph), last_use, parameters: learned, index, values, running, spectral })
    }

    pub(crate) fn graph(&self) -> &Graph {
        &self.graph
    }

    /// Keys and shapes of the learned tensors.
    pub(crate) fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// The values as leaves of a new gradient tape; those that `fixed` names stay constants.
    pub(crate) fn leaves(&self, checkpointing: bool, fixed: impl Fn(&str) -> bool) -> Tensors {
        let leaf = |(parameter, value): (&Parameter, &Tensor<1>)| {
            if fixed(&parameter.key) {
                return value.clone();
            }
            let device = value.device().autodiff();
            let device = if checkpointing { device.gradient_checkpointing() } else { device };
            let value = value.clone().autodiff();
            match device.gradient_checkpointing_strategy() {
                Some(strategy) => value.with_gradient_checkpointing_strategy(strategy),
                None => value,
            }
            .require_grad()
        };
        self.parameters.iter().zip(&self.values).map(leaf).collect()
    }

    /// Runs the graph with `values` in the place of its own; gives the outputs in the graph's order.
    pub(crate) fn forward(&mut self, values: &Tensors, feed: &Feed) -> Result<Vec<Tensor<4>>, ExecuteError> {
        let graph = self.graph.clone();
        let shapes = graph.shapes(feed.size.0, feed.size.1)?;
        let mut found: Vec<Option<Tensor<4>>> = vec![None; shapes.len()];
        for index in 0..shapes.len() {
            let mut pass = Pass { network: self, values, feed };
            found[index] = Some(evaluate(&graph, index, &found, shapes[index], &mut pass)?);
            for &NodeId(id) in &graph.nodes[index].inputs {
                if self.last_use[id] == index {
                    found[id] = None;
                }
            }
        }
        let value = |index: usize| found[index].clone().ok_or(ExecuteError::Graph(GraphError::Wiring { node: index }));
        graph.outputs.iter().map(|output| value(output.node.0)).collect()
    }

    /// Puts the learned and running values under `name` into a state.
    pub(crate) fn save(&self, name: &str, state: &mut State) {
        for (parameter, value) in self.parameters.iter().zip(&self.values) {
            state.insert(format!("{name}/{}", parameter.key), Array::floats(&parameter.shape, floats(value)));
        }
        for (suffixes, map) in [(RUNNING, &self.running), (SPECTRAL, &self.spectral)] {
            for (prefix, pair) in map {
                for (suffix, value) in suffixes.iter().zip(pair) {
                    let values = floats(value);
                    state.insert(format!("{name}/{prefix}.{suffix}"), Array::floats(&[values.len()], values));
                }
            }
        }
    }

    /// Takes them out again.
    pub(crate) fn restore(&mut self, name: &str, state: &State) -> Result<(), TrainError> {
        let device = self.device();
        for (parameter, value) in self.parameters.iter().zip(&mut self.values) {
            *value = stored(state, &format!("{name}/{}", parameter.key), value.dims()[0], &device)?;
        }
        for (suffixes, map) in [(RUNNING, &mut self.running), (SPECTRAL, &mut self.spectral)] {
            for (prefix, pair) in map {
                for (suffix, value) in suffixes.iter().zip(pair) {
                    *value = stored(state, &format!("{name}/{prefix}.{suffix}"), value.dims()[0], &device)?;
                }
            }
        }
        Ok(())
    }

    /// Takes over the tensors of a trained network that has the same keys and shapes, and says how many fitted.
    pub(crate) fn adopt(&mut self, weights: &checkpoint::Weights) -> usize {
        let device = self.device();
        let mut fitted = 0;
        for (parameter, value) in self.parameters.iter().zip(&mut self.values) {
            if let Some(tensor) = weights.get(&parameter.key).filter(|tensor| tensor.shape == parameter.shape) {
                *value = flat(tensor.values.to_vec(), &device);
                fitted += 1;
            }
        }
        fitted
    }

    /// The tensors to publish under their official keys: `values` and the running statistics.
    pub(crate) fn published(&self, values: &Tensors) -> Vec<(String, checkpoint::Tensor)> {
        let tensor = |shape: &[usize], value| checkpoint::Tensor { shape: shape.to_vec(), values: floats(value).into() };
        let mut found: Vec<(String, checkpoint::Tensor)> = Vec::new();
        for (parameter, value) in self.parameters.iter().zip(values) {
            found.push((parameter.key.clone(), tensor(&parameter.shape, value)));
            let norm = parameter.key.strip_suffix(".bias").and_then(|prefix| Some((prefix, self.running.get(prefix)?)));
            for (suffix, value) in norm.iter().flat_map(|(_, pair)| RUNNING.iter().zip(pair.iter())) {
                let prefix = norm.map_or("", |(prefix, _)| prefix);
                found.push((format!("{prefix}.{suffix}"), tensor(&[value.dims()[0]], value)));
            }
        }
        found
    }

    fn device(&self) -> Device {
        self.values.first().map_or_else(Device::flex, Tensor::device)
    }
}

const RUNNING: [&str; 2] = ["running_mean", "running_var"];
const SPECTRAL: [&str; 2] = ["weight_u", "weight_v"];

/// A walk over the graph for one batch.
struct Pass<'a> {
    network: &'a mut Net,
    values: &'a Tensors,
    feed: &'a Feed,
}

impl Walk for Pass<'_> {
    fn plane(&mut self, plane: Plane, _shape: Shape) -> Result<Tensor<4>, ExecuteError> {
        let found = self.feed.planes.iter().find(|(kind, _)| *kind == plane).map(|(_, value)| value.clone());
        match (found, plane) {
            (Some(value), _) => Ok(value),
            // Never read as numbers: the means are taken by `instance_mean`.
            (None, Plane::Instances) => {
                let shape = [self.feed.instances.len(), 1, self.feed.size.1, self.feed.size.0];
                Ok(Tensor::zeros(shape, &self.network.device()))
            }
            _ => Err(ExecuteError::Device(format!("the trainer gave no {plane:?}"))),
        }
    }

    fn parameter<const D: usize>(&mut self, key: &str) -> Result<Tensor<D>, ExecuteError> {
        let missing = || ExecuteError::Device(format!("the weight {key} is missing"));
        if let Some(&at) = self.network.index.get(key) {
            let shape: [usize; D] = self.network.parameters[at].shape.clone().try_into().map_err(|_| missing())?;
            return Ok(self.values[at].clone().reshape(shape));
        }
        let (prefix, suffix) = key.rsplit_once('.').ok_or_else(missing)?;
        let pair = self.network.running.get(prefix).ok_or_else(missing)?;
        let at = RUNNING.iter().position(|name| *name == suffix).ok_or_else(missing)?;
        let length = pair[at].dims()[0];
        let shape: [usize; D] = vec![length].try_into().map_err(|_| missing())?;
        Ok(pair[at].clone().reshape(shape))
    }

    /// One power iteration before each training pass (Miyato et al. 2018, algorithm 1); the vectors are constants.
    fn spectral_norm(&mut self, prefix: &str, matrix: Tensor<2>) -> Result<Tensor<2>, ExecuteError> {
        let missing = || ExecuteError::Device(format!("the weight {prefix}.weight_u is missing"));
        let pair = self.network.spectral.get_mut(prefix).ok_or_else(missing)?;
        let [rows, columns] = matrix.dims();
        if self.feed.training {
            let constant = matrix.clone().inner();
            let v = normalised(pair[0].clone().reshape([1, rows]).matmul(constant.clone()));
            let u = normalised(constant.matmul(v.clone().transpose()));
            *pair = [u.reshape([rows]), v.reshape([columns])];
        }
        let [u, v] = pair.clone();
        Ok(u.reshape([1, rows]).matmul(matrix).matmul(v.reshape([columns, 1])))
    }

    fn dropout(&mut self, node: usize, shape: [usize; 4], probability: f32) -> Option<Tensor<4>> {
        let seed = self.feed.dropout?;
        let mask = Draws::new(seed, node as u64).dropout_mask(shape.iter().product(), probability);
        Some(Tensor::from_data(TensorData::new(mask, shape), &self.network.device()))
    }

    /// Means as two products with a matrix of pixels by instances, so that gradients flow.
    fn instance_mean(&mut self, features: Tensor<4>) -> Result<Tensor<4>, ExecuteError> {
        let [_, channels, height, width] = features.dims();
        let pixels = height * width;
        let means = self.feed.instances.iter().enumerate().map(|(sample, ids)| {
            let mut known: Vec<u32> = ids.to_vec();
            known.sort_unstable();
            known.dedup();
            let mut member = vec![0.0_f32; pixels * known.len()];
            let mut counts = vec![0.0_f32; known.len()];
            for (pixel, id) in ids.iter().enumerate() {
                let at = known.partition_point(|other| other < id);
                member[pixel * known.len() + at] = 1.0;
                counts[at] += 1.0;
            }
            let device = self.network.device();
            let member: Tensor<2> = Tensor::from_data(TensorData::new(member, [pixels, known.len()]), &device);
            let counts: Tensor<2> = Tensor::from_data(TensorData::new(counts, [1, known.len()]), &device);
            let values = features.clone().narrow(0, sample, 1).reshape([channels, pixels]);
            let sums = values.matmul(member.clone()) / counts;
            sums.matmul(member.transpose()).reshape([1, channels, height, width])
        });
        Ok(Tensor::cat(means.collect(), 0))
    }

    fn observe(&mut self, prefix: &str, mean: &Tensor<3>, variance: &Tensor<3>, count: usize) {
        let Some(pair) = self.network.running.get_mut(prefix).filter(|_| self.feed.training) else { return };
        let unbiased = count as f32 / (count as f32 - 1.0).max(1.0);
        let new = [mean.clone().inner(), variance.clone().inner() * unbiased];
        for (old, new) in pair.iter_mut().zip(new) {
            let length = old.dims()[0];
            *old = old.clone() * (1.0 - RUNNING_MOMENTUM) + new.reshape([length]) * RUNNING_MOMENTUM;
        }
    }

    fn stats(&self, _of_graph: NormStats) -> NormStats {
        self.feed.stats
    }

    fn half(&self) -> bool {
        self.feed.half
    }
}

/// Divided by its length, which PyTorch keeps above 1e-12.
fn normalised(vector: Tensor<2>) -> Tensor<2> {
    let length = (vector.clone() * vector.clone()).sum().sqrt().clamp_min(1e-12);
    vector / length.reshape([1, 1])
}

/// A random direction.
fn unit(stream: &mut Draws, count: usize, device: &Device) -> Tensor<1> {
    let values: Vec<f32> = (0..count).map(|_| stream.normal()).collect();
    let length = values.iter().map(|value| value * value).sum::<f32>().sqrt().max(1e-12);
    flat(values.into_iter().map(|value| value / length).collect(), device)
}

/// A vector on the device.
pub(crate) fn flat(values: Vec<f32>, device: &Device) -> Tensor<1> {
    let length = values.len();
    Tensor::from_data(TensorData::new(values, [length]), device)
}

/// A tensor's values.
pub(crate) fn floats<const D: usize>(tensor: &Tensor<D>) -> Vec<f32> {
    tensor.clone().into_data().convert::<f32>().try_into_vec().unwrap_or_default()
}

/// A vector of a state.
pub(crate) fn stored(state: &State, name: &str, length: usize, device: &Device) -> Result<Tensor<1>, TrainError> {
    let array = state.get(name).ok_or_else(|| TrainError::State(format!("{name} is missing")))?;
    match array.as_floats() {
        Some(values) if values.len() == length => Ok(flat(values.to_vec(), device)),
        _ => Err(TrainError::State(format!("{name} has other dimensions"))),
    }
}
