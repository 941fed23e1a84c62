//! The CPU executor: plans once for each size, then only computes.
//!
//! Values are stored in blocks of 16 planes, `[planes / 16, height, width, 16]`, so that one vector holds 16 planes of a
//! pixel whatever the processor: one AVX-512 register, two of AVX2, four of NEON. See [`crate::fuse`] for what becomes
//! part of a load; a task loads its piece of the input into memory of its own, small enough for the second cache, with
//! norm, rectifier and border applied, and multiplies it there with all weights.
#![expect(unsafe_code, reason = "threads write disjoint parts of one arena, and inner loops use vector instructions")]

mod cells;
mod conv;
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
use pass::{Pass, UNCHANGED};

/// How to run a network on the CPU.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CpuOptions {
    /// Threads that compute; 0 for one on each core.
    pub threads: usize,
    /// With a seed, dropout layers are active and drawn from it.
    pub dropout_seed: Option<u64>,
    /// Pixels of every resolution by which an edit is widened in [`Cpu::run_incremental`]; with `None` values are not
    /// kept in memory and every picture is exact.
    pub margin: Option<usize>,
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
