//! The shaders' text: every stage with its imports resolved and the constants of one permutation before it.

use std::fmt::Write as _;

/// How values and weights are stored. Sums are always float32.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Precision {
    /// 16-bit floats; the adapter needs `SHADER_F16`.
    F16,
    /// 32-bit floats.
    F32,
}

impl Precision {
    /// Bytes of a block of four channels.
    pub const fn block_bytes(self) -> usize {
        match self {
            Self::F16 => 8,
            Self::F32 => 16,
        }
    }
}

/// The stages, one file each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    /// Tiled implicit matrix product.
    Convolution,
    /// The same on matrix units.
    ConvolutionMatrix,
    /// Gather of weight columns by label.
    OneHotStem,
    /// Sum of two values.
    Add,
    /// Spatially adaptive modulation.
    Spade,
    /// A value with everything deferred done.
    Copy,
    /// Change of size by the nearest sample.
    ResizeNearest,
    /// Change of size between samples.
    ResizeBilinear,
    /// Mean over windows.
    AveragePool,
    /// Maximum over windows.
    MaxPool,
    /// Uploaded planes into blocks.
    InputPlanes,
    /// Uploaded labels into one-hot planes.
    InputLabels,
    /// Statistics of a stored value's tiles.
    Statistics,
    /// Tiles' statistics into scale and shift.
    NormTable,
    /// Whether an edit moved the norms too far.
    Drift,
    /// Fully connected layer.
    Linear,
    /// Mean over instances.
    InstanceMean,
    /// 8-bit levels into the texture.
    Picture,
}

impl Stage {
    /// All of them.
    pub const ALL: [Self; 18] = [
        Self::Convolution,
        Self::ConvolutionMatrix,
        Self::OneHotStem,
        Self::Add,
        Self::Spade,
        Self::Copy,
        Self::ResizeNearest,
        Self::ResizeBilinear,
        Self::AveragePool,
        Self::MaxPool,
        Self::InputPlanes,
        Self::InputLabels,
        Self::Statistics,
        Self::NormTable,
        Self::Drift,
        Self::Linear,
        Self::InstanceMean,
        Self::Picture,
    ];

    /// Its file, without `.wgsl`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Convolution => "convolution",
            Self::ConvolutionMatrix => "convolution_matrix",
            Self::OneHotStem => "one_hot_stem",
            Self::Add => "add",
            Self::Spade => "spade",
            Self::Copy => "copy",
            Self::ResizeNearest => "resize_nearest",
            Self::ResizeBilinear => "resize_bilinear",
            Self::AveragePool => "average_pool",
            Self::MaxPool => "max_pool",
            Self::InputPlanes => "input_planes",
            Self::InputLabels => "input_labels",
            Self::Statistics => "statistics",
            Self::NormTable => "norm_table",
            Self::Drift => "drift",
            Self::Linear => "linear",
            Self::InstanceMean => "instance_mean",
            Self::Picture => "picture",
        }
    }
}

/// How a workgroup of 256 lanes is laid over pixels and channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tiling {
    /// Columns of a tile in pixels.
    pub width: u32,
    /// Rows of a tile in pixels.
    pub height: u32,
    /// Blocks of four channels side by side, one to a lane.
    pub blocks: u32,
    /// Pixels of one lane.
    pub pixels_per_lane: u32,
    /// Blocks of input channels in one step through shared memory.
    pub steps: u32,
}

impl Tiling {
    /// 128 pixels by 64 channels; also the tile of every pass without a convolution.
    pub const WIDE: Self = Self { width: 16, height: 8, blocks: 16, pixels_per_lane: 8, steps: 4 };
    /// 128 pixels by 32 channels.
    pub const MIDDLE: Self = Self { width: 16, height: 8, blocks: 8, pixels_per_lane: 4, steps: 4 };
    /// 256 pixels by 4 channels, for the picture itself.
    pub const THIN: Self = Self { width: 16, height: 16, blocks: 1, pixels_per_lane: 1, steps: 4 };
    /// 16 pixels by 64 channels, for the bottom of a U-Net.
    pub const SMALL: Self = Self { width: 4, height: 4, blocks: 16, pixels_per_lane: 1, steps: 8 };
    /// 64 pixels by 64 channels, for pictures of which parts are computed again.
    pub const EDITED: Self = Self { width: 8, height: 8, blocks: 16, pixels_per_lane: 4, steps: 4 };
    /// 128 pixels by 64 channels on matrix units.
    pub const MATRIX: Self = Self { steps: 8, ..Self::WIDE };
    /// Those of the kernels without matrix units.
    pub const ALL: [Self; 5] = [Self::WIDE, Self::MIDDLE, Self::THIN, Self::SMALL, Self::EDITED];

