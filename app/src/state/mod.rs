//! Everything that the window shows, and the one function that changes it.

mod candidates;
mod clipboard;
mod drawings;
mod filing;
mod hand;
mod interface;
mod layers;
mod looks;
mod notices;
mod objects;
mod open;
mod painting;
mod paths;
mod region;
mod selecting;
mod selection;
mod stamps;
mod styles;
mod tasks;
mod traced;
pub mod training;
mod view;

pub use candidates::{Comparison, Filmstrip, Pick, Way};
pub use clipboard::Copied;
pub use filing::{Filing, chosen};
pub use hand::{Hand, PenEvent};
pub use interface::HINTS;
pub use looks::{Offered, has_looks, has_object_looks};
pub use notices::{Notice, Notices};
pub use objects::ObjectGesture;
pub use open::OpenDrawing;
pub use region::Floating;
pub use selecting::Selecting;
pub use stamps::{Offer, Shelf};
pub use styles::{Styling, styles_of};
pub use tasks::{Cancelled, Progress, Task, Tasks};
pub use traced::Tracing;
pub use view::{Layout, View, canvas_from_ui};

use std::collections::HashMap;
use std::sync::Arc;

use self::drawings::BLANK;
use self::hand::leaves_the_hand_alone;
use self::painting::stepped;
use daub_models::Model;
use daub_models::looks::Object;

use crate::action::{Action, Dialog, Effect};
use crate::document::{Canvas, Document, Kind};
use crate::generate::Options;
use crate::io::dialogs::{Purpose, Question};
use crate::io::stem_of;
use crate::preferences::Preferences;
use crate::stamps::Library;
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
    /// Whether the wand keeps to connected pixels.
    pub contiguous: bool,
    /// What was copied or cut.
    pub copied: Option<Copied>,
    /// How canvas and picture share the window.
    pub layout: Layout,
    /// How models are run.
    pub options: Options,
    /// Whether labels that the model was not trained on are shown.
    pub more_labels: bool,
    /// The photograph that is being traced.
    pub tracing: Option<Tracing>,
    /// How the styles are shown.
    pub styling: Styling,
    /// The training dialog and its run.
    pub training: training::Training,
    /// What lasts beyond this window.
    pub preferences: Preferences,
    /// What the user should know now.
    pub notices: Notices,
    /// Work that takes a while.
    pub tasks: Tasks,
    /// The dialog that is open.
    pub dialog: Option<Dialog>,
    /// The hint of the first start that is shown, of [`HINTS`].
    pub hint: Option<usize>,
    /// The stamps at hand.
    pub stamps: Library,
    /// The panel of stamps.
    pub shelf: Shelf,
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
    /// How kept pictures are shown.
    pub filmstrip: Filmstrip,
    /// The object whose looks are offered.
    pub offered: Option<Offered>,
    /// The object that the photograph is for that is asked for; none for everything.
    styled: Option<Object>,
    next_id: u64,
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

impl State {
    /// The state at start with no preferences: the first model's starter scene.
    pub fn new(models: Vec<Arc<Model>>, language: Language) -> Self {
        Self::start(models, language, Preferences::default())
    }

    /// The state at start: the starter scene of the model that was used last. A language that the user chose comes
    /// before `language`, the system's.
    pub fn start(models: Vec<Arc<Model>>, language: Language, preferences: Preferences) -> Self {
        let language = preferences.language.unwrap_or(language);
        let mut state = Self {
            language,
            models,
            drawings: Vec::new(),
            current: 0,
            tool: Tool::Brush,
            radius_px: 10.0,
            hand: Hand::default(),
            contiguous: true,
            copied: None,
            layout: Layout::default(),
            options: Options { device: preferences.device, ..Options::default() },
            more_labels: false,
            tracing: None,
            styling: Styling::default(),
            training: training::Training::default(),
            preferences,
            notices: Notices::default(),
            tasks: Tasks::default(),
            dialog: None,
            hint: None,
            stamps: Library::default(),
            shelf: Shelf::default(),
            path_field: None,
            closing: None,
            quitting: false,
            asked: HashMap::new(),
            asking: None,
            filing: Filing::default(),
            filmstrip: Filmstrip::default(),
            offered: None,
            styled: None,
            next_id: 1,
        };
        let named = |name: &str| state.models.iter().find(|model| model.card.name == name);
        // Streets show best what the program is for.
        let first =
            state.preferences.model.as_deref().and_then(named).or_else(|| named("street")).or(state.models.first()).cloned();
        match first {
            Some(model) => state.open_starter(model),
            None => state.add(Document::new(BLANK.of(language), Canvas::new(Kind::Photo, 512, 256, 0x00ff_ffff)), None),
        }
        state
    }

    /// Has every texture made anew, for a window that has none yet.
    pub fn touch_all(&mut self) {
        self.drawings.iter_mut().for_each(|drawing| drawing.document.touch_all());
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
            self.put_down();
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
                self.drawing_mut().take_up(ink);
                // Who picks an ink wants to lay it down.
                if self.tool.selects() || matches!(self.tool, Tool::Eraser | Tool::Eyedropper) {
                    self.tool = Tool::Brush;
                }
            }
            Action::SetView(view) => self.drawing_mut().view = view,
            Action::FitView => self.drawing_mut().view = View::default(),
            Action::SetLayout(layout) => self.layout = layout,
            Action::ToggleOverlay => self.layout = self.layout.toggled(),
            Action::SetLanguage(language) => {
                self.language = language;
                self.preferences.language = Some(language);
            }
            Action::SetOptions(options) => {
                self.options = options;
                self.preferences.device = options.device;
            }
            Action::ShowMoreLabels(more) => self.more_labels = more,
            Action::SelectModel(model) => {
                self.preferences.model = Some(model.card.name.clone());
                self.select_model(model);
            }
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
                self.preferences.remember(path.clone());
                if let Some(drawing) = self.drawings.iter_mut().find(|drawing| drawing.id == id) {
                    drawing.document.mark_saved(revision);
                    drawing.document.title = stem_of(&path);
                    drawing.file = Some(path);
                }
            }
            Action::Trace(action) => return self.apply_trace(action),
            Action::Style(action) => self.apply_style(action),
            Action::Look(action) => return self.look(action),
            Action::Object(action) => self.apply_to_objects(action),
            Action::Stamping(wish) => self.apply_to_stamps(wish),
            Action::Layer(action) => return self.apply_to_layers(action),
            Action::Training(wish) => return self.apply_to_training(wish),
            Action::Notify(notice) => self.notices.tell(notice),
            Action::DismissNotice(id) => self.notices.dismiss(id),
            Action::Interface(wish) => self.apply_to_interface(wish),
            Action::Painting(wish) => self.apply_to_painting(&wish),
            Action::Selection(wish) => self.apply_to_selection(wish),
        }
        Vec::new()
    }
}

#[cfg(test)]
mod painting_tests;
#[cfg(test)]
mod tests;
