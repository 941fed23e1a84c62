//! Holistically-nested edge detection on VGG16 (Xie and Tu 2015), for tracing photographs into sketches.

use super::{Builder, Window};
use crate::architecture::Norm;
use crate::graph::{Activation, Extent, Filter, Graph, NodeId, NormStats, Op, Plane, Range};

/// Planes and number of convolutions of each VGG16 stage.
const STAGES: [(usize, usize); 5] = [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)];

/// Builds the detector; works at any size. Its picture is one plane of edge probabilities.
pub fn edge_detector() -> Graph {
    let mut builder = Builder::new(Norm::None, NormStats::Image);
    let input = builder.graph.push(Op::Input(Plane::CaffeBgr), &[]);
    let mut x = input;
    let mut sides: Vec<NodeId> = Vec::new();
    for (stage, (channels, layers)) in (1..).zip(STAGES) {
        if stage > 1 {
            x = builder.graph.push(Op::MaxPool { kernel: 2, stride: 2, ceil: true }, &[x]);
        }
        for layer in 1..=layers {
            let window = Window { padding: 1, ..Window::SAME_UNPADDED };
            x = builder.conv(x, &format!("conv{stage}_{layer}"), channels, window, true);
            x = builder.relu(x);
        }
        let side = builder.conv(x, &format!("dsn{stage}"), 1, POINTWISE, true);
        sides.push(builder.graph.push(Op::Resize { filter: Filter::Bilinear, to: Extent::Like }, &[side, input]));
    }
    let joined = builder.graph.push(Op::Concat, &sides);
    let fused = builder.conv(joined, "fuse", 1, POINTWISE, true);
    let edges = builder.graph.push(Op::Activation(Activation::Sigmoid), &[fused]);
    builder.graph.output("picture", edges, Range::Unit);
    builder.graph
}

/// VGG16 as far as the first layer of each stage: the outputs `relu1_1` to `relu5_1`,
/// on which pictures are compared (pix2pixHD's `VGGLoss`). Reads what [`edge_detector`] reads, under the same keys.
pub fn feature_extractor() -> Graph {
    let mut builder = Builder::new(Norm::None, NormStats::Image);
    let mut x = builder.graph.push(Op::Input(Plane::CaffeBgr), &[]);
    for (stage, (channels, layers)) in (1..).zip(STAGES) {
        if stage > 1 {
            x = builder.graph.push(Op::MaxPool { kernel: 2, stride: 2, ceil: false }, &[x]);
        }
        // The last stage ends with its first layer.
        for layer in 1..=if stage == STAGES.len() { 1 } else { layers } {
            let window = Window { padding: 1, ..Window::SAME_UNPADDED };
            x = builder.conv(x, &format!("conv{stage}_{layer}"), channels, window, true);
            x = builder.relu(x);
            if layer == 1 {
                builder.graph.output(&format!("relu{stage}_1"), x, Range::Symmetric);
            }
        }
    }
    builder.graph
}

const POINTWISE: Window = Window { kernel: 1, ..Window::SAME_UNPADDED };
