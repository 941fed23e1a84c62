//! The executor itself: what it holds from picture to picture, and how a picture is asked for.

use std::collections::HashMap;
use std::sync::Arc;
use std::thread;

use crate::checkpoint::Weights;
use crate::executor::{ExecuteError, Executor, Interrupt, Picture};
use crate::fuse::{Fused, Norm, fuse};
use crate::graph::{Graph, NormStats};
use crate::incremental::{Mask, Repaint, changed};
use crate::input::Input;
use crate::random::Draws;

use rayon::prelude::*;

use super::cells::Buffer;
use super::kernels::Kernels;
use super::packing::{Needs, layer_of};
use super::pass::{BatchVectors, Extent, Pass};
use super::plan::{Plan, Setting};
use super::team::{self, Scratch};
use super::weights::{self, Packed};
use super::{CpuOptions, LayerTime, memory};

/// An edit that asks for more of the arithmetic than this is painted exactly: it would save little time and be wrong
/// where small planes changed altogether, as in U-Nets of small pictures.
const WORTHWHILE: f64 = 0.3;

/// Runs a graph on the CPU.
pub struct Cpu {
    graph: Arc<Graph>,
    fused: Fused,
    /// Whether an edit takes samples of what it keeps: where norms use the picture's own statistics.
    pub(super) sampled: bool,
    outputs: Vec<usize>,
    options: CpuOptions,
    kernels: &'static Kernels,
    pool: rayon::ThreadPool,
    weights: Arc<Weights>,
    packed: Vec<Packed>,
    layers: Vec<Option<usize>>,
    batch_norms: HashMap<String, BatchVectors>,
    plan: Option<Plan>,
    team: Vec<Scratch>,
    arena: Buffer,
    norms: Buffer,
    masks: Buffer,
    pub(super) statistics: Buffer,
    statistics_at: Vec<usize>,
    /// Statistics of the last exact pass, from which edits must not go far.
    exact_statistics: Buffer,
    partials: Buffer,
    factors: Buffer,
    products: Buffer,
    zeros: Buffer,
    /// The input whose values are in the arena, if they are complete but for [`Cpu::unfinished`].
    kept: Option<Input>,
    /// Where an interrupted edit may have left other values.
    unfinished: Option<Mask>,
    seconds: Vec<f64>,
}

