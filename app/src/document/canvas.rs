//! The pixels of a drawing.

use serde::{Deserialize, Serialize};

use super::Rect;
use super::journal::Journal;
use super::patch::Patch;

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
#[derive(Debug, Clone)]
pub struct Canvas {
    kind: Kind,
    width: usize,
    height: usize,
    pixels: Vec<Ink>,
    /// What written rows held before, while a transaction is open.
    journal: Option<Journal>,
}

/// Canvases are equal when their pixels are, whatever transaction is open.
impl PartialEq for Canvas {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.bounds() == other.bounds() && self.pixels == other.pixels
    }
}

impl Eq for Canvas {}

impl Canvas {
    /// A canvas filled with one ink.
    pub fn new(kind: Kind, width: usize, height: usize, ink: Ink) -> Self {
        Self { kind, width, height, pixels: vec![ink; width * height], journal: None }
    }

    /// A canvas from its pixels, rows from the top; `None` when their number does not fit.
    pub fn from_pixels(kind: Kind, width: usize, height: usize, pixels: Vec<Ink>) -> Option<Self> {
        let fits = width.checked_mul(height) == Some(pixels.len()) && !pixels.is_empty();
        fits.then_some(Self { kind, width, height, pixels, journal: None })
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

    /// One row of a rectangle that lies within the canvas, to be written to.
    pub fn row_mut(&mut self, y: usize, left: usize, right: usize) -> &mut [Ink] {
        let row = &mut self.pixels[y * self.width..(y + 1) * self.width];
        if let Some(journal) = &mut self.journal {
            journal.note(y, left, right, row);
        }
        &mut row[left..right]
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

    /// Copies a rectangle from a canvas of the same size.
    pub(super) fn copy_from(&mut self, other: &Self, rect: Rect) {
        for y in rect.top..rect.bottom {
            self.row_mut(y, rect.left, rect.right).copy_from_slice(other.row(y, rect.left, rect.right));
        }
    }

    /// Keeps a copy of every row before it is first written to, until [`Canvas::unwatch`].
    pub(super) fn watch(&mut self) {
        self.journal = Some(Journal::new(self.height));
    }

    /// Brings back what the watched canvas was, and goes on watching; gives the part that was written.
    pub(super) fn rewind(&mut self) -> Rect {
        let Some(mut journal) = self.journal.take() else { return Rect::EMPTY };
        let mut written = Rect::EMPTY;
        for (y, left, right, before) in journal.written() {
            self.row_mut(y, left, right).copy_from_slice(before);
            written = written.union(Rect { left, top: y, right, bottom: y + 1 });
        }
        journal.forget_spans();
        self.journal = Some(journal);
        written
    }

    /// Stops watching; gives what the written pixels were, unless they are the same again.
    pub(super) fn unwatch(&mut self) -> Option<Patch> {
        let journal = self.journal.take()?;
        let changed = journal.written().filter_map(|(y, left, right, before)| {
            let now = self.row(y, left, right);
            let first = before.iter().zip(now).position(|(before, now)| before != now)?;
            let last = before.iter().zip(now).rposition(|(before, now)| before != now)?;
            Some((y, left + first, &before[first..=last]))
        });
        Patch::new(changed)
    }
}
