//! The project file `.daub`: a zip of `project.json` and `canvas.png`, version 1.
//!
//! `project.json` holds `format`, `title`, `kind` (a label set's name, `sketch` or `photo`), `model`, and `styles`, the
//! chain over the picture, if there is one.
//! `canvas.png` is a palette PNG of ids for label kinds and an RGB PNG elsewhere; `base.png`, if there,
//! is what the eraser brings back. `looks` is how objects look, for models that leave that open.

use std::io::{Cursor, Read as _, Write as _};
use std::path::Path;

use anyhow::{Context as _, ensure};
use daub_models::looks::Looks;
use serde::{Deserialize, Serialize};
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

use crate::document::{Canvas, Kind};
use crate::generate::rgb_of;
use crate::io::pictures;
use crate::styles::Chain;

/// No project of this version is larger.
const MAX_FILE_BYTES: u64 = 512 << 20;

/// Most bytes of one picture inside.
const MAX_ENTRY_BYTES: u64 = 256 << 20;

/// What a project file holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Project {
    /// Name of the drawing.
    pub title: String,
    /// Name of the model that it was painted with.
    pub model: String,
    /// The pixels.
    pub canvas: Canvas,
    /// What the eraser brings back.
    pub base: Canvas,
    /// The styles over its picture.
    pub styles: Chain,
    /// How its objects look.
    pub looks: Looks,
}

#[derive(Serialize, Deserialize)]
struct Header {
    format: u32,
    title: String,
    kind: Kind,
    model: String,
    #[serde(default, skip_serializing_if = "is_plain")]
    styles: Chain,
    #[serde(default, skip_serializing_if = "is_default")]
    looks: Looks,
}

fn is_plain(styles: &Chain) -> bool {
    *styles == Chain::default()
}

fn is_default(looks: &Looks) -> bool {
    *looks == Looks::default()
}

impl Project {
    /// A drawing that starts as `canvas`.
    pub fn new(title: impl Into<String>, model: impl Into<String>, canvas: Canvas) -> Self {
        Self {
            title: title.into(),
            model: model.into(),
            base: canvas.clone(),
            canvas,
            styles: Chain::default(),
            looks: Looks::default(),
        }
    }

    /// The bytes of a project file.
    ///
    /// # Errors
    /// When a picture cannot be encoded.
    pub fn to_bytes(&self) -> anyhow::Result<Vec<u8>> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let Self { title, model, styles, looks, .. } = self.clone();
        let header = Header { format: 1, title, kind: self.canvas.kind().clone(), model, styles, looks };
        // PNG is compressed already.
        let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        zip.start_file("project.json", stored)?;
        zip.write_all(serde_json::to_string_pretty(&header)?.as_bytes())?;
        for (name, canvas) in [("canvas.png", &self.canvas), ("base.png", &self.base)] {
            zip.start_file(name, stored)?;
            zip.write_all(&encode(canvas)?)?;
        }
        Ok(zip.finish()?.into_inner())
    }

    /// Reads a project file.
    ///
    /// # Errors
    /// When it is missing, broken, or from a newer version.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let context = || format!("cannot open the project {}", path.display());
        let bytes = std::fs::metadata(path).with_context(context)?.len();
        ensure!(bytes <= MAX_FILE_BYTES, "{}: it is {bytes} bytes long", context());
        Self::from_bytes(&std::fs::read(path).with_context(context)?).with_context(context)
    }

    /// Reads a project from the bytes of its file.
    ///
    /// # Errors
    /// When it is broken, or from a newer version.
    pub fn from_bytes(bytes: &[u8]) -> anyhow::Result<Self> {
        let mut zip = ZipArchive::new(Cursor::new(bytes)).context("it is not a Daub project")?;
        let mut entry = |name: &str| -> anyhow::Result<Vec<u8>> {
            let file = zip.by_name(name).with_context(|| format!("it has no {name}"))?;
            let mut content = Vec::new();
            // The size that the archive claims may lie; what is read is bounded.
            file.take(MAX_ENTRY_BYTES).read_to_end(&mut content).with_context(|| format!("{name} is broken"))?;
            Ok(content)
        };
        let header: Header = serde_json::from_slice(&entry("project.json")?).context("project.json is broken")?;
        ensure!(header.format == 1, "it has format {} and this program knows 1", header.format);
        let canvas = decode(&header.kind, &entry("canvas.png")?).context("canvas.png is broken")?;
        let base = entry("base.png").ok().and_then(|bytes| decode(&header.kind, &bytes).ok());
        let base = base.filter(|base| base.bounds() == canvas.bounds()).unwrap_or_else(|| canvas.clone());
        let (styles, looks) = (header.styles.checked(), header.looks);
        Ok(Self { title: header.title, model: header.model, canvas, base, styles, looks })
    }
}

fn encode(canvas: &Canvas) -> anyhow::Result<Vec<u8>> {
    let (width, height) = (canvas.width(), canvas.height());
    if canvas.kind().is_labels() {
        let ids: Vec<u8> = canvas.pixels().iter().map(|ink| *ink as u8).collect();
        return pictures::encode_labels(width, height, &ids, &[]);
    }
    pictures::encode_rgb(Path::new("canvas.png"), width, height, &rgb_of(canvas.pixels()))
}

fn decode(kind: &Kind, bytes: &[u8]) -> anyhow::Result<Canvas> {
    if kind.is_labels() {
        return pictures::labels_canvas(kind.clone(), pictures::ids_from(Cursor::new(bytes))?);
    }
    pictures::rgb_canvas(kind.clone(), &pictures::rgb_from(Cursor::new(bytes))?)
}

#[cfg(test)]
mod tests {
    use daub_models::looks::{Look, Object};
    use proptest::prelude::*;

    use super::*;
    use crate::styles::Step;

    fn project(kind: Kind, width: usize, height: usize, pixels: Vec<u32>) -> Project {
        let canvas = Canvas::from_pixels(kind.clone(), width, height, pixels).unwrap();
        let base = Canvas::new(kind, width, height, 3);
        let styles = Chain { steps: vec![Step { strength: 0.25, ..Step::new("photo2vangogh") }], after_model: true };
        let mut looks = Looks { seed: 5, ..Looks::default() };
        looks.chosen.push((Object::Region { x: 0, y: 0, id: 3 }, Look::Usual(2)));
        Project { base, styles, looks, ..Project::new("画", "street", canvas) }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn what_is_saved_is_opened(width in 1usize..40, height in 1usize..40, seed in any::<u32>()) {
            let noise = |limit: u32| (0..(width * height) as u32).map(|i| (i.wrapping_mul(2_654_435_761) ^ seed) % limit).collect();
            for project in [
                project(Kind::Labels("cityscapes-35".into()), width, height, noise(35)),
                project(Kind::Sketch, width, height, noise(1 << 24)),
            ] {
                prop_assert_eq!(Project::from_bytes(&project.to_bytes().unwrap()).unwrap(), project);
            }
        }

        #[test]
        fn broken_files_are_refused(cut in 0usize..2000, flip in 0usize..2000, bit in 0u8..8) {
            let mut bytes = project(Kind::Sketch, 20, 20, (0..400).collect()).to_bytes().unwrap();
            let flip = flip % bytes.len();
            bytes[flip] ^= 1 << bit;
            // Any answer will do, a panic will not.
            drop(Project::from_bytes(&bytes));
            bytes.truncate(cut % bytes.len());
            prop_assert!(Project::from_bytes(&bytes).is_err());
        }
    }
}
