//! Everything that the window shows, and the one function that changes it.

mod candidates;
mod drawings;
mod filing;
mod hand;
mod view;

pub use candidates::{Comparison, Pick, Way};
pub use filing::{Filing, chosen};
pub use hand::{Hand, PenEvent};
pub use view::{Layout, View, canvas_from_ui};

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::drawings::BLANK;
use daub_models::Model;

use crate::action::{Action, Effect};
use crate::candidates::Candidates;
use crate::document::{Canvas, Document, Ink, Kind};
use crate::generate::{Options, Stamp};
use crate::io::dialogs::{Purpose, Question};
use crate::io::project::Project;
use crate::text::{Language, Text, text};
use crate::tool::Tool;

/// Smallest and largest brush radius in canvas pixels.
pub const RADIUS_RANGE_PX: std::ops::RangeInclusive<f32> = 0.5..=128.0;

/// The state of the window. Only [`State::apply`] changes it.
pub struct State {
    /// Language of the window.
    pub language: Language,
    /// Models that can be chosen.
    pub models: Vec<Arc<Model>>,
    /// The open drawings; never empty.
    pub drawings: Vec<OpenDrawing>,
    /// Index of the drawing that is shown.
    pub current: usize,
    /// What the pointer does.
    pub tool: Tool,
    /// Brush radius in canvas pixels.
    pub radius_px: f32,
    /// The stroke under the pointer.
    pub hand: Hand,
    /// How canvas and picture share the window.
    pub layout: Layout,
    /// How models are run.
    pub options: Options,
    /// Whether labels that the model was not trained on are shown.
    pub more_labels: bool,
    /// What the user should know now.
    pub notice: Option<Notice>,
    /// The question that the window asks itself, because the system has no dialog.
    pub path_field: Option<PathField>,
    /// The drawing that the user wants to close although it is not saved.
    pub closing: Option<usize>,
    /// Whether the user wants to close the window although drawings are not saved.
    pub quitting: bool,
    /// The drawing that each open question for a path is about.
    asked: HashMap<Purpose, u64>,
    /// The model that was opened and the questions that are left about it, the first one first.
    pub asking: Option<Asking>,
    /// What is open about files.
    pub filing: Filing,
    /// Kept pictures that are compared now.
    pub comparison: Option<Comparison>,
    /// Whether the strip of kept pictures is folded away.
    pub strip_folded: bool,
    next_id: u64,
}

/// One open drawing.
pub struct OpenDrawing {
    /// Stands for this drawing as long as the program runs.
    pub id: u64,
    /// The drawing.
    pub document: Document,
    /// The model that paints it; none when no model suits.
    pub model: Option<Arc<Model>>,
    /// What the brush lays down.
    pub ink: Ink,
    /// The project file, once there is one.
    pub file: Option<PathBuf>,
    /// Zoom and position.
    pub view: View,
    /// Pictures that the user kept, each with its drawing.
    pub candidates: Candidates,
}

/// A message to the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What happened.
    pub message: String,
    /// Whether something went wrong.
    pub is_error: bool,
}

/// A model that was opened and what its tensors do not say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asking {
    /// The model, with the answers so far in its card.
    pub model: Model,
    /// What is left to ask.
    pub questions: Vec<daub_models::questions::Question>,
}

/// The window's own question for a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathField {
    /// What is asked.
    pub question: Question,
    /// What was typed so far.
    pub path: String,
}

const RECOVERED: Text = text("recovered", "已恢复");

impl OpenDrawing {
    /// The state that a picture of this drawing would show.
    pub fn stamp(&self) -> Stamp {
        Stamp { document: self.id, revision: self.document.picture_revision() }
    }

    /// The state that a recovery copy of this drawing would hold.
    pub fn kept_stamp(&self) -> Stamp {
        Stamp { document: self.id, revision: self.document.revision() }
    }

    /// What a file of this drawing holds.
    pub fn project(&self) -> Project {
        Project {
            title: self.document.title.clone(),
            model: self.model.as_ref().map(|model| model.card.name.clone()).unwrap_or_default(),
            canvas: self.document.canvas().clone(),
            base: self.document.base().clone(),
            candidates: self.candidates.clone(),
        }
    }
}

