//! Shape inference over a [`Graph`], and what a pass costs at a size.

use crate::graph::{Extent, Graph, NodeId, Op, PadMode, Plane};

/// `[channels, height, width]` of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shape {
    /// Number of planes.
    pub channels: usize,
    /// Rows in pixels.
    pub height: usize,
    /// Columns in pixels.
    pub width: usize,
}

/// Why a graph does not work, in general or at a size.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    /// The picture is too small, or not divisible as this step needs it.
    #[error("{width}x{height} pixels do not suit this network: {reason} (step {node})")]
    Size {
        /// Requested picture width in pixels.
        width: usize,
        /// Requested picture height in pixels.
        height: usize,
        /// Index of the node where it fails.
        node: usize,
        /// What that node needs.
        reason: &'static str,
    },
    /// A node has the wrong number of inputs or reads a later node.
    #[error("step {node} of the network is wired wrongly")]
    Wiring {
        /// Index of the node.
        node: usize,
    },
    /// One key is used with two shapes.
    #[error("the weight {key} is used with two shapes")]
    SharedKey {
        /// The key.
        key: String,
    },
}

impl Shape {
    /// A shape from its parts.
    pub const fn new(channels: usize, height: usize, width: usize) -> Self {
        Self { channels, height, width }
    }

    /// Number of values.
    pub const fn len(&self) -> usize {
        self.channels * self.height * self.width
    }

    /// Whether there is no value.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of pixels in a plane.
    pub const fn pixels(&self) -> usize {
        self.height * self.width
    }
}

impl Graph {
    /// The shape of every node for a picture of this size in pixels.
    ///
    /// # Errors
    /// When the size does not suit the network, or the graph is wired wrongly.
    pub fn shapes(&self, width: usize, height: usize) -> Result<Vec<Shape>, GraphError> {
        let mut shapes: Vec<Shape> = Vec::with_capacity(self.nodes.len());
        for (index, node) in self.nodes.iter().enumerate() {
            let mut inputs = Vec::with_capacity(node.inputs.len());
            for &NodeId(input) in &node.inputs {
                inputs.push(*shapes.get(input).ok_or(GraphError::Wiring { node: index })?);
            }
            if !takes(&node.op, inputs.len()) {
                return Err(GraphError::Wiring { node: index });
            }
            let shape = infer(&node.op, &inputs, width, height).map_err(|reason| GraphError::Size {
                width,
                height,
                node: index,
                reason,
            })?;
            shapes.push(shape);
        }
        Ok(shapes)
    }

    /// Number of planes of every node; needs no size.
    ///
    /// # Errors
    /// When the graph is wired wrongly.
    pub fn channels(&self) -> Result<Vec<usize>, GraphError> {
        let mut channels: Vec<usize> = Vec::with_capacity(self.nodes.len());
        for (index, node) in self.nodes.iter().enumerate() {
            let of = |id: &NodeId| channels.get(id.0).copied().ok_or(GraphError::Wiring { node: index });
            let first = node.inputs.first().map(of).transpose()?;
            let count = match &node.op {
                Op::Input(plane) => plane.channels(),
                Op::Conv { out_channels, .. } | Op::ConvTranspose { out_channels, .. } => *out_channels,
                Op::Linear { shape, .. } => shape.channels,
                Op::Concat => node.inputs.iter().map(of).sum::<Result<usize, _>>()?,
                _ => first.ok_or(GraphError::Wiring { node: index })?,
            };
            channels.push(count);
        }
        Ok(channels)
    }

    /// Multiply-adds of every node for a picture of this size; a transposed convolution is counted on its input grid.
    ///
    /// # Errors
    /// As [`Graph::shapes`].
    pub fn multiply_adds(&self, width: usize, height: usize) -> Result<Vec<u64>, GraphError> {
        let shapes = self.shapes(width, height)?;
        let costs = self.nodes.iter().zip(&shapes).map(|(node, out)| {
            let input = node.inputs.first().map_or(*out, |id| shapes[id.0]);
            (match node.op {
                Op::Conv { kernel, .. } => out.len() * input.channels * kernel * kernel,
                Op::ConvTranspose { kernel, out_channels, .. } => input.len() * out_channels * kernel * kernel,
                Op::Linear { shape, .. } => shape.len() * input.len(),
                _ => 0,
            }) as u64
        });
        Ok(costs.collect())
    }

