//! Regroups a graph into the fewest passes over memory; a pure analysis that every fast executor starts from.
//!
//! Norms, rectifiers, dropout, borders and concatenations are not steps of their own: they are *deferred* and become
//! part of how the next step loads its [`Operand`]s. The last function of a network (`tanh`) joins the step before it.
//! What cannot be deferred is stored by a [`Work::Copy`] step first, so any graph works.
//!
//! A value at load time is `rectified(dropout(norm(stored)))`, then surrounded by the operand's border.
//! [`Rectifier`]s commute with dropout and with both kinds of border, which is why one order is enough.

mod views;

use crate::graph::{Activation, Filter, Graph, NodeId, NormStats, Op, PadMode, Plane, Weight};
use crate::shape::GraphError;
use views::Views;

/// Index into [`Fused::values`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ValueId(pub usize);

/// A graph as steps over stored values.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Fused {
    /// In the order they run.
    pub steps: Vec<Step>,
    /// What the steps store; value `i` is written by step `i`.
    pub values: Vec<Value>,
    /// The stored value of each of [`Graph::outputs`].
    pub outputs: Vec<ValueId>,
}

/// One pass: loads operands, computes, stores one value.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What is computed.
    pub work: Work,
    /// What is read, in the order the work documents.
    pub operands: Vec<Operand>,
    /// Function applied to what is stored; never a [`Rectifier`], those are deferred.
    pub activation: Option<Activation>,
    /// The node whose work this is (for a copy: whose value it stores), to name the step.
    pub node: NodeId,
}

/// Something a step stores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// The node whose shape it has.
    pub node: NodeId,
    /// Whether somebody needs mean and variance of each stored plane.
    pub statistics: bool,
    /// The last step that reads it; the number of steps if it leaves the network.
    pub last_use: usize,
}

/// What a step reads: values one after another in channels, inside a border.
#[derive(Debug, Clone, PartialEq)]
pub struct Operand {
    /// Runs of channels.
    pub parts: Vec<Part>,
    /// What lies around them. Only convolutions have one with a width.
    pub border: Border,
}

/// One stored value and what is done to it on the way in: norm, then dropout, then rectifier.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Which value.
    pub value: ValueId,
    /// Normalisation of each plane.
    pub norm: Option<Norm>,
    /// Random zeros.
    pub dropout: Option<Dropout>,
    /// What happens below zero.
    pub rectifier: Rectifier,
}

/// A deferred normalisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Norm {
    /// By the value's own statistics.
    Instance,
    /// Batch norm; with [`NormStats::Image`] by the value's own statistics.
    Batch {
        /// Key prefix of its vectors.
        prefix: String,
        /// Whether there is a weight and a bias.
        affine: bool,
        /// Whose statistics.
        stats: NormStats,
    },
}

/// A deferred dropout; its mask is [`crate::random::Draws::dropout_mask`] of the seed and `place` over `[c, h, w]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dropout {
    /// Probability of a zero.
    pub probability: f32,
    /// The number that the mask's stream is drawn for.
    pub place: u64,
}

/// `x` above zero and `slope · x` below, with the slope from 0 to 1: `max(x, slope · x)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rectifier {
    /// 0 is relu, 1 does nothing.
    pub slope: f32,
}

/// Planes' surroundings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Border {
    /// What fills it.
    pub mode: PadMode,
    /// Pixels on each side.
    pub amount: usize,
}

