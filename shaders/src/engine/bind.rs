//! Buffers, first contents and bind groups of a plan.

use daub_models::checkpoint::Weights;
use daub_models::executor::ExecuteError;
use daub_models::graph::NORM_EPSILON;
use wgpu::util::DeviceExt as _;
use wgpu::{BufferUsages, Device};

use crate::context::Context;
use crate::pack::{packed, tensor, vector};
use crate::pass::{Pass, Program, Slot, Vectors};
use crate::plan::Plan;
use crate::source::{Precision, Stage};

/// Bytes of the verdict about an edit: how far it went, whether that is too far, and nothing twice.
pub(super) const VERDICT_BYTES: u64 = 16;

/// Everything of a plan that lies on the device.
pub(super) struct Bound {
    /// The buffers of the arena.
    pub(super) arenas: Vec<wgpu::Buffer>,
    /// Each pass's numbers, and where they start.
    pub(super) uniforms: wgpu::Buffer,
    pub(super) uniform_places: Vec<u64>,
    /// The numbers that the device has.
    pub(super) sent: Vec<u8>,
    /// The tiles of an edit, for all passes.
    pub(super) tiles: wgpu::Buffer,
    pub(super) tile_places: Vec<u64>,
    pub(super) tables: wgpu::Buffer,
    /// Where the verdict about an edit is read.
    pub(super) verdict: wgpu::Buffer,
    pub(super) uploads: Vec<wgpu::Buffer>,
    pub(super) pipelines: Vec<wgpu::ComputePipeline>,
    pub(super) groups: Vec<wgpu::BindGroup>,
    pub(super) staging: wgpu::Buffer,
    pub(super) clock: Option<Clock>,
}

/// Timestamps of every pass.
pub(super) struct Clock {
    pub(super) queries: wgpu::QuerySet,
    pub(super) resolved: wgpu::Buffer,
    pub(super) read: wgpu::Buffer,
}

impl Bound {
    pub(super) fn new(
        context: &Context,
        plan: &Plan,
        weights: &Weights,
        precision: Precision,
        picture: &wgpu::TextureView,
        timestamps: bool,
    ) -> Result<Self, ExecuteError> {
        let device = &context.device;
        let program = &plan.program;
        let kernels: Vec<_> = program.passes.iter().map(|pass| pass.kernel).collect();
        let pipelines = context.pipelines(&kernels)?;
        let storage = BufferUsages::STORAGE | BufferUsages::COPY_DST | BufferUsages::COPY_SRC;
        let buffer = |label: &str, bytes: u64, usage: BufferUsages| {
            let size = bytes.next_multiple_of(16).max(16);
            device.create_buffer(&wgpu::BufferDescriptor { label: Some(label), size, usage, mapped_at_creation: false })
        };
        let arenas: Vec<_> = plan.arenas.iter().map(|&bytes| buffer("arena", bytes, storage)).collect();
        let tables = tables(device, program, weights)?;
        let packed: Vec<_> = packed(&program.packings, weights, precision)?
            .iter()
            .map(|contents| {
                let usage = BufferUsages::STORAGE;
                device.create_buffer_init(&wgpu::util::BufferInitDescriptor { label: Some("weights"), contents, usage })
            })
            .collect();
        let uploads: Vec<_> =
            program.uploads.iter().map(|(kind, words)| buffer(&format!("{kind:?}"), *words as u64 * 4, storage)).collect();
        let limits = device.limits();
        let (uniform_places, uniform_bytes) = laid_out(
            program.passes.iter().map(|pass| pass.params.bytes().len() as u64),
            limits.min_uniform_buffer_offset_alignment,
        );
        let uniforms = buffer("numbers", uniform_bytes, BufferUsages::UNIFORM | BufferUsages::COPY_DST);
        let (tile_places, tile_bytes) =
            laid_out(program.passes.iter().map(longest_list), limits.min_storage_buffer_offset_alignment);
        let tiles = buffer("tiles", tile_bytes, storage);
        // A buffer may not be written and only read in one pass, so there are two for what a pass does not use.
        let (empty, no_weights) = (buffer("empty", 16, storage), buffer("no weights", 16, storage));
        let mut groups = Vec::with_capacity(program.passes.len());
        for (index, pass) in program.passes.iter().enumerate() {
            let part = |buffer, offset, size| {
                wgpu::BindingResource::Buffer(wgpu::BufferBinding { buffer, offset, size: std::num::NonZeroU64::new(size) })
            };
            let stored = |storage: usize| {
                let place = plan.places[storage];
                part(&arenas[place.buffer], place.offset, place.bytes)
            };
            let read = |slot: Slot| match slot {
                Slot::Empty => empty.as_entire_binding(),
                Slot::Storage(storage) => stored(storage),
                Slot::Upload(upload) => uploads[upload].as_entire_binding(),
            };
            let uniform = part(&uniforms, uniform_places[index], pass.params.bytes().len() as u64);
            let resources = if pass.kernel.stage == Stage::Picture {
                vec![uniform, read(pass.reads[0]), tables.as_entire_binding(), wgpu::BindingResource::TextureView(picture)]
            } else {
                vec![
                    uniform,
                    read(pass.reads[0]),
                    read(pass.reads[1]),
                    read(pass.reads[2]),
                    pass.writes.map_or(empty.as_entire_binding(), stored),
                    pass.packing.map_or(no_weights.as_entire_binding(), |packing| packed[packing].as_entire_binding()),
                    tables.as_entire_binding(),
                    part(&tiles, tile_places[index], longest_list(pass)),
                ]
            };
            let entries: Vec<_> =
                (0..).zip(resources).map(|(binding, resource)| wgpu::BindGroupEntry { binding, resource }).collect();
            groups.push(device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some(&pass.name),
                layout: context.layout(pass.kernel.stage),
                entries: &entries,
            }));
        }
        let largest_output = program.outputs.iter().map(|output| plan.places[output.storage].bytes).sum();
        let staging = buffer("read-back", largest_output, BufferUsages::MAP_READ | BufferUsages::COPY_DST);
        let verdict = buffer("verdict", VERDICT_BYTES, BufferUsages::MAP_READ | BufferUsages::COPY_DST);
        let clock = timestamps.then(|| Clock::new(device, program.passes.len())).flatten();
        Ok(Self {
            arenas,
            uniforms,
            uniform_places,
            sent: Vec::new(),
            tiles,
            tile_places,
            tables,
            verdict,
            uploads,
            pipelines,
            groups,
            staging,
            clock,
        })
    }
}

