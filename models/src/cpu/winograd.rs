//! Convolutions by Winograd's F(4x4, 3x3): all tiles to factors, 36 matrix products, products to pixels.

use crate::incremental::Rect;

use super::Pass;
use super::kernels::{Backward, Into, PRODUCTS, Tap, Tile};
use super::plan::{Slot, StepPlan};
use super::team::{Scratch, each};
use super::weights::Packed;

/// Numbers from one of the 36 products to the next; odd in cache lines, so that they do not fall on one another.
pub(super) fn step_of(blocks: usize, tiles: usize) -> usize {
    ((blocks * tiles) | 1) * 16
}

/// Tiles next to each other in one row of a rectangle.
#[derive(Debug, Clone, Copy)]
struct Run {
    /// First pixel.
    x: usize,
    y: usize,
    /// Pixels of the rectangle in this row of tiles.
    width: usize,
    height: usize,
    /// Number of the first tile in the round.
    first: usize,
    tiles: usize,
}

impl Pass<'_> {
    /// Computes the rectangles; their pieces are runs of tiles. Returns the number of pieces with sums.
    pub(super) fn winograd(&self, step: &StepPlan, value: usize, round: usize, rects: &[Rect], team: &mut [Scratch]) -> usize {
        let mut pieces = 0;
        let mut runs: Vec<Run> = Vec::with_capacity(round.min(64));
        let mut tiles = 0;
        for rect in rects {
            for y in (0..rect.height).step_by(4) {
                let run = |first| {
                    let height = 4.min(rect.height - y);
                    Run { x: rect.x, y: rect.y + y, width: rect.width, height, first, tiles: rect.width.div_ceil(4) }
                };
                if tiles + run(0).tiles > round && !runs.is_empty() {
                    self.round(step, value, &runs, tiles, pieces, team);
                    pieces += runs.len();
                    runs.clear();
                    tiles = 0;
                }
                runs.push(run(tiles));
                tiles += rect.width.div_ceil(4);
            }
        }
        if !runs.is_empty() {
            self.round(step, value, &runs, tiles, pieces, team);
            pieces += runs.len();
        }
        pieces
    }

    fn round(&self, step: &StepPlan, value: usize, runs: &[Run], tiles: usize, first_piece: usize, team: &mut [Scratch]) {
        let Some(conv) = step.conv else { return };
        let packed = &self.packed[conv.layer];
        let slot = self.plan.slots[value];
        let (in_blocks, out_blocks) = (packed.depths.len(), packed.blocks());
        let groups = out_blocks.div_ceil(packed.group);
        let threads = team.len();
        let splits = |pieces: usize, most: usize| (4 * threads).div_ceil(pieces).clamp(1, most);
        let input_splits = splits(runs.len(), in_blocks);
        each(team, runs.len() * input_splits, |task, scratch| {
            let blocks = share(task % input_splits, input_splits, in_blocks);
            self.forward(step, &runs[task / input_splits], blocks, in_blocks, tiles, scratch);
        });
        let group_splits = if tiles < 32 { groups.min(2) } else { 1 };
        each(team, PRODUCTS * group_splits, |task, scratch| {
            let groups = share(task % group_splits, group_splits, groups);
            self.multiply(packed, task / group_splits, groups, tiles, scratch);
        });
        let output_splits = splits(runs.len(), out_blocks);
        each(team, runs.len() * output_splits, |task, _| {
            let run = task / output_splits;
            for block in share(task % output_splits, output_splits, out_blocks) {
                self.backward(step, packed, slot, &runs[run], first_piece + run, block, tiles);
            }
        });
    }

    fn forward(
        &self,
        step: &StepPlan,
        run: &Run,
        blocks: std::ops::Range<usize>,
        in_blocks: usize,
        tiles: usize,
        scratch: &mut Scratch,
    ) {
        let source = &step.sources[0];
        let columns = run.tiles * 4 + 2;
        scratch.packed.reserve(6 * columns * 16);
        let strip = scratch.packed.cells();
        let border = source.border.amount as isize;
        let step_size = step_of(in_blocks, tiles);
        // Tiles may hang over the edge; what lies beyond the border does not matter but must be a number.
        let reach = (source.width as isize + 2 * border).min(run.x as isize + columns as isize) - run.x as isize;
        for block in blocks {
            for row in 0..6 {
                let to = strip.at(row * columns * 16);
                let y = (run.y + row) as isize - border;
                // SAFETY: the strip has six rows of `columns` blocks and is ours; factors of this run's tiles and this
                // block are written by this task alone.
                unsafe {
                    self.load_row(source, &source.blocks[block], y, run.x as isize - border, reach as usize, to, Into::Store);
                    std::ptr::write_bytes(to.add(reach as usize * 16), 0, (columns - reach as usize) * 16);
                }
            }
            for tile in 0..run.tiles {
                let to = self.factors.at((block * tiles + run.first + tile) * 16);
                // SAFETY: as above.
                unsafe { (self.kernels.forward)(strip.at(tile * 64), columns * 16, to, step_size) };
            }
        }
    }

    fn multiply(&self, packed: &Packed, product: usize, groups: std::ops::Range<usize>, tiles: usize, scratch: &mut Scratch) {
        let rows = packed.rows();
        scratch.taps.clear();
        let mut row = 0;
        for (block, &depth) in packed.depths.iter().enumerate() {
            scratch.taps.push(Tap { offset: (block * tiles * 16) as u32, depth: depth as u32, row });
            row += depth as u32;
        }
        let left = product * step_of(packed.depths.len(), tiles);
        let out = product * step_of(packed.blocks(), tiles);
        let right = product * rows * packed.blocks() * 16;
        let count = tiles.div_ceil(self.kernels.pixels);
        for group in groups {
            let blocks = packed.group.min(packed.blocks() - group * packed.group);
            for tile in 0..count {
                let (first, end) = (tile * tiles / count, (tile + 1) * tiles / count);
                let tile = Tile {
                    taps: scratch.taps.as_ptr(),
                    tap_count: scratch.taps.len(),
                    input: self.factors.at(left + first * 16),
                    weights: packed.winograd.at(right + packed.group_start(group, rows)),
                    bias: self.zeros.at(0),
                    out: self.products.at(out + (group * packed.group * tiles + first) * 16),
                    out_block: tiles * 16,
                    out_pixel: 16,
                    sums: std::ptr::null_mut(),
                };
                // SAFETY: factors are complete, and the products of this group are written by this task alone.
                unsafe { self.kernels.tile(packed.winograd.half, 1, blocks, end - first)(&tile) };
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "which tiles of which block, and where they go")]
    fn backward(&self, step: &StepPlan, packed: &Packed, slot: Slot, run: &Run, piece: usize, block: usize, tiles: usize) {
        let step_size = step_of(packed.blocks(), tiles);
        let sums = self.partial(step, packed.blocks(), piece, block..block + 1);
        let tile_sums = if step.activation.is_some() { std::ptr::null_mut() } else { sums };
        let width = slot.shape.width;
        for tile in 0..run.tiles {
            let x = run.x + tile * 4;
            let backward = Backward {
                from: self.products.at((block * tiles + run.first + tile) * 16),
                step: step_size,
                bias: packed.bias.start().wrapping_add(block * 16),
                out: self.arena.at(slot.offset + block * slot.block() + (run.y * width + x) * 16),
                row: width * 16,
                width: 4.min(run.x + run.width - x),
                height: run.height,
                sums: tile_sums,
            };
            // SAFETY: products are complete; these pixels of this block are written by this task alone.
            unsafe { (self.kernels.backward)(&backward) };
        }
        let rect = Rect { x: run.x, y: run.y, width: run.width, height: run.height };
        self.activate(step, slot, &rect, block..block + 1);
        if !sums.is_null() && step.activation.is_some() {
            self.add_moments(slot, &rect, block..block + 1, sums);
        }
    }
}

/// Part `index` of `count` about equal parts of `0..length`.
pub(super) fn share(index: usize, count: usize, length: usize) -> std::ops::Range<usize> {
    index * length / count..(index + 1) * length / count
}
