//! Sketches traced from photographs: HED's edge strengths, thinned to lines and drawn with a pen of some width.
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
    let threshold = between(augment.sketch_threshold, shares[0]);
    let radius = (between(augment.sketch_width, shares[1]) - 1.0).max(0.0) / 2.0;
    let lines = thinned(edges, columns, threshold * 255.0);
    let drawn = thickened(&lines, columns, radius);
    drawn.into_iter().flat_map(|is_line| [if is_line { 0 } else { 255 }; 3]).collect()
}

/// The crests of the edge strengths that are above `threshold`: places that no neighbour across the edge exceeds
/// (non-maximum suppression, Canny 1986).
fn thinned(edges: &[u8], columns: usize, threshold: f32) -> Vec<bool> {
    let rows = edges.len() / columns.max(1);
    let smooth = blurred(edges, columns);
    let at = |x: isize, y: isize| {
        let (x, y) = (x.clamp(0, columns as isize - 1) as usize, y.clamp(0, rows as isize - 1) as usize);
        smooth[y * columns + x]
    };
    let is_crest = |index: usize| {
        let (x, y) = ((index % columns) as isize, (index / columns) as isize);
        let here = smooth[index];
        if here <= threshold {
            return false;
        }
        // Second differences say across which direction the crest is steepest: that is where it must be highest.
        let bend = |dx: isize, dy: isize| {
            // Diagonal neighbours are farther by the root of two, and a second difference falls with the square.
            let far = if dx != 0 && dy != 0 { 2.0 } else { 1.0 };
            (at(x + dx, y + dy) + at(x - dx, y - dy) - 2.0 * here) / far
        };
        let directions = [(1, 0), (0, 1), (1, 1), (1, -1)];
        let (dx, dy) = directions.into_iter().min_by(|a, b| bend(a.0, a.1).total_cmp(&bend(b.0, b.1))).unwrap_or((1, 0));
        // Of two equal neighbours one must win, or flat crests would be two pixels wide.
        here >= at(x + dx, y + dy) && here > at(x - dx, y - dy)
    };
    (0..edges.len()).map(is_crest).collect()
}

/// Through `[1, 2, 1] / 4` both ways: strengths are whole numbers with flat tops, and crests need slopes.
fn blurred(edges: &[u8], columns: usize) -> Vec<f32> {
    let rows = edges.len() / columns.max(1);
    let mut across = vec![0.0; edges.len()];
    for y in 0..rows {
        for x in 0..columns {
            let row = &edges[y * columns..][..columns];
            let (left, right) = (row[x.saturating_sub(1)], row[(x + 1).min(columns - 1)]);
            across[y * columns + x] = (f32::from(left) + 2.0 * f32::from(row[x]) + f32::from(right)) / 4.0;
        }
    }
    let mut both = across.clone();
    for y in 0..rows {
        let (above, below) = (y.saturating_sub(1) * columns, (y + 1).min(rows - 1) * columns);
        for x in 0..columns {
            both[y * columns + x] = (across[above + x] + 2.0 * across[y * columns + x] + across[below + x]) / 4.0;
        }
    }
    both
}

/// Lines drawn with a round pen.
fn thickened(lines: &[bool], columns: usize, radius: f32) -> Vec<bool> {
    let rows = lines.len() / columns.max(1);
    let reach = radius.ceil() as isize;
    let pen: Vec<(isize, isize)> = (-reach..=reach)
        .flat_map(|dy| (-reach..=reach).map(move |dx| (dx, dy)))
        .filter(|(dx, dy)| ((dx * dx + dy * dy) as f32).sqrt() <= radius)
        .collect();
    let mut drawn = lines.to_vec();
    for index in (0..lines.len()).filter(|&index| lines[index]) {
        let (x, y) = ((index % columns) as isize, (index / columns) as isize);
        for (dx, dy) in &pen {
            let (x, y) = (x + dx, y + dy);
            if (0..columns as isize).contains(&x) && (0..rows as isize).contains(&y) {
                drawn[y as usize * columns + x as usize] = true;
            }
        }
    }
    drawn
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
    fn a_soft_edge_becomes_a_line_of_one_pixel() {
        let lines = thinned(&soft_edge(), 20, 100.0);
        for row in lines.chunks(20) {
            let columns: Vec<usize> = (0..20).filter(|&x| row[x]).collect();
            assert_eq!(columns, [10]);
        }
        assert!(thinned(&soft_edge(), 20, 230.0).iter().all(|line| !line));
    }

    #[test]
    fn the_pen_has_the_width_that_was_asked_for() {
        let wide = Augment { sketch_width: [3.0, 3.0], sketch_threshold: [0.3, 0.3], ..Augment::new(Method::Pix2pix) };
        let sketch = traced(&soft_edge(), 20, &wide, None);
        let row: Vec<u8> = sketch[20 * 10 * 3..][..60].iter().copied().step_by(3).collect();
        assert_eq!((0..20).filter(|&x| row[x] == 0).collect::<Vec<_>>(), [9, 10, 11]);
        assert_eq!(traced(&soft_edge(), 20, &wide, Some(&mut Draws::new(1, 1))), sketch);
    }
}
