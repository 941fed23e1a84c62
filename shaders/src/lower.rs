//! From fused steps to passes: which kernel, over which storages, with which numbers.

mod convolution;
mod norms;
mod pointwise;

use daub_models::fuse::{Fused, Norm, Operand, Part, Step, ValueId, Work, fuse};
use daub_models::graph::{Graph, NormStats, PadMode, Plane, Range};
use daub_models::shape::{GraphError, Shape};

use crate::layout::{Layout, Place, blocks};
use crate::params::{self, NONE, Target};
use crate::pass::{Edit, Params, Pass, Program, Slot, Upload, Vectors};
use crate::source::{Permutation, Precision, Stage, Tiling};

/// Stands for the statistics that passes share until it is known where they lie.
const SHARED: u32 = NONE - 1;

/// What a program is made for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Goal {
    /// How values are stored.
    pub precision: Precision,
    /// Active dropout layers, drawn from this.
    pub dropout_seed: Option<u64>,
    /// Whether every value is kept for incremental pictures.
    pub keep: bool,
    /// Whether convolutions may use matrix units.
    pub matrix_units: bool,
}

/// Lowers a graph for pictures of this size in pixels.
///
/// # Errors
/// When the size does not suit the graph, or the graph asks for what no kernel can do.
pub fn lower(graph: &Graph, width: usize, height: usize, target: Goal) -> Result<Program, GraphError> {
    let shapes = graph.shapes(width, height)?;
    let fused = fuse(graph, target.dropout_seed.is_some())?;
    let runs = runs(&fused, &shapes);
    let lists: Vec<Vec<ValueId>> = wanted_together(&fused);
    let layout = Layout::new(&fused, &shapes, &runs, &lists);
    let mut lowering = Lowering {
        graph,
        fused: &fused,
        shapes,
        layout,
        target,
        program: Program::default(),
        partials: 0,
        drift: 0,
        uploads: vec![None; fused.values.len()],
        extra_tables: Vec::new(),
        runs,
    };
    lowering.tables();
    for (index, step) in fused.steps.iter().enumerate() {
        lowering.step(index, step)?;
    }
    lowering.finish()
}

/// Runs of each value's channels: convolutions start anew, other steps keep those of their operand.
fn runs(fused: &Fused, shapes: &[Shape]) -> Vec<Vec<usize>> {
    let mut runs: Vec<Vec<usize>> = Vec::with_capacity(fused.steps.len());
    for step in &fused.steps {
        let own = vec![shapes[step.node.0].channels];
        let kept = match step.work {
            Work::Input(_) | Work::Conv { .. } | Work::ConvTranspose { .. } | Work::Linear { .. } => None,
            _ => step.operands.first().map(|operand| operand.parts.iter().flat_map(|part| runs[part.value.0].clone()).collect()),
        };
        runs.push(kept.unwrap_or(own));
    }
    runs
}

/// The lists of values that operands join.
fn wanted_together(fused: &Fused) -> Vec<Vec<ValueId>> {
    let mut lists = Vec::new();
    for step in &fused.steps {
        for operand in &step.operands {
            let parts: Vec<ValueId> = operand.parts.iter().map(|part| part.value).collect();
            lists.push(if stem_classes(fused, step).is_some() { parts[1..].to_vec() } else { parts });
        }
    }
    lists
}

/// The number of classes, when the step is a convolution right over a label map.
fn stem_classes(fused: &Fused, step: &Step) -> Option<usize> {
    let (Work::Conv { .. }, [operand]) = (&step.work, step.operands.as_slice()) else { return None };
    if !operand.parts.iter().all(Part::is_stored) {
        return None;
    }
    match fused.steps[operand.parts.first()?.value.0].work {
        Work::Input(Plane::Labels { classes }) => Some(classes),
        _ => None,
    }
}

/// A graph on its way to passes.
struct Lowering<'a> {
    graph: &'a Graph,
    fused: &'a Fused,
    shapes: Vec<Shape>,
    layout: Layout,
    target: Goal,
    program: Program,
    /// Blocks that the largest set of tile statistics takes.
    partials: usize,
    /// Blocks of the norms whose drift is looked at.
    drift: usize,
    /// Upload of each input value.
    uploads: Vec<Option<usize>>,
    /// Tables of norms other than a value's first.
    extra_tables: Vec<(ValueId, usize, usize)>,
    runs: Vec<Vec<usize>>,
}

