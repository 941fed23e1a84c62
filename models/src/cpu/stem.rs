//! The first layer of a network that reads a label map: its one-hot planes are never made.
//!
//! Exactly one plane is 1 at each pixel, so a kernel position adds one column of the weights. Where a kernel row sees
//! one class only, the row's sum was made beforehand; where the whole kernel does, so was the kernel's.

use crate::incremental::Rect;

use super::Pass;
use super::plan::{ConvPlan, Slot, Source};
use super::source::inside;
use super::team::Scratch;
use super::weights::Packed;

impl Pass<'_> {
    /// Bias and label columns of the rectangle's pixels; the other parts of the input are added afterwards.
    #[expect(clippy::too_many_arguments, reason = "which piece of which step")]
    pub(super) fn gather_labels(
        &self,
        packed: &Packed,
        conv: &ConvPlan,
        source: &Source,
        slot: Slot,
        rect: &Rect,
        blocks: std::ops::Range<usize>,
        scratch: &mut Scratch,
    ) {
        let (Some(table), Some(labels)) = (&packed.labels, self.input.labels.as_deref()) else { return };
        let (kernel, stride) = (conv.kernel, conv.in_stride);
        let border = source.border.amount as isize;
        let (width, height) = ((rect.width - 1) * stride + kernel, (rect.height - 1) * stride + kernel);
        let Scratch { ids, runs, .. } = scratch;
        ids.clear();
        runs.clear();
        runs.resize(width * height, 1);
        for y in 0..height {
            let row = inside((rect.y * stride + y) as isize - border, source.height, source.border.mode);
            for x in 0..width {
                let column = inside((rect.x * stride + x) as isize - border, source.width, source.border.mode);
                let id = row.zip(column).map_or(table.classes as u8, |(row, column)| labels[row * source.width + column]);
                ids.push(id);
            }
            for x in (0..width - 1).rev() {
                let at = y * width + x;
                if ids[at] == ids[at + 1] {
                    runs[at] = runs[at + 1].saturating_add(1);
                }
            }
        }
        let planes = packed.blocks() * 16;
        let first_plane = blocks.start * 16;
        let (columns, rows, kernels) = (table.columns.start(), table.rows.start(), table.kernels.start());
        // One column for each kernel position at most.
        let mut found: Vec<*const f32> = Vec::with_capacity(kernel * kernel);
        for y in 0..rect.height {
            for x in 0..rect.width {
                found.clear();
                let corner = y * stride * width + x * stride;
                let uniform = |row: usize| usize::from(runs[corner + row * width]) >= kernel;
                if (0..kernel).all(|row| uniform(row) && ids[corner + row * width] == ids[corner]) {
                    found.push(kernels.wrapping_add(usize::from(ids[corner]) * planes + first_plane));
                } else {
                    for row in 0..kernel {
                        let at = corner + row * width;
                        if uniform(row) {
                            found.push(rows.wrapping_add((usize::from(ids[at]) * kernel + row) * planes + first_plane));
                            continue;
                        }
                        found.extend((0..kernel).map(|column| {
                            let entry = (usize::from(ids[at + column]) * kernel + row) * kernel + column;
                            columns.wrapping_add(entry * planes + first_plane)
                        }));
                    }
                }
                let out = slot.offset + blocks.start * slot.block() + ((rect.y + y) * slot.shape.width + rect.x + x) * 16;
                let bias = packed.bias.start().wrapping_add(first_plane);
                // SAFETY: tables have a row for every class and one for what is outside; ids were checked against the
                // number of classes when the run began; these pixels belong to this task.
                unsafe { (self.kernels.gather)(&found, bias, self.arena.at(out), slot.block(), blocks.len()) };
            }
        }
    }
}
