//! Files in and out of the window: each is read or written on the files thread and comes back as actions.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use daub_models::Model;
use daub_models::library::Inspection;
use image::RgbaImage;

use super::App;
use crate::action::{Action, Dialog, FileAction, Interface, LayerAction, Meaning, Stamping, TraceAction};
use crate::document::{Canvas, Kind};
use crate::drawing::Drawing;
use crate::io::import::{self, Found, LabelSet, Memory, Raw};
use crate::io::ora::{self, Opened};
use crate::io::project::Project;
use crate::io::{folders, pictures, stamps, stem_of, write_atomically};
use crate::stamps::Stamp;
use crate::state::Notice;
use crate::text::{Language, Text, text};
use crate::trace::bounded;

const PASTED: Text = text("Pasted", "已粘贴");
const NO_LABELS: Text = text(
    "is neither a label map nor one in the colours of a label set; choose a photo or sketch model to paint on it",
    "既不是标签图，也不是标签配色的图片；请先选择照片或草图模型",
);

/// What a picture that is opened may turn out to be.
struct Openable {
    /// What the drawing that is shown holds.
    kind: Kind,
    /// Name of its model.
    model: String,
    /// The label sets that can be painted, the drawing's own first.
    sets: Vec<LabelSet>,
    /// Whether a model paints on photographs.
    photographs: bool,
    language: Language,
}

impl App {
    /// Reads whatever a file is: a project, a recorded drawing, a model, or a picture for one of the models.
    pub(super) fn open(&mut self, path: PathBuf) {
        let openable = self.openable();
        self.files.run(move || read(&path, &openable).unwrap_or_else(|error| vec![failed(&error)]));
    }

    /// Opens files that were dropped; one picture that may be more than one thing is asked about.
    pub(super) fn take_dropped(&mut self, paths: Vec<PathBuf>) {
        let labels = self.state.drawing().document.canvas().kind().is_labels();
        if let [path] = &paths[..]
            && pictures::may_be_photo(path, labels)
        {
            return self.act(Interface::Open(Dialog::Dropped(path.clone())).into());
        }
        for path in paths {
            self.open(path);
        }
    }

    /// Opens the pictures that were pasted in this frame.
    pub(super) fn take_pasted(&mut self, context: &egui::Context) {
        let pasted = |event: &egui::Event| if let egui::Event::PasteImage(image) = event { Some(image.clone()) } else { None };
        let images: Vec<_> = context.input(|input| input.events.iter().filter_map(pasted).collect());
        for image in images {
            let (openable, title) = (self.openable(), PASTED.of(self.state.language).to_owned());
            self.files.run(move || {
                let rgba = image.pixels.iter().flat_map(egui::Color32::to_srgba_unmultiplied).collect();
                let picture = RgbaImage::from_raw(image.width() as u32, image.height() as u32, rgba);
                let picture = pictures::over_white(picture.unwrap_or_default().into());
                vec![openable.picture(title, &Raw::from_rgb(&picture)).unwrap_or_else(|error| failed(&error))]
            });
        }
    }

    fn openable(&self) -> Openable {
        let state = &self.state;
        let kind = state.drawing().document.canvas().kind().clone();
        let cards = || state.models.iter().map(|model| &model.card);
        Openable {
            model: state.drawing().model.as_ref().map(|model| model.card.name.clone()).unwrap_or_default(),
            sets: LabelSet::all(state.drawing().model.iter().map(|model| &model.card).chain(cards()), &kind),
            photographs: cards().any(|card| Kind::from(card.drawing_kind()) == Kind::Photo),
            kind,
            language: state.language,
        }
    }

    /// Reads a photograph to draw by, no larger than the screen needs it.
    pub(super) fn open_reference(&mut self, id: u64, path: PathBuf) {
        self.files.run(move || {
            let read = pictures::read_reference(&path);
            vec![read.map_or_else(|error| failed(&error), |picture| LayerAction::ReferenceRead(id, Arc::new(picture)).into())]
        });
    }

