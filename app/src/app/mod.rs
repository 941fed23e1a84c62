//! The running program: owns the state and the services around it.
//!
//! `logic` thinks (applies actions, keeps the generator up with the drawing, collects what threads have finished),
//! `ui` draws and only collects actions. Nothing here waits for a network, a disk or a dialog.

mod exports;
mod files;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use daub_models::{Model, library};

use crate::action::{Action, Effect};
use crate::generate::{Generator, Options, Quality, Request, Shared, Shown, Stamp, Studio, input_of_document};
use crate::io::dialogs::{Answer, Dialogs};
use crate::io::files::Files;
use crate::io::folders;
use crate::io::recovery::Recovery;
use crate::paint::texture::CanvasTexture;
use crate::picture::PictureTexture;
use crate::state::{Notice, State};
use crate::text::{Language, text};
use crate::ui;
use exports::{Jobs, Wish};
use files::{failed, read_model};

/// How often copies of unsaved drawings are kept; `DAUB_AUTOSAVE_MS` makes it more often.
fn autosave_every() -> Duration {
    let wished = std::env::var("DAUB_AUTOSAVE_MS").ok().and_then(|text| text.parse().ok()).map(Duration::from_millis);
    wished.unwrap_or(Duration::MAX).min(Duration::from_mins(1))
}

/// How often the bars of running jobs move.
const JOBS_MOVE_EVERY: Duration = Duration::from_millis(100);

/// The program.
pub struct App {
    /// What the window shows.
    pub state: State,
    generator: Generator,
    files: Files<Vec<Action>>,
    dialogs: Box<dyn Dialogs>,
    recovery: Option<Recovery>,
    /// What the recovery copies hold: a state, and how many pictures were kept with it.
    kept: Vec<(Stamp, usize)>,
    last_autosave: Instant,
    autosave_every: Duration,
    /// Set on the files thread when a copy could not be kept, so that it is tried again.
    autosave_failed: Arc<AtomicBool>,
    /// Whether what was recovered is still only in the folder of the program that lost it.
    unsettled: bool,
    canvas: CanvasTexture,
    picture: PictureTexture,
    wanted: Option<Wanted>,
    /// What waits for a photograph.
    wishes: Vec<Wish>,
    jobs: Jobs,
    context: egui::Context,
    /// Whether the window may close although drawings are not saved.
    quitting: bool,
    actions: Vec<Action>,
    had_focus: bool,
    shared: Option<Shared>,
    handover: Handover,
}

/// Where a window whose device was lost leaves its state for the next one.
pub type Handover = Arc<Mutex<Option<State>>>;

/// What the generator was asked for last; a new request is sent when this changes.
#[derive(Clone, PartialEq)]
struct Wanted {
    stamp: Stamp,
    model: Arc<Model>,
    options: Options,
    in_stroke: bool,
    bytes: bool,
}

/// What a program starts with; tests put other services in.
pub struct Setup {
    /// Folders with models.
    pub model_folders: Vec<PathBuf>,
    /// Where recovery copies are kept; none keeps none.
    pub recovery_folder: Option<PathBuf>,
    /// How paths are asked for.
    pub dialogs: Box<dyn Dialogs>,
    /// Language of the window.
    pub language: Language,
    /// Files to open.
    pub files: Vec<PathBuf>,
    /// The window's device; without it the processor paints.
    pub shared: Option<Shared>,
    /// The state of a window whose device was lost, to go on from, and where this one would leave its own.
    pub handover: Handover,
}

impl Setup {
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
            handover: Handover::default(),
            model_folders: folders::models(),
            recovery_folder: folders::data().map(|data| data.join("recovery")),
            dialogs: Box::new(crate::io::dialogs::SystemDialogs::new(context.clone())),
            language: Language::of_system(),
            files,
        }
    }
}

