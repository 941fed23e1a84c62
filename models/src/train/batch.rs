//! What one step learns from.

use std::sync::Arc;

use crate::Input;
use crate::architecture::InputKind;
use crate::card::Label;

/// A picture in the networks' numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Image {
    /// Columns in pixels.
    pub width: usize,
    /// Rows in pixels.
    pub height: usize,
    /// `[3, height, width]` in [-1, 1].
    pub rgb: Arc<[f32]>,
}

/// What is given and what should come out, of equal size.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// Label map, sketch or photograph, with an instance map where the network reads one.
    pub input: Input,
    /// The picture wanted.
    pub target: Image,
}

/// The pictures of one step, all of one size. Which part is filled depends on the method.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Batch {
    /// pix2pix, pix2pixHD and colorize; a colouriser's input is the photograph itself.
    pub pairs: Vec<Pair>,
    /// CycleGAN's two domains, equally many of each; a GAN has its pictures in the first.
    pub unpaired: (Vec<Image>, Vec<Image>),
    /// A name for each sample, for messages.
    pub names: Vec<String>,
}

impl Batch {
    /// Number of samples.
    pub fn len(&self) -> usize {
        self.pairs.len().max(self.unpaired.0.len())
    }

    /// Whether there is nothing to learn from.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What a trainer must know of the pictures before it sees one.
#[derive(Debug, Clone, PartialEq)]
pub struct DataInfo {
    /// What the input of a pair holds.
    pub input: InputKind,
    /// The classes of label maps, by id without gaps; empty for other inputs.
    pub labels: Vec<Label>,
    /// Name of the label set, where it has one.
    pub label_set: Option<String>,
    /// Whether inputs have instance maps.
    pub instances: bool,
    /// Columns of what enters the networks.
    pub width: usize,
    /// Rows of what enters the networks.
    pub height: usize,
    /// Pairs, or pictures of the larger domain: what one epoch passes over.
    pub count: usize,
    /// Whether the inputs are line drawings, for the card's task.
    pub sketches: bool,
}

/// A small picture for a sample sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// What it shows: `input`, `output`, `target`.
    pub caption: String,
    /// Columns in pixels.
    pub width: usize,
    /// Rows in pixels.
    pub height: usize,
    /// Three bytes a pixel.
    pub rgb: Vec<u8>,
}
