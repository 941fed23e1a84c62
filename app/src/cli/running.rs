//! Arguments that every command which paints has.

use crate::generate::{Device, Options, Precision};

/// Where and how models run.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct Running {
    /// Where the model runs.
    #[arg(long, value_enum, default_value_t)]
    pub device: Device,
    /// How numbers are kept.
    #[arg(long, value_enum, default_value_t)]
    pub precision: Precision,
}

impl Running {
    /// The options of a runner; what else there is to choose has its default.
    pub fn options(self) -> Options {
        Options { device: self.device, precision: self.precision, ..Options::default() }
    }
}
