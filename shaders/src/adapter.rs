//! Which adapter runs the engine, and what to ask of it.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use daub_models::executor::ExecuteError;
use wgpu::{Adapter, Backend, Backends, DeviceType, Features, Limits};

use crate::source::Precision;

/// Features that make pictures faster; none is needed.
const WELCOME: Features = Features::SHADER_F16
    .union(Features::SUBGROUP)
    .union(Features::TIMESTAMP_QUERY)
    .union(Features::PIPELINE_CACHE)
    .union(Features::EXPERIMENTAL_COOPERATIVE_MATRIX);

/// Whether the engine serves on this adapter.
///
/// Without `asked_for`, software adapters and OpenGL are left to the CPU executor, which is faster there.
/// Asked for in so many words, any adapter will do.
pub fn serves(adapter: &Adapter, asked_for: bool) -> bool {
    let info = adapter.get_info();
    asked_for || (info.device_type != DeviceType::Cpu && info.backend != Backend::Gl)
}

/// The adapter's name for people, software said so.
pub fn name(adapter: &Adapter) -> String {
    let info = adapter.get_info();
    let software = if info.device_type == DeviceType::Cpu { ", software" } else { "" };
    format!("{} ({:?}{software})", info.name, info.backend)
}

/// Finds an adapter without a window: the fastest that [`serves`]; the least like software first.
pub fn pick_adapter(asked_for: bool) -> Option<Adapter> {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
    // Opening OpenGL takes time and may speak on standard error; unasked it would not be used.
    let backends = if asked_for { Backends::all() } else { Backends::PRIMARY };
    let mut adapters = ready(instance.enumerate_adapters(backends))?;
    adapters.retain(|adapter| serves(adapter, asked_for));
    let rank = |adapter: &Adapter| {
        let info = adapter.get_info();
        let kind = match info.device_type {
            DeviceType::DiscreteGpu => 0,
            DeviceType::IntegratedGpu => 1,
            DeviceType::VirtualGpu => 2,
            DeviceType::Other => 3,
            DeviceType::Cpu => 4,
        };
        (kind, u8::from(info.backend == Backend::Gl))
    };
    adapters.into_iter().min_by_key(rank)
}

/// What to ask of the adapter, for the `required_features` of a device that the engine shares.
pub fn required_features(adapter: &Adapter) -> Features {
    adapter.features() & WELCOME
}

/// Everything that the adapter can hold: the usual limits are too small for large pictures.
pub fn required_limits(adapter: &Adapter) -> Limits {
    adapter.limits()
}

/// The description of a device that has all that the engine can use, for a window that shares its device.
pub fn device_descriptor(adapter: &Adapter) -> wgpu::DeviceDescriptor<'static> {
    wgpu::DeviceDescriptor {
        label: Some("daub"),
        required_features: required_features(adapter),
        required_limits: required_limits(adapter),
        experimental_features: experimental(),
        memory_hints: wgpu::MemoryHints::Performance,
        trace: wgpu::Trace::Off,
    }
}

/// Opens a device without a window.
///
/// # Errors
/// When the adapter refuses.
pub fn open(adapter: &Adapter) -> Result<(wgpu::Device, wgpu::Queue), ExecuteError> {
    let refused = |error: String| ExecuteError::Device(format!("{} cannot be opened: {error}", name(adapter)));
    match ready(adapter.request_device(&device_descriptor(adapter))) {
        Some(Ok(opened)) => Ok(opened),
        Some(Err(error)) => Err(refused(error.to_string())),
        None => Err(refused("it did not answer".to_owned())),
    }
}

/// 16 bits where the device has them.
pub fn best_precision(device: &wgpu::Device) -> Precision {
    if device.features().contains(Features::SHADER_F16) { Precision::F16 } else { Precision::F32 }
}

/// Whether the adapter multiplies 16x16 matrices of 16-bit floats into 32-bit sums, with subgroups of 32 lanes.
pub fn has_matrix_units(adapter: &Adapter) -> bool {
    let info = adapter.get_info();
    let shape = |found: &wgpu::CooperativeMatrixProperties| {
        (found.m_size, found.n_size, found.k_size) == (16, 16, 16)
            && found.ab_type == wgpu::CooperativeScalarType::F16
            && found.cr_type == wgpu::CooperativeScalarType::F32
    };
    adapter.features().contains(WELCOME - Features::PIPELINE_CACHE - Features::TIMESTAMP_QUERY)
        && (info.subgroup_min_size, info.subgroup_max_size) == (32, 32)
        && adapter.cooperative_matrix_properties().iter().any(shape)
}

#[expect(unsafe_code, reason = "cooperative matrices are only to be had as an experimental feature")]
fn experimental() -> wgpu::ExperimentalFeatures {
    // SAFETY: the token asks for acceptance of possible bugs in wgpu's experimental features; the only one used is
    // cooperative matrices, with shaders that are validated by a test and never made from a user's text.
    unsafe { wgpu::ExperimentalFeatures::enabled() }
}

/// The result of one of wgpu's futures; on native backends they are ready at once.
pub(crate) fn ready<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}
