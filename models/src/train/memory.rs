//! How much memory a run will take, before it starts.
//!
//! Estimates against the highest resident memory (`VmHWM`) of runs of three steps on the processor:
//!
//! | Run | Estimate in MiB | Measured |
//! |---|---|---|
//! | pix2pix, U-Net of width 32, 128x128, batch 4 | 379 | 432 |
//! | pix2pix, U-Net of width 64, 64x64, batch 1 | 999 | 1017 |
//! | pix2pix, `ResNet` of width 32, 128x128, batch 2; with checkpointing | 238; 190 | 214; 205 |
//! | cyclegan, width 16, 64x64, batch 2 | 177 | 146 |
//! | cyclegan, width 16, judges of 32, 128x128, batch 1 (20 of them for a pool that is not yet full) | 315 | 219 |
//! | gan, width 32, 64x64, batch 32 | 175 | 166 |
//! | pix2pixhd, width 16, 128x128, batch 2; batch 1 with VGG16 | 190; 285 | 214; 252 |
//! | pix2pix, width 4, 32x32, batch 1: the program itself | 46 | 42 |

use crate::families::dcgan;
use crate::families::hed::feature_extractor;
use crate::graph::{Graph, Op};

use super::blueprint::learning;
use super::judge::patches;
use super::{Config, DataInfo, Method, Precision, TrainError};

/// Bytes of a value.
const VALUE: u64 = 4;

/// What the program takes before it trains, in bytes.
const PROGRAM: u64 = 44 << 20;

/// An estimate in bytes. It leaves out what a graphics card's own software takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Memory {
    /// Weights, gradients, the optimiser's moments and the moving average.
    pub weights: u64,
    /// What the passes of one step keep until the way back.
    pub values: u64,
    /// The copy of all this that a checkpoint is written from, less the gradients that are gone by then.
    pub saving: u64,
}

impl Memory {
    /// What the run takes at its fullest, in a step or while a checkpoint is written.
    pub fn total(&self) -> u64 {
        self.weights.saturating_add(self.values.max(self.saving)).saturating_add(PROGRAM)
    }

    /// What a run of this configuration takes.
    ///
    /// # Errors
    /// As [`Config::architecture`].
    pub fn of(config: &Config, data: &DataInfo) -> Result<Self, TrainError> {
        let architecture = config.architecture(data)?;
        let generator = learning(&architecture)?;
        let size = (data.width, data.height);
        let shown = architecture.input_channels + usize::from(architecture.instance_edges);
        let network = &config.network;
        let (copies, passes, judge) = match config.method {
            // Each of the two generators runs there, back, and on what is already right.
            Method::Cyclegan => (2, 2 + u64::from(config.loss.identity > 0.0), patches(3, config)),
            Method::Gan => (1, 1, dcgan::discriminator(3, network.discriminator_width, network.depth, network.norm)),
            _ => (1, 1, patches(shown + architecture.output_channels, config)),
        };
        // Value, gradient, two moments, and the average.
        let kept = 4 + u64::from(config.schedule.average > 0.0);
        let mut weights = copies * (parameters(&generator)? * kept + parameters(&judge)? * 4);
        let mut saving = copies * (parameters(&generator)? * (kept - 2) + parameters(&judge)? * 2);
        let mut values = copies * passes * activations(&generator, size, config)?;
        // The judge runs for the generator, and for real and fake in its own step; one of both is in memory at a time.
        values += 2 * copies * activations(&judge, size, config)?;
        if let Some(encoder) = config.encoder(&architecture) {
            let encoder = learning(&encoder)?;
            weights += parameters(&encoder)? * kept;
            saving += parameters(&encoder)? * (kept - 2);
            values += activations(&encoder, size, config)?;
        }
        if config.loss.perceptual > 0.0 {
            let vgg = feature_extractor();
            weights += parameters(&vgg)?;
            values += 2 * activations(&vgg, size, config)?;
        }
        let batch = config.schedule.batch.max(1) as u64;
        let (channels, pool) = (3 * size.0 * size.1, 2 * config.loss.pool);
        weights += (channels * pool) as u64;
        let values = values.saturating_mul(batch).saturating_mul(VALUE);
        Ok(Self { weights: weights * VALUE, values, saving: saving * VALUE })
    }
}

fn parameters(graph: &Graph) -> Result<u64, TrainError> {
    Ok(graph.parameter_count()? as u64)
}

/// Values that one pass over one picture keeps for the way back.
fn activations(graph: &Graph, size: (usize, usize), config: &Config) -> Result<u64, TrainError> {
    let shapes = graph.shapes(size.0, size.1)?;
    let mixed = config.precision == Precision::Mixed;
    let each = graph.nodes.iter().zip(&shapes).map(|(node, shape)| {
        let copies = match node.op {
            // Computed again from their input on the way back.
            Op::Activation(_) | Op::Pad { .. } | Op::Concat | Op::Add if config.checkpointing => 0,
            // The centred values, and the quotient.
            Op::InstanceNorm | Op::BatchNorm { .. } => 2,
            // A copy in float16 beside the result.
            Op::Conv { .. } | Op::ConvTranspose { .. } if mixed => 2,
            _ => 1,
        };
        copies * shape.len() as u64
    });
    // On the way back the gradients of two neighbours live beside what was kept.
    let largest = shapes.iter().map(|shape| shape.len() as u64).max().unwrap_or(0);
    Ok(each.sum::<u64>() + 2 * largest)
}