/// An operand that a kernel can load.
struct Loaded {
    place: Place,
    params: params::Operand,
}

impl Lowering<'_> {
    /// Gives norms their tables and fills in what is known before the first picture.
    fn tables(&mut self) {
        for at in 0..self.layout.storages.len() {
            if self.layout.storages[at].table.is_some() {
                let blocks = self.layout.storages[at].blocks;
                self.layout.storages[at].table = Some(self.vectors(Vectors::Identity { blocks }, 2 * blocks));
            }
        }
        for value in 0..self.fused.values.len() {
            for which in 0..self.layout.norms[value].len() {
                let blocks = blocks(&self.runs[value]);
                if which > 0 {
                    let table = self.vectors(Vectors::Identity { blocks }, 2 * blocks);
                    self.extra_tables.push((ValueId(value), which, table));
                }
                let Norm::Batch { prefix, affine, stats: NormStats::Running } = self.layout.norms[value][which].clone() else {
                    continue;
                };
                let table = self.table(ValueId(value), which);
                let runs = self.runs[value].clone();
                self.program.vectors.push((table, Vectors::Running { prefix, affine, runs }));
            }
        }
    }

    /// Room for `blocks` in the tables.
    fn vectors(&mut self, contents: Vectors, blocks: usize) -> usize {
        let at = self.program.table_blocks;
        self.program.table_blocks += blocks;
        self.program.vectors.push((at, contents));
        at
    }

    /// Where the value's `which`-th norm lies.
    fn table(&self, value: ValueId, which: usize) -> usize {
        let extra = self.extra_tables.iter().find(|(of, number, _)| (*of, *number) == (value, which));
        let place = self.place(value);
        extra.map_or_else(|| self.layout.storages[place.storage].table.unwrap_or(0) + 2 * place.first, |(_, _, table)| *table)
    }

    fn place(&self, value: ValueId) -> Place {
        // Every value was given a place when the layout was made.
        self.layout.places[value.0].clone().unwrap_or(Place { storage: 0, first: 0, runs: Vec::new() })
    }

    fn target_of(&self, place: &Place) -> Target {
        let storage = &self.layout.storages[place.storage];
        Target {
            height: storage.height as u32,
            width: storage.width as u32,
            pitch: storage.blocks as u32,
            first: place.first as u32,
        }
    }

    /// How to load parts that lie side by side; the norm is that of the first part, for all.
    fn loaded(&self, place: Place, parts: &[Part], operand: &Operand) -> Loaded {
        let target = self.target_of(&place);
        let table = parts.iter().find_map(|part| {
            let norm = part.norm.as_ref()?;
            let which = self.layout.norms[part.value.0].iter().position(|known| known == norm)?;
            if parts.len() > 1 {
                return self.layout.storages[place.storage].table.map(|table| table + 2 * place.first);
            }
            Some(self.table(part.value, which))
        });
        let params = params::Operand {
            height: target.height,
            width: target.width,
            pitch: target.pitch,
            first: target.first,
            table: table.map_or(NONE, |table| table as u32),
            slope: parts.first().map_or(1.0, |part| part.rectifier.slope),
            border: u32::from(operand.border.mode == PadMode::Reflect && operand.border.amount > 0),
            blocks: place.blocks() as u32,
        };
        Loaded { place, params }
    }

    /// An operand as one value, copied together first if its parts do not lie so.
    fn operand(&mut self, operand: &Operand) -> Loaded {
        if let Some(place) = self.layout.joined(&operand.parts) {
            return self.loaded(place, &operand.parts, operand);
        }
        let first = self.place(operand.parts[0].value);
        let runs: Vec<usize> = operand.parts.iter().flat_map(|part| self.runs[part.value.0].clone()).collect();
        let storage = self.layout.storages.len();
        let template = self.layout.storages[first.storage].clone();
        self.layout.storages.push(crate::layout::Storage {
            blocks: blocks(&runs),
            table: None,
            alive: (usize::MAX, 0),
            ..template
        });
        let place = Place { storage, first: 0, runs };
        self.copies(operand, &place, 0, None);
        self.loaded(place, &[], operand)
    }

    /// Appends a pass and remembers which memory it needs.
    fn push(&mut self, pass: Pass) {
        let index = self.program.passes.len();
        let read = pass.reads.iter().filter_map(|slot| match slot {
            Slot::Storage(storage) => Some(*storage),
            _ => None,
        });
        for storage in read.chain(pass.writes) {
            let alive = &mut self.layout.storages[storage].alive;
            *alive = (alive.0.min(index), alive.1.max(index));
        }
        self.program.passes.push(pass);
    }

    /// Bytes of a value that a pass moves.
    fn bytes(&self, place: &Place) -> u64 {
        let storage = &self.layout.storages[place.storage];
        (storage.height * storage.width * place.blocks() * self.target.precision.block_bytes()) as u64
    }

    fn kernel(&self, stage: Stage, tiling: Tiling) -> Permutation {
        Permutation { stage, precision: self.target.precision, tiling }
    }

    /// Room for the statistics of `tiles` tiles. All passes share it, since each is read before the next is written;
    /// but edits replace only some tiles' statistics, so then each pass keeps its own.
    fn partials(&mut self, tiles: usize, blocks: usize) -> u32 {
        let length = tiles * (2 * blocks + 1);
        if self.target.keep {
            let at = self.program.table_blocks;
            self.program.table_blocks += length;
            return at as u32;
        }
        self.partials = self.partials.max(length);
        SHARED
    }

    fn step(&mut self, index: usize, step: &Step) -> Result<(), GraphError> {
        match &step.work {
            Work::Conv { .. } | Work::ConvTranspose { .. } => self.convolution(index, step),
            _ => self.pointwise(index, step),
        }
    }

    /// Places the shared statistics, adds the picture and ends lifetimes.
    fn finish(mut self) -> Result<Program, GraphError> {
        let partials = self.program.table_blocks;
        self.program.table_blocks += self.partials;
        for pass in &mut self.program.passes {
            if let Some(place) = pass.params.partials_mut().filter(|place| **place == SHARED) {
                *place = partials as u32;
            }
        }
        let verdict = self.verdict().map_or(NONE, |verdict| verdict as u32);
        let outputs: Vec<Place> = self.fused.outputs.iter().map(|&value| self.place(value)).collect();
        let shown = outputs.first().zip(self.graph.outputs.first());
        let (place, output) = shown.ok_or(GraphError::Wiring { node: 0 })?;
        let source = self.loaded(place.clone(), &[], &Operand::stored(ValueId(0))).params;
        let unit = u32::from(output.range == Range::Unit);
        let bytes = self.bytes(place) + 4 * u64::from(source.width * source.height);
        let channels = self.shapes[output.node.0].channels as u32;
        let params = params::Picture { source, unit, channels, verdict, unused: 0 };
        self.push(Pass {
            name: "picture".to_owned(),
            kernel: self.kernel(Stage::Picture, Tiling::WIDE),
            params: Params::Picture(params),
            reads: [Slot::Storage(outputs[0].storage), Slot::Empty, Slot::Empty],
            writes: None,
            packing: None,
            depth: 1,
            edit: Edit::Whole,
            multiply_adds: 0,
            bytes,
        });
        let end = self.program.passes.len();
        for place in &outputs {
            self.layout.storages[place.storage].alive.1 = end;
        }
        for storage in &mut self.layout.storages {
            // Memory that no pass touches (labels that are only gathered) needs none.
            if storage.alive.0 == usize::MAX {
                storage.blocks = 0;
                storage.alive = (0, 0);
            } else if self.target.keep {
                storage.alive = (0, end);
            }
        }
        self.program.outputs = outputs;
        self.program.storages = self.layout.storages;
        Ok(self.program)
    }

    /// The upload of an input value, made at its first use.
    fn upload(&mut self, value: ValueId, kind: Upload, words: usize) -> usize {
        if let Some(known) = self.uploads[value.0] {
            return known;
        }
        self.program.uploads.push((kind, words));
        let at = self.program.uploads.len() - 1;
        self.uploads[value.0] = Some(at);
        at
    }
}
