//! The device that engines share: its errors as values, and every shader compiled only once.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use daub_models::executor::ExecuteError;
use wgpu::{Device, ErrorFilter, Queue};

use crate::adapter::ready;
use crate::emulation::emulated_products;
use crate::pipeline_cache;
use crate::source::{Permutation, Stage};

/// Bytes of workgroup memory that the convolution on matrix units takes.
const MATRIX_MEMORY: u32 = 28 << 10;

/// Where 16x16 products are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MatrixUnits {
    /// Nowhere: the adapter has none that suit.
    None,
    /// On the adapter's.
    Native,
    /// Lane by lane, so that the kernel around them can be tested on any adapter with 16-bit floats.
    Emulated,
}

/// A device with the engine's pipelines. Clones share everything.
#[derive(Clone)]
pub struct Context {
    /// Where everything lies.
    pub device: Device,
    /// Where work is given to.
    pub queue: Queue,
    shared: Arc<Shared>,
}

struct Shared {
    name: String,
    matrix_units: MatrixUnits,
    lost: Arc<Mutex<Option<String>>>,
    passes: wgpu::BindGroupLayout,
    picture: wgpu::BindGroupLayout,
    pipelines: Mutex<HashMap<Permutation, wgpu::ComputePipeline>>,
    cache: Option<wgpu::PipelineCache>,
    /// Where the cache is kept between starts.
    cache_file: Option<PathBuf>,
}

impl Context {
    /// Takes a device, for example egui's. From now on the device's loss is noticed here.
    ///
    /// With a folder, compiled shaders are kept there between starts, where the adapter can give them out.
    ///
    /// # Errors
    /// When the device is lost or too small for any pass.
    pub fn new(adapter: &wgpu::Adapter, device: Device, queue: Queue, cache_folder: Option<&Path>) -> Result<Self, ExecuteError> {
        let native = crate::adapter::has_matrix_units(adapter)
            && device.limits().max_compute_workgroup_storage_size >= MATRIX_MEMORY
            && device.features().contains(wgpu::Features::EXPERIMENTAL_COOPERATIVE_MATRIX);
        Self::with(adapter, device, queue, if native { MatrixUnits::Native } else { MatrixUnits::None }, cache_folder)
    }

    /// As [`Context::new`], with matrix units emulated lane by lane: slow, for tests of the kernels that use them.
    ///
    /// # Errors
    /// As [`Context::new`].
    pub fn with_emulated_matrix_units(adapter: &wgpu::Adapter, device: Device, queue: Queue) -> Result<Self, ExecuteError> {
        Self::with(adapter, device, queue, MatrixUnits::Emulated, None)
    }

    fn with(
        adapter: &wgpu::Adapter,
        device: Device,
        queue: Queue,
        matrix_units: MatrixUnits,
        cache_folder: Option<&Path>,
    ) -> Result<Self, ExecuteError> {
        let lost = Arc::new(Mutex::new(None));
        let notice = Arc::clone(&lost);
        device.set_device_lost_callback(move |_, message| {
            *notice.lock().unwrap_or_else(PoisonError::into_inner) = Some(message);
        });
        let scopes = Scopes::new(&device);
        let storage = |read_only| wgpu::BindingType::Buffer {
            ty: wgpu::BufferBindingType::Storage { read_only },
            has_dynamic_offset: false,
            min_binding_size: None,
        };
        let uniform =
            wgpu::BindingType::Buffer { ty: wgpu::BufferBindingType::Uniform, has_dynamic_offset: false, min_binding_size: None };
        let texture = wgpu::BindingType::StorageTexture {
            access: wgpu::StorageTextureAccess::WriteOnly,
            format: wgpu::TextureFormat::Rgba8Unorm,
            view_dimension: wgpu::TextureViewDimension::D2,
        };
        // The arena is bound several times in one pass; wgpu allows that only if each binding may write.
        let (write, read) = (storage(false), storage(true));
        let passes = layout(&device, "passes", &[uniform, write, write, write, write, read, write, read]);
        let picture = layout(&device, "picture", &[uniform, write, write, texture]);
        let caches = device.features().contains(wgpu::Features::PIPELINE_CACHE);
        let cache_file = cache_folder.filter(|_| caches).and_then(|folder| pipeline_cache::path(folder, &adapter.get_info()));
        let cache = caches.then(|| cache(&device, cache_file.as_deref().and_then(pipeline_cache::read).as_deref()));
        scopes.check()?;
        let shared = Shared {
            name: crate::adapter::name(adapter),
            matrix_units,
            lost,
            passes,
            picture,
            pipelines: Mutex::default(),
            cache,
            cache_file,
        };
        Ok(Self { device, queue, shared: Arc::new(shared) })
    }

