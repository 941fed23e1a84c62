//! Bringing a layer's tensor into the order of [`super::weights::Packed`].

use crate::checkpoint::Weights;
use crate::executor::ExecuteError;
use crate::fuse::{Fused, Step, Work};
use crate::graph::{Graph, Op, Weight};
use crate::shape::GraphError;

use super::cells::Buffer;
use super::kernels::{Kernels, PRODUCTS, kernel_factors};
use super::weights::{LabelTable, NARROW, Packed, Phase, Table, layer_values, plain_phase, tensor, transposed_phases};

/// What is known of a layer without its numbers.
struct Layer<'a> {
    weight: &'a Weight,
    bias: Option<&'a [f32]>,
    kernel: usize,
    out_channels: usize,
    /// Channels of each part of the input.
    parts: &'a [usize],
    transposed: bool,
    /// Blocks that the inner loops compute together.
    group: usize,
    /// Whether a 3x3 kernel may use Winograd.
    suits_winograd: bool,
    /// Whether the first part is a label plane that is read as ids.
    labels: bool,
}

/// What the weights of a step look like, if it has any.
pub(super) fn layer_of(
    graph: &Graph,
    fused: &Fused,
    step: &Step,
    parts: &[usize],
    weights: &Weights,
    kernels: &Kernels,
) -> Result<Option<Packed>, ExecuteError> {
    let mut linear = Vec::new();
    let (weight, bias, out_channels, kernel, transposed, phases) = match &step.work {
        Work::Conv { weight, bias, out_channels, kernel, .. } => {
            let phases = plain_phase(*kernel, step.operands[0].border.amount);
            (weight, bias, *out_channels, *kernel, false, phases)
        }
        Work::ConvTranspose { weight, bias, out_channels, kernel, stride, padding } => {
            (weight, bias, *out_channels, *kernel, true, transposed_phases(*kernel, *stride, *padding))
        }
        Work::Linear { weight, bias } => {
            let Op::Linear { shape, in_features, .. } = &graph.nodes[step.node.0].op else {
                return Err(GraphError::Wiring { node: step.node.0 }.into());
            };
            linear.push(*in_features);
            (weight, bias, shape.len(), 1, false, plain_phase(1, 0))
        }
        _ => return Ok(None),
    };
    let bias = bias.as_ref().map(|key| tensor(weights, key)).transpose()?;
    let labels = matches!(step.work, Work::Conv { .. }) && fused.reads_ids(step);
    let parts = if linear.is_empty() { parts } else { &linear };
    let inputs: usize = parts.iter().sum();
    let same_size = matches!(step.work, Work::Conv { kernel: 3, stride: 1, .. });
    let layer = Layer {
        weight,
        bias,
        kernel,
        out_channels,
        parts,
        transposed,
        group: kernels.blocks,
        // Few planes spend more on the transforms than they save.
        suits_winograd: same_size && !labels && inputs >= 32 && out_channels >= 32,
        labels,
    };
    Packed::new(&layer, phases, weights).map(Some)
}

/// The tables that a size needs, and whether in float16.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Needs {
    pub(super) direct: bool,
    pub(super) winograd: bool,
    pub(super) half: bool,
}

/// Reads numbers of a layer's tensor.
struct Tensor<'a> {
    values: &'a [f32],
    transposed: bool,
    in_channels: usize,
    out_channels: usize,
    kernel: usize,
}

impl Tensor<'_> {
    fn at(&self, out: usize, input: usize, y: usize, x: usize) -> f32 {
        let plane = if self.transposed { input * self.out_channels + out } else { out * self.in_channels + input };
        self.values[(plane * self.kernel + y) * self.kernel + x]
    }
}

impl Packed {
    /// Everything but the tables, which are packed when a size needs them.
    ///
    /// # Errors
    /// When a weight is missing.
    fn new(layer: &Layer<'_>, mut phases: Vec<Phase>, weights: &Weights) -> Result<Self, ExecuteError> {
        // Input blocks start anew with each part.
        let skipped = usize::from(layer.labels);
        let mut inputs: Vec<(usize, usize)> = Vec::new();
        let mut start: usize = layer.parts[..skipped].iter().sum();
        for &channels in &layer.parts[skipped..] {
            inputs.extend((0..channels).step_by(16).map(|first| (start + first, 16.min(channels - first))));
            start += channels;
        }
        let depths: Vec<usize> = inputs.iter().map(|&(_, depth)| depth).collect();
        let out_blocks = layer.out_channels.div_ceil(16);
        let mut bias = Buffer::new(out_blocks * 16);
        if let Some(values) = layer.bias {
            bias.numbers()[..layer.out_channels].copy_from_slice(values);
        }
        let mut packed = Self {
            direct: Table::default(),
            winograd: Table::default(),
            labels: None,
            bias,
            phases: Vec::new(),
            inputs,
            depths,
            in_channels: start,
            kernel: layer.kernel,
            transposed: layer.transposed,
            suits_winograd: layer.suits_winograd && layer.out_channels > NARROW,
            weight: layer.weight.clone(),
            out_channels: layer.out_channels,
            group: layer.group,
        };
        let mut len = 0;
        for phase in &mut phases {
            phase.weights = len;
            len += phase.shifts.len()
                * if packed.is_narrow() {
                    packed.depths.len() * layer.out_channels * 16
                } else {
                    packed.rows() * out_blocks * 16
                };
        }
        packed.phases = phases;
        if layer.labels {
            let values = layer_values(weights, layer.weight, layer.out_channels, layer.transposed)?;
            packed.labels = Some(label_table(layer.parts[0], &packed.tensor(&values)));
        }
        Ok(packed)
    }

