//! DCGAN (Radford et al. 2016), with the module names of PyTorch's example: pictures from a random code.

use super::{Builder, Window};
use crate::architecture::{Architecture, Norm};
use crate::graph::{Graph, NormStats, Op, Plane, Range};

/// Side of the first features, in pixels.
const START: usize = 4;

/// Builds the generator: the code becomes 4x4 features, which are doubled in size `depth` times.
///
/// The picture has `4 · 2^depth` pixels a side, whatever is asked for.
pub fn generator(architecture: &Architecture, stats: NormStats) -> Graph {
    let mut builder = Builder::new(architecture.norm, stats);
    let mut x = builder.graph.push(Op::Input(Plane::Code { channels: architecture.code_channels }), &[]);
    let first = Window { kernel: START, ..Window::SAME_UNPADDED };
    for level in 0..architecture.depth {
        let window = if level == 0 { first } else { Window::HALVE };
        let width = architecture.width << (architecture.depth - 1 - level);
        x = builder.conv_transpose(x, &format!("main.{}", 3 * level), width, window, builder.biased);
        x = builder.norm(x, &format!("main.{}", 3 * level + 1));
        x = builder.relu(x);
    }
    let head = format!("main.{}", 3 * architecture.depth);
    x = builder.conv_transpose(x, &head, architecture.output_channels, Window::HALVE, false);
    let picture = builder.tanh(x);
    builder.graph.output("picture", picture, Range::Symmetric);
    builder.graph
}

/// The opponent of a generator of `depth` doublings; its one output is a logit for each picture.
///
/// `width` is the number of planes after its first layer. PyTorch's example ends in a sigmoid, which has no keys:
/// here the losses take it in.
pub fn discriminator(channels: usize, width: usize, depth: usize, norm: Norm) -> Graph {
    let mut builder = Builder::new(norm, NormStats::Image);
    let mut x = builder.graph.push(Op::Input(Plane::Values { channels }), &[]);
    x = builder.conv(x, "main.0", width, Window::HALVE, false);
    x = builder.leaky_relu(x);
    for level in 1..depth {
        let index = 3 * level - 1;
        x = builder.conv(x, &format!("main.{index}"), width << level, Window::HALVE, builder.biased);
        x = builder.norm(x, &format!("main.{}", index + 1));
        x = builder.leaky_relu(x);
    }
    let last = Window { kernel: START, ..Window::SAME_UNPADDED };
    let logits = builder.conv(x, &format!("main.{}", 3 * depth - 1), 1, last, false);
    builder.graph.output("logits", logits, Range::Symmetric);
    builder.graph
}
