//! The pixels of a drawing.

use serde::{Deserialize, Serialize};

use super::Rect;

/// What a brush lays down: a label id, or an sRGB colour as `0xRRGGBB`.
pub type Ink = u32;

/// What the pixels of a drawing mean. Drawings and models of the same kind fit each other.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Kind {
    /// Ids of the label set with this name.
    Labels(String),
    /// Dark lines on white.
    Sketch,
    /// Any picture in colours.
    Photo,
}

impl Kind {
    /// Whether pixels are label ids and not colours.
    pub fn is_labels(&self) -> bool {
        matches!(self, Self::Labels(_))
    }
}

impl From<String> for Kind {
    fn from(name: String) -> Self {
        match name.as_str() {
            "sketch" => Self::Sketch,
            "photo" => Self::Photo,
            _ => Self::Labels(name),
        }
    }
}

impl From<Kind> for String {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Sketch => "sketch".to_owned(),
            Kind::Photo => "photo".to_owned(),
            Kind::Labels(name) => name,
        }
    }
}

/// A picture of inks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canvas {
    kind: Kind,
    width: usize,
    height: usize,
    pixels: Vec<Ink>,
}

impl Canvas {
    /// A canvas filled with one ink.
    pub fn new(kind: Kind, width: usize, height: usize, ink: Ink) -> Self {
        Self { kind, width, height, pixels: vec![ink; width * height] }
    }

    /// A canvas from its pixels, rows from the top; `None` when their number does not fit.
    pub fn from_pixels(kind: Kind, width: usize, height: usize, pixels: Vec<Ink>) -> Option<Self> {
        (width.checked_mul(height) == Some(pixels.len()) && !pixels.is_empty()).then_some(Self { kind, width, height, pixels })
    }

    /// What the pixels mean.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// Columns.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// All pixels, rows from the top.
    pub fn pixels(&self) -> &[Ink] {
        &self.pixels
    }

    /// The whole canvas.
    pub fn bounds(&self) -> Rect {
        Rect::from_size(self.width, self.height)
    }

    /// The ink at a pixel, if it is on the canvas.
    pub fn get(&self, x: usize, y: usize) -> Option<Ink> {
        (x < self.width && y < self.height).then(|| self.pixels[y * self.width + x])
    }

    /// One row of a rectangle that lies within the canvas.
    pub fn row_mut(&mut self, y: usize, left: usize, right: usize) -> &mut [Ink] {
        let start = y * self.width;
        &mut self.pixels[start + left..start + right]
    }

    /// One row of a rectangle that lies within the canvas.
    pub fn row(&self, y: usize, left: usize, right: usize) -> &[Ink] {
        let start = y * self.width;
        &self.pixels[start + left..start + right]
    }

    /// The pixels of a rectangle within the canvas, row by row.
    pub fn read(&self, rect: Rect) -> Vec<Ink> {
        (rect.top..rect.bottom).flat_map(|y| self.row(y, rect.left, rect.right)).copied().collect()
    }

    /// Swaps the pixels of a rectangle with others.
    pub(super) fn swap(&mut self, rect: Rect, pixels: &mut [Ink]) {
        for (y, row) in (rect.top..rect.bottom).zip(pixels.chunks_exact_mut(rect.width().max(1))) {
            self.row_mut(y, rect.left, rect.right).swap_with_slice(row);
        }
    }

    /// Copies a rectangle from a canvas of the same size.
    pub(super) fn copy_from(&mut self, other: &Self, rect: Rect) {
        for y in rect.top..rect.bottom {
            self.row_mut(y, rect.left, rect.right).copy_from_slice(other.row(y, rect.left, rect.right));
        }
    }
}
