//! Direct convolutions, plain and transposed: a task loads its piece of the input once and multiplies it with all weights.

use crate::incremental::Rect;

use super::Pass;
use super::cells::Cells;
use super::kernels::{Into, TALLY, Tap, Tile};
use super::plan::{ConvPlan, NARROW_PICTURE, Source, StepPlan};
use super::source::inside;
use super::team::{Scratch, each};
use super::weights::{Packed, Phase};
use super::winograd::share;

/// Rows of weights that are used before the next ones are fetched: with two blocks of planes, a quarter of a second cache.
const ROWS_AT_ONCE: usize = 2304;

/// The part of the input that a task reads, loaded.
struct Region {
    /// First row and column of the input, possibly in the border.
    y: isize,
    x: isize,
    height: usize,
    width: usize,
}

impl Region {
    /// What the pixels of `rect` reach.
    fn of(packed: &Packed, conv: &ConvPlan, rect: &Rect) -> Self {
        let shifts = || packed.phases.iter().flat_map(|phase| &phase.shifts);
        let range = |low: Option<isize>, high: Option<isize>, first: usize, count: usize| {
            let start = (first * conv.in_stride) as isize + low.unwrap_or(0);
            let end = ((first + count - 1) * conv.in_stride) as isize + high.unwrap_or(0) + 1;
            (start, (end - start) as usize)
        };
        let (y, height) = range(shifts().map(|s| s.y).min(), shifts().map(|s| s.y).max(), rect.y, rect.height);
        let (x, width) = range(shifts().map(|s| s.x).min(), shifts().map(|s| s.x).max(), rect.x, rect.width);
        Self { y, x, height, width }
    }

    /// Where pixel `(x, y)` of the input lies in block 0.
    fn at(&self, x: isize, y: isize) -> usize {
        ((y - self.y) as usize * self.width + (x - self.x) as usize) * 16
    }

    fn block(&self) -> usize {
        self.width * self.height * 16
    }
}

/// What all tiles of a task share.
struct Task<'a> {
    conv: &'a ConvPlan,
    packed: &'a Packed,
    source: &'a Source,
    region: Region,
    rect: Rect,
    groups: std::ops::Range<usize>,
    /// Block of the first piece's sums; null if nobody needs them or they are added up later.
    sums: *mut f32,
    value: usize,
}

impl Task<'_> {
    /// A tile without a place: its weights and bias; `start` is whether nothing was added up before.
    fn tile(&self, phase: &Phase, group: usize, start: bool) -> Tile {
        let packed = self.packed;
        let rows = packed.rows() * phase.shifts.len();
        let first = if packed.is_narrow() { 0 } else { packed.group_start(group, rows) };
        // Label columns were added up, bias included, before.
        let fresh = start && !self.source.labels;
        let bias = packed.bias.start().wrapping_add(group * packed.group * 16);
        Tile {
            taps: std::ptr::null(),
            tap_count: 0,
            input: std::ptr::null(),
            weights: packed.direct.at(phase.weights + first),
            bias: if fresh { bias } else { std::ptr::null() },
            out: std::ptr::null_mut(),
            out_block: 0,
            out_pixel: 0,
            sums: std::ptr::null_mut(),
        }
    }

    /// Where a group adds up its sums.
    fn group_sums(&self, group: usize) -> *mut f32 {
        let offset = (group - self.groups.start) * self.packed.group * TALLY;
        if self.sums.is_null() { self.sums } else { self.sums.wrapping_add(offset) }
    }
}