    /// The adapter's name for people.
    pub fn name(&self) -> &str {
        &self.shared.name
    }

    /// Whether convolutions can use matrix units.
    pub fn matrix_units(&self) -> bool {
        self.shared.matrix_units != MatrixUnits::None
    }

    /// What the device said when it was lost, if it was.
    pub fn lost(&self) -> Option<String> {
        self.shared.lost.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Runs `work` with every error of the device caught.
    ///
    /// # Errors
    /// The first error, or the device's loss.
    pub fn guarded<T>(&self, work: impl FnOnce() -> Result<T, ExecuteError>) -> Result<T, ExecuteError> {
        self.check()?;
        let scopes = Scopes::new(&self.device);
        let result = work();
        let caught = scopes.check();
        if caught.is_err() || result.is_err() {
            // The news of a loss arrives while polling; its result would only repeat what is already known.
            let _ = self.device.poll(wgpu::PollType::Poll);
        }
        self.check()?;
        caught?;
        result
    }

    /// # Errors
    /// When the device is lost.
    pub fn check(&self) -> Result<(), ExecuteError> {
        match self.lost() {
            None => Ok(()),
            Some(message) => Err(ExecuteError::Device(format!("{} was lost: {message}", self.shared.name))),
        }
    }

    /// The layout of a pass's bindings.
    pub(crate) fn layout(&self, stage: Stage) -> &wgpu::BindGroupLayout {
        if stage == Stage::Picture { &self.shared.picture } else { &self.shared.passes }
    }

    /// The pipelines of these permutations, those that are new compiled side by side.
    pub(crate) fn pipelines(&self, wanted: &[Permutation]) -> Result<Vec<wgpu::ComputePipeline>, ExecuteError> {
        let mut new: Vec<Permutation> = Vec::new();
        {
            let known = self.shared.pipelines.lock().unwrap_or_else(PoisonError::into_inner);
            new.extend(wanted.iter().filter(|permutation| !known.contains_key(permutation)));
        }
        new.sort_unstable();
        new.dedup();
        let compiled: Vec<Result<wgpu::ComputePipeline, ExecuteError>> = std::thread::scope(|scope| {
            let workers: Vec<_> = new
                .iter()
                .map(|permutation| {
                    let worker = std::thread::Builder::new().name(permutation.name());
                    worker.spawn_scoped(scope, || self.compile(*permutation))
                })
                .collect();
            workers
                .into_iter()
                .map(|worker| {
                    worker.map_or_else(
                        |error| Err(failed(&error)),
                        |handle| {
                            handle.join().unwrap_or_else(|_| Err(ExecuteError::Device("the shader compiler failed".to_owned())))
                        },
                    )
                })
                .collect()
        });
        let news = !new.is_empty();
        let mut known = self.shared.pipelines.lock().unwrap_or_else(PoisonError::into_inner);
        for (permutation, pipeline) in new.into_iter().zip(compiled) {
            known.insert(permutation, pipeline?);
        }
        if news {
            self.keep_compiled();
        }
        Ok(wanted.iter().filter_map(|permutation| known.get(permutation).cloned()).collect())
    }

    /// Writes the cache for the next start; a folder that cannot be written costs only time then.
    fn keep_compiled(&self) {
        let Some((cache, path)) = self.shared.cache.as_ref().zip(self.shared.cache_file.as_ref()) else { return };
        let Some(data) = cache.get_data() else { return };
        if let Err(error) = pipeline_cache::write(path, &data) {
            tracing::info!("compiled shaders are not kept in {}: {error}", path.display());
        }
    }

    fn compile(&self, permutation: Permutation) -> Result<wgpu::ComputePipeline, ExecuteError> {
        self.guarded(|| {
            let name = permutation.name();
            let emulated = self.shared.matrix_units == MatrixUnits::Emulated;
            let text = if emulated { emulated_products(&permutation.wgsl()) } else { permutation.wgsl() };
            let module = module(&self.device, permutation.stage, text, &name);
            let layout = self.device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: Some(&name),
                bind_group_layouts: &[Some(self.layout(permutation.stage))],
                immediate_size: 0,
            });
            Ok(self.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(&name),
                layout: Some(&layout),
                module: &module,
                entry_point: Some("main"),
                compilation_options: wgpu::PipelineCompilationOptions {
                    // Every tile is written before it is read.
                    zero_initialize_workgroup_memory: false,
                    ..Default::default()
                },
                cache: self.shared.cache.as_ref(),
            }))
        })
    }
}

