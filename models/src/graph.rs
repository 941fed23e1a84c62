//! A network as data: a list of [`Node`]s in the order they run.
//!
//! A family file in [`crate::families`] builds a `Graph`; executors, the trainer and `daub inspect` read it.
//! Every parameter carries the key it has in the official PyTorch checkpoint, so loading is a look-up by name.
//! Values are `[channels, height, width]`; the batch is always one picture.

use crate::shape::{GraphError, Shape};

/// Index of a node in [`Graph::nodes`]; a node only reads nodes before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub usize);

/// A generator or discriminator: nodes in running order and the values that leave it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Graph {
    /// Every operation; inputs of a node come before it.
    pub nodes: Vec<Node>,
    /// The named results, the picture first.
    pub outputs: Vec<Output>,
}

/// One operation and the nodes it reads.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What is computed.
    pub op: Op,
    /// Which values it reads, in the order the operation documents.
    pub inputs: Vec<NodeId>,
}

/// A value that leaves the graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// `picture` for a generator's image; other names for side outputs.
    pub name: String,
    /// The node that computes it.
    pub node: NodeId,
    /// How its values become 8-bit levels.
    pub range: Range,
}

/// The interval that an output's values stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// Black is -1 and white is 1, as after `tanh`.
    Symmetric,
    /// Black is 0 and white is 1, as after `sigmoid`.
    Unit,
}

/// Added to the variance of a norm before its root, as PyTorch does.
pub const NORM_EPSILON: f32 = 1e-5;

/// Where the statistics of a batch norm come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NormStats {
    /// Mean and variance of the picture itself, as pix2pix is tested by default.
    #[default]
    Image,
    /// The moving averages kept in the checkpoint (`--eval` in the official tools).
    Running,
}

/// A convolution's or linear layer's weight and where the checkpoint keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Weight {
    /// One tensor under this key.
    Plain(String),
    /// Spectral norm over the module with this prefix: `weight_orig / (u · W v)` with the stored
    /// `weight_u` and `weight_v` (Miyato et al. 2018; no power iteration outside training).
    Spectral(String),
}

/// What lies around a picture's edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PadMode {
    /// Zeros.
    Zero,
    /// The picture mirrored, without repeating the edge itself.
    Reflect,
}

/// Pointwise non-linearities.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Activation {
    /// `max(x, 0)`.
    Relu,
    /// `x` above zero, `slope · x` below.
    LeakyRelu {
        /// 0.2 in every official network.
        slope: f32,
    },
    /// Hyperbolic tangent, the last step of a generator.
    Tanh,
    /// Logistic function.
    Sigmoid,
}

/// How values between samples are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Filter {
    /// `floor(x · scale)`, as PyTorch's `nearest`.
    Nearest,
    /// Linear between the centres of pixels, as PyTorch's `bilinear` with `align_corners=False`.
    Bilinear,
}

/// The size that a resize brings its input to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Extent {
    /// Larger by a whole factor.
    Times(usize),
    /// Smaller by a whole factor, rounded down.
    Over(usize),
    /// The height and width of the second input.
    Like,
}

/// What a source node reads from an [`crate::Input`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Plane {
    /// One-hot label map, one plane a class; an id outside `classes` is an error.
    Labels {
        /// Number of planes.
        classes: usize,
    },
    /// 1 where the instance id differs from the left, right, upper or lower neighbour, else 0 (pix2pixHD `get_edges`).
    InstanceEdges,
    /// The raw instance ids, read only by [`Op::InstanceMean`].
    Instances,
    /// Per-object feature planes of pix2pixHD's encoder.
    Features {
        /// 3 in the official models.
        channels: usize,
    },
    /// The picture as RGB in [-1, 1].
    Rgb,
    /// The picture as BGR in 0..255 less the ImageNet mean (104.00699, 116.66877, 122.67892), as Caffe's VGG was trained.
    CaffeBgr,
    /// Lightness of the picture, `L / 50 - 1` of CIE Lab.
    Lightness,
    /// Colour hints: `a/110`, `b/110` and a mask that is 1 where a hint was given.
    Hints,
    /// A random code; a `[channels, 1, 1]` value.
    Code {
        /// Length of the code.
        channels: usize,
    },
    /// Values that only a trainer hands in: what a discriminator judges.
    Values {
        /// Number of planes.
        channels: usize,
    },
}

