//! The project file `.daub`: a zip of `project.json` and `canvas.png`, version 1.
//!
//! `project.json` holds `format`, `title`, `kind` (a label set's name, `sketch` or `photo`), `model`.
//! `canvas.png` is a palette PNG of ids for label kinds and an RGB PNG elsewhere; `base.png`, if there,
//! is what the eraser brings back. `candidates/N/drawing.daub` and `candidates/N/picture.png` are kept pictures, the
//! oldest with the smallest N.

use std::io::{Cursor, Read as _, Write as _};
use std::path::Path;

use anyhow::{Context as _, ensure};
use serde::{Deserialize, Serialize};
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

use crate::candidates::{Candidate, Candidates};
use crate::document::{Canvas, Kind};
use crate::generate::rgb_of;
use crate::io::pictures;

/// No project of this version is larger.
pub(crate) const MAX_FILE_BYTES: u64 = 512 << 20;

/// Most bytes of one picture inside.
pub(crate) const MAX_ENTRY_BYTES: u64 = 256 << 20;

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
    /// Pictures that were kept, each with its drawing.
    pub candidates: Candidates,
}

#[derive(Serialize, Deserialize)]
struct Header {
    format: u32,
    title: String,
    kind: Kind,
    model: String,
}

impl Project {
    /// The bytes of a project file.
    ///
    /// # Errors
    /// When a picture cannot be encoded.
    pub fn to_bytes(&self) -> anyhow::Result<Vec<u8>> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let header = Header { format: 1, title: self.title.clone(), kind: self.canvas.kind().clone(), model: self.model.clone() };
        // PNG is compressed already.
        let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        zip.start_file("project.json", stored)?;
        zip.write_all(serde_json::to_string_pretty(&header)?.as_bytes())?;
        for (name, canvas) in [("canvas.png", &self.canvas), ("base.png", &self.base)] {
            zip.start_file(name, stored)?;
            zip.write_all(&encode(canvas)?)?;
        }
        for candidate in self.candidates.iter() {
            for (name, bytes) in [("drawing.daub", &candidate.drawing), ("picture.png", &candidate.picture)] {
                zip.start_file(format!("candidates/{}/{name}", candidate.id), stored)?;
                zip.write_all(bytes)?;
            }
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
        Ok(Self { title: header.title, model: header.model, canvas, base, candidates: candidates(&mut zip) })
    }
}

/// The kept pictures; one that is broken is left out, because the drawing itself is worth more.
fn candidates(zip: &mut ZipArchive<Cursor<&[u8]>>) -> Candidates {
    let number = |name: &str| name.strip_prefix("candidates/")?.strip_suffix("/drawing.daub")?.parse::<u64>().ok();
    let mut ids: Vec<u64> = zip.file_names().flatten().filter_map(|name| number(&name)).collect();
    ids.sort_unstable();
    let mut kept = Candidates::default();
    for id in ids {
        let mut read = |name: &str| -> Option<Vec<u8>> {
            let mut content = Vec::new();
            zip.by_name(&format!("candidates/{id}/{name}")).ok()?.take(MAX_ENTRY_BYTES).read_to_end(&mut content).ok()?;
            Some(content)
        };
        let parts = read("drawing.daub").zip(read("picture.png"));
        match parts.map(|(drawing, picture)| Candidate::restore(id, drawing, picture)) {
            Some(Ok(candidate)) => kept.push(candidate),
            Some(Err(error)) => tracing::warn!("a kept picture is broken and left out: {error:#}"),
            None => tracing::warn!("kept picture {id} is incomplete and left out"),
        }
    }
    kept
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
    use proptest::prelude::*;

    use super::*;

    fn project(kind: Kind, width: usize, height: usize, pixels: Vec<u32>) -> Project {
        let canvas = Canvas::from_pixels(kind.clone(), width, height, pixels).unwrap();
        let base = Canvas::new(kind, width, height, 3);
        Project { title: "画".into(), model: "street".into(), canvas, base, candidates: Candidates::default() }
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
