//! Training: the same graphs that paint, learning from pictures.
//!
//! A [`Trainer`] holds the networks of one method and their optimisers. Its caller reads pictures, asks for one
//! [`step`](Trainer::step) after the other, keeps the [`State`] and publishes the [`Bundle`]s. A step draws random
//! numbers from nothing but (seed, step, sample, use), so on the processor a run that was stopped and taken up again
//! repeats the unbroken one bit for bit.
//!
//! A method lists which networks learn from what; `net` runs a graph on burn's gradient tape, with the same operations
//! that paint, and `learner` moves its weights. The published weights have the keys of the official PyTorch code,
//! which loads them without renaming:
//!
//! ```python
//! from safetensors.torch import load_file
//! netG.load_state_dict(load_file("my_model.safetensors"))   # define_G(..., netG='unet_256', norm='batch')
//! torch.save(netG.state_dict(), "latest_net_G.pth")         # for tools that want a .pth
//! ```
//!
//! `tests/peers/load.py` does so with the official classes, strictly, and compares the pictures: for U-Net, `ResNet`,
//! pix2pixHD's global and local generators and its encoder they are at most one level of 8 bits apart.
//!
//! Mixed precision computes convolutions in float16 and keeps weights, norms, losses and optimisers in float32, with a
//! loss scale that halves on overflow, when the step is left out. That it learns is tested with pix2pix on the processor,
//! where it is slower than float32; on graphics cards it has not been measured.
//!
//! On a graphics card the first steps search for the quickest kernels of each shape. What they find lives as long as the
//! process: burn keeps it on disk only with its feature `persistence`, which brings a whole database (turso) along, 134
//! crates in all and the need for libclang, and is off here. With it, `cubecl_environment::environment::set_root` names the folder, before a device is opened.

mod adam;
mod batch;
mod blueprint;
mod bundle;
mod colorize;
mod conditional;
mod config;
mod cyclegan;
pub mod data;
mod draws;
mod events;
mod feeds;
mod gan;
pub mod journal;
mod judge;
pub mod keep;
mod learner;
mod losses;
mod memory;
mod net;
mod perceptual;
mod pix2pix;
mod pix2pix_hd;
mod pool;
pub mod report;
pub mod run;
mod sections;
pub mod sheet;
mod site;
mod state;
mod styles;
pub mod template;
#[cfg(test)]
mod tests;

pub use batch::{Batch, DataInfo, Image, Pair, Tile};
pub use bundle::{Bundle, Companion};
pub use config::{Config, DeviceChoice, GanLoss, Loss, Method, Network, Precision, Schedule};
pub use draws::draws;
pub use memory::Memory;
pub use perceptual::Perceptual;
pub use sections::{Augment, BadFiles, Data, Direction, Fit, Layout, Output, Source};
pub use site::Site;
pub use state::{Array, State, Values};

use std::path::PathBuf;

use crate::architecture::ArchitectureError;
use crate::checkpoint::CheckpointError;
use crate::executor::ExecuteError;
use crate::shape::GraphError;

/// The networks of one method, learning.
pub trait Trainer: Send {
    /// One step of every network's optimiser. `step` counts from 0 and decides the rate and every random draw.
    ///
    /// # Errors
    /// When the batch does not suit the networks, or a loss is no longer a number.
    fn step(&mut self, batch: &Batch, step: u64) -> Result<Losses, TrainError>;

    /// What the generators make of a batch now (by their moving average, if there is one): a row of tiles a sample.
    ///
    /// # Errors
    /// When the batch does not suit the networks.
    fn samples(&mut self, batch: &Batch) -> Result<Vec<Vec<Tile>>, TrainError>;

    /// Everything needed to go on: weights, moments, averages, running statistics, spectral vectors, pool, counters.
    fn state(&self) -> State;

    /// Goes on from a state.
    ///
    /// # Errors
    /// When the state is of other networks.
    fn restore(&mut self, state: &State) -> Result<(), TrainError>;

    /// The networks to publish, generators first.
    fn bundles(&self) -> Vec<Bundle>;
}

/// The named losses of one step, before their weights; in the order in which they are shown.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Losses(pub Vec<(&'static str, f32)>);

/// Builds the networks of a configuration with new weights.
///
/// # Errors
/// When the configuration contradicts itself or the data, or weights to start from cannot be used.
pub fn open(config: &Config, data: &DataInfo, site: &Site) -> Result<Box<dyn Trainer>, TrainError> {
    Ok(match config.method {
        Method::Gan => Box::new(gan::Gan::new(config, data, site)?),
        Method::Pix2pix => Box::new(pix2pix::Pix2pix::new(config, data, site)?),
        Method::Cyclegan => Box::new(cyclegan::CycleGan::new(config, data, site)?),
        Method::Pix2pixhd => Box::new(pix2pix_hd::Pix2pixHd::new(config, data, site)?),
        Method::Colorize => Box::new(colorize::Colorize::new(config, data, site)?),
    })
}

/// Why training cannot start or go on.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The configuration contradicts itself or the data.
    #[error("{0}")]
    Config(String),
    /// A network cannot be built from these numbers.
    #[error(transparent)]
    Architecture(#[from] ArchitectureError),
    /// A network does not work at this size.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// A batch does not suit a network.
    #[error(transparent)]
    Execute(#[from] ExecuteError),
    /// Weights to start from cannot be used.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A loss is infinite or not a number.
    #[error("the loss {loss} is no longer a number in step {step}; a lower schedule.rate may help")]
    NotFinite {
        /// Which loss.
        loss: &'static str,
        /// In which step.
        step: u64,
    },
    /// The pictures are missing, broken or do not suit the method.
    #[error(transparent)]
    Data(#[from] data::DataError),
    /// A file cannot be written.
    #[error("cannot write {}: {reason}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// It was stopped before the first step.
    #[error("stopped before the first step")]
    Stopped,
    /// A state is of other networks or broken.
    #[error("this checkpoint is of another run: {0}")]
    State(String),
}
