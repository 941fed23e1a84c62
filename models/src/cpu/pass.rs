//! One run over all steps, and what its tasks share.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use crate::executor::{ExecuteError, Interrupt};
use crate::fuse::Work;
use crate::graph::Activation;
use crate::incremental::{MOST_DRIFT, Mask, Rect, Repaint};
use crate::input::Input;

use super::cells::Cells;
use super::kernels::{Kernels, Load, TALLY};
use super::plan::{LEAST_TILES, Method, Plan, Slot, StepPlan, cut};
use super::team::Scratch;
use super::weights::Packed;

/// Loads what is stored as it is.
pub(super) const UNCHANGED: Load = Load { scale: std::ptr::null(), shift: std::ptr::null(), mask: std::ptr::null(), slope: 1.0 };

/// Pixels of a side of the tiles of an incremental picture at every resolution; Winograd's.
pub(super) const TILE: usize = 4;

/// A batch norm's vectors; empty where it has none.
#[derive(Default)]
pub(super) struct BatchVectors {
    pub(super) weight: Vec<f32>,
    pub(super) bias: Vec<f32>,
    pub(super) mean: Vec<f32>,
    pub(super) variance: Vec<f32>,
}

/// What to compute.
#[derive(Clone, Copy)]
pub(super) enum Extent<'a> {
    /// Everything, with new statistics.
    Exact,
    /// What an edit touches and a sample of the rest; statistics change by what changed there.
    Edit(&'a Repaint),
}

/// Everything that tasks read, and the places they write to.
pub(super) struct Pass<'a> {
    pub(super) plan: &'a Plan,
    pub(super) kernels: &'static Kernels,
    pub(super) packed: &'a [Packed],
    pub(super) batch_norms: &'a HashMap<String, BatchVectors>,
    pub(super) input: &'a Input,
    pub(super) extent: Extent<'a>,
    /// Whether the running step computes its whole value, and so new statistics.
    pub(super) fresh: AtomicBool,
    /// All values.
    pub(super) arena: Cells,
    /// Factors and terms of deferred norms.
    pub(super) norms: Cells,
    /// Dropout masks.
    pub(super) masks: Cells,
    /// Means and deviations of values, from these places on.
    pub(super) statistics: Cells,
    pub(super) statistics_at: &'a [usize],
    /// Statistics of the last exact pass, at the same places.
    pub(super) exact_statistics: Cells,
    /// Statistics of pieces, `[piece][block]`, each of [`TALLY`] numbers.
    pub(super) partials: Cells,
    /// Winograd's left factors, products, and a bias of nothing.
    pub(super) factors: Cells,
    pub(super) products: Cells,
    pub(super) zeros: Cells,
}