    /// Packs the tables that are needed and not there yet.
    ///
    /// # Errors
    /// When a weight is missing.
    pub(super) fn pack(&mut self, weights: &Weights, needs: Needs) -> Result<(), ExecuteError> {
        let (direct, winograd) = (needs.direct && self.direct.is_empty(), needs.winograd && self.winograd.is_empty());
        if direct || winograd {
            let values = layer_values(weights, &self.weight, self.out_channels, self.transposed)?;
            let tensor = self.tensor(&values);
            let half = needs.half && !self.is_narrow();
            let tables = (direct.then(|| self.direct_table(&tensor)), winograd.then(|| self.winograd_table(&tensor)));
            if let Some(table) = tables.0 {
                self.direct = Table::new(table, half);
            }
            if let Some(table) = tables.1 {
                self.winograd = Table::new(table, half);
            }
        }
        Ok(())
    }

    fn tensor<'a>(&self, values: &'a [f32]) -> Tensor<'a> {
        let Self { transposed, in_channels, out_channels, kernel, .. } = *self;
        Tensor { values, transposed, in_channels, out_channels, kernel }
    }

    fn direct_table(&self, tensor: &Tensor<'_>) -> Buffer {
        let (narrow, outs) = (self.is_narrow(), self.out_channels);
        let last = self.phases.last().map_or(0, |phase| {
            phase.weights
                + phase.shifts.len() * if narrow { self.depths.len() * outs * 16 } else { self.rows() * self.blocks() * 16 }
        });
        let mut table = Buffer::new(last);
        for phase in &self.phases {
            let numbers = &mut table.numbers()[phase.weights..];
            let rows = phase.shifts.len() * self.rows();
            // By blocks of outputs, so that reads stay near each other.
            for out_block in 0..self.blocks() {
                let outs = out_block * 16..outs.min(out_block * 16 + 16);
                let mut row = 0;
                for (block, &(first, depth)) in self.inputs.iter().enumerate() {
                    for (place, shift) in phase.shifts.iter().enumerate() {
                        for plane in 0..depth {
                            let wide = self.place(outs.start, row, rows);
                            for (lane, out) in outs.clone().enumerate() {
                                let narrow_place = ((block * phase.shifts.len() + place) * self.out_channels + out) * 16 + plane;
                                let to = if narrow { narrow_place } else { wide + lane };
                                numbers[to] = tensor.at(out, first + plane, shift.kernel_y, shift.kernel_x);
                            }
                            row += 1;
                        }
                    }
                }
            }
        }
        table
    }

    fn winograd_table(&self, tensor: &Tensor<'_>) -> Buffer {
        let size = self.rows() * self.blocks() * 16;
        let mut table = Buffer::new(PRODUCTS * size);
        let numbers = table.numbers();
        let planes = || self.inputs.iter().flat_map(|&(first, depth)| first..first + depth);
        for out_block in 0..self.blocks() {
            let outs = out_block * 16..self.out_channels.min(out_block * 16 + 16);
            for (row, input) in planes().enumerate() {
                let mut factors = [[0.0; 16]; PRODUCTS];
                for (lane, out) in outs.clone().enumerate() {
                    let kernel: [f32; 9] = std::array::from_fn(|k| tensor.at(out, input, k / 3, k % 3));
                    for (line, factor) in factors.iter_mut().zip(kernel_factors(&kernel)) {
                        line[lane] = factor;
                    }
                }
                let place = self.place(outs.start, row, self.rows());
                for (product, line) in factors.iter().enumerate() {
                    numbers[product * size + place..][..16].copy_from_slice(line);
                }
            }
        }
        table
    }

    /// Place of the first of a block's outputs in row `row` of tables with `rows` rows: groups of blocks, the last may
    /// be smaller.
    fn place(&self, out: usize, row: usize, rows: usize) -> usize {
        let block = out / 16;
        let first = block / self.group * self.group;
        let width = self.group.min(self.blocks() - first);
        first * 16 * rows + row * width * 16 + (block - first) * 16
    }
}

fn label_table(classes: usize, tensor: &Tensor<'_>) -> LabelTable {
    let (kernel, planes) = (tensor.kernel, tensor.out_channels);
    let padded = planes.next_multiple_of(16);
    let mut columns = Buffer::new((classes + 1) * kernel * kernel * padded);
    let mut rows = Buffer::new((classes + 1) * kernel * padded);
    let mut kernels = Buffer::new((classes + 1) * padded);
    let (column_sums, row_sums, kernel_sums) = (columns.numbers(), rows.numbers(), kernels.numbers());
    for class in 0..classes {
        for out in 0..planes {
            let mut whole = 0.0;
            for y in 0..kernel {
                let mut line = 0.0;
                for x in 0..kernel {
                    let value = tensor.at(out, class, y, x);
                    line += value;
                    column_sums[((class * kernel + y) * kernel + x) * padded + out] = value;
                }
                row_sums[(class * kernel + y) * padded + out] = line;
                whole += line;
            }
            kernel_sums[class * padded + out] = whole;
        }
    }
    LabelTable { classes, columns, rows, kernels }
}
