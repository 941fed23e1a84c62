//! Passes as data: what a graph becomes before any device is touched.

use bytemuck::bytes_of;

use crate::layout::{Place, Storage};
use crate::pack::Packing;
use crate::params::{Convolution, Drift, NormTable, Picture, Pointwise, Tiles};
use crate::source::Permutation;

/// One dispatch.
#[derive(Debug, Clone, PartialEq)]
pub struct Pass {
    /// For people: the stage and the weight or operation.
    pub name: String,
    /// Which shader.
    pub kernel: Permutation,
    /// Its numbers.
    pub params: Params,
    /// What is bound at 1, 2 and 3.
    pub reads: [Slot; 3],
    /// The storage at 4.
    pub writes: Option<usize>,
    /// The weights at 5: index into [`Program::packings`].
    pub packing: Option<usize>,
    /// Workgroups for each tile.
    pub depth: u32,
    /// What an edit does with it.
    pub edit: Edit,
    /// Multiply-adds of the exact pass.
    pub multiply_adds: u64,
    /// Bytes that must at least be moved: each operand and result once.
    pub bytes: u64,
}

/// A pass's numbers.
#[derive(Debug, Clone, PartialEq)]
pub enum Params {
    /// Of a convolution or stem.
    Convolution(Box<Convolution>),
    /// Of everything else over pixels.
    Pointwise(Pointwise),
    /// Of a norm's second level.
    NormTable(NormTable),
    /// Of the verdict about an edit.
    Drift(Drift),
    /// Of the picture.
    Picture(Picture),
}

impl Params {
    /// As bytes for the uniform buffer.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Convolution(params) => bytes_of(params.as_ref()),
            Self::Pointwise(params) => bytes_of(params),
            Self::NormTable(params) => bytes_of(params),
            Self::Drift(params) => bytes_of(params),
            Self::Picture(params) => bytes_of(params),
        }
    }

    /// The tiles, where there are any.
    pub fn tiles(&self) -> Option<&Tiles> {
        match self {
            Self::Convolution(params) => Some(&params.tiles),
            Self::Pointwise(params) => Some(&params.tiles),
            Self::NormTable(_) | Self::Drift(_) | Self::Picture(_) => None,
        }
    }

    /// The tiles, to be changed.
    pub fn tiles_mut(&mut self) -> Option<&mut Tiles> {
        match self {
            Self::Convolution(params) => Some(&mut params.tiles),
            Self::Pointwise(params) => Some(&mut params.tiles),
            Self::NormTable(_) | Self::Drift(_) | Self::Picture(_) => None,
        }
    }
}

/// Something a pass reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// Nothing.
    Empty,
    /// A storage of the arena.
    Storage(usize),
    /// An uploaded plane: index into [`Program::uploads`].
    Upload(usize),
}

/// How a pass takes part in an incremental picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edit {
    /// Only the tiles that the edit touches, of this grid of pixels.
    Tiles {
        /// Columns of one phase.
        width: usize,
        /// Rows of one phase.
        height: usize,
    },
    /// All of it.
    Whole,
}

/// Something that comes with each input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upload {
    /// Bytes of a label map, four to a word.
    Labels,
    /// Planes of floats one after another.
    Planes(daub_models::graph::Plane),
    /// Ends of the instances' runs of pixels, then the pixels.
    Instances,
}

/// A table's first contents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Vectors {
    /// A bias, zeros where there is none.
    Bias {
        /// Checkpoint key.
        key: Option<String>,
        /// Runs of the result's channels.
        runs: Vec<usize>,
        /// For a linear layer: each channel's values lie `pixels` apart.
        pixels: usize,
    },
    /// Batch norm's `weight, bias` by block.
    Affine {
        /// Key prefix.
        prefix: String,
        /// Runs of the value's channels.
        runs: Vec<usize>,
    },
    /// `scale, shift` by block of a batch norm with running statistics.
    Running {
        /// Key prefix.
        prefix: String,
        /// Whether there is a weight and a bias.
        affine: bool,
        /// Runs of the value's channels.
        runs: Vec<usize>,
    },
    /// `scale, shift` that change nothing.
    Identity {
        /// How many blocks.
        blocks: usize,
    },
}

/// A graph at a size, ready for a device.
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// In the order they run.
    pub passes: Vec<Pass>,
    /// Memory to arrange.
    pub storages: Vec<Storage>,
    /// Weights by pass.
    pub packings: Vec<Packing>,
    /// What comes with each input, and its length in words.
    pub uploads: Vec<(Upload, usize)>,
    /// First contents of the tables: where, in blocks, and what.
    pub vectors: Vec<(usize, Vectors)>,
    /// Blocks of the tables in all.
    pub table_blocks: usize,
    /// Where in the tables an edit's drift and the verdict about it come to lie.
    pub verdict: Option<usize>,
    /// The graph's outputs.
    pub outputs: Vec<Place>,
}

impl Params {
    /// Where tiles' statistics lie.
    pub fn partials_mut(&mut self) -> Option<&mut u32> {
        match self {
            Self::Convolution(params) => Some(&mut params.partials),
            Self::Pointwise(params) => Some(&mut params.partials),
            Self::NormTable(params) => Some(&mut params.partials),
            Self::Drift(_) | Self::Picture(_) => None,
        }
    }
}

impl Pass {
    /// Columns and rows that the picture pass covers.
    pub fn picture_size(&self) -> (u32, u32) {
        match &self.params {
            Params::Picture(params) => (params.source.width, params.source.height),
            _ => (0, 0),
        }
    }
}
