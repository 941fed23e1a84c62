//! pix2pixHD generators (Wang et al. 2018; `GlobalGenerator` and `LocalEnhancer` of NVIDIA/pix2pixHD).

use super::resnet::{trunk, whole};
use super::{Builder, Window};
use crate::architecture::Architecture;
use crate::graph::{Graph, NormStats, Op, Plane, Range};

/// The coarse generator; the picture's sides must be multiples of `2^depth`.
pub fn global_generator(architecture: &Architecture, stats: NormStats) -> Graph {
    whole(Builder { biased: true, ..Builder::new(architecture.norm, stats) }, architecture)
}

/// The encoder that measures the style of each object in a photograph (`Encoder`): its features' mean over each instance.
///
/// Reads a photograph and an instance map; the output `features` has `output_channels` planes in [-1, 1].
pub fn encoder(architecture: &Architecture, stats: NormStats) -> Graph {
    let mut builder = Builder { biased: true, ..Builder::new(architecture.norm, stats) };
    let x = builder.input(architecture);
    let trunk = trunk(&mut builder, x, architecture, architecture.width);
    let head = builder.wide_conv(trunk.node, &format!("model.{}", trunk.next_index + 1), architecture.output_channels, true);
    let features = builder.tanh(head);
    let instances = builder.graph.push(Op::Input(Plane::Instances), &[]);
    let means = builder.graph.push(Op::InstanceMean, &[features, instances]);
    builder.graph.output("features", means, Range::Symmetric);
    builder.graph
}

/// The coarse generator without its head, inside one or more local enhancers of twice the size each.
///
/// `width` is that of the outermost enhancer, so the coarse generator is `2^enhancers` times as wide.
/// The picture's sides must be multiples of `2^(depth + enhancers)`.
pub fn local_enhancer(architecture: &Architecture, stats: NormStats) -> Graph {
    let mut builder = Builder { biased: true, ..Builder::new(architecture.norm, stats) };
    let input = builder.input(architecture);
    // From full size to the coarsest: each enhancer halves the input for the one inside it.
    let mut pyramid = vec![input];
    for _ in 0..architecture.enhancers {
        let last = pyramid[pyramid.len() - 1];
        pyramid.push(builder.graph.push(Op::AvgPool { kernel: 3, stride: 2, padding: 1 }, &[last]));
    }
    let mut inner =
        trunk(&mut builder, pyramid[architecture.enhancers], architecture, architecture.width << architecture.enhancers).node;
    for enhancer in 1..=architecture.enhancers {
        let size = architecture.enhancers - enhancer;
        let width = architecture.width << size;
        let down = format!("model{enhancer}_1");
        let x = builder.wide_conv(pyramid[size], &format!("{down}.1"), width, builder.biased);
        let x = builder.norm(x, &format!("{down}.2"));
        let x = builder.relu(x);
        let x = builder.conv_norm_relu(x, &down, 4, width * 2, Window::DOWN);
        let mut x = builder.graph.push(Op::Add, &[x, inner]);
        let up = format!("model{enhancer}_2");
        for block in 0..architecture.enhancer_blocks {
            x = builder.residual_block(x, &format!("{up}.{block}"), width * 2, false);
        }
        inner = builder.up_norm_relu(x, &up, architecture.enhancer_blocks, width);
    }
    let head = format!("model{}_2.{}", architecture.enhancers, architecture.enhancer_blocks + 4);
    let head = builder.wide_conv(inner, &head, architecture.output_channels, true);
    let picture = builder.tanh(head);
    builder.graph.output("picture", picture, Range::Symmetric);
    builder.graph
}
