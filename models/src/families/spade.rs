//! SPADE / GauGAN generator (Park et al. 2019; `SPADEGenerator` of NVlabs/SPADE).
//!
//! A small start is doubled in size again and again; at each size the label map bends the normalised features.

use super::{Builder, Window};
use crate::architecture::{Architecture, Norm};
use crate::graph::{Extent, Filter, Graph, NodeId, NormStats, Op, Plane, Range, Weight};
use crate::shape::Shape;

/// Planes between the label map and the modulation, the same in every official network.
pub(crate) const HIDDEN: usize = 128;

/// Builds the generator; `depth` is the number of doublings: 5 normal, 6 more, 7 most. Sides are multiples of `2^depth`.
///
/// With a code (`code_channels`), the start is a linear function of it, of `code_size` rows and columns; for a picture of
/// another size than the one trained on it is stretched. Without one it is the label map, made small.
pub fn generator(architecture: &Architecture, stats: NormStats) -> Graph {
    let mut builder = Builder::new(architecture.norm, stats);
    let labels = builder.input(architecture);
    let wide = architecture.width * 16;
    let window = Window { padding: 1, ..Window::SAME_UNPADDED };
    let mut net = Spade { builder, labels, spectral: architecture.spectral, scale: architecture.depth, small: labels };
    net.shrink_labels();
    let mut x = if architecture.code_channels > 0 {
        let code = net.builder.graph.push(Op::Input(Plane::Code { channels: architecture.code_channels }), &[]);
        let [height, width] = architecture.code_size;
        let start = net.builder.graph.push(
            Op::Linear {
                weight: Weight::Plain("fc.weight".to_owned()),
                bias: Some("fc.bias".to_owned()),
                in_features: architecture.code_channels,
                shape: Shape::new(wide, height, width),
            },
            &[code],
        );
        net.builder.graph.push(Op::Resize { filter: Filter::Nearest, to: Extent::Like }, &[start, net.small])
    } else {
        net.builder.conv(net.small, "fc", wide, window, true)
    };
    x = net.block(x, "head_0", wide, wide);
    x = net.double(x);
    x = net.block(x, "G_middle_0", wide, wide);
    if architecture.depth >= 6 {
        x = net.double(x);
    }
    x = net.block(x, "G_middle_1", wide, wide);
    let mut channels = wide;
    for step in 0..(if architecture.depth >= 7 { 5 } else { 4 }) {
        x = net.double(x);
        x = net.block(x, &format!("up_{step}"), channels, channels / 2);
        channels /= 2;
    }
    let mut builder = net.builder;
    x = builder.leaky_relu(x);
    x = builder.conv(x, "conv_img", architecture.output_channels, window, true);
    let picture = builder.tanh(x);
    builder.graph.output("picture", picture, Range::Symmetric);
    builder.graph
}

struct Spade {
    builder: Builder,
    /// One-hot labels and edges at full size.
    labels: NodeId,
    spectral: bool,
    /// The features are `2^scale` times smaller than the picture.
    scale: usize,
    /// The labels at the features' size.
    small: NodeId,
}

impl Spade {
    fn shrink_labels(&mut self) {
        let shrink = Op::Resize { filter: Filter::Nearest, to: Extent::Over(1 << self.scale) };
        self.small = if self.scale == 0 { self.labels } else { self.builder.graph.push(shrink, &[self.labels]) };
    }

    /// Twice the size, each value four times.
    fn double(&mut self, x: NodeId) -> NodeId {
        self.scale -= 1;
        self.shrink_labels();
        self.builder.graph.push(Op::Resize { filter: Filter::Nearest, to: Extent::Times(2) }, &[x])
    }

    /// Two modulated convolutions beside a shortcut, which has one of its own where the width changes.
    fn block(&mut self, x: NodeId, prefix: &str, from: usize, to: usize) -> NodeId {
        let middle = from.min(to);
        let shortcut = if from == to {
            x
        } else {
            let y = self.norm(x, &format!("{prefix}.norm_s"), from);
            self.conv(y, &format!("{prefix}.conv_s"), to, 1)
        };
        let y = self.norm(x, &format!("{prefix}.norm_0"), from);
        let y = self.builder.leaky_relu(y);
        let y = self.conv(y, &format!("{prefix}.conv_0"), middle, 3);
        let y = self.norm(y, &format!("{prefix}.norm_1"), middle);
        let y = self.builder.leaky_relu(y);
        let y = self.conv(y, &format!("{prefix}.conv_1"), to, 3);
        self.builder.graph.push(Op::Add, &[shortcut, y])
    }

    /// Plain normalisation, then scale and offset from the labels.
    fn norm(&mut self, x: NodeId, prefix: &str, channels: usize) -> NodeId {
        let plain = match self.builder.norm {
            Norm::Batch => {
                let prefix = format!("{prefix}.param_free_norm");
                Op::BatchNorm { prefix, affine: false, stats: self.builder.stats }
            }
            Norm::Instance | Norm::None => Op::InstanceNorm,
        };
        let x = self.builder.graph.push(plain, &[x]);
        let window = Window { padding: 1, ..Window::SAME_UNPADDED };
        let hidden = self.builder.conv(self.small, &format!("{prefix}.mlp_shared.0"), HIDDEN, window, true);
        let hidden = self.builder.relu(hidden);
        let gamma = self.builder.conv(hidden, &format!("{prefix}.mlp_gamma"), channels, window, true);
        let beta = self.builder.conv(hidden, &format!("{prefix}.mlp_beta"), channels, window, true);
        self.builder.graph.push(Op::Spade, &[x, gamma, beta])
    }

    /// A convolution under spectral norm; the pointwise one of the shortcut has no bias.
    fn conv(&mut self, x: NodeId, prefix: &str, out_channels: usize, kernel: usize) -> NodeId {
        let weight = if self.spectral { Weight::Spectral(prefix.to_owned()) } else { Weight::Plain(format!("{prefix}.weight")) };
        let bias = (kernel > 1).then(|| format!("{prefix}.bias"));
        self.builder.graph.push(Op::Conv { weight, bias, out_channels, kernel, stride: 1, padding: kernel / 2 }, &[x])
    }
}
