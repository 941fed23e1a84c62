//! A layer's weights in the order in which the inner loops read them.

use crate::checkpoint::Weights;
use crate::executor::ExecuteError;
use crate::graph::Weight;

use super::cells::Buffer;
use super::kernels::{PRODUCTS, kernel_factors};

/// Most output planes of a layer that is computed with input planes in the lanes.
pub(super) const NARROW: usize = 4;

/// A kernel position of a phase: where it reads, from the pixel that it computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shift {
    /// Rows down.
    pub(super) y: isize,
    /// Columns to the right.
    pub(super) x: isize,
    /// Its row in the kernel.
    pub(super) kernel_y: usize,
    /// Its column in the kernel.
    pub(super) kernel_x: usize,
}

/// The output pixels `(stride·q + y, stride·r + x)` and the kernel positions that reach them.
#[derive(Debug, Clone)]
pub(super) struct Phase {
    /// First row.
    pub(super) y: usize,
    /// First column.
    pub(super) x: usize,
    /// Kernel positions.
    pub(super) shifts: Vec<Shift>,
    /// First number of its weights.
    pub(super) weights: usize,
}

/// Weights of a convolution or transposed convolution.
pub(super) struct Packed {
    /// Direct: `[phase][group][row][16 · blocks of the group]`, rows by input block, kernel position and plane.
    /// Narrow: `[phase][tap][plane][16]`.
    pub(super) direct: Buffer,
    /// `[product][group][row][16 · blocks of the group]`, for 3x3 kernels that use Winograd.
    pub(super) winograd: Option<Buffer>,
    /// For a label plane: see [`LabelTable`].
    pub(super) labels: Option<LabelTable>,
    /// A number for each output plane, zero beyond the last.
    pub(super) bias: Buffer,
    /// The phases; one for a plain convolution.
    pub(super) phases: Vec<Phase>,
    /// Used planes of each input block.
    pub(super) depths: Vec<usize>,
    /// Output planes.
    pub(super) out_channels: usize,
    /// Blocks that are computed together.
    pub(super) group: usize,
}

/// What each class adds at each kernel position, and sums of those over kernel rows and over the whole kernel.
pub(super) struct LabelTable {
    /// Classes; one more row of each table is all zeros, for what is outside.
    pub(super) classes: usize,
    /// `[class][y][x][planes]`.
    pub(super) columns: Buffer,
    /// `[class][y][planes]`.
    pub(super) rows: Buffer,
    /// `[class][planes]`.
    pub(super) kernels: Buffer,
}

/// What is needed to pack a layer.
pub(super) struct Layer<'a> {
    /// `[out, in, k, k]`, or `[in, out, k, k]` if transposed.
    pub(super) values: &'a [f32],
    pub(super) bias: Option<&'a [f32]>,
    pub(super) kernel: usize,
    pub(super) out_channels: usize,
    /// Channels of each part of the input.
    pub(super) parts: &'a [usize],
    pub(super) transposed: bool,
    /// Blocks that the inner loops compute together.
    pub(super) group: usize,
    /// Whether a 3x3 kernel is packed for Winograd.
    pub(super) winograd: bool,
    /// Whether the first part is a label plane.
    pub(super) labels: bool,
}

impl Packed {
    pub(super) fn bytes(&self) -> usize {
        let labels = self.labels.as_ref().map_or(0, |table| table.columns.len() + table.rows.len() + table.kernels.len());
        (self.direct.len() + self.winograd.as_ref().map_or(0, Buffer::len) + self.bias.len() + labels) * 4
    }

    pub(super) fn blocks(&self) -> usize {
        self.out_channels.div_ceil(16)
    }

    pub(super) fn is_narrow(&self) -> bool {
        self.out_channels <= NARROW
    }

    /// Rows of packed weights in one kernel position of all blocks.
    pub(super) fn rows(&self) -> usize {
        self.depths.iter().sum()
    }

