//! The reference executor: walks a graph with burn tensors on the CPU (`Device::flex`).

use std::sync::Arc;

use burn::tensor::module::{avg_pool2d, conv_transpose2d, conv2d, interpolate, max_pool2d};
use burn::tensor::ops::{
    AvgPoolOptions, ConvOptions, ConvTransposeOptions, InterpolateMode, InterpolateOptions, MaxPoolOptions, PadMode as BurnPad,
};
use burn::tensor::{Device, Tensor, TensorData, activation};

use crate::checkpoint::Weights;
use crate::executor::{ExecuteError, Executor, Interrupt, Picture, Plate};
use crate::graph::{Activation, Extent, Filter, Graph, NodeId, NormStats, Op, PadMode, Weight};
use crate::input::Input;
use crate::planes::plane_values;
use crate::random::Draws;
use crate::shape::Shape;

/// Added to a variance before its root, as PyTorch does.
const NORM_EPSILON: f32 = 1e-5;

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
        let mut last_use: Vec<usize> = (0..graph.nodes.len()).collect();
        for (index, node) in graph.nodes.iter().enumerate() {
            for input in &node.inputs {
                last_use[input.0] = index;
            }
        }
        for output in &graph.outputs {
            last_use[output.node.0] = usize::MAX;
        }
        Self { graph, weights, dropout_seed, device: Device::flex(), last_use }
    }

    fn tensor<const D: usize>(&self, values: &[f32], shape: [usize; D]) -> Tensor<D> {
        Tensor::from_data(TensorData::new(values.to_vec(), shape), &self.device)
    }

    fn parameter<const D: usize>(&self, key: &str) -> Result<Tensor<D>, ExecuteError> {
        let missing = || ExecuteError::Device(format!("the weight {key} is missing"));
        let found = self.weights.get(key).ok_or_else(missing)?;
        let shape: [usize; D] = found.shape.clone().try_into().map_err(|_| missing())?;
        Ok(self.tensor(&found.values, shape))
    }

    /// A weight as it multiplies: spectral norm divided out. `out_dim` is the dimension of the outputs.
    fn weight<const D: usize>(&self, weight: &Weight, out_dim: usize) -> Result<Tensor<D>, ExecuteError> {
        match weight {
            Weight::Plain(key) => self.parameter(key),
            Weight::Spectral(prefix) => {
                let original: Tensor<D> = self.parameter(&format!("{prefix}.weight_orig"))?;
                let u: Tensor<1> = self.parameter(&format!("{prefix}.weight_u"))?;
                let v: Tensor<1> = self.parameter(&format!("{prefix}.weight_v"))?;
                let (rows, columns) = (u.dims()[0], v.dims()[0]);
                let matrix = original.clone().swap_dims(0, out_dim).reshape([rows, columns]);
                let sigma = u.reshape([1, rows]).matmul(matrix).matmul(v.reshape([columns, 1]));
                Ok(original.div(sigma.reshape([1; D])))
            }
        }
    }

    fn bias(&self, key: Option<&String>) -> Result<Option<Tensor<1>>, ExecuteError> {
        key.map(|key| self.parameter(key)).transpose()
    }

    fn node(&self, index: usize, values: &[Option<Tensor<4>>], shape: Shape, input: &Input) -> Result<Tensor<4>, ExecuteError> {
        let node = &self.graph.nodes[index];
        let wiring = || ExecuteError::Graph(crate::shape::GraphError::Wiring { node: index });
        let read = |which: usize| -> Result<Tensor<4>, ExecuteError> {
            let &NodeId(id) = node.inputs.get(which).ok_or_else(wiring)?;
            values[id].clone().ok_or_else(wiring)
        };
        Ok(match &node.op {
            Op::Input(plane) => {
                let values = plane_values(input, *plane)?;
                self.tensor(&values, [1, shape.channels, shape.height, shape.width])
            }
            Op::Conv { weight, bias, stride, padding, .. } => {
                let options = ConvOptions::new([*stride; 2], [*padding; 2], [1; 2], 1);
                conv2d(read(0)?, self.weight(weight, 0)?, self.bias(bias.as_ref())?, options)
            }
            Op::ConvTranspose { weight, bias, stride, padding, output_padding, .. } => {
                let options = ConvTransposeOptions::new([*stride; 2], [*padding; 2], [*output_padding; 2], [1; 2], 1);
                conv_transpose2d(read(0)?, self.weight(weight, 1)?, self.bias(bias.as_ref())?, options)
            }
            Op::Linear { weight, bias, in_features, .. } => {
                let matrix: Tensor<2> = self.weight(weight, 0)?;
                let mut y = matrix.matmul(read(0)?.reshape([*in_features, 1])).reshape([shape.len()]);
                if let Some(bias) = self.bias(bias.as_ref())? {
                    y = y + bias;
                }
                y.reshape([1, shape.channels, shape.height, shape.width])
            }
            Op::Pad { mode, amount } => {
                let mode = match mode {
                    PadMode::Zero => BurnPad::Constant(0.0),
                    PadMode::Reflect => BurnPad::Reflect,
                };
                read(0)?.pad([(*amount, *amount), (*amount, *amount)], mode)
            }
            Op::InstanceNorm => normalised(read(0)?),
            Op::BatchNorm { prefix, affine, stats } => {
                let channels = shape.channels;
                let vector = |suffix: &str| -> Result<Tensor<4>, ExecuteError> {
                    Ok(self.parameter::<1>(&format!("{prefix}.{suffix}"))?.reshape([1, channels, 1, 1]))
                };
                let x = match stats {
                    NormStats::Image => normalised(read(0)?),
                    NormStats::Running => (read(0)? - vector("running_mean")?) / (vector("running_var")? + NORM_EPSILON).sqrt(),
                };
                if *affine { x * vector("weight")? + vector("bias")? } else { x }
            }
            Op::Activation(function) => match function {
                Activation::Relu => activation::relu(read(0)?),
                Activation::LeakyRelu { slope } => activation::leaky_relu(read(0)?, f64::from(*slope)),
                Activation::Tanh => activation::tanh(read(0)?),
                Activation::Sigmoid => activation::sigmoid(read(0)?),
            },
            Op::Add => read(0)? + read(1)?,
            Op::Concat => Tensor::cat((0..node.inputs.len()).map(read).collect::<Result<_, _>>()?, 1),
            Op::Resize { filter, to } => resized(read(0)?, *filter, *to, shape),
            Op::AvgPool { kernel, stride, padding } => {
                let options = AvgPoolOptions::new([*kernel; 2]).with_stride([*stride; 2]).with_padding([*padding; 2]);
                avg_pool2d(read(0)?, options.with_count_include_pad(false))
            }
            Op::MaxPool { kernel, stride, ceil } => {
                max_pool2d(read(0)?, MaxPoolOptions::new([*kernel; 2]).with_stride([*stride; 2]).with_ceil_mode(*ceil))
            }
            Op::Dropout { probability } => match self.dropout_seed {
                None => read(0)?,
                Some(seed) => {
                    let mask = Draws::new(seed, index as u64).dropout_mask(shape.len(), *probability);
                    read(0)? * self.tensor(&mask, [1, shape.channels, shape.height, shape.width])
                }
            },
            Op::Spade => read(0)? * (read(1)? + 1.0) + read(2)?,
            Op::InstanceMean => {
                let features: Vec<f32> = values_of(read(0)?)?;
                let means = crate::planes::instance_means(&features, input.instances.as_deref().unwrap_or_default());
                self.tensor(&means, [1, shape.channels, shape.height, shape.width])
            }
        })
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
            let value = self.node(index, &values, shapes[index], input)?;
            values[index] = Some(value);
            for &NodeId(id) in &self.graph.nodes[index].inputs {
                if self.last_use[id] == index {
                    values[id] = None;
                }
            }
        }
        let outputs = self.graph.outputs.iter().map(|output| {
            let index = output.node.0;
            let value = values[index].clone().ok_or(crate::shape::GraphError::Wiring { node: index })?;
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

/// `(x - mean) / sqrt(var + epsilon)` with each plane's own biased variance.
fn normalised(x: Tensor<4>) -> Tensor<4> {
    let [_, channels, height, width] = x.dims();
    let flat: Tensor<3> = x.reshape([1, channels, height * width]);
    let centred = flat.clone() - flat.mean_dim(2);
    let variance = (centred.clone() * centred.clone()).mean_dim(2);
    (centred / (variance + NORM_EPSILON).sqrt()).reshape([1, channels, height, width])
}

fn resized(x: Tensor<4>, filter: Filter, to: Extent, shape: Shape) -> Tensor<4> {
    let size = [shape.height, shape.width];
    match (filter, to) {
        // burn's bilinear has clamping at the edges and half-pixel centres when corners are not aligned, as PyTorch has.
        (Filter::Bilinear, _) => {
            interpolate(x, InterpolateOptions::new(InterpolateMode::Bilinear).with_align_corners(false).with_output_size(size))
        }
        (Filter::Nearest, _) => {
            interpolate(x, InterpolateOptions::new(InterpolateMode::Nearest).with_align_corners(false).with_output_size(size))
        }
    }
}
