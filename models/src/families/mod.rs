//! The generators and their opponents, one family a file; each only lists nodes and names weights by the official keys.

pub mod dcgan;
pub mod hed;
pub mod patch_gan;
pub mod pict;
pub mod pix2pix_hd;
pub mod resnet;
pub mod spade;
pub mod spade_encoder;
pub mod unet;

use crate::architecture::{Architecture, InputKind, Norm};
use crate::graph::{Activation, Graph, NodeId, NormStats, Op, PadMode, Plane, Weight};

/// Slope of every leaky relu in the official networks.
const LEAKY_SLOPE: f32 = 0.2;

/// Builds layers that name their weights `prefix.weight` and `prefix.bias`.
struct Builder {
    graph: Graph,
    norm: Norm,
    stats: NormStats,
    /// Whether convolutions before a norm have a bias: CycleGAN's only before an instance norm, pix2pixHD's always.
    biased: bool,
}

impl Builder {
    fn new(norm: Norm, stats: NormStats) -> Self {
        Self { graph: Graph::default(), norm, stats, biased: norm == Norm::Instance }
    }

    /// The planes that a generator of this architecture reads, joined: picture or labels, edges, features.
    fn input(&mut self, architecture: &Architecture) -> NodeId {
        let first = match architecture.input {
            InputKind::Labels => Plane::Labels { classes: architecture.input_channels },
            InputKind::Rgb => Plane::Rgb,
            InputKind::Lightness => Plane::Lightness,
            InputKind::Code => Plane::Code { channels: architecture.code_channels },
        };
        let mut planes = vec![first];
        if architecture.instance_edges {
            planes.push(Plane::InstanceEdges);
        }
        if architecture.hints {
            planes.push(Plane::Hints);
        }
        if architecture.feature_channels > 0 {
            planes.push(Plane::Features { channels: architecture.feature_channels });
        }
        let nodes: Vec<NodeId> = planes.into_iter().map(|plane| self.graph.push(Op::Input(plane), &[])).collect();
        if nodes.len() == 1 { nodes[0] } else { self.graph.push(Op::Concat, &nodes) }
    }

    fn conv(&mut self, x: NodeId, prefix: &str, out_channels: usize, window: Window, bias: bool) -> NodeId {
        let op = Op::Conv {
            weight: Weight::Plain(format!("{prefix}.weight")),
            bias: bias.then(|| format!("{prefix}.bias")),
            out_channels,
            kernel: window.kernel,
            stride: window.stride,
            padding: window.padding,
        };
        self.graph.push(op, &[x])
    }

    fn conv_transpose(&mut self, x: NodeId, prefix: &str, out_channels: usize, window: Window, bias: bool) -> NodeId {
        let op = Op::ConvTranspose {
            weight: Weight::Plain(format!("{prefix}.weight")),
            bias: bias.then(|| format!("{prefix}.bias")),
            out_channels,
            kernel: window.kernel,
            stride: window.stride,
            padding: window.padding,
            output_padding: window.output_padding,
        };
        self.graph.push(op, &[x])
    }

    fn reflect(&mut self, x: NodeId, amount: usize) -> NodeId {
        self.graph.push(Op::Pad { mode: PadMode::Reflect, amount }, &[x])
    }

    fn norm(&mut self, x: NodeId, prefix: &str) -> NodeId {
        match self.norm {
            Norm::Instance => self.graph.push(Op::InstanceNorm, &[x]),
            Norm::Batch => {
                let op = Op::BatchNorm { prefix: prefix.to_owned(), affine: true, stats: self.stats };
                self.graph.push(op, &[x])
            }
            Norm::None => x,
        }
    }

    fn relu(&mut self, x: NodeId) -> NodeId {
        self.graph.push(Op::Activation(Activation::Relu), &[x])
    }

    fn leaky_relu(&mut self, x: NodeId) -> NodeId {
        self.graph.push(Op::Activation(Activation::LeakyRelu { slope: LEAKY_SLOPE }), &[x])
    }

    fn tanh(&mut self, x: NodeId) -> NodeId {
        self.graph.push(Op::Activation(Activation::Tanh), &[x])
    }

    /// Convolution, norm and relu at `model.index`, `index + 1`, `index + 2`.
    fn conv_norm_relu(&mut self, x: NodeId, model: &str, index: usize, out_channels: usize, window: Window) -> NodeId {
        let x = self.conv(x, &format!("{model}.{index}"), out_channels, window, self.biased);
        let x = self.norm(x, &format!("{model}.{}", index + 1));
        self.relu(x)
    }

    /// As [`Builder::conv_norm_relu`], growing the picture to twice its size.
    fn up_norm_relu(&mut self, x: NodeId, model: &str, index: usize, out_channels: usize) -> NodeId {
        let x = self.conv_transpose(x, &format!("{model}.{index}"), out_channels, Window::UP, self.biased);
        let x = self.norm(x, &format!("{model}.{}", index + 1));
        self.relu(x)
    }

    /// `x + block(x)`, the residual block of CycleGAN and pix2pixHD; no relu after the sum.
    fn residual_block(&mut self, x: NodeId, prefix: &str, channels: usize, dropout: bool) -> NodeId {
        let y = self.reflect(x, 1);
        let y = self.conv(y, &format!("{prefix}.conv_block.1"), channels, Window::SAME_UNPADDED, self.biased);
        let y = self.norm(y, &format!("{prefix}.conv_block.2"));
        let mut y = self.relu(y);
        // A dropout layer has no weights but moves the indices behind it.
        let second = if dropout { 6 } else { 5 };
        if dropout {
            y = self.graph.push(Op::Dropout { probability: 0.5 }, &[y]);
        }
        let y = self.reflect(y, 1);
        let y = self.conv(y, &format!("{prefix}.conv_block.{second}"), channels, Window::SAME_UNPADDED, self.biased);
        let y = self.norm(y, &format!("{prefix}.conv_block.{}", second + 1));
        self.graph.push(Op::Add, &[x, y])
    }

    /// Reflected 7x7 convolution at `model.index`, the first and last layer of residual generators.
    fn wide_conv(&mut self, x: NodeId, prefix: &str, out_channels: usize, bias: bool) -> NodeId {
        let x = self.reflect(x, 3);
        self.conv(x, prefix, out_channels, Window { kernel: 7, ..Window::SAME_UNPADDED }, bias)
    }
}

/// How a kernel steps over the picture.
#[derive(Clone, Copy)]
struct Window {
    kernel: usize,
    stride: usize,
    padding: usize,
    output_padding: usize,
}

impl Window {
    /// 3x3 over a picture that was already padded.
    const SAME_UNPADDED: Self = Self { kernel: 3, stride: 1, padding: 0, output_padding: 0 };
    /// 3x3 to half the size.
    const DOWN: Self = Self { kernel: 3, stride: 2, padding: 1, output_padding: 0 };
    /// 3x3 transposed to twice the size.
    const UP: Self = Self { kernel: 3, stride: 2, padding: 1, output_padding: 1 };
    /// 4x4 to half the size, or transposed to twice.
    const HALVE: Self = Self { kernel: 4, stride: 2, padding: 1, output_padding: 0 };
}
