//! What a generator is asked to paint: one picture's planes, as a whole state.
//!
//! A request always holds everything. An executor keeps the input of its last run and finds out itself
//! what changed, so requests may be dropped without harm.

use std::sync::Arc;

use crate::graph::{Graph, Plane};

/// Largest number of pixels of an input: 8192x8192.
pub const MAX_PIXELS: usize = 1 << 26;

/// The planes of one picture; all of `width * height` pixels, rows from the top.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Input {
    /// Columns in pixels.
    pub width: usize,
    /// Rows in pixels.
    pub height: usize,
    /// Class id of each pixel.
    pub labels: Option<Arc<[u8]>>,
    /// Instance id of each pixel; `class * 1000 + k` for countable things.
    pub instances: Option<Arc<[u32]>>,
    /// Feature planes one after another, `[channels, height, width]`.
    pub features: Option<Arc<[f32]>>,
    /// Colours, three bytes a pixel.
    pub rgb: Option<Arc<[u8]>>,
    /// Colour hints `[3, height, width]`: `a/110`, `b/110`, mask.
    pub hints: Option<Arc<[f32]>>,
    /// Random code; its length is the network's, not the picture's.
    pub code: Option<Arc<[f32]>>,
}

/// Why a network cannot read an input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    /// A plane that the network reads is missing.
    #[error("this model reads {0}, which the input does not have")]
    MissingPlane(&'static str),
    /// A plane has another length than the picture's size asks for.
    #[error("the plane of {0} has the wrong number of values")]
    PlaneLength(&'static str),
    /// A label that the model does not know.
    #[error("label {id} at column {x}, row {y} is not one of this model's labels 0 to {}", classes - 1)]
    UnknownLabel {
        /// The label.
        id: u8,
        /// Column of the first such pixel.
        x: usize,
        /// Row of the first such pixel.
        y: usize,
        /// Number of classes of the model.
        classes: usize,
    },
    /// The network has only one size.
    #[error("this model only paints pictures of {width}x{height} pixels")]
    FixedSize {
        /// Columns.
        width: usize,
        /// Rows.
        height: usize,
    },
    /// No pixel, or more than [`MAX_PIXELS`].
    #[error("a picture of {width}x{height} pixels is empty or too large (at most {} million pixels)", MAX_PIXELS >> 20)]
    Size {
        /// Columns.
        width: usize,
        /// Rows.
        height: usize,
    },
}

impl Input {
    /// A label map.
    pub fn from_labels(width: usize, height: usize, labels: impl Into<Arc<[u8]>>) -> Self {
        Self { width, height, labels: Some(labels.into()), ..Self::default() }
    }

    /// A sketch or photograph, three bytes a pixel.
    pub fn from_rgb(width: usize, height: usize, rgb: impl Into<Arc<[u8]>>) -> Self {
        Self { width, height, rgb: Some(rgb.into()), ..Self::default() }
    }

    /// Number of pixels.
    pub fn pixels(&self) -> usize {
        self.width * self.height
    }

    /// Checks that `graph` can read this input.
    ///
    /// # Errors
    /// When a plane is missing or has the wrong length, or a label is unknown.
    pub fn check(&self, graph: &Graph) -> Result<(), InputError> {
        let pixels = self.width.checked_mul(self.height).filter(|pixels| (1..=MAX_PIXELS).contains(pixels));
        let pixels = pixels.ok_or(InputError::Size { width: self.width, height: self.height })?;
        if let Some((width, height)) = graph.fixed_size().filter(|&size| size != (self.width, self.height)) {
            return Err(InputError::FixedSize { width, height });
        }
        let check = |length: Option<usize>, expected: usize, name| match length {
            None => Err(InputError::MissingPlane(name)),
            Some(length) if length == expected => Ok(()),
            Some(_) => Err(InputError::PlaneLength(name)),
        };
        for plane in graph.planes() {
            match plane {
                Plane::Labels { classes } => {
                    check(self.labels.as_ref().map(|p| p.len()), pixels, "a label map")?;
                    self.check_labels(classes)?;
                }
                Plane::InstanceEdges | Plane::Instances => {
                    check(self.instances.as_ref().map(|p| p.len()), pixels, "an instance map")?;
                }
                Plane::Features { channels } => {
                    check(self.features.as_ref().map(|p| p.len()), pixels * channels, "object features")?;
                }
                Plane::Rgb | Plane::CaffeBgr | Plane::Lightness => {
                    check(self.rgb.as_ref().map(|p| p.len()), pixels * 3, "a picture in colours")?;
                }
                Plane::Hints => check(self.hints.as_ref().map(|p| p.len()), pixels * 3, "colour hints")?,
                Plane::Code { channels } => check(self.code.as_ref().map(|p| p.len()), channels, "a random code")?,
                Plane::Values { .. } => return Err(InputError::MissingPlane("what a discriminator judges")),
            }
        }
        Ok(())
    }

    /// Checks the ids of the label map, if there is one, against the number of classes.
    ///
    /// # Errors
    /// [`InputError::UnknownLabel`] for the first id that is too large.
    pub fn check_labels(&self, classes: usize) -> Result<(), InputError> {
        let labels = self.labels.as_deref().unwrap_or_default();
        let Some(at) = labels.iter().position(|&id| usize::from(id) >= classes) else { return Ok(()) };
        Err(InputError::UnknownLabel { id: labels[at], x: at % self.width, y: at / self.width, classes })
    }

    /// The same picture at another size: ids by their nearest pixel, colours through a triangle filter.
    #[must_use]
    pub fn resized(&self, width: usize, height: usize) -> Self {
        if (width, height) == (self.width, self.height) {
            return self.clone();
        }
        let column = |x: usize| x * self.width / width;
        let row = |y: usize| y * self.height / height;
        self.remapped(width, height, column, row, |rgb| triangle(rgb, (self.width, self.height), (width, height)))
    }

    /// The picture with a border at the right and below: colours mirrored (again and again if need be),
    /// ids continued from the nearest edge.
    #[must_use]
    pub fn padded(&self, width: usize, height: usize) -> Self {
        if (width, height) == (self.width, self.height) {
            return self.clone();
        }
        let reflected = |rgb: &[u8]| {
            let mut out = Vec::with_capacity(width * height * 3);
            for y in 0..height {
                for x in 0..width {
                    let at = (mirror(y, self.height) * self.width + mirror(x, self.width)) * 3;
                    out.extend_from_slice(&rgb[at..at + 3]);
                }
            }
            out
        };
        self.remapped(width, height, |x| x.min(self.width - 1), |y| y.min(self.height - 1), reflected)
    }

    /// Every plane at another size; `column` and `row` say where each pixel comes from.
    fn remapped(
        &self,
        width: usize,
        height: usize,
        column: impl Fn(usize) -> usize,
        row: impl Fn(usize) -> usize,
        colours: impl Fn(&[u8]) -> Vec<u8>,
    ) -> Self {
        let columns: Vec<usize> = (0..width).map(column).collect();
        let rows: Vec<usize> = (0..height).map(row).collect();
        let places = || rows.iter().flat_map(|y| columns.iter().map(move |x| y * self.width + x));
        let planes = |values: &Arc<[f32]>| -> Arc<[f32]> {
            values.chunks_exact(self.pixels()).flat_map(|plane| places().map(move |at| plane[at])).collect()
        };
        Self {
            width,
            height,
            labels: self.labels.as_ref().map(|ids| places().map(|at| ids[at]).collect()),
            instances: self.instances.as_ref().map(|ids| places().map(|at| ids[at]).collect()),
            features: self.features.as_ref().map(planes),
            rgb: self.rgb.as_ref().map(|rgb| colours(rgb).into()),
            hints: self.hints.as_ref().map(planes),
            code: self.code.clone(),
        }
    }
}

/// Position `at` in an endless row of mirrored copies of `0..length`, edges not repeated.
fn mirror(at: usize, length: usize) -> usize {
    if length == 1 {
        return 0;
    }
    let period = 2 * (length - 1);
    let at = at % period;
    if at < length { at } else { period - at }
}

/// Resizes interleaved RGB with a triangle filter as wide as the step between samples.
fn triangle(rgb: &[u8], from: (usize, usize), to: (usize, usize)) -> Vec<u8> {
    let picture = image::ImageBuffer::<image::Rgb<u8>, &[u8]>::from_raw(from.0 as u32, from.1 as u32, rgb);
    let Some(picture) = picture else { return vec![0; to.0 * to.1 * 3] };
    image::imageops::resize(&picture, to.0 as u32, to.1 as u32, image::imageops::FilterType::Triangle).into_raw()
}

/// pix2pixHD's edge plane: 255 where the id differs from the left, right, upper or lower neighbour.
pub fn instance_edges(instances: &[u32], width: usize, height: usize) -> Vec<u8> {
    let mut edges = vec![0; width * height];
    for y in 0..height {
        for x in 0..width {
            let at = y * width + x;
            if x + 1 < width && instances[at] != instances[at + 1] {
                (edges[at], edges[at + 1]) = (255, 255);
            }
            if y + 1 < height && instances[at] != instances[at + width] {
                (edges[at], edges[at + width]) = (255, 255);
            }
        }
    }
    edges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_mirrors_colours_and_continues_labels() {
        let mut input = Input::from_rgb(3, 1, vec![1, 1, 1, 2, 2, 2, 3, 3, 3]);
        input.labels = Some(vec![7, 8, 9].into());
        let padded = input.padded(8, 2);
        let row: Vec<u8> = padded.rgb.iter().flat_map(|rgb| rgb.chunks(3)).take(8).map(|pixel| pixel[0]).collect();
        assert_eq!(row, [1, 2, 3, 2, 1, 2, 3, 2]);
        assert_eq!(padded.labels.as_deref(), Some([7, 8, 9, 9, 9, 9, 9, 9].repeat(2).as_slice()));
    }

    #[test]
    fn edges_mark_both_sides() {
        assert_eq!(instance_edges(&[1, 1, 2, 1, 1, 2], 3, 2), [0, 255, 255, 0, 255, 255]);
    }
}
