//! Runs the styles of a drawing over its picture.

use std::sync::Arc;
use std::time::Instant;

use daub_models::{Input, Interrupt, Model};
use daub_shaders::Extent;

use super::runner::{Pass, Runner, Shared, Uses};
use super::studio::GUESSED_MULTIPLY_ADDS_PER_MS;
use super::{Options, Pixels};
use crate::document::Object;
use crate::styles::{Ground, Step, blend};

/// The styles that a picture is wanted with, in order, their names resolved.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Styles {
    /// Steps that act; none leaves the picture as it is.
    pub steps: Vec<Style>,
    /// Whether the first step reads the drawing itself, a photograph, and not what a model makes of it.
    pub of_drawing: bool,
    /// The objects that are drawn, from below to above, when a step asks for them.
    pub objects: Vec<Arc<Object>>,
}

/// One step and the network that it runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Style {
    /// The network.
    pub model: Arc<Model>,
    /// How strongly and where.
    pub step: Step,
}

impl Styles {
    /// Whether the picture stays as it is.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

/// Keeps the networks of styles and what they painted last.
///
/// A network's own picture is kept beside the blended one, so that another strength or mask costs no pass.
#[derive(Default)]
pub struct Stylist {
    shared: Option<Shared>,
    /// Networks in use, the latest last.
    open: Vec<Open>,
    /// Pictures that networks made, the latest last.
    outputs: Vec<Output>,
}

struct Open {
    model: Arc<Model>,
    options: Options,
    runner: Runner,
    weight_bytes: usize,
    /// Time of a pass for each pixel; a guess until the first.
    ms_a_pixel: f64,
}

struct Output {
    model: Arc<Model>,
    options: Options,
    width: usize,
    input: Arc<[u8]>,
    painted: Arc<[u8]>,
}

/// Most networks in memory, and most bytes of their weights; the one that was not used for longest goes first.
const MOST_OPEN: usize = 4;
const MOST_WEIGHT_BYTES: usize = 256 << 20;

/// Most pictures that are kept.
const MOST_OUTPUTS: usize = 8;

impl Stylist {
    /// A stylist that may use the window's device.
    pub fn new(shared: Option<Shared>) -> Self {
        Self { shared, ..Self::default() }
    }

    /// Forgets networks and pictures.
    pub fn reset(&mut self) {
        self.open.clear();
        self.outputs.clear();
    }

    /// What ran the last pass, for people.
    pub fn device(&self) -> Option<String> {
        self.open.last().map(|open| open.runner.device())
    }

    /// What the passes of a chain will take on a picture of this many pixels.
    ///
    /// # Errors
    /// When a style cannot be loaded.
    pub fn expected_ms(&mut self, styles: &Styles, options: Options, pixels: usize) -> anyhow::Result<f64> {
        let mut total = 0.0;
        for style in &styles.steps {
            total += self.open(&style.model, options)?.ms_a_pixel * pixels as f64;
        }
        Ok(total)
    }

    /// Applies a chain to a picture of three bytes a pixel. Between steps and within each pass it may be told to stop;
    /// what was painted until then is kept for the next time.
    ///
    /// # Errors
    /// When a style cannot be loaded, the device fails, or the pass is stopped.
    pub fn apply(
        &mut self,
        picture: &Arc<[u8]>,
        ground: &Ground<'_>,
        styles: &Styles,
        options: Options,
        interrupt: &Interrupt,
    ) -> anyhow::Result<Arc<[u8]>> {
        let mut picture = picture.clone();
        for Style { model, step } in &styles.steps {
            interrupt.check()?;
            let coverage = step.coverage(ground);
            if coverage.as_ref().is_some_and(crate::document::Mask::is_empty) {
                continue;
            }
            let painted = self.paint(model, options, &picture, ground.width, interrupt)?;
            picture = blend(&picture, &painted, ground.width, step.strength, coverage.as_ref()).into();
        }
        Ok(picture)
    }

    /// What a network makes of a picture, from memory if it painted it before.
    fn paint(
        &mut self,
        model: &Arc<Model>,
        options: Options,
        picture: &Arc<[u8]>,
        width: usize,
        interrupt: &Interrupt,
    ) -> anyhow::Result<Arc<[u8]>> {
        let same =
            |kept: &Output| kept.model == *model && kept.options == options && kept.width == width && kept.input == *picture;
        if let Some(at) = self.outputs.iter().rposition(same) {
            let kept = self.outputs.remove(at);
            let painted = kept.painted.clone();
            self.outputs.push(kept);
            return Ok(painted);
        }
        let input = Input::from_rgb(width, picture.len() / (3 * width.max(1)), picture.clone());
        let open = self.open(model, options)?;
        let started = Instant::now();
        let pass = Pass { extent: Extent::Exact, bytes: true };
        let Pixels::Bytes(painted) = open.runner.paint(model.card.multiple(), &input, pass, interrupt)? else {
            anyhow::bail!("the picture stayed on the device");
        };
        let ms_a_pixel = started.elapsed().as_secs_f64() * 1e3 / input.pixels() as f64;
        // Half old, half new: one slow pass does not end the live view.
        open.ms_a_pixel = f64::midpoint(open.ms_a_pixel, ms_a_pixel);
        let (model, input) = (model.clone(), picture.clone());
        self.outputs.push(Output { model, options, width, input, painted: painted.clone() });
        let surplus = self.outputs.len().saturating_sub(MOST_OUTPUTS);
        self.outputs.drain(..surplus);
        Ok(painted)
    }

    fn open(&mut self, model: &Arc<Model>, options: Options) -> anyhow::Result<&mut Open> {
        let known = self.open.iter().position(|open| open.model == *model && open.options == options);
        let open = if let Some(at) = known {
            self.open.remove(at)
        } else {
            let loaded = model.load(options.norm_stats.unwrap_or(model.norm_stats()))?;
            let weight_bytes = loaded.weights.bytes();
            self.make_room(weight_bytes);
            let (width, height) = model.card.size();
            let (width, height) = loaded.graph.fitted_size(width, height, model.card.multiple())?;
            let multiply_adds: u64 = loaded.graph.multiply_adds(width, height)?.iter().sum();
            let ms_a_pixel = multiply_adds as f64 / GUESSED_MULTIPLY_ADDS_PER_MS / (width * height) as f64;
            let runner = Runner::open(&loaded, options, self.shared.as_ref(), Uses::default())?;
            Open { model: model.clone(), options, runner, weight_bytes, ms_a_pixel }
        };
        self.open.push(open);
        let last = self.open.len() - 1;
        Ok(&mut self.open[last])
    }

    fn make_room(&mut self, weight_bytes: usize) {
        let held = |open: &[Open]| open.iter().map(|open| open.weight_bytes).sum::<usize>();
        while !self.open.is_empty() && (self.open.len() >= MOST_OPEN || held(&self.open) + weight_bytes > MOST_WEIGHT_BYTES) {
            self.open.remove(0);
        }
    }
}

#[cfg(test)]
#[path = "styling_tests.rs"]
mod tests;
