//! What a card says of a network, enough to build its [`Graph`].

use serde::{Deserialize, Serialize};

use crate::families;
use crate::graph::{Graph, NormStats};

/// The families of networks that Daub knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// pix2pix U-Net (Isola et al. 2017; `UnetGenerator`).
    Unet,
    /// CycleGAN residual generator (Zhu et al. 2017; `ResnetGenerator`).
    Resnet,
    /// pix2pixHD coarse generator (Wang et al. 2018; `GlobalGenerator`).
    Pix2pixhdGlobal,
    /// pix2pixHD fine generator (`LocalEnhancer`).
    Pix2pixhdLocal,
    /// pix2pixHD encoder of object styles (`Encoder`); its result is a plane of features, not a picture.
    Pix2pixhdEncoder,
    /// SPADE / GauGAN generator (Park et al. 2019; `SPADEGenerator`).
    Spade,
    /// affinelayer's TensorFlow pix2pix, kept in `.pict` files.
    Pict,
    /// DCGAN generator (Radford et al. 2016; PyTorch's example).
    Dcgan,
    /// VGG16 with the side outputs of holistically-nested edge detection (Xie and Tu 2015).
    Vgg16Hed,
}

/// Normalisation between layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Norm {
    /// Each picture and plane by its own statistics.
    #[default]
    Instance,
    /// Batch norm with learned weight and bias.
    Batch,
    /// None.
    None,
}

/// What the first layer is fed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InputKind {
    /// One-hot label map.
    Labels,
    /// RGB picture.
    Rgb,
    /// Lightness of a picture.
    Lightness,
    /// A random code and nothing else.
    Code,
}

/// The numbers that define a network.
#[expect(clippy::struct_excessive_bools, reason = "each is a field of the card, independent of the others")]
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Architecture {
    /// Which family.
    pub family: Family,
    /// What the planes hold.
    pub input: InputKind,
    /// Planes of the input, without the edge plane and features.
    pub input_channels: usize,
    /// Planes of the picture.
    pub output_channels: usize,
    /// Planes after the first layer (`ngf`).
    #[serde(default)]
    pub width: usize,
    /// Number of times the picture is halved (`num_downs`, `n_downsampling`).
    #[serde(default)]
    pub depth: usize,
    /// Residual blocks in the middle.
    #[serde(default)]
    pub blocks: usize,
    /// Local enhancers around the coarse generator.
    #[serde(default)]
    pub enhancers: usize,
    /// Residual blocks of each local enhancer.
    #[serde(default)]
    pub enhancer_blocks: usize,
    /// Normalisation.
    #[serde(default)]
    pub norm: Norm,
    /// Whether a plane of instance edges follows the labels.
    #[serde(default)]
    pub instance_edges: bool,
    /// Number of per-object feature planes at the end of the input.
    #[serde(default)]
    pub feature_channels: usize,
    /// Whether three planes of colour hints follow a picture's lightness.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hints: bool,
    /// Whether the network was built with dropout, which moves the keys behind it.
    #[serde(default)]
    pub dropout: bool,
    /// Whether weights are kept under spectral norm (`weight_orig`, `weight_u`, `weight_v`).
    #[serde(default)]
    pub spectral: bool,
    /// Length of the random code: of a DCGAN, or of a SPADE generator with a variational encoder; else 0.
    #[serde(default)]
    pub code_channels: usize,
    /// Rows and columns of what is made from the code.
    #[serde(default)]
    pub code_size: [usize; 2],
}

