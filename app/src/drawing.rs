//! Recorded drawings: strokes with times, as JSON. Starter scenes are recorded drawings too.
//!
//! ```json
//! {
//!   "format": 1,
//!   "name": "street-avenue",
//!   "title": {"en": "Avenue", "zh": "林荫大道"},
//!   "kind": "cityscapes-35",
//!   "model": "street",
//!   "width": 512, "height": 256, "background": 23,
//!   "strokes": [
//!     {"at_ms": 0, "tool": "polygon", "ink": 7, "points": [[0, 160], [512, 160], [512, 256], [0, 256]]},
//!     {"at_ms": 400, "duration_ms": 600, "tool": "brush", "ink": 21, "radius_px": 10, "points": [[40.5, 90], [60, 70]]}
//!   ]
//! }
//! ```
//!
//! * `kind` is a label set's name, `sketch` or `photo`; `ink` and `background` are label ids, or `"#rrggbb"` elsewhere.
//! * `points` are canvas pixels from the upper left; see [`crate::paint`] for what a shape covers.
//! * A drawing that goes on from another has `"scene": "street-avenue"` in place of `width`, `height` and `background`.
//! * `"objects": [{"stamp": "car-front", "foot": [256, 220], "flipped": true}]` are stamps that a scene starts with.

use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use serde::{Deserialize, Serialize};

use crate::document::{Canvas, Document, Ink, Kind, MAX_OBJECTS};
use crate::paint::Point;
use crate::scenes;
use crate::text::Language;
use crate::tool::{Stroke, Tool};

/// No hand draws more; longer files are refused before they are read.
const MAX_FILE_BYTES: u64 = 32 << 20;

/// Longest side of a recorded canvas in pixels.
const MAX_SIDE: usize = 8192;

/// A recorded drawing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Drawing {
    /// Version of this format: 1.
    pub format: u32,
    /// Name on the command line.
    pub name: String,
    /// Name for people.
    pub title: Title,
    /// What the pixels mean.
    pub kind: Kind,
    /// The model that it was made for.
    pub model: String,
    /// The drawing that it goes on from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scene: Option<String>,
    /// Columns.
    #[serde(default)]
    pub width: usize,
    /// Rows.
    #[serde(default)]
    pub height: usize,
    /// What the canvas is filled with at first.
    #[serde(default)]
    pub background: RecordedInk,
    /// The strokes in order.
    pub strokes: Vec<RecordedStroke>,
    /// Stamps over it, from below to above; only the window has them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<RecordedStamp>,
}

/// A stamp that stands on a scene, as large as things there are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordedStamp {
    /// Its name.
    pub stamp: String,
    /// Where it stands, in canvas pixels.
    pub foot: Point,
    /// Left and right swapped.
    #[serde(default)]
    pub flipped: bool,
}

/// A name in both languages of the window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Title {
    /// English.
    pub en: String,
    /// Chinese.
    pub zh: String,
}

impl Title {
    /// The name in a language.
    pub fn of(&self, language: Language) -> &str {
        match language {
            Language::English => &self.en,
            Language::Chinese => &self.zh,
        }
    }
}

/// One stroke and when it was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordedStroke {
    /// When the pointer was pressed, milliseconds from the start.
    #[serde(default)]
    pub at_ms: u32,
    /// How long the stroke took.
    #[serde(default)]
    pub duration_ms: u32,
    /// Which tool.
    pub tool: Tool,
    /// What it lays down; the eraser has none.
    #[serde(default)]
    pub ink: RecordedInk,
    /// Radius of the brush.
    #[serde(default = "one")]
    pub radius_px: f32,
    /// Where it went.
    pub points: Vec<Point>,
}

fn one() -> f32 {
    1.0
}

/// A label id or a colour `#rrggbb`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum RecordedInk {
    /// A label id.
    Label(u8),
    /// A colour.
    Colour(String),
}

impl Default for RecordedInk {
    fn default() -> Self {
        Self::Label(0)
    }
}

