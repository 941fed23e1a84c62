//! affinelayer's pix2pix (`create_generator` of pix2pix-tensorflow), as its browser demo runs `.pict` files.
//!
//! Not the PyTorch U-Net: every convolution has a bias, the innermost level has a norm, the decoder comes first where
//! skips are joined, norms use the picture's own statistics, and there is no dropout when painting.
//! TensorFlow's names became keys like a module's when the file was opened.

use super::{Builder, Window};
use crate::architecture::{Architecture, Norm};
use crate::graph::{Graph, NodeId, NormStats, Op, Range};

/// Builds the generator; the picture's sides must be multiples of `2^depth`.
pub fn generator(architecture: &Architecture) -> Graph {
    let mut builder = Builder::new(Norm::Batch, NormStats::Image);
    let mut x = builder.input(architecture);
    let mut levels: Vec<NodeId> = Vec::new();
    for level in 1..=architecture.depth {
        let prefix = format!("generator.encoder_{level}");
        if level > 1 {
            x = builder.leaky_relu(x);
        }
        x = builder.conv(x, &format!("{prefix}.conv2d"), channels(architecture, level), Window::HALVE, true);
        if level > 1 {
            x = builder.norm(x, &format!("{prefix}.batch_normalization"));
        }
        levels.push(x);
    }
    for level in (1..=architecture.depth).rev() {
        let prefix = format!("generator.decoder_{level}");
        if level < architecture.depth {
            x = builder.graph.push(Op::Concat, &[x, levels[level - 1]]);
        }
        x = builder.relu(x);
        let out = if level == 1 { architecture.output_channels } else { channels(architecture, level - 1) };
        x = builder.conv_transpose(x, &format!("{prefix}.conv2d_transpose"), out, Window::HALVE, true);
        if level > 1 {
            x = builder.norm(x, &format!("{prefix}.batch_normalization"));
        }
    }
    let picture = builder.tanh(x);
    builder.graph.output("picture", picture, Range::Symmetric);
    builder.graph
}

/// Planes after the encoder of `level`, counted from 1: doubling up to eight times the width.
fn channels(architecture: &Architecture, level: usize) -> usize {
    architecture.width << (level - 1).min(3)
}
