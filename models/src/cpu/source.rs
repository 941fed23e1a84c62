//! Loading operands: norm, dropout, rectifier and border on the way from a stored value to where it is used.

use crate::fuse::Norm;
use crate::graph::{NORM_EPSILON, NormStats, PadMode};
use crate::incremental::FLAT;

use super::Pass;
use super::kernels::{Into, Load, TALLY};
use super::plan::{Block, Source, StepPlan};

/// Place `at` of a line of `length` pixels with a border, or `None` for a zero.
pub(super) fn inside(at: isize, length: usize, mode: PadMode) -> Option<usize> {
    let last = length as isize - 1;
    if (0..=last).contains(&at) {
        return Some(at as usize);
    }
    let mirrored = if at < 0 { -at } else { 2 * last - at };
    (mode == PadMode::Reflect && (0..=last).contains(&mirrored)).then_some(mirrored as usize)
}

/// Count, mean and sum of squared distances from it, of one lane of a tally.
fn moments(tally: &[f32], lane: usize) -> (f64, f64, f64) {
    let count = f64::from(tally[48]);
    let offset = f64::from(tally[lane]) / count.max(1.0);
    (count, f64::from(tally[32 + lane]) + offset, f64::from(tally[16 + lane]) - offset * offset * count)
}

impl Pass<'_> {
    /// Turns statistics into factors and terms for every part of the step's operands.
    pub(super) fn prepare_norms(&self, step: &StepPlan) {
        for part in step.sources.iter().flat_map(|source| &source.parts) {
            let Some(norm) = &part.norm else { continue };
            let slot = self.plan.slots[part.value];
            let (channels, padded) = (slot.shape.channels, slot.blocks() * 16);
            // SAFETY: this part's own place, written before any task of this step starts.
            let (scale, shift) = unsafe { self.norms.slice(part.norm_at, 2 * padded) }.split_at_mut(padded);
            // SAFETY: statistics were written when the value's step ended.
            let (mean, deviation) = unsafe { self.statistics.slice(self.statistics_at[part.value], 2 * padded) }.split_at(padded);
            for channel in 0..channels {
                (scale[channel], shift[channel]) = (1.0 / deviation[channel], -mean[channel] / deviation[channel]);
            }
            let Norm::Batch { prefix, stats, .. } = norm else { continue };
            let vectors = &self.batch_norms[prefix];
            for channel in 0..channels {
                if *stats == NormStats::Running {
                    let deviation = (vectors.variance[channel] + NORM_EPSILON).sqrt();
                    (scale[channel], shift[channel]) = (1.0 / deviation, -vectors.mean[channel] / deviation);
                }
                let (weight, bias) = (vectors.weight.get(channel).unwrap_or(&1.0), vectors.bias.get(channel).unwrap_or(&0.0));
                scale[channel] *= weight;
                shift[channel] = shift[channel] * weight + bias;
            }
        }
    }

    /// Mean and deviation of each plane from the pieces' sums; in the order of pieces, so that threads do not matter.
    pub(super) fn finish_statistics(&self, value: usize, pieces: usize) {
        let slot = self.plan.slots[value];
        let blocks = slot.blocks();
        // SAFETY: all tasks of this step have ended.
        let partials = unsafe { self.partials.slice(0, pieces * blocks * TALLY) };
        // SAFETY: as above; statistics are read only by later steps.
        let (mean, deviation) =
            unsafe { self.statistics.slice(self.statistics_at[value], blocks * 32) }.split_at_mut(blocks * 16);
        for block in 0..blocks {
            for lane in 0..16 {
                // Chan, Golub and LeVeque's update, piece by piece.
                let (mut count, mut average, mut squares) = (0.0, 0.0, 0.0);
                for piece in 0..pieces {
                    let (more, piece_average, piece_squares) = moments(&partials[(piece * blocks + block) * TALLY..], lane);
                    if more > 0.0 {
                        let step = piece_average - average;
                        squares += piece_squares + step * step * count * more / (count + more);
                        count += more;
                        average += step * more / count;
                    }
                }
                mean[block * 16 + lane] = average as f32;
                let variance = (squares / f64::max(count, 1.0)).max(0.0);
                deviation[block * 16 + lane] = (variance + f64::from(NORM_EPSILON)).sqrt() as f32;
            }
        }
    }

    /// Mean and deviation of each plane after an edit, from those before it and the sums of the pixels that it computed:
    /// piece 0 as they were and piece 1 as they are around the edit, pieces 2 and 3 in blocks far from it, as which
    /// everything that is kept is taken to change. Returns how far they are from the last exact pass: the root mean square
    /// over planes of the changes of mean and deviation, in that pass's deviations.
    pub(super) fn renew_statistics(&self, value: usize) -> f64 {
        let slot = self.plan.slots[value];
        let (blocks, pixels) = (slot.blocks(), slot.shape.pixels() as f64);
        // SAFETY: all tasks of this step have ended.
        let partials = unsafe { self.partials.slice(0, 4 * blocks * TALLY) };
        // SAFETY: as above; statistics are read only by later steps.
        let (mean, deviation) =
            unsafe { self.statistics.slice(self.statistics_at[value], blocks * 32) }.split_at_mut(blocks * 16);
        // SAFETY: written after the last exact pass only.
        let exact = unsafe { self.exact_statistics.slice(self.statistics_at[value], blocks * 32) };
        let (exact_mean, exact_deviation) = exact.split_at(blocks * 16);
        let mut squares = 0.0;
        for at in 0..blocks * 16 {
            let tallied = |piece: usize| moments(&partials[(piece * blocks + at / 16) * TALLY..], at % 16);
            let (average, spread) = (f64::from(mean[at]), f64::from(deviation[at]));
            // Everything is measured from the old mean, so that nothing large cancels.
            let about = |(count, piece_average, piece_squares): (f64, f64, f64)| {
                let offset = piece_average - average;
                (count * offset, piece_squares + count * offset * offset)
            };
            let change = |piece: usize| {
                let ((sum_before, squares_before), (sum_after, squares_after)) =
                    (about(tallied(piece)), about(tallied(piece + 1)));
                (sum_after - sum_before, squares_after - squares_before)
            };
            let ((sum, squares_in), (sum_far, squares_far)) = (change(0), change(2));
            // Each pixel of the far blocks stands for so many.
            let weight = (pixels - tallied(0).0) / tallied(2).0.max(1.0);
            let shift = (sum + weight * sum_far) / pixels;
            let epsilon = f64::from(NORM_EPSILON);
            let variance = spread * spread - epsilon + (squares_in + weight * squares_far) / pixels - shift * shift;
            let renewed = (variance.max(0.0) + epsilon).sqrt();
            (mean[at], deviation[at]) = ((average + shift) as f32, renewed as f32);
            // A plane that is flat says nothing, and its tiny deviation would say it loudly.
            let was = f64::from(exact_deviation[at]);
            if was > FLAT {
                let gone = f64::from(mean[at] - exact_mean[at]).powi(2) + (renewed - was).powi(2);
                squares += gone / (was * was);
            }
        }
        (squares / slot.shape.channels.max(1) as f64).sqrt()
    }

    /// Loads pixels `x..x + count` of row `y` of one block; both may lie in the border.
    ///
    /// # Safety
    /// `to` has room for them and nobody else writes there; a border is only asked for with [`Into::Store`].
    #[expect(clippy::too_many_arguments, reason = "a place and where it goes")]
    pub(super) unsafe fn load_row(
        &self,
        source: &Source,
        block: &Block,
        y: isize,
        x: isize,
        count: usize,
        to: *mut f32,
        into: Into,
    ) {
        let Some(row) = inside(y, source.height, source.border.mode) else {
            // SAFETY: `to` has room for `count` blocks.
            unsafe { std::ptr::write_bytes(to, 0, count * 16) };
            return;
        };
        let part = &source.parts[block.part];
        let slot = self.plan.slots[part.value];
        let row_at = block.index * slot.block() + row * source.width * 16;
        let span = |from: usize, count: usize, to: *mut f32| {
            let at = row_at + from * 16;
            let null = std::ptr::null();
            let padded = slot.blocks() * 16;
            let load = Load {
                scale: if part.norm.is_some() { self.norms.at(part.norm_at + block.index * 16) } else { null },
                shift: if part.norm.is_some() { self.norms.at(part.norm_at + padded + block.index * 16) } else { null },
                mask: part.mask_at.map_or(null, |mask| self.masks.at(mask + at).cast_const()),
                slope: part.slope,
            };
            // SAFETY: the row is inside the value, whose step has ended; `to` is ours.
            unsafe { (self.kernels.row)(self.arena.at(slot.offset + at), to, count, &load, into) };
        };
        let end = x + count as isize;
        let (first, last) = (x.clamp(0, source.width as isize), end.clamp(0, source.width as isize));
        if last > first {
            span(first as usize, (last - first) as usize, to.wrapping_add((first - x) as usize * 16));
        }
        for at in (x..first.min(end)).chain(last.max(x)..end) {
            let there = to.wrapping_add((at - x) as usize * 16);
            match inside(at, source.width, source.border.mode) {
                Some(column) => span(column, 1, there),
                // SAFETY: `to` has room for `count` blocks.
                None => unsafe { std::ptr::write_bytes(there, 0, 16) },
            }
        }
    }

    /// As [`Pass::load_row`], for block `block` of the operand's channels counted from its first part on.
    /// `spare` has room for `count` blocks.
    ///
    /// # Safety
    /// As [`Pass::load_row`]; `spare` belongs to the caller.
    #[expect(clippy::too_many_arguments, reason = "a place and where it goes")]
    pub(super) unsafe fn load_joined(
        &self,
        source: &Source,
        block: usize,
        y: isize,
        x: isize,
        count: usize,
        to: *mut f32,
        spare: *mut f32,
    ) {
        let (start, end) = (block * 16, (block * 16 + 16).min(source.channels));
        let mut pieces = source.blocks.iter().filter(|piece| piece.first < end && piece.first + piece.depth > start);
        if let Some(piece) = pieces.clone().next().filter(|piece| piece.first == start && piece.first + piece.depth == end) {
            // SAFETY: as promised by the caller.
            unsafe { self.load_row(source, piece, y, x, count, to, Into::Store) };
            return;
        }
        // SAFETY: as promised by the caller.
        unsafe { std::ptr::write_bytes(to, 0, count * 16) };
        pieces.by_ref().for_each(|piece| {
            let (from, until) = (piece.first.max(start), (piece.first + piece.depth).min(end));
            // SAFETY: as promised by the caller; lanes are within their blocks.
            unsafe {
                self.load_row(source, piece, y, x, count, spare, Into::Store);
                for pixel in 0..count {
                    let lanes = spare.add(pixel * 16 + from - piece.first);
                    std::ptr::copy_nonoverlapping(lanes, to.add(pixel * 16 + from - start), until - from);
                }
            }
        });
    }
}