    pub(super) fn save(&mut self, id: u64, path: PathBuf) {
        let Some(drawing) = self.find(id) else { return };
        let recovery = self.autosave.as_ref().map(|autosave| autosave.recovery().clone());
        let (project, revision) = (drawing.project(), drawing.document.revision());
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
}

impl Openable {
    /// What a picture is: a label map, a label map with values that must be asked about, or a picture to paint on.
    fn picture(&self, title: String, raw: &Raw) -> anyhow::Result<Action> {
        let memory = memory_path().map(|path| Memory::read(&path)).unwrap_or_default();
        let labels = self.kind.is_labels();
        match import::find(raw, &self.sets, labels, &memory) {
            Found::Labels(canvas) => Ok(self.opened(title, canvas)),
            Found::Unknown(table) => Ok(Action::File(FileAction::AskMeaning(Box::new(Meaning { title, table, memory })))),
            Found::Photograph if labels && !self.photographs => anyhow::bail!("{title} {}", NO_LABELS.of(self.language)),
            Found::Photograph => {
                let kind = if labels { Kind::Photo } else { self.kind.clone() };
                Ok(self.opened(title, pictures::rgb_canvas(kind, &raw.to_rgb())?))
            }
        }
    }

    fn opened(&self, title: String, canvas: Canvas) -> Action {
        Action::DrawingOpened(Project::new(title, self.model.clone(), canvas), None)
    }
}

/// Where the meanings of values are remembered.
pub(super) fn memory_path() -> Option<PathBuf> {
    folders::data().map(|data| data.join("label-values.json"))
}

/// What is told about a job of the files thread that panicked.
pub(super) fn job_failed() -> Vec<Action> {
    let message = "reading or writing a file failed unexpectedly; save under another name to be safe";
    vec![Action::Notify(Notice::error(message))]
}

/// Reads the user's own stamps; each file that is none is told.
pub(super) fn own_stamps(folder: &Path) -> Vec<Action> {
    let told =
        |read: anyhow::Result<Stamp>| read.map_or_else(|error| failed(&error), |stamp| Stamping::Add(Box::new(stamp)).into());
    stamps::read_folder(folder).into_iter().map(told).collect()
}

pub(super) fn failed(error: &anyhow::Error) -> Action {
    Action::Notify(Notice::error(crate::log::one_line(error)))
}

pub(super) fn told(path: &Path) -> Action {
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
    let title = stem_of(path);
    let photo = std::sync::Arc::new(bounded(pictures::read_rgb(path)?));
    Ok(Action::Trace(TraceAction::Opened { title, photo }))
}

/// Reads whatever a file is; a drawing is a recent file from now on.
fn read(path: &Path, openable: &Openable) -> anyhow::Result<Vec<Action>> {
    let title = stem_of(path);
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase()).unwrap_or_default();
    let opened = match extension.as_str() {
        "daub" => Action::DrawingOpened(Project::read(path)?, Some(path.to_owned())),
        "safetensors" | "pth" | "pt" | "pict" | "bpk" => return Ok(vec![read_model(path)?]),
        "json" => {
            let drawing = Drawing::read(path)?;
            let canvas = drawing.finished().with_context(|| format!("cannot play {}", path.display()))?;
            Action::DrawingOpened(Project::new(title, drawing.model, canvas), None)
        }
        "ora" => match ora::read(path)? {
            Opened::Project(project) => Action::DrawingOpened(*project, None),
            Opened::Picture(picture) => openable.picture(title, &Raw::from_rgb(&picture))?,
        },
        _ => openable.picture(title, &Raw::read(path)?).with_context(|| format!("cannot open {}", path.display()))?,
    };
    // As it is found again from another folder.
    let full = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    Ok(vec![opened, Action::File(FileAction::Opened(full))])
}
