//! What a drawing can be written as.

use std::path::Path;

use anyhow::Context as _;
use image::{Rgb, RgbImage, imageops};

use super::project::Project;
use super::{ora, pictures};
use crate::document::Canvas;
use crate::generate::rgb_of;
use crate::io::write_atomically;

/// A kind of export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Kind {
    /// The photograph.
    #[default]
    Picture,
    /// The label map as a palette PNG of ids, or the sketch or photo that is painted on.
    Canvas,
    /// Instance ids as a 16-bit PNG: `class * 1000 + number` for objects, the label elsewhere, as pix2pixHD reads them.
    Instances,
    /// Canvas left, photograph right.
    SideBySide,
    /// Every layer by itself, for other painting programs.
    Layers,
    /// How the drawing came about, step by step.
    Timelapse,
}

impl Kind {
    /// Every kind, in the order of the dialog.
    pub const ALL: [Self; 6] = [Self::Picture, Self::Canvas, Self::Instances, Self::SideBySide, Self::Layers, Self::Timelapse];

    /// Endings that suit, the usual one first.
    pub fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Picture | Self::SideBySide => &["png", "jpg", "jpeg", "webp"],
            Self::Canvas | Self::Instances => &["png"],
            Self::Layers => &["ora"],
            Self::Timelapse => &["webp", "gif"],
        }
    }

    /// What a suggested name has after the drawing's title, so that exports of one drawing lie side by side.
    pub fn suffix(self, labels: bool) -> &'static str {
        match self {
            Self::Picture => "",
            Self::Canvas if labels => "-labels",
            Self::Canvas => "-canvas",
            Self::Instances => "-instances",
            Self::SideBySide => "-both",
            Self::Layers => "-layers",
            Self::Timelapse => "-timelapse",
        }
    }

    /// Whether a drawing of labels (or of colours) can be written so.
    pub fn suits(self, labels: bool) -> bool {
        self != Self::Instances || labels
    }

    /// Whether the photograph goes into the file.
    pub fn shows_picture(self) -> bool {
        matches!(self, Self::Picture | Self::SideBySide | Self::Layers)
    }
}

/// Everything about a drawing that may go into a file.
#[derive(Debug, Clone)]
pub struct Source {
    /// The whole drawing.
    pub project: Project,
    /// What the model reads of it.
    pub canvas: Canvas,
    /// One colour a label; empty for drawings of colours.
    pub palette: Vec<[u8; 3]>,
    /// The photograph, where there is one.
    pub picture: Option<RgbImage>,
}

impl Source {
    /// The canvas in the colours of the window.
    pub fn canvas_rgb(&self) -> RgbImage {
        colours(&self.canvas, &self.palette)
    }
}

/// A canvas in the colours of the window: labels by their palette, black where it has none.
pub fn colours(canvas: &Canvas, palette: &[[u8; 3]]) -> RgbImage {
    let rgb = if canvas.kind().is_labels() {
        canvas.pixels().iter().flat_map(|ink| palette.get(*ink as usize).copied().unwrap_or_default()).collect()
    } else {
        rgb_of(canvas.pixels())
    };
    // A canvas has as many pixels as its sides say.
    RgbImage::from_raw(canvas.width() as u32, canvas.height() as u32, rgb).unwrap_or_default()
}

/// Two pictures in one; the right one is brought to the height of the left.
pub fn side_by_side(left: &RgbImage, right: &RgbImage) -> RgbImage {
    let height = left.height();
    let fitting = if right.height() == height {
        right.clone()
    } else {
        let width = (u64::from(right.width()) * u64::from(height) / u64::from(right.height().max(1))).max(1) as u32;
        imageops::resize(right, width, height, imageops::FilterType::CatmullRom)
    };
    let mut both = RgbImage::from_pixel(left.width() + fitting.width(), height, Rgb([255; 3]));
    imageops::replace(&mut both, left, 0, 0);
    imageops::replace(&mut both, &fitting, i64::from(left.width()), 0);
    both
}