/// The closed set of operations that every executor understands.
#[derive(Debug, Clone, PartialEq)]
pub enum Op {
    /// A plane of the input; reads no node.
    Input(Plane),
    /// Cross-correlation with a `[out, in, k, k]` weight over zero padding.
    Conv {
        /// Weight key.
        weight: Weight,
        /// Key of the `[out]` bias, if there is one.
        bias: Option<String>,
        /// Number of output planes.
        out_channels: usize,
        /// Side of the square kernel.
        kernel: usize,
        /// Step between outputs.
        stride: usize,
        /// Zeros added on each side.
        padding: usize,
    },
    /// Transposed convolution with an `[in, out, k, k]` weight.
    ConvTranspose {
        /// Weight key.
        weight: Weight,
        /// Key of the `[out]` bias, if there is one.
        bias: Option<String>,
        /// Number of output planes.
        out_channels: usize,
        /// Side of the square kernel.
        kernel: usize,
        /// Step between the places where the kernel is laid down.
        stride: usize,
        /// Rows and columns cut from each side of the result.
        padding: usize,
        /// Rows and columns added at the right and below.
        output_padding: usize,
    },
    /// Fully connected layer with an `[out, in]` weight over the flattened input, its result shaped as `shape`.
    Linear {
        /// Weight key.
        weight: Weight,
        /// Key of the bias, if there is one.
        bias: Option<String>,
        /// Number of values of the input.
        in_features: usize,
        /// `[channels, height, width]` of the result.
        shape: Shape,
    },
    /// Border on each side.
    Pad {
        /// What fills it.
        mode: PadMode,
        /// Width of the border in pixels.
        amount: usize,
    },
    /// `(x - mean) / sqrt(var + 1e-5)` with each plane's own statistics; no parameters.
    InstanceNorm,
    /// Batch norm over one picture; keys `prefix.{weight, bias, running_mean, running_var}`.
    BatchNorm {
        /// Key prefix.
        prefix: String,
        /// Whether there is a weight and a bias.
        affine: bool,
        /// Whose statistics are used.
        stats: NormStats,
    },
    /// Pointwise function.
    Activation(Activation),
    /// Sum of two equal shapes.
    Add,
    /// Planes of all inputs after one another.
    Concat,
    /// Change of size; with [`Extent::Like`] the second input only lends its size.
    Resize {
        /// How values between samples are found.
        filter: Filter,
        /// Target size.
        to: Extent,
    },
    /// Mean over windows; padding is not counted.
    AvgPool {
        /// Side of the window.
        kernel: usize,
        /// Step between windows.
        stride: usize,
        /// Border that windows may reach into.
        padding: usize,
    },
    /// Maximum over windows without padding.
    MaxPool {
        /// Side of the window.
        kernel: usize,
        /// Step between windows.
        stride: usize,
        /// Whether a last window may hang over the edge (`ceil_mode`).
        ceil: bool,
    },
    /// Zeroes values with this probability and scales the rest; nothing when the executor has no dropout seed.
    Dropout {
        /// Probability of a zero.
        probability: f32,
    },
    /// `x · (1 + gamma) + beta` of inputs `[x, gamma, beta]` (Park et al. 2019, eq. 1; `x` is already normalised).
    Spade,
    /// Each value replaced by the mean over its instance and plane; inputs `[features, instances]`.
    InstanceMean,
}

/// One tensor that a graph needs from a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Parameter {
    /// Official key.
    pub key: String,
    /// Dimensions in PyTorch's order.
    pub shape: Vec<usize>,
}

impl Graph {
    /// Appends a node and returns its id.
    pub fn push(&mut self, op: Op, inputs: &[NodeId]) -> NodeId {
        debug_assert!(inputs.iter().all(|input| input.0 < self.nodes.len()), "a node reads only nodes before it");
        self.nodes.push(Node { op, inputs: inputs.to_vec() });
        NodeId(self.nodes.len() - 1)
    }

    /// Names `node` as a result.
    pub fn output(&mut self, name: &str, node: NodeId, range: Range) {
        self.outputs.push(Output { name: name.to_owned(), node, range });
    }

