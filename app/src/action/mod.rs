//! Everything that a user can ask for.

mod candidates;
mod commands;
mod commands_window;
mod filing;
mod interface;
mod layer;
mod looks;
mod object;
mod painting;
mod selection;
mod stamping;
mod style;
mod trace;
mod training;

pub use candidates::{CandidateAction, CandidateEffect};
pub use commands::{
    Command, all_commands, command_groups, edit_commands, export_commands, file_commands, tool_commands, view_commands,
};
pub use commands_window::{help_commands, mirror_commands, panel_commands, selection_commands};
pub use filing::{FileAction, FileEffect, Meaning};
pub use interface::{Dialog, Interface};
pub use layer::LayerAction;
pub use looks::{LookAction, look_commands};
pub use object::{Corner, Handle, ObjectAction, Order, object_commands};
pub use painting::Painting;
pub use selection::Selection;
pub use stamping::Stamping;
pub use style::StyleAction;
pub use trace::{Onto, TraceAction, Traced};
pub use training::{Finished, Training};

use std::path::PathBuf;
use std::sync::Arc;

use daub_models::Model;
use daub_models::looks::Object;

use crate::document::Ink;
use crate::generate::Options;
use crate::io::dialogs::{Purpose, Question};
use crate::io::project::Project;
use crate::state::training::Form;
use crate::state::{Layout, Notice, PenEvent, View};
use crate::text::Language;
use crate::tool::Tool;

/// A wish of the user or an answer from the outside; [`crate::state::State::apply`] carries it out.
#[derive(Debug, Clone)]
pub enum Action {
    /// The pointer on the canvas.
    Pen(PenEvent),
    /// Take back a step.
    Undo,
    /// Bring back a step.
    Redo,
    /// Change the tool.
    SelectTool(Tool),
    /// Change the brush, in canvas pixels.
    SetRadius(f32),
    /// A thinner brush.
    BrushSmaller,
    /// A thicker brush.
    BrushLarger,
    /// Change what the brush lays down.
    SetInk(Ink),
    /// Change zoom and position.
    SetView(View),
    /// Show the whole canvas.
    FitView,
    /// Change how canvas and picture share the window.
    SetLayout(Layout),
    /// Side by side, or one over the other.
    ToggleOverlay,
    /// Change the language.
    SetLanguage(Language),
    /// Change how models are run.
    SetOptions(Options),
    /// Show labels that the model was not trained on.
    ShowMoreLabels(bool),
    /// Paint with another model.
    SelectModel(Arc<Model>),
    /// Show another open drawing.
    SelectDrawing(usize),
    /// Open a bundled scene.
    NewFromScene(String),
    /// Open an empty drawing of the same kind.
    NewBlank,
    /// Close a drawing; asks first if it is not saved.
    CloseDrawing(usize),
    /// Close a drawing without saving.
    CloseAnyway(usize),
    /// Keep the drawing, or the window, that was about to be closed.
    KeepOpen,
    /// The window is to be closed and drawings are not saved.
    AskToQuit,
    /// Close the window without saving.
    QuitAnyway,
    /// Leave the model that was opened.
    CancelAsking,
    /// Ask for a drawing to open.
    Open,
    /// Ask for a model to open.
    OpenModel,
    /// Save to the drawing's file.
    Save,
    /// Ask for a file to save to.
    SaveAs,
    /// Exports, label maps from elsewhere, recent files.
    File(FileAction),
    /// Kept pictures.
    Candidate(CandidateAction),
    /// A path was chosen; nobody asked yet whether a file of that name may be replaced.
    PathChosen(Purpose, PathBuf),
    /// A path was chosen, and a file that is there may be replaced.
    PathAgreed(Purpose, PathBuf),
    /// The window must ask for a path itself.
    AskForPath(Question),
    /// The path field was edited.
    TypePath(String),
    /// The path field was closed.
    CancelPath,
    /// A model file was read; the questions are what its tensors do not say.
    ModelOpened(Box<Model>, Vec<daub_models::questions::Question>),
    /// The answer, by number, to the question that is open.
    Answer(usize),
    /// A drawing was read; the project file it came from, if it was one.
    DrawingOpened(Project, Option<PathBuf>),
    /// A drawing that a crash left behind.
    Recovered(Project),
    /// A drawing was written.
    Saved {
        /// Which.
        id: u64,
        /// The revision that is in the file.
        revision: u64,
        /// The file.
        path: PathBuf,
    },
    /// Something about the photograph that is traced.
    Trace(TraceAction),
    /// Something about the styles.
    Style(StyleAction),
    /// How objects look.
    Look(LookAction),
    /// The objects of the drawing.
    Object(ObjectAction),
    /// The panel of stamps.
    Stamping(Stamping),
    /// The layers of the drawing.
    Layer(LayerAction),
    /// Training a model.
    Training(Training),
    /// Tell the user something.
    Notify(Notice),
    /// The user has read a message.
    DismissNotice(u64),
    /// The window and not the drawing.
    Interface(Interface),
    /// Inks and mirrors.
    Painting(Painting),
    /// What is selected.
    Selection(Selection),
}

/// What the state cannot do itself: files, dialogs, threads.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Ask for a path.
    Ask(Question),
    /// Read a drawing.
    Open(PathBuf),
    /// Read a photograph that is to be traced.
    OpenPhoto(PathBuf),
    /// Read a model.
    OpenModel(PathBuf),
    /// Write a project.
    Save {
        /// Which drawing.
        id: u64,
        /// Where.
        path: PathBuf,
    },
    /// Exports and what is remembered about label maps.
    File(FileEffect),
    /// Kept pictures.
    Candidate(CandidateEffect),
    /// Measure the style of a photograph.
    StyleFromPhoto {
        /// For which drawing.
        drawing: u64,
        /// For which of its objects; none for everything.
        object: Option<Object>,
        /// The photograph.
        path: PathBuf,
    },
    /// Read a photograph to draw by.
    OpenReference {
        /// For which drawing.
        id: u64,
        /// Where it is.
        path: PathBuf,
    },
    /// Remove the recovery copy of a closed drawing.
    Forget(u64),
    /// Close the window.
    Quit,
    /// Keep the card of a model whose questions were answered.
    Remember(Box<Model>),
    /// Train a model.
    Train(Box<Form>),
    /// End the training in order.
    StopTraining,
    /// Read a training file.
    ReadTraining(PathBuf),
    /// Write a training file.
    WriteTraining(PathBuf, Box<Form>),
}
