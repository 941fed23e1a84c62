//! Distances between pictures as VGG16 sees them.
//!
//! The weights are those of the bundled edge detector, whose trunk is VGG16 trained on ImageNet and then on edges. Figures
//! can be compared with each other, not with published LPIPS or FID, which rest on other networks and learned weights.

use std::path::Path;
use std::sync::Arc;

use image::RgbImage;

use crate::checkpoint::Weights;
use crate::cpu::{Cpu, CpuOptions};
use crate::executor::{Executor as _, Interrupt, Picture};
use crate::families::hed;
use crate::input::Input;

use super::EvaluateError;

/// Added to a feature vector's length before the division, as in LPIPS.
const LENGTH_EPSILON: f32 = 1e-10;

/// The feature network, ready to run.
pub struct Vgg {
    executor: Cpu,
}

/// What VGG16 says of one picture.
pub struct Seen {
    picture: Picture,
}

impl Vgg {
    /// Reads the weights (`hed_vgg16.safetensors`).
    ///
    /// # Errors
    /// When they are missing or broken.
    pub fn open(weights: &Path) -> Result<Self, EvaluateError> {
        let graph = hed::feature_extractor();
        let weights = Weights::load(weights, &graph)?;
        Ok(Self { executor: Cpu::new(Arc::new(graph), Arc::new(weights), CpuOptions::default())? })
    }

    /// Looks at a picture.
    ///
    /// # Errors
    /// When there is not enough memory.
    pub fn look(&mut self, picture: &RgbImage) -> Result<Seen, EvaluateError> {
        let input = Input::from_rgb(picture.width() as usize, picture.height() as usize, picture.as_raw().as_slice());
        Ok(Seen { picture: self.executor.run(&input, &Interrupt::default())? })
    }
}

impl Seen {
    /// The vector for the Fréchet distance: each of the 512 planes of `relu5_1` averaged over the picture.
    pub fn summary(&self) -> Vec<f32> {
        let Some(last) = self.picture.outputs.last() else { return Vec::new() };
        let pixels = (last.values.len() / last.channels.max(1)).max(1);
        let mean = |plane: &[f32]| (plane.iter().map(|&value| f64::from(value)).sum::<f64>() / pixels as f64) as f32;
        last.values.chunks_exact(pixels).map(mean).collect()
    }

    /// The perceptual distance to another picture of the same size: the construction of LPIPS (Zhang et al. 2018, eq. 1)
    /// with all weights 1, on the layers `relu1_1` to `relu5_1` of pix2pixHD's perceptual loss. Feature vectors are brought to length 1, their squared differences averaged over each stage's
    /// pixels and summed over the five stages; 0 for equal pictures, at most 20.
    pub fn distance(&self, other: &Self) -> f64 {
        let stages = self.picture.outputs.iter().zip(&other.picture.outputs);
        stages.map(|(a, b)| stage_distance(&a.values, &b.values, a.channels)).sum()
    }
}

fn stage_distance(a: &[f32], b: &[f32], channels: usize) -> f64 {
    let pixels = (a.len() / channels.max(1)).max(1);
    let lengths = |values: &[f32]| {
        let mut squares = vec![0.0_f32; pixels];
        for plane in values.chunks_exact(pixels) {
            squares.iter_mut().zip(plane).for_each(|(square, value)| *square += value * value);
        }
        squares.into_iter().map(|square| square.sqrt() + LENGTH_EPSILON).collect::<Vec<f32>>()
    };
    let (length_a, length_b) = (lengths(a), lengths(b));
    let planes = a.chunks_exact(pixels).zip(b.chunks_exact(pixels));
    let plane = |(a, b): (&[f32], &[f32])| {
        let values = a.iter().zip(b).zip(length_a.iter().zip(&length_b));
        values.map(|((a, b), (la, lb))| f64::from((a / la - b / lb).powi(2))).sum::<f64>()
    };
    planes.map(plane).sum::<f64>() / pixels as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_compares_directions_not_lengths() {
        // Two pixels of two planes: the first turns by a right angle, the second only grows.
        let (a, b) = ([1.0, 3.0, 0.0, 4.0], [0.0, 6.0, 2.0, 8.0]);
        assert!((stage_distance(&a, &b, 2) - 1.0).abs() < 1e-6);
    }
}
