//! Model cards: what a weight file is, what it paints, and on what terms.
//!
//! A card is a JSON file beside the weights with the same stem. `format` is 1; readers ignore fields they do not know.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::architecture::{Architecture, InputKind};
use crate::checkpoint::writing::replace;
use crate::graph::NormStats;

/// The version of the schema that this program writes.
pub const FORMAT: u32 = 1;

/// No honest card is longer.
const MAX_CARD_BYTES: u64 = 1 << 20;

/// What a model turns into what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// A map of class ids into a photograph.
    LabelsToPhoto,
    /// Black lines on white into a photograph.
    SketchToPhoto,
    /// A picture into another style.
    PhotoToPhoto,
    /// A picture into the lines that an artist might trace.
    PhotoToEdges,
    /// A random code into a picture.
    CodeToPhoto,
}

/// A class that a label map can hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// Value in the label map.
    pub id: u8,
    /// English name, lower case, words joined by underscores.
    pub name: String,
    /// Colour on the canvas, sRGB.
    pub color: [u8; 3],
    /// Whether the training data held it; the model paints others badly.
    pub trained: bool,
}

/// On what terms the weights may be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Licence {
    /// For people: `CC-BY-NC-4.0 (AFHQ)`.
    pub name: String,
    /// SPDX identifier, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spdx: Option<String>,
    /// The full terms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Whether commercial use is allowed.
    pub commercial: bool,
}

/// Everything about one weight file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// Version of this schema.
    pub format: u32,
    /// Name on the command line.
    pub name: String,
    /// Name in the window.
    pub title: String,
    /// Weight file beside the card.
    pub file: String,
    /// What it does.
    pub task: Task,
    /// The network.
    pub architecture: Architecture,
    /// Name of the label set; drawings with the same set fit each other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_set: Option<String>,
    /// The classes, by id without gaps; empty unless the input is a label map.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<Label>,
    /// Width and height of the training pictures in pixels.
    pub native_size: [u32; 2],
    /// Sides of the picture that enters the network are multiples of this.
    pub size_multiple: u32,
    /// Whose statistics batch norms use; the official choice where the card says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub norm_stats: Option<NormStats>,
    /// What it was trained on.
    pub data: String,
    /// On what terms it may be used.
    pub licence: Licence,
    /// How it was trained.
    pub training: String,
    /// What it does badly.
    pub weaknesses: Vec<String>,
}

/// Why a card cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CardError {
    /// The file cannot be read.
    #[error("cannot read the model card {}: {source}", path.display())]
    Read {
        /// The card.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file cannot be written.
    #[error("cannot write the model card {}: {source}", path.display())]
    Write {
        /// The card.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The text is no card.
    #[error("the model card {} is not valid: {reason}", path.display())]
    Invalid {
        /// The card.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

impl Card {
    /// Reads and checks a card.
    ///
    /// # Errors
    /// When the file is unreadable, not a card, or contradicts itself.
    pub fn read(path: &Path) -> Result<Self, CardError> {
        let read_error = |source| CardError::Read { path: path.to_owned(), source };
        let invalid = |reason: String| CardError::Invalid { path: path.to_owned(), reason };
        let bytes = std::fs::metadata(path).map_err(read_error)?.len();
        if bytes > MAX_CARD_BYTES {
            return Err(invalid(format!("it is {bytes} bytes long")));
        }
        let text = std::fs::read_to_string(path).map_err(read_error)?;
        let card: Self = serde_json::from_str(&text).map_err(|error| invalid(error.to_string()))?;
        card.check().map_err(invalid)?;
        Ok(card)
    }

    /// Writes the card; an old one is replaced only once the new one is complete.
    ///
    /// # Errors
    /// When the place cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), CardError> {
        let write_error = |source| CardError::Write { path: path.to_owned(), source };
        let text = serde_json::to_string_pretty(self).map_err(|error| write_error(error.into()))?;
        replace(path, (text + "\n").as_bytes()).map_err(write_error)
    }

    /// Checks what the types do not say.
    ///
    /// # Errors
    /// One sentence about the first thing that is wrong.
    pub fn check(&self) -> Result<(), String> {
        if self.format > FORMAT {
            return Err(format!("it has format {} and this program knows {FORMAT}", self.format));
        }
        // The weights must lie beside the card, wherever it came from.
        if self.file.is_empty() || self.file.contains(['/', '\\']) || self.file == ".." {
            return Err(format!("\"{}\" is not the name of a file beside the card", self.file));
        }
        if self.size_multiple == 0 || self.size_multiple > 4096 || self.native_size.iter().any(|side| !(1..=8192).contains(side))
        {
            return Err("native_size or size_multiple is out of range".to_owned());
        }
        let labelled = self.architecture.input == InputKind::Labels;
        let coded = self.architecture.input == InputKind::Code;
        if labelled != (self.task == Task::LabelsToPhoto) || coded != (self.task == Task::CodeToPhoto) {
            return Err("task and architecture disagree about the input".to_owned());
        }
        if labelled && self.labels.len() != self.architecture.input_channels.min(256) {
            return Err(format!("{} labels for {} input channels", self.labels.len(), self.architecture.input_channels));
        }
        match self.labels.iter().zip(0..=255).find(|(label, id)| label.id != *id) {
            Some((label, id)) => Err(format!("label {} stands where {id} should", label.id)),
            None => Ok(()),
        }
    }

    /// Name of what a drawing for this model holds; models with equal names can share drawings.
    pub fn drawing_kind(&self) -> String {
        match (self.task, &self.label_set) {
            (Task::LabelsToPhoto, Some(set)) => set.clone(),
            (Task::LabelsToPhoto, None) => format!("labels of {}", self.name),
            (Task::SketchToPhoto, _) => "sketch".to_owned(),
            (Task::PhotoToPhoto | Task::PhotoToEdges, _) => "photo".to_owned(),
            (Task::CodeToPhoto, _) => "nothing".to_owned(),
        }
    }

    /// Width and height of the training pictures in pixels.
    pub fn size(&self) -> (usize, usize) {
        (self.native_size[0] as usize, self.native_size[1] as usize)
    }

    /// The multiple as a number of pixels.
    pub fn multiple(&self) -> usize {
        self.size_multiple as usize
    }
}
