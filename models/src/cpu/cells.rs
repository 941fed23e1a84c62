//! Memory that several threads write at once, each its own part.

/// One cache line, so that buffers of them start at one.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line(#[expect(dead_code, reason = "read and written through Cells")] [f32; 16]);

/// A buffer of numbers that starts at a cache line, all zero at first.
#[derive(Default)]
pub(super) struct Buffer {
    lines: Vec<Line>,
}

/// A buffer's memory. Whoever reads or writes through it makes sure that nobody writes the same place meanwhile.
#[derive(Clone, Copy)]
pub(super) struct Cells {
    start: *mut f32,
    #[cfg(debug_assertions)]
    len: usize,
}

// SAFETY: a pointer alone does nothing; each access is in an unsafe block that says why it does not race.
unsafe impl Send for Cells {}
// SAFETY: as above.
unsafe impl Sync for Cells {}

impl Buffer {
    /// Room for `len` numbers.
    pub(super) fn new(len: usize) -> Self {
        Self { lines: vec![Line([0.0; 16]); len.div_ceil(16)] }
    }

    /// Makes room for `len` numbers; what was there may stay or go.
    pub(super) fn reserve(&mut self, len: usize) {
        if self.lines.len() < len.div_ceil(16) {
            *self = Self::new(len);
        }
    }

    /// Takes over what an equally long buffer holds.
    pub(super) fn copy_from(&mut self, other: &Self) {
        self.lines.clone_from(&other.lines);
    }

    pub(super) fn len(&self) -> usize {
        self.lines.len() * 16
    }

    /// The first number.
    pub(super) fn start(&self) -> *const f32 {
        self.lines.as_ptr().cast()
    }

    /// All numbers, for whoever has the buffer alone.
    pub(super) fn numbers(&mut self) -> &mut [f32] {
        // SAFETY: lines are sixteen numbers each without gaps, and the buffer is borrowed mutably.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), self.lines.len() * 16) }
    }

    pub(super) fn cells(&mut self) -> Cells {
        Cells {
            start: self.lines.as_mut_ptr().cast(),
            #[cfg(debug_assertions)]
            len: self.lines.len() * 16,
        }
    }
}

impl Cells {
    /// The place of number `index`.
    pub(super) fn at(self, index: usize) -> *mut f32 {
        #[cfg(debug_assertions)]
        debug_assert!(index <= self.len, "{index} is outside of a buffer of {}", self.len);
        self.start.wrapping_add(index)
    }

    /// `len` numbers from `index` on.
    ///
    /// # Safety
    /// They are inside the buffer and nobody else uses them while the slice lives.
    #[expect(clippy::mut_from_ref, reason = "the caller promises that nobody else uses them")]
    pub(super) unsafe fn slice(&self, index: usize, len: usize) -> &mut [f32] {
        // SAFETY: as promised by the caller.
        unsafe { std::slice::from_raw_parts_mut(self.at(index), len) }
    }
}
