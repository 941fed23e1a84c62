//! Everything that is no convolution: inputs, sums, pools, changes of size, copies, linear layers, instance means.

use daub_models::fuse::{Operand, Step, ValueId, Work};
use daub_models::graph::{Activation, Filter, PadMode, Plane};
use daub_models::shape::GraphError;

use super::{Lowering, stem_classes};
use crate::layout::{Place, blocks};
use crate::pack::Packing;
use crate::params::{self, NONE, Pointwise, Tiles, function};
use crate::pass::{Edit, Params, Pass, Slot, Upload, Vectors};
use crate::source::{Stage, Tiling};

impl Lowering<'_> {
    pub(super) fn pointwise(&mut self, index: usize, step: &Step) -> Result<(), GraphError> {
        let wiring = GraphError::Wiring { node: step.node.0 };
        let value = ValueId(index);
        let place = self.place(value);
        let stage = match &step.work {
            Work::Input(plane) => {
                self.input(value, *plane, &place);
                return Ok(());
            }
            Work::Copy => {
                let operand = step.operands.first().ok_or(wiring)?;
                self.copies(operand, &place, operand.border.amount, step.activation);
                self.statistics_if_wanted(value);
                return Ok(());
            }
            Work::Add => Stage::Add,
            Work::Resize { filter: Filter::Nearest } => Stage::ResizeNearest,
            Work::Resize { filter: Filter::Bilinear } => Stage::ResizeBilinear,
            Work::AvgPool { .. } => Stage::AveragePool,
            Work::MaxPool { .. } => Stage::MaxPool,
            Work::Spade => Stage::Spade,
            Work::Linear { .. } => Stage::Linear,
            Work::InstanceMean => Stage::InstanceMean,
            Work::Conv { .. } | Work::ConvTranspose { .. } => return Err(wiring),
        };
        // The instance ids of a mean come as lists, not as a plane.
        let count = if stage == Stage::InstanceMean { 1 } else { step.operands.len() };
        let mut operands = [params::Operand::default(); 3];
        let mut reads = [Slot::Empty; 3];
        let mut bytes = self.bytes(&place);
        let mut source_runs = Vec::new();
        for (at, operand) in step.operands[..count].iter().enumerate().take(3) {
            let loaded = self.operand(operand);
            // Lanes of different channels cannot be added.
            if count > 1 && loaded.place.runs != place.runs {
                return Err(wiring);
            }
            bytes += self.bytes(&loaded.place);
            operands[at] = loaded.params;
            reads[at] = Slot::Storage(loaded.place.storage);
            source_runs = loaded.place.runs;
        }
        let mut params = self.numbers(&place, operands, step.activation);
        let mut packing = None;
        let mut edit = Edit::Tiles { width: params.destination.width as usize, height: params.destination.height as usize };
        let mut multiply_adds = 0;
        match &step.work {
            Work::AvgPool { kernel, stride, padding } => {
                (params.kernel, params.stride, params.padding) = (*kernel as i32, *stride as i32, *padding as i32);
            }
            Work::MaxPool { kernel, stride } => (params.kernel, params.stride) = (*kernel as i32, *stride as i32),
            Work::InstanceMean => {
                let pixels = (params.a.width * params.a.height) as usize;
                let ids = step.operands.get(1).and_then(|operand| operand.parts.first()).ok_or(wiring)?.value;
                reads[2] = Slot::Upload(self.upload(ids, Upload::Instances, 2 * pixels));
                params.tiles = Tiles { columns: 1, count: pixels as u32, fold: 0, masked: 0 };
                edit = Edit::Whole;
            }
            Work::Linear { weight, bias } => {
                let shape = self.shapes[step.node.0];
                let pixels = (params.a.width * params.a.height) as usize;
                let results = shape.pixels() * place.blocks();
                let made = Packing::Linear {
                    weight: weight.clone(),
                    runs: source_runs,
                    pixels,
                    result: (shape.channels, shape.pixels()),
                };
                multiply_adds = (made.blocks() * 4) as u64;
                bytes += (made.blocks() * self.target.precision.block_bytes()) as u64;
                self.program.packings.push(made);
                packing = Some(self.program.packings.len() - 1);
                let bias = Vectors::Bias { key: bias.clone(), runs: place.runs.clone(), pixels: shape.pixels() };
                params.b.table = self.vectors(bias, results) as u32;
                params.tiles = Tiles { columns: 1, count: results as u32, fold: 0, masked: 0 };
                edit = Edit::Whole;
            }
            _ => {}
        }
        self.push(Pass {
            name: format!("{} of step {index}", stage.name()),
            kernel: self.kernel(stage, Tiling::WIDE),
            params: Params::Pointwise(params),
            reads,
            writes: Some(place.storage),
            packing,
            depth: 1,
            edit,
            multiply_adds,
            bytes,
        });
        self.statistics_if_wanted(value);
        Ok(())
    }

    /// The numbers of a pass that writes `place`.
    fn numbers(&self, place: &Place, [a, b, c]: [params::Operand; 3], activation: Option<Activation>) -> Pointwise {
        let destination = self.target_of(place);
        let columns = destination.width.div_ceil(Tiling::WIDE.width);
        Pointwise {
            a,
            b,
            c,
            destination,
            tiles: Tiles { columns, count: columns * destination.height.div_ceil(Tiling::WIDE.height), fold: 0, masked: 0 },
            blocks: place.blocks() as u32,
            function: function(activation),
            kernel: 0,
            stride: 1,
            padding: 0,
            channels: place.runs.iter().sum::<usize>() as u32,
            partials: NONE,
            unused: 0,
        }
    }

    /// A plane of the input; labels are spread only for those who cannot gather.
    fn input(&mut self, value: ValueId, plane: Plane, place: &Place) {
        let params = self.numbers(place, [params::Operand::default(); 3], None);
        let pixels = (params.destination.width * params.destination.height) as usize;
        let reads_stored = self.fused.steps.iter().any(|step| {
            let reads = step.operands.iter().flat_map(|operand| &operand.parts).any(|part| part.value == value);
            let gathers = stem_classes(self.fused, step).is_some() && step.operands[0].parts[0].value == value;
            let lists = step.work == Work::InstanceMean && step.operands[0].parts.iter().all(|part| part.value != value);
            reads && !gathers && !lists
        });
        if !reads_stored && !self.fused.outputs.contains(&value) {
            return;
        }
        let (stage, upload) = if matches!(plane, Plane::Labels { .. }) {
            (Stage::InputLabels, self.upload(value, Upload::Labels, pixels.div_ceil(4)))
        } else {
            (Stage::InputPlanes, self.upload(value, Upload::Planes(plane), pixels * plane.channels()))
        };
        let edit = Edit::Tiles { width: params.destination.width as usize, height: params.destination.height as usize };
        self.push(Pass {
            name: stage.name().to_owned(),
            kernel: self.kernel(stage, Tiling::WIDE),
            params: Params::Pointwise(params),
            reads: [Slot::Empty, Slot::Empty, Slot::Upload(upload)],
            writes: Some(place.storage),
            packing: None,
            depth: 1,
            edit,
            multiply_adds: 0,
            bytes: 2 * self.bytes(place),
        });
        self.statistics_if_wanted(value);
    }

    /// Stores each part of an operand at its place within `place`, everything deferred done.
    pub(super) fn copies(&mut self, operand: &Operand, place: &Place, border: usize, activation: Option<Activation>) {
        let mut first = place.first;
        for part in &operand.parts {
            let from = self.place(part.value);
            let to = Place { storage: place.storage, first, runs: from.runs.clone() };
            first += blocks(&to.runs);
            let mut loaded = self.loaded(from.clone(), std::slice::from_ref(part), operand);
            loaded.params.border = u32::from(operand.border.mode == PadMode::Reflect);
            let mut params =
                self.numbers(&to, [loaded.params, params::Operand::default(), params::Operand::default()], activation);
            params.padding = border as i32;
            let seed = part.dropout.zip(self.target.dropout_seed);
            let packing = seed.map(|(dropout, seed)| {
                params.kernel = 1;
                let pixels = (params.a.width * params.a.height) as usize;
                let (place, probability) = (dropout.place, dropout.probability);
                self.program.packings.push(Packing::Dropout { seed, place, probability, runs: from.runs.clone(), pixels });
                self.program.packings.len() - 1
            });
            let edit = Edit::Tiles { width: params.destination.width as usize, height: params.destination.height as usize };
            self.push(Pass {
                name: format!("copy of step {}", part.value.0),
                kernel: self.kernel(Stage::Copy, Tiling::WIDE),
                params: Params::Pointwise(params),
                reads: [Slot::Storage(from.storage), Slot::Empty, Slot::Empty],
                writes: Some(to.storage),
                packing,
                depth: 1,
                edit,
                multiply_adds: 0,
                bytes: 2 * self.bytes(&to),
            });
        }
    }

    pub(super) fn statistics_if_wanted(&mut self, value: ValueId) {
        if self.fused.values[value.0].statistics {
            self.statistics(value);
        }
    }

    /// Both levels of the statistics of a value that lies in memory.
    pub(super) fn statistics(&mut self, value: ValueId) {
        let place = self.place(value);
        let operand = self.loaded(place.clone(), &[], &Operand::stored(value)).params;
        let mut params = self.numbers(&place, [operand, params::Operand::default(), params::Operand::default()], None);
        let tiles = params.tiles.count as usize;
        params.partials = self.partials(tiles, place.blocks());
        let edit = Edit::Tiles { width: params.destination.width as usize, height: params.destination.height as usize };
        self.push(Pass {
            name: format!("statistics of step {}", value.0),
            kernel: self.kernel(Stage::Statistics, Tiling::WIDE),
            params: Params::Pointwise(params),
            reads: [Slot::Storage(place.storage), Slot::Empty, Slot::Empty],
            writes: None,
            packing: None,
            depth: 1,
            edit,
            multiply_adds: 0,
            bytes: self.bytes(&place),
        });
        self.norm_tables(value, tiles, params.partials);
    }
}
