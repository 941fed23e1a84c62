//! What to do for pictures of one size: where values lie, which loops compute them, and in which pieces.

use crate::fuse::{Border, Fused, Norm, Operand, Step, Work};
use crate::graph::{Activation, Graph};
use crate::incremental::{Rect, Repaint};
use crate::memory::{Arena, arena};
use crate::shape::{GraphError, Shape};

use super::kernels::TALLY;
use super::weights::Packed;

/// Bytes of packed input that a task may have, so that it stays in a core's second cache beside its weights.
const TASK_BYTES: usize = 400 << 10;
/// Pictures narrower than this are computed from columns, so that a tile may run over several rows.
pub(super) const NARROW_PICTURE: usize = 7;
/// Tiles of one round of Winograd; its products stay in the third cache.
const ROUND_TILES: usize = 512;
/// Fewer tiles than this do not pay for reading four times the weights.
pub(super) const LEAST_TILES: usize = 10;

/// Where a value lies: blocks of 16 planes, each `[height, width, 16]`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot {
    /// First number in the arena.
    pub(super) offset: usize,
    /// Its shape.
    pub(super) shape: Shape,
}

impl Slot {
    pub(super) fn blocks(&self) -> usize {
        self.shape.channels.div_ceil(16)
    }

    /// Numbers from one block to the next.
    pub(super) fn block(&self) -> usize {
        self.shape.pixels() * 16
    }
}

/// One block of planes of an operand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block {
    /// Index in [`Source::parts`].
    pub(super) part: usize,
    /// Which block of the part's value.
    pub(super) index: usize,
    /// First channel of the operand.
    pub(super) first: usize,
    /// Planes in use.
    pub(super) depth: usize,
}

/// One value of an operand.
#[derive(Debug, Clone)]
pub(super) struct SourcePart {
    pub(super) value: usize,
    pub(super) norm: Option<Norm>,
    /// Where its factors lie in the buffer of norms, followed by its terms.
    pub(super) norm_at: usize,
    /// Where its dropout mask lies.
    pub(super) mask_at: Option<usize>,
    pub(super) slope: f32,
}

/// An operand with places.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) parts: Vec<SourcePart>,
    /// Blocks of all parts, each part from its own first block. A label plane has none.
    pub(super) blocks: Vec<Block>,
    pub(super) channels: usize,
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) border: Border,
    /// Whether the first part is a label plane that is read as ids.
    pub(super) labels: bool,
}

/// How a convolution is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    /// Tiles of pixels times blocks of planes, straight from the packed input.
    Direct,
    /// F(4x4, 3x3), in rounds of so many tiles.
    Winograd { round: usize },
}

/// A convolution's numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct ConvPlan {
    /// Index of its weights.
    pub(super) layer: usize,
    pub(super) kernel: usize,
    pub(super) in_stride: usize,
    pub(super) out_stride: usize,
    pub(super) method: Method,
}

/// A step with places.
pub(super) struct StepPlan {
    pub(super) work: Work,
    pub(super) conv: Option<ConvPlan>,
    pub(super) sources: Vec<Source>,
    pub(super) activation: Option<Activation>,
    pub(super) statistics: bool,
    /// Pixels that are computed: the result's, or the input's for a transposed convolution.
    pub(super) grid: (usize, usize),
    /// The pieces of an exact pass.
    pub(super) rects: Vec<Rect>,
    /// Largest piece.
    pub(super) piece: (usize, usize),
    /// Into how many runs of output planes each piece is cut.
    pub(super) splits: usize,
    /// Multiply-adds as the network is defined.
    pub(super) multiply_adds: u64,
}

/// Everything about one size.
pub(super) struct Plan {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) slots: Vec<Slot>,
    pub(super) steps: Vec<StepPlan>,
    /// Numbers of the arena, of norms and of dropout masks.
    pub(super) arena: usize,
    pub(super) norms: usize,
    pub(super) masks: usize,
    /// Largest numbers of partial sums, and of Winograd's left factors and products.
    pub(super) partials: usize,
    pub(super) factors: usize,
    pub(super) products: usize,
}

/// What a plan depends on besides the size.
pub(super) struct Setting<'a> {
    pub(super) graph: &'a Graph,
    pub(super) fused: &'a Fused,
    pub(super) packed: &'a [Packed],
    /// For each step, the index of its packed weights.
    pub(super) layers: &'a [Option<usize>],
    pub(super) threads: usize,
    /// Whether all values stay in memory for incremental pictures.
    pub(super) keep: bool,
}

