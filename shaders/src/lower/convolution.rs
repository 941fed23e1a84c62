//! Convolutions, transposed convolutions and one-hot stems.

use daub_models::fuse::{Step, ValueId, Work};
use daub_models::graph::{PadMode, Weight};
use daub_models::shape::GraphError;

use super::{Lowering, stem_classes};
use crate::kernel::{self, choose};
use crate::pack::{Packing, PhaseTaps, phases};
use crate::params::{self, Convolution, MAX_PHASES, NONE, Phase, Tiles, function};
use crate::pass::{Edit, Params, Pass, Slot, Upload, Vectors};

/// What plain and transposed convolutions have in common.
struct Window<'a> {
    weight: &'a Weight,
    bias: Option<&'a String>,
    out_channels: usize,
    kernel: usize,
    /// Of a plain convolution.
    stride: usize,
    /// Of a transposed convolution.
    spread: usize,
    padding: usize,
    transposed: bool,
}

impl Lowering<'_> {
    pub(super) fn convolution(&mut self, index: usize, step: &Step) -> Result<(), GraphError> {
        let wiring = GraphError::Wiring { node: step.node.0 };
        let operand = step.operands.first().ok_or(wiring.clone())?;
        let window = window(step, operand.border.amount).ok_or(wiring.clone())?;
        if window.spread * window.spread > MAX_PHASES {
            return Err(wiring);
        }
        let classes = stem_classes(self.fused, step);
        let (source, runs, reads) = if classes.is_some() {
            self.stem_operand(step)
        } else {
            let loaded = self.operand(operand);
            (loaded.params, loaded.place.runs, [Slot::Storage(loaded.place.storage), Slot::Empty, Slot::Empty])
        };
        let value = ValueId(index);
        let place = self.place(value);
        let destination = self.target_of(&place);
        let grid = [destination.width, destination.height].map(|side| (side as usize).div_ceil(window.spread));
        let kernel = choose(&kernel::Shape {
            pixels: grid[0] * grid[1],
            blocks: place.blocks(),
            one_hot: classes.is_some(),
            precision: self.target.precision,
            matrix_units: self.target.matrix_units,
            edited: self.target.keep,
        });
        let tiling = kernel.tiling;
        let columns = grid[0].div_ceil(tiling.width as usize);
        let tiles = columns * grid[1].div_ceil(tiling.height as usize);
        let found = phases(window.kernel, window.transposed, window.spread, window.padding);
        // The epilogue sees values before their function.
        let statistics = self.fused.values[index].statistics;
        let fused_statistics = statistics && step.activation.is_none();
        let partials = if fused_statistics { self.partials(tiles * found.len(), place.blocks()) } else { NONE };
        let packing = Packing::Convolution {
            weight: window.weight.clone(),
            transposed: window.transposed,
            kernel: window.kernel,
            spread: window.spread,
            padding: window.padding,
            runs: runs.clone(),
            out_channels: window.out_channels,
            classes: classes.unwrap_or(0),
        };
        let rows_of_tap = (classes.unwrap_or(0) + crate::layout::lanes(&runs).len()) as u32;
        let bias = Vectors::Bias { key: window.bias.cloned(), runs: place.runs.clone(), pixels: 1 };
        let blocks_out = place.blocks() as u32;
        let params = Convolution {
            source,
            destination,
            tiles: Tiles { columns: columns as u32, count: tiles as u32, fold: 0, masked: 0 },
            stride: window.stride as i32,
            step: if window.transposed { -1 } else { 1 },
            spread: window.spread as u32,
            blocks_out,
            bias: self.vectors(bias, place.blocks()) as u32,
            partials,
            groups: blocks_out.div_ceil(tiling.blocks),
            function: function(step.activation),
            classes: classes.unwrap_or(0) as u32,
            dense: u32::from(source.blocks > 0),
            all_tiles: tiles as u32,
            unused: 0,
            phases: numbered(&found, rows_of_tap * blocks_out),
        };
        let weight_bytes = (packing.blocks() * self.target.precision.block_bytes()) as u64;
        self.program.packings.push(packing);
        let pass = Pass {
            name: format!("{} {}", kernel.stage.name(), key_of(window.weight)),
            kernel,
            depth: params.groups * found.len() as u32,
            params: Params::Convolution(Box::new(params)),
            reads,
            writes: Some(place.storage),
            packing: Some(self.program.packings.len() - 1),
            edit: Edit::Tiles { width: grid[0], height: grid[1] },
            multiply_adds: self.multiply_adds(step, &source, classes),
            bytes: weight_bytes + self.bytes(&place) + self.source_bytes(&reads, &source),
        };
        self.push(pass);
        if fused_statistics {
            self.norm_tables(value, tiles * found.len(), partials);
        } else if statistics {
            self.statistics(value);
        }
        Ok(())
    }

    /// The planes beside the labels of a one-hot stem; none of them has a norm.
    fn stem_operand(&mut self, step: &Step) -> (params::Operand, Vec<usize>, [Slot; 3]) {
        let operand = &step.operands[0];
        let labels = self.place(operand.parts[0].value);
        let storage = &self.layout.storages[labels.storage];
        let border = u32::from(operand.border.mode == PadMode::Reflect && operand.border.amount > 0);
        let bare =
            params::Operand { height: storage.height as u32, width: storage.width as u32, border, ..params::Operand::default() };
        let words = (storage.height * storage.width).div_ceil(4);
        let upload = Slot::Upload(self.upload(operand.parts[0].value, Upload::Labels, words));
        if operand.parts.len() == 1 {
            return (bare, Vec::new(), [Slot::Empty, Slot::Empty, upload]);
        }
        let others = daub_models::fuse::Operand { parts: operand.parts[1..].to_vec(), border: operand.border };
        let loaded = self.operand(&others);
        (loaded.params, loaded.place.runs, [Slot::Storage(loaded.place.storage), Slot::Empty, upload])
    }

    /// Multiply-adds as the kernel does them; a gather counts as one for each tap and output.
    fn multiply_adds(&self, step: &Step, source: &params::Operand, classes: Option<usize>) -> u64 {
        let out = self.shapes[step.node.0];
        let channels = u64::from(source.blocks) * 4 + u64::from(classes.is_some());
        let (pixels, kernel) = match &step.work {
            Work::ConvTranspose { kernel, .. } => (u64::from(source.width) * u64::from(source.height), *kernel),
            Work::Conv { kernel, .. } => (out.pixels() as u64, *kernel),
            _ => (0, 0),
        };
        pixels * out.channels as u64 * channels * (kernel * kernel) as u64
    }

    fn source_bytes(&self, reads: &[Slot; 3], source: &params::Operand) -> u64 {
        let pixels = u64::from(source.width) * u64::from(source.height);
        let labels = if matches!(reads[2], Slot::Upload(_)) { pixels } else { 0 };
        labels + pixels * u64::from(source.blocks) * self.target.precision.block_bytes() as u64
    }
}

