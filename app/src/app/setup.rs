//! What a program starts with.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use crate::generate::{Painter, Shared};
use crate::io::dialogs::{Dialogs, SystemDialogs};
use crate::io::folders;
use crate::state::State;
use crate::text::Language;

/// Where a window whose device was lost leaves its state for the next one.
pub type Handover = Arc<Mutex<Option<State>>>;

/// What a program starts with; tests put other services in.
pub struct Setup {
    /// Folders with models.
    pub model_folders: Vec<PathBuf>,
    /// Where recovery copies are kept; none keeps none.
    pub recovery_folder: Option<PathBuf>,
    /// Where preferences are kept; none keeps none, and shows no hints that could not be dismissed for good.
    pub preferences_file: Option<PathBuf>,
    /// The user's own stamps; none reads none.
    pub stamps_folder: Option<PathBuf>,
    /// How paths are asked for.
    pub dialogs: Box<dyn Dialogs>,
    /// Language of the window for who has chosen none.
    pub language: Language,
    /// Files to open.
    pub files: Vec<PathBuf>,
    /// The window's device; without it the processor paints.
    pub shared: Option<Shared>,
    /// Who paints the pictures; none paints them with the models themselves.
    pub painter: Option<Box<dyn Painter>>,
    /// The state of a window whose device was lost, to go on from, and where this one would leave its own.
    pub handover: Handover,
}

impl Setup {
    /// A setup that touches nothing of the user's: no models, no folders, no device.
    pub fn bare(dialogs: Box<dyn Dialogs>) -> Self {
        Self {
            model_folders: Vec::new(),
            recovery_folder: None,
            preferences_file: None,
            stamps_folder: None,
            dialogs,
            language: Language::English,
            files: Vec::new(),
            shared: None,
            painter: None,
            handover: Handover::default(),
        }
    }

    /// The setup of an ordinary start.
    pub fn from_system(cc: &eframe::CreationContext<'_>, files: Vec<PathBuf>) -> Self {
        // A device too small for the engine leaves the processor to paint.
        let shared = cc.wgpu_render_state.as_ref().and_then(|state| {
            let shared = Shared::new(&state.adapter, &state.device, &state.queue);
            shared.inspect_err(|error| tracing::info!("the graphics card cannot run models: {error:#}")).ok()
        });
        let context = &cc.egui_ctx;
        Self {
            shared,
            painter: None,
            handover: Handover::default(),
            model_folders: folders::models(),
            recovery_folder: folders::data().map(|data| data.join("recovery")),
            preferences_file: folders::config().map(|folder| folder.join("preferences.toml")),
            stamps_folder: folders::data().map(|data| data.join("stamps")),
            dialogs: Box::new(SystemDialogs::new(context.clone())),
            language: Language::of_system(),
            files,
        }
    }
}