impl State {
    /// The state at start: the first model's starter scene.
    pub fn new(models: Vec<Arc<Model>>, language: Language) -> Self {
        let mut state = Self {
            language,
            models,
            drawings: Vec::new(),
            current: 0,
            tool: Tool::Brush,
            radius_px: 10.0,
            hand: Hand::default(),
            layout: Layout::default(),
            options: Options::default(),
            more_labels: false,
            notice: None,
            path_field: None,
            closing: None,
            quitting: false,
            asked: HashMap::new(),
            asking: None,
            filing: Filing::default(),
            comparison: None,
            strip_folded: false,
            next_id: 1,
        };
        // Streets show best what the program is for.
        let first = state.models.iter().find(|model| model.card.name == "street").or(state.models.first()).cloned();
        match first {
            Some(model) => state.open_starter(model),
            None => state.add(Document::new(BLANK.of(language), Canvas::new(Kind::Photo, 512, 256, 0x00ff_ffff)), None),
        }
        state
    }

    /// Has every texture made anew, for a window that has none yet.
    pub fn touch_all(&mut self) {
        for drawing in &mut self.drawings {
            drawing.document.touch_all();
        }
    }

    /// The drawing that is shown.
    pub fn drawing(&self) -> &OpenDrawing {
        &self.drawings[self.current]
    }

    /// The drawing that is shown, to be changed by this module and the texture that follows it.
    pub fn drawing_mut(&mut self) -> &mut OpenDrawing {
        &mut self.drawings[self.current]
    }

    /// The palette of the current model: one colour a label id.
    pub fn palette(&self) -> Vec<[u8; 3]> {
        self.drawing().model.iter().flat_map(|model| &model.card.labels).map(|label| label.color).collect()
    }

    /// Carries out what the user asked for; what needs files, dialogs or threads comes back as effects.
    pub fn apply(&mut self, action: Action) -> Vec<Effect> {
        // Anything but drawing itself ends a stroke that is under way.
        if !leaves_the_hand_alone(&action) {
            self.hand = Hand::default();
            self.drawing_mut().document.commit();
        }
        match action {
            Action::Pen(event) => self.pen(event),
            Action::Undo => self.drawing_mut().document.undo(),
            Action::Redo => self.drawing_mut().document.redo(),
            Action::SelectTool(tool) => self.tool = tool,
            Action::SetRadius(radius_px) => self.radius_px = radius_px.clamp(*RADIUS_RANGE_PX.start(), *RADIUS_RANGE_PX.end()),
            Action::BrushSmaller => return self.apply(Action::SetRadius(stepped(self.radius_px, -1.0))),
            Action::BrushLarger => return self.apply(Action::SetRadius(stepped(self.radius_px, 1.0))),
            Action::SetInk(ink) => {
                self.drawing_mut().ink = ink;
                // Who picks an ink wants to lay it down.
                if matches!(self.tool, Tool::Eraser | Tool::Eyedropper) {
                    self.tool = Tool::Brush;
                }
            }
            Action::SetView(view) => self.drawing_mut().view = view,
            Action::FitView => self.drawing_mut().view = View::default(),
            Action::SetLayout(layout) => self.layout = layout,
            Action::ToggleOverlay => self.layout = self.layout.toggled(),
            Action::SetLanguage(language) => self.language = language,
            Action::SetOptions(options) => self.options = options,
            Action::ShowMoreLabels(more) => self.more_labels = more,
            Action::SelectModel(model) => self.select_model(model),
            Action::SelectDrawing(index) => self.current = index.min(self.drawings.len() - 1),
            Action::NewFromScene(name) => self.new_from_scene(&name),
            Action::NewBlank => self.new_blank(),
            Action::CloseDrawing(index) => return self.close(index),
            Action::CloseAnyway(index) => return self.close_anyway(index),
            Action::KeepOpen => (self.closing, self.quitting) = (None, false),
            Action::AskToQuit => self.quitting = true,
            Action::QuitAnyway => return vec![Effect::Quit],
            Action::CancelAsking => self.asking = None,
            Action::Open => return vec![Effect::Ask(self.question(Purpose::OpenDrawing))],
            Action::OpenModel => return vec![Effect::Ask(self.question(Purpose::OpenModel))],
            Action::Save => {
                let drawing = self.drawing();
                return match drawing.file.clone() {
                    Some(path) => vec![Effect::Save { id: drawing.id, path }],
                    None => self.apply(Action::SaveAs),
                };
            }
            Action::SaveAs => return vec![Effect::Ask(self.question(Purpose::SaveProject))],
            Action::File(action) => return self.file(action),
            Action::Candidate(action) => return self.candidate(action),
            Action::PathChosen(purpose, path) => return self.path_chosen(purpose, path),
            Action::PathAgreed(purpose, path) => return self.path_agreed(purpose, path),
            Action::AskForPath(question) => {
                let path = question.suggested.clone().unwrap_or_default();
                self.path_field = Some(PathField { question, path });
            }
            Action::TypePath(path) => {
                if let Some(field) = &mut self.path_field {
                    field.path = path;
                }
            }
            Action::CancelPath => self.path_field = None,
            Action::ModelOpened(model, questions) if questions.is_empty() => self.add_model(Arc::from(model)),
            Action::ModelOpened(model, questions) => self.asking = Some(Asking { model: *model, questions }),
            Action::Answer(choice) => return self.answer(choice),
            Action::DrawingOpened(project, file) => self.open_project(project, file),
            Action::Recovered(mut project) => {
                project.title = format!("{} ({})", project.title, RECOVERED.of(self.language));
                self.open_project(project, None);
                // No file holds it yet.
                self.drawing_mut().document.mark_saved(0);
            }
            Action::Saved { id, revision, path } => {
                if let Some(drawing) = self.drawings.iter_mut().find(|drawing| drawing.id == id) {
                    drawing.document.mark_saved(revision);
                    drawing.document.title = stem_of(&path);
                    drawing.file = Some(path);
                }
            }
            Action::Notify(notice) => self.notice = Some(notice),
            Action::DismissNotice => self.notice = None,
        }
        Vec::new()
    }

