//! The project file `.daub`, version 2: a zip of `project.json` and PNG files, stored without further packing.
//!
//! | Entry | Holds |
//! |---|---|
//! | `project.json` | `format`, `title`, `kind` (a label set's name, `sketch` or `photo`), `model`, `layers`, `horizon`, `hints`, `looks`, `styles`, `objects`, and what else belongs to the drawing: the fields of [`Settings`] |
//! | `paint.png` | the paint: a palette PNG of ids for label kinds, RGB elsewhere |
//! | `base.png` | what the eraser brings back, in the same way; the paint itself if it is not there |
//! | `lines.png` | guide lines in RGB, if there are any |
//! | `reference.png` | the reference photograph in RGB, if there is one |
//! | `selection.png` | what is selected, in grey, cut to its rectangle, whose corner `selection` of `project.json` names |
//! | `objects/ID-PART.png` | what a part of an object covers, in grey, cut to its rectangle |
//! | `objects/ID-PART-first.png` | the same for a free shape where it was first drawn |
//! | `candidates/N/picture.png` | a kept picture in RGB, the oldest with the smallest N |
//! | `candidates/N/drawing.daub` | the drawing that it shows, a project file without kept pictures of its own |
//!
//! An entry of `objects` has `id`, `name`, `placement`, `instance`, `visible`, `locked`, `shape` and `parts`, from below
//! to above. `shape` is `{"stamp": NAME, "parts": [...]}` or `{"free": [...], "origin": PLACEMENT}`; a part is
//! `{"ink": 26, "at": [LEFT, TOP]}`, without `at` where it covers nothing. Masks of stamps are kept as well, so that a
//! drawing looks the same where a stamp is missing or was drawn anew.
//!
//! Version 1, which still opens, had `canvas.png` for `paint.png` and none of the rest but `base.png`.
//!
//! Sizes and numbers are checked before memory is taken; a file that breaks a rule is refused with the reason.

mod entries;
mod objects;

pub(crate) use self::entries::MAX_ENTRY_BYTES;

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use daub_models::looks::Looks;
use serde::{Deserialize, Serialize};

use self::entries::{Reader, Writer};
use self::objects::Entry;
use crate::candidates::{Candidate, Candidates};
use crate::document::{Canvas, Content, Extras, Hint, Horizon, Kind, Layers, Mask, Rect};
use crate::io::pictures;
use crate::pen::Symmetry;
use crate::state::View;
use crate::styles::Chain;

/// No project is larger.
pub(crate) const MAX_FILE_BYTES: u64 = 512 << 20;

/// Nobody sets more hints.
const MAX_HINTS: usize = 10_000;

/// Most kept pictures that are read.
const MAX_CANDIDATES: usize = 512;

/// Most pixels of all kept pictures together.
const MAX_CANDIDATE_PIXELS: usize = 1 << 27;

/// What a project file holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Project {
    /// Name of the drawing.
    pub title: String,
    /// Name of the model that it was painted with.
    pub model: String,
    /// Everything that undo brings back.
    pub content: Content,
    /// What else belongs to the drawing.
    pub settings: Settings,
    /// What is selected.
    pub selection: Option<Mask>,
    /// Pictures that were kept, each with its drawing.
    pub candidates: Candidates,
}

/// What belongs to a drawing beside what undo brings back. A field more is a line more here, with a default.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Zoom and position.
    pub view: View,
    /// The mirrors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub symmetry: Option<Symmetry>,
}

#[derive(Serialize, Deserialize)]
struct Header {
    format: u32,
    title: String,
    kind: Kind,
    model: String,
    #[serde(default)]
    layers: Layers,
    /// Version 1 has none; then it is as in a new drawing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    horizon: Option<Horizon>,
    #[serde(default)]
    hints: Vec<Hint>,
    #[serde(default)]
    looks: Looks,
    #[serde(default)]
    styles: Chain,
    #[serde(default)]
    objects: Vec<Entry>,
    /// Left and top of `selection.png`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    selection: Option<[usize; 2]>,
    #[serde(flatten)]
    settings: Settings,
}

impl Project {
    /// A drawing that is nothing but pixels.
    pub fn new(title: impl Into<String>, model: impl Into<String>, canvas: Canvas) -> Self {
        let content = Content::new(canvas.clone(), canvas);
        let (settings, candidates) = (Settings::default(), Candidates::default());
        Self { title: title.into(), model: model.into(), content, settings, selection: None, candidates }
    }