impl RecordedInk {
    fn ink(&self, kind: &Kind) -> anyhow::Result<Ink> {
        match (self, kind.is_labels()) {
            (Self::Label(id), true) => Ok(Ink::from(*id)),
            (Self::Colour(text), false) => {
                let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6);
                digits
                    .and_then(|digits| u32::from_str_radix(digits, 16).ok())
                    .with_context(|| format!("{text} is no colour like #a0b1c2"))
            }
            // An eraser's ink is left out and stands as label 0.
            (Self::Label(0), false) => Ok(0),
            (Self::Label(id), false) => bail!("ink {id} should be a colour like #a0b1c2"),
            (Self::Colour(text), true) => bail!("ink {text} should be a label id"),
        }
    }
}

impl Drawing {
    /// Reads a drawing file.
    ///
    /// # Errors
    /// When it cannot be read or is no drawing.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let bytes = std::fs::metadata(path).with_context(|| format!("cannot read the drawing {}", path.display()))?.len();
        ensure!(bytes <= MAX_FILE_BYTES, "the drawing {} is too long ({bytes} bytes)", path.display());
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the drawing {}", path.display()))?;
        Self::parse(&text).with_context(|| format!("{} is not a drawing", path.display()))
    }

    /// Reads a drawing from JSON.
    ///
    /// # Errors
    /// When it is none, or from a newer version, or out of all proportion.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let drawing: Self = serde_json::from_str(text)?;
        ensure!(drawing.format == 1, "it has format {} and this program knows 1", drawing.format);
        if drawing.scene.is_none() {
            let sides = 1..=MAX_SIDE;
            ensure!(
                sides.contains(&drawing.width) && sides.contains(&drawing.height),
                "its sides must be 1 to {MAX_SIDE} pixels"
            );
        }
        let sound = |value: f32| value.is_finite() && value.abs() <= 1e5;
        ensure!(drawing.objects.len() <= MAX_OBJECTS, "it has {} stamps and there can be {MAX_OBJECTS}", drawing.objects.len());
        ensure!(drawing.objects.iter().all(|object| sound(object.foot.x) && sound(object.foot.y)), "a stamp lies far outside");
        for stroke in &drawing.strokes {
            ensure!(
                stroke.points.iter().all(|p| sound(p.x) && sound(p.y)) && sound(stroke.radius_px),
                "a stroke lies far outside"
            );
            stroke.ink.ink(&drawing.kind)?;
        }
        Ok(drawing)
    }

    /// The canvas before the first stroke.
    ///
    /// # Errors
    /// When the scene that it goes on from is unknown or of another kind.
    pub fn start(&self) -> anyhow::Result<Canvas> {
        match &self.scene {
            None => Ok(Canvas::new(self.kind.clone(), self.width, self.height, self.background.ink(&self.kind)?)),
            Some(name) => {
                let scene = scenes::find(name).with_context(|| format!("there is no scene {name}"))?;
                ensure!(scene.kind == self.kind && scene.scene.is_none(), "the scene {name} does not suit this drawing");
                scene.finished()
            }
        }
    }

    /// The strokes as the tools understand them.
    ///
    /// # Errors
    /// When an ink is not of the drawing's kind.
    pub fn strokes(&self) -> anyhow::Result<Vec<Stroke>> {
        let stroke = |recorded: &RecordedStroke| {
            let RecordedStroke { tool, radius_px, points, .. } = recorded;
            let (ink, points) = (recorded.ink.ink(&self.kind)?, points.clone());
            Ok(Stroke { tool: *tool, ink, radius_px: *radius_px, points, widths: Vec::new() })
        };
        self.strokes.iter().map(stroke).collect()
    }

    /// The canvas after the last stroke.
    ///
    /// # Errors
    /// As [`Drawing::start`] and [`Drawing::strokes`].
    pub fn finished(&self) -> anyhow::Result<Canvas> {
        let mut document = Document::new(self.name.clone(), self.start()?);
        for stroke in self.strokes()? {
            document.begin();
            stroke.lay(&mut document, 0);
            document.commit();
        }
        Ok(document.canvas().clone())
    }
}
