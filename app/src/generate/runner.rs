//! One network on one device, whichever it is.

use std::sync::Arc;

use anyhow::Context as _;
use daub_models::cpu::{Cpu, CpuOptions};
use daub_models::executor::recolour;
use daub_models::graph::Plane;
use daub_models::{Graph, Input, Interrupt, Loaded, Picture};
use daub_shaders::{Context, Engine, Extent, adapter};
use eframe::wgpu;

use crate::io::folders;

use super::{Device, Options, Pixels, Precision};

/// Pixels by which an edit is widened at every resolution while a stroke is under way; chosen from the curve of
/// margin against quality in the executors' docs.
const MARGIN_PX: usize = 4;

/// A network ready to paint.
pub enum Runner {
    /// On the processor.
    Cpu {
        /// The executor.
        cpu: Box<Cpu>,
        /// The last picture, whose memory is used again.
        picture: Picture,
        /// The network.
        graph: Arc<Graph>,
    },
    /// On the graphics card.
    Gpu(Box<Card>),
}

/// The graphics card's part of a [`Runner`].
pub struct Card {
    context: Context,
    loaded: Loaded,
    precision: daub_shaders::Precision,
    options: daub_shaders::Options,
    engine: Option<Engine>,
}

/// What is asked of one pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pass {
    /// All of the picture, or the surroundings of what changed since the last pass.
    pub extent: Extent,
    /// Whether bytes are wanted even where a texture would do.
    pub bytes: bool,
}

/// What a runner is made for, besides exact pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Uses {
    /// Passes over only what changed; values are kept for them, which takes memory.
    pub edits: bool,
    /// The time of each step, on a graphics card measured so that steps cannot overlap.
    pub timing: bool,
}

/// What one step of the last picture took.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Layer {
    /// What was computed.
    pub name: String,
    /// Measured time.
    pub milliseconds: f64,
    /// Multiply-adds as the network is defined.
    pub multiply_adds: u64,
}

/// The device that an option asks for; `None` is the processor.
///
/// `shared` is the window's device. Asked for in so many words, the graphics card serves even if it is software;
/// otherwise only a real one does.
///
/// # Errors
/// When a graphics card is asked for and there is none.
fn context_for(device: Device, shared: Option<&Shared>) -> anyhow::Result<Option<Context>> {
    match (device, shared) {
        (Device::Cpu, _) => Ok(None),
        (Device::Auto, Some(shared)) => Ok(shared.serves_unasked.then(|| shared.context.clone())),
        (Device::Gpu, Some(shared)) => Ok(Some(shared.context.clone())),
        (Device::Auto, None) => adapter::pick_adapter(false).map(|found| open_context(&found)).transpose(),
        (Device::Gpu, None) => {
            let found = adapter::pick_adapter(true).context("there is no graphics card or driver; use --device cpu")?;
            Ok(Some(open_context(&found)?))
        }
    }
}

fn open_context(found: &wgpu::Adapter) -> anyhow::Result<Context> {
    let (device, queue) = adapter::open(found)?;
    Ok(Context::new(found, device, queue, folders::shaders().as_deref())?)
}

/// The window's own device, shared so that pictures need not be read back.
#[derive(Clone)]
pub struct Shared {
    /// The device with the engine's pipelines.
    pub context: Context,
    /// Whether it is a real graphics card, which runs models without being asked to.
    pub serves_unasked: bool,
}

impl Shared {
    /// Takes the window's device.
    ///
    /// # Errors
    /// When it is too small for the engine.
    pub fn new(found: &wgpu::Adapter, device: &wgpu::Device, queue: &wgpu::Queue) -> anyhow::Result<Self> {
        let context = Context::new(found, device.clone(), queue.clone(), folders::shaders().as_deref())?;
        Ok(Self { context, serves_unasked: adapter::serves(found, false) })
    }
}