    /// The bytes of a project file.
    ///
    /// # Errors
    /// When a picture cannot be encoded.
    pub fn to_bytes(&self) -> anyhow::Result<Vec<u8>> {
        let Content { paint, base, lines, objects, extras } = &self.content;
        let mut writer = Writer::default();
        let header = Header {
            format: 2,
            title: self.title.clone(),
            kind: paint.kind().clone(),
            model: self.model.clone(),
            layers: extras.layers,
            horizon: Some(extras.horizon),
            hints: extras.hints.clone(),
            looks: extras.looks.clone(),
            styles: extras.styles.clone(),
            objects: objects.iter().map(|object| Entry::of(object)).collect(),
            selection: self.selection.as_ref().map(|mask| [mask.rect().left, mask.rect().top]),
            settings: self.settings.clone(),
        };
        writer.add("project.json", serde_json::to_string_pretty(&header)?.as_bytes())?;
        writer.add_canvas("paint.png", paint)?;
        if **base != *paint {
            writer.add_canvas("base.png", base)?;
        }
        if let Some(lines) = lines {
            writer.add_canvas("lines.png", lines)?;
        }
        if let Some(reference) = &extras.reference {
            writer.add_picture("reference.png", reference)?;
        }
        if let Some(selection) = &self.selection {
            writer.add_mask("selection.png", selection)?;
        }
        for object in objects {
            objects::write(&mut writer, object)?;
        }
        for candidate in self.candidates.iter() {
            writer.add(&drawing_name(candidate.id), &candidate.drawing)?;
            writer.add(&picture_name(candidate.id), &candidate.picture)?;
        }
        writer.finish()
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
        let mut reader = Reader::new(bytes)?;
        let header: Header = serde_json::from_slice(&reader.bytes("project.json")?).context("project.json is broken")?;
        ensure!((1..=2).contains(&header.format), "it has format {} and this program knows 1 and 2", header.format);
        ensure!(header.hints.len() <= MAX_HINTS, "it has {} colour hints", header.hints.len());
        let sound = |hint: &Hint| hint.place.iter().all(|value| value.is_finite()) && hint.radius_px.is_finite();
        ensure!(header.hints.iter().all(sound), "a colour hint lies nowhere");
        let kind = &header.kind;
        let paint = reader.canvas(if header.format == 1 { "canvas.png" } else { "paint.png" }, kind, None)?;
        let bounds = paint.bounds();
        let base = reader.find("base.png").then(|| reader.canvas("base.png", kind, Some(bounds))).transpose();
        // Version 1 lives with a base that cannot be used.
        let base = if header.format == 1 { base.unwrap_or_default() } else { base? };
        let lines = reader.find("lines.png").then(|| reader.canvas("lines.png", &Kind::Sketch, Some(bounds))).transpose()?;
        let reference = reader.find("reference.png").then(|| reader.picture("reference.png")).transpose()?;
        let objects = objects::read(&mut reader, header.objects, kind, bounds)?;
        let horizon = header.horizon.unwrap_or_else(|| Horizon::of(&paint));
        let reference = reference.map(Arc::new);
        let Header { layers, hints, looks, .. } = header;
        let styles = header.styles.checked();
        let extras = Extras { layers, hints, reference, horizon, looks, styles };
        let base = Arc::new(base.unwrap_or_else(|| paint.clone()));
        let content = Content { paint, base, lines, objects, extras };
        let selection = header.selection.and_then(|at| selection(&mut reader, at, bounds));
        let candidates = candidates(&mut reader);
        Ok(Self { title: header.title, model: header.model, content, settings: header.settings, selection, candidates })
    }
}

fn drawing_name(id: u64) -> String {
    format!("candidates/{id}/drawing.daub")
}

fn picture_name(id: u64) -> String {
    format!("candidates/{id}/picture.png")
}

/// What was selected; a selection that is broken is left out, because the drawing itself is worth more.
fn selection(reader: &mut Reader<'_>, at: [usize; 2], bounds: Rect) -> Option<Mask> {
    match reader.mask("selection.png", at, bounds) {
        Ok(mask) => (!mask.is_empty()).then_some(mask),
        Err(error) => {
            tracing::warn!("the selection is broken and left out: {error:#}");
            None
        }
    }
}

/// The newest kept pictures; one that is broken is left out, because the drawing itself is worth more.
fn candidates(reader: &mut Reader<'_>) -> Candidates {
    let number = |name: &str| name.strip_prefix("candidates/")?.strip_suffix("/drawing.daub")?.parse::<u64>().ok();
    let mut ids: Vec<u64> = reader.names().iter().filter_map(|name| number(name)).collect();
    ids.sort_unstable();
    let mut kept = Candidates::default();
    let mut pixels_left = MAX_CANDIDATE_PIXELS;
    for id in &ids[ids.len().saturating_sub(MAX_CANDIDATES)..] {
        let mut read = || {
            let (drawing, picture) = (reader.bytes(&drawing_name(*id))?, reader.bytes(&picture_name(*id))?);
            let (width, height) = pictures::png_size(&picture)?;
            pixels_left = pixels_left.checked_sub(width * height).context("the kept pictures are too many and too large")?;
            Candidate::restore(*id, drawing, picture)
        };
        match read() {
            Ok(candidate) => kept.push(candidate),
            Err(error) => tracing::warn!("kept picture {id} is broken and left out: {error:#}"),
        }
    }
    kept
}

#[cfg(test)]
mod tests;
