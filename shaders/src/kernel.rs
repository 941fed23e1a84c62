//! The convolution kernels behind one trait; the first that suits a shape is taken, always by the same rule.

use crate::source::{Permutation, Precision, Stage, Tiling};

/// What a kernel is chosen by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Pixels of the result, of one phase.
    pub pixels: usize,
    /// Blocks of four channels of the result.
    pub blocks: usize,
    /// Whether the source is a label map.
    pub one_hot: bool,
    /// How values are stored.
    pub precision: Precision,
    /// Whether the device has matrix units.
    pub matrix_units: bool,
    /// Whether single tiles will be computed again after edits.
    pub edited: bool,
}

/// A way to compute a convolution. All read the same numbers, weights and operands.
pub trait ConvolutionKernel: Sync {
    /// The shader for this shape, if the kernel can do it and is thought the fastest.
    fn permutation(&self, shape: &Shape) -> Option<Permutation>;
}

/// Gathers weight columns by label.
struct OneHotStem;

/// 16x16 products on matrix units.
struct MatrixUnits;

/// Products lane by lane; suits everything.
struct Tiled;

/// Pixels up to which edited pictures are cut into smaller tiles.
const SMALL_PICTURE: usize = 128 * 64;

/// By preference.
const KERNELS: [&dyn ConvolutionKernel; 3] = [&OneHotStem, &MatrixUnits, &Tiled];

/// The shader for a convolution of this shape.
pub fn choose(shape: &Shape) -> Permutation {
    let found = KERNELS.iter().find_map(|kernel| kernel.permutation(shape));
    found.unwrap_or(Permutation { stage: Stage::Convolution, precision: shape.precision, tiling: Tiling::WIDE })
}

impl ConvolutionKernel for OneHotStem {
    fn permutation(&self, shape: &Shape) -> Option<Permutation> {
        let tiling = Tiling::rule(shape.pixels, shape.blocks);
        shape.one_hot.then_some(Permutation { stage: Stage::OneHotStem, precision: shape.precision, tiling })
    }
}

impl ConvolutionKernel for MatrixUnits {
    fn permutation(&self, shape: &Shape) -> Option<Permutation> {
        // Fewer than 17 channels would leave three quarters of a tile empty, fewer than 65 pixels half of it.
        let suits = shape.matrix_units && shape.precision == Precision::F16 && shape.blocks > 4 && shape.pixels > 64;
        suits.then_some(Permutation { stage: Stage::ConvolutionMatrix, precision: Precision::F16, tiling: Tiling::MATRIX })
    }
}

impl ConvolutionKernel for Tiled {
    fn permutation(&self, shape: &Shape) -> Option<Permutation> {
        let tiling = match Tiling::rule(shape.pixels, shape.blocks) {
            // An edit would soon cover a small picture of large tiles.
            Tiling::WIDE if shape.edited && shape.pixels <= SMALL_PICTURE => Tiling::EDITED,
            tiling => tiling,
        };
        Some(Permutation { stage: Stage::Convolution, precision: shape.precision, tiling })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matrix_units_take_heavy_layers_only() {
        let shape =
            Shape { pixels: 4096, blocks: 64, one_hot: false, precision: Precision::F16, matrix_units: true, edited: false };
        let stage = |shape: Shape| choose(&shape).stage;
        assert_eq!(stage(shape), Stage::ConvolutionMatrix);
        assert_eq!(stage(Shape { matrix_units: false, ..shape }), Stage::Convolution);
        assert_eq!(stage(Shape { precision: Precision::F32, ..shape }), Stage::Convolution);
        assert_eq!(stage(Shape { blocks: 1, ..shape }), Stage::Convolution);
        assert_eq!(stage(Shape { pixels: 16, ..shape }), Stage::Convolution);
        assert_eq!(stage(Shape { one_hot: true, ..shape }), Stage::OneHotStem);
    }
}