const RECOVERED: crate::text::Text = text("Drawings that were not saved have been recovered", "已恢复未保存的画作");
const NO_MODELS: crate::text::Text = text(
    "No models were found: start Daub from its repository, or name their folder in DAUB_MODELS",
    "未找到模型：请从仓库目录启动，或用 DAUB_MODELS 指定模型目录",
);

/// What is told about a job of the files thread that panicked.
fn job_failed() -> Vec<Action> {
    let message = "reading or writing a file failed unexpectedly; save under another name to be safe".to_owned();
    vec![Action::Notify(Notice { message, is_error: true })]
}

impl App {
    /// Starts the services.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn new(context: &egui::Context, setup: Setup) -> anyhow::Result<Self> {
        ui::theme::apply(context);
        let mut models = Vec::new();
        let mut actions = Vec::new();
        for (_, model) in library::list(&setup.model_folders) {
            match model {
                Ok(model) => models.push(Arc::new(model)),
                Err(error) => actions.push(Action::Notify(Notice { message: error.to_string(), is_error: true })),
            }
        }
        let resumed = setup.handover.lock().unwrap_or_else(PoisonError::into_inner).take();
        let resumes = resumed.is_some();
        let mut state = resumed.unwrap_or_else(|| State::new(models, setup.language));
        state.touch_all();
        if state.models.is_empty() {
            state.notice = Some(Notice { message: NO_MODELS.of(setup.language).to_owned(), is_error: true });
        }
        let recovery = setup.recovery_folder.and_then(|folder| match Recovery::start(&folder) {
            Ok((recovery, lost)) => {
                // A window that goes on after a lost device has its drawings already.
                if !lost.is_empty() && !resumes {
                    actions.extend(lost.into_iter().map(Action::Recovered));
                    actions.push(Action::Notify(Notice { message: RECOVERED.of(setup.language).to_owned(), is_error: false }));
                }
                Some(recovery)
            }
            Err(error) => {
                actions.push(Action::Notify(Notice { message: format!("{error:#}"), is_error: true }));
                None
            }
        });
        let repaint = |context: &egui::Context| {
            let context = context.clone();
            move || context.request_repaint()
        };
        let mut app = Self {
            state,
            generator: Generator::start(Studio::new(setup.shared.clone()), repaint(context))?,
            files: Files::start(repaint(context), job_failed)?,
            dialogs: setup.dialogs,
            recovery,
            kept: Vec::new(),
            last_autosave: Instant::now(),
            autosave_every: autosave_every(),
            autosave_failed: Arc::default(),
            unsettled: true,
            canvas: CanvasTexture::default(),
            picture: PictureTexture::default(),
            wanted: None,
            wishes: Vec::new(),
            jobs: Jobs::default(),
            context: context.clone(),
            quitting: false,
            actions,
            had_focus: true,
            shared: setup.shared,
            handover: setup.handover,
        };
        for file in setup.files {
            app.open(file);
        }
        Ok(app)
    }

    /// The newest picture of the drawing that is shown.
    pub fn shown(&self) -> Option<&Shown> {
        self.picture.shown()
    }

    /// The picture of the drawing as it is now, by the model and options that are chosen now.
    fn newest(&self) -> Option<&Shown> {
        let drawing = self.state.drawing();
        let shown = self.picture.shown()?;
        let same = shown.stamp == drawing.stamp() && Some(&shown.model) == drawing.model.as_ref();
        (same && shown.options == self.state.options).then_some(shown)
    }

    /// Closes the window, whatever is not saved.
    pub fn quit(&mut self, context: &egui::Context) {
        self.quitting = true;
        context.send_viewport_cmd(egui::ViewportCommand::Close);
    }

    /// Whether the window's device failed for good.
    fn device_is_lost(&self) -> bool {
        self.shared.as_ref().is_some_and(|shared| {
            // The news of a loss arrives while polling; an error of the poll itself says nothing more.
            let _polled = shared.context.device.poll(eframe::wgpu::PollType::Poll);
            shared.context.lost().is_some()
        })
    }

    /// Asks for something, as a click would.
    pub fn act(&mut self, action: Action) {
        self.actions.push(action);
    }

    /// Whether the picture of the newest stroke is still on its way.
    pub fn is_behind(&self) -> bool {
        self.state.drawing().model.is_some() && self.newest().is_none_or(|shown| shown.quality != Quality::Full)
    }

    fn run(&mut self, effect: Effect) {
        match effect {
            Effect::Ask(question) => self.dialogs.ask(question),
            Effect::Open(path) => self.open(path),
            Effect::OpenModel(path) => self.files.run(move || vec![read_model(&path).unwrap_or_else(|error| failed(&error))]),
            Effect::Remember(model) => self.files.run(move || {
                let Some(folder) = folders::data().map(|data| data.join("cards")) else { return Vec::new() };
                let kept = std::fs::create_dir_all(&folder).map_err(anyhow::Error::from);
                let kept = kept.and_then(|()| Ok(model.remember(&folder)?));
                kept.err().map(|error| failed(&error)).into_iter().collect()
            }),
            Effect::Save { id, path } => self.save(id, path),
            Effect::File(effect) => self.run_file(effect),
            Effect::Candidate(effect) => self.run_candidate(effect),
            Effect::Quit => self.quitting = true,
            Effect::Forget(id) => {
                if let Some(recovery) = &self.recovery {
                    recovery.forget(id);
                }
            }
        }
    }

    fn carry_out_actions(&mut self) {
        for action in std::mem::take(&mut self.actions) {
            for effect in self.state.apply(action) {
                self.run(effect);
            }
        }
        self.keep_generator_up();
    }

    /// Tells the generator what is wanted now, if that is news.
    fn keep_generator_up(&mut self) {
        let drawing = self.state.drawing();
        let Some(model) = drawing.model.clone() else { return };
        let (in_stroke, bytes) = (self.state.hand.is_busy(), self.wants_bytes());
        let wanted = Wanted { stamp: drawing.stamp(), model, options: self.state.options, in_stroke, bytes };
        if self.wanted.as_ref() == Some(&wanted) {
            return;
        }
        let Wanted { stamp, model, options, .. } = wanted.clone();
        let input = input_of_document(&drawing.document, &model.card.architecture);
        self.generator.want(Request { stamp, model, input, options, in_stroke, bytes });
        self.wanted = Some(wanted);
    }

    fn collect_results(&mut self, context: &egui::Context, frame: &eframe::Frame) {
        let results = self.generator.take_results();
        self.picture.busy = results.busy;
        if let Some(shown) = results.shown {
            self.picture.show(context, frame.wgpu_render_state(), shown);
        }
        if let Some((_, message)) = results.failed.filter(|(stamp, _)| *stamp == self.state.drawing().stamp()) {
            self.drop_wishes();
            self.actions.push(Action::Notify(Notice { message, is_error: true }));
        }
        while let Some(actions) = self.files.poll() {
            self.actions.extend(actions);
        }
        self.actions.extend(self.jobs.poll());
        while let Some(answer) = self.dialogs.poll() {
            match answer {
                Answer::Path(purpose, path) => self.path_answered(purpose, path),
                Answer::Unavailable(question) => self.actions.push(Action::AskForPath(question)),
                Answer::Cancelled => {}
            }
        }
    }

    /// Keeps copies of what no file holds: every minute, when the window loses the focus, and of what was just recovered.
    fn autosave(&mut self, context: &egui::Context) {
        let focus = context.input(|input| input.focused);
        let lost_focus = self.had_focus && !focus;
        self.had_focus = focus;
        let due = lost_focus || self.unsettled || self.last_autosave.elapsed() >= self.autosave_every;
        let Some(recovery) = self.recovery.clone().filter(|_| due) else { return };
        self.last_autosave = Instant::now();
        if self.autosave_failed.swap(false, Ordering::Relaxed) {
            self.kept.clear();
        }
        for drawing in &self.state.drawings {
            let state = (drawing.kept_stamp(), drawing.candidates.iter().len());
            if drawing.document.is_unsaved() && !self.kept.contains(&state) {
                let (id, project) = (drawing.id, drawing.project());
                self.kept.retain(|(stamp, _)| stamp.document != id);
                self.kept.push(state);
                let (recovery, in_vain) = (recovery.clone(), self.autosave_failed.clone());
                self.files.run(move || {
                    let Err(error) = recovery.keep(id, &project) else { return Vec::new() };
                    in_vain.store(true, Ordering::Relaxed);
                    vec![failed(&error)]
                });
            }
        }
        if std::mem::take(&mut self.unsettled) {
            let in_vain = self.autosave_failed.clone();
            self.files.run(move || {
                // Jobs run in order: every copy is on the disk now, or one is not and the old ones are needed still.
                if !in_vain.load(Ordering::Relaxed) {
                    recovery.settle();
                }
                Vec::new()
            });
        }
    }
}

