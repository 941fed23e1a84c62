//! The CPU executor: plans once for each size, then only computes.
//!
//! Values are stored in blocks of 16 planes, `[planes / 16, height, width, 16]`, so that one vector holds 16 planes of a
//! pixel whatever the processor: one AVX-512 register, two of AVX2, four of NEON. See [`crate::fuse`] for what becomes
//! part of a load; a task loads its piece of the input into memory of its own, small enough for the second cache, with
//! norm, rectifier and border applied, and multiplies it there with all weights.
//!
//! * 3x3 convolutions at the same size use Winograd's F(4x4, 3x3) where there are tiles enough; the bundled models come
//!   out at 120 dB or better against [`crate::flex`]. Transposed convolutions are one small convolution for each sub-pixel.
//! * The one-hot stem adds up columns of weights; where its window sees one class only, it copies their sum.
//! * Layers with at most four output planes have input planes in the lanes, or most lanes would be empty.
//! * Statistics of norms are added up where values are made, from a reference value on, and joined in a fixed order:
//!   a picture does not depend on which thread was faster.
//! * Weights are packed when a size first needs them, values lie in one arena planned by [`crate::memory`], and after the
//!   first picture of a size no buffer is made again; only short lists (rows of tiles, label columns) are.
//!
//! # Measured
//! Two cores of an AMD EPYC server with AVX-512, engines alternating in one run (`tests/peers/compare.py`), median of
//! three rounds of five pictures in ms (least to largest round). PyTorch 2.15 is its faster memory format.
//!
//! | network, size | Daub f32 | PyTorch f32 | PyTorch bf16 | ONNX Runtime 1.32 | Daub / PyTorch f32 |
//! |---|---|---|---|---|---|
//! | Street 512x256 | 62.8 (61.9 to 63.4) | 232.7 (228 to 235) | 124.9 | 231.3 (230 to 234) | 0.27 |
//! | U-Net 256, ngf 32 | 8.9 (8.8 to 17.2) | 15.7 (15.0 to 18.3) | 9.8 | 12.7 (12.2 to 16.2) | 0.57 |
//! | U-Net 256, ngf 64 | 36.6 (35.9 to 37.2) | 91.0 (88.1 to 92.5) | 39.7 | 51.0 (50.6 to 53.5) | 0.40 |
//! | ResNet-9 256, ngf 32 | 35.1 (34.9 to 50.9) | 124.8 (125 to 137) | 69.3 | 104.3 (91.5 to 107) | 0.28 |
//! | ResNet-9 256, ngf 64 | 138.4 (134 to 140) | 370.0 (346 to 384) | 204.7 | 316.0 (314 to 319) | 0.37 |
//! | pix2pixHD global ngf 64, 512x256 | 280.9 (275 to 294) | 1205 (957 to 1255) | 477.3 | 783.3 (707 to 784) | 0.23 |
//!
//! Street at 512x256 takes 109 ms with AVX2 and 255 ms with portable loops (SSE2). With one thread it takes 124 ms, about
//! half as fast as with two: a worker that leaves one of two cores to the interface still paints eight pictures a second.
//! The first picture, weights packed, takes 0.17 s.
//!
//! With [`CpuOptions::half_weights`] packed weights are float16: the bundled models' pictures keep 60 dB or more against
//! f32 (one level of 255 at most), and take 1 to 5 % longer. What they save is memory: pix2pixHD's global
//! generator with ngf 64 peaks at 2.3 GB in place of 3.4 GB, with the weights it was read from. In f32 the
//! residual networks and pix2pixHD above take half to two thirds of PyTorch's time in bf16, the U-Nets about as long (0.9 to 1.2 in
//! several runs); bf16's eight bits would cost 18 dB and save nothing more.
//!
//! # Where the time goes
//! Street at 512x256 where the machine's measured peak ([`Cpu::measured_peak`]) is 475 GFLOP/s; work counted as defined.
//!
//! | step | ms | GFLOP/s | share of peak | what limits it |
//! |---|---|---|---|---|
//! | stem 7x7 35→32, gather | 4.3 | 3377 | 713 % | finding equal ids, one pixel at a time |
//! | 3x3/2 32→64 at 256x128 | 3.5 | 349 | 74 % | loading 17 MB of full-size planes for 1.2 GFLOP |
//! | 3x3/2 64→128, 128→256 | 3.2, 2.8 | 375, 424 | 79, 90 % | arithmetic |
//! | 18 x 3x3 256→256 at 64x32, Winograd | 2.4 each | 1013 | 214 % | 9.4 MB of factors a layer from memory, and products through the third cache |
//! | 9 x add | 0.3 each | - | - | memory |
//! | transposed 256→128, 128→64, 64→32 | 2.8, 3.0, 3.0 | 433, 404, 397 | 91, 85, 84 % | arithmetic |
//! | head 7x7 32→3, narrow | 6.5 | 190 | 40 % | 18 sums of lanes for every six pixels, and 16 lanes stored for 3 planes |
//!
//! In U-Nets the innermost layers are weights read once for a handful of pixels (10 to 20 % of the peak), as fast as memory.
//!
//! # Incremental pictures
//! What an edit leaves out costs quality in two ways: norms' statistics are not those of the exact picture, and close
//! around the edit the values that it reads are old. Street at 1024x512, twelve strokes of 1.2 % (green bands over a scene),
//! PSNR within the stroke against the exact pass; margins in pixels at the three finer resolutions and at an eighth:
//!
//! | statistics | margins | arithmetic | median | at 35 dB or better | third worst |
//! |---|---|---|---|---|---|
//! | of what the edit computes | 2, 2 | 4.3 % | 38.7 dB | 8 | 32.1 dB |
//! | handed in from the exact picture | 2, 2 | 4.3 % | 42.1 dB | 10 | 36.9 dB |
//! | with blocks over 3 % of the picture | 2, 2 | 7.1 % | 41.4 dB | 10 | 37.1 dB |
//! | the same, deviations by ratio | 2, 4 | 8.4 % | 44.3 dB | 10 | 41.6 dB |
//! | the same, deviations by ratio | 2, 8 | 12.6 % | 46.6 dB | 10 | 39.3 dB |
//! | handed in from the exact picture | 4, 8 | 10.0 % | 47.7 dB | 10 | 45.6 dB |
//!
//! So a few blocks of 32x32 pixels, computed again wherever they lie, tell nearly all there is to know of the statistics;
//! twelve of them serve any size. Deviations by ratio are left out: they go astray where a block is flat. With statistics
//! right a margin pays that did not before: 4 pixels at 512x256, and in proportion more in larger pictures, whose strokes
//! are larger too. What does not pay: moving the values around the edit by what the blocks say (0.6 dB in the
//! median, even with each plane's best line against the exact picture), and whole passes at an eighth, which are over half of the arithmetic.
//!
//! The two worst of the twelve change a picture everywhere: a dark band across a bright sky moves statistics by 5 to 10 %
//! of their deviation, and even the exact picture's own statistics leave 27 and 31 dB. An edit that goes further than 4.5 %
//! from the last exact pass is given up and painted exactly. The outcome by `daub bench --edit 1.2%`, built for tests, on
//! two cores of an AMD EPYC server with AVX-512 that ran at a quarter of their speed, so that only ratios count:
//!
//! | Street | faster than exact | median | at 35 dB or better | worst | painted exactly |
//! |---|---|---|---|---|---|
//! | 512x256, 61 strokes, two runs | 3.9 and 5.1 times | 46.4 dB | 92 % | 26.5 dB | 8 % |
//! | 1024x512, 41 strokes | 5.9 times | 43.7 dB | 95 % | 27.8 dB | 10 % |
//!
//! Other pictures are harder: of 24 bands of cars over another scene at 1024x512, the worst six that were not painted
//! exactly have 29 to 42 dB (27 to 34 dB with half the margin), as their shapes hang on more than an affordable margin. The
//! exact pass after the stroke settles them. Values are kept only when [`CpuOptions::margin`] is set.
//! Faces at 256x256 are 5.6 times as fast as exact, at 44.0 dB in the median of 21 strokes and 31 dB at worst. A U-Net at 256x256 has small planes
//! that an edit changes altogether; where an edit asks for more than 30 % of the arithmetic, the picture is exact.
//!
//! # Memory
//! Winograd's factors are four times a layer's weights: Street holds 0.2 GB at 512x256, 0.3 GB with values kept, but
//! pix2pixHD's global generator with ngf 64 holds 2.7 GB, and 3.5 GB where edits need its direct tables as well.
//!
//! # Half-size previews
//! Norms use the statistics of the whole picture, so no value of a half-size pass can serve the full one. What they
//! share are packed weights and memory: one executor that alternates 256x128 and 512x256 takes 18 and 62 ms, no more
//! than two that stay at one size (17 and 65 ms). During a stroke the incremental picture is sooner there, and sharp; a preview pays
//! only after a change of the whole canvas at large sizes. A change of size forgets kept values.
#![expect(unsafe_code, reason = "threads write disjoint parts of one arena, and inner loops use vector instructions")]

