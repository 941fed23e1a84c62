//! Winograd's F(4x4, 3x3): a 3x3 convolution of 4x4 pixels as 36 products in place of 144
//! (Lavin and Gray 2016; points 0, ±1, ±2 and infinity).

use super::lanes::Lanes;

/// Products of a tile.
pub(in crate::cpu) const PRODUCTS: usize = 36;

/// Brings 6x6 pixels of one block to the 36 products' left factors, `to_step` apart.
///
/// # Safety
/// `from` reaches six rows of six pixels, `row` apart; the processor has the features of `V`.
#[inline(always)]
pub(super) unsafe fn forward<V: Lanes>(from: *const f32, row: usize, to: *mut f32, to_step: usize) {
    let mut columns = [[V::splat(0.0); 6]; 6];
    for x in 0..6 {
        let mut column = [V::splat(0.0); 6];
        for y in 0..6 {
            column[y] = V::load(from.add(y * row + x * 16));
        }
        column = forward_line(column);
        for y in 0..6 {
            columns[y][x] = column[y];
        }
    }
    for y in 0..6 {
        let line = forward_line(columns[y]);
        for x in 0..6 {
            line[x].store(to.add((y * 6 + x) * to_step));
        }
    }
}

#[inline(always)]
unsafe fn forward_line<V: Lanes>(d: [V; 6]) -> [V; 6] {
    let (two, four, minus_four, minus_five) = (V::splat(2.0), V::splat(4.0), V::splat(-4.0), V::splat(-5.0));
    let even = d[2].mul_add(minus_four, d[4]);
    let odd = d[1].mul_add(minus_four, d[3]);
    let wide_even = d[4].sub(d[2]);
    let wide_odd = d[3].sub(d[1]).mul(two);
    [
        d[0].mul_add(four, d[2].mul_add(minus_five, d[4])),
        even.add(odd),
        even.sub(odd),
        wide_even.add(wide_odd),
        wide_even.sub(wide_odd),
        d[1].mul_add(four, d[3].mul_add(minus_five, d[5])),
    ]
}

/// Where a tile of results goes.
pub(in crate::cpu) struct Backward {
    /// The 36 products of one block.
    pub(in crate::cpu) from: *const f32,
    /// From one product to the next.
    pub(in crate::cpu) step: usize,
    /// Bias of the block.
    pub(in crate::cpu) bias: *const f32,
    /// First pixel.
    pub(in crate::cpu) out: *mut f32,
    /// From one output row to the next.
    pub(in crate::cpu) row: usize,
    /// Columns inside the picture, at most 4.
    pub(in crate::cpu) width: usize,
    /// Rows inside the picture, at most 4.
    pub(in crate::cpu) height: usize,
    /// `[2][16]`, as in [`super::Tile`]; null for none.
    pub(in crate::cpu) sums: *mut f32,
}

/// Brings 36 products to 4x4 pixels.
///
/// # Safety
/// The pointers of `tile` reach as far as its counts say; the processor has the features of `V`.
#[inline(always)]
pub(super) unsafe fn backward<V: Lanes>(tile: &Backward) {
    let mut columns = [[V::splat(0.0); 6]; 4];
    for x in 0..6 {
        let mut column = [V::splat(0.0); 6];
        for y in 0..6 {
            column[y] = V::load(tile.from.add((y * 6 + x) * tile.step));
        }
        let column = backward_line(column);
        for y in 0..4 {
            columns[y][x] = column[y];
        }
    }
    let bias = V::load(tile.bias);
    let (mut sum, mut squares) = (V::splat(0.0), V::splat(0.0));
    for y in 0..tile.height {
        let line = backward_line(columns[y]);
        for x in 0..4 {
            if x < tile.width {
                let value = line[x].add(bias);
                sum = sum.add(value);
                squares = value.mul_add(value, squares);
                value.store(tile.out.add(y * tile.row + x * 16));
            }
        }
    }
    if !tile.sums.is_null() {
        sum.add(V::load(tile.sums)).store(tile.sums);
        squares.add(V::load(tile.sums.add(16))).store(tile.sums.add(16));
    }
}

#[inline(always)]
unsafe fn backward_line<V: Lanes>(m: [V; 6]) -> [V; 4] {
    let (near_sum, near_difference) = (m[1].add(m[2]), m[1].sub(m[2]));
    let (far_sum, far_difference) = (m[3].add(m[4]), m[3].sub(m[4]));
    [
        m[0].add(near_sum).add(far_sum),
        far_difference.mul_add(V::splat(2.0), near_difference),
        far_sum.mul_add(V::splat(4.0), near_sum),
        far_difference.mul_add(V::splat(8.0), near_difference).add(m[5]),
    ]
}

/// A 3x3 kernel as the 36 products' right factors.
pub(in crate::cpu) fn kernel_factors(kernel: &[f32; 9]) -> [f32; PRODUCTS] {
    let lines = |g: [f64; 3]| {
        let (even, odd) = ((g[0] + g[2]) / 6.0, g[1] / 6.0);
        let (far_even, far_odd) = (g[0] / 24.0 + g[2] / 6.0, g[1] / 12.0);
        [g[0] / 4.0, -even - odd, odd - even, far_even + far_odd, far_even - far_odd, g[2]]
    };
    let columns = [0, 1, 2].map(|x| lines([0, 1, 2].map(|y| f64::from(kernel[y * 3 + x]))));
    let mut factors = [0.0; PRODUCTS];
    for y in 0..6 {
        for (x, value) in lines([columns[0][y], columns[1][y], columns[2][y]]).into_iter().enumerate() {
            factors[y * 6 + x] = value as f32;
        }
    }
    factors
}
