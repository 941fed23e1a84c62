//! The numbers that enter a network, from an [`Input`].

use std::collections::HashMap;

use crate::colour::lightness;
use crate::executor::ExecuteError;
use crate::graph::Plane;
use crate::input::{Input, InputError, instance_edges};

/// Mean of ImageNet in blue, green, red, subtracted before Caffe's VGG.
pub(crate) const CAFFE_MEAN_BGR: [f32; 3] = [104.006_99, 116.668_77, 122.678_92];

/// A plane's values, `[channels, height, width]`.
///
/// # Errors
/// When the input lacks the plane; [`Input::check`] finds that first.
pub fn plane_values(input: &Input, plane: Plane) -> Result<Vec<f32>, ExecuteError> {
    let missing = |name| ExecuteError::Input(InputError::MissingPlane(name));
    let pixels = input.pixels();
    let rgb = || input.rgb.as_deref().ok_or(missing("a picture in colours"));
    let instances = || input.instances.as_deref().ok_or(missing("an instance map"));
    Ok(match plane {
        Plane::Labels { classes } => {
            let labels = input.labels.as_deref().ok_or(missing("a label map"))?;
            let mut planes = vec![0.0; classes * pixels];
            for (at, &id) in labels.iter().enumerate() {
                planes[usize::from(id) * pixels + at] = 1.0;
            }
            planes
        }
        Plane::InstanceEdges => {
            instance_edges(instances()?, input.width, input.height).into_iter().map(|edge| f32::from(edge) / 255.0).collect()
        }
        Plane::Instances => instances()?.iter().map(|&id| id as f32).collect(),
        Plane::Features { .. } => input.features.as_deref().ok_or(missing("object features"))?.to_vec(),
        Plane::Rgb => {
            let rgb = rgb()?;
            (0..3).flat_map(|channel| rgb.iter().skip(channel).step_by(3).map(|&v| symmetric(v))).collect()
        }
        Plane::CaffeBgr => {
            let rgb = rgb()?;
            let channel = |bgr: usize| rgb.iter().skip(2 - bgr).step_by(3).map(move |&v| caffe_bgr(v, bgr));
            (0..3).flat_map(channel).collect()
        }
        Plane::Lightness => rgb()?.as_chunks().0.iter().map(|&pixel| lightness_plane(pixel)).collect(),
        Plane::Hints => input.hints.as_deref().ok_or(missing("colour hints"))?.to_vec(),
        Plane::Code { .. } => input.code.as_deref().ok_or(missing("a random code"))?.to_vec(),
        Plane::Values { .. } => return Err(missing("what a discriminator judges")),
    })
}

/// A byte as the official tools normalise it: `(v / 255 - 0.5) / 0.5`.
pub fn symmetric(value: u8) -> f32 {
    (f32::from(value) / 255.0 - 0.5) / 0.5
}

/// A byte as Caffe's VGG reads it; `channel` counts blue, green, red.
pub(crate) fn caffe_bgr(value: u8, channel: usize) -> f32 {
    f32::from(value) - CAFFE_MEAN_BGR[channel]
}

/// Lightness of an sRGB pixel as the colourisers read it, -1 to 1.
pub(crate) fn lightness_plane(rgb: [u8; 3]) -> f32 {
    lightness(rgb) / 50.0 - 1.0
}

/// Each value replaced by the mean over its instance, plane by plane (pix2pixHD's encoder).
pub fn instance_means(features: &[f32], instances: &[u32]) -> Vec<f32> {
    let mut places: HashMap<u32, Vec<usize>> = HashMap::new();
    for (at, &id) in instances.iter().enumerate() {
        places.entry(id).or_default().push(at);
    }
    let mut means = features.to_vec();
    for plane in means.chunks_exact_mut(instances.len().max(1)) {
        for members in places.values() {
            let sum: f64 = members.iter().map(|&at| f64::from(plane[at])).sum();
            let mean = (sum / members.len() as f64) as f32;
            for &at in members {
                plane[at] = mean;
            }
        }
    }
    means
}
