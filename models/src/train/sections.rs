//! The parts of a training file that say where pictures come from, how they are varied, and what is written.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::card::Licence;

use super::config::Method;

/// Where pictures lie and how they belong together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// The folder.
    pub folder: PathBuf,
    /// Pictures for sample sheets, laid out like `folder`; without it the sheets show training pictures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validation: Option<PathBuf>,
    /// How the pictures lie in the folder.
    pub layout: Layout,
    /// Which side of pairs is the input.
    pub direction: Direction,
    /// What the input of a pair is, where it is made from the photograph.
    pub input: Source,
    /// Width and height in pixels of what enters the networks.
    pub size: [usize; 2],
    /// How a picture of another shape is brought to `size`.
    pub fit: Fit,
    /// Classes of label maps; 0 takes what the maps hold.
    pub classes: usize,
    /// Name of a published label set, for names and colours; empty for numbered labels.
    pub label_set: String,
    /// What becomes of a run with broken or unmatched files.
    pub bad_files: BadFiles,
    /// Threads that read and vary pictures.
    pub threads: usize,
    /// Most memory that decoded pictures are kept in, in MiB.
    pub cache_mib: usize,
}

/// How pictures lie in a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// As the folder's contents say.
    #[default]
    Auto,
    /// `labels` (PNG, one id a pixel) and `images`, matched by name; `instances` if there. Also pix2pixHD's `train_label`,
    /// `train_img`, `train_inst`.
    Labels,
    /// `A` and `B`, matched by name; also `train_A`, `train_B`.
    Pairs,
    /// Files that hold A on the left and B on the right, directly in the folder or in its `train`.
    SideBySide,
    /// `trainA` and `trainB`, two collections without pairs.
    Unpaired,
    /// Photographs alone.
    Photos,
}

/// Which side of a pair is given and which is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// A is the input.
    #[default]
    AToB,
    /// B is the input.
    BToA,
}

/// Where the input of a pair comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A file of its own.
    #[default]
    Files,
    /// Lines traced from the photograph (HED).
    Sketch,
    /// The photograph made worse: noise, blur, JPEG, fog.
    Degraded,
    /// The photograph itself, of which a colouriser reads the lightness.
    Photo,
}

/// How a picture of another shape is brought to the size of training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// What is too much at two sides is cut off.
    #[default]
    Crop,
    /// Width and height are scaled separately, as in the official tools.
    Stretch,
}

/// What becomes of a run with broken or unmatched files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BadFiles {
    /// It does not start.
    #[default]
    Refuse,
    /// They are left out and counted.
    Skip,
}

impl Data {
    pub(super) fn new(method: Method) -> Self {
        Self {
            folder: PathBuf::from("pictures"),
            validation: None,
            layout: Layout::Auto,
            direction: Direction::AToB,
            input: if method == Method::Colorize { Source::Photo } else { Source::Files },
            size: [if method == Method::Gan { 64 } else { 256 }; 2],
            fit: Fit::Crop,
            classes: 0,
            label_set: String::new(),
            bad_files: BadFiles::Refuse,
            threads: 2,
            cache_mib: 1024,
        }
    }
}

/// How pictures are varied before a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Augment {
    /// Whether half of the pictures are mirrored.
    pub flip: bool,
    /// Largest enlargement before a random piece is cut out; 1 takes whole pictures.
    pub zoom: f32,
    /// Largest relative change of brightness, contrast and saturation.
    pub jitter: f32,
    /// Least and largest edge strength at which a line is drawn, for `data.input = "sketch"`.
    pub sketch_threshold: [f32; 2],
    /// Least and largest width of lines in pixels.
    pub sketch_width: [f32; 2],
    /// Largest standard deviation of noise as a share of white, for `data.input = "degraded"`; 0 adds none.
    pub noise: f32,
    /// Largest standard deviation of blur in pixels; 0 blurs nothing.
    pub blur_px: f32,
    /// Lowest JPEG quality; 100 compresses nothing.
    pub jpeg: u8,
    /// Largest share of fog at the top of the picture; 0 adds none.
    pub fog: f32,
}

impl Augment {
    pub(super) fn new(method: Method) -> Self {
        Self {
            flip: true,
            // 286 / 256, as the official tools enlarge before they cut.
            zoom: if matches!(method, Method::Gan | Method::Pix2pixhd) { 1.0 } else { 1.117 },
            jitter: 0.0,
            sketch_threshold: [0.2, 0.5],
            sketch_width: [1.0, 2.5],
            noise: 0.05,
            blur_px: 1.5,
            jpeg: 40,
            fog: 0.6,
        }
    }
}

/// What is written, and where.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// The folder of the run: checkpoints, sheets, losses, report.
    pub folder: PathBuf,
    /// The folder that the finished model is put into; without it the one that the window lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub models: Option<PathBuf>,
    /// Minutes between checkpoints.
    pub checkpoint_minutes: f64,
    /// Minutes between sample sheets.
    pub sheet_minutes: f64,
    /// Samples on a sheet.
    pub samples: usize,
    /// Name of the model in the window.
    pub title: String,
    /// What the pictures are, for the card.
    pub data: String,
    /// On what terms the result may be used.
    pub licence: Licence,
}

impl Default for Output {
    fn default() -> Self {
        let licence = Licence { name: "as the training pictures allow".to_owned(), spdx: None, url: None, commercial: false };
        Self {
            folder: PathBuf::from("run"),
            models: None,
            checkpoint_minutes: 10.0,
            sheet_minutes: 5.0,
            samples: 4,
            title: "My model".to_owned(),
            data: String::new(),
            licence,
        }
    }
}
