//! The numbers that a pass is given, laid out as in the shaders; a test compares each struct's size with its WGSL twin.

use bytemuck::{Pod, Zeroable};

/// In place of an offset where there is none.
pub const NONE: u32 = u32::MAX;

/// Largest number of sub-pixel phases: transposed convolutions up to stride 4.
pub const MAX_PHASES: usize = 16;

/// How a stored value is loaded; `common/operand.wgsl`.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
pub struct Operand {
    /// Rows in pixels.
    pub height: u32,
    /// Columns in pixels.
    pub width: u32,
    /// Blocks of four channels from one pixel to the next.
    pub pitch: u32,
    /// First block of this value.
    pub first: u32,
    /// Where `scale, shift` of each block lie in the tables, or [`NONE`].
    pub table: u32,
    /// Of the rectifier; 1 does nothing.
    pub slope: f32,
    /// 0 for zeros, 1 for a mirror.
    pub border: u32,
    /// Number of blocks.
    pub blocks: u32,
}

/// Where a result is stored; `common/operand.wgsl`.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Pod, Zeroable)]
pub struct Target {
    /// Rows in pixels.
    pub height: u32,
    /// Columns in pixels.
    pub width: u32,
    /// Blocks of four channels from one pixel to the next.
    pub pitch: u32,
    /// First block of this value.
    pub first: u32,
}

/// Which tiles a dispatch covers; `common/tiles.wgsl`. The last three are set anew for each run.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Pod, Zeroable)]
pub struct Tiles {
    /// Tiles in a row.
    pub columns: u32,
    /// Tiles in all.
    pub count: u32,
    /// Workgroups in a row of the dispatch.
    pub fold: u32,
    /// Whether the tiles come from a list.
    pub masked: u32,
}

/// A sub-pixel convolution; `common/convolution.wgsl`.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Pod, Zeroable)]
pub struct Phase {
    /// Taps above each other.
    pub rows: u32,
    /// Taps beside each other.
    pub columns: u32,
    /// Source row of the first tap for output row 0.
    pub origin_y: i32,
    /// Source column of the first tap for output column 0.
    pub origin_x: i32,
    /// First block of the weights.
    pub weights: u32,
    /// Row of the phase's first output.
    pub shift_y: u32,
    /// Column of the phase's first output.
    pub shift_x: u32,
    /// Nothing.
    pub unused: u32,
}

/// A convolution or one-hot stem; `common/convolution.wgsl`.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
pub struct Convolution {
    /// What is read.
    pub source: Operand,
    /// Where the result goes.
    pub destination: Target,
    /// Tiles of one phase.
    pub tiles: Tiles,
    /// Source pixels from one output to the next.
    pub stride: i32,
    /// Source pixels from one tap to the next.
    pub step: i32,
    /// Pixels between a phase's outputs.
    pub spread: u32,
    /// Blocks of the result.
    pub blocks_out: u32,
    /// Where the bias lies in the tables.
    pub bias: u32,
    /// Where the tiles' statistics go, or [`NONE`].
    pub partials: u32,
    /// Workgroups along the channels.
    pub groups: u32,
    /// See [`function`].
    pub function: u32,
    /// Classes of a one-hot stem.
    pub classes: u32,
    /// Whether a one-hot stem has other planes.
    pub dense: u32,
    /// Tiles of one phase, also where `tiles` counts only those of an edit.
    pub all_tiles: u32,
    /// Nothing.
    pub unused: u32,
    /// The sub-pixel convolutions.
    pub phases: [Phase; MAX_PHASES],
}

/// A pass without a convolution; `common/pointwise_pass.wgsl`.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
pub struct Pointwise {
    /// First operand.
    pub a: Operand,
    /// Second operand.
    pub b: Operand,
    /// Third operand.
    pub c: Operand,
    /// Where the result goes.
    pub destination: Target,
    /// Tiles of the result.
    pub tiles: Tiles,
    /// Blocks of the result.
    pub blocks: u32,
    /// See [`function`].
    pub function: u32,
    /// Side of a pool's window; for a copy, whether there is a dropout.
    pub kernel: i32,
    /// Step between windows.
    pub stride: i32,
    /// Border of windows, or of a copy.
    pub padding: i32,
    /// Channels of an uploaded plane.
    pub channels: u32,
    /// Where the tiles' statistics go, or [`NONE`].
    pub partials: u32,
    /// Nothing.
    pub unused: u32,
}

/// The second level of a norm; `norm_table.wgsl`.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
pub struct NormTable {
    /// Where the tiles' statistics lie.
    pub partials: u32,
    /// Number of tiles.
    pub count: u32,
    /// Number of blocks.
    pub blocks: u32,
    /// Where `scale, shift` go.
    pub table: u32,
    /// Where a batch norm's `weight, bias` lie, or [`NONE`].
    pub affine: u32,
    /// Added to a variance before its root.
    pub epsilon: f32,
    /// Where `mean, deviation` of the last exact run lie, or [`NONE`] where no edits are painted.
    pub exact: u32,
    /// Where each block's drift goes.
    pub drift: u32,
    /// Number of planes.
    pub channels: u32,
    /// Smallest deviation of a plane that is not flat.
    pub flat: f32,
    /// See [`norm_run`]; set anew for each run.
    pub run: u32,
    /// Nothing.
    pub unused: u32,
}

/// Whether an edit went too far; `drift.wgsl`.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
pub struct Drift {
    /// Where the drift of all norms' blocks lies; the verdict comes after it.
    pub drift: u32,
    /// Number of blocks.
    pub count: u32,
    /// The furthest that a norm may go.
    pub most: f32,
    /// Nothing.
    pub unused: u32,
}

/// The last pass; `picture.wgsl`.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
pub struct Picture {
    /// The output.
    pub source: Operand,
    /// Whether values run from 0 to 1 instead of -1 to 1.
    pub unit: u32,
    /// Planes of the output.
    pub channels: u32,
    /// Where the verdict about an edit lies, or [`NONE`].
    pub verdict: u32,
    /// Nothing.
    pub unused: u32,
}

impl Default for Operand {
    fn default() -> Self {
        Self { height: 0, width: 0, pitch: 0, first: 0, table: NONE, slope: 1.0, border: 0, blocks: 0 }
    }
}

/// What a run means to a norm.
pub mod norm_run {
    /// Its statistics are those that edits are compared with.
    pub const EXACT: u32 = 0;
    /// Its statistics are joined from new and old tiles.
    pub const EDIT: u32 = 1;
    /// An edit computed the whole value, so nothing that is kept of it can be wrong.
    pub const WHOLE: u32 = 2;
}

/// The shaders' number for a function that is applied to what is stored.
pub fn function(activation: Option<daub_models::graph::Activation>) -> u32 {
    use daub_models::graph::Activation;
    match activation {
        Some(Activation::Tanh) => 1,
        Some(Activation::Sigmoid) => 2,
        // Rectifiers are deferred to whoever loads the value.
        None | Some(Activation::Relu | Activation::LeakyRelu { .. }) => 0,
    }
}
