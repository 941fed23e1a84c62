//! A layer's weights in the order in which the inner loops read them.

use std::ffi::c_void;

use half::f16;
use half::slice::HalfFloatSliceExt as _;

use crate::checkpoint::Weights;
use crate::executor::ExecuteError;
use crate::graph::Weight;

use super::cells::Buffer;

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
    /// Narrow: `[phase][tap][plane][16]`. Narrow tables are `f32` always.
    pub(super) direct: Table,
    /// `[product][group][row][16 · blocks of the group]`.
    pub(super) winograd: Table,
    /// For a label plane: see [`LabelTable`].
    pub(super) labels: Option<LabelTable>,
    /// A number for each output plane, zero beyond the last.
    pub(super) bias: Buffer,
    /// The phases; one for a plain convolution.
    pub(super) phases: Vec<Phase>,
    /// First input plane and used planes of each input block.
    pub(super) inputs: Vec<(usize, usize)>,
    /// Used planes of each input block.
    pub(super) depths: Vec<usize>,
    /// Input planes, those of a label plane included.
    pub(super) in_channels: usize,
    /// Side of the kernel.
    pub(super) kernel: usize,
    /// Whether the tensor is `[in, out, k, k]`.
    pub(super) transposed: bool,
    /// Whether Winograd may be used.
    pub(super) suits_winograd: bool,
    /// The tensor.
    pub(super) weight: Weight,
    /// Output planes.
    pub(super) out_channels: usize,
    /// Blocks that are computed together.
    pub(super) group: usize,
}

/// Packed numbers, empty until a size needs them.
#[derive(Default)]
pub(super) struct Table {
    /// `f32`, or float16 two to a place.
    numbers: Buffer,
    /// Whether they are float16.
    pub(super) half: bool,
}

impl Table {
    /// Keeps the numbers, in half the room if they are wanted so and float16 reaches that far.
    pub(super) fn new(mut numbers: Buffer, halve: bool) -> Self {
        let values = numbers.numbers();
        // What is not finite must stay so: float16 kernels do not know infinity.
        let half = halve && values.iter().all(|value| value.abs() <= f16::MAX.to_f32());
        if half {
            let mut halves = Buffer::new(values.len().div_ceil(2));
            let places: &mut [f16] = bytemuck::cast_slice_mut(halves.numbers());
            places[..values.len()].convert_from_f32_slice(values);
            numbers = halves;
        }
        Self { numbers, half }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.numbers.len() == 0
    }

    /// The place of number `index`.
    pub(super) fn at(&self, index: usize) -> *const c_void {
        let start = self.numbers.start();
        if self.half { start.cast::<f16>().wrapping_add(index).cast() } else { start.wrapping_add(index).cast() }
    }
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

impl Packed {
    pub(super) fn bytes(&self) -> usize {
        let labels = self.labels.as_ref().map_or(0, |table| table.columns.len() + table.rows.len() + table.kernels.len());
        let tables = self.direct.numbers.len() + self.winograd.numbers.len();
        (tables + self.bias.len() + labels) * 4
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
        let positions = (0..kernel).filter(move |k| (phase + padding + stride * kernel - k).is_multiple_of(stride));
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
