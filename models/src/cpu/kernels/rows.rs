//! Loops over the pixels of a row, one block of 16 planes at a time.

use super::lanes::Lanes;

/// How values change on the way in.
#[derive(Clone, Copy)]
pub(in crate::cpu) struct Load {
    /// Factor of each of the block's planes; null for none.
    pub(in crate::cpu) scale: *const f32,
    /// Term of each of the block's planes, if there are factors.
    pub(in crate::cpu) shift: *const f32,
    /// Dropout's factor of each value from the first pixel on; null for none.
    pub(in crate::cpu) mask: *const f32,
    /// Slope below zero; 1 for no rectifier.
    pub(in crate::cpu) slope: f32,
}

/// Where a loaded row goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::cpu) enum Into {
    /// It replaces what is there.
    Store,
    /// It is added.
    Add,
    /// What is there is multiplied by one more than it.
    Scale,
    /// The larger is kept.
    Max,
}

/// `pixels` blocks from `from` to `to`, changed as `load` says.
///
/// # Safety
/// All pointers reach `pixels * 16` numbers (vectors of `load`: 16); the processor has the features of `V`.
#[inline(always)]
pub(super) unsafe fn row<V: Lanes>(from: *const f32, to: *mut f32, pixels: usize, load: &Load, into: Into) {
    let plain = load.scale.is_null();
    let scale = if plain { V::splat(1.0) } else { V::load(load.scale) };
    let shift = if plain { V::splat(0.0) } else { V::load(load.shift) };
    let slope = V::splat(load.slope);
    let one = V::splat(1.0);
    for at in (0..pixels).map(|pixel| pixel * 16) {
        let mut x = V::load(from.add(at)).mul_add(scale, shift);
        if !load.mask.is_null() {
            x = x.mul(V::load(load.mask.add(at)));
        }
        x = x.max(x.mul(slope));
        let there = to.add(at);
        match into {
            Into::Store => x,
            Into::Add => V::load(there).add(x),
            Into::Scale => V::load(there).mul(x.add(one)),
            Into::Max => V::load(there).max(x),
        }
        .store(there);
    }
}

/// `to = a · x + b · y` over `pixels` blocks; `accumulate` adds it to what is there.
///
/// # Safety
/// As [`row`].
#[inline(always)]
pub(super) unsafe fn blend<V: Lanes>(
    x: *const f32,
    y: *const f32,
    to: *mut f32,
    pixels: usize,
    a: f32,
    b: f32,
    accumulate: bool,
) {
    let (a, b) = (V::splat(a), V::splat(b));
    for at in (0..pixels).map(|pixel| pixel * 16) {
        let start = if accumulate { V::load(to.add(at)) } else { V::splat(0.0) };
        let sum = V::load(x.add(at)).mul_add(a, V::load(y.add(at)).mul_add(b, start));
        sum.store(to.add(at));
    }
}

/// Adds the sums and sums of squares of `pixels` blocks to `sums`, `[2][16]`.
///
/// # Safety
/// As [`row`].
#[inline(always)]
pub(super) unsafe fn moments<V: Lanes>(from: *const f32, pixels: usize, sums: *mut f32) {
    let (mut sum, mut squares) = (V::load(sums), V::load(sums.add(16)));
    for at in (0..pixels).map(|pixel| pixel * 16) {
        let x = V::load(from.add(at));
        sum = sum.add(x);
        squares = x.mul_add(x, squares);
    }
    sum.store(sums);
    squares.store(sums.add(16));
}

/// Adds up columns of a weight table: for `blocks` blocks, `to = bias + sum of columns`.
///
/// # Safety
/// Each column and `bias` has `blocks * 16` numbers; output blocks lie `out_block` apart.
#[inline(always)]
pub(super) unsafe fn gather<V: Lanes>(columns: &[*const f32], bias: *const f32, to: *mut f32, out_block: usize, blocks: usize) {
    for block in 0..blocks {
        // Two sums, because each waits for the one before.
        let mut even = V::load(bias.add(block * 16));
        let mut odd = V::splat(0.0);
        let (pairs, rest) = columns.as_chunks::<2>();
        for [first, second] in pairs {
            even = even.add(V::load(first.add(block * 16)));
            odd = odd.add(V::load(second.add(block * 16)));
        }
        for column in rest {
            even = even.add(V::load(column.add(block * 16)));
        }
        even.add(odd).store(to.add(block * out_block));
    }
}
