//! From a batch's pictures to tensors, and back to small pictures for a sheet.

use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};

use crate::Input;
use crate::executor::{ExecuteError, level};
use crate::graph::{Graph, Plane, Range};
use crate::input::InputError;
use crate::planes::plane_values;

use super::batch::{DataInfo, Image, Tile};
use super::net::{Feed, floats};

/// Pictures of one size as a tensor `[batch, 3, height, width]`.
pub(super) fn images<'a>(pictures: impl IntoIterator<Item = &'a Image>, device: &Device) -> Result<Tensor<4>, ExecuteError> {
    let mut values = Vec::new();
    let (mut count, mut size) = (0, (0, 0));
    for picture in pictures {
        if count > 0 && size != (picture.width, picture.height) || picture.rgb.len() != 3 * picture.width * picture.height {
            return Err(InputError::PlaneLength("a target picture").into());
        }
        size = (picture.width, picture.height);
        values.extend_from_slice(&picture.rgb);
        count += 1;
    }
    Ok(Tensor::from_data(TensorData::new(values, [count, 3, size.1, size.0]), device))
}

/// The planes that `graph` reads of each input, stacked; features come from elsewhere.
pub(super) fn feed(graph: &Graph, inputs: &[&Input], device: &Device) -> Result<Feed, ExecuteError> {
    let first = inputs.first().ok_or(InputError::MissingPlane("a picture"))?;
    let size = (first.width, first.height);
    let mut feed = Feed { size, ..Feed::default() };
    for plane in graph.planes().filter(|plane| !matches!(plane, Plane::Features { .. })) {
        let mut values = Vec::new();
        for input in inputs {
            if (input.width, input.height) != size {
                return Err(InputError::PlaneLength("the batch's inputs").into());
            }
            if let Plane::Labels { classes } = plane {
                input.check_labels(classes)?;
            }
            values.extend(plane_values(input, plane)?);
        }
        let shape = [inputs.len(), plane.channels(), size.1, size.0];
        if values.len() != shape.iter().product::<usize>() {
            return Err(InputError::PlaneLength("an input").into());
        }
        feed.planes.push((plane, Tensor::from_data(TensorData::new(values, shape), device)));
    }
    Ok(feed)
}

/// The part of a feed that a discriminator sees beside the picture: not hints and styles, which the target hides in.
pub(super) fn condition(feed: &Feed) -> Tensor<4> {
    let shown = feed.planes.iter().filter(|(plane, _)| !matches!(plane, Plane::Hints | Plane::Features { .. }));
    Tensor::cat(shown.map(|(_, value)| value.clone()).collect(), 1)
}

/// Inputs whose instance map is missing get their labels in its place, as in the official editor.
pub(super) fn with_instances(input: &Input) -> Input {
    let mut input = input.clone();
    if input.instances.is_none() {
        input.instances = input.labels.as_ref().map(|ids| ids.iter().map(|&id| u32::from(id)).collect::<Arc<[u32]>>());
    }
    input
}

/// The pictures of a tensor with three planes.
pub(super) fn tiles(caption: &str, pictures: &Tensor<4>) -> Vec<Tile> {
    let [count, channels, height, width] = pictures.dims();
    let values = floats(pictures);
    let tile = |picture: &[f32]| Tile {
        caption: caption.to_owned(),
        width,
        height,
        rgb: (0..width * height)
            .flat_map(|at| [0, 1, 2].map(|c| level(picture[c.min(channels - 1) * width * height + at], Range::Symmetric)))
            .collect(),
    };
    values.chunks_exact((channels * height * width).max(1)).take(count).map(tile).collect()
}

/// What an input looks like: labels in their colours, pictures as they are.
pub(super) fn input_tile(input: &Input, data: &DataInfo) -> Tile {
    let colour = |id: u8| data.labels.get(usize::from(id)).map_or([0; 3], |label| label.color);
    let rgb = match (&input.labels, &input.rgb) {
        (Some(labels), _) => labels.iter().flat_map(|&id| colour(id)).collect(),
        (None, Some(rgb)) => rgb.to_vec(),
        (None, None) => vec![0; 3 * input.pixels()],
    };
    Tile { caption: "input".to_owned(), width: input.width, height: input.height, rgb }
}

/// A target as a tile.
pub(super) fn image_tile(caption: &str, image: &Image) -> Tile {
    let pixels = image.width * image.height;
    let byte = |at: usize, c: usize| ((f32::midpoint(image.rgb[c * pixels + at], 1.0)).clamp(0.0, 1.0) * 255.0).round() as u8;
    let rgb = (0..pixels).flat_map(|at| [0, 1, 2].map(|c| byte(at, c))).collect();
    Tile { caption: caption.to_owned(), width: image.width, height: image.height, rgb }
}