impl Cpu {
    /// Starts the threads; weights are packed by the first [`Executor::prepare`].
    ///
    /// # Errors
    /// When the graph is wired wrongly, a weight is missing, or the system starts no threads.
    pub fn new(graph: Arc<Graph>, weights: Arc<Weights>, options: CpuOptions) -> Result<Self, ExecuteError> {
        let fused = fuse(&graph, options.dropout_seed.is_some())?;
        let mut available = Kernels::available().into_iter();
        let kernels = available.find(|kernels| options.vectors.is_none_or(|name| kernels.name == name));
        let kernels = kernels.ok_or_else(|| ExecuteError::Device("this processor does not have these vectors".to_owned()))?;
        let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let threads = if options.threads == 0 { cores } else { options.threads };
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|index| format!("picture {index}"))
            .build()
            .map_err(|error| ExecuteError::Device(format!("no threads could be started: {error}")))?;
        let (mut packed, mut layers, mut batch_norms) = (Vec::new(), Vec::new(), HashMap::new());
        let channels = graph.channels()?;
        for step in &fused.steps {
            let parts: Vec<usize> = step
                .operands
                .first()
                .map(|operand| operand.parts.iter().map(|part| channels[fused.values[part.value.0].node.0]).collect())
                .unwrap_or_default();
            let layer = layer_of(&graph, &fused, step, &parts, &weights, kernels)?;
            layers.push(layer.map(|layer| {
                packed.push(layer);
                packed.len() - 1
            }));
            for part in step.operands.iter().flat_map(|operand| &operand.parts) {
                if let Some(Norm::Batch { prefix, affine, stats }) = &part.norm {
                    let vector = |suffix: &str, read: bool| {
                        let values = read.then(|| weights::tensor(&weights, &format!("{prefix}.{suffix}"))).transpose()?;
                        Ok::<_, ExecuteError>(values.unwrap_or_default().to_vec())
                    };
                    let running = *stats == NormStats::Running;
                    let vectors = BatchVectors {
                        weight: vector("weight", *affine)?,
                        bias: vector("bias", *affine)?,
                        mean: vector("running_mean", running)?,
                        variance: vector("running_var", running)?,
                    };
                    batch_norms.insert(prefix.clone(), vectors);
                }
            }
        }
        let mut statistics_at = Vec::with_capacity(fused.values.len());
        let mut statistics = 0;
        for value in &fused.values {
            statistics_at.push(statistics);
            statistics += 2 * channels[value.node.0].next_multiple_of(16);
        }
        Ok(Self {
            graph,
            outputs: fused.outputs.iter().map(|value| value.0).collect(),
            sampled: fused.values.iter().any(|value| value.statistics),
            fused,
            options,
            kernels,
            pool,
            weights,
            packed,
            layers,
            batch_norms,
            plan: None,
            team: (0..threads).map(|_| Scratch::default()).collect(),
            arena: Buffer::default(),
            norms: Buffer::default(),
            masks: Buffer::default(),
            statistics: Buffer::new(statistics),
            statistics_at,
            exact_statistics: Buffer::new(statistics),
            partials: Buffer::default(),
            factors: Buffer::default(),
            products: Buffer::default(),
            zeros: Buffer::new(64),
            kept: None,
            unfinished: None,
            seconds: Vec::new(),
        })
    }

    /// As [`Executor::run`], into a picture whose memory is used again.
    ///
    /// # Errors
    /// As [`Executor::run`].
    pub fn run_into(&mut self, input: &Input, interrupt: &Interrupt, picture: &mut Picture) -> Result<(), ExecuteError> {
        self.prepare_for(input)?;
        self.pass(input, false, interrupt, picture)
    }

    /// Paints what changed since the last picture, with everything around it kept; an approximation for the
    /// time of a stroke, to be followed by an exact [`Executor::run`]. Exact if there is nothing to go on from, or little to save.
    ///
    /// # Errors
    /// As [`Executor::run`].
    pub fn run_incremental(&mut self, input: &Input, interrupt: &Interrupt, picture: &mut Picture) -> Result<(), ExecuteError> {
        self.prepare_for(input)?;
        self.pass(input, true, interrupt, picture)
    }

    /// Times of the steps of the last picture.
    pub fn layers(&self) -> Vec<LayerTime> {
        let Some(plan) = &self.plan else { return Vec::new() };
        let steps = self.fused.steps.iter().zip(&plan.steps).zip(&self.seconds);
        let named = steps.enumerate().map(|(value, ((fused, step), &seconds))| LayerTime {
            node: fused.node.0,
            name: plan.name_of(value, &self.packed),
            seconds,
            multiply_adds: step.multiply_adds,
        });
        named.collect()
    }

    /// Multiply-adds a second of all threads together, with everything in the first cache: what this machine could do.
    pub fn measured_peak(&mut self) -> f64 {
        let kernels = self.kernels;
        let rounds = 20_000;
        let start = std::time::Instant::now();
        let count = self.team.len();
        self.pool.install(|| {
            team::each(&mut self.team, count, |_, scratch| kernels.exercise(&mut scratch.results, rounds));
        });
        (count * rounds) as f64 * kernels.exercise_cost() / start.elapsed().as_secs_f64()
    }

    /// Bytes of everything this executor holds: packed weights, values and scratch.
    pub fn memory_bytes(&self) -> usize {
        let weights: usize = self.packed.iter().map(Packed::bytes).sum();
        let Self { arena, norms, masks, statistics, exact_statistics, partials, factors, products, .. } = self;
        let buffers = [arena, norms, masks, statistics, exact_statistics, partials, factors, products];
        let scratch: usize = self.team.iter().map(Scratch::bytes).sum();
        weights + scratch + buffers.iter().map(|buffer| buffer.len() * 4).sum::<usize>()
    }

    fn prepare_for(&mut self, input: &Input) -> Result<(), ExecuteError> {
        input.check(&self.graph)?;
        self.prepare(input.width, input.height)
    }

    fn pass(
        &mut self,
        input: &Input,
        incremental: bool,
        interrupt: &Interrupt,
        picture: &mut Picture,
    ) -> Result<(), ExecuteError> {
        let Some(plan) = &self.plan else { return Ok(()) };
        let (kept, unfinished) = (self.kept.take(), self.unfinished.take());
        let repaint = match (&kept, self.options.margin) {
            (Some(kept), Some(margin)) if incremental => changed(&self.graph, kept, input).map(|mut edit| {
                if let Some(unfinished) = &unfinished {
                    edit.join(unfinished);
                }
                Repaint::new(edit, margin, self.sampled)
            }),
            _ => None,
        };
        let repaint = repaint.filter(|repaint| plan.share_of(repaint) < WORTHWHILE);
        let extent = repaint.as_ref().map_or(Extent::Exact, Extent::Edit);
        let exact = repaint.is_none();
        let pass = Pass {
            plan,
            kernels: self.kernels,
            packed: &self.packed,
            batch_norms: &self.batch_norms,
            input,
            extent,
            fresh: std::sync::atomic::AtomicBool::new(false),
            arena: self.arena.cells(),
            norms: self.norms.cells(),
            masks: self.masks.cells(),
            statistics: self.statistics.cells(),
            statistics_at: &self.statistics_at,
            exact_statistics: self.exact_statistics.cells(),
            partials: self.partials.cells(),
            factors: self.factors.cells(),
            products: self.products.cells(),
            zeros: self.zeros.cells(),
        };
        let (team, seconds) = (&mut self.team, &mut self.seconds);
        let (graph, outputs) = (&self.graph, &self.outputs);
        let done = self.pool.install(|| {
            let complete = pass.run(team, interrupt, seconds)?;
            if complete {
                pass.picture(graph, outputs, picture, team);
            }
            Ok::<_, ExecuteError>(complete)
        });
        if done.is_err()
            && let Some(repaint) = repaint
        {
            (self.kept, self.unfinished) = (kept, Some(repaint.edit().clone()));
        }
        if !done? {
            return self.pass(input, false, interrupt, picture);
        }
        if self.options.margin.is_some() {
            self.kept = Some(input.clone());
            if exact {
                self.exact_statistics.copy_from(&self.statistics);
            }
        }
        Ok(())
    }

    /// Draws the masks of dropout layers for a new size.
    fn draw_masks(&mut self, plan: &Plan) {
        let Some(seed) = self.options.dropout_seed else { return };
        self.masks = Buffer::new(plan.masks);
        let cells = self.masks.cells();
        for (step, fused) in plan.steps.iter().zip(&self.fused.steps) {
            let parts = step.sources.iter().flat_map(|source| &source.parts);
            let dropouts = fused.operands.iter().flat_map(|operand| &operand.parts).map(|part| part.dropout);
            for (part, dropout) in parts.zip(dropouts) {
                let (Some(at), Some(dropout)) = (part.mask_at, dropout) else { continue };
                let slot = plan.slots[part.value];
                let pixels = slot.shape.pixels();
                let mask = Draws::new(seed, dropout.place).dropout_mask(slot.shape.len(), dropout.probability);
                for (index, factor) in mask.into_iter().enumerate() {
                    let (channel, pixel) = (index / pixels, index % pixels);
                    let place = at + channel / 16 * slot.block() + pixel * 16 + channel % 16;
                    // SAFETY: no task runs, and the buffer was made for all masks.
                    unsafe { *cells.at(place) = factor };
                }
            }
        }
    }
}

