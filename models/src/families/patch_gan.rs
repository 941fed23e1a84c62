//! Discriminators that judge patches (Isola et al. 2017; `NLayerDiscriminator` of pytorch-CycleGAN-and-pix2pix),
//! and several of them on a pyramid of sizes (`MultiscaleDiscriminator` of pix2pixHD).
//!
//! Their outputs are logits; those before the last of a scale are its intermediate features.

use super::{Builder, Window};
use crate::architecture::Norm;
use crate::graph::{Graph, NodeId, NormStats, Op, Plane, Range, Weight};

/// The numbers of a discriminator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PatchGan {
    /// Planes judged: condition and picture together.
    pub channels: usize,
    /// Planes after the first layer (`ndf`).
    pub width: usize,
    /// Strided layers (`n_layers`); 3 makes a value of the result see 70x70 pixels.
    pub layers: usize,
    /// Normalisation between layers.
    pub norm: Norm,
    /// Whether weights are divided by their spectral norm.
    pub spectral: bool,
}

impl PatchGan {
    /// One discriminator with the keys `model.N`; outputs are the features of each layer, then `logits`.
    pub fn single(&self) -> Graph {
        let mut builder = Builder::new(self.norm, NormStats::Image);
        let mut x = builder.graph.push(Op::Input(Plane::Values { channels: self.channels }), &[]);
        // Indices in the official list: convolution and activation first, then convolution, norm and activation each.
        for layer in 0..self.layers + 2 {
            let index = if layer == 0 { 0 } else { 3 * layer - 1 };
            x = self.layer(&mut builder, x, layer, &format!("model.{index}"), &format!("model.{}", index + 1), 1);
            self.name(&mut builder, x, layer, "");
        }
        builder.graph
    }

    /// `scales` discriminators on halved pictures, with the keys `scaleI_layerJ.0`; the highest `I` sees the full size.
    /// The outputs of a scale follow one another, the full size first.
    pub fn pyramid(&self, scales: usize) -> Graph {
        // pix2pixHD gives every convolution a bias but those before a batch norm's own.
        let mut builder = Builder { biased: true, ..Builder::new(self.norm, NormStats::Image) };
        let mut picture = builder.graph.push(Op::Input(Plane::Values { channels: self.channels }), &[]);
        for scale in (0..scales).rev() {
            let mut x = picture;
            for layer in 0..self.layers + 2 {
                let prefix = format!("scale{scale}_layer{layer}");
                x = self.layer(&mut builder, x, layer, &format!("{prefix}.0"), &format!("{prefix}.1"), 2);
                self.name(&mut builder, x, layer, &format!("scale{scale} "));
            }
            if scale > 0 {
                picture = builder.graph.push(Op::AvgPool { kernel: 3, stride: 2, padding: 1 }, &[picture]);
            }
        }
        builder.graph
    }

    fn name(&self, builder: &mut Builder, x: NodeId, layer: usize, scale: &str) {
        let name = if layer > self.layers { format!("{scale}logits") } else { format!("{scale}layer{layer}") };
        builder.graph.output(&name, x, Range::Symmetric);
    }

    /// One convolution with what follows it. The first has no norm, the last nothing at all.
    fn layer(&self, builder: &mut Builder, x: NodeId, layer: usize, conv: &str, norm: &str, padding: usize) -> NodeId {
        let last = layer > self.layers;
        let out_channels = if last { 1 } else { self.width << layer.min(3) };
        let normed = layer > 0 && !last;
        let op = Op::Conv {
            weight: if self.spectral { Weight::Spectral(conv.to_owned()) } else { Weight::Plain(format!("{conv}.weight")) },
            bias: (!normed || builder.biased || self.norm == Norm::None).then(|| format!("{conv}.bias")),
            out_channels,
            kernel: Window::HALVE.kernel,
            stride: if layer < self.layers { 2 } else { 1 },
            padding,
        };
        let x = builder.graph.push(op, &[x]);
        if last {
            return x;
        }
        let x = if normed { builder.norm(x, norm) } else { x };
        builder.leaky_relu(x)
    }
}