    /// The planes that this network reads, in node order.
    pub fn planes(&self) -> impl Iterator<Item = Plane> + '_ {
        self.nodes.iter().filter_map(|node| match node.op {
            Op::Input(plane) => Some(plane),
            _ => None,
        })
    }

    /// Number of classes of the label plane, if the network reads one.
    pub fn classes(&self) -> Option<usize> {
        self.planes().find_map(|plane| match plane {
            Plane::Labels { classes } => Some(classes),
            _ => None,
        })
    }

    /// Width and height in pixels of the picture, where it is made from nothing but a random code and so has only one size.
    pub fn fixed_size(&self) -> Option<(usize, usize)> {
        if self.planes().next().is_none() || !self.planes().all(|plane| matches!(plane, Plane::Code { .. })) {
            return None;
        }
        let shape = *self.shapes(1, 1).ok()?.get(self.outputs.first()?.node.0)?;
        Some((shape.width, shape.height))
    }

    /// Whether the picture is read as colours: a sketch or a photograph.
    pub fn reads_rgb(&self) -> bool {
        self.planes().any(|plane| matches!(plane, Plane::Rgb | Plane::CaffeBgr | Plane::Lightness))
    }

    /// Every tensor that a checkpoint must hold, in node order, each key once.
    ///
    /// # Errors
    /// When two uses of a key disagree about its shape, or shapes cannot be inferred.
    pub fn parameters(&self) -> Result<Vec<Parameter>, GraphError> {
        let channels = self.channels()?;
        let mut found: Vec<Parameter> = Vec::new();
        for (node, out) in self.nodes.iter().zip(&channels) {
            let inputs: usize = node.inputs.first().map_or(0, |id| channels[id.0]);
            for parameter in node.op.parameters(inputs, *out) {
                match found.iter().find(|known| known.key == parameter.key) {
                    None => found.push(parameter),
                    Some(known) if known.shape == parameter.shape => {}
                    Some(_) => return Err(GraphError::SharedKey { key: parameter.key }),
                }
            }
        }
        Ok(found)
    }

    /// Number of learned values; running statistics and spectral vectors are not learned.
    ///
    /// # Errors
    /// As [`Graph::parameters`].
    pub fn parameter_count(&self) -> Result<usize, GraphError> {
        let learned = |key: &str| !key.contains(".running_") && !key.ends_with("weight_u") && !key.ends_with("weight_v");
        let parameters = self.parameters()?;
        Ok(parameters.iter().filter(|p| learned(&p.key)).map(|p| p.shape.iter().product::<usize>()).sum())
    }
}

impl Op {
    fn parameters(&self, in_channels: usize, out_channels: usize) -> Vec<Parameter> {
        let named = |key: &str, shape: &[usize]| Parameter { key: key.to_owned(), shape: shape.to_vec() };
        match self {
            Self::Conv { weight, bias, kernel, .. } => {
                layer_parameters(weight, &[out_channels, in_channels, *kernel, *kernel], 0, bias.as_deref())
            }
            Self::ConvTranspose { weight, bias, kernel, .. } => {
                layer_parameters(weight, &[in_channels, out_channels, *kernel, *kernel], 1, bias.as_deref())
            }
            Self::Linear { weight, bias, in_features, shape } => {
                layer_parameters(weight, &[shape.len(), *in_features], 0, bias.as_deref())
            }
            Self::BatchNorm { prefix, affine, stats } => {
                let mut suffixes: Vec<&str> = Vec::new();
                if *affine {
                    suffixes.extend(["weight", "bias"]);
                }
                if *stats == NormStats::Running {
                    suffixes.extend(["running_mean", "running_var"]);
                }
                suffixes.iter().map(|suffix| named(&format!("{prefix}.{suffix}"), &[out_channels])).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// The tensors of a weight whose outputs lie along dimension `out_dim`, and of its bias.
fn layer_parameters(weight: &Weight, shape: &[usize], out_dim: usize, bias: Option<&str>) -> Vec<Parameter> {
    let out = shape[out_dim];
    let mut found = Vec::new();
    match weight {
        Weight::Plain(key) => found.push(Parameter { key: key.clone(), shape: shape.to_vec() }),
        Weight::Spectral(prefix) => {
            let rest = shape.iter().product::<usize>() / out.max(1);
            for (suffix, shape) in [("weight_orig", shape.to_vec()), ("weight_u", vec![out]), ("weight_v", vec![rest])] {
                found.push(Parameter { key: format!("{prefix}.{suffix}"), shape });
            }
        }
    }
    if let Some(bias) = bias {
        found.push(Parameter { key: bias.to_owned(), shape: vec![out] });
    }
    found
}
