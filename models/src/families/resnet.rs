//! CycleGAN residual generator (Zhu et al. 2017; `ResnetGenerator` of pytorch-CycleGAN-and-pix2pix).

use super::{Builder, Window};
use crate::architecture::Architecture;
use crate::graph::{Graph, NodeId, NormStats, Range};

/// Builds the generator; the picture's sides must be multiples of `2^depth`.
pub fn generator(architecture: &Architecture, stats: NormStats) -> Graph {
    whole(Builder::new(architecture.norm, stats), architecture)
}

/// The generator from planes to picture; pix2pixHD's global generator differs only in what the builder gives a bias.
pub(super) fn whole(mut builder: Builder, architecture: &Architecture) -> Graph {
    let x = builder.input(architecture);
    let trunk = trunk(&mut builder, x, architecture, architecture.width);
    let head = builder.wide_conv(trunk.node, &format!("model.{}", trunk.next_index + 1), architecture.output_channels, true);
    let picture = builder.tanh(head);
    builder.graph.output("picture", picture, Range::Symmetric);
    builder.graph
}

/// The part of a residual generator before its last convolution, and the index of the module that would follow.
pub(super) struct Trunk {
    /// Features at full size.
    pub(super) node: NodeId,
    /// Index in `model` after the last relu.
    pub(super) next_index: usize,
}

/// Wide stem, halvings, residual blocks and doublings, with keys `model.1` and on.
///
/// pix2pixHD's global generator is the same network with more halvings, so it calls this too.
pub(super) fn trunk(builder: &mut Builder, x: NodeId, architecture: &Architecture, width: usize) -> Trunk {
    let x = builder.wide_conv(x, "model.1", width, builder.biased);
    let x = builder.norm(x, "model.2");
    let mut x = builder.relu(x);
    let mut index = 4;
    for level in 1..=architecture.depth {
        x = builder.conv_norm_relu(x, "model", index, width << level, Window::DOWN);
        index += 3;
    }
    for _ in 0..architecture.blocks {
        x = builder.residual_block(x, &format!("model.{index}"), width << architecture.depth, architecture.dropout);
        index += 1;
    }
    for level in (0..architecture.depth).rev() {
        x = builder.up_norm_relu(x, "model", index, width << level);
        index += 3;
    }
    Trunk { node: x, next_index: index }
}
