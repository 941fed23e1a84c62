//! From a photograph to a sketch: the edge detector, then the lines of [`daub_models::trace`].

use std::sync::Arc;

use anyhow::Context as _;
use daub_models::looks::Looks;
use daub_models::trace::{Edges, LineStyle, trace};
use daub_models::{Input, Model};
use image::RgbImage;
use image::imageops::{self, FilterType};

use crate::document::{Canvas, Kind};
use crate::generate::{Options, Studio};
use crate::io::{folders, pictures};

/// The bundled edge detector.
pub const EDGE_MODEL: &str = "hed_vgg16";

/// Longest side of what is traced in the window: beyond it a sketch gains nothing that a hand would draw.
pub const MAX_SIDE_PX: u32 = 1024;

/// The photograph at a size, its middle cut to that shape first; without a size as it is.
pub fn framed(photo: RgbImage, size: Option<(usize, usize)>) -> RgbImage {
    let Some((width, height)) = size else { return photo };
    let (from_w, from_h) = (f64::from(photo.width()), f64::from(photo.height()));
    let scale = (from_w / width as f64).min(from_h / height as f64);
    let (cut_w, cut_h) = ((width as f64 * scale).round().max(1.0), (height as f64 * scale).round().max(1.0));
    let (left, top) = (((from_w - cut_w) / 2.0).max(0.0) as u32, ((from_h - cut_h) / 2.0).max(0.0) as u32);
    let middle = imageops::crop_imm(&photo, left, top, cut_w as u32, cut_h as u32).to_image();
    if (middle.width() as usize, middle.height() as usize) == (width, height) {
        return middle;
    }
    imageops::resize(&middle, width as u32, height as u32, FilterType::Triangle)
}

/// The photograph, made smaller if a side is longer than [`MAX_SIDE_PX`].
pub fn bounded(photo: RgbImage) -> RgbImage {
    pictures::within(photo, MAX_SIDE_PX)
}

/// How probable an edge is at every pixel.
///
/// # Errors
/// When the detector is missing or cannot run.
pub fn edges(model: &str, photo: &RgbImage, options: Options) -> anyhow::Result<Edges> {
    let model = Arc::new(Model::find(model, &folders::models()).context("the edge detector is needed for tracing")?);
    edges_by(&model, photo, options)
}

/// As [`edges`], by a detector that was found already.
///
/// # Errors
/// When it cannot run.
pub fn edges_by(model: &Arc<Model>, photo: &RgbImage, options: Options) -> anyhow::Result<Edges> {
    let (width, height) = (photo.width() as usize, photo.height() as usize);
    let input = Input::from_rgb(width, height, photo.as_raw().as_slice());
    let (rgb, ..) = Studio::default().paint(model, options, &input, &Looks::default())?;
    // Of the three equal channels one will do.
    let values = rgb.as_chunks::<3>().0.iter().map(|[value, ..]| f32::from(*value) / 255.0).collect();
    Ok(Edges { width, height, values })
}

/// Draws the lines of the edges, dark on white.
///
/// # Errors
/// When there is no pixel.
pub fn sketch(edges: &Edges, style: &LineStyle) -> anyhow::Result<Canvas> {
    let pixels = trace(edges, style).into_iter().map(|ink| u32::from(255 - ink) * 0x01_0101).collect();
    Canvas::from_pixels(Kind::Sketch, edges.width, edges.height, pixels).context("the photograph is empty")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_photograph_is_framed_without_being_stretched() {
        // Left and right quarters are red; the middle square is green.
        let photo = RgbImage::from_fn(64, 32, |x, _| image::Rgb(if (16..48).contains(&x) { [0, 255, 0] } else { [255, 0, 0] }));
        let square = framed(photo.clone(), Some((16, 16)));
        assert_eq!(square.dimensions(), (16, 16));
        assert!(square.pixels().all(|pixel| pixel.0 == [0, 255, 0]));
        assert_eq!(framed(photo.clone(), None), photo);
        assert_eq!(bounded(RgbImage::new(4096, 1024)).dimensions(), (1024, 256));
        assert_eq!(bounded(RgbImage::new(5000, 1)).dimensions(), (1024, 1));
        assert_eq!(bounded(photo.clone()), photo);
    }

    #[test]
    fn ink_is_dark_on_white() {
        let edges = Edges { width: 9, height: 9, values: (0..81).map(|at| if at % 9 == 4 { 0.9 } else { 0.0 }).collect() };
        let style = LineStyle { min_length_px: 3, width_px: 1.0, ..LineStyle::default() };
        let canvas = sketch(&edges, &style).unwrap();
        assert_eq!((canvas.get(4, 4), canvas.get(0, 0)), (Some(0), Some(0x00ff_ffff)));
    }
}