impl Plan {
    pub(super) fn new(setting: &Setting<'_>, width: usize, height: usize) -> Result<Self, GraphError> {
        let Setting { graph, fused, .. } = *setting;
        let shapes = graph.shapes(width, height)?;
        let costs = graph.multiply_adds(width, height)?;
        let ids_only = fused.ids_only();
        let arena = place_values(setting, &shapes);
        let slots: Vec<Slot> = (fused.values.iter().zip(&arena.offsets))
            .map(|(value, &offset)| Slot { offset, shape: shapes[value.node.0] })
            .collect();
        let mut plan = Self {
            width,
            height,
            slots,
            steps: Vec::with_capacity(fused.steps.len()),
            arena: arena.len,
            norms: 0,
            masks: 0,
            partials: 0,
            factors: 0,
            products: 0,
        };
        for (index, step) in fused.steps.iter().enumerate() {
            let sources: Vec<Source> = step.operands.iter().map(|operand| plan.source(operand, &ids_only)).collect();
            let layer = setting.layers[index].map(|layer| (layer, &setting.packed[layer]));
            let cost = if matches!(step.work, Work::Copy) { 0 } else { costs[step.node.0] };
            let step = plan.step(setting, step, sources, layer, fused.values[index].statistics, plan.slots[index].shape, cost);
            plan.steps.push(step);
        }
        Ok(plan)
    }

    /// The part of all multiply-adds that an edit asks for, 0 to 1.
    pub(super) fn share_of(&self, repaint: &Repaint) -> f64 {
        let cost = |step: &StepPlan| {
            let share = repaint.at(step.grid.0, step.grid.1, super::pass::TILE).share();
            (step.multiply_adds as f64 * share, step.multiply_adds as f64)
        };
        let sums = self.steps.iter().map(cost).fold((0.0, 0.0), |sums, (part, all)| (sums.0 + part, sums.1 + all));
        sums.0 / f64::max(sums.1, 1.0)
    }

    /// What a step computes, for people.
    pub(super) fn name_of(&self, value: usize, packed: &[Packed]) -> String {
        let (step, shape) = (&self.steps[value], self.slots[value].shape);
        let work = match &step.work {
            Work::Input(plane) => format!("input {plane:?}"),
            Work::Conv { kernel, stride, .. } => format!("conv {kernel}x{kernel}/{stride}"),
            Work::ConvTranspose { kernel, stride, .. } => format!("transposed {kernel}x{kernel}/{stride}"),
            Work::Linear { .. } => "linear".to_owned(),
            Work::Copy => "copy".to_owned(),
            Work::Add => "add".to_owned(),
            Work::Resize { .. } => "resize".to_owned(),
            Work::AvgPool { .. } => "average".to_owned(),
            Work::MaxPool { .. } => "maximum".to_owned(),
            Work::Spade => "spade".to_owned(),
            Work::InstanceMean => "instance mean".to_owned(),
        };
        let inputs = step.sources.first().map_or(0, |source| source.channels);
        let method = match step.conv {
            Some(ConvPlan { method: Method::Winograd { .. }, .. }) => " winograd",
            Some(conv) if packed[conv.layer].labels.is_some() => " gather",
            Some(conv) if packed[conv.layer].is_narrow() => " narrow",
            _ => "",
        };
        format!("{work} {inputs}→{} {}x{}{method}", shape.channels, shape.width, shape.height)
    }

    fn source(&mut self, operand: &Operand, ids_only: &[bool]) -> Source {
        let shape = self.slots[operand.parts[0].value.0].shape;
        let mut source = Source {
            parts: Vec::new(),
            blocks: Vec::new(),
            channels: 0,
            height: shape.height,
            width: shape.width,
            border: operand.border,
            labels: ids_only[operand.parts[0].value.0],
        };
        for (index, part) in operand.parts.iter().enumerate() {
            let value = part.value.0;
            let slot = self.slots[value];
            let padded = slot.blocks() * 16;
            let norm_at = self.norms;
            if part.norm.is_some() {
                self.norms += 2 * padded;
            }
            let mask_at = part.dropout.map(|_| self.masks);
            if mask_at.is_some() {
                self.masks += padded * slot.shape.pixels();
            }
            if !(source.labels && index == 0) {
                source.blocks.extend((0..slot.blocks()).map(|block| Block {
                    part: index,
                    index: block,
                    first: source.channels + block * 16,
                    depth: 16.min(slot.shape.channels - block * 16),
                }));
            }
            source.channels += slot.shape.channels;
            let norm = part.norm.clone();
            source.parts.push(SourcePart { value, norm, norm_at, mask_at, slope: part.rectifier.slope });
        }
        source
    }