mod cells;
mod conv;
#[cfg(test)]
mod edit_tests;
mod ends;
mod executor;
mod kernels;
mod memory;
mod packing;
mod pass;
mod plan;
mod simple;
mod source;
mod stem;
mod team;
mod weights;
mod winograd;

pub use executor::Cpu;
use kernels::Kernels;
pub(crate) use memory::available_bytes;
use pass::{Pass, UNCHANGED};

/// How to run a network on the CPU.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CpuOptions {
    /// Threads that compute; 0 for one on each core.
    pub threads: usize,
    /// With a seed, dropout layers are active and drawn from it.
    pub dropout_seed: Option<u64>,
    /// Pixels of every resolution by which an edit is widened in [`Cpu::run_incremental`], and by more in pictures larger
    /// than 512x256 ([`Repaint::new`](crate::incremental::Repaint::new)); with `None` values are not kept in memory and
    /// every picture is exact.
    pub margin: Option<usize>,
    /// Whether packed weights are kept in float16: half the memory, and less to read where weights are what limits.
    pub half_weights: bool,
    /// One of [`vectors`], the first if `None`; to compare them.
    pub vectors: Option<&'static str>,
}

/// The kinds of vectors that this processor has loops for, the fastest first; `portable` is always there.
pub fn vectors() -> Vec<&'static str> {
    Kernels::available().into_iter().map(|kernels| kernels.name).collect()
}

/// Time and work of one step of the last picture.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerTime {
    /// Index of the graph's node.
    pub node: usize,
    /// What was computed, for people: `conv 3x3 256→256 64x32 winograd`.
    pub name: String,
    /// Wall time in seconds.
    pub seconds: f64,
    /// Multiply-adds as the network is defined; Winograd and the label gather do fewer.
    pub multiply_adds: u64,
}
