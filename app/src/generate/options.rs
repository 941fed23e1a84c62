//! How a model is run.

use daub_models::graph::NormStats;
use serde::{Deserialize, Serialize};

/// Where a network runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Device {
    /// The graphics card where there is a real one, else the processor.
    #[default]
    Auto,
    /// The processor.
    Cpu,
    /// The graphics card, even one that is made of software.
    Gpu,
}

/// How numbers are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    /// Half precision on a graphics card that has it, single precision on the processor.
    #[default]
    Auto,
    /// Half precision where the card has it; on the processor for weights, which then take half the memory.
    F16,
    /// Single precision.
    F32,
}

/// How a network is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Options {
    /// Where.
    pub device: Device,
    /// With which numbers.
    pub precision: Precision,
    /// Whose statistics batch norms use; without a choice, what the model's card says.
    pub norm_stats: Option<NormStats>,
    /// Threads on the processor; 0 for one on each core.
    pub threads: usize,
    /// With a seed, dropout layers are active and drawn from it, so that the same seed gives the same picture.
    pub dropout_seed: Option<u64>,
}