    #[expect(clippy::too_many_arguments, reason = "a step's facts, named where they are used")]
    fn step(
        &mut self,
        setting: &Setting<'_>,
        step: &Step,
        sources: Vec<Source>,
        layer: Option<(usize, &Packed)>,
        statistics: bool,
        out: Shape,
        multiply_adds: u64,
    ) -> StepPlan {
        let threads = setting.threads;
        let mut grid = (out.width, out.height);
        let mut conv = None;
        let (mut span, mut in_stride, mut blocks, mut groups) = (1, 1, 1, 1);
        if let Some((layer, packed)) = layer {
            let (kernel, stride, transposed) = match step.work {
                Work::Conv { kernel, stride, .. } => (kernel, stride, false),
                Work::ConvTranspose { kernel, stride, .. } => (kernel, stride, true),
                _ => (1, 1, false),
            };
            (in_stride, span, blocks) = (if transposed { 1 } else { stride }, kernel, packed.depths.len());
            let out_stride = if transposed { stride } else { 1 };
            if transposed {
                grid = (out.width.div_ceil(stride), out.height.div_ceil(stride));
            }
            groups = packed.blocks().div_ceil(packed.group);
            let tiles = (out.width.div_ceil(4), out.height.div_ceil(4));
            let method = if packed.suits_winograd && tiles.0 * tiles.1 >= LEAST_TILES {
                let round = tiles.0 * (ROUND_TILES / tiles.0).clamp(1, tiles.1);
                self.factors = self.factors.max(super::winograd::step_of(packed.depths.len(), round) * 36);
                self.products = self.products.max(super::winograd::step_of(packed.blocks(), round) * 36);
                Method::Winograd { round }
            } else {
                Method::Direct
            };
            conv = Some(ConvPlan { layer, kernel, in_stride, out_stride, method });
        }
        let piece = match conv {
            // A run of tiles in one row is a piece.
            Some(ConvPlan { method: Method::Winograd { .. }, .. }) => (grid.0, 4),
            _ => piece(grid, in_stride, span, blocks, threads),
        };
        let rects = cut(Rect { x: 0, y: 0, width: grid.0, height: grid.1 }, piece);
        let splits = (4 * threads).div_ceil(rects.len()).clamp(1, groups);
        if statistics {
            // An edit needs four: near and far, before and after.
            self.partials = self.partials.max(rects.len().max(4) * out.channels.div_ceil(16) * TALLY);
        }
        StepPlan {
            work: step.work.clone(),
            conv,
            sources,
            activation: step.activation,
            statistics,
            grid,
            rects,
            piece,
            splits,
            multiply_adds,
        }
    }
}

/// Where every value lies; label planes that are read as ids take no memory.
pub(super) fn place_values(setting: &Setting<'_>, shapes: &[Shape]) -> Arena {
    let fused = setting.fused;
    let size = |shape: Shape| shape.channels.next_multiple_of(16) * shape.pixels();
    let values = fused.values.iter().zip(fused.ids_only());
    let sizes: Vec<usize> = values.map(|(value, ids)| if ids { 0 } else { size(shapes[value.node.0]) }).collect();
    let lifetimes = if setting.keep { vec![(0, fused.steps.len()); sizes.len()] } else { fused.lifetimes() };
    arena(&lifetimes, &sizes, 16, usize::MAX)
}

/// The size of a task's piece: as large as the cache allows, but enough of them to go round.
fn piece(grid: (usize, usize), stride: usize, span: usize, blocks: usize, threads: usize) -> (usize, usize) {
    let bytes = |width: usize, height: usize| ((width - 1) * stride + span) * ((height - 1) * stride + span) * blocks * 64;
    let mut best = (grid.0, 1);
    let mut best_cost = f64::INFINITY;
    let widths = (1..=grid.0.div_ceil(28)).map(|parts| grid.0.div_ceil(parts));
    for width in widths {
        for height in 1..=grid.1 {
            let size = bytes(width, height);
            let count = grid.0.div_ceil(width) * grid.1.div_ceil(height);
            // Small pictures are cut by output planes instead.
            let enough = count >= 4 * threads || grid.0 * grid.1 <= 2048;
            if height > 1 && (size > TASK_BYTES || !enough) {
                break;
            }
            let cost = (count * size) as f64 * if size > TASK_BYTES { 4.0 } else { 1.0 };
            if cost < best_cost {
                (best, best_cost) = ((width, height), cost);
            }
        }
    }
    best
}

/// Cuts a rectangle into pieces of at most this size.
pub(super) fn cut(rect: Rect, piece: (usize, usize)) -> Vec<Rect> {
    let mut pieces = Vec::new();
    for y in (0..rect.height).step_by(piece.1.max(1)) {
        for x in (0..rect.width).step_by(piece.0.max(1)) {
            let (width, height) = (piece.0.min(rect.width - x), piece.1.min(rect.height - y));
            pieces.push(Rect { x: rect.x + x, y: rect.y + y, width, height });
        }
    }
    pieces
}
