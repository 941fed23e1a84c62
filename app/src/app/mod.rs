//! The running program: owns the state and the services around it.
//!
//! `logic` thinks (applies actions, keeps the generator up with the drawing, collects what threads have finished),
//! `ui` draws and only collects actions. Nothing here waits for a network, a disk or a dialog.

mod autosave;
mod exports;
mod files;
mod jobs;
mod looks;
mod setup;
mod tracer;
mod training;

pub use setup::{Handover, Setup};

use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use daub_models::{Model, library};

use crate::action::{Action, Effect};
use crate::generate::{Gatherer, Generator, Options, Quality, Request, Shared, Shown, Stamp, Studio, Styles};
use crate::io::dialogs::{Answer, Dialogs};
use crate::io::files::Files;
use crate::io::folders;
use crate::io::preferences::{self, Keeper};
use crate::io::recovery::Recovery;
use crate::paint::guides::GuideTextures;
use crate::paint::texture::CanvasTexture;
use crate::picture::PictureTexture;
use crate::state::{Notice, State, chosen};
use crate::text::text;
use crate::ui::{self, Textures};
use autosave::Autosave;
use exports::Wish;
use files::{failed, read_model, read_photo};
use jobs::Jobs;
use tracer::Tracer;
use training::Trainer;

/// The program.
pub struct App {
    /// What the window shows.
    pub state: State,
    generator: Generator,
    gatherer: Gatherer,
    files: Files<Vec<Action>>,
    tracer: Tracer,
    trainer: Option<Trainer>,
    dialogs: Box<dyn Dialogs>,
    autosave: Option<Autosave>,
    preferences: Option<Keeper>,
    jobs: Jobs,
    context: egui::Context,
    canvas: CanvasTexture,
    guides: GuideTextures,
    picture: PictureTexture,
    wanted: Option<Wanted>,
    /// What waits for a photograph.
    wishes: Vec<Wish>,
    /// Whether the window may close although drawings are not saved.
    quitting: bool,
    actions: Vec<Action>,
    /// When the frame under way began.
    frame: Instant,
    shared: Option<Shared>,
    handover: Handover,
}

/// What the generator was asked for last; a new request is sent when this changes.
#[derive(Clone, PartialEq)]
struct Wanted {
    stamp: Stamp,
    model: Arc<Model>,
    options: Options,
    styles: Styles,
    in_stroke: bool,
    bytes: bool,
}

