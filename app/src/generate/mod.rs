//! Canvas to picture: what is wanted, the thread that paints it, and what came out.

mod gather;
mod input;
mod looks;
mod options;
mod runner;
mod studio;
mod styling;
mod worker;

pub use gather::Gatherer;
pub use input::{input_of, input_of_document, rgb_of};
pub use looks::{LookPicture, LookRequest};
pub use options::{Device, Options, Precision};
pub use runner::{Layer, Pass, Runner, Shared, Uses};
pub use studio::Studio;
pub use styling::{Style, Styles, Stylist};
pub use worker::{Generator, Painter, Step};

pub(crate) use worker::yield_to_window;

use std::sync::Arc;

use daub_models::looks::Looks;
use daub_models::{Input, Model};

/// One state of one document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Stamp {
    /// Which document.
    pub document: u64,
    /// Which of its revisions.
    pub revision: u64,
}

/// A picture that is wanted: a whole state, so that any request may be dropped for a newer one.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// What it shows.
    pub stamp: Stamp,
    /// Which generator paints it.
    pub model: Arc<Model>,
    /// What the generator reads.
    pub input: Input,
    /// How its objects look, where the generator leaves that open.
    pub looks: Looks,
    /// How it is run.
    pub options: Options,
    /// What is laid over the picture.
    pub styles: Styles,
    /// Whether the pointer is still down: then an approximation will do, because more is to come.
    pub in_stroke: bool,
    /// Whether bytes are wanted even where the picture could stay on the graphics card.
    pub bytes: bool,
}

/// How good a picture is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quality {
    /// Half the size, shown until the full picture is there.
    Preview,
    /// Full size, but only the surroundings of what changed were painted anew, with the rest and the norms' statistics
    /// kept; shown during a stroke.
    Edit,
    /// What the generator makes of the whole input.
    Full,
}

/// A finished picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// The state that it was painted from.
    pub stamp: Stamp,
    /// The generator that painted it.
    pub model: Arc<Model>,
    /// How it was run.
    pub options: Options,
    /// Preview or full.
    pub quality: Quality,
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// The picture itself.
    pub pixels: Pixels,
    /// The styles that are in it already; those that take long come after the pen is lifted.
    pub styles: Styles,
    /// With styles: the picture before them, three bytes a pixel.
    pub before: Option<Arc<[u8]>>,
    /// How long the pass took.
    pub milliseconds: f64,
    /// What ran it.
    pub device: String,
}

/// Where a picture's pixels are.
#[derive(Debug, Clone, PartialEq)]
pub enum Pixels {
    /// In memory, three bytes a pixel.
    Bytes(Arc<[u8]>),
    /// On the window's own device, never read back.
    Texture {
        /// The texture that the engine's last pass writes.
        view: eframe::wgpu::TextureView,
        /// The share of its width and height that is the picture; the rest is padding.
        shown: [f32; 2],
    },
}
