//! Colours for the lightness of a photograph, with hints that a user may give (Zhang et al. 2016, 2017).
//!
//! The network reads `L` of Lab and gives `a` and `b`. In training some patches of the true colours are shown to it as
//! hints, often none at all, so that it learns to do without and to follow them where they are.

use burn::tensor::{Tensor, TensorData};

use crate::Input;
use crate::colour::{ab_from_rgb, coloured, lightness};
use crate::random::Draws;

use super::bundle::Bundle;
use super::conditional::{Conditional, First, Lesson};
use super::draws::draws;
use super::feeds::{feed, image_tile};
use super::net::floats;
use super::{Batch, Config, DataInfo, Image, Losses, Pair, Site, State, Tile, TrainError, Trainer};

/// Chance that no further hint is given; eight on average, as in the paper.
const LAST_HINT: f32 = 1.0 / 8.0;
/// Largest side of a hint's patch in pixels.
const LARGEST_HINT: usize = 9;

/// A colourisation run.
pub(super) struct Colorize(pub(super) Conditional);

impl Colorize {
    pub(super) fn new(config: &Config, data: &DataInfo, site: &Site) -> Result<Self, TrainError> {
        Ok(Self(Conditional::new(config, data, site)?))
    }

    /// The photograph as an input whose hints are drawn from `stream`, or are none.
    fn hinted(&self, photo: &Input, ab: &[f32], stream: Option<Draws>) -> Input {
        let reads = self.0.architecture.hints;
        let planes = reads.then(|| match stream {
            Some(stream) => hints(ab, photo.width, photo.height, stream),
            None => vec![0.0; 3 * photo.pixels()],
        });
        Input { hints: planes.map(Into::into), ..photo.clone() }
    }

    /// One step on photographs that have their hints.
    pub(super) fn learn(&mut self, inputs: &[Input], step: u64) -> Result<Losses, TrainError> {
        let feed = feed(self.0.generator.net.graph(), &inputs.iter().collect::<Vec<_>>(), &self.0.device)?;
        let shape = [inputs.len(), 2, feed.size.1, feed.size.0];
        let colours: Vec<f32> = inputs.iter().flat_map(ab_planes).collect();
        let target = Tensor::from_data(TensorData::new(colours, shape), &self.0.device);
        self.0.step(Lesson { feed, photo: None, target }, step, First::Judge, |_| false)
    }
}

impl Trainer for Colorize {
    fn step(&mut self, batch: &Batch, step: u64) -> Result<Losses, TrainError> {
        let seed = self.0.config.seed;
        let hinted = |(sample, pair): (u64, &Pair)| {
            let stream = draws(seed, step, sample, "hints");
            self.hinted(&pair.input, &ab_planes(&pair.input), Some(stream))
        };
        let inputs: Vec<Input> = (0..).zip(&batch.pairs).map(hinted).collect();
        self.learn(&inputs, step)
    }

    fn samples(&mut self, batch: &Batch) -> Result<Vec<Vec<Tile>>, TrainError> {
        let mut rows = Vec::new();
        for (sample, pair) in (0..).zip(&batch.pairs) {
            let ab = ab_planes(&pair.input);
            let photo = pair.input.rgb.as_deref().unwrap_or_default();
            let mut row = vec![gray(pair)];
            // Always the same hints, so that sheets can be compared.
            let hints = draws(self.0.config.seed, 0, sample, "sample hints");
            let kinds = [("output", None), ("with hints", Some(hints))];
            for (caption, stream) in kinds.into_iter().take(1 + usize::from(self.0.architecture.hints)) {
                let input = self.hinted(&pair.input, &ab, stream);
                let feed = feed(self.0.generator.net.graph(), &[&input], &self.0.device)?;
                let painted = floats(&self.0.paint(feed, None)?);
                let rgb = coloured(photo, &painted).into();
                row.push(image_tile(caption, &Image { width: input.width, height: input.height, rgb }));
            }
            row.push(image_tile("target", &pair.target));
            rows.push(row);
        }
        Ok(rows)
    }

    fn state(&self) -> State {
        self.0.state()
    }

    fn restore(&mut self, state: &State) -> Result<(), TrainError> {
        self.0.restore(state)
    }

    fn bundles(&self) -> Vec<Bundle> {
        vec![self.0.bundle()]
    }
}

/// The photograph's planes `a/110` and `b/110`.
fn ab_planes(photo: &Input) -> Vec<f32> {
    let rgb = photo.rgb.as_deref().unwrap_or_default();
    let pixels = rgb.len() / 3;
    let mut planes = vec![0.0; 2 * pixels];
    for (at, &pixel) in rgb.as_chunks().0.iter().enumerate() {
        let [a, b] = ab_from_rgb(pixel);
        (planes[at], planes[pixels + at]) = (a / 110.0, b / 110.0);
    }
    planes
}

/// Patches of the true colours and a mask of where they are, `[3, height, width]`.
fn hints(ab: &[f32], width: usize, height: usize, mut stream: Draws) -> Vec<f32> {
    let pixels = width * height;
    let mut planes = vec![0.0; 3 * pixels];
    while stream.uniform() >= LAST_HINT {
        let side = 1 + (stream.uniform() * LARGEST_HINT as f32) as usize;
        // Around the middle of the picture, where its subject often is.
        let mut place = |length: usize| {
            let at = length as f32 * (0.5 + stream.normal() / 4.0) - side as f32 / 2.0;
            (at.max(0.0) as usize).min(length.saturating_sub(side))
        };
        let (left, top) = (place(width), place(height));
        let places: Vec<usize> =
            (top..(top + side).min(height)).flat_map(|y| (left..(left + side).min(width)).map(move |x| y * width + x)).collect();
        for plane in 0..2 {
            // The patch gets one colour, as a user's dab has.
            let sum: f32 = places.iter().map(|&at| ab[plane * pixels + at]).sum();
            for &at in &places {
                planes[plane * pixels + at] = sum / places.len() as f32;
            }
        }
        for &at in &places {
            planes[2 * pixels + at] = 1.0;
        }
    }
    planes
}

/// What the network sees of a photograph.
fn gray(pair: &Pair) -> Tile {
    let rgb = pair.input.rgb.as_deref().unwrap_or_default();
    let level = |pixel: &[u8; 3]| (lightness(*pixel) * 2.55).clamp(0.0, 255.0) as u8;
    let rgb = rgb.as_chunks().0.iter().flat_map(|pixel| [level(pixel); 3]).collect();
    Tile { caption: "input".to_owned(), width: pair.input.width, height: pair.input.height, rgb }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_are_true_colours_under_a_mask_and_often_absent() {
        let ab: Vec<f32> = (0..2 * 64).map(|at| if at < 64 { 0.5 } else { -0.25 }).collect();
        let mut without = 0;
        for seed in 0..400 {
            let planes = hints(&ab, 8, 8, Draws::new(seed, 0));
            assert!((0..64).all(|at| match planes[128 + at] {
                0.0 => planes[at] == 0.0 && planes[64 + at] == 0.0,
                _ => (planes[at] - 0.5).abs() < 1e-6 && (planes[64 + at] + 0.25).abs() < 1e-6,
            }));
            without += usize::from(planes[128..].iter().all(|&mask| mask == 0.0));
        }
        // One in eight.
        assert!((25..80).contains(&without), "{without} of 400 have no hint");
    }
}