impl Executor for Cpu {
    fn device(&self) -> String {
        format!("CPU ({}, {} threads)", self.kernels.name, self.team.len())
    }

    fn prepare(&mut self, width: usize, height: usize) -> Result<(), ExecuteError> {
        if self.plan.as_ref().is_some_and(|plan| (plan.width, plan.height) == (width, height)) {
            return Ok(());
        }
        self.kept = None;
        self.plan = None;
        let setting = Setting {
            graph: &self.graph,
            fused: &self.fused,
            packed: &self.packed,
            layers: &self.layers,
            threads: self.team.len(),
            keep: self.options.margin.is_some(),
        };
        memory::check(&setting, width, height)?;
        let plan = Plan::new(&setting, width, height)?;
        let keep = setting.keep;
        let mut needs = vec![Needs::default(); self.packed.len()];
        for conv in plan.steps.iter().filter_map(|step| step.conv) {
            let winograd = conv.method.round().is_some();
            // An edit may touch too few tiles for Winograd.
            needs[conv.layer] = Needs { direct: !winograd || keep, winograd, half: self.options.half_weights };
        }
        let (packed, weights) = (&mut self.packed, &self.weights);
        self.pool.install(|| {
            let layers = packed.par_iter_mut().zip(needs).with_max_len(1);
            layers.try_for_each(|(layer, needs)| layer.pack(weights, needs))
        })?;
        self.arena.reserve(plan.arena);
        self.norms = Buffer::new(plan.norms);
        self.partials.reserve(plan.partials);
        self.factors.reserve(plan.factors);
        self.products.reserve(plan.products);
        self.draw_masks(&plan);
        self.seconds = vec![0.0; plan.steps.len()];
        self.plan = Some(plan);
        Ok(())
    }

    fn run(&mut self, input: &Input, interrupt: &Interrupt) -> Result<Picture, ExecuteError> {
        let mut picture = Picture::default();
        self.run_into(input, interrupt, &mut picture)?;
        Ok(picture)
    }
}