    fn pen(&mut self, event: PenEvent) {
        let (tool, radius_px) = (self.tool, self.radius_px);
        let drawing = &mut self.drawings[self.current];
        if let Some(ink) = self.hand.handle(event, tool, drawing.ink, radius_px, &mut drawing.document) {
            drawing.ink = ink;
        }
    }

    fn question(&mut self, purpose: Purpose) -> Question {
        // The answer may come when another drawing is shown.
        self.asked.insert(purpose, self.drawing().id);
        let title = purpose.title().of(self.language).to_owned();
        let document = &self.drawing().document;
        let suffix = purpose.suffix(document.canvas().kind().is_labels());
        let suggested = purpose.writes().then(|| format!("{}{suffix}.{}", document.title, purpose.extensions()[0]));
        Question { purpose, title, suggested }
    }
}

/// Whether an action may come in the middle of a stroke: the pen itself, the brush and the view, and news from threads.
fn leaves_the_hand_alone(action: &Action) -> bool {
    match action {
        Action::File(action) => return filing::leaves_the_hand_alone(action),
        Action::Candidate(action) => return candidates::leaves_the_hand_alone(action),
        _ => {}
    }
    matches!(
        action,
        Action::Pen(_)
            | Action::SetView(_)
            | Action::SetRadius(_)
            | Action::BrushSmaller
            | Action::BrushLarger
            | Action::Saved { .. }
            | Action::Notify(_)
            | Action::DismissNotice
            | Action::TypePath(_)
            | Action::PathAgreed(..)
    )
}

/// The next size of a brush: half a pixel while it is thin, an eighth of itself later.
fn stepped(radius_px: f32, direction: f32) -> f32 {
    let step = (radius_px / 8.0).max(0.5);
    ((radius_px + direction * step) * 2.0).round() / 2.0
}

fn stem_of(path: &Path) -> String {
    path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests;