/// Writes a drawing; a timelapse is written by [`crate::timelapse`].
///
/// # Errors
/// When the ending does not suit, a picture is needed and missing, or the disk refuses.
pub fn write(kind: Kind, source: &Source, path: &Path) -> anyhow::Result<()> {
    write_atomically(path, &encode(kind, source, path)?)
}

fn encode(kind: Kind, source: &Source, path: &Path) -> anyhow::Result<Vec<u8>> {
    let canvas = &source.canvas;
    let (width, height) = (canvas.width(), canvas.height());
    let picture = || source.picture.as_ref().context("there is no photograph to write yet");
    let rgb =
        |picture: &RgbImage| pictures::encode_rgb(path, picture.width() as usize, picture.height() as usize, picture.as_raw());
    match kind {
        Kind::Picture => rgb(picture()?),
        Kind::Canvas if canvas.kind().is_labels() => {
            let ids: Vec<u8> = canvas.pixels().iter().map(|ink| *ink as u8).collect();
            pictures::encode_labels(width, height, &ids, &source.palette)
        }
        Kind::Canvas => rgb(&source.canvas_rgb()),
        Kind::Instances => pictures::encode_instances(width, height, &source.project.content.instance_map(canvas)),
        Kind::SideBySide => rgb(&side_by_side(&source.canvas_rgb(), picture()?)),
        Kind::Layers => {
            let layers = ora::layers_of(&source.project.content, &source.palette, source.picture.as_ref());
            ora::write(width as u32, height as u32, &layers, &source.project)
        }
        Kind::Timelapse => anyhow::bail!("a timelapse is painted frame by frame"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use crate::document::{Kind as Holds, Mask, Object, Part, Placement, Rect, Shape};

    fn source() -> Source {
        let paint = Canvas::from_pixels(Holds::Labels("x".into()), 4, 2, vec![0, 1, 2, 1, 0, 0, 2, 5]).unwrap();
        let mut project = Project::new("x", "", paint.clone());
        let mask = Arc::new(Mask::filled(Rect { left: 0, top: 1, right: 2, bottom: 2 }));
        let shape = Shape::free(vec![mask.clone()]).unwrap();
        let (placement, parts) = (Placement::upright([1.0, 2.0], 1.0), vec![Part { ink: 2, mask }]);
        let (name, visible) = ("car".into(), true);
        project.content.objects.push(Arc::new(Object {
            id: 1,
            name,
            shape,
            placement,
            parts,
            instance: 7,
            visible,
            locked: false,
        }));
        let canvas = Canvas::from_pixels(Holds::Labels("x".into()), 4, 2, vec![0, 1, 2, 1, 2, 2, 2, 5]).unwrap();
        let picture = Some(RgbImage::from_pixel(8, 4, Rgb([9, 8, 7])));
        Source { project, canvas, palette: vec![[1, 1, 1], [2, 2, 2], [3, 3, 3]], picture }
    }

    #[test]
    fn maps_hold_ids_and_both_halves_have_one_height() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for (kind, name) in [(Kind::Canvas, "labels.png"), (Kind::Instances, "instances.png"), (Kind::SideBySide, "both.png")] {
            write(kind, &source(), &path(name)).unwrap();
        }
        assert_eq!(pictures::read_labels(&path("labels.png")).unwrap().ids, source().canvas.pixels());
        assert_eq!(pictures::read_instances(&path("instances.png")).unwrap().ids, [0, 1, 2, 1, 2007, 2007, 2, 5]);
        let both = image::open(path("both.png")).unwrap().to_rgb8();
        // The photograph was twice as large; label 5 has no colour.
        assert_eq!(both.dimensions(), (8, 2));
        assert_eq!((both.get_pixel(1, 0).0, both.get_pixel(3, 1).0, both.get_pixel(6, 1).0), ([2; 3], [0; 3], [9, 8, 7]));
        let nothing = Source { picture: None, ..source() };
        assert!(write(Kind::Picture, &nothing, &path("no.png")).is_err());
        assert!(!path("no.png").exists());
    }
}
