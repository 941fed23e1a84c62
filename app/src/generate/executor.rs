//! Choosing what runs a network, and painting with it.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, bail};
use daub_models::cpu::{Cpu, CpuOptions};
use daub_models::graph::NormStats;
use daub_models::{Executor, Input, Interrupt, Loaded, Model, Picture, generate};
use serde::{Deserialize, Serialize};

use super::{Quality, Request, Shown, worker::Painter};

/// Where a network runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Device {
    /// The graphics card where there is a real one, else the processor.
    #[default]
    Auto,
    /// The processor.
    Cpu,
    /// The graphics card, even one that is made of software.
    Gpu,
}

/// How numbers are kept on the graphics card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    /// Half precision where the card has it.
    #[default]
    F16,
    /// Single precision.
    F32,
}

/// How a network is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Options {
    /// Where.
    pub device: Device,
    /// With which numbers.
    pub precision: Precision,
    /// Whose statistics batch norms use.
    pub norm_stats: NormStats,
}

/// A network on a device.
///
/// # Errors
/// When the device cannot be had.
pub fn open_executor(loaded: &Loaded, options: Options) -> anyhow::Result<Box<dyn Executor>> {
    match options.device {
        Device::Auto | Device::Cpu => Ok(Box::new(Cpu::new(loaded.graph.clone(), &loaded.weights, CpuOptions::default())?)),
        Device::Gpu => bail!("this build cannot run models on the graphics card yet; use --device cpu"),
    }
}

/// Keeps the model in use and its executors, one for each of the two sizes that alternate.
#[derive(Default)]
pub struct Studio {
    open: Option<Open>,
}

struct Open {
    model: Arc<Model>,
    options: Options,
    loaded: Loaded,
    full: Box<dyn Executor>,
    preview: Box<dyn Executor>,
    /// Time of the last full pass and the pixels that it had.
    last_full: Option<(usize, f64)>,
}

/// A full pass longer than this is preceded by a preview.
const PREVIEW_ABOVE_MS: f64 = 150.0;

/// Before the first pass is measured: what two slow cores do.
const GUESSED_MULTIPLY_ADDS_PER_MS: f64 = 4e7;

impl Studio {
    /// Opens the model of a request unless it is open already.
    fn open(&mut self, model: &Arc<Model>, options: Options) -> anyhow::Result<&mut Open> {
        if !self.open.as_ref().is_some_and(|open| open.model == *model && open.options == options) {
            // The old weights go first, so that two models never stand in memory together.
            self.open = None;
            let loaded = model.load(options.norm_stats)?;
            let full = open_executor(&loaded, options)?;
            let preview = open_executor(&loaded, options)?;
            self.open = Some(Open { model: model.clone(), options, loaded, full, preview, last_full: None });
        }
        self.open.as_mut().context("no model is open")
    }

    /// Paints one input at its own size.
    ///
    /// # Errors
    /// When the model cannot be loaded or does not suit the input.
    pub fn paint(&mut self, model: &Arc<Model>, options: Options, input: &Input) -> anyhow::Result<(Picture, f64, String)> {
        let open = self.open(model, options)?;
        let started = Instant::now();
        let picture = generate(open.full.as_mut(), &open.loaded.graph, model.card.multiple(), input, &Interrupt::default())?;
        Ok((picture, started.elapsed().as_secs_f64() * 1e3, open.full.device()))
    }
}

impl Open {
    /// What a full pass over this input will take.
    fn expected_ms(&self, input: &Input) -> anyhow::Result<f64> {
        if let Some((pixels, ms)) = self.last_full {
            return Ok(ms * input.pixels() as f64 / pixels as f64);
        }
        let (width, height) = self.fitted(input)?;
        let total: u64 = self.loaded.graph.multiply_adds(width, height)?.iter().sum();
        Ok(total as f64 / GUESSED_MULTIPLY_ADDS_PER_MS)
    }

    fn fitted(&self, input: &Input) -> anyhow::Result<(usize, usize)> {
        Ok(self.loaded.graph.fitted_size(input.width, input.height, self.model.card.multiple())?)
    }
}

impl Painter for Studio {
    fn wants_preview(&mut self, request: &Request) -> anyhow::Result<bool> {
        let open = self.open(&request.model, request.options)?;
        request.input.check(&open.loaded.graph)?;
        if open.expected_ms(&request.input)? <= PREVIEW_ABOVE_MS {
            return Ok(false);
        }
        // A U-Net pads a small picture back to its full size, and then a preview gains nothing.
        let (full, half) = (open.fitted(&request.input)?, open.fitted(&halved(&request.input))?);
        Ok(half.0 * half.1 * 2 <= full.0 * full.1)
    }

    fn paint(&mut self, request: &Request, quality: Quality, interrupt: &Interrupt) -> anyhow::Result<Shown> {
        let open = self.open(&request.model, request.options)?;
        let multiple = request.model.card.multiple();
        let started = Instant::now();
        let (picture, executor) = match quality {
            Quality::Full => (generate(open.full.as_mut(), &open.loaded.graph, multiple, &request.input, interrupt)?, &open.full),
            Quality::Preview => {
                let input = halved(&request.input);
                (generate(open.preview.as_mut(), &open.loaded.graph, multiple, &input, interrupt)?, &open.preview)
            }
        };
        let milliseconds = started.elapsed().as_secs_f64() * 1e3;
        let device = executor.device();
        if quality == Quality::Full {
            open.last_full = Some((request.input.pixels(), milliseconds));
        }
        let (width, height) = (picture.width, picture.height);
        Ok(Shown { stamp: request.stamp, quality, width, height, rgb: picture.rgb8().into(), milliseconds, device })
    }

    fn reset(&mut self) {
        self.open = None;
    }
}

fn halved(input: &Input) -> Input {
    input.resized(input.width.div_ceil(2), input.height.div_ceil(2))
}
