//! Steps without weights: copies, sums, modulation, pools and resizes.

use crate::fuse::Work;
use crate::graph::Filter;
use crate::incremental::Rect;

use super::Pass;
use super::kernels::Into;
use super::plan::{Slot, Source, StepPlan};
use super::team::{Scratch, each};

impl Pass<'_> {
    /// Computes the rectangles; each is a piece with sums of its own.
    pub(super) fn simple(&self, step: &StepPlan, value: usize, rects: &[Rect], team: &mut [Scratch]) {
        let slot = self.plan.slots[value];
        let blocks = slot.blocks();
        each(team, rects.len() * blocks, |task, scratch| {
            let (piece, block) = (task / blocks, task % blocks);
            let rect = rects[piece];
            match step.work {
                Work::AvgPool { kernel, stride, padding } => {
                    self.average(step, slot, &rect, block, [kernel, stride, padding], scratch);
                }
                Work::MaxPool { kernel, stride } => self.maximum(step, slot, &rect, block, [kernel, stride], scratch),
                Work::Resize { filter } => self.resize(step, slot, &rect, block, filter, scratch),
                Work::Add => self.by_rows(step, slot, &rect, block, &[Into::Add], scratch),
                Work::Spade => self.by_rows(step, slot, &rect, block, &[Into::Scale, Into::Add], scratch),
                _ => self.by_rows(step, slot, &rect, block, &[], scratch),
            }
            self.activate(step, slot, &rect, block..block + 1);
            let sums = self.partial(step, blocks, piece, block..block + 1);
            if !sums.is_null() {
                self.add_moments(slot, &rect, block..block + 1, sums);
            }
        });
    }

    /// The first operand, and each of the others into it.
    fn by_rows(&self, step: &StepPlan, slot: Slot, rect: &Rect, block: usize, rest: &[Into], scratch: &mut Scratch) {
        scratch.columns.reserve(2 * rect.width * 16);
        let spare = scratch.columns.cells();
        let row = spare.at(rect.width * 16);
        for y in rect.y..rect.y + rect.height {
            let to = self.arena.at(slot.offset + block * slot.block() + (y * slot.shape.width + rect.x) * 16);
            // The border of a copy is part of its result.
            let border = step.sources[0].border.amount as isize;
            let (at_x, at_y) = (rect.x as isize - border, y as isize - border);
            // SAFETY: these pixels belong to this task, the spare rows to this thread.
            unsafe {
                self.load_joined(&step.sources[0], block, at_y, at_x, rect.width, to, spare.at(0));
                for (source, &into) in step.sources[1..].iter().zip(rest) {
                    self.load_joined(source, block, at_y, at_x, rect.width, row, spare.at(0));
                    (self.kernels.row)(row, to, rect.width, &super::UNCHANGED, into);
                }
            }
        }
    }

    /// Loads columns `x..x + count` of row `y` of the operand's block into row `which` of the thread's rows.
    #[expect(clippy::too_many_arguments, reason = "a place and where it goes")]
    fn spare_row(
        &self,
        source: &Source,
        block: usize,
        y: usize,
        x: usize,
        count: usize,
        which: usize,
        scratch: &mut Scratch,
    ) -> *mut f32 {
        scratch.columns.reserve(4 * count * 16);
        let cells = scratch.columns.cells();
        let to = cells.at((which + 1) * count * 16);
        // SAFETY: four rows of `count` blocks, all this thread's.
        unsafe { self.load_joined(source, block, y as isize, x as isize, count, to, cells.at(0)) };
        to
    }

    fn average(&self, step: &StepPlan, slot: Slot, rect: &Rect, block: usize, window: [usize; 3], scratch: &mut Scratch) {
        let [kernel, stride, padding] = window;
        let source = &step.sources[0];
        let line = |at: usize, length: usize| {
            let start = at * stride;
            start.saturating_sub(padding)..(start + kernel).saturating_sub(padding).min(length)
        };
        let first = line(rect.x, source.width).start;
        let end = line(rect.x + rect.width - 1, source.width).end.max(first);
        for y in rect.y..rect.y + rect.height {
            let rows = line(y, source.height);
            let out = |x: usize| self.arena.at(slot.offset + block * slot.block() + (y * slot.shape.width + x) * 16);
            for x in rect.x..rect.x + rect.width {
                // SAFETY: these pixels belong to this task.
                unsafe { std::ptr::write_bytes(out(x), 0, 16) };
            }
            for row in rows.clone() {
                let dense =
                    (!source.blocks.is_empty()).then(|| self.spare_row(source, block, row, first, end - first, 0, scratch));
                for x in rect.x..rect.x + rect.width {
                    let columns = line(x, source.width);
                    let weight = 1.0 / (rows.len() * columns.len()) as f32;
                    if let Some(from) = dense {
                        for column in columns.clone() {
                            let from = from.wrapping_add((column - first) * 16);
                            // SAFETY: the row holds these columns; these pixels belong to this task.
                            unsafe { (self.kernels.blend)(from, from, out(x), 1, weight, 0.0, true) };
                        }
                    }
                    for column in columns.filter(|_| source.labels) {
                        let id = usize::from(self.label(row * source.width + column));
                        if id / 16 == block {
                            // SAFETY: as above.
                            unsafe { *out(x).add(id % 16) += weight };
                        }
                    }
                }
            }
        }
    }

    fn maximum(&self, step: &StepPlan, slot: Slot, rect: &Rect, block: usize, window: [usize; 2], scratch: &mut Scratch) {
        let [kernel, stride] = window;
        let source = &step.sources[0];
        let line = |at: usize, length: usize| at * stride..(at * stride + kernel).min(length);
        let first = rect.x * stride;
        let end = line(rect.x + rect.width - 1, source.width).end;
        for y in rect.y..rect.y + rect.height {
            for (nth, row) in line(y, source.height).enumerate() {
                let from = self.spare_row(source, block, row, first, end - first, 0, scratch);
                for x in rect.x..rect.x + rect.width {
                    let out = self.arena.at(slot.offset + block * slot.block() + (y * slot.shape.width + x) * 16);
                    for (mth, column) in line(x, source.width).enumerate() {
                        let into = if nth + mth == 0 { Into::Store } else { Into::Max };
                        let from = from.wrapping_add((column - first) * 16);
                        // SAFETY: the row holds these columns; these pixels belong to this task.
                        unsafe { (self.kernels.row)(from, out, 1, &super::UNCHANGED, into) };
                    }
                }
            }
        }
    }

    fn resize(&self, step: &StepPlan, slot: Slot, rect: &Rect, block: usize, filter: Filter, scratch: &mut Scratch) {
        let source = &step.sources[0];
        // The two samples around an output and the weight of the second.
        let line = |at: usize, from: usize, to: usize| match filter {
            Filter::Nearest => (at * from / to, at * from / to, 0.0),
            Filter::Bilinear => {
                let place = ((at as f32 + 0.5) * from as f32 / to as f32 - 0.5).max(0.0);
                let first = (place as usize).min(from - 1);
                (first, (first + 1).min(from - 1), place - first as f32)
            }
        };
        let width = slot.shape.width;
        let first = line(rect.x, source.width, width).0;
        let count = line(rect.x + rect.width - 1, source.width, width).1 + 1 - first;
        for y in rect.y..rect.y + rect.height {
            let (above, below, down) = line(y, source.height, slot.shape.height);
            // Space for all rows first: a later reserve would move them.
            scratch.columns.reserve(4 * count * 16);
            let upper = self.spare_row(source, block, above, first, count, 0, scratch);
            if down > 0.0 {
                let lower = self.spare_row(source, block, below, first, count, 1, scratch);
                // SAFETY: rows of this thread.
                unsafe { (self.kernels.blend)(upper, lower, upper, count, 1.0 - down, down, false) };
            }
            for x in rect.x..rect.x + rect.width {
                let (left, right, across) = line(x, source.width, width);
                let at = |column: usize| upper.wrapping_add((column - first) * 16).cast_const();
                let out = self.arena.at(slot.offset + block * slot.block() + (y * width + x) * 16);
                // SAFETY: the row holds both columns; these pixels belong to this task.
                unsafe { (self.kernels.blend)(at(left), at(right), out, 1, 1.0 - across, across, false) };
            }
        }
    }
}