impl Pass<'_> {
    /// Runs all steps; must be called inside the thread pool. `seconds` gets each step's time if it is not empty.
    /// False if an edit was given up because statistics went further than [`MOST_DRIFT`].
    pub(super) fn run(&self, team: &mut [Scratch], interrupt: &Interrupt, seconds: &mut [f64]) -> Result<bool, ExecuteError> {
        for (value, step) in self.plan.steps.iter().enumerate() {
            interrupt.check()?;
            let start = Instant::now();
            let drift = self.step(step, value, team);
            if let Some(place) = seconds.get_mut(value) {
                *place = start.elapsed().as_secs_f64();
            }
            if drift > MOST_DRIFT {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Runs one step; how far an edit moved its statistics, 0 where everything is new.
    fn step(&self, step: &StepPlan, value: usize, team: &mut [Scratch]) -> f64 {
        let tiles = match self.extent {
            Extent::Exact => None,
            Extent::Edit(repaint) => Some(repaint.at(step.grid.0, step.grid.1, TILE)),
        };
        // Where an edit covers a whole small plane, as deep inside a U-Net, statistics are as exact as its values.
        let tiles = tiles.filter(|tiles| !tiles.are_all());
        let round = step.conv.and_then(|conv| conv.method.round());
        // Few tiles do not pay for Winograd.
        let round = round.filter(|_| tiles.as_ref().is_none_or(|tiles| tiles.count() >= LEAST_TILES));
        let (near, far) = tiles.as_ref().map_or((Vec::new(), Vec::new()), |tiles| {
            // Winograd gathers the tiles of all rectangles; the others want pieces that fit the cache.
            let piece = if round.is_some() { step.grid } else { step.piece };
            let pieces = |mask: &Mask| mask.rectangles().into_iter().flat_map(|rect| cut(rect, piece)).collect::<Vec<Rect>>();
            (pieces(&tiles.near), pieces(&tiles.far))
        });
        let edited = [near.as_slice(), far.as_slice()].concat();
        let rects = if tiles.is_some() { &edited } else { &step.rects };
        let whole = tiles.is_none() || matches!(step.work, Work::Linear { .. } | Work::InstanceMean);
        self.fresh.store(whole, Ordering::Relaxed);
        self.prepare_norms(step);
        let renews = step.statistics && !whole && !rects.is_empty();
        if renews {
            self.tally_edit(step, value, [&near, &far], 0, team);
        }
        let mut pieces = rects.len();
        match step.work {
            // Label planes that everybody reads as ids take no memory.
            Work::Input(_) if self.is_ids(value) => {}
            Work::Input(plane) => {
                self.read_plane(value, plane, rects, team);
                let slot = self.plan.slots[value];
                for rect in rects {
                    self.activate(step, slot, rect, 0..slot.blocks());
                }
                self.sum_whole(step, value);
                pieces = 1;
            }
            Work::Linear { .. } => {
                self.linear(step, value, team);
                pieces = 1;
            }
            Work::InstanceMean => {
                self.instance_mean(step, value, team);
                pieces = 1;
            }
            Work::Conv { .. } | Work::ConvTranspose { .. } => {
                if let Some(round) = round {
                    pieces = self.winograd(step, value, round, rects, team);
                } else {
                    let packed = step.conv.map(|conv| &self.packed[conv.layer]);
                    let groups = packed.map_or(1, |packed| packed.blocks().div_ceil(packed.group));
                    let splits = if whole { step.splits } else { (4 * team.len()).div_ceil(rects.len().max(1)).clamp(1, groups) };
                    self.direct(step, value, rects, splits, team);
                }
            }
            Work::Copy | Work::Add | Work::Resize { .. } | Work::AvgPool { .. } | Work::MaxPool { .. } | Work::Spade => {
                self.simple(step, value, rects, team);
            }
        }
        if step.statistics && whole {
            self.finish_statistics(value, pieces);
        } else if renews {
            self.tally_edit(step, value, [&near, &far], 1, team);
            return self.renew_statistics(value);
        }
        0.0
    }

    /// Adds up what is stored where an edit computes, into the sums of pieces `piece` for the edit and `piece + 2` for the
    /// blocks far from it: 0 before it computes, 1 after.
    fn tally_edit(&self, step: &StepPlan, value: usize, rects: [&[Rect]; 2], piece: usize, team: &mut [Scratch]) {
        let slot = self.plan.slots[value];
        let (blocks, shape) = (slot.blocks(), slot.shape);
        // A transposed convolution counts its work in places of which each becomes several pixels.
        let stride = step.conv.map_or(1, |conv| conv.out_stride);
        let pixels = |rect: &Rect| {
            let (x, y) = (rect.x * stride, rect.y * stride);
            Rect { x, y, width: (rect.width * stride).min(shape.width - x), height: (rect.height * stride).min(shape.height - y) }
        };
        super::team::each(team, 2 * blocks, |task, _| {
            let (which, block) = (task / blocks, task % blocks);
            let at = ((piece + 2 * which) * blocks + block) * TALLY;
            // SAFETY: no other task has this piece's sums of this block.
            unsafe { self.partials.slice(at, TALLY) }.fill(0.0);
            for rect in rects[which].iter().map(pixels) {
                self.add_moments(slot, &rect, block..block + 1, self.partials.at(at));
            }
        });
    }

    fn is_ids(&self, value: usize) -> bool {
        let readers = self.plan.steps.iter().flat_map(|step| &step.sources);
        readers.into_iter().any(|source| source.labels && source.parts[0].value == value)
    }

    pub(super) fn label(&self, pixel: usize) -> u8 {
        self.input.labels.as_deref().map_or(0, |labels| labels[pixel])
    }

    /// Where a piece adds up its sums of these blocks, set to zero; null if nobody needs them.
    pub(super) fn partial(&self, step: &StepPlan, all: usize, piece: usize, blocks: std::ops::Range<usize>) -> *mut f32 {
        if !step.statistics || !self.fresh.load(Ordering::Relaxed) {
            return std::ptr::null_mut();
        }
        let at = (piece * all + blocks.start) * TALLY;
        // SAFETY: the sums of this piece and these blocks belong to the task that asks.
        unsafe { self.partials.slice(at, blocks.len() * TALLY) }.fill(0.0);
        self.partials.at(at)
    }

    fn sum_whole(&self, step: &StepPlan, value: usize) {
        let slot = self.plan.slots[value];
        let sums = self.partial(step, slot.blocks(), 0, 0..slot.blocks());
        if !sums.is_null() {
            let whole = Rect { x: 0, y: 0, width: slot.shape.width, height: slot.shape.height };
            self.add_moments(slot, &whole, 0..slot.blocks(), sums);
        }
    }

    /// Adds the sums and squares of what is stored in `rect` to `sums`, which starts at the first of `blocks`.
    pub(super) fn add_moments(&self, slot: Slot, rect: &Rect, blocks: std::ops::Range<usize>, sums: *mut f32) {
        for (nth, block) in blocks.enumerate() {
            for y in rect.y..rect.y + rect.height {
                let from = self.arena.at(slot.offset + block * slot.block() + (y * slot.shape.width + rect.x) * 16);
                // SAFETY: the task that asks has just written these pixels.
                unsafe { (self.kernels.moments)(from, rect.width, sums.wrapping_add(nth * TALLY)) };
            }
        }
    }

    /// Applies the step's last function to what is stored in `rect`.
    pub(super) fn activate(&self, step: &StepPlan, slot: Slot, rect: &Rect, blocks: std::ops::Range<usize>) {
        let Some(function) = step.activation else { return };
        for block in blocks {
            for y in rect.y..rect.y + rect.height {
                let at = slot.offset + block * slot.block() + (y * slot.shape.width + rect.x) * 16;
                // SAFETY: the task that asks has just written these pixels.
                unsafe {
                    match function {
                        Activation::Tanh => (self.kernels.squash)(self.arena.at(at), rect.width, 1.0, 0.0),
                        Activation::Sigmoid => (self.kernels.squash)(self.arena.at(at), rect.width, 0.5, 0.5),
                        Activation::Relu => self.arena.slice(at, rect.width * 16).iter_mut().for_each(|x| *x = x.max(0.0)),
                        Activation::LeakyRelu { slope } => {
                            let below = |x: &mut f32| *x = if *x > 0.0 { *x } else { slope * *x };
                            self.arena.slice(at, rect.width * 16).iter_mut().for_each(below);
                        }
                    }
                }
            }
        }
    }
}

impl Method {
    pub(super) fn round(self) -> Option<usize> {
        match self {
            Self::Direct => None,
            Self::Winograd { round } => Some(round),
        }
    }
}
