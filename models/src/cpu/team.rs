//! The threads of one executor and what each of them keeps.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::cells::Buffer;
use super::kernels::Tap;

/// What one thread needs while it works on a task.
#[derive(Default)]
pub(super) struct Scratch {
    /// A part of a step's input, loaded and bordered.
    pub(super) packed: Buffer,
    /// Input again, ordered by kernel position, for small pictures; or single rows.
    pub(super) columns: Buffer,
    /// Results that are not yet where they belong.
    pub(super) results: Buffer,
    /// Kernel positions.
    pub(super) taps: Vec<Tap>,
    /// Class ids of a piece and its border.
    pub(super) ids: Vec<u8>,
    /// How many equal ids follow each.
    pub(super) runs: Vec<u8>,
}

impl Scratch {
    pub(super) fn bytes(&self) -> usize {
        (self.packed.len() + self.columns.len() + self.results.len()) * 4
    }
}

/// Runs `task(0..count)` in order on as many threads as there are scratches; must be called inside a thread pool.
pub(super) fn each(scratches: &mut [Scratch], count: usize, task: impl Fn(usize, &mut Scratch) + Sync) {
    if count == 1 {
        task(0, &mut scratches[0]);
        return;
    }
    let next = AtomicUsize::new(0);
    scratches.par_iter_mut().with_max_len(1).for_each(|scratch| {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= count {
                break;
            }
            task(index, scratch);
        }
    });
}
