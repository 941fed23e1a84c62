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

/// Numbers of a block's statistics: sums and sums of squares of differences from a reference, the reference, and in the
/// last sixteen the number of pixels. A reference among the values keeps the variance exact where the mean is large.
pub(in crate::cpu) const TALLY: usize = 64;

/// Adds the first `count` of `values` to statistics that start as zeros.
///
/// # Safety
/// `at` has [`TALLY`] numbers; the processor has the features of `V`.
#[inline(always)]
pub(super) unsafe fn tally<V: Lanes, const N: usize>(at: *mut f32, values: &[V; N], count: usize) {
    let before = *at.add(48);
    if before == 0.0 {
        values[0].store(at.add(32));
    }
    let reference = V::load(at.add(32));
    let (mut sum, mut squares) = (V::load(at), V::load(at.add(16)));
    for index in 0..N {
        if index < count {
            let difference = values[index].sub(reference);
            sum = sum.add(difference);
            squares = difference.mul_add(difference, squares);
        }
    }
    sum.store(at);
    squares.store(at.add(16));
    *at.add(48) = before + count as f32;
}

/// Adds `pixels` blocks to statistics; see [`tally`].
///
/// # Safety
/// As [`row`] and [`tally`].
#[inline(always)]
pub(super) unsafe fn moments<V: Lanes>(from: *const f32, pixels: usize, sums: *mut f32) {
    for first in (0..pixels).step_by(4) {
        let count = (pixels - first).min(4);
        let values = [0, 1, 2, 3].map(|index: usize| V::load(from.add((first + index.min(count - 1)) * 16)));
        tally(sums, &values, count);
    }
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

/// `gain · tanh(x · gain) + offset` in place: tanh with a gain of 1, the logistic function with a gain and offset of 1/2.
///
/// The rational approximation is Eigen's; it is within a few units in the last place.
///
/// # Safety
/// As [`row`].
#[inline(always)]
pub(super) unsafe fn squash<V: Lanes>(at: *mut f32, pixels: usize, gain: f32, offset: f32) {
    const NUMERATOR: [f32; 7] =
        [-2.760_768_5e-16, 2.000_188e-13, -8.604_672e-11, 5.122_297_1e-8, 1.485_722_4e-5, 6.372_619_3e-4, 4.893_524_6e-3];
    const DENOMINATOR: [f32; 4] = [1.198_258_4e-6, 1.185_347_1e-4, 2.268_434_6e-3, 4.893_525e-3];
    const LIMIT: f32 = 7.905_311;
    let (gain, offset) = (V::splat(gain), V::splat(offset));
    for at in (0..pixels).map(|pixel| at.add(pixel * 16)) {
        let x = V::load(at).mul(gain).max(V::splat(-LIMIT)).min(V::splat(LIMIT));
        let square = x.mul(x);
        let mut above = V::splat(NUMERATOR[0]);
        for coefficient in &NUMERATOR[1..] {
            above = above.mul_add(square, V::splat(*coefficient));
        }
        let mut below = V::splat(DENOMINATOR[0]);
        for coefficient in &DENOMINATOR[1..] {
            below = below.mul_add(square, V::splat(*coefficient));
        }
        x.mul(above).div(below).mul_add(gain, offset).store(at);
    }
}