fn failed(error: &std::io::Error) -> ExecuteError {
    ExecuteError::Device(format!("no thread for the shader compiler: {error}"))
}

fn layout(device: &Device, label: &str, types: &[wgpu::BindingType]) -> wgpu::BindGroupLayout {
    let entries: Vec<_> = (0..)
        .zip(types)
        .map(|(binding, &ty)| wgpu::BindGroupLayoutEntry { binding, visibility: wgpu::ShaderStages::COMPUTE, ty, count: None })
        .collect();
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some(label), entries: &entries })
}

#[expect(unsafe_code, reason = "wgpu cannot check data that is given to a pipeline cache")]
fn cache(device: &Device, data: Option<&[u8]>) -> wgpu::PipelineCache {
    let descriptor = wgpu::PipelineCacheDescriptor { label: Some("daub"), data, fallback: true };
    // SAFETY: the data came from `get_data` in an earlier run, which its checksum vouches for; wgpu compares the adapter
    // and the driver that its header names, and starts empty where they differ.
    unsafe { device.create_pipeline_cache(&descriptor) }
}

/// A shader; the convolutions without the checks that would hinder the unrolling of their inner loops.
#[expect(unsafe_code, reason = "bounds checks are left out where every index comes from the plan")]
fn module(device: &Device, stage: Stage, text: String, name: &str) -> wgpu::ShaderModule {
    let source = wgpu::ShaderSource::Wgsl(text.into());
    let descriptor = wgpu::ShaderModuleDescriptor { label: Some(name), source };
    match stage {
        Stage::Convolution | Stage::ConvolutionMatrix | Stage::OneHotStem => {
            let checks = wgpu::ShaderRuntimeChecks::unchecked();
            // SAFETY: loops end, because their bounds are constants or sizes from the plan; indices into workgroup
            // memory are smaller than the constants of its arrays; indices into buffers come from shapes that the
            // plan gave room to, from tiles of those shapes, and from labels that were checked against the classes.
            unsafe { device.create_shader_module_trusted(descriptor, checks) }
        }
        _ => device.create_shader_module(descriptor),
    }
}

/// Error scopes of every kind, in the order in which they must be closed.
struct Scopes {
    guards: [wgpu::ErrorScopeGuard; 3],
}

impl Scopes {
    fn new(device: &Device) -> Self {
        let filters = [ErrorFilter::Validation, ErrorFilter::OutOfMemory, ErrorFilter::Internal];
        Self { guards: filters.map(|filter| device.push_error_scope(filter)) }
    }

    fn check(self) -> Result<(), ExecuteError> {
        let [validation, memory, internal] = self.guards;
        let errors = [internal, memory, validation].map(|scope| ready(scope.pop()).flatten());
        match errors.into_iter().flatten().next() {
            None => Ok(()),
            Some(wgpu::Error::OutOfMemory { .. }) => Err(ExecuteError::Device("the adapter is out of memory".to_owned())),
            Some(error) => Err(ExecuteError::Device(error.to_string())),
        }
    }
}
