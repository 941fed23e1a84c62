//! What each operation of a graph computes, in burn's tensors: once for the reference executor and for training.

use burn::tensor::module::{avg_pool2d, conv_transpose2d, conv2d, interpolate, max_pool2d};
use burn::tensor::ops::{
    AvgPoolOptions, ConvOptions, ConvTransposeOptions, InterpolateMode, InterpolateOptions, MaxPoolOptions, PadMode as BurnPad,
};
use burn::tensor::{FloatDType, Tensor, activation};

use crate::executor::ExecuteError;
use crate::graph::{Activation, Extent, Filter, Graph, NORM_EPSILON, NodeId, NormStats, Op, PadMode, Plane, Weight};
use crate::shape::{GraphError, Shape};

/// What a walk over a graph asks of whoever walks: numbers that the graph itself does not hold.
pub(crate) trait Walk {
    /// A plane of the input, `[batch, channels, height, width]`.
    fn plane(&mut self, plane: Plane, shape: Shape) -> Result<Tensor<4>, ExecuteError>;

    /// The parameter under an official key.
    fn parameter<const D: usize>(&mut self, key: &str) -> Result<Tensor<D>, ExecuteError>;

    /// `u · W v` of a weight under spectral norm as a `[1, 1]` matrix; `matrix` is `W` with a row for each output.
    fn spectral_norm(&mut self, prefix: &str, matrix: Tensor<2>) -> Result<Tensor<2>, ExecuteError>;

    /// What a dropout layer multiplies with; nothing where it is off.
    fn dropout(&mut self, node: usize, shape: [usize; 4], probability: f32) -> Option<Tensor<4>>;

    /// Means over instances (pix2pixHD's encoder).
    fn instance_mean(&mut self, features: Tensor<4>) -> Result<Tensor<4>, ExecuteError>;

    /// Mean and biased variance, each `[1, channels, 1]`, that a batch norm took from `count` values a channel.
    fn observe(&mut self, _prefix: &str, _mean: &Tensor<3>, _variance: &Tensor<3>, _count: usize) {}

    /// Whose statistics a batch norm uses; what the graph says unless the walker knows better.
    fn stats(&self, of_graph: NormStats) -> NormStats {
        of_graph
    }

    /// Whether convolutions are computed in float16.
    fn half(&self) -> bool {
        false
    }
}

/// The last step in which each node's value is read; outputs are never given up.
pub(crate) fn last_uses(graph: &Graph) -> Vec<usize> {
    let mut last: Vec<usize> = (0..graph.nodes.len()).collect();
    for (index, node) in graph.nodes.iter().enumerate() {
        for input in &node.inputs {
            last[input.0] = index;
        }
    }
    for output in &graph.outputs {
        last[output.node.0] = usize::MAX;
    }
    last
}