impl Runner {
    /// Gets a network ready.
    ///
    /// # Errors
    /// When the device cannot be had.
    pub fn open(loaded: &Loaded, options: Options, shared: Option<&Shared>, uses: Uses) -> anyhow::Result<Self> {
        // Colours are joined with the lightness that they belong to on the processor, so such networks stay there.
        let reads_lightness = loaded.graph.planes().any(|plane| plane == Plane::Lightness);
        let device = if reads_lightness { Device::Cpu } else { options.device };
        let Some(context) = context_for(device, shared)? else {
            let margin = uses.edits.then_some(MARGIN_PX);
            let Options { threads, dropout_seed, .. } = options;
            let half_weights = options.precision == Precision::F16;
            let cpu = CpuOptions { threads, dropout_seed, margin, half_weights, ..CpuOptions::default() };
            let cpu = Cpu::new(loaded.graph.clone(), loaded.weights.clone(), cpu)?;
            return Ok(Self::Cpu { cpu: Box::new(cpu), picture: Picture::default(), graph: loaded.graph.clone() });
        };
        let precision = match options.precision {
            Precision::Auto | Precision::F16 => adapter::best_precision(&context.device),
            Precision::F32 => daub_shaders::Precision::F32,
        };
        let options = daub_shaders::Options {
            dropout_seed: options.dropout_seed,
            incremental: uses.edits,
            timestamps: uses.timing,
            ..Default::default()
        };
        Ok(Self::Gpu(Box::new(Card { context, loaded: loaded.clone(), precision, options, engine: None })))
    }

    /// What runs it, for people.
    pub fn device(&self) -> String {
        match self {
            Self::Cpu { cpu, .. } => daub_models::Executor::device(cpu.as_ref()),
            Self::Gpu(card) => card.context.name().to_owned(),
        }
    }

    /// What each step of the last picture took; nothing where the device cannot tell.
    ///
    /// # Errors
    /// When the device fails.
    pub fn layers(&self) -> anyhow::Result<Vec<Layer>> {
        match self {
            Self::Cpu { cpu, .. } => Ok(cpu
                .layers()
                .into_iter()
                .map(|layer| Layer { name: layer.name, milliseconds: layer.seconds * 1e3, multiply_adds: layer.multiply_adds })
                .collect()),
            Self::Gpu(card) => {
                let times = card.engine.as_ref().map(Engine::pass_times).transpose()?.flatten().unwrap_or_default();
                let layer = |time: daub_shaders::engine::PassTime| Layer {
                    name: time.name,
                    milliseconds: time.milliseconds,
                    multiply_adds: time.multiply_adds,
                };
                Ok(times.into_iter().map(layer).collect())
            }
        }
    }

    /// Paints an input of any size: pads it to what the network takes, runs, and gives the part that was asked for.
    ///
    /// # Errors
    /// When the input does not suit the network, the device fails, or the pass is stopped.
    pub fn paint(&mut self, multiple: usize, input: &Input, pass: Pass, interrupt: &Interrupt) -> anyhow::Result<Pixels> {
        match self {
            Self::Cpu { cpu, picture, graph } => {
                input.check(graph)?;
                let (width, height) = graph.fitted_size(input.width, input.height, multiple)?;
                let padded = input.padded(width, height);
                match pass.extent {
                    Extent::Exact => cpu.run_into(&padded, interrupt, picture)?,
                    Extent::Edit => cpu.run_incremental(&padded, interrupt, picture)?,
                }
                let mut painted = picture.clone();
                recolour(graph, &padded, &mut painted);
                Ok(Pixels::Bytes(painted.cropped(input.width, input.height).rgb8().into()))
            }
            Self::Gpu(card) => card.paint(multiple, input, pass, interrupt),
        }
    }
}

impl Card {
    fn paint(&mut self, multiple: usize, input: &Input, pass: Pass, interrupt: &Interrupt) -> anyhow::Result<Pixels> {
        let graph = &self.loaded.graph;
        input.check(graph)?;
        let size = graph.fitted_size(input.width, input.height, multiple)?;
        let kept = self.engine.take().filter(|engine| engine.size() == size);
        let engine = match kept {
            Some(engine) => engine,
            None => Engine::compile(&self.context, graph, &self.loaded.weights, size, self.precision, self.options)?,
        };
        let engine = self.engine.insert(engine);
        let ran = engine.run(&input.padded(size.0, size.1), pass.extent, interrupt)?;
        let (share, drift) = (100.0 * ran.share, 100.0 * ran.drift);
        tracing::debug!("the engine computed {share:.1} % of a picture in {} submissions, drift {drift:.1} %", ran.submissions);
        if !pass.bytes {
            let shown = [input.width as f32 / size.0 as f32, input.height as f32 / size.1 as f32];
            return Ok(Pixels::Texture { view: engine.texture_view().clone(), shown });
        }
        let rgba = engine.read_texture()?;
        let rows = rgba.chunks_exact(engine.picture_size().0 * 4).take(input.height);
        let rgb: Vec<u8> =
            rows.flat_map(|row| row[..input.width * 4].as_chunks().0).flat_map(|&[r, g, b, _]| [r, g, b]).collect();
        Ok(Pixels::Bytes(rgb.into()))
    }
}