impl Clock {
    fn new(device: &Device, passes: usize) -> Option<Self> {
        let count = 2 * passes as u32;
        if !device.features().contains(wgpu::Features::TIMESTAMP_QUERY) || count > wgpu::QUERY_SET_MAX_QUERIES {
            return None;
        }
        let ty = wgpu::QueryType::Timestamp;
        let queries = device.create_query_set(&wgpu::QuerySetDescriptor { label: Some("passes"), ty, count });
        let buffer = |usage| {
            let size = u64::from(count) * 8;
            device.create_buffer(&wgpu::BufferDescriptor { label: Some("times"), size, usage, mapped_at_creation: false })
        };
        let resolved = buffer(BufferUsages::QUERY_RESOLVE | BufferUsages::COPY_SRC);
        let read = buffer(BufferUsages::MAP_READ | BufferUsages::COPY_DST);
        Some(Self { queries, resolved, read })
    }
}

/// Offsets of parts one after another, each aligned, and the end.
fn laid_out(sizes: impl Iterator<Item = u64>, align: u32) -> (Vec<u64>, u64) {
    let mut end = 0;
    let places = sizes
        .map(|size| {
            let at = end;
            end = (at + size).next_multiple_of(u64::from(align.max(16)));
            at
        })
        .collect();
    (places, end)
}

/// Bytes of the longest list of tiles that the pass can be given.
fn longest_list(pass: &Pass) -> u64 {
    pass.params.tiles().map_or(16, |tiles| (u64::from(tiles.count) * 4).next_multiple_of(16).max(16))
}

/// The tables with what is known before the first picture.
fn tables(device: &Device, program: &Program, weights: &Weights) -> Result<wgpu::Buffer, ExecuteError> {
    let mut values = vec![0.0_f32; program.table_blocks.max(1) * 4];
    for (at, vectors) in &program.vectors {
        let contents = contents(vectors, weights)?;
        values[at * 4..][..contents.len()].copy_from_slice(&contents);
    }
    Ok(device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
        label: Some("tables"),
        contents: bytemuck::cast_slice(&values),
        usage: BufferUsages::STORAGE | BufferUsages::COPY_DST | BufferUsages::COPY_SRC,
    }))
}

fn contents(vectors: &Vectors, weights: &Weights) -> Result<Vec<f32>, ExecuteError> {
    /// Blocks of two vectors in turn.
    fn paired(first: &[f32], second: &[f32]) -> Vec<f32> {
        first.chunks_exact(4).zip(second.chunks_exact(4)).flat_map(|(a, b)| a.iter().chain(b).copied()).collect()
    }
    match vectors {
        Vectors::Bias { key: None, runs, pixels } => Ok(vec![0.0; crate::layout::blocks(runs) * 4 * pixels]),
        Vectors::Bias { key: Some(key), runs, pixels: 1 } => vector(weights, key, runs, 0.0),
        Vectors::Bias { key: Some(key), runs, pixels } => {
            let values = &tensor(weights, key)?.values;
            let lanes = crate::layout::lanes(runs);
            let places =
                (0..*pixels).flat_map(|pixel| lanes.iter().map(move |lane| lane.map(|channel| channel * pixels + pixel)));
            Ok(places.map(|at| at.map_or(0.0, |at| values[at])).collect())
        }
        Vectors::Affine { prefix, runs } => {
            let weight = vector(weights, &format!("{prefix}.weight"), runs, 1.0)?;
            let bias = vector(weights, &format!("{prefix}.bias"), runs, 0.0)?;
            Ok(paired(&weight, &bias))
        }
        Vectors::Running { prefix, affine, runs } => {
            let named = |suffix: &str, fill| vector(weights, &format!("{prefix}.{suffix}"), runs, fill);
            let mut scale = named("running_var", 1.0)?;
            for value in &mut scale {
                *value = 1.0 / (*value + NORM_EPSILON).sqrt();
            }
            let mean = named("running_mean", 0.0)?;
            let mut shift: Vec<f32> = mean.iter().zip(&scale).map(|(mean, scale)| -mean * scale).collect();
            if *affine {
                let (weight, bias) = (named("weight", 1.0)?, named("bias", 0.0)?);
                for at in 0..scale.len() {
                    scale[at] *= weight[at];
                    shift[at] = shift[at] * weight[at] + bias[at];
                }
            }
            Ok(paired(&scale, &shift))
        }
        Vectors::Identity { blocks } => Ok([1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0].repeat(*blocks)),
    }
}