const RECOVERED: crate::text::Text = text("Drawings that were not saved have been recovered", "已恢复未保存的画作");
const NO_MODELS: crate::text::Text = text(
    "No models were found: start Daub from its repository, or name their folder in DAUB_MODELS",
    "未找到模型：请从仓库目录启动，或用 DAUB_MODELS 指定模型目录",
);

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
                Err(error) => actions.push(Action::Notify(Notice::error(error.to_string()))),
            }
        }
        let resumed = setup.handover.lock().unwrap_or_else(PoisonError::into_inner).take();
        let resumes = resumed.is_some();
        let (read, broken) = setup.preferences_file.as_deref().map_or_else(Default::default, preferences::read);
        actions.extend(broken.iter().map(failed));
        let keeper = setup.preferences_file.map(|path| Keeper::new(path, read.clone()));
        let mut state = resumed.unwrap_or_else(|| State::start(models, setup.language, read));
        state.touch_all();
        if state.models.is_empty() {
            state.notices.tell(Notice::error(NO_MODELS.of(state.language)));
        }
        state.hint = (keeper.is_some() && !state.preferences.tour_seen).then_some(0);
        let autosave = setup.recovery_folder.and_then(|folder| match Recovery::start(&folder) {
            Ok((recovery, lost)) => {
                // A window that goes on after a lost device has its drawings already.
                if !lost.is_empty() && !resumes {
                    actions.extend(lost.into_iter().map(Action::Recovered));
                    actions.push(Action::Notify(Notice::news(RECOVERED.of(state.language))));
                }
                Some(Autosave::new(recovery))
            }
            Err(error) => {
                actions.push(failed(&error));
                None
            }
        });
        let repaint = |context: &egui::Context| {
            let context = context.clone();
            move || context.request_repaint()
        };
        let painter = setup.painter.unwrap_or_else(|| Box::new(Studio::new(setup.shared.clone())));
        let mut app = Self {
            state,
            generator: Generator::start(painter, repaint(context))?,
            gatherer: Gatherer::default(),
            files: Files::start("files", repaint(context), files::job_failed)?,
            tracer: Tracer::start(repaint(context))?,
            trainer: None,
            dialogs: setup.dialogs,
            autosave,
            preferences: keeper,
            jobs: Jobs::default(),
            context: context.clone(),
            canvas: CanvasTexture::default(),
            guides: GuideTextures::default(),
            picture: PictureTexture::default(),
            wanted: None,
            wishes: Vec::new(),
            quitting: false,
            actions,
            frame: Instant::now(),
            shared: setup.shared,
            handover: setup.handover,
        };
        if let Some(folder) = setup.stamps_folder {
            app.files.run(move || files::own_stamps(&folder));
        }
        for file in setup.files {
            app.open(file);
        }
        Ok(app)
    }

    /// How long photographs take from the hand to the screen: the newest, the median and the slowest of late.
    pub fn latency(&self) -> Option<[Duration; 3]> {
        self.picture.latency.times()
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
        (same && shown.options == self.state.options && shown.styles == self.state.styles()).then_some(shown)
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
            Effect::OpenPhoto(path) => self.files.run(move || vec![read_photo(&path).unwrap_or_else(|error| failed(&error))]),
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
            Effect::StyleFromPhoto { drawing, object, path } => self.style_from_photo(drawing, object, path),
            Effect::OpenReference { id, path } => self.open_reference(id, path),
            Effect::Train(form) => self.train(*form),
            Effect::StopTraining => self.stop_training(),
            Effect::ReadTraining(path) => self.read_training(&path),
            Effect::WriteTraining(path, form) => self.write_training(&path, &form),
            Effect::Quit => self.quitting = true,
            Effect::Forget(id) => {
                if let Some(autosave) = &self.autosave {
                    autosave.recovery().forget(id);
                }
            }
        }
    }

    fn carry_out_actions(&mut self) {
        for action in std::mem::take(&mut self.actions) {
            self.claim_clipboard(&action);
            for effect in self.state.apply(action) {
                self.run(effect);
            }
        }
        self.picture.latency.is_at(self.state.drawing().stamp(), self.frame);
        self.keep_generator_up();
        if let (Some(tracing), Some(detector)) = (&self.state.tracing, self.state.edge_model()) {
            self.tracer.keep_up(tracing, detector, self.state.options);
        }
        self.keep_looks_up();
    }

    /// Tells the generator what is wanted now, if that is news.
    fn keep_generator_up(&mut self) {
        let drawing = self.state.drawing();
        let Some(model) = drawing.model.clone() else { return };
        let (in_stroke, bytes) = (self.state.hand.is_drawing(), self.wants_bytes());
        let (stamp, options, styles) = (drawing.stamp(), self.state.options, self.state.styles());
        let wanted = Wanted { stamp, model, options, styles, in_stroke, bytes };
        if self.wanted.as_ref() == Some(&wanted) {
            return;
        }
        let Wanted { stamp, model, options, styles, .. } = wanted.clone();
        let input = self.gatherer.gather(drawing.id, &drawing.document, &model.card.architecture);
        let looks = drawing.document.extras().looks.clone();
        self.generator.want(Request { stamp, model, input, looks, options, styles, in_stroke, bytes });
        self.wanted = Some(wanted);
    }

    fn collect_results(&mut self, context: &egui::Context, frame: &eframe::Frame) {
        let results = self.generator.take_results();
        self.picture.busy = results.busy;
        if let Some(shown) = results.shown {
            self.picture.latency.shows(shown.stamp);
            self.picture.show(context, frame.wgpu_render_state(), shown);
            // The beginning of the next frame tells when this one was on screen.
            context.request_repaint();
        }
        for look in results.looks {
            self.picture.looks.show(context, look);
        }
        if let Some((_, message)) = results.failed.filter(|(stamp, _)| *stamp == self.state.drawing().stamp()) {
            self.drop_wishes();
            self.actions.push(Action::Notify(Notice::error(message)));
        }
        while let Some(actions) = self.files.poll() {
            self.actions.extend(actions);
        }
        self.actions.extend(self.tracer.poll());
        self.collect_training();
        self.actions.extend(self.jobs.poll());
        while let Some(answer) = self.dialogs.poll() {
            match answer {
                Answer::Path(purpose, path) => self.actions.push(chosen(purpose, path)),
                Answer::Unavailable(question) => self.actions.push(Action::AskForPath(question)),
                Answer::Cancelled => {}
            }
        }
    }

    /// Writes the preferences once they have settled.
    fn keep_preferences(&mut self, closes: bool) {
        let due = self.preferences.as_mut().and_then(|keeper| keeper.due(&self.state.preferences, closes));
        if let Some((path, settled)) = due {
            self.files.run(move || preferences::write(&path, &settled).err().map(|error| failed(&error)).into_iter().collect());
        }
    }
}

