//! The engine: runs generator [`Graph`](daub_models::Graph)s on any GPU that wgpu reaches, with shaders of our own.
//!
//! # From a graph to a picture
//!
//! [`daub_models::fuse`] regroups a graph into steps that defer norms, rectifiers, borders and concatenations.
//! [`layout`] gives every value blocks of four channels, and places what is joined side by side, so that a skip
//! connection is no copy. [`lower`] turns steps into [`pass`]es, [`kernel`] chooses each convolution's shader by a fixed
//! rule, and [`plan`] lays all values into one arena by liveness. None of this touches a device.
//! [`Engine::compile`] then allocates, [`pack`]s the weights, compiles the shaders of [`source`] (each once for a
//! [`Context`], side by side) and binds every pass. [`Engine::run`] uploads what differs from its last input and submits
//! the passes; the last one writes 8-bit levels into [`Engine::texture_view`]. No memory of the device is taken after
//! [`Engine::compile`] except by read-backs, and nothing is searched or compiled after it.
//!
//! In reading order: [`adapter`], [`context`], [`layout`], [`params`], [`source`], [`kernel`], [`pass`], [`lower`],
//! [`pack`], [`plan`], [`engine`], [`executor`].
//!
//! # Convolutions
//!
//! A convolution is a matrix product whose left side is gathered while it is loaded into workgroup memory: border, norm
//! and rectifier of the source happen there, and no unrolled picture is stored. Sums are 32-bit, stored values 16 or 32.
//! A transposed convolution of stride 2 is four sub-pixel convolutions in one dispatch. The epilogue adds the bias and
//! computes each tile's mean and squared distances, which [`source::Stage::NormTable`] joins in a fixed order: pictures
//! repeat to the bit. The first layer over labels gathers weight columns by label. The kernel on matrix units
//! (`convolution_matrix.wgsl`) is taken for 16-bit layers of more than 16 channels and 64 pixels on adapters that list
//! 16x16x16 products of f16 into f32 and whose subgroups have 32 lanes.
//!
//! # Incremental pictures
//!
//! With [`Options::incremental`] all activations are kept, and [`Extent::Edit`] computes only the tiles around what
//! changed, by the masks of [`daub_models::incremental`]. Each tile's statistics are kept too, so an edit renews the
//! norms from new and old tiles. Street at 512x256 (f16, a round stroke of 1.2 % of the picture), against the exact picture:
//!
//! | margin (pixels of each resolution) | inside the stroke | outside | multiply-adds |
//! |---|---|---|---|
//! | 0 | 38.8 dB | 34.6 dB | 6.0 % |
//! | 1 | 40.1 dB | 34.7 dB | 6.1 % |
//! | 2 (the default) | 40.4 dB | 34.7 dB | 11.6 % |
//! | 4 | 44.2 dB | 34.7 dB | 33.6 % |
//! | 8 | 43.5 dB | 34.7 dB | 34.2 % |
//! | 16 | 47.9 dB | 35.0 dB | 68.4 % |
//! | 32 | 48.1 dB | 35.1 dB | 93.0 % |
//!
//! The `margins` example prints this table for any model, size and adapter, and how far each edit moved the norms: 2.7 to
//! 3.5 % here. Other networks lose more without a margin: a small random one has 27 dB inside at margin 0, 39 dB at 2 and
//! 48 dB at 4.
//!
//! An edit that moves any norm's statistics further than [`MOST_DRIFT`](daub_models::incremental::MOST_DRIFT), 4.5 %, from
//! the last exact run's changes the picture everywhere and is painted exactly at once, as on the CPU.
//! [`source::Stage::Drift`] finds that out before the last pass, which then leaves the texture alone, and the host reads
//! the verdict with the wait that ends every run. Whole pictures (256x128, f32, margin 2) without that verdict, against the
//! exact ones: rectangles on Street had 37 and 36 dB where they went 3.2 and 5.0 %, 29 dB at 7.4 %, and 17 to 24 dB in the
//! seven cases beyond 13 %; on a small random network 38, 32 and 25 dB at 1.4, 5.5 and 16 %.
//!
//! The CPU executor goes further ([`daub_models::cpu`]): it computes blocks far from the edit as well, which stand for the
//! rest of the picture in its statistics, and widens edits more in larger pictures. Here a norm's statistics are joined
//! from tiles of equal weight, so blocks have nothing to stand for. It also gives an edit up at the first norm that goes
//! too far, while here the device finishes the edit first: one that is given up costs its own work and the exact run's.
//!
//! # Robustness
//!
//! Errors of the device come back as [`ExecuteError`](daub_models::ExecuteError)s: a loss, an exhausted memory, a refused shader.
//! A network that is too large for a buffer or binding of the adapter is refused with the size that fits. Dispatches of
//! more than 65,535 workgroups are folded. A submission ends after [`Options::submission`] multiply-adds and at most
//! two wait at a time, so others who share the device get their turn.
//!
//! # What has been measured, and what has not
//!
//! Everything was run on lavapipe (llvmpipe, Mesa 22.3), a software adapter: agreement with the reference executor on
//! every family and bundled model (f32 above 120 dB, f16 above 59 dB), bit-identical repeats, edits, folding, refusals
//! and losses. pix2pixHD's `label2city_1024p` at 2048x1024 in f16 plans 715 MiB, or 1,919 MiB with everything kept for edits.
//!
//! Compiling, shaders and packing included and reading weights from disk not, took 0.24 to 0.38 s for Street at 512x256
//! and 2.3 to 3.5 s for 182 million parameters at 1024x512, on two busy cores of an AMD EPYC server with AVX-512; a
//! GPU's driver compiles shaders at another pace.
//!
//! *Nothing has been timed on a GPU.* Unmeasured are: every speed against PyTorch; the time to the first picture; the
//! speed-up of an edit; whether frames get through while a picture is painted. The kernel on matrix units validates and
//! becomes SPIR-V, and agrees with the reference when its 16x16 products are emulated lane by lane; the products
//! themselves have run on no hardware. Timestamps per pass ([`Engine::pass_times`]) have run on lavapipe only.
//! wgpu's pipeline cache is created where the adapter has one, and is not yet stored between starts.
//!
//! Expected next gains, by arithmetic rather than measurement: larger tiles and double buffering in the kernel on
//! matrix units; loading a tile's surroundings once for all taps; residual sums as part of the next convolution's load;
//! a pooled label map without one-hot planes (168 MB at 2048x1024); splitting long sums at the bottom of a U-Net.

pub mod adapter;
pub mod context;
mod emulation;
pub mod engine;
pub mod executor;
pub mod kernel;
pub mod layout;
pub mod lower;
pub mod pack;
pub mod params;
pub mod pass;
mod pipeline_cache;
pub mod plan;
pub mod source;

pub use context::Context;
pub use engine::{Engine, Extent, Options, Ran};
pub use executor::Gpu;
pub use source::Precision;
