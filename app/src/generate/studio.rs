//! The model in use and how its pictures are painted.

use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;
use daub_models::features::{Clusters, companions};
use daub_models::graph::Plane;
use daub_models::looks::{Look, LookError, Looks};
use daub_models::{ExecuteError, Input, Interrupt, Loaded, Model};
use daub_shaders::Extent;

use super::runner::{Pass, Runner, Shared, Uses};
use super::styling::{Styles, Stylist};
use super::worker::{Painter, Step};
use super::{LookPicture, LookRequest, Options, Pixels, Quality, Request, Shown};
use crate::styles::Ground;

/// Keeps the model in use and its runners, one for each of the two sizes that alternate, and the styles in use.
#[derive(Default)]
pub struct Studio {
    shared: Option<Shared>,
    open: Option<Open>,
    stylist: Stylist,
    /// The last full picture before styles, so that a change of styles alone does not paint it again.
    kept: Option<Kept>,
}

/// A full picture and everything that it depends on.
struct Kept {
    model: Arc<Model>,
    options: Options,
    input: Input,
    looks: Looks,
    plain: Plain,
}

/// A picture before styles.
#[derive(Clone)]
struct Plain {
    pixels: Pixels,
    width: usize,
    height: usize,
    device: String,
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
pub(super) const GUESSED_MULTIPLY_ADDS_PER_MS: f64 = 4e7;

impl Studio {
    /// A studio that may use the window's device.
    pub fn new(shared: Option<Shared>) -> Self {
        Self { stylist: Stylist::new(shared.clone()), shared, open: None, kept: None }
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

    /// Checks that every look that was chosen is one that the model offers for an object of the input.
    ///
    /// # Errors
    /// When the model cannot be loaded.
    pub fn check_looks(
        &mut self,
        model: &Arc<Model>,
        options: Options,
        input: &Input,
        looks: &Looks,
    ) -> anyhow::Result<Result<(), LookError>> {
        let open = self.open(model, options)?;
        let input = open.completed(input, &Looks::default());
        Ok(looks.check(open.clusters.as_ref(), input.instances.as_deref().unwrap_or_default()))
    }

    /// Paints one input at its own size; gives three bytes a pixel, the milliseconds it took and what ran it.
    ///
    /// # Errors
    /// When the model cannot be loaded or does not suit the input.
    pub fn paint(
        &mut self,
        model: &Arc<Model>,
        options: Options,
        input: &Input,
        looks: &Looks,
    ) -> anyhow::Result<(Arc<[u8]>, f64, String)> {
        let open = self.open(model, options)?;
        let input = open.completed(input, looks);
        let started = Instant::now();
        let pass = Pass { extent: Extent::Exact, bytes: true };
        let pixels = open.full.paint(model.card.multiple(), &input, pass, &Interrupt::default())?;
        let milliseconds = started.elapsed().as_secs_f64() * 1e3;
        let Pixels::Bytes(rgb) = pixels else { anyhow::bail!("the picture stayed on the device") };
        Ok((rgb, milliseconds, open.full.device()))
    }
}

impl Open {
    /// The input with the planes that this network reads and the drawing does not have.
    ///
    /// Without an instance map each label counts as one thing, as in the official editor.
    fn completed(&self, input: &Input, looks: &Looks) -> Input {
        let mut input = input.clone();
        let planes = || self.loaded.graph.planes();
        let features = planes().find_map(|plane| if let Plane::Features { channels } = plane { Some(channels) } else { None });
        let code = planes().find_map(|plane| if let Plane::Code { channels } = plane { Some(channels) } else { None });
        let edges = planes().any(|plane| matches!(plane, Plane::InstanceEdges | Plane::Instances));
        if input.instances.is_none() && (features.is_some() || edges) {
            input.instances = input.labels.as_ref().map(|ids| ids.iter().map(|id| u32::from(*id)).collect());
        }
        if let (None, Some(channels)) = (&input.features, features) {
            // A picture without labels is one object.
            let one: Arc<[u32]> = if input.instances.is_none() { vec![0; input.pixels()].into() } else { Arc::default() };
            let instances = input.instances.as_ref().unwrap_or(&one);
            input.features = Some(looks.planes(self.clusters.as_ref(), instances, input.width, channels));
        }
        if let (None, Some(channels)) = (&input.code, code) {
            input.code = Some(looks.code(channels));
        }
        if input.hints.is_none() && planes().any(|plane| plane == Plane::Hints) {
            // No hint anywhere: the network chooses all colours.
            input.hints = Some(vec![0.0; 3 * input.pixels()].into());
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

impl Studio {
    /// The passes that a picture without styles deserves.
    fn plain_steps(&mut self, request: &Request) -> anyhow::Result<Vec<Step>> {
        let open = self.open(&request.model, request.options)?;
        open.completed(&request.input, &request.looks).check(&open.loaded.graph)?;
        let expected_ms = open.expected_ms(&request.input)?;
        let step = |quality, stoppable| Step { quality, styled: false, stoppable };
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

    /// The full picture before styles, where it takes no pass: a photograph that styles read itself, or the last one.
    fn ready(&self, request: &Request) -> Option<Plain> {
        if let (true, Some(rgb)) = (request.styles.of_drawing, &request.input.rgb) {
            let (width, height) = (request.input.width, request.input.height);
            return Some(Plain { pixels: Pixels::Bytes(rgb.clone()), width, height, device: "–".to_owned() });
        }
        let same = |kept: &&Kept| {
            let as_run = kept.model == request.model && kept.options == request.options;
            as_run && kept.input == request.input && kept.looks == request.looks
        };
        self.kept.as_ref().filter(same).map(|kept| kept.plain.clone())
    }

    /// The picture before styles.
    fn plain(&mut self, request: &Request, quality: Quality, bytes: bool, interrupt: &Interrupt) -> anyhow::Result<Plain> {
        if let (Quality::Full, Some(ready)) = (quality, self.ready(request)) {
            return Ok(ready);
        }
        let open = self.open(&request.model, request.options)?;
        let plain = open.paint(request, quality, bytes, interrupt)?;
        let keeps = quality == Quality::Full && matches!(plain.pixels, Pixels::Bytes(_)) && !request.styles.is_empty();
        if quality == Quality::Full {
            let Request { model, options, input, looks, .. } = request.clone();
            self.kept = keeps.then(|| Kept { model, options, input, looks, plain: plain.clone() });
        }
        Ok(plain)
    }
}

impl Open {
    fn paint(&mut self, request: &Request, quality: Quality, bytes: bool, interrupt: &Interrupt) -> anyhow::Result<Plain> {
        let multiple = request.model.card.multiple();
        let started = Instant::now();
        let input = self.completed(&request.input, &request.looks);
        let (width, height) = (request.input.width, request.input.height);
        let exact = Pass { extent: Extent::Exact, bytes };
        Ok(match quality {
            Quality::Preview => {
                let input = halved(&input);
                let runner = self.preview.as_mut().unwrap_or(&mut self.full);
                let pixels = runner.paint(multiple, &input, exact, interrupt)?;
                Plain { pixels, width: input.width, height: input.height, device: runner.device() }
            }
            Quality::Edit => {
                let pixels = self.full.paint(multiple, &input, Pass { extent: Extent::Edit, bytes }, interrupt)?;
                Plain { pixels, width, height, device: self.full.device() }
            }
            Quality::Full => {
                let painted = self.full.paint(multiple, &input, exact, interrupt);
                let stopped = matches!(&painted, Err(error) if matches!(error.downcast_ref(), Some(ExecuteError::Interrupted)));
                let keeps_values = !stopped && self.preview.is_some();
                self.base = keeps_values.then_some((request.stamp.document, width, height));
                let pixels = painted?;
                self.last_full = Some((request.input.pixels(), started.elapsed().as_secs_f64() * 1e3));
                Plain { pixels, width, height, device: self.full.device() }
            }
        })
    }
}

impl Painter for Studio {
    fn steps(&mut self, request: &Request) -> anyhow::Result<Vec<Step>> {
        let ready = self.ready(request).is_some();
        let full = Step { quality: Quality::Full, styled: false, stoppable: false };
        let mut steps = if ready { Vec::new() } else { self.plain_steps(request)? };
        let styled_ms = self.stylist.expected_ms(&request.styles, request.options, request.input.pixels())?;
        if request.styles.is_empty() || (request.in_stroke && styled_ms > SLOW_MS) {
            // Styles that take long wait until the pen is lifted.
            return Ok(if ready { vec![full] } else { steps });
        }
        if styled_ms > SLOW_MS {
            steps.push(Step { styled: true, stoppable: true, ..full });
        } else if ready {
            steps.push(Step { styled: true, ..full });
        } else {
            for step in &mut steps {
                step.styled = true;
            }
        }
        Ok(steps)
    }

    fn paint(&mut self, request: &Request, step: Step, interrupt: &Interrupt) -> anyhow::Result<Shown> {
        let started = Instant::now();
        let quality = step.quality;
        // A full picture that styles will be laid over is wanted as bytes the first time.
        let bytes = step.styled || (quality == Quality::Full && (request.bytes || !request.styles.is_empty()));
        let Plain { mut pixels, width, height, mut device } = self.plain(request, quality, bytes, interrupt)?;
        let (mut styles, mut before) = (Styles::default(), None);
        if step.styled {
            let Pixels::Bytes(plain) = pixels else { anyhow::bail!("the picture stayed on the device") };
            let (scale, labels) = match quality {
                Quality::Preview => (2, halved(&request.input).labels),
                Quality::Edit | Quality::Full => (1, request.input.labels.clone()),
            };
            let ground = Ground { width, height, scale, labels: labels.as_deref(), objects: &request.styles.objects };
            styles = request.styles.clone();
            pixels = Pixels::Bytes(self.stylist.apply(&plain, &ground, &styles, request.options, interrupt)?);
            before = Some(plain);
            if styles.of_drawing {
                device = self.stylist.device().unwrap_or(device);
            }
        }
        let milliseconds = started.elapsed().as_secs_f64() * 1e3;
        let Request { stamp, model, options, .. } = request.clone();
        Ok(Shown { stamp, model, options, quality, width, height, pixels, styles, before, milliseconds, device })
    }

    fn look(&mut self, wish: &LookRequest, index: usize, interrupt: &Interrupt) -> anyhow::Result<LookPicture> {
        let LookRequest { request, object } = wish;
        let open = self.open(&request.model, request.options)?;
        let choices = open.clusters.as_ref().map_or(0, |clusters| clusters.choices(object.id()));
        let nothing = LookPicture { stamp: request.stamp, object: *object, index, choices, picture: None };
        let input = open.completed(&request.input, &request.looks);
        let (Some(instances), true) = (input.instances.as_ref(), index < choices) else { return Ok(nothing) };
        let mut looks = request.looks.clone();
        looks.choose(*object, Some(Look::Usual(index)), instances, input.width);
        let pixels = object.pixels(instances, input.width);
        let small = halved(&open.completed(&request.input, &looks));
        // The full runner would lose the picture that edits go on from.
        open.base = open.base.filter(|_| open.preview.is_some());
        let runner = open.preview.as_mut().unwrap_or(&mut open.full);
        let pass = Pass { extent: Extent::Exact, bytes: true };
        let painted = runner.paint(request.model.card.multiple(), &small, pass, interrupt)?;
        let Pixels::Bytes(rgb) = painted else { anyhow::bail!("the picture stayed on the device") };
        let picture = super::looks::cut_out(&rgb, (small.width, small.height), &pixels, input.width);
        Ok(LookPicture { picture: Some(picture), ..nothing })
    }

    fn reset(&mut self) {
        self.open = None;
        self.kept = None;
        self.stylist.reset();
    }
}

fn halved(input: &Input) -> Input {
    input.resized(input.width.div_ceil(2), input.height.div_ceil(2))
}