    /// The tiling for a result of this many pixels (of one phase) and blocks of channels.
    pub fn rule(pixels: usize, blocks: usize) -> Self {
        match (pixels, blocks) {
            (_, 0..=2) => Self::THIN,
            (0..=64, _) => Self::SMALL,
            (_, 3..=8) => Self::MIDDLE,
            _ => Self::WIDE,
        }
    }

    /// Pixels of a tile.
    pub const fn pixels(self) -> u32 {
        self.width * self.height
    }
}

/// One shader: a stage and the constants it is compiled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Permutation {
    /// Which file.
    pub stage: Stage,
    /// How values are stored.
    pub precision: Precision,
    /// How a workgroup is laid out.
    pub tiling: Tiling,
}

impl Permutation {
    /// Every permutation that an engine may ask for.
    pub fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for stage in Stage::ALL {
            for precision in [Precision::F16, Precision::F32] {
                let tilings: &[Tiling] = match stage {
                    Stage::Convolution | Stage::OneHotStem => &Tiling::ALL,
                    Stage::ConvolutionMatrix => &[Tiling::MATRIX],
                    _ => &[Tiling::WIDE],
                };
                if stage == Stage::ConvolutionMatrix && precision == Precision::F32 {
                    continue;
                }
                all.extend(tilings.iter().map(|&tiling| Self { stage, precision, tiling }));
            }
        }
        all
    }

    /// For messages and pipeline labels.
    pub fn name(&self) -> String {
        let precision = match self.precision {
            Precision::F16 => "f16",
            Precision::F32 => "f32",
        };
        format!("{} {precision} {}x{}x{}", self.stage.name(), self.tiling.width, self.tiling.height, self.tiling.blocks * 4)
    }

    /// The complete WGSL.
    pub fn wgsl(&self) -> String {
        let mut text = String::new();
        if self.precision == Precision::F16 {
            text.push_str("enable f16;\n");
        }
        if self.stage == Stage::ConvolutionMatrix {
            text.push_str("enable wgpu_cooperative_matrix;\n");
        }
        // Larger values would become infinities in 16 bits.
        let (scalar, narrowed) = match self.precision {
            Precision::F16 => ("f16", "Stored(clamp(x, vec4f(-65504.0), vec4f(65504.0)))"),
            Precision::F32 => ("f32", "x"),
        };
        let Tiling { width, height, blocks, pixels_per_lane, steps } = self.tiling;
        let pixels = self.tiling.pixels();
        let lanes_m = pixels / pixels_per_lane;
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "alias Stored = vec4<{scalar}>;\n\
             fn widened(x: Stored) -> vec4f {{ return vec4f(x); }}\n\
             fn narrowed(x: vec4f) -> Stored {{ return {narrowed}; }}\n\
             const TILE_WIDTH: u32 = {width}u;\nconst TILE_HEIGHT: u32 = {height}u;\nconst PIXELS: u32 = {pixels}u;\n\
             const BLOCKS_N: u32 = {blocks}u;\nconst PIXELS_PER_LANE: u32 = {pixels_per_lane}u;\n\
             const LANES_M: u32 = {lanes_m}u;\nconst STEPS: u32 = {steps}u;\n"
        );
        let mut seen = Vec::new();
        resolve(&format!("{}.wgsl", self.stage.name()), &mut seen, &mut text);
        text
    }
}

