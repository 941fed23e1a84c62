//! The WGSL engine that runs generator graphs on wgpu.

pub mod adapter;
pub mod context;
pub mod engine;
pub mod executor;
pub mod kernel;
pub mod layout;
pub mod lower;
pub mod pack;
pub mod params;
pub mod pass;
pub mod plan;
pub mod source;

pub use context::Context;
pub use engine::{Engine, Extent, Options, Ran};
pub use executor::Gpu;
pub use source::Precision;
