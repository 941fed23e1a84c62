//! The model in use and how its pictures are painted.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;
use daub_models::features::{Clusters, companions};
use daub_models::graph::Plane;
use daub_models::{ExecuteError, Input, Interrupt, Loaded, Model, random};
use daub_shaders::Extent;

use super::runner::{Pass, Runner, Shared, Uses};
use super::worker::{Painter, Step};
use super::{Options, Pixels, Quality, Request, Shown};

/// Keeps the model in use and its runners, one for each of the two sizes that alternate.
#[derive(Default)]
pub struct Studio {
    shared: Option<Shared>,
    open: Option<Open>,
}

struct Open {
    model: Arc<Model>,
    options: Options,
    loaded: Loaded,
    /// The usual looks of objects, for models that read them.
    clusters: Option<Clusters>,
    full: Runner,
    /// None for a large model, whose packed weights must not stand in memory twice: then the full runner changes size.
    preview: Option<Runner>,
    /// Time of the last full pass and the pixels that it had.
    last_full: Option<(usize, f64)>,
    /// The drawing whose exact picture the full runner keeps, and its size: edits can go on from it.
    base: Option<(u64, usize, usize)>,
}

/// A full pass longer than this is preceded by something quicker.
const SLOW_MS: f64 = 150.0;

/// A full pass longer than this gives way to a newer request once something quicker was shown.
const VERY_SLOW_MS: f64 = 500.0;

/// Weights above this make a large model: packed for fast convolutions they take about four times as much.
const LARGE_BYTES: usize = 256 << 20;

/// Before the first pass is measured: what two slow cores do.
const GUESSED_MULTIPLY_ADDS_PER_MS: f64 = 4e7;

impl Studio {
    /// A studio that may use the window's device.
    pub fn new(shared: Option<Shared>) -> Self {
        Self { shared, open: None }
    }

    /// Opens the model of a request unless it is open already.
    fn open(&mut self, model: &Arc<Model>, options: Options) -> anyhow::Result<&mut Open> {
        if !self.open.as_ref().is_some_and(|open| open.model == *model && open.options == options) {
            // The old weights go first, so that two models never stand in memory together.
            self.open = None;
            let loaded = model.load(options.norm_stats.unwrap_or(model.norm_stats()))?;
            let small = loaded.weights.bytes() <= LARGE_BYTES;
            let full = Runner::open(&loaded, options, self.shared.as_ref(), Uses { edits: small, timing: false })?;
            let preview = small.then(|| Runner::open(&loaded, options, self.shared.as_ref(), Uses::default())).transpose()?;
            let reads_features = loaded.graph.planes().any(|plane| matches!(plane, Plane::Features { .. }));
            let clusters = companions(&model.weights).1.filter(|_| reads_features);
            let clusters = clusters.map(|path| Clusters::read(&path)).transpose()?;
            let model = model.clone();
            self.open = Some(Open { model, options, loaded, clusters, full, preview, last_full: None, base: None });
        }
        self.open.as_mut().context("no model is open")
    }

    /// Paints one input at its own size; gives three bytes a pixel, the milliseconds it took and what ran it.
    ///
    /// # Errors
    /// When the model cannot be loaded or does not suit the input.
    pub fn paint(&mut self, model: &Arc<Model>, options: Options, input: &Input) -> anyhow::Result<(Arc<[u8]>, f64, String)> {
        let open = self.open(model, options)?;
        let started = Instant::now();
        let pass = Pass { extent: Extent::Exact, bytes: true };
        let pixels = open.full.paint(model.card.multiple(), &open.completed(input), pass, &Interrupt::default())?;
        let milliseconds = started.elapsed().as_secs_f64() * 1e3;
        let Pixels::Bytes(rgb) = pixels else { anyhow::bail!("the picture stayed on the device") };
        Ok((rgb, milliseconds, open.full.device()))
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
        if input.hints.is_none() && reads(|plane| *plane == Plane::Hints) {
            // No hint anywhere: the network chooses all colours.
            input.hints = Some(vec![0.0; 3 * input.pixels()].into());
        }
        let channels = self.loaded.graph.planes().find_map(|plane| match plane {
            Plane::Code { channels } => Some(channels),
            _ => None,
        });
        if let (None, Some(channels)) = (&input.code, channels) {
            input.code = Some(random::code(0, channels));
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

    /// Whether a picture of half the size is much cheaper; a U-Net pads it back to its full size.
    fn preview_pays(&self, input: &Input) -> anyhow::Result<bool> {
        let (full, half) = (self.fitted(input)?, self.fitted(&halved(input))?);
        Ok(half.0 * half.1 * 2 <= full.0 * full.1)
    }
}

impl Painter for Studio {
    fn steps(&mut self, request: &Request) -> anyhow::Result<Vec<Step>> {
        let open = self.open(&request.model, request.options)?;
        open.completed(&request.input).check(&open.loaded.graph)?;
        let expected_ms = open.expected_ms(&request.input)?;
        let step = |quality, stoppable| Step { quality, stoppable };
        let base = Some((request.stamp.document, request.input.width, request.input.height));
        Ok(if expected_ms <= SLOW_MS {
            vec![step(Quality::Full, false)]
        } else if open.base == base && request.in_stroke {
            vec![step(Quality::Edit, false)]
        } else if open.base == base && expected_ms <= VERY_SLOW_MS {
            // The end of a stroke that was followed by edits: they stand in until the exact picture is there.
            vec![step(Quality::Edit, false), step(Quality::Full, false)]
        } else if open.preview_pays(&request.input)? {
            vec![step(Quality::Preview, false), step(Quality::Full, true)]
        } else {
            vec![step(Quality::Full, false)]
        })
    }

    fn paint(&mut self, request: &Request, quality: Quality, interrupt: &Interrupt) -> anyhow::Result<Shown> {
        let open = self.open(&request.model, request.options)?;
        let multiple = request.model.card.multiple();
        let started = Instant::now();
        let input = open.completed(&request.input);
        let exact = Pass { extent: Extent::Exact, bytes: request.bytes };
        let size = (request.input.width, request.input.height);
        let (pixels, (width, height), device) = match quality {
            Quality::Preview => {
                let input = halved(&input);
                let runner = open.preview.as_mut().unwrap_or(&mut open.full);
                let pixels = runner.paint(multiple, &input, Pass { bytes: false, ..exact }, interrupt)?;
                (pixels, (input.width, input.height), runner.device())
            }
            Quality::Edit => {
                let pass = Pass { extent: Extent::Edit, bytes: false };
                (open.full.paint(multiple, &input, pass, interrupt)?, size, open.full.device())
            }
            Quality::Full => {
                let painted = open.full.paint(multiple, &input, exact, interrupt);
                let stopped = matches!(&painted, Err(error) if matches!(error.downcast_ref(), Some(ExecuteError::Interrupted)));
                let keeps_values = !stopped && open.preview.is_some();
                open.base = keeps_values.then_some((request.stamp.document, size.0, size.1));
                (painted?, size, open.full.device())
            }
        };
        let milliseconds = started.elapsed().as_secs_f64() * 1e3;
        if quality == Quality::Full {
            open.last_full = Some((request.input.pixels(), milliseconds));
        }
        let Request { stamp, model, options, .. } = request.clone();
        Ok(Shown { stamp, model, options, quality, width, height, pixels, milliseconds, device })
    }

    fn reset(&mut self) {
        self.open = None;
    }
}

fn halved(input: &Input) -> Input {
    input.resized(input.width.div_ceil(2), input.height.div_ceil(2))
}
