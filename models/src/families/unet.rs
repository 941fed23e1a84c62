//! pix2pix U-Net of any depth and width (Isola et al. 2017; `UnetGenerator` of pytorch-CycleGAN-and-pix2pix).
//!
//! The official code nests a block inside each block, so each level's keys lengthen the prefix by `.model.3`.

use super::{Builder, Window};
use crate::architecture::Architecture;
use crate::graph::{Graph, NodeId, NormStats, Op, Range};

/// Builds the generator; the picture's sides must be multiples of `2^depth`.
pub fn generator(architecture: &Architecture, stats: NormStats) -> Graph {
    let mut builder = Builder::new(architecture.norm, stats);
    let x = builder.input(architecture);
    // The outermost block: no norm on the way down, a bias and tanh on the way up.
    let prefix = "model.model";
    let down = builder.conv(x, &format!("{prefix}.0"), architecture.width, Window::HALVE, builder.biased);
    let inner = block(&mut builder, down, architecture, 1, "model.model.1.model");
    let up = builder.relu(inner);
    let up = builder.conv_transpose(up, &format!("{prefix}.3"), architecture.output_channels, Window::HALVE, true);
    let picture = builder.tanh(up);
    builder.graph.output("picture", picture, Range::Symmetric);
    builder.graph
}

/// Planes after the convolution of `level`: doubling up to eight times the width.
fn channels(architecture: &Architecture, level: usize) -> usize {
    architecture.width << level.min(3)
}

/// `[x, up(down(x))]`: the block at `level` and all within it, with the skip connection first.
fn block(builder: &mut Builder, x: NodeId, architecture: &Architecture, level: usize, prefix: &str) -> NodeId {
    let innermost = level + 1 == architecture.depth;
    let outer = channels(architecture, level - 1);
    let y = builder.leaky_relu(x);
    let y = builder.conv(y, &format!("{prefix}.1"), channels(architecture, level), Window::HALVE, builder.biased);
    // The innermost value may be a single pixel, so it has no norm, and the way up starts at once.
    let (y, up) = if innermost {
        (y, 3)
    } else {
        let y = builder.norm(y, &format!("{prefix}.2"));
        let y = block(builder, y, architecture, level + 1, &format!("{prefix}.3.model"));
        (y, 5)
    };
    let y = builder.relu(y);
    let y = builder.conv_transpose(y, &format!("{prefix}.{up}"), outer, Window::HALVE, builder.biased);
    let mut y = builder.norm(y, &format!("{prefix}.{}", up + 1));
    // Only the levels of full width between the innermost and the three outer ones have dropout.
    if architecture.dropout && !innermost && level >= 4 {
        y = builder.graph.push(Op::Dropout { probability: 0.5 }, &[y]);
    }
    builder.graph.push(Op::Concat, &[x, y])
}
