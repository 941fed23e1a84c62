//! Files in and out of the window: each is read or written on the files thread and comes back as actions.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use daub_models::Model;
use daub_models::library::Inspection;

use super::App;
use crate::action::{Action, LayerAction, TraceAction};
use crate::document::{Canvas, Kind};
use crate::drawing::Drawing;
use crate::generate::{Pixels, Quality, rgb_of};
use crate::io::project::Project;
use crate::io::{folders, pictures, write_atomically};
use crate::state::Notice;
use crate::trace::bounded;

impl App {
    /// Reads whatever a file is: a project, a recorded drawing, a model, or a picture for the current drawing's kind.
    pub(super) fn open(&mut self, path: PathBuf) {
        let drawing = self.state.drawing();
        let kind = drawing.document.canvas().kind().clone();
        let model = drawing.model.clone();
        self.files.run(move || vec![read(&path, &kind, model.as_deref()).unwrap_or_else(|error| failed(&error))]);
    }

    /// Reads a photograph to draw by, no larger than the screen needs it.
    pub(super) fn open_reference(&mut self, id: u64, path: PathBuf) {
        self.files.run(move || {
            let read = pictures::read_reference(&path);
            vec![read.map_or_else(|error| failed(&error), |picture| LayerAction::ReferenceRead(id, Arc::new(picture)).into())]
        });
    }

    pub(super) fn save(&mut self, id: u64, path: PathBuf) {
        let Some(drawing) = self.state.drawings.iter().find(|drawing| drawing.id == id) else { return };
        let (project, revision, recovery) = (drawing.project(), drawing.document.revision(), self.recovery.clone());
        self.files.run(move || match project.to_bytes().and_then(|bytes| write_atomically(&path, &bytes)) {
            Ok(()) => {
                if let Some(recovery) = recovery {
                    recovery.forget(id);
                }
                vec![told(&path), Action::Saved { id, revision, path }]
            }
            Err(error) => vec![failed(&error)],
        });
    }

    pub(super) fn export_canvas(&mut self, id: u64, path: PathBuf) {
        let Some(drawing) = self.state.drawings.iter().find(|drawing| drawing.id == id) else { return };
        let (canvas, palette) = (drawing.document.composite().clone(), self.state.palette());
        self.files.run(move || {
            let (width, height) = (canvas.width(), canvas.height());
            let ids: Vec<u8> = canvas.pixels().iter().map(|ink| *ink as u8).collect();
            let bytes = if canvas.kind().is_labels() {
                pictures::encode_labels(width, height, &ids, &palette)
            } else {
                pictures::encode_rgb(&path, width, height, &rgb_of(canvas.pixels()))
            };
            vec![bytes.and_then(|bytes| write_atomically(&path, &bytes)).map_or_else(|error| failed(&error), |()| told(&path))]
        });
    }

    /// Writes the photograph as soon as the one that was asked for is there.
    pub(super) fn export_when_ready(&mut self) {
        let Some((id, path)) = self.export.take() else { return };
        let ready = self.newest().filter(|shown| shown.stamp.document == id && shown.quality == Quality::Full);
        match ready.map(|shown| (&shown.pixels, shown.width, shown.height)) {
            Some((Pixels::Bytes(rgb), width, height)) => {
                let rgb = rgb.clone();
                self.files.run(move || {
                    let bytes = pictures::encode_rgb(&path, width, height, &rgb);
                    let written = bytes.and_then(|bytes| write_atomically(&path, &bytes));
                    vec![written.map_or_else(|error| failed(&error), |()| told(&path))]
                });
            }
            // Not there yet, still on the graphics card, or another drawing is shown now.
            _ => self.export = Some((id, path)),
        }
    }
}

pub(super) fn failed(error: &anyhow::Error) -> Action {
    Action::Notify(Notice::error(crate::log::one_line(error)))
}

fn told(path: &Path) -> Action {
    Action::Notify(Notice::news(path.display().to_string()))
}

/// Opens a weight file; without a card, what its tensors do not say is asked.
pub(super) fn read_model(path: &Path) -> anyhow::Result<Action> {
    let cards = folders::data().map(|data| data.join("cards")).unwrap_or_default();
    let model = Model::open_remembered(path, &cards)?;
    let inspection = Inspection::of(&model.weights)?;
    // A card that was made up from the tensors alone leaves the questions open.
    let made_up = model.card == inspection.recognised.card(&model.weights);
    Ok(Action::ModelOpened(Box::new(model), if made_up { inspection.recognised.questions } else { Vec::new() }))
}

/// Reads a photograph that is to be traced.
pub(super) fn read_photo(path: &Path) -> anyhow::Result<Action> {
    let title = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let photo = std::sync::Arc::new(bounded(pictures::read_rgb(path)?));
    Ok(Action::Trace(TraceAction::Opened { title, photo }))
}

fn read(path: &Path, kind: &Kind, model: Option<&Model>) -> anyhow::Result<Action> {
    let title = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase()).unwrap_or_default();
    let opened = |canvas: Canvas, model: String| Action::DrawingOpened(Project::new(title, model, canvas), None);
    let current = || model.map(|model| model.card.name.clone()).unwrap_or_default();
    Ok(match extension.as_str() {
        "daub" => Action::DrawingOpened(Project::read(path)?, Some(path.to_owned())),
        "safetensors" | "pth" | "pt" | "pict" | "bpk" => read_model(path)?,
        "json" => {
            let drawing = Drawing::read(path)?;
            let canvas = drawing.finished().with_context(|| format!("cannot play {}", path.display()))?;
            opened(canvas, drawing.model)
        }
        _ if kind.is_labels() => {
            let map = pictures::read_labels(path)?;
            let classes = model.map_or(256, |model| model.card.labels.len()) as u32;
            if let Some(id) = map.ids.iter().find(|id| **id >= classes) {
                anyhow::bail!("{} holds label {id}, which the current model lacks; choose its model first", path.display());
            }
            opened(pictures::labels_canvas(kind.clone(), map)?, current())
        }
        _ => opened(pictures::rgb_canvas(kind.clone(), &pictures::read_rgb(path)?)?, current()),
    })
}