/// The kinds of steps.
#[derive(Debug, Clone, PartialEq)]
pub enum Work {
    /// A plane of the input; reads no operand.
    Input(Plane),
    /// Cross-correlation over the operand and its border; weight `[out, in, k, k]`.
    Conv {
        /// Weight key.
        weight: Weight,
        /// Bias key.
        bias: Option<String>,
        /// Planes of the result.
        out_channels: usize,
        /// Side of the kernel.
        kernel: usize,
        /// Step between outputs.
        stride: usize,
    },
    /// Transposed convolution; weight `[in, out, k, k]`; the result's size is its node's.
    ConvTranspose {
        /// Weight key.
        weight: Weight,
        /// Bias key.
        bias: Option<String>,
        /// Planes of the result.
        out_channels: usize,
        /// Side of the kernel.
        kernel: usize,
        /// Step between the places where the kernel is laid down.
        stride: usize,
        /// Rows and columns cut from each side.
        padding: usize,
    },
    /// Matrix `[out, in]` times the operand flattened as `[c, h, w]`.
    Linear {
        /// Weight key.
        weight: Weight,
        /// Bias key.
        bias: Option<String>,
    },
    /// The operand as it is loaded, border included.
    Copy,
    /// Sum of two operands.
    Add,
    /// The operand at the size of the step's node.
    Resize {
        /// How values between samples are found.
        filter: Filter,
    },
    /// Mean over windows; what is outside the picture is not counted.
    AvgPool {
        /// Side of the window.
        kernel: usize,
        /// Step between windows.
        stride: usize,
        /// Border that windows may reach into.
        padding: usize,
    },
    /// Maximum over windows, which may hang over the right and lower edge.
    MaxPool {
        /// Side of the window.
        kernel: usize,
        /// Step between windows.
        stride: usize,
    },
    /// `x · (1 + gamma) + beta` of three operands.
    Spade,
    /// Mean over each instance and plane of the first operand; the second are the instance ids.
    InstanceMean,
}

impl Fused {
    /// Which values are label planes that every reader can read as ids: the first part of a convolution's or average's
    /// operand, as it is stored. Such a one-hot value need never be made.
    pub fn ids_only(&self) -> Vec<bool> {
        let labels = |step: &Step| matches!(step.work, Work::Input(Plane::Labels { .. }));
        let mut ids: Vec<bool> = self.steps.iter().map(labels).collect();
        for step in &self.steps {
            let reads_ids = matches!(step.work, Work::Conv { .. } | Work::AvgPool { .. });
            for operand in &step.operands {
                for (place, part) in operand.parts.iter().enumerate() {
                    ids[part.value.0] &= place == 0 && reads_ids && part.is_stored();
                }
            }
        }
        for (value, ids) in self.values.iter().zip(&mut ids) {
            *ids &= !value.statistics && value.last_use < self.steps.len();
        }
        ids
    }

    /// Whether the step's first operand starts with such a plane.
    pub fn reads_ids(&self, step: &Step) -> bool {
        step.operands.first().is_some_and(|operand| self.ids_only()[operand.parts[0].value.0])
    }
}

impl Rectifier {
    /// Does nothing.
    pub const NONE: Self = Self { slope: 1.0 };

    /// The function of `activation`, unless it is something else.
    pub fn of(activation: Activation) -> Option<Self> {
        match activation {
            Activation::Relu => Some(Self { slope: 0.0 }),
            Activation::LeakyRelu { slope } if (0.0..=1.0).contains(&slope) => Some(Self { slope }),
            _ => None,
        }
    }
}

impl Border {
    /// Nothing around it.
    pub const NONE: Self = Self { mode: PadMode::Zero, amount: 0 };
}

impl Norm {
    /// Whether it needs the statistics of the value it is applied to.
    pub fn reads_statistics(&self) -> bool {
        !matches!(self, Self::Batch { stats: NormStats::Running, .. })
    }
}

impl Part {
    /// A value as it is stored.
    pub fn stored(value: ValueId) -> Self {
        Self { value, norm: None, dropout: None, rectifier: Rectifier::NONE }
    }

    /// Whether loading it changes nothing.
    pub fn is_stored(&self) -> bool {
        self.norm.is_none() && self.dropout.is_none() && self.rectifier == Rectifier::NONE
    }
}

impl Operand {
    /// A value as it is stored.
    pub fn stored(value: ValueId) -> Self {
        Self { parts: vec![Part::stored(value)], border: Border::NONE }
    }

    /// The value, if loading it changes nothing.
    pub fn as_stored(&self) -> Option<ValueId> {
        match self.parts.as_slice() {
            [part] if part.is_stored() && self.border.amount == 0 => Some(part.value),
            _ => None,
        }
    }
}

