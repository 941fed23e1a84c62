//! How different two pictures look to VGG16, on the features that pix2pixHD compares.

use std::path::PathBuf;

use burn::tensor::{Device, Tensor, TensorData};

use crate::checkpoint::Weights;
use crate::executor::ExecuteError;
use crate::families::hed::feature_extractor;
use crate::graph::Plane;
use crate::planes::CAFFE_MEAN_BGR;

use super::batch::Image;
use super::feeds::images;
use super::losses::{l1, summed};
use super::net::{Feed, Net, floats};
use super::{Array, TrainError};

/// File in one of the model folders.
const FILE: &str = "hed_vgg16.safetensors";
/// Weights of the five layers, the first one first (`VGGLoss` of pix2pixHD).
const LAYER_WEIGHTS: [f64; 5] = [1.0 / 32.0, 1.0 / 16.0, 1.0 / 8.0, 1.0 / 4.0, 1.0];
/// These weights read pictures of 0 to 255, the official loss's -1 to 1; its distances keep their size by this factor.
const FEATURE_SCALE: f32 = 1.0 / 127.5;

/// The layers `relu1_1`, `relu2_1`, … `relu5_1` of VGG16, which never learn.
pub struct Perceptual {
    net: Net,
    mean: Tensor<4>,
    device: Device,
}

impl Perceptual {
    /// Finds the weights in the first of `folders` that has them.
    ///
    /// # Errors
    /// When no folder has them, or they are damaged.
    pub fn open(folders: &[PathBuf], device: &Device) -> Result<Self, TrainError> {
        let found = folders.iter().map(|folder| folder.join(FILE)).find(|path| path.is_file());
        let path = found.ok_or_else(|| {
            let places: Vec<String> = folders.iter().map(|folder| folder.display().to_string()).collect();
            let places = places.join(", ");
            TrainError::Config(format!("{FILE} for the perceptual loss is in none of {places}; loss.perceptual = 0 does without"))
        })?;
        let graph = feature_extractor();
        let weights = Weights::load(&path, &graph)?;
        let mut net = Net::new(graph, "vgg16", 0, device)?;
        net.adopt(&weights);
        let mean = Tensor::from_data(TensorData::new(CAFFE_MEAN_BGR.to_vec(), [1, 3, 1, 1]), device);
        Ok(Self { net, mean, device: device.clone() })
    }

    /// The five layers' values for pictures in [-1, 1], `[batch, 3, height, width]` each.
    pub(crate) fn layers(&mut self, pictures: Tensor<4>, half: bool) -> Result<Vec<Tensor<4>>, ExecuteError> {
        let [_, _, height, width] = pictures.dims();
        let bgr = (pictures.flip([1]) + 1.0) * 127.5 - self.mean.clone();
        let feed = Feed { planes: vec![(Plane::CaffeBgr, bgr)], size: (width, height), half, ..Feed::default() };
        let values = self.net.values.clone();
        let layers = self.net.forward(&values, &feed)?;
        Ok(layers.into_iter().map(|layer| layer * FEATURE_SCALE).collect())
    }

    /// The weighted distance; no gradient goes into `real`.
    pub(crate) fn distance(&mut self, fake: Tensor<4>, real: Tensor<4>, half: bool) -> Result<Tensor<1>, ExecuteError> {
        let (fake, real) = (self.layers(fake, half)?, self.layers(real.inner(), half)?);
        let layers = fake.into_iter().zip(real).zip(LAYER_WEIGHTS);
        Ok(summed(layers.map(|((fake, real), weight)| l1(fake, real) * weight)))
    }

    /// The five layers' values of one picture, `[channels, height, width]` each.
    ///
    /// # Errors
    /// When the picture is too small or its values are too few.
    pub fn features(&mut self, picture: &Image) -> Result<Vec<Array>, TrainError> {
        let layers = self.layers(images([picture], &self.device)?, false)?;
        Ok(layers.iter().map(|layer| Array::floats(&layer.dims()[1..], floats(layer))).collect())
    }

    /// How different two pictures of one size look; 0 for equal ones.
    ///
    /// # Errors
    /// As [`Perceptual::features`].
    pub fn compare(&mut self, a: &Image, b: &Image) -> Result<f32, TrainError> {
        let (a, b) = (images([a], &self.device)?, images([b], &self.device)?);
        Ok(floats(&self.distance(a, b, false)?).first().copied().unwrap_or(f32::NAN))
    }
}
