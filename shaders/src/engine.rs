//! A network compiled for one size: everything allocated, every pass bound, ready to be replayed per stroke.

mod bind;
mod incremental;
mod read;
mod record;
mod upload;
#[cfg(test)]
mod verdict_tests;

use std::sync::Arc;

use daub_models::checkpoint::Weights;
use daub_models::executor::{ExecuteError, Interrupt};
use daub_models::{Graph, Input};

use crate::context::Context;
use crate::lower::Goal;
use crate::plan::{Plan, Room};
use crate::source::Precision;
pub use read::PassTime;

use bind::Bound;
use record::Submitted;
use upload::Plane;

/// Multiply-adds after which a submission ends, so that other users of the device get their turn.
///
/// A slow adapter does about 10^12 a second, and a window wants a frame every 16 ms.
pub const SUBMISSION: u64 = 8_000_000_000;

/// What an engine is compiled with, besides network and size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Active dropout layers, drawn from this seed.
    pub dropout_seed: Option<u64>,
    /// Keeps all activations so that edits can be painted incrementally; takes more memory.
    pub incremental: bool,
    /// Pixels by which an edit is widened at every resolution.
    pub margin: usize,
    /// Uses matrix units where the adapter has them and values have 16 bits.
    pub matrix_units: bool,
    /// Measures each pass, which then cannot overlap with others.
    pub timestamps: bool,
    /// Multiply-adds after which a submission ends.
    pub submission: u64,
}

impl Default for Options {
    fn default() -> Self {
        let margin = incremental::MARGIN;
        Self { dropout_seed: None, incremental: false, margin, matrix_units: true, timestamps: false, submission: SUBMISSION }
    }
}

/// How much of a picture is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Extent {
    /// All of it.
    Exact,
    /// The surroundings of what changed since the last run, with everything else kept; needs [`Options::incremental`].
    Edit,
}

/// What a run did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ran {
    /// Whether everything was computed; also when an edit was asked for and there was nothing to start from, or the edit
    /// went further than [`MOST_DRIFT`](daub_models::incremental::MOST_DRIFT).
    pub exact: bool,
    /// Share of all multiply-adds that was computed, 0 to 1.
    pub share: f64,
    /// How far an edit, also one that was given up, moved a norm's statistics from those of the last exact run.
    pub drift: f64,
    /// How many submissions it took.
    pub submissions: usize,
}

/// A compiled network. It takes no memory of the device after it is made, except to read back levels.
pub struct Engine {
    context: Context,
    graph: Arc<Graph>,
    size: (usize, usize),
    precision: Precision,
    options: Options,
    plan: Plan,
    bound: Bound,
    planes: Vec<Plane>,
    texture: wgpu::Texture,
    view: wgpu::TextureView,
    /// The input whose values are in memory.
    last: Option<Input>,
}

impl Engine {
    /// Compiles `graph` for pictures of `size` (columns, rows) in pixels.
    ///
    /// # Errors
    /// When the size does not suit the network or the device, a weight is missing, or the device fails.
    pub fn compile(
        context: &Context,
        graph: &Arc<Graph>,
        weights: &Weights,
        size: (usize, usize),
        precision: Precision,
        options: Options,
    ) -> Result<Self, ExecuteError> {
        if precision == Precision::F16 && !context.device.features().contains(wgpu::Features::SHADER_F16) {
            return Err(ExecuteError::Device(format!("{} has no 16-bit floats", context.name())));
        }
        let goal = Goal {
            precision,
            dropout_seed: options.dropout_seed,
            keep: options.incremental,
            matrix_units: options.matrix_units && context.matrix_units() && precision == Precision::F16,
        };
        let plan = Plan::fitting(graph, size.0, size.1, goal, Room::of(&context.device.limits()))?;
        let shape = graph.outputs.first().map(|output| graph.shapes(size.0, size.1).map(|shapes| shapes[output.node.0]));
        let shape = shape.transpose()?.ok_or(daub_models::shape::GraphError::Wiring { node: 0 })?;
        let limit = context.device.limits().max_texture_dimension_2d as usize;
        if shape.width.max(shape.height) > limit {
            return Err(ExecuteError::Device(format!("{} shows at most {limit} pixels a side", context.name())));
        }
        context.guarded(|| {
            let texture = context.device.create_texture(&wgpu::TextureDescriptor {
                label: Some("picture"),
                size: wgpu::Extent3d { width: shape.width as u32, height: shape.height as u32, depth_or_array_layers: 1 },
                mip_level_count: 1,
                sample_count: 1,
                dimension: wgpu::TextureDimension::D2,
                format: wgpu::TextureFormat::Rgba8Unorm,
                usage: wgpu::TextureUsages::STORAGE_BINDING
                    | wgpu::TextureUsages::TEXTURE_BINDING
                    | wgpu::TextureUsages::COPY_SRC,
                view_formats: &[],
            });
            let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
            let bound = Bound::new(context, &plan, weights, precision, &view, options.timestamps)?;
            let planes = plan.program.uploads.iter().map(|(kind, _)| Plane::new(*kind)).collect();
            let graph = Arc::clone(graph);
            Ok(Self { context: context.clone(), graph, size, precision, options, plan, bound, planes, texture, view, last: None })
        })
    }

    /// Paints one picture into [`Engine::texture_view`] and returns when the device has finished.
    ///
    /// # Errors
    /// When the input does not suit the network, the device fails, or `interrupt` is set between two submissions.
    pub fn run(&mut self, input: &Input, extent: Extent, interrupt: &Interrupt) -> Result<Ran, ExecuteError> {
        input.check(&self.graph)?;
        if (input.width, input.height) != self.size {
            let size = daub_models::input::InputError::Size { width: input.width, height: input.height };
            return Err(size.into());
        }
        let context = self.context.clone();
        context.guarded(|| {
            let edit = self.edit(input, extent);
            // Until the last submission has finished, memory holds a mixture.
            self.last = None;
            self.upload(input)?;
            let Submitted { mut ran, too_far } = self.submit(edit.as_ref(), interrupt)?;
            if too_far {
                let Submitted { ran: exact, .. } = self.submit(None, interrupt)?;
                ran = Ran { drift: ran.drift, submissions: ran.submissions + exact.submissions, ..exact };
            }
            self.last = Some(input.clone());
            Ok(ran)
        })
    }

    /// Changes [`Options::margin`] for the next edits.
    pub fn set_margin(&mut self, margin: usize) {
        self.options.margin = margin;
    }

    /// The picture that was last painted; it stays the same view for as long as the engine lives.
    pub fn texture_view(&self) -> &wgpu::TextureView {
        &self.view
    }

    /// Width and height of the picture in pixels.
    pub fn picture_size(&self) -> (usize, usize) {
        (self.texture.width() as usize, self.texture.height() as usize)
    }

    /// Width and height of the input that it was compiled for.
    pub fn size(&self) -> (usize, usize) {
        self.size
    }

    /// How values are stored.
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// The passes in the order they run: stage, then weight or step.
    pub fn pass_names(&self) -> impl Iterator<Item = &str> {
        self.plan.program.passes.iter().map(|pass| pass.name.as_str())
    }

    /// Multiply-adds of one exact picture, as the kernels do them.
    pub fn multiply_adds(&self) -> u64 {
        self.plan.program.passes.iter().map(|pass| pass.multiply_adds).sum()
    }

    /// Bytes of device memory, weights included.
    pub fn memory_bytes(&self) -> u64 {
        self.plan.bytes()
    }
}