/// Appends a file after the files it imports, each only once.
fn resolve(path: &str, seen: &mut Vec<String>, text: &mut String) {
    if seen.iter().any(|known| known == path) {
        return;
    }
    seen.push(path.to_owned());
    let Some((_, file)) = FILES.iter().find(|(name, _)| *name == path) else {
        // The shader tests resolve every permutation, so a wrong import never leaves a developer's machine.
        let _ = writeln!(text, "const_assert false; // there is no file {path}");
        return;
    };
    for line in file.lines() {
        if let Some(import) = line.strip_prefix("#import <").and_then(|rest| rest.strip_suffix('>')) {
            resolve(import, seen, text);
        } else {
            text.push_str(line);
            text.push('\n');
        }
    }
}

macro_rules! files {
    ($($path:literal),* $(,)?) => { &[$(($path, include_str!(concat!("../wgsl/", $path)))),*] };
}

/// Every file in `wgsl`.
const FILES: &[(&str, &str)] = files![
    "add.wgsl",
    "average_pool.wgsl",
    "common/bindings.wgsl",
    "common/convolution.wgsl",
    "common/epilogue.wgsl",
    "common/function.wgsl",
    "common/gather.wgsl",
    "common/load_a.wgsl",
    "common/load_b.wgsl",
    "common/operand.wgsl",
    "common/pointwise.wgsl",
    "common/pointwise_pass.wgsl",
    "common/tiles.wgsl",
    "convolution.wgsl",
    "convolution_matrix.wgsl",
    "copy.wgsl",
    "drift.wgsl",
    "input_labels.wgsl",
    "input_planes.wgsl",
    "instance_mean.wgsl",
    "linear.wgsl",
    "max_pool.wgsl",
    "norm_table.wgsl",
    "one_hot_stem.wgsl",
    "picture.wgsl",
    "resize_bilinear.wgsl",
    "resize_nearest.wgsl",
    "spade.wgsl",
    "statistics.wgsl",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params;
    use wgpu::naga::back::spv;
    use wgpu::naga::valid::{Capabilities, ValidationFlags, Validator};

    fn span(module: &wgpu::naga::Module, name: &str) -> Option<u32> {
        module.types.iter().find_map(|(_, ty)| match (&ty.name, &ty.inner) {
            (Some(found), wgpu::naga::TypeInner::Struct { span, .. }) if found == name => Some(*span),
            _ => None,
        })
    }

    #[test]
    fn every_shader_is_valid_and_as_large_as_its_rust_twin() {
        let mut failures = Vec::new();
        for permutation in Permutation::all() {
            let text = permutation.wgsl();
            let module = match wgpu::naga::front::wgsl::parse_str(&text) {
                Ok(module) => module,
                Err(error) => {
                    failures.push(format!("{}: {}", permutation.name(), error.emit_to_string(&text)));
                    continue;
                }
            };
            match Validator::new(ValidationFlags::all(), Capabilities::all()).validate(&module) {
                Err(error) => failures.push(format!("{}: {}", permutation.name(), error.emit_to_string(&text))),
                // What validates must also become SPIR-V, which no adapter here may have been able to try.
                Ok(info) => {
                    let options = spv::Options { lang_version: (1, 4), ..spv::Options::default() };
                    let words = spv::write_vec(&module, &info, &options, None);
                    if !words.as_ref().is_ok_and(|words| words.len() > 100) {
                        failures.push(format!("{}: {:?}", permutation.name(), words.err()));
                    }
                }
            }
            let expected = match permutation.stage {
                Stage::Convolution | Stage::ConvolutionMatrix | Stage::OneHotStem => size_of::<params::Convolution>(),
                Stage::NormTable => size_of::<params::NormTable>(),
                Stage::Drift => size_of::<params::Drift>(),
                Stage::Picture => size_of::<params::Picture>(),
                _ => size_of::<params::Pointwise>(),
            };
            let found = span(&module, "Pass");
            if found != Some(expected as u32) {
                failures.push(format!("{}: Pass is {found:?} bytes and {expected} in Rust", permutation.name()));
            }
        }
        assert!(failures.is_empty(), "{}", failures.join("\n"));
    }

    #[test]
    fn each_stage_opens_with_its_purpose() {
        for (path, text) in FILES {
            assert!(text.starts_with("// ") && text.lines().next().is_some_and(|line| line.ends_with('.')), "{path}");
        }
    }
}
