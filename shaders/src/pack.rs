//! Weights in the order in which the kernels read them.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};

use daub_models::checkpoint::{Tensor, Weights};
use daub_models::executor::ExecuteError;
use daub_models::graph::Weight;
use daub_models::random::Draws;

use crate::layout::lanes;
use crate::params::Phase;
use crate::source::Precision;

/// What to pack for one pass; made without touching a weight, so that a plan costs nothing.
#[derive(Debug, Clone, PartialEq)]
pub enum Packing {
    /// For each phase and tap, `[lanes in][out]`.
    Convolution {
        /// Checkpoint keys.
        weight: Weight,
        /// Whether the tensor is `[in, out, k, k]`.
        transposed: bool,
        /// Side of the kernel.
        kernel: usize,
        /// Between the taps of a phase; 1 for a plain convolution.
        spread: usize,
        /// Rows and columns cut from a transposed convolution's result.
        padding: usize,
        /// Runs of the input's channels.
        runs: Vec<usize>,
        /// Planes of the result.
        out_channels: usize,
        /// Classes before the runs that have a row each instead of a lane (one-hot stem).
        classes: usize,
    },
    /// `[pixels][lanes in][results]`, results in the order of the result's blocks.
    Linear {
        /// Checkpoint keys.
        weight: Weight,
        /// Runs of the input's channels.
        runs: Vec<usize>,
        /// Pixels of the input.
        pixels: usize,
        /// `[channels, pixels]` of the result.
        result: (usize, usize),
    },
    /// Factors in the order of the value.
    Dropout {
        /// Of the masks.
        seed: u64,
        /// The stream.
        place: u64,
        /// Probability of a zero.
        probability: f32,
        /// Runs of the value's channels.
        runs: Vec<usize>,
        /// Pixels of the value.
        pixels: usize,
    },
}

impl Packing {
    /// Blocks of four values that it takes.
    pub fn blocks(&self) -> usize {
        match self {
            Self::Convolution { kernel, runs, out_channels, classes, .. } => {
                kernel * kernel * (classes + lanes(runs).len()) * out_channels.div_ceil(4)
            }
            Self::Linear { runs, pixels, result, .. } => pixels * lanes(runs).len() * result.0.div_ceil(4) * result.1,
            Self::Dropout { runs, pixels, .. } => pixels * lanes(runs).len() / 4,
        }
    }

    /// The values, four to a block.
    ///
    /// # Errors
    /// When a weight is missing.
    pub fn values(&self, weights: &Weights) -> Result<Vec<f32>, ExecuteError> {
        match self {
            Self::Convolution { weight, transposed, kernel, spread, padding, runs, out_channels, classes } => {
                let (tensor, scale) = found(weights, weight, usize::from(*transposed))?;
                let inputs = rows(runs, *classes);
                let in_channels = tensor.shape[usize::from(!transposed)];
                let width = out_channels.next_multiple_of(4);
                let mut packed = Vec::with_capacity(self.blocks() * 4);
                for (rows, columns) in phases(*kernel, *transposed, *spread, *padding).into_iter().map(|phase| phase.taps) {
                    for (y, x) in rows.iter().flat_map(|y| columns.iter().map(move |x| (y, x))) {
                        for input in &inputs {
                            for output in 0..width {
                                let at = input.filter(|_| output < *out_channels).map(|input| {
                                    let pair =
                                        if *transposed { input * out_channels + output } else { output * in_channels + input };
                                    (pair * kernel + y) * kernel + x
                                });
                                packed.push(at.map_or(0.0, |at| tensor.values[at] / scale));
                            }
                        }
                    }
                }
                Ok(packed)
            }
            Self::Linear { weight, runs, pixels, result: (channels, result_pixels) } => {
                let (tensor, scale) = found(weights, weight, 0)?;
                let in_features = tensor.shape[1];
                let inputs = lanes(runs);
                let mut packed = Vec::with_capacity(self.blocks() * 4);
                for pixel in 0..*pixels {
                    for input in &inputs {
                        for result_pixel in 0..*result_pixels {
                            for channel in 0..channels.next_multiple_of(4) {
                                let value = input.filter(|_| channel < *channels).map_or(0.0, |input| {
                                    let row = channel * result_pixels + result_pixel;
                                    tensor.values[row * in_features + input * pixels + pixel] / scale
                                });
                                packed.push(value);
                            }
                        }
                    }
                }
                Ok(packed)
            }
            Self::Dropout { seed, place, probability, runs, pixels } => {
                let channels: usize = runs.iter().sum();
                let mask = Draws::new(*seed, *place).dropout_mask(channels * pixels, *probability);
                let lanes = lanes(runs);
                let values = (0..*pixels).flat_map(|pixel| lanes.iter().map(move |lane| lane.map(|c| c * pixels + pixel)));
                Ok(values.map(|at| at.map_or(0.0, |at| mask[at])).collect())
            }
        }
    }
}

/// The input channel of each row of weights.
fn rows(runs: &[usize], classes: usize) -> Vec<Option<usize>> {
    let others = lanes(runs).into_iter().map(|lane| lane.map(|channel| channel + classes));
    (0..classes).map(Some).chain(others).collect()
}

/// A sub-pixel phase and the taps of the whole kernel that belong to it.
pub struct PhaseTaps {
    /// Rows and columns of the kernel.
    pub taps: (Vec<usize>, Vec<usize>),
    /// The numbers for the shader; its weights are counted in taps.
    pub phase: Phase,
}

