//! What leaves the window: exports, the clipboard, kept pictures.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use daub_models::{Interrupt, Model};
use egui::ColorImage;
use image::RgbImage;

use super::App;
use super::files::{failed, memory_path, told};
use crate::action::{Action, CandidateAction, CandidateEffect, FileAction, FileEffect, Selection};
use crate::candidates::Candidate;
use crate::document::Document;
use crate::generate::{Options, Pixels, Quality, Shared, Studio, Stylist, input_of_document};
use crate::io::export::{self, Source};
use crate::state::{Notice, OpenDrawing, Progress, styles_of};
use crate::styles::Ground;
use crate::text::{Text, text};
use crate::timelapse;

const COPIED: Text = text("The photograph is in the clipboard", "照片已复制到剪贴板");
const REGION: Text = text("Part of a Daub drawing", "Daub 画作的一部分");
const NO_MODEL: Text = text("This drawing has no model that paints a photograph", "此画没有可生成照片的模型");
const WRITING: Text = text("Writing", "正在写入");

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
            FileEffect::CopyPicture(_) => self.no_model(),
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

    pub(super) fn find(&self, id: u64) -> Option<&OpenDrawing> {
        self.state.drawings.iter().find(|drawing| drawing.id == id)
    }

    fn no_model(&mut self) {
        self.actions.push(Action::Notify(Notice::error(NO_MODEL.of(self.state.language))));
    }

    fn write(&mut self, kind: export::Kind, source: Source, path: PathBuf) {
        let progress = self.state.tasks.start(self.writing(&path));
        self.files.run(move || {
            let written = export::write(kind, &source, &path);
            drop(progress);
            vec![written.map_or_else(|error| failed(&error), |()| told(&path))]
        });
    }

    fn writing(&self, path: &Path) -> String {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        format!("{} {name}", WRITING.of(self.state.language))
    }

    /// Has Ctrl+V paste the pixels that are copied now and not what lay in the system's clipboard before.
    pub(super) fn claim_clipboard(&self, action: &Action) {
        if matches!(action, Action::Selection(Selection::Copy | Selection::Cut)) {
            self.context.copy_text(REGION.of(self.state.language).to_owned());
        }
    }

    /// Serves everything that waits for the photograph of the drawing that is shown, once it is there.
    pub(super) fn serve_wishes(&mut self) {
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
                    self.context.copy_image(ColorImage::from_rgb([width, height], picture.as_raw()));
                    self.actions.push(Action::Notify(Notice::news(COPIED.of(self.state.language))));
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
        let Some(model) = drawing.model.clone() else { return self.no_model() };
        let (document, palette) = (drawing.document.clone(), palette_of(drawing));
        let (options, models, shared) = (self.state.options, self.state.models.clone(), self.shared.clone());
        let progress = self.state.tasks.start(self.writing(&path));
        let run = move |progress: &Progress| {
            let mut artist = Artist::new(model, options, models, shared);
            let mut paint = |document: &Document| artist.paint(document);
            timelapse::render(document, &palette, settings, &path, &mut paint, progress)?;
            Ok(told(&path))
        };
        if let Err(error) = self.jobs.start(&self.context, progress, run) {
            self.actions.push(failed(&error));
        }
    }
}

/// Paints states of a drawing as the window would show them.
struct Artist {
    model: Arc<Model>,
    options: Options,
    /// Where the styles of each state are found.
    models: Vec<Arc<Model>>,
    studio: Studio,
    stylist: Stylist,
}

impl Artist {
    fn new(model: Arc<Model>, options: Options, models: Vec<Arc<Model>>, shared: Option<Shared>) -> Self {
        let (studio, stylist) = (Studio::new(shared.clone()), Stylist::new(shared));
        Self { model, options, models, studio, stylist }
    }

    fn paint(&mut self, document: &Document) -> anyhow::Result<RgbImage> {
        let input = input_of_document(document, &self.model.card.architecture);
        let styles = styles_of(document, &self.models);
        let mut rgb = match &input.rgb {
            Some(rgb) if styles.of_drawing => rgb.clone(),
            _ => self.studio.paint(&self.model, self.options, &input, &document.extras().looks)?.0,
        };
        let (width, height) = (input.width, input.height);
        if !styles.is_empty() {
            let objects: Vec<_> = document.seen_objects().cloned().collect();
            let ground = Ground { width, height, scale: 1, labels: input.labels.as_deref(), objects: &objects };
            rgb = self.stylist.apply(&rgb, &ground, &styles, self.options, &Interrupt::default())?;
        }
        RgbImage::from_raw(width as u32, height as u32, rgb.to_vec()).context("the picture has the wrong size")
    }
}

fn palette_of(drawing: &OpenDrawing) -> Vec<[u8; 3]> {
    drawing.model.iter().flat_map(|model| &model.card.labels).map(|label| label.color).collect()
}

/// Everything about a drawing that may go into a file.
fn source_of(drawing: &OpenDrawing, picture: Option<RgbImage>) -> Source {
    let (project, palette) = (drawing.project(), palette_of(drawing));
    Source { project, canvas: drawing.document.composite().clone(), palette, picture }
}
