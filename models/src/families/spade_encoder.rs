//! SPADE's encoder (Park et al. 2019; `ConvEncoder` of NVlabs/SPADE): a photograph becomes the code of a picture.

use super::{Builder, Window};
use crate::architecture::Norm;
use crate::graph::{Graph, NodeId, NormStats, Op, Plane, Range, Weight};
use crate::shape::Shape;

/// Sides of the photograph in pixels; the official tool stretches any other to this.
pub const SIDE_PX: usize = 256;

/// Halvings of the photograph.
const LAYERS: usize = 6;

/// What differs between trained encoders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpadeEncoder {
    /// Planes after the first layer (`ngf`).
    pub width: usize,
    /// Length of the code.
    pub code: usize,
    /// Whether weights are kept under spectral norm.
    pub spectral: bool,
}

impl SpadeEncoder {
    /// The network. Outputs: `mean` and `log_variance`, each of [`SpadeEncoder::code`] planes of one pixel.
    pub fn graph(self) -> Graph {
        let Self { width, code, spectral } = self;
        let mut builder = Builder::new(Norm::Instance, NormStats::Image);
        let mut x = builder.graph.push(Op::Input(Plane::Rgb), &[]);
        for layer in 0..LAYERS {
            let prefix = format!("layer{}.0", layer + 1);
            let Window { kernel, stride, padding, .. } = Window::DOWN;
            let weight = if spectral { Weight::Spectral(prefix) } else { Weight::Plain(format!("{prefix}.weight")) };
            // Its bias was taken away: the norm behind it would undo it.
            let op = Op::Conv { weight, bias: None, out_channels: width << layer.min(3), kernel, stride, padding };
            x = builder.graph.push(op, &[x]);
            x = builder.norm(x, "");
            x = builder.leaky_relu(x);
        }
        let side = SIDE_PX >> LAYERS;
        let in_features = (width << 3) * side * side;
        let linear = |graph: &mut Graph, name: &str| -> NodeId {
            let op = Op::Linear {
                weight: Weight::Plain(format!("{name}.weight")),
                bias: Some(format!("{name}.bias")),
                in_features,
                shape: Shape::new(code, 1, 1),
            };
            graph.push(op, &[x])
        };
        let mut graph = builder.graph;
        let (mean, log_variance) = (linear(&mut graph, "fc_mu"), linear(&mut graph, "fc_var"));
        graph.output("mean", mean, Range::Symmetric);
        graph.output("log_variance", log_variance, Range::Symmetric);
        graph
    }
}
