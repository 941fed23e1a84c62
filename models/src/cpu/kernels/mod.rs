//! Inner loops, compiled once for each kind of vectors and chosen when the program runs.
//!
//! Every loop is written once over [`lanes::Lanes`]; a macro wraps it in functions that enable a processor feature.

#![expect(unsafe_op_in_unsafe_fn, reason = "these functions are inner loops whose whole body relies on their contract")]
#![expect(clippy::needless_range_loop, reason = "loops over registers are unrolled when they count constants")]
#![expect(clippy::inline_always, reason = "vector operations must be compiled into the function that enables them")]

mod lanes;
mod rows;
mod tile;
mod winograd;

pub(super) use rows::{Into, Load, TALLY};
pub(super) use tile::{Tap, Tile};
pub(super) use winograd::{Backward, PRODUCTS, kernel_factors};

use super::cells::Buffer;

type TileKernel = unsafe fn(&Tile);

/// Most pixels of any tile kernel.
const MOST_PIXELS: usize = 14;

/// The loops for one kind of vectors.
pub(super) struct Kernels {
    /// What the vectors are called.
    pub(super) name: &'static str,
    /// Pixels that a tile may have at most.
    pub(super) pixels: usize,
    /// Blocks of output planes that a tile may have at most.
    pub(super) blocks: usize,
    /// Pixels that a narrow tile may have at most.
    pub(super) narrow_pixels: usize,
    /// For weights of 32 and of 16 bits: by stride, blocks and pixels, each from 1.
    tiles: [[[[TileKernel; MOST_PIXELS]; 2]; 2]; 2],
    /// By stride, planes and pixels, each from 1.
    narrow: [[[TileKernel; 6]; 4]; 2],
    /// See [`rows::row`].
    pub(super) row: unsafe fn(*const f32, *mut f32, usize, &Load, Into),
    /// See [`rows::blend`].
    pub(super) blend: unsafe fn(*const f32, *const f32, *mut f32, usize, f32, f32, bool),
    /// See [`rows::moments`].
    pub(super) moments: unsafe fn(*const f32, usize, *mut f32),
    /// See [`rows::gather`].
    pub(super) gather: unsafe fn(&[*const f32], *const f32, *mut f32, usize, usize),
    /// See [`rows::squash`].
    pub(super) squash: unsafe fn(*mut f32, usize, f32, f32),
    /// See [`winograd::forward`].
    pub(super) forward: unsafe fn(*const f32, usize, *mut f32, usize),
    /// See [`winograd::backward`].
    pub(super) backward: unsafe fn(&Backward),
}

impl Kernels {
    /// The tile kernel for these counts, for weights in float16 if `half`.
    pub(super) fn tile(&self, half: bool, stride: usize, blocks: usize, pixels: usize) -> TileKernel {
        self.tiles[usize::from(half)][stride - 1][blocks - 1][pixels - 1]
    }

    /// The narrow tile kernel for these counts.
    pub(super) fn narrow(&self, stride: usize, planes: usize, pixels: usize) -> TileKernel {
        self.narrow[stride - 1][planes - 1][pixels - 1]
    }

    /// Multiply-adds of a round of [`Kernels::exercise`].
    pub(super) fn exercise_cost(&self) -> f64 {
        (self.pixels * self.blocks * 16 * 8 * 16) as f64
    }

    /// Runs the largest tile kernel again and again over eight blocks of input in `memory`.
    pub(super) fn exercise(&self, memory: &mut Buffer, rounds: usize) {
        let input = self.pixels * 8 * 16;
        let weights = 8 * 16 * self.blocks * 16;
        memory.reserve(input + weights + (self.pixels + 1) * self.blocks * 16);
        memory.numbers().fill(0.0);
        let cells = memory.cells();
        let taps: [Tap; 8] =
            std::array::from_fn(|tap| Tap { offset: (tap * self.pixels * 16) as u32, depth: 16, row: tap as u32 * 16 });
        let bias = input + weights;
        let tile = Tile {
            taps: taps.as_ptr(),
            tap_count: taps.len(),
            input: cells.at(0),
            weights: cells.at(input).cast_const().cast(),
            bias: cells.at(bias),
            out: cells.at(bias + self.blocks * 16),
            out_block: self.pixels * 16,
            out_pixel: 16,
            sums: std::ptr::null_mut(),
        };
        for _ in 0..rounds {
            // SAFETY: the buffer was made for exactly this, and the kernel was chosen for this processor.
            unsafe { self.tile(false, 1, self.blocks, self.pixels)(&tile) };
        }
    }

    /// All loops that this processor runs, the fastest first.
    pub(super) fn available() -> Vec<&'static Self> {
        let mut found: Vec<&'static Self> = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f") {
                found.push(&avx512::KERNELS);
            }
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") && is_x86_feature_detected!("f16c") {
                found.push(&avx2::KERNELS);
            }
        }
        #[cfg(target_arch = "aarch64")]
        if std::arch::is_aarch64_feature_detected!("neon") {
            found.push(&neon::KERNELS);
        }
        found.push(&portable::KERNELS);
        found
    }
}

