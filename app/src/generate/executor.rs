//! Choosing what runs a network, and painting with it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, bail};
use daub_models::cpu::{Cpu, CpuOptions};
use daub_models::features::{Clusters, companions};
use daub_models::graph::{NormStats, Plane};
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
    /// Whose statistics batch norms use; without a choice, what the model's card says.
    pub norm_stats: Option<NormStats>,
    /// With a seed, dropout layers are active and drawn from it, so that the same seed gives the same picture.
    pub dropout_seed: Option<u64>,
}

/// A network on a device.
///
/// # Errors
/// When the device cannot be had.
pub fn open_executor(loaded: &Loaded, options: Options) -> anyhow::Result<Box<dyn Executor>> {
    match options.device {
        Device::Auto | Device::Cpu => {
            let cpu = CpuOptions { dropout_seed: options.dropout_seed, ..CpuOptions::default() };
            Ok(Box::new(Cpu::new(loaded.graph.clone(), &loaded.weights, cpu)?))
        }
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
    /// The usual looks of objects, for models that read them.
    clusters: Option<Clusters>,
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
            let loaded = model.load(options.norm_stats.unwrap_or(model.norm_stats()))?;
            let full = open_executor(&loaded, options)?;
            let preview = open_executor(&loaded, options)?;
            let reads_features = loaded.graph.planes().any(|plane| matches!(plane, Plane::Features { .. }));
            let clusters = companions(&model.weights).1.filter(|_| reads_features);
            let clusters = clusters.map(|path| Clusters::read(&path)).transpose()?;
            self.open = Some(Open { model: model.clone(), options, loaded, clusters, full, preview, last_full: None });
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
        let input = open.completed(input);
        let picture = generate(open.full.as_mut(), &open.loaded.graph, model.card.multiple(), &input, &Interrupt::default())?;
        Ok((picture, started.elapsed().as_secs_f64() * 1e3, open.full.device()))
    }
}

impl Open {
    /// The input with the planes that this network reads and the drawing does not have.
    ///
    /// Without an instance map each label counts as one thing, as in the official editor; without chosen looks
    /// every object takes one of its class's usual ones, always the same.
    fn completed(&self, input: &Input) -> Input {
        let mut input = input.clone();
        let reads = |wanted: fn(&Plane) -> bool| self.loaded.graph.planes().any(|plane| wanted(&plane));
        let reads_features = reads(|plane| matches!(plane, Plane::Features { .. }));
        let reads_instances = reads(|plane| matches!(plane, Plane::InstanceEdges | Plane::Instances));
        if input.instances.is_none() && (reads_features || reads_instances) {
            input.instances = input.labels.as_ref().map(|ids| ids.iter().map(|id| u32::from(*id)).collect());
        }
        if input.features.is_none() && reads_features {
            let chosen = self.clusters.as_ref().zip(input.instances.as_deref());
            input.features = chosen.map(|(clusters, instances)| clusters.planes(instances, &BTreeMap::new(), 0));
        }
        input
    }

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
        open.completed(&request.input).check(&open.loaded.graph)?;
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
        let input = open.completed(&request.input);
        let (executor, input) = match quality {
            Quality::Full => (&mut open.full, input),
            Quality::Preview => (&mut open.preview, halved(&input)),
        };
        let picture = generate(executor.as_mut(), &open.loaded.graph, multiple, &input, interrupt)?;
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
