//! Sketches traced from photographs, by the same lines as in the window ([`crate::trace`]).
//!
//! The official edges2photo data sets were made so (Isola et al. 2017, appendix): a network trained on such lines takes a
//! hand's lines as well, the more so when threshold and width vary from one look to the next.

use std::path::Path;
use std::sync::Arc;

use image::RgbImage;

use crate::checkpoint::Weights;
use crate::cpu::{Cpu, CpuOptions};
use crate::executor::{Executor as _, Interrupt};
use crate::families::hed;
use crate::input::Input;
use crate::random::Draws;
use crate::trace::{Edges, LineStyle, trace};
use crate::train::{Augment, TrainError};

/// The edge detector, ready to run.
pub(super) struct Tracer {
    executor: Cpu,
}

impl Tracer {
    /// Reads the weights (`hed_vgg16.safetensors`).
    ///
    /// # Errors
    /// When they are missing or broken.
    pub(super) fn open(weights: &Path) -> Result<Self, TrainError> {
        let graph = hed::edge_detector();
        let weights = Weights::load(weights, &graph)?;
        Ok(Self { executor: Cpu::new(Arc::new(graph), Arc::new(weights), CpuOptions::default())? })
    }

    /// Edge strengths of a photograph, one byte a pixel.
    ///
    /// # Errors
    /// When there is not enough memory for a picture of this size.
    pub(super) fn edges(&mut self, picture: &RgbImage) -> Result<Vec<u8>, TrainError> {
        let input = Input::from_rgb(picture.width() as usize, picture.height() as usize, picture.as_raw().as_slice());
        let edges = self.executor.run(&input, &Interrupt::default())?;
        let values = edges.outputs.first().map(|plate| plate.values.as_slice()).unwrap_or_default();
        Ok(values.iter().map(|value| (value.clamp(0.0, 1.0) * 255.0).round() as u8).collect())
    }
}

/// Black lines on white, three bytes a pixel, from edge strengths of the same size; `None` draws the middle of every range.
pub(super) fn traced(edges: &[u8], columns: usize, augment: &Augment, draws: Option<&mut Draws>) -> Vec<u8> {
    let between = |[least, most]: [f32; 2], share: f32| least + (most - least) * share;
    let shares = draws.map_or([0.5; 2], |draws| [draws.uniform(), draws.uniform()]);
    let (threshold, width_px) = (between(augment.sketch_threshold, shares[0]), between(augment.sketch_width, shares[1]));
    let values = edges.iter().map(|edge| f32::from(*edge) / 255.0).collect();
    let edges = Edges { width: columns, height: edges.len() / columns.max(1), values };
    let ink = trace(&edges, &LineStyle { threshold, width_px, ..LineStyle::default() });
    ink.into_iter().flat_map(|ink| [255 - ink; 3]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::Method;

    /// A soft vertical edge at column 10.
    fn soft_edge() -> Vec<u8> {
        (0..20 * 20).map(|at| 200_u8.saturating_sub(50_u8.saturating_mul((at % 20_usize).abs_diff(10) as u8))).collect()
    }

    #[test]
    fn threshold_and_pen_are_those_of_the_settings() {
        let settings = |width, threshold| Augment {
            sketch_width: [width; 2],
            sketch_threshold: [threshold; 2],
            ..Augment::new(Method::Pix2pix)
        };
        let inked = |settings: &Augment| -> Vec<usize> {
            let sketch = traced(&soft_edge(), 20, settings, None);
            let row = &sketch[20 * 10 * 3..][..60];
            (0..20).filter(|x| row[x * 3] < 128).collect()
        };
        assert_eq!(inked(&settings(1.0, 0.3)), [10]);
        assert_eq!(inked(&settings(3.0, 0.3)), [9, 10, 11]);
        assert!(inked(&settings(3.0, 0.9)).is_empty());
        let wide = settings(3.0, 0.3);
        let drawn = traced(&soft_edge(), 20, &wide, Some(&mut Draws::new(1, 1)));
        assert_eq!(drawn, traced(&soft_edge(), 20, &wide, None), "a range of one value leaves nothing to chance");
    }
}