impl Drop for App {
    /// Hands the state over when the device is lost, whether the window closes by itself or drawing panics on the way.
    fn drop(&mut self) {
        if !self.device_is_lost() && !std::thread::panicking() {
            // Only a clean end leaves nothing to recover.
            if let Some(recovery) = &self.recovery {
                recovery.finish();
            }
        } else if self.device_is_lost() {
            let empty = State::new(Vec::new(), self.state.language);
            *self.handover.lock().unwrap_or_else(PoisonError::into_inner) = Some(std::mem::replace(&mut self.state, empty));
        }
    }
}

impl eframe::App for App {
    fn logic(&mut self, context: &egui::Context, frame: &mut eframe::Frame) {
        let dropped: Vec<PathBuf> =
            context.input(|input| input.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect());
        for path in dropped {
            self.open(path);
        }
        self.take_pasted(context);
        if self.device_is_lost() {
            // Nothing can be drawn any more: the window closes, and the next one goes on from the state.
            context.send_viewport_cmd(egui::ViewportCommand::Close);
            return;
        }
        let unsaved = self.state.drawings.iter().any(|drawing| drawing.document.is_unsaved());
        if unsaved && !self.quitting && context.input(|input| input.viewport().close_requested()) {
            context.send_viewport_cmd(egui::ViewportCommand::CancelClose);
            self.actions.push(Action::AskToQuit);
        }
        self.collect_results(context, frame);
        self.carry_out_actions();
        self.serve_wishes(context);
        self.autosave(context);
        if self.quitting {
            context.send_viewport_cmd(egui::ViewportCommand::Close);
        }
        if !self.state.filing.jobs.is_empty() {
            context.request_repaint_after(JOBS_MOVE_EVERY);
        }
        // The clock of the next autosave must tick even when nothing moves.
        context.request_repaint_after(self.autosave_every);
    }

    fn clear_color(&self, _visuals: &egui::Visuals) -> [f32; 4] {
        ui::theme::DESK.to_normalized_gamma_f32()
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        let palette = self.state.palette();
        let drawing = self.state.drawing_mut();
        self.canvas.follow(ui.ctx(), drawing.id, &mut drawing.document, &palette);
        let id = drawing.id;
        ui::workspace_ui(ui, &self.state, self.canvas.id(), &self.picture, &mut self.actions);
        if self.actions.is_empty() {
            return;
        }
        // Textures are uploaded after this, before anything is drawn: what the pen did since the last frame is laid
        // down and uploaded now, so that a stroke is on screen in the very frame that its samples came with.
        self.carry_out_actions();
        let drawing = self.state.drawing_mut();
        if drawing.id == id {
            self.canvas.follow(ui.ctx(), id, &mut drawing.document, &palette);
        }
        ui.ctx().request_repaint();
    }
}