/// Compiles every loop for one kind of vectors.
macro_rules! kernels {
    ($module:ident, $lanes:ident, $name:literal, [$($feature:meta)?], $pixels:literal, $blocks:literal, $narrow:literal) => {
        mod $module {
            use super::lanes::$lanes as V;
            use super::{Backward, Into, Kernels, Load, Tile, TileKernel};

            $(#[$feature])?
            unsafe fn tile<const P: usize, const B: usize, const S: usize, const H: bool>(tile: &Tile) {
                // A kernel larger than the registers is never asked for; do not compile it.
                if P <= $pixels && B <= $blocks {
                    super::tile::tile::<V, P, B, S, H>(tile);
                }
            }
            $(#[$feature])?
            unsafe fn narrow<const P: usize, const N: usize, const S: usize>(tile: &Tile) {
                if P <= $narrow {
                    super::tile::narrow_tile::<V, P, N, S>(tile);
                }
            }
            $(#[$feature])?
            unsafe fn row(from: *const f32, to: *mut f32, pixels: usize, load: &Load, into: Into) {
                match into {
                    Into::Store => super::rows::row::<V>(from, to, pixels, load, Into::Store),
                    Into::Add => super::rows::row::<V>(from, to, pixels, load, Into::Add),
                    Into::Scale => super::rows::row::<V>(from, to, pixels, load, Into::Scale),
                    Into::Max => super::rows::row::<V>(from, to, pixels, load, Into::Max),
                }
            }
            $(#[$feature])?
            unsafe fn blend(x: *const f32, y: *const f32, to: *mut f32, pixels: usize, a: f32, b: f32, accumulate: bool) {
                super::rows::blend::<V>(x, y, to, pixels, a, b, accumulate);
            }
            $(#[$feature])?
            unsafe fn moments(from: *const f32, pixels: usize, sums: *mut f32) {
                super::rows::moments::<V>(from, pixels, sums);
            }
            $(#[$feature])?
            unsafe fn gather(columns: &[*const f32], bias: *const f32, to: *mut f32, out_block: usize, blocks: usize) {
                super::rows::gather::<V>(columns, bias, to, out_block, blocks);
            }
            $(#[$feature])?
            unsafe fn squash(at: *mut f32, pixels: usize, gain: f32, offset: f32) {
                super::rows::squash::<V>(at, pixels, gain, offset);
            }
            $(#[$feature])?
            unsafe fn forward(from: *const f32, row: usize, to: *mut f32, to_step: usize) {
                super::winograd::forward::<V>(from, row, to, to_step);
            }
            $(#[$feature])?
            unsafe fn backward(tile: &Backward) {
                super::winograd::backward::<V>(tile);
            }

            const fn tiles<const B: usize, const S: usize, const H: bool>() -> [TileKernel; super::MOST_PIXELS] {
                [
                    tile::<1, B, S, H>, tile::<2, B, S, H>, tile::<3, B, S, H>, tile::<4, B, S, H>, tile::<5, B, S, H>, tile::<6, B, S, H>,
                    tile::<7, B, S, H>, tile::<8, B, S, H>, tile::<9, B, S, H>, tile::<10, B, S, H>, tile::<11, B, S, H>, tile::<12, B, S, H>,
                    tile::<13, B, S, H>, tile::<14, B, S, H>,
                ]
            }
            const fn narrows<const N: usize, const S: usize>() -> [TileKernel; 6] {
                [narrow::<1, N, S>, narrow::<2, N, S>, narrow::<3, N, S>, narrow::<4, N, S>, narrow::<5, N, S>, narrow::<6, N, S>]
            }

            pub(super) static KERNELS: Kernels = Kernels {
                name: $name,
                pixels: $pixels,
                blocks: $blocks,
                narrow_pixels: $narrow,
                tiles: [
                    [[tiles::<1, 1, false>(), tiles::<2, 1, false>()], [tiles::<1, 2, false>(), tiles::<2, 2, false>()]],
                    [[tiles::<1, 1, true>(), tiles::<2, 1, true>()], [tiles::<1, 2, true>(), tiles::<2, 2, true>()]],
                ],
                narrow: [
                    [narrows::<1, 1>(), narrows::<2, 1>(), narrows::<3, 1>(), narrows::<4, 1>()],
                    [narrows::<1, 2>(), narrows::<2, 2>(), narrows::<3, 2>(), narrows::<4, 2>()],
                ],
                row,
                blend,
                moments,
                gather,
                squash,
                forward,
                backward,
            };
        }
    };
}

#[cfg(target_arch = "x86_64")]
kernels!(avx512, Avx512, "AVX-512", [target_feature(enable = "avx512f")], 14, 2, 6);
#[cfg(target_arch = "x86_64")]
kernels!(avx2, Avx2, "AVX2", [target_feature(enable = "avx2,fma,f16c")], 6, 1, 2);
#[cfg(target_arch = "aarch64")]
kernels!(neon, Neon, "NEON", [target_feature(enable = "neon")], 6, 1, 2);
kernels!(portable, Portable, "portable", [], 2, 1, 1);