/// Analyses a graph; without `dropout` its dropout layers do nothing.
///
/// # Errors
/// When a node reads a later node, or none where it needs one.
pub fn fuse(graph: &Graph, dropout: bool) -> Result<Fused, GraphError> {
    let mut views = Views::new(graph);
    for (index, node) in graph.nodes.iter().enumerate() {
        let id = NodeId(index);
        let input = |which: usize| {
            node.inputs.get(which).copied().filter(|input| input.0 < index).ok_or(GraphError::Wiring { node: index })
        };
        match &node.op {
            Op::Input(plane) => views.step(id, Work::Input(*plane), Vec::new()),
            Op::Conv { weight, bias, out_channels, kernel, stride, padding } => {
                let x = views.bordered(input(0)?, Border { mode: PadMode::Zero, amount: *padding });
                let (weight, bias) = (weight.clone(), bias.clone());
                views.step(
                    id,
                    Work::Conv { weight, bias, out_channels: *out_channels, kernel: *kernel, stride: *stride },
                    vec![x],
                );
            }
            Op::ConvTranspose { weight, bias, out_channels, kernel, stride, padding, .. } => {
                let x = views.unbordered(input(0)?);
                let (out_channels, kernel, stride, padding) = (*out_channels, *kernel, *stride, *padding);
                let (weight, bias) = (weight.clone(), bias.clone());
                views.step(id, Work::ConvTranspose { weight, bias, out_channels, kernel, stride, padding }, vec![x]);
            }
            Op::Linear { weight, bias, .. } => {
                let x = views.unbordered(input(0)?);
                views.step(id, Work::Linear { weight: weight.clone(), bias: bias.clone() }, vec![x]);
            }
            Op::Pad { mode, amount } => {
                let view = views.bordered(input(0)?, Border { mode: *mode, amount: *amount });
                views.defer(view);
            }
            Op::InstanceNorm => views.norm(input(0)?, &Norm::Instance),
            Op::BatchNorm { prefix, affine, stats } => {
                views.norm(input(0)?, &Norm::Batch { prefix: prefix.clone(), affine: *affine, stats: *stats });
            }
            Op::Activation(function) => views.activation(id, input(0)?, *function),
            Op::Dropout { probability } if dropout => {
                views.dropout(input(0)?, Dropout { probability: *probability, place: index as u64 });
            }
            Op::Dropout { .. } => {
                let view = views.of(input(0)?);
                views.defer(view);
            }
            Op::Add => {
                let operands = vec![views.unbordered(input(0)?), views.unbordered(input(1)?)];
                views.step(id, Work::Add, operands);
            }
            Op::Concat => {
                let mut parts = Vec::new();
                for which in 0..node.inputs.len() {
                    parts.extend(views.unbordered(input(which)?).parts);
                }
                views.defer(Operand { parts, border: Border::NONE });
            }
            Op::Resize { filter, .. } => {
                let x = views.unbordered(input(0)?);
                views.step(id, Work::Resize { filter: *filter }, vec![x]);
            }
            Op::AvgPool { kernel, stride, padding } => {
                let x = views.unbordered(input(0)?);
                views.step(id, Work::AvgPool { kernel: *kernel, stride: *stride, padding: *padding }, vec![x]);
            }
            Op::MaxPool { kernel, stride, .. } => {
                let x = views.unbordered(input(0)?);
                views.step(id, Work::MaxPool { kernel: *kernel, stride: *stride }, vec![x]);
            }
            Op::Spade => {
                let operands = vec![views.unbordered(input(0)?), views.unbordered(input(1)?), views.unbordered(input(2)?)];
                views.step(id, Work::Spade, operands);
            }
            Op::InstanceMean => {
                let operands = vec![views.unbordered(input(0)?), views.unbordered(input(1)?)];
                views.step(id, Work::InstanceMean, operands);
            }
        }
    }
    views.finish(graph)
}
