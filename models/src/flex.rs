//! The reference executor: walks a graph with burn tensors on the CPU (`Device::flex`).

use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};

use crate::checkpoint::Weights;
use crate::executor::{ExecuteError, Executor, Interrupt, Picture, Plate};
use crate::graph::{Graph, NodeId, Plane};
use crate::input::Input;
use crate::nodes::{Walk, evaluate, last_uses};
use crate::planes::{instance_means, plane_values};
use crate::random::Draws;
use crate::shape::{GraphError, Shape};

/// Runs a graph node by node with burn.
pub struct Flex {
    graph: Arc<Graph>,
    weights: Arc<Weights>,
    dropout_seed: Option<u64>,
    device: Device,
    last_use: Vec<usize>,
}

impl Flex {
    /// Gets the weights ready; with a seed, dropout layers are active and drawn from it.
    pub fn new(graph: Arc<Graph>, weights: Arc<Weights>, dropout_seed: Option<u64>) -> Self {
        let last_use = last_uses(&graph);
        Self { graph, weights, dropout_seed, device: Device::flex(), last_use }
    }
}

/// One pass over one picture.
struct Pass<'a> {
    flex: &'a Flex,
    input: &'a Input,
}

impl Pass<'_> {
    fn tensor<const D: usize>(&self, values: Vec<f32>, shape: [usize; D]) -> Tensor<D> {
        Tensor::from_data(TensorData::new(values, shape), &self.flex.device)
    }
}

impl Walk for Pass<'_> {
    fn plane(&mut self, plane: Plane, shape: Shape) -> Result<Tensor<4>, ExecuteError> {
        Ok(self.tensor(plane_values(self.input, plane)?, [1, shape.channels, shape.height, shape.width]))
    }

    fn parameter<const D: usize>(&mut self, key: &str) -> Result<Tensor<D>, ExecuteError> {
        let missing = || ExecuteError::Device(format!("the weight {key} is missing"));
        let found = self.flex.weights.get(key).ok_or_else(missing)?;
        let shape: [usize; D] = found.shape.clone().try_into().map_err(|_| missing())?;
        Ok(self.tensor(found.values.to_vec(), shape))
    }

    fn spectral_norm(&mut self, prefix: &str, matrix: Tensor<2>) -> Result<Tensor<2>, ExecuteError> {
        let [rows, columns] = matrix.dims();
        let u: Tensor<1> = self.parameter(&format!("{prefix}.weight_u"))?;
        let v: Tensor<1> = self.parameter(&format!("{prefix}.weight_v"))?;
        Ok(u.reshape([1, rows]).matmul(matrix).matmul(v.reshape([columns, 1])))
    }

    fn dropout(&mut self, node: usize, shape: [usize; 4], probability: f32) -> Option<Tensor<4>> {
        let seed = self.flex.dropout_seed?;
        let mask = Draws::new(seed, node as u64).dropout_mask(shape.iter().product(), probability);
        Some(self.tensor(mask, shape))
    }

    fn instance_mean(&mut self, features: Tensor<4>) -> Result<Tensor<4>, ExecuteError> {
        let shape = features.dims();
        let means = instance_means(&values_of(features)?, self.input.instances.as_deref().unwrap_or_default());
        Ok(self.tensor(means, shape))
    }
}

impl Executor for Flex {
    fn device(&self) -> String {
        "CPU (reference)".to_owned()
    }

    fn prepare(&mut self, width: usize, height: usize) -> Result<(), ExecuteError> {
        self.graph.shapes(width, height)?;
        Ok(())
    }

    fn run(&mut self, input: &Input, interrupt: &Interrupt) -> Result<Picture, ExecuteError> {
        input.check(&self.graph)?;
        let shapes = self.graph.shapes(input.width, input.height)?;
        let mut values: Vec<Option<Tensor<4>>> = vec![None; shapes.len()];
        for index in 0..shapes.len() {
            interrupt.check()?;
            values[index] = Some(evaluate(&self.graph, index, &values, shapes[index], &mut Pass { flex: self, input })?);
            for &NodeId(id) in &self.graph.nodes[index].inputs {
                if self.last_use[id] == index {
                    values[id] = None;
                }
            }
        }
        let outputs = self.graph.outputs.iter().map(|output| {
            let index = output.node.0;
            let value = values[index].clone().ok_or(GraphError::Wiring { node: index })?;
            Ok(Plate {
                name: output.name.clone(),
                range: output.range,
                channels: shapes[index].channels,
                values: values_of(value)?,
            })
        });
        let outputs = outputs.collect::<Result<Vec<_>, ExecuteError>>()?;
        let size = self.graph.outputs.first().map_or(Shape::new(0, 0, 0), |output| shapes[output.node.0]);
        Ok(Picture { width: size.width, height: size.height, outputs })
    }
}

fn values_of(tensor: Tensor<4>) -> Result<Vec<f32>, ExecuteError> {
    tensor.into_data().try_into_vec::<f32>().map_err(|error| ExecuteError::Device(format!("the CPU gave no numbers: {error:?}")))
}