impl Drop for App {
    /// Hands the state over when the device is lost, whether the window closes by itself or drawing panics on the way.
    fn drop(&mut self) {
        self.keep_preferences(true);
        self.state.tasks.cancel_all();
        self.jobs.finish();
        if !self.device_is_lost() && !std::thread::panicking() {
            // Only a clean end leaves nothing to recover.
            if let Some(autosave) = &self.autosave {
                autosave.recovery().finish();
            }
        } else if self.device_is_lost() {
            self.state.training_was_cut_off();
            let empty = State::new(Vec::new(), self.state.language);
            *self.handover.lock().unwrap_or_else(PoisonError::into_inner) = Some(std::mem::replace(&mut self.state, empty));
        }
    }
}

impl eframe::App for App {
    fn logic(&mut self, context: &egui::Context, frame: &mut eframe::Frame) {
        self.frame = Instant::now();
        if let Some(time) = self.picture.latency.frame_began(self.frame) {
            tracing::debug!("a photograph was on screen {:.1} ms after the pointer", time.as_secs_f64() * 1e3);
        }
        let dropped: Vec<PathBuf> =
            context.input(|input| input.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect());
        self.take_dropped(dropped);
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
        self.serve_wishes();
        self.autosave(context);
        self.keep_preferences(false);
        self.state.tasks.forget_finished();
        if self.quitting {
            context.send_viewport_cmd(egui::ViewportCommand::Close);
        }
        if let Some(wait) = self.preferences.as_ref().and_then(Keeper::wait) {
            context.request_repaint_after(wait);
        }
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        ui::theme::desk(visuals).to_normalized_gamma_f32()
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        let palette = self.state.palette();
        let drawing = self.state.drawing_mut();
        self.canvas.follow(ui.ctx(), drawing.id, &mut drawing.document, &palette);
        self.guides.follow(ui.ctx(), drawing.id, &mut drawing.document);
        let id = drawing.id;
        let canvas = Textures { canvas: self.canvas.id(), guides: self.guides.shown() };
        ui::workspace_ui(ui, &self.state, canvas, &self.picture, &mut self.actions);
        if self.actions.is_empty() {
            return;
        }
        // Textures are uploaded after this, before anything is drawn: what the pen did since the last frame is laid
        // down and uploaded now, so that a stroke is on screen in the very frame that its samples came with.
        self.carry_out_actions();
        let drawing = self.state.drawing_mut();
        if drawing.id == id {
            self.canvas.follow(ui.ctx(), id, &mut drawing.document, &palette);
            self.guides.follow(ui.ctx(), id, &mut drawing.document);
        }
        ui.ctx().request_repaint();
    }
}
