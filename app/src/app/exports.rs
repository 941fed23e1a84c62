//! What leaves the window: exports, the clipboard, and long jobs on threads of their own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc;

use anyhow::Context as _;
use egui::ColorImage;
use image::RgbImage;

use super::App;
use super::files::{failed, memory_path, told};
use crate::action::{Action, CandidateAction, CandidateEffect, FileAction, FileEffect, Job};
use crate::candidates::Candidate;
use crate::generate::{Pixels, Quality, Studio, input_of_document, yield_to_window};
use crate::io::animation::Format;
use crate::io::export::{self, Source};
use crate::io::ora::{self, Layer};
use crate::io::progress::{Cancelled, Progress};
use crate::io::write_atomically;
use crate::state::{Notice, OpenDrawing, chosen};
use crate::text::{Text, text};
use crate::timelapse;

const COPIED: Text = text("The photograph is in the clipboard", "照片已复制到剪贴板");
const NO_MODEL: Text = text("This drawing has no model that paints a photograph", "此画没有可生成照片的模型");
const JOB_FAILED: &str = "a job failed unexpectedly; nothing was written, please try again";

/// Something that waits for the newest photograph of a drawing.
pub(super) struct Wish {
    drawing: u64,
    then: Then,
}

enum Then {
    Write(export::Kind, PathBuf),
    Copy,
    Keep,
}

/// Jobs that take long, each on a thread of its own.
pub(super) struct Jobs {
    sender: mpsc::Sender<Vec<Action>>,
    results: mpsc::Receiver<Vec<Action>>,
    next_id: u64,
}

impl Default for Jobs {
    fn default() -> Self {
        let (sender, results) = mpsc::channel();
        Self { sender, results, next_id: 1 }
    }
}

impl Jobs {
    /// What jobs have said since the last call.
    pub(super) fn poll(&self) -> impl Iterator<Item = Action> + '_ {
        self.results.try_iter().flatten()
    }

    /// Starts a job that shows how far it is; what it gives back is told.
    fn start(
        &mut self,
        context: &egui::Context,
        title: String,
        run: impl FnOnce(&Progress) -> anyhow::Result<Action> + Send + 'static,
    ) -> Action {
        let (id, progress) = (self.next_id, Arc::new(Progress::default()));
        self.next_id += 1;
        let (sender, context, theirs) = (self.sender.clone(), context.clone(), progress.clone());
        let job = move || {
            yield_to_window();
            let outcome = catch_unwind(AssertUnwindSafe(|| run(&theirs)));
            let mut news = vec![Action::File(FileAction::JobEnded(id))];
            match outcome {
                Ok(Ok(action)) => news.push(action),
                Ok(Err(error)) if error.downcast_ref::<Cancelled>().is_some() => {}
                Ok(Err(error)) => news.push(failed(&error)),
                Err(_) => news.push(Action::Notify(Notice { message: JOB_FAILED.to_owned(), is_error: true })),
            }
            // A closed window no longer listens.
            drop(sender.send(news));
            context.request_repaint();
        };
        match std::thread::Builder::new().name("job".into()).spawn(job) {
            Ok(_) => Action::File(FileAction::JobBegan(Job { id, title, progress })),
            Err(error) => failed(&anyhow::Error::new(error).context("the system gives no thread for this")),
        }
    }
}

impl App {
    pub(super) fn run_file(&mut self, effect: FileEffect) {
        match effect {
            FileEffect::CheckFree(purpose, path) => self.files.run(move || {
                let taken = path.exists();
                vec![if taken { Action::File(FileAction::AskReplace(purpose, path)) } else { Action::PathAgreed(purpose, path) }]
            }),
            FileEffect::Export { id, kind: export::Kind::Timelapse, path, timelapse } => self.timelapse(id, path, timelapse),
            FileEffect::Export { id, kind, path, .. } => {
                let paints = self.find(id).is_some_and(|drawing| drawing.model.is_some());
                if kind.shows_picture() && paints {
                    self.wishes.push(Wish { drawing: id, then: Then::Write(kind, path) });
                } else if let Some(drawing) = self.find(id) {
                    self.write(kind, source_of(drawing, None), path);
                }
            }
            FileEffect::CopyPicture(id) if self.find(id).is_some_and(|drawing| drawing.model.is_some()) => {
                self.wishes.push(Wish { drawing: id, then: Then::Copy });
            }
            FileEffect::CopyPicture(_) => {
                let message = NO_MODEL.of(self.state.language).to_owned();
                self.actions.push(Action::Notify(Notice { message, is_error: true }));
            }
            FileEffect::Remember(memory) => self.files.run(move || {
                let kept = memory_path().map_or(Ok(()), |path| memory.write(&path));
                kept.err().map(|error| failed(&error)).into_iter().collect()
            }),
        }
    }

    pub(super) fn run_candidate(&mut self, effect: CandidateEffect) {
        match effect {
            CandidateEffect::Keep(drawing) => self.wishes.push(Wish { drawing, then: Then::Keep }),
            CandidateEffect::Unpack(candidate) => self.files.run(move || {
                let unpacked = candidate
                    .photograph()
                    .map(|picture| Action::Candidate(CandidateAction::Unpacked { id: candidate.id, picture: Arc::new(picture) }));
                vec![unpacked.unwrap_or_else(|error| failed(&error))]
            }),
            CandidateEffect::Return { candidate, drawing, beside } => self.files.run(move || {
                let unpacked = candidate
                    .project()
                    .map(|project| Action::Candidate(CandidateAction::Returned { drawing, project: Box::new(project), beside }));
                vec![unpacked.unwrap_or_else(|error| failed(&error))]
            }),
        }
    }

