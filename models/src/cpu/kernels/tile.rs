//! The inner loops of convolutions: a few pixels of a row times one or two blocks of output planes.

use std::ffi::c_void;

use super::lanes::Lanes;
use super::rows::TALLY;

/// Where a kernel position's values of one input block lie, from the first pixel of the tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cpu) struct Tap {
    /// Numbers to skip.
    pub(in crate::cpu) offset: u32,
    /// How many of the block's planes there are.
    pub(in crate::cpu) depth: u32,
    /// Row of its first plane in the packed weights; in a narrow kernel, its place among all taps.
    pub(in crate::cpu) row: u32,
}

/// One call of a tile kernel.
pub(in crate::cpu) struct Tile {
    /// What is summed up.
    pub(in crate::cpu) taps: *const Tap,
    /// How many.
    pub(in crate::cpu) tap_count: usize,
    /// Packed input at the tile's first pixel, blocks of 16 planes.
    pub(in crate::cpu) input: *const f32,
    /// Packed weights of these output blocks: `f32`, or float16 for kernels of halves.
    pub(in crate::cpu) weights: *const c_void,
    /// What to start from, a number for each plane; null to go on from what `out` holds.
    pub(in crate::cpu) bias: *const f32,
    /// The tile's first pixel in the first output block.
    pub(in crate::cpu) out: *mut f32,
    /// From one output block to the next.
    pub(in crate::cpu) out_block: usize,
    /// From one output pixel to the next.
    pub(in crate::cpu) out_pixel: usize,
    /// Where the blocks' statistics are added up, [`TALLY`] numbers each; null if nobody needs them.
    pub(in crate::cpu) sums: *mut f32,
}

/// `PIXELS` pixels, `STRIDE` blocks apart in the input, times `BLOCKS` blocks of 16 output planes; weights are float16 if
/// `HALF`.
///
/// # Safety
/// All pointers of `tile` reach as far as its counts say; the processor has the features of `V`.
#[inline(always)]
pub(super) unsafe fn tile<V: Lanes, const PIXELS: usize, const BLOCKS: usize, const STRIDE: usize, const HALF: bool>(
    tile: &Tile,
) {
    let mut sums = [[V::splat(0.0); PIXELS]; BLOCKS];
    for block in 0..BLOCKS {
        for pixel in 0..PIXELS {
            sums[block][pixel] = if tile.bias.is_null() {
                V::load(tile.out.add(block * tile.out_block + pixel * tile.out_pixel))
            } else {
                V::load(tile.bias.add(block * 16))
            };
        }
    }
    for tap in 0..tile.tap_count {
        let Tap { offset, depth, row } = *tile.taps.add(tap);
        let input = tile.input.add(offset as usize);
        let mut weights = row as usize * BLOCKS * 16;
        for plane in 0..depth as usize {
            let mut row = [V::splat(0.0); BLOCKS];
            for block in 0..BLOCKS {
                let at = weights + block * 16;
                row[block] = if HALF {
                    V::load_half(tile.weights.cast::<u16>().add(at))
                } else {
                    V::load(tile.weights.cast::<f32>().add(at))
                };
            }
            weights += BLOCKS * 16;
            for pixel in 0..PIXELS {
                let x = V::splat(*input.add(pixel * STRIDE * 16 + plane));
                for block in 0..BLOCKS {
                    sums[block][pixel] = x.mul_add(row[block], sums[block][pixel]);
                }
            }
        }
    }
    for block in 0..BLOCKS {
        for pixel in 0..PIXELS {
            sums[block][pixel].store(tile.out.add(block * tile.out_block + pixel * tile.out_pixel));
        }
    }
    if !tile.sums.is_null() {
        for block in 0..BLOCKS {
            super::rows::tally::<V, PIXELS>(tile.sums.add(block * TALLY), &sums[block], PIXELS);
        }
    }
}

/// As [`tile`], for at most four output planes: the sixteen lanes are input planes, summed at the end.
///
/// Weights are `[tap][PLANES][16]`; `bias` and `out` have 16 lanes of which `PLANES` are used; there are no sums.
///
/// # Safety
/// As [`tile`].
#[inline(always)]
pub(super) unsafe fn narrow_tile<V: Lanes, const PIXELS: usize, const PLANES: usize, const STRIDE: usize>(tile: &Tile) {
    let mut sums = [[V::splat(0.0); PLANES]; PIXELS];
    for tap in 0..tile.tap_count {
        let Tap { offset, row, .. } = *tile.taps.add(tap);
        let input = tile.input.add(offset as usize);
        let weights = tile.weights.cast::<f32>().add(row as usize * PLANES * 16);
        let mut rows = [V::splat(0.0); PLANES];
        for plane in 0..PLANES {
            rows[plane] = V::load(weights.add(plane * 16));
        }
        for pixel in 0..PIXELS {
            let x = V::load(input.add(pixel * STRIDE * 16));
            for plane in 0..PLANES {
                sums[pixel][plane] = x.mul_add(rows[plane], sums[pixel][plane]);
            }
        }
    }
    for pixel in 0..PIXELS {
        let out = tile.out.add(pixel * tile.out_pixel);
        for plane in 0..PLANES {
            let before = if tile.bias.is_null() { *out.add(plane) } else { *tile.bias.add(plane) };
            *out.add(plane) = before + sums[pixel][plane].sum();
        }
        if !tile.bias.is_null() {
            for plane in PLANES..16 {
                *out.add(plane) = 0.0;
            }
        }
    }
}