/// The window of a step, if it is a convolution; `border` is that of its operand.
fn window(step: &Step, border: usize) -> Option<Window<'_>> {
    match &step.work {
        Work::Conv { weight, bias, out_channels, kernel, stride } => Some(Window {
            weight,
            bias: bias.as_ref(),
            out_channels: *out_channels,
            kernel: *kernel,
            stride: *stride,
            spread: 1,
            padding: border,
            transposed: false,
        }),
        Work::ConvTranspose { weight, bias, out_channels, kernel, stride, padding } => Some(Window {
            weight,
            bias: bias.as_ref(),
            out_channels: *out_channels,
            kernel: *kernel,
            stride: 1,
            spread: *stride,
            padding: *padding,
            transposed: true,
        }),
        _ => None,
    }
}

/// The phases with their weights counted in blocks, of which a tap has so many.
fn numbered(found: &[PhaseTaps], blocks_of_tap: u32) -> [Phase; MAX_PHASES] {
    let place = |phase: &PhaseTaps| Phase { weights: phase.phase.weights * blocks_of_tap, ..phase.phase };
    std::array::from_fn(|at| found.get(at).map_or(Phase::default(), place))
}

fn key_of(weight: &Weight) -> &str {
    match weight {
        Weight::Plain(key) => key.trim_end_matches(".weight"),
        Weight::Spectral(prefix) => prefix,
    }
}