    /// First number of a group's weights in a table of `rows` rows a group.
    pub(super) fn group_start(&self, group: usize, rows: usize) -> usize {
        group * self.group * 16 * rows
    }
}

/// The phases of a convolution whose first kernel position reads `border` pixels before its output.
pub(super) fn plain_phase(kernel: usize, border: usize) -> Vec<Phase> {
    let positions = (0..kernel).flat_map(|y| (0..kernel).map(move |x| (y, x)));
    let shifts = positions.map(|(kernel_y, kernel_x)| Shift {
        y: kernel_y as isize - border as isize,
        x: kernel_x as isize - border as isize,
        kernel_y,
        kernel_x,
    });
    vec![Phase { y: 0, x: 0, shifts: shifts.collect(), weights: 0 }]
}

/// The sub-pixel phases of a transposed convolution: output `stride·q + phase` reads input `q + (phase + padding - k) / stride`.
pub(super) fn transposed_phases(kernel: usize, stride: usize, padding: usize) -> Vec<Phase> {
    let reach = |phase: usize| {
        let positions = (0..kernel).filter(move |k| (phase + padding + stride * kernel - k) % stride == 0);
        positions
            .map(move |k| (k, (phase + padding) as isize - k as isize))
            .map(move |(k, at)| (k, at.div_euclid(stride as isize)))
    };
    let phases = (0..stride).flat_map(|y| (0..stride).map(move |x| (y, x)));
    phases
        .map(|(y, x)| {
            let rows: Vec<_> = reach(y).collect();
            let columns: Vec<_> = reach(x).collect();
            let shifts = rows
                .iter()
                .flat_map(|&(kernel_y, y)| columns.iter().map(move |&(kernel_x, x)| Shift { y, x, kernel_y, kernel_x }));
            Phase { y, x, shifts: shifts.collect(), weights: 0 }
        })
        .collect()
}

/// Packs a layer's weights.
pub(super) fn pack(layer: &Layer<'_>, mut phases: Vec<Phase>) -> Packed {
    let Layer { kernel, out_channels, .. } = *layer;
    let in_channels: usize = layer.parts.iter().sum();
    let at = |out: usize, input: usize, y: usize, x: usize| {
        let (outer, inner, inner_count) = if layer.transposed { (input, out, out_channels) } else { (out, input, in_channels) };
        layer.values[((outer * inner_count + inner) * kernel + y) * kernel + x]
    };
    // Input blocks start anew with each part.
    let skipped = usize::from(layer.labels);
    let mut blocks: Vec<(usize, usize)> = Vec::new();
    let mut start: usize = layer.parts[..skipped].iter().sum();
    for &channels in &layer.parts[skipped..] {
        blocks.extend((0..channels).step_by(16).map(|first| (start + first, 16.min(channels - first))));
        start += channels;
    }
    let depths: Vec<usize> = blocks.iter().map(|&(_, depth)| depth).collect();
    let depth: usize = depths.iter().sum();
    let out_blocks = out_channels.div_ceil(16);
    let narrow = out_channels <= NARROW;
    let mut len = 0;
    for phase in &mut phases {
        phase.weights = len;
        len += phase.shifts.len() * if narrow { blocks.len() * out_channels * 16 } else { depth * out_blocks * 16 };
    }
    let mut direct = Buffer::new(len);
    for phase in &phases {
        let shifts = phase.shifts.len();
        let all = &mut direct.numbers()[phase.weights..];
        let mut row = 0;
        for (block, &(first, depth)) in blocks.iter().enumerate() {
            for (place, shift) in phase.shifts.iter().enumerate() {
                for plane in 0..depth {
                    let value = |out: usize| at(out, first + plane, shift.kernel_y, shift.kernel_x);
                    for out in 0..out_channels {
                        let place = if narrow {
                            ((block * shifts + place) * out_channels + out) * 16 + plane
                        } else {
                            grouped(out, layer.group, out_blocks, row, shifts * depths.iter().sum::<usize>())
                        };
                        all[place] = value(out);
                    }
                    row += 1;
                }
            }
        }
    }
    let winograd = (layer.winograd && !narrow).then(|| {
        let size = depth * out_blocks * 16;
        let mut buffer = Buffer::new(PRODUCTS * size);
        let all = buffer.numbers();
        let planes = blocks.iter().flat_map(|&(first, depth)| first..first + depth);
        for (row, input) in planes.enumerate() {
            for out in 0..out_channels {
                let kernel: [f32; 9] = std::array::from_fn(|k| at(out, input, k / 3, k % 3));
                let place = grouped(out, layer.group, out_blocks, row, depth);
                for (product, factor) in kernel_factors(&kernel).into_iter().enumerate() {
                    all[product * size + place] = factor;
                }
            }
        }
        buffer
    });
    let labels = layer.labels.then(|| label_table(layer.parts[0], kernel, out_channels, at));
    let mut bias = Buffer::new(out_blocks * 16);
    if let Some(values) = layer.bias {
        bias.numbers()[..out_channels].copy_from_slice(values);
    }
    Packed { direct, winograd, labels, bias, phases, depths, out_channels, group: layer.group }
}

