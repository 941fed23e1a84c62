//! Wishes about files: exports, label maps whose values are unknown, recent files.

use std::path::PathBuf;

use crate::io::dialogs::Purpose;
use crate::io::export;
use crate::io::import::{Memory, Table};
use crate::text::{Text, text};
use crate::timelapse;

/// A wish about files; [`crate::state::State::apply`] carries it out.
#[derive(Debug, Clone)]
pub enum FileAction {
    /// Show what the drawing can be written as.
    ShowExports,
    /// Look at a kind of export.
    ChooseExport(export::Kind),
    /// Change how a timelapse is made.
    SetTimelapse(timelapse::Settings),
    /// Close the list of exports.
    HideExports,
    /// Ask for a file to export to.
    Export(export::Kind),
    /// Put the photograph into the clipboard.
    CopyPicture,
    /// A file of that name is there already: ask before it is replaced.
    AskReplace(Purpose, PathBuf),
    /// Leave the file as it is.
    KeepFile,
    /// A label map has values that nobody knows: ask what they mean.
    AskMeaning(Box<Meaning>),
    /// Take the value of a row for a label.
    SetMeaning(usize, u8),
    /// Take the values for labels of another set.
    SetMeaningSet(usize),
    /// Open the map with the meanings as they are.
    OpenMeaning,
    /// Open no map.
    CancelMeaning,
    /// A file was opened: it is recent now.
    Opened(PathBuf),
    /// Open a file that was open before.
    OpenRecent(PathBuf),
    /// Remember no files any more.
    ForgetRecent,
}

/// What files, the clipboard and threads are wanted for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileEffect {
    /// See whether a file is there that would be replaced.
    CheckFree(Purpose, PathBuf),
    /// Write a drawing as something.
    Export {
        /// Which drawing.
        id: u64,
        /// As what.
        kind: export::Kind,
        /// Where.
        path: PathBuf,
        /// How a timelapse is made.
        timelapse: timelapse::Settings,
    },
    /// Put the photograph of a drawing into the clipboard.
    CopyPicture(u64),
    /// Keep what the user said about the values of a label map.
    Remember(Memory),
}

/// A label map and what its values may mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meaning {
    /// Name of the file without its ending.
    pub title: String,
    /// The values.
    pub table: Table,
    /// What was said about other files.
    pub memory: Memory,
}

impl Purpose {
    /// What the dialog is called.
    pub fn title(self) -> Text {
        match self {
            Self::OpenDrawing => text("Open a drawing", "打开画作"),
            Self::TracePhoto => text("Open a photograph to trace", "打开要描摹的照片"),
            Self::OpenModel => text("Open a model", "打开模型"),
            Self::SaveProject => text("Save the drawing", "保存画作"),
            Self::Export(kind) => kind.label(),
            Self::StylePhoto => text("Take the style of a photograph", "取照片的风格"),
            Self::OpenReference => text("Open a reference photograph", "打开参考照片"),
            Self::TrainingFolder => text("Choose the folder of pictures", "选择图片文件夹"),
            Self::OpenTraining => text("Open a training file", "打开训练文件"),
            Self::SaveTraining => text("Write a training file", "写入训练文件"),
        }
    }
}

impl export::Kind {
    /// What it is called.
    pub fn label(self) -> Text {
        match self {
            Self::Picture => text("Photograph…", "照片…"),
            Self::Canvas => text("Label map or sketch…", "标签图或草图…"),
            Self::Instances => text("Instance map…", "实例图…"),
            Self::SideBySide => text("Canvas and photograph…", "画布与照片…"),
            Self::Layers => text("Layers (OpenRaster)…", "图层（OpenRaster）…"),
            Self::Timelapse => text("Timelapse…", "绘画过程动画…"),
        }
    }

    /// One sentence more.
    pub fn tooltip(self) -> Text {
        match self {
            Self::Picture => text("The photograph as PNG, JPEG or WebP", "将照片存为 PNG、JPEG 或 WebP"),
            Self::Canvas => {
                text("What the model reads, as PNG; label ids with their colours", "模型读取的画布，存为 PNG；标签编号附带颜色")
            }
            Self::Instances => text(
                "Object numbers as 16-bit PNG (class × 1000 + number), as pix2pixHD reads them",
                "对象编号，16 位 PNG（类别 × 1000 + 序号），pix2pixHD 格式",
            ),
            Self::SideBySide => text("Both in one picture", "并排存为一张图片"),
            Self::Layers => text(
                "Every layer, for Krita, GIMP and others; Daub opens it again",
                "保留所有图层，可用 Krita、GIMP 等打开，也可再用 Daub 打开",
            ),
            Self::Timelapse => text("How the drawing came about, as a moving WebP or GIF", "绘画过程，存为 WebP 或 GIF 动画"),
        }
    }
}