/// An architecture that no graph can be built from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the architecture in the card is not possible: {0}")]
pub struct ArchitectureError(pub &'static str);

impl Architecture {
    /// A small description with nothing but the required numbers.
    pub fn new(family: Family, input: InputKind, input_channels: usize, width: usize, depth: usize, blocks: usize) -> Self {
        Self {
            family,
            input,
            input_channels,
            output_channels: 3,
            width,
            depth,
            blocks,
            enhancers: 0,
            enhancer_blocks: 0,
            norm: Norm::Instance,
            instance_edges: false,
            feature_channels: 0,
            hints: false,
            dropout: false,
            spectral: false,
            code_channels: 0,
            code_size: [0; 2],
        }
    }

    /// Builds the network; `stats` says whose statistics batch norms use.
    ///
    /// # Errors
    /// When a number is missing or far from anything that was ever trained, so that a broken card
    /// cannot ask for endless memory.
    pub fn graph(&self, stats: NormStats) -> Result<Graph, ArchitectureError> {
        self.check()?;
        Ok(match self.family {
            Family::Unet => families::unet::generator(self, stats),
            Family::Resnet => families::resnet::generator(self, stats),
            Family::Pix2pixhdGlobal => families::pix2pix_hd::global_generator(self, stats),
            Family::Pix2pixhdLocal => families::pix2pix_hd::local_enhancer(self, stats),
            Family::Pix2pixhdEncoder => families::pix2pix_hd::encoder(self, stats),
            Family::Spade => families::spade::generator(self, stats),
            Family::Pict => families::pict::generator(self),
            Family::Dcgan => families::dcgan::generator(self, stats),
            Family::Vgg16Hed => families::hed::edge_detector(),
        })
    }

    /// Whose statistics the official tool uses when it paints with such a network.
    pub fn official_stats(&self) -> NormStats {
        match self.family {
            // SPADE's test script calls `eval()`, pix2pix's does not unless it is told to. A DCGAN learns from the
            // statistics of many pictures, which one picture cannot stand for.
            Family::Spade | Family::Dcgan => NormStats::Running,
            _ => NormStats::Image,
        }
    }

    /// Sides of the picture must be multiples of this.
    pub fn size_multiple(&self) -> usize {
        match self.family {
            Family::Vgg16Hed => 1,
            // There is only one size.
            Family::Dcgan => 4 << self.depth.min(10),
            _ => 1 << self.depth.saturating_add(self.enhancers).min(12),
        }
    }

    /// Planes that enter the first layer.
    pub fn total_input_channels(&self) -> usize {
        self.input_channels + usize::from(self.instance_edges) + self.feature_channels + 3 * usize::from(self.hints)
    }

    fn check(&self) -> Result<(), ArchitectureError> {
        let within = |value: usize, least: usize, most: usize, what| {
            if (least..=most).contains(&value) { Ok(()) } else { Err(ArchitectureError(what)) }
        };
        if self.family == Family::Vgg16Hed {
            return Ok(());
        }
        within(self.input_channels, 1, 1024, "input_channels must be 1 to 1024")?;
        within(self.output_channels, 1, 64, "output_channels must be 1 to 64")?;
        within(self.width, 1, 1024, "width must be 1 to 1024")?;
        within(self.feature_channels, 0, 64, "feature_channels must be 0 to 64")?;
        let (least_depth, most_depth) = match self.family {
            Family::Unet | Family::Pict => (2, 10),
            Family::Spade => (5, 7),
            Family::Dcgan => (1, 8),
            _ => (0, 10),
        };
        let depths = "depth must be 2 to 10 for a U-Net, 5 to 7 for SPADE, 1 to 8 for a DCGAN and 0 to 10 elsewhere";
        within(self.depth, least_depth, most_depth, depths)?;
        // Widths double with each halving; beyond this no picture fits into memory.
        let doublings = match self.family {
            Family::Unet | Family::Pict => 3,
            Family::Spade => 4,
            Family::Dcgan => self.depth - 1,
            _ => self.depth + self.enhancers.min(4),
        };
        within(self.width << doublings, 1, 1 << 14, "the widest layer must have at most 16384 planes")?;
        within(self.code_channels, 0, 4096, "code_channels must be 0 to 4096")?;
        if self.family == Family::Spade && self.code_channels > 0 {
            self.code_size.iter().try_for_each(|&side| within(side, 1, 64, "code_size must be 1 to 64"))?;
        }
        within(self.blocks, 0, 64, "blocks must be 0 to 64")?;
        if self.input == InputKind::Rgb {
            within(self.input_channels, 3, 3, "an RGB network has 3 input channels")?;
        }
        if self.input == InputKind::Lightness {
            within(self.input_channels, 1, 1, "a lightness network has 1 input channel")?;
        }
        if self.hints && self.input != InputKind::Lightness {
            return Err(ArchitectureError("colour hints belong to a lightness network"));
        }
        if (self.family == Family::Dcgan) != (self.input == InputKind::Code) {
            return Err(ArchitectureError("a DCGAN reads a random code, and no other network reads only that"));
        }
        if self.family == Family::Dcgan {
            within(self.code_channels, 1, 4096, "a DCGAN needs code_channels from 1 to 4096")?;
        }
        if self.family == Family::Pix2pixhdLocal {
            within(self.enhancers, 1, 4, "a local enhancer needs enhancers from 1 to 4")?;
            within(self.enhancer_blocks, 0, 64, "enhancer_blocks must be 0 to 64")?;
        }
        Ok(())
    }
}