impl Pass<'_> {
    /// Computes the rectangles; each is a piece with sums of its own.
    pub(super) fn direct(&self, step: &StepPlan, value: usize, rects: &[Rect], splits: usize, team: &mut [Scratch]) {
        let Some(conv) = &step.conv else { return };
        let packed = &self.packed[conv.layer];
        let groups = packed.blocks().div_ceil(packed.group);
        each(team, rects.len() * splits, |task, scratch| {
            let piece = task / splits;
            self.convolve(step, conv, value, piece, rects[piece], share(task % splits, splits, groups), scratch);
        });
    }

    #[expect(clippy::too_many_arguments, reason = "which piece of which step")]
    fn convolve(
        &self,
        step: &StepPlan,
        conv: &ConvPlan,
        value: usize,
        piece: usize,
        rect: Rect,
        groups: std::ops::Range<usize>,
        scratch: &mut Scratch,
    ) {
        let packed = &self.packed[conv.layer];
        let source = &step.sources[0];
        let slot = self.plan.slots[value];
        let blocks = groups.start * packed.group..(groups.end * packed.group).min(packed.blocks());
        let sums = self.partial(step, packed.blocks(), piece, blocks.clone());
        let summed_by_tiles = !packed.is_narrow() && !packed.depths.is_empty() && step.activation.is_none();
        let region = Region::of(packed, conv, &rect);
        if source.labels {
            self.gather_labels(packed, conv, source, slot, &rect, blocks.clone(), scratch);
        }
        if !packed.depths.is_empty() {
            scratch.packed.reserve(packed.depths.len() * region.block());
            let cells = scratch.packed.cells();
            for (index, block) in source.blocks.iter().enumerate() {
                for row in 0..region.height {
                    let to = cells.at(index * region.block() + row * region.width * 16);
                    // SAFETY: the scratch is this thread's and has room for all blocks of the region.
                    unsafe { self.load_row(source, block, region.y + row as isize, region.x, region.width, to, Into::Store) };
                }
            }
            let sums = if summed_by_tiles { sums } else { std::ptr::null_mut() };
            let task = Task { conv, packed, source, region, rect, groups, sums, value };
            for phase in &packed.phases {
                if rect.width < NARROW_PICTURE || conv.in_stride > 2 {
                    self.tiles_of_columns(&task, phase, cells, scratch);
                } else {
                    self.tiles_of_rows(&task, phase, cells, scratch);
                }
            }
        }
        let out_rect = self.out_rect(conv, value, &rect);
        self.activate(step, slot, &out_rect, blocks.clone());
        if !sums.is_null() && !summed_by_tiles {
            self.add_moments(slot, &out_rect, blocks, sums);
        }
    }

    /// The pixels of the result that belong to `rect` of the grid.
    fn out_rect(&self, conv: &ConvPlan, value: usize, rect: &Rect) -> Rect {
        let shape = self.plan.slots[value].shape;
        let line = |first: usize, count: usize, length: usize| {
            let first = first * conv.out_stride;
            (first, (count * conv.out_stride).min(length - first))
        };
        let ((x, width), (y, height)) = (line(rect.x, rect.width, shape.width), line(rect.y, rect.height, shape.height));
        Rect { x, y, width, height }
    }

    /// Columns and rows of the grid's rectangle whose pixel of this phase is inside the result.
    fn clipped(&self, task: &Task<'_>, phase: &Phase) -> (usize, usize) {
        let shape = self.plan.slots[task.value].shape;
        let line = |first: usize, count: usize, phase: usize, length: usize| {
            length.saturating_sub(phase).div_ceil(task.conv.out_stride).saturating_sub(first).min(count)
        };
        let Rect { x, y, width, height } = task.rect;
        (line(x, width, phase.x, shape.width), line(y, height, phase.y, shape.height))
    }

    /// Runs the kernel that fits.
    ///
    /// # Safety
    /// As the kernels.
    unsafe fn run_tile(&self, packed: &Packed, group: usize, stride: usize, pixels: usize, tile: &Tile) {
        let kernel = if packed.is_narrow() {
            self.kernels.narrow(stride, packed.out_channels, pixels)
        } else {
            let blocks = packed.group.min(packed.blocks() - group * packed.group);
            self.kernels.tile(packed.direct.half, stride, blocks, pixels)
        };
        // SAFETY: as promised by the caller; the kernels were chosen for this processor.
        unsafe { kernel(tile) };
    }

    fn most_pixels(&self, packed: &Packed) -> usize {
        if packed.is_narrow() { self.kernels.narrow_pixels } else { self.kernels.pixels }
    }

    /// Tiles along the rows of the region.
    fn tiles_of_rows(&self, task: &Task<'_>, phase: &Phase, input: Cells, scratch: &mut Scratch) {
        let Task { packed, conv, rect, region, .. } = task;
        let (width, height) = self.clipped(task, phase);
        if width == 0 || height == 0 {
            return;
        }
        scratch.taps.clear();
        let origin = region.at(region.x, region.y);
        let mut row = 0;
        for (block, &depth) in packed.depths.iter().enumerate() {
            for shift in &phase.shifts {
                // From the pixel at the region's corner; the least shift is the corner itself.
                let at = ((shift.y - region.y + (rect.y * conv.in_stride) as isize) as usize * region.width
                    + (shift.x - region.x + (rect.x * conv.in_stride) as isize) as usize)
                    * 16;
                scratch.taps.push(Tap { offset: (origin + block * region.block() + at) as u32, depth: depth as u32, row });
                row += if packed.is_narrow() { 1 } else { depth as u32 };
            }
        }
        let slot = self.plan.slots[task.value];
        let most = self.most_pixels(packed);
        let tiles = width.div_ceil(most);
        let chunk = (ROWS_AT_ONCE / 16).max(1);
        let chunks = scratch.taps.len().div_ceil(chunk).max(1);
        for group in task.groups.clone() {
            let sums = task.group_sums(group);
            for part in 0..chunks {
                let taps = &scratch.taps[share(part, chunks, scratch.taps.len())];
                let base = task.tile(phase, group, part == 0);
                let last = part + 1 == chunks;
                for y in 0..height {
                    for tile in 0..tiles {
                        let (first, end) = (tile * width / tiles, (tile + 1) * width / tiles);
                        let in_at = (y * region.width + first) * conv.in_stride * 16;
                        let (out_y, out_x) =
                            ((rect.y + y) * conv.out_stride + phase.y, (rect.x + first) * conv.out_stride + phase.x);
                        let out = slot.offset + group * packed.group * slot.block() + (out_y * slot.shape.width + out_x) * 16;
                        let tile = Tile {
                            taps: taps.as_ptr(),
                            tap_count: taps.len(),
                            input: input.at(in_at),
                            out: self.arena.at(out),
                            out_block: slot.block(),
                            out_pixel: conv.out_stride * 16,
                            sums: if last { sums } else { std::ptr::null_mut() },
                            ..base
                        };
                        // SAFETY: taps stay inside the region, and these pixels belong to this task.
                        unsafe { self.run_tile(packed, group, conv.in_stride, end - first, &tile) };
                    }
                }
            }
        }
    }

    /// Tiles over all pixels of a small or oddly stepped piece, from a copy ordered by kernel position.
    fn tiles_of_columns(&self, task: &Task<'_>, phase: &Phase, input: Cells, scratch: &mut Scratch) {
        let Task { packed, conv, rect, region, source, .. } = task;
        let (width, height) = self.clipped(task, phase);
        let pixels = width * height;
        if pixels == 0 {
            return;
        }
        let place = |pixel: usize| (pixel % width + rect.x, pixel / width + rect.y);
        scratch.taps.clear();
        scratch.columns.reserve(packed.depths.len() * phase.shifts.len() * pixels * 16);
        let columns = scratch.columns.cells();
        let (mut row, mut used) = (0, 0);
        for (block, &depth) in packed.depths.iter().enumerate() {
            for shift in &phase.shifts {
                let at = |pixel: usize| {
                    let (x, y) = place(pixel);
                    ((x * conv.in_stride) as isize + shift.x, (y * conv.in_stride) as isize + shift.y)
                };
                // Kernel positions that only see zeros around a small picture cost nothing, not even their weights.
                let mode = source.border.mode;
                let sees = |(x, y)| inside(x, source.width, mode).is_some() && inside(y, source.height, mode).is_some();
                if (0..pixels).any(|pixel| sees(at(pixel))) {
                    for pixel in 0..pixels {
                        let (x, y) = at(pixel);
                        // SAFETY: both are this thread's; the region holds all that the rectangle reaches.
                        unsafe {
                            let from = input.at(block * region.block() + region.at(x, y));
                            std::ptr::copy_nonoverlapping(from, columns.at((used * pixels + pixel) * 16), 16);
                        }
                    }
                    scratch.taps.push(Tap { offset: (used * pixels * 16) as u32, depth: depth as u32, row });
                    used += 1;
                }
                row += if packed.is_narrow() { 1 } else { depth as u32 };
            }
        }
        let slot = self.plan.slots[task.value];
        let tiles = pixels.div_ceil(self.most_pixels(packed));
        scratch.results.reserve(pixels * packed.group * 16);
        let results = scratch.results.cells();
        for group in task.groups.clone() {
            let blocks = packed.group.min(packed.blocks() - group * packed.group);
            let out_at = |block: usize, pixel: usize| {
                let (x, y) = place(pixel);
                let at = (y * conv.out_stride + phase.y) * slot.shape.width + x * conv.out_stride + phase.x;
                self.arena.at(slot.offset + (group * packed.group + block) * slot.block() + at * 16)
            };
            let base = task.tile(phase, group, true);
            for block in 0..blocks {
                for pixel in (0..pixels).filter(|_| base.bias.is_null()) {
                    // SAFETY: label sums of these pixels, which belong to this task.
                    unsafe { std::ptr::copy_nonoverlapping(out_at(block, pixel), results.at((block * pixels + pixel) * 16), 16) };
                }
            }
            for tile in 0..tiles {
                let (first, end) = (tile * pixels / tiles, (tile + 1) * pixels / tiles);
                let tile = Tile {
                    taps: scratch.taps.as_ptr(),
                    tap_count: scratch.taps.len(),
                    input: columns.at(first * 16),
                    out: results.at(first * 16),
                    out_block: pixels * 16,
                    out_pixel: 16,
                    sums: task.group_sums(group),
                    ..base
                };
                // SAFETY: columns and results are this thread's and have room for all pixels.
                unsafe { self.run_tile(packed, group, 1, end - first, &tile) };
            }
            for block in 0..blocks {
                for pixel in 0..pixels {
                    // SAFETY: these pixels belong to this task.
                    unsafe { std::ptr::copy_nonoverlapping(results.at((block * pixels + pixel) * 16), out_at(block, pixel), 16) };
                }
            }
        }
    }
}