/// The phases of a transposed convolution with stride `spread`: output `spread · i + shift` sees only every
/// `spread`-th tap. A plain convolution has one phase, and its `padding` is the border around its source.
pub fn phases(kernel: usize, transposed: bool, spread: usize, padding: usize) -> Vec<PhaseTaps> {
    if !transposed {
        let origin = -(padding as i32);
        let side = kernel as u32;
        let phase = Phase { rows: side, columns: side, origin_y: origin, origin_x: origin, ..Phase::default() };
        return vec![PhaseTaps { taps: ((0..kernel).collect(), (0..kernel).collect()), phase }];
    }
    let side = |shift: usize| {
        let first = (shift + padding) % spread;
        ((first..kernel).step_by(spread).collect::<Vec<_>>(), ((shift + padding) / spread) as i32)
    };
    let mut taps_before = 0;
    let mut all = Vec::new();
    for shift_y in 0..spread {
        for shift_x in 0..spread {
            let ((rows, origin_y), (columns, origin_x)) = (side(shift_y), side(shift_x));
            let phase = Phase {
                rows: rows.len() as u32,
                columns: columns.len() as u32,
                origin_y,
                origin_x,
                weights: taps_before,
                shift_y: shift_y as u32,
                shift_x: shift_x as u32,
                unused: 0,
            };
            taps_before += phase.rows * phase.columns;
            all.push(PhaseTaps { taps: (rows, columns), phase });
        }
    }
    all
}

/// The tensor and what it is divided by: 1, or its largest singular value as the checkpoint's vectors give it.
fn found<'a>(weights: &'a Weights, weight: &Weight, out_dim: usize) -> Result<(&'a Tensor, f32), ExecuteError> {
    let prefix = match weight {
        Weight::Plain(key) => return Ok((tensor(weights, key)?, 1.0)),
        Weight::Spectral(prefix) => prefix,
    };
    let original = tensor(weights, &format!("{prefix}.weight_orig"))?;
    let u = tensor(weights, &format!("{prefix}.weight_u"))?;
    let v = tensor(weights, &format!("{prefix}.weight_v"))?;
    let inner: usize = original.shape[2..].iter().product();
    let (first, second) = (original.shape[0], original.shape[1]);
    let mut sigma = 0.0_f64;
    for a in 0..first {
        for b in 0..second {
            for i in 0..inner {
                let (row, column) = if out_dim == 0 { (a, b * inner + i) } else { (b, a * inner + i) };
                let value = original.values[(a * second + b) * inner + i];
                sigma += f64::from(u.values[row]) * f64::from(value) * f64::from(v.values[column]);
            }
        }
    }
    Ok((original, sigma as f32))
}

/// A tensor by its key.
///
/// # Errors
/// When it is missing.
pub fn tensor<'a>(weights: &'a Weights, key: &str) -> Result<&'a Tensor, ExecuteError> {
    weights.get(key).ok_or_else(|| ExecuteError::Device(format!("the weight {key} is missing")))
}

/// A vector over channels as blocks: `fill` where there is no channel.
///
/// # Errors
/// When it is missing.
pub fn vector(weights: &Weights, key: &str, runs: &[usize], fill: f32) -> Result<Vec<f32>, ExecuteError> {
    let values = &tensor(weights, key)?.values;
    Ok(lanes(runs).into_iter().map(|lane| lane.map_or(fill, |channel| values[channel])).collect())
}

/// Values as bytes in the stored precision.
pub fn narrowed(values: &[f32], precision: Precision) -> Vec<u8> {
    match precision {
        Precision::F32 => bytemuck::cast_slice(values).to_vec(),
        Precision::F16 => {
            let halves: Vec<half::f16> =
                values.iter().map(|&value| half::f16::from_f32(value.clamp(-65504.0, 65504.0))).collect();
            bytemuck::cast_slice(&halves).to_vec()
        }
    }
}

/// All weights as bytes, packed on every core.
///
/// # Errors
/// When a weight is missing or there are no threads.
pub fn packed(packings: &[Packing], weights: &Weights, precision: Precision) -> Result<Vec<Vec<u8>>, ExecuteError> {
    let next = AtomicUsize::new(0);
    let work = || -> Result<Vec<(usize, Vec<u8>)>, ExecuteError> {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(packing) = packings.get(at) else { return Ok(done) };
            done.push((at, narrowed(&packing.values(weights)?, precision)));
        }
    };
    let count = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let failed = |error: String| ExecuteError::Device(format!("the weights cannot be packed: {error}"));
    let mut all = std::thread::scope(|scope| {
        let mut workers = Vec::new();
        for _ in 0..count.min(packings.len()) {
            let worker = std::thread::Builder::new().name("weights".to_owned());
            workers.push(worker.spawn_scoped(scope, work).map_err(|error| failed(error.to_string()))?);
        }
        let mut all = Vec::with_capacity(packings.len());
        for worker in workers {
            all.extend(worker.join().map_err(|_| failed("a thread ended early".to_owned()))??);
        }
        Ok::<_, ExecuteError>(all)
    })?;
    all.sort_unstable_by_key(|(at, _)| *at);
    Ok(all.into_iter().map(|(_, bytes)| bytes).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doubling_has_four_phases_with_every_tap_once() {
        let phases = phases(3, true, 2, 1);
        let taps: Vec<u32> = phases.iter().map(|phase| phase.phase.rows * phase.phase.columns).collect();
        assert_eq!(taps, [1, 2, 2, 4]);
        assert_eq!(phases[3].phase.weights, 5);
        assert_eq!(phases[3].taps.0, [0, 2]);
    }
}