/// The value of a node, from those before it.
///
/// # Errors
/// When the graph is wired wrongly or the walker has not what is needed.
pub(crate) fn evaluate(
    graph: &Graph,
    index: usize,
    values: &[Option<Tensor<4>>],
    shape: Shape,
    walk: &mut impl Walk,
) -> Result<Tensor<4>, ExecuteError> {
    let node = &graph.nodes[index];
    let wiring = || ExecuteError::Graph(GraphError::Wiring { node: index });
    let read = |which: usize| -> Result<Tensor<4>, ExecuteError> {
        let &NodeId(id) = node.inputs.get(which).ok_or_else(wiring)?;
        values[id].clone().ok_or_else(wiring)
    };
    Ok(match &node.op {
        Op::Input(plane) => walk.plane(*plane, shape)?,
        Op::Conv { weight, bias, stride, padding, .. } => {
            let options = ConvOptions::new([*stride; 2], [*padding; 2], [1; 2], 1);
            let (weight, bias) = (layer_weight(walk, weight, 0)?, layer_bias(walk, bias.as_ref())?);
            convolved(walk.half(), read(0)?, weight, bias, |x, weight, bias| conv2d(x, weight, bias, options))
        }
        Op::ConvTranspose { weight, bias, stride, padding, output_padding, .. } => {
            let options = ConvTransposeOptions::new([*stride; 2], [*padding; 2], [*output_padding; 2], [1; 2], 1);
            let (weight, bias) = (layer_weight(walk, weight, 1)?, layer_bias(walk, bias.as_ref())?);
            convolved(walk.half(), read(0)?, weight, bias, |x, weight, bias| conv_transpose2d(x, weight, bias, options))
        }
        Op::Linear { weight, bias, in_features, .. } => {
            let x = read(0)?;
            let batch = x.dims()[0];
            let matrix: Tensor<2> = layer_weight(walk, weight, 0)?;
            let mut y = x.reshape([batch, *in_features]).matmul(matrix.transpose());
            if let Some(bias) = layer_bias(walk, bias.as_ref())? {
                y = y + bias.reshape([1, shape.len()]);
            }
            y.reshape([batch, shape.channels, shape.height, shape.width])
        }
        Op::Pad { mode, amount } => {
            let mode = match mode {
                PadMode::Zero => BurnPad::Constant(0.0),
                PadMode::Reflect => BurnPad::Reflect,
            };
            read(0)?.pad([(*amount, *amount), (*amount, *amount)], mode)
        }
        Op::InstanceNorm => instance_norm(read(0)?),
        Op::BatchNorm { prefix, affine, stats } => {
            let stats = walk.stats(*stats);
            let mut vector = |suffix: &str| -> Result<Tensor<4>, ExecuteError> {
                Ok(walk.parameter::<1>(&format!("{prefix}.{suffix}"))?.reshape([1, shape.channels, 1, 1]))
            };
            let scaling = if *affine { Some((vector("weight")?, vector("bias")?)) } else { None };
            let x = match stats {
                NormStats::Running => (read(0)? - vector("running_mean")?) / (vector("running_var")? + NORM_EPSILON).sqrt(),
                NormStats::Image => batch_norm(read(0)?, |mean, variance, count| walk.observe(prefix, mean, variance, count)),
            };
            match scaling {
                Some((weight, bias)) => x * weight + bias,
                None => x,
            }
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
        Op::Dropout { probability } => {
            let x = read(0)?;
            match walk.dropout(index, x.dims(), *probability) {
                None => x,
                Some(mask) => x * mask,
            }
        }
        Op::Spade => read(0)? * (read(1)? + 1.0) + read(2)?,
        Op::InstanceMean => walk.instance_mean(read(0)?)?,
    })
}

/// A weight as it multiplies: spectral norm divided out. `out_dim` is the dimension of the outputs.
fn layer_weight<const D: usize>(walk: &mut impl Walk, weight: &Weight, out_dim: usize) -> Result<Tensor<D>, ExecuteError> {
    match weight {
        Weight::Plain(key) => walk.parameter(key),
        Weight::Spectral(prefix) => {
            let original: Tensor<D> = walk.parameter(&format!("{prefix}.weight_orig"))?;
            let dims = original.dims();
            let (rows, count) = (dims[out_dim], dims.iter().product::<usize>());
            let matrix = original.clone().swap_dims(0, out_dim).reshape([rows, count / rows]);
            let sigma = walk.spectral_norm(prefix, matrix)?;
            Ok(original.div(sigma.reshape([1; D])))
        }
    }
}

fn layer_bias(walk: &mut impl Walk, key: Option<&String>) -> Result<Option<Tensor<1>>, ExecuteError> {
    key.map(|key| walk.parameter(key)).transpose()
}

/// A convolution, in float16 if `half`; the result is float32 either way.
fn convolved(
    half: bool,
    x: Tensor<4>,
    weight: Tensor<4>,
    bias: Option<Tensor<1>>,
    run: impl FnOnce(Tensor<4>, Tensor<4>, Option<Tensor<1>>) -> Tensor<4>,
) -> Tensor<4> {
    if !half {
        return run(x, weight, bias);
    }
    // The bias is added in float32: added in float16 it would round the sum once more.
    let y = run(x.cast(FloatDType::F16), weight.cast(FloatDType::F16), None).cast(FloatDType::F32);
    match bias {
        Some(bias) => {
            let channels = bias.dims()[0];
            y + bias.reshape([1, channels, 1, 1])
        }
        None => y,
    }
}

/// `(x - mean) / sqrt(var + epsilon)` with each plane's own biased variance.
fn instance_norm(x: Tensor<4>) -> Tensor<4> {
    let [batch, channels, height, width] = x.dims();
    let flat: Tensor<3> = x.reshape([batch, channels, height * width]);
    let centred = flat.clone() - flat.mean_dim(2);
    let variance = (centred.clone() * centred.clone()).mean_dim(2);
    (centred / (variance + NORM_EPSILON).sqrt()).reshape([batch, channels, height, width])
}

/// The same over all pictures of the batch together; `observe` is told mean, biased variance and the number of values.
fn batch_norm(x: Tensor<4>, observe: impl FnOnce(&Tensor<3>, &Tensor<3>, usize)) -> Tensor<4> {
    let [batch, channels, height, width] = x.dims();
    let flat: Tensor<3> = x.reshape([batch, channels, height * width]);
    let mean = flat.clone().mean_dim(2).mean_dim(0);
    let centred = flat - mean.clone();
    let variance = (centred.clone() * centred.clone()).mean_dim(2).mean_dim(0);
    observe(&mean, &variance, batch * height * width);
    (centred / (variance + NORM_EPSILON).sqrt()).reshape([batch, channels, height, width])
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