/// Place of output plane `out` in row `row` of tables with `rows` rows: groups of `group` blocks, the last may be smaller.
fn grouped(out: usize, group: usize, out_blocks: usize, row: usize, rows: usize) -> usize {
    let (block, lane) = (out / 16, out % 16);
    let first = block / group * group;
    let width = group.min(out_blocks - first);
    first * 16 * rows + row * width * 16 + (block - first) * 16 + lane
}

fn label_table(classes: usize, kernel: usize, planes: usize, at: impl Fn(usize, usize, usize, usize) -> f32) -> LabelTable {
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
                    let value = at(out, class, y, x);
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

/// A tensor's values.
pub(super) fn tensor<'a>(weights: &'a Weights, key: &str) -> Result<&'a [f32], ExecuteError> {
    let found = weights.get(key).ok_or_else(|| ExecuteError::Device(format!("the weight {key} is missing")))?;
    Ok(&found.values)
}

/// A layer's weights with spectral norm divided out; outputs lie along dimension `out_dim` of `out` places.
pub(super) fn layer_values(weights: &Weights, weight: &Weight, out: usize, transposed: bool) -> Result<Vec<f32>, ExecuteError> {
    let prefix = match weight {
        Weight::Plain(key) => return Ok(tensor(weights, key)?.to_vec()),
        Weight::Spectral(prefix) => prefix,
    };
    let original = tensor(weights, &format!("{prefix}.weight_orig"))?;
    let u = tensor(weights, &format!("{prefix}.weight_u"))?;
    let v = tensor(weights, &format!("{prefix}.weight_v"))?;
    // `v` runs over inputs and kernel positions.
    let inner = if transposed { original.len() / out.max(1) } else { 0 };
    let area = if transposed { kernel_area(weights, prefix) } else { 1 };
    let sigma: f64 = original
        .iter()
        .enumerate()
        .map(|(at, &value)| {
            let (row, column) = if transposed {
                let (input, rest) = (at / (out * area), at % (out * area));
                (rest / area, input * area + rest % area)
            } else {
                (at / v.len(), at % v.len())
            };
            debug_assert!(inner == 0 || column < inner);
            f64::from(value) * f64::from(u[row]) * f64::from(v[column])
        })
        .sum();
    Ok(original.iter().map(|value| value / sigma as f32).collect())
}

fn kernel_area(weights: &Weights, prefix: &str) -> usize {
    let shape = weights.get(&format!("{prefix}.weight_orig")).map(|tensor| tensor.shape.as_slice());
    shape.map_or(1, |shape| shape.iter().skip(2).product())
}