    /// The smallest size, not under the given one, that is a multiple of `multiple` and that the network accepts.
    ///
    /// # Errors
    /// When no size up to sixteen multiples larger works.
    pub fn fitted_size(&self, width: usize, height: usize, multiple: usize) -> Result<(usize, usize), GraphError> {
        let round = |length: usize| length.max(1).div_ceil(multiple) * multiple;
        let (wanted_width, wanted_height) = (round(width), round(height));
        let mut last = None;
        for extra in 0..16 {
            let least = (extra + 1) * multiple;
            let size = (wanted_width.max(least), wanted_height.max(least));
            match self.shapes(size.0, size.1) {
                Ok(_) => return Ok(size),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or(GraphError::Wiring { node: 0 }))
    }
}

impl Plane {
    /// Number of planes this source gives.
    pub fn channels(&self) -> usize {
        match *self {
            Self::Labels { classes } => classes,
            Self::Features { channels } | Self::Code { channels } | Self::Values { channels } => channels,
            Self::InstanceEdges | Self::Instances | Self::Lightness => 1,
            Self::Rgb | Self::CaffeBgr | Self::Hints => 3,
        }
    }
}

/// Whether `op` can read this many values.
fn takes(op: &Op, count: usize) -> bool {
    match op {
        Op::Input(_) => count == 0,
        Op::Concat => count >= 1,
        Op::Add | Op::InstanceMean | Op::Resize { to: Extent::Like, .. } => count == 2,
        Op::Spade => count == 3,
        _ => count == 1,
    }
}

fn infer(op: &Op, inputs: &[Shape], width: usize, height: usize) -> Result<Shape, &'static str> {
    let input = inputs.first().copied();
    let x = input.unwrap_or(Shape::new(0, height, width));
    let sized = |channels, sides: [Option<usize>; 2]| match sides {
        [Some(height), Some(width)] if height > 0 && width > 0 => Ok(Shape::new(channels, height, width)),
        _ => Err("the picture is too small for it"),
    };
    let window = |length: usize, kernel: usize, stride: usize, padding: usize| {
        (length + 2 * padding).checked_sub(kernel).map(|room| room / stride + 1)
    };
    match op {
        Op::Input(Plane::Code { channels }) => Ok(Shape::new(*channels, 1, 1)),
        Op::Input(plane) => sized(plane.channels(), [Some(height), Some(width)]),
        Op::Conv { out_channels, kernel, stride, padding, .. } => {
            sized(*out_channels, [x.height, x.width].map(|length| window(length, *kernel, *stride, *padding)))
        }
        Op::ConvTranspose { out_channels, kernel, stride, padding, output_padding, .. } => {
            let side = |length: usize| ((length - 1) * stride + kernel + output_padding).checked_sub(2 * padding);
            sized(*out_channels, [x.height, x.width].map(side))
        }
        Op::Linear { in_features, .. } if *in_features != x.len() => Err("a linear layer was made for another size"),
        Op::Linear { shape, .. } => Ok(*shape),
        Op::Pad { mode, amount } => {
            if *mode == PadMode::Reflect && (*amount >= x.height || *amount >= x.width) {
                return Err("a reflected border must be narrower than the picture");
            }
            Ok(Shape::new(x.channels, x.height + 2 * amount, x.width + 2 * amount))
        }
        Op::InstanceNorm if x.pixels() < 2 => Err("a norm needs more than one pixel"),
        Op::Add if inputs[0] != inputs[1] => Err("two sizes that should be added differ"),
        Op::Concat => {
            if inputs.iter().any(|other| (other.height, other.width) != (x.height, x.width)) {
                return Err("two sizes that should be joined differ");
            }
            Ok(Shape::new(inputs.iter().map(|shape| shape.channels).sum(), x.height, x.width))
        }
        Op::Resize { to, .. } => match to {
            Extent::Times(factor) => Ok(Shape::new(x.channels, x.height * factor, x.width * factor)),
            Extent::Over(factor) => sized(x.channels, [Some(x.height / factor), Some(x.width / factor)]),
            Extent::Like => Ok(Shape::new(x.channels, inputs[1].height, inputs[1].width)),
        },
        Op::AvgPool { kernel, stride, padding } => {
            sized(x.channels, [x.height, x.width].map(|length| window(length, *kernel, *stride, *padding)))
        }
        Op::MaxPool { kernel, stride, ceil } => {
            let side = |length: usize| {
                let room = length.checked_sub(*kernel)?;
                Some(if *ceil { room.div_ceil(*stride) } else { room / stride } + 1)
            };
            // With `ceil` a side shorter than the window still gives one window.
            let side = |length: usize| side(length).or((*ceil && length > 0).then_some(1));
            sized(x.channels, [x.height, x.width].map(side))
        }
        Op::Spade if inputs[0] != inputs[1] || inputs[0] != inputs[2] => Err("modulation planes differ in size"),
        Op::InstanceMean if (inputs[1].height, inputs[1].width) != (x.height, x.width) => {
            Err("features and instances differ in size")
        }
        Op::InstanceNorm
        | Op::BatchNorm { .. }
        | Op::Activation(_)
        | Op::Add
        | Op::Dropout { .. }
        | Op::Spade
        | Op::InstanceMean => Ok(x),
    }
}