    /// Keeps the photograph of the drawing that is shown.
    fn pack(&mut self, photograph: RgbImage) {
        let open = self.state.drawing();
        let (drawing, project, id) = (open.id, open.project(), open.candidates.next_id());
        self.files.run(move || {
            let packed = Candidate::new(id, &project, &photograph);
            let kept = packed.map(|candidate| Action::Candidate(CandidateAction::Kept { drawing, candidate }));
            vec![kept.unwrap_or_else(|error| failed(&error))]
        });
    }

    fn find(&self, id: u64) -> Option<&OpenDrawing> {
        self.state.drawings.iter().find(|drawing| drawing.id == id)
    }

    fn write(&mut self, kind: export::Kind, source: Source, path: PathBuf) {
        self.files.run(move || {
            let written = export::write(kind, &source, &path);
            vec![written.map_or_else(|error| failed(&error), |()| told(&path))]
        });
    }

    /// Serves everything that waits for the photograph of the drawing that is shown, once it is there.
    pub(super) fn serve_wishes(&mut self, context: &egui::Context) {
        if self.wishes.is_empty() {
            return;
        }
        let id = self.state.drawing().id;
        let ready = self.newest().filter(|shown| shown.stamp.document == id && shown.quality == Quality::Full);
        let Some((Pixels::Bytes(rgb), width, height)) = ready.map(|shown| (&shown.pixels, shown.width, shown.height)) else {
            // Not there yet, still on the graphics card, or another drawing is shown now.
            return;
        };
        let Some(picture) = RgbImage::from_raw(width as u32, height as u32, rgb.to_vec()) else { return };
        let (served, waiting): (Vec<Wish>, Vec<Wish>) =
            std::mem::take(&mut self.wishes).into_iter().partition(|wish| wish.drawing == id);
        self.wishes = waiting;
        for wish in served {
            match wish.then {
                Then::Write(kind, path) => {
                    let source = source_of(self.state.drawing(), Some(picture.clone()));
                    self.write(kind, source, path);
                }
                Then::Keep => self.pack(picture.clone()),
                Then::Copy => {
                    context.copy_image(ColorImage::from_rgb([width, height], picture.as_raw()));
                    let message = COPIED.of(self.state.language).to_owned();
                    self.actions.push(Action::Notify(Notice { message, is_error: false }));
                }
            }
        }
    }

    /// Whether the photograph of the drawing that is shown is wanted as bytes.
    pub(super) fn wants_bytes(&self) -> bool {
        let id = self.state.drawing().id;
        self.wishes.iter().any(|wish| wish.drawing == id)
    }

    /// Forgets what waits for a photograph that cannot be painted.
    pub(super) fn drop_wishes(&mut self) {
        let id = self.state.drawing().id;
        self.wishes.retain(|wish| wish.drawing != id);
    }

    fn timelapse(&mut self, id: u64, path: PathBuf, settings: timelapse::Settings) {
        let Some(drawing) = self.find(id) else { return };
        let Some(model) = drawing.model.clone() else {
            let message = NO_MODEL.of(self.state.language).to_owned();
            self.actions.push(Action::Notify(Notice { message, is_error: true }));
            return;
        };
        let (document, options, palette) = (drawing.document.clone(), self.state.options, palette_of(drawing));
        let shared = self.shared.clone();
        let title = name_of(&path);
        let run = move |progress: &Progress| {
            let mut studio = Studio::new(shared);
            let mut paint = |document: &crate::document::Document| {
                let input = input_of_document(document, &model.card.architecture);
                let (rgb, _, _) = studio.paint(&model, options, &input)?;
                RgbImage::from_raw(input.width as u32, input.height as u32, rgb.to_vec())
                    .context("the picture has the wrong size")
            };
            let bytes = timelapse::render(document, &palette, settings, Format::of(&path)?, &mut paint, progress)?;
            write_atomically(&path, &bytes)?;
            Ok(told(&path))
        };
        let began = self.jobs.start(&self.context, title, run);
        self.actions.push(began);
    }

    /// Takes up the answer of a dialog.
    pub(super) fn path_answered(&mut self, purpose: crate::io::dialogs::Purpose, path: PathBuf) {
        self.actions.push(chosen(purpose, path));
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

fn palette_of(drawing: &OpenDrawing) -> Vec<[u8; 3]> {
    drawing.model.iter().flat_map(|model| &model.card.labels).map(|label| label.color).collect()
}

/// Everything about a drawing that may go into a file.
fn source_of(drawing: &OpenDrawing, picture: Option<RgbImage>) -> Source {
    let document = &drawing.document;
    let palette = palette_of(drawing);
    let paint = Layer {
        name: ora::PAINT.to_owned(),
        left: 0,
        top: 0,
        picture: image::DynamicImage::from(export::colours(document.composite(), &palette)).to_rgba8(),
        opacity: 1.0,
        visible: true,
        locked: false,
    };
    Source {
        canvas: document.composite().clone(),
        palette,
        instances: document.instance_map(),
        layers: vec![paint],
        project: drawing.project(),
        picture,
    }
}
