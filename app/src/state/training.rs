//! The training dialog: what is asked for, and how far the run is.

use std::path::PathBuf;
use std::sync::Arc;

use daub_models::train::run::Job;
use daub_models::train::sheet::Sheet;
use daub_models::train::{Config, DeviceChoice, Method, Source};

use super::State;
use crate::action::{Effect, Finished, Training as Wish};
use crate::io::dialogs::{Purpose, Question};

/// Most points of a curve that are kept; beyond, every second one goes.
const POINTS: usize = 2000;

/// The dialog and the run behind it, which does not need it.
#[derive(Debug, Clone, Default)]
pub struct Training {
    /// Whether the dialog is shown.
    pub is_open: bool,
    /// What is asked for.
    pub form: Form,
    /// The run that is under way or has ended.
    pub run: Option<Run>,
}

/// What a user chooses; everything else has the method's defaults.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// The method.
    pub method: Method,
    /// The folder of pictures.
    pub folder: String,
    /// Where the input of pairs comes from.
    pub input: Source,
    /// Side of the square pictures in pixels.
    pub side: usize,
    /// Planes after the generator's first layer.
    pub width: usize,
    /// Steps in all; the rate falls over the second half.
    pub steps: u64,
    /// Pictures a step.
    pub batch: usize,
    /// Where it computes.
    pub device: DeviceChoice,
    /// Name of the finished model.
    pub name: String,
    /// Whether to go on from a checkpoint of the same name.
    pub resume: bool,
}

impl Default for Form {
    fn default() -> Self {
        Self::of(Method::Pix2pix)
    }
}

/// Sides that can be chosen.
pub const SIDES: [usize; 5] = [32, 64, 128, 256, 512];

impl Form {
    /// The form for a method, with its defaults.
    pub fn of(method: Method) -> Self {
        let config = Config::new(method);
        Self {
            method,
            folder: String::new(),
            input: config.data.input,
            side: config.data.size[0],
            width: config.network.width.min(32),
            steps: 20_000,
            batch: config.schedule.batch.min(16),
            device: config.device,
            name: "my_model".to_owned(),
            resume: false,
        }
    }

    /// The same wishes for another method; what only the old one has is left behind.
    #[must_use]
    pub fn with_method(&self, method: Method) -> Self {
        let Self { folder, name, device, steps, .. } = self.clone();
        Self { folder, name, device, steps, ..Self::of(method) }
    }

    /// Whether the form says enough to start.
    pub fn is_complete(&self) -> bool {
        !self.folder.trim().is_empty() && !self.name.trim().is_empty()
    }

    /// The run that the form describes; its files go into a folder under `runs`.
    pub fn config(&self, runs: &std::path::Path) -> Config {
        let mut config = Config::new(self.method);
        let name = self.name.trim();
        name.clone_into(&mut config.name);
        config.output.title = name.replace('_', " ");
        config.output.folder = runs.join(name);
        config.output.sheet_minutes = 0.5;
        config.output.checkpoint_minutes = 5.0;
        config.data.folder = PathBuf::from(self.folder.trim());
        config.data.input = self.input;
        config.data.size = [self.side; 2];
        config.network.width = self.width;
        config.network.discriminator_width = self.width;
        // A U-Net ends at one pixel, a DCGAN begins with four.
        let halvings = self.side.max(8).ilog2() as usize;
        match self.method {
            Method::Pix2pix | Method::Colorize => config.network.depth = halvings.min(8),
            Method::Gan => config.network.depth = halvings - 2,
            Method::Cyclegan | Method::Pix2pixhd => {}
        }
        if self.side < 256 {
            // Nine blocks are for large pictures, as in the official tools.
            config.network.blocks = config.network.blocks.min(6);
        }
        config.schedule.batch = self.batch;
        config.schedule.steps = self.steps.div_ceil(2);
        config.schedule.decay_steps = self.steps / 2;
        config.device = self.device;
        config
    }
}

/// How a run stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Status {
    /// Pictures are decoded and checked: done, and all.
    Reading(usize, usize),
    /// Steps are made.
    Learning,
    /// It will end after the next step.
    Stopping,
    /// It is over.
    Ended(Finished),
    /// It could not start or go on.
    Failed(String),
}

/// A run as the dialog shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Name of the model.
    pub name: String,
    /// How it stands.
    pub status: Status,
    /// Steps that are done.
    pub step: u64,
    /// Steps at its end.
    pub end: u64,
    /// Pictures a second.
    pub speed: f64,
    /// Seconds to the end.
    pub left_s: u64,
    /// What computes.
    pub device: String,
    /// Each loss and its values, as step and mean since the point before.
    pub losses: Vec<(&'static str, Vec<[f64; 2]>)>,
    /// The newest sample sheet, the step after which it was made, and its PSNR in dB.
    pub sheet: Option<(u64, Arc<Sheet>, Option<f64>)>,
    /// What the run survived, and files that it leaves out.
    pub warnings: Vec<String>,
}

/// What a run tells.
#[derive(Debug, Clone)]
pub enum News {
    /// Pictures are decoded and checked: done, and all.
    Reading(usize, usize),
    /// The first step begins: steps done before, steps at the end.
    Started(u64, u64),
    /// The device is open.
    Device(String),
    /// Steps were made.
    Steps {
        /// Steps that are done.
        step: u64,
        /// The means of the losses since the last news.
        losses: Vec<(&'static str, f64)>,
        /// Pictures a second.
        speed: f64,
        /// Seconds to the end.
        left_s: u64,
    },
    /// A sample sheet was made after this step.
    Sheet(u64, Arc<Sheet>, Option<f64>),
    /// Something that the run survives.
    Warning(String),
}

impl Run {
    /// A run that is about to start.
    pub fn new(name: String) -> Self {
        Self {
            name,
            status: Status::Reading(0, 0),
            step: 0,
            end: 0,
            speed: 0.0,
            left_s: 0,
            device: String::new(),
            losses: Vec::new(),
            sheet: None,
            warnings: Vec::new(),
        }
    }

    /// Whether a thread works on it.
    pub fn is_under_way(&self) -> bool {
        matches!(self.status, Status::Reading(..) | Status::Learning | Status::Stopping)
    }

    fn hear(&mut self, news: News) {
        match news {
            News::Reading(done, total) => {
                if let Status::Reading(..) = self.status {
                    self.status = Status::Reading(done, total);
                }
            }
            News::Started(step, end) => {
                (self.step, self.end) = (step, end);
                if self.status != Status::Stopping {
                    self.status = Status::Learning;
                }
            }
            News::Device(device) => self.device = device,
            News::Steps { step, losses, speed, left_s } => {
                (self.step, self.speed, self.left_s) = (step, speed, left_s);
                for (name, value) in losses {
                    let known = self.losses.iter().position(|(known, _)| *known == name);
                    let at = known.unwrap_or_else(|| {
                        self.losses.push((name, Vec::new()));
                        self.losses.len() - 1
                    });
                    push(&mut self.losses[at].1, [step as f64, value]);
                }
            }
            News::Sheet(step, sheet, psnr) => self.sheet = Some((step, sheet, psnr)),
            News::Warning(text) => self.warnings.push(text),
        }
    }
}

/// Adds a point; when there are too many, neighbours are joined.
fn push(points: &mut Vec<[f64; 2]>, point: [f64; 2]) {
    points.push(point);
    if points.len() > POINTS {
        let joined = points.chunks(2).map(|pair| {
            let count = pair.len() as f64;
            [pair[pair.len() - 1][0], pair.iter().map(|point| point[1]).sum::<f64>() / count]
        });
        *points = joined.collect();
    }
}

impl State {
    /// Carries out a wish about training.
    pub(super) fn apply_to_training(&mut self, wish: Wish) -> Vec<Effect> {
        let training = &mut self.training;
        match wish {
            Wish::Open => training.is_open = true,
            Wish::Close => training.is_open = false,
            Wish::Edit(form) => training.form = *form,
            Wish::AskForFolder => {
                let purpose = Purpose::TrainingFolder;
                let title = purpose.title().of(self.language).to_owned();
                let suggested = Some(self.training.form.folder.clone()).filter(|folder| !folder.is_empty());
                return vec![Effect::Ask(Question { purpose, title, suggested })];
            }
            Wish::Start => {
                let busy = training.run.as_ref().is_some_and(Run::is_under_way);
                if !busy && training.form.is_complete() {
                    training.run = Some(Run::new(training.form.name.trim().to_owned()));
                    return vec![Effect::Train(Box::new(training.form.clone()))];
                }
            }
            Wish::Stop => {
                if let Some(run) = training.run.as_mut().filter(|run| run.is_under_way()) {
                    run.status = Status::Stopping;
                    return vec![Effect::StopTraining];
                }
            }
            Wish::Again => {
                if let Some(run) = training.run.take_if(|run| !run.is_under_way()) {
                    // Whoever stopped a run most likely wants to go on with it.
                    training.form.resume = matches!(&run.status, Status::Ended(finished) if finished.stopped);
                }
            }
            Wish::OpenReport(path) => return vec![Effect::Show(path)],
            Wish::News(news) => {
                if let Some(run) = &mut training.run {
                    run.hear(news);
                }
            }
            Wish::Ended(ended) => self.training_ended(ended),
        }
        Vec::new()
    }

    fn training_ended(&mut self, ended: Result<Finished, String>) {
        let status = match ended {
            Ok(finished) => {
                for model in &finished.models {
                    self.models.retain(|known| known.weights != model.weights);
                    self.models.push(Arc::clone(model));
                }
                Status::Ended(finished)
            }
            Err(message) => Status::Failed(message),
        };
        if let Some(run) = &mut self.training.run {
            if let Status::Ended(finished) = &status {
                run.step = finished.step;
            }
            run.status = status;
        }
    }
}

/// The job that a form describes.
///
/// # Errors
/// When the system names no folder for data.
pub fn job_of(form: &Form, runs: &std::path::Path) -> anyhow::Result<Job> {
    crate::training::job(form.config(runs), form.resume, None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;

    fn state() -> State {
        State::new(Vec::new(), Language::English)
    }

    fn steps(step: u64, value: f64) -> Wish {
        Wish::News(News::Steps { step, losses: vec![("l1", value)], speed: 2.0, left_s: 10 })
    }

    #[test]
    fn a_run_goes_on_while_the_dialog_is_closed() {
        let mut state = state();
        state.apply_to_training(Wish::Open);
        assert!(state.apply_to_training(Wish::Start).is_empty(), "an empty form starts nothing");
        let form = Form { folder: "photos".to_owned(), ..Form::of(Method::Gan) };
        state.apply_to_training(Wish::Edit(Box::new(form.clone())));
        assert_eq!(state.apply_to_training(Wish::Start), [Effect::Train(Box::new(form))]);
        assert!(state.apply_to_training(Wish::Start).is_empty(), "one run at a time");
        state.apply_to_training(Wish::Close);
        state.apply_to_training(Wish::News(News::Started(0, 100)));
        state.apply_to_training(steps(7, 0.5));
        assert!(!state.training.is_open);
        let run = state.training.run.clone().unwrap();
        assert_eq!((run.step, run.end, run.status), (7, 100, Status::Learning));
        assert_eq!(run.losses, [("l1", vec![[7.0, 0.5]])]);
        assert_eq!(state.apply_to_training(Wish::Stop), [Effect::StopTraining]);
        let finished = Finished { stopped: true, step: 8, models: Vec::new(), report: "report.html".into() };
        state.apply_to_training(Wish::Ended(Ok(finished)));
        state.apply_to_training(Wish::Again);
        assert!(state.training.run.is_none() && state.training.form.resume);
    }

    #[test]
    fn curves_stay_short() {
        let mut run = Run::new("m".to_owned());
        for step in 0..10_000 {
            run.hear(News::Steps { step, losses: vec![("l1", 1.0)], speed: 1.0, left_s: 0 });
        }
        assert!(run.losses[0].1.len() <= POINTS);
        assert!((run.losses[0].1.last().unwrap()[0] - 9999.0).abs() < 0.5);
    }

    #[test]
    fn every_form_describes_networks_of_the_right_depth() {
        for (method, side, depth) in
            [(Method::Pix2pix, 64, 6), (Method::Pix2pix, 512, 8), (Method::Gan, 32, 3), (Method::Cyclegan, 64, 2)]
        {
            let form = Form { side, steps: 101, ..Form::of(method) };
            let config = form.config(std::path::Path::new("/runs"));
            assert_eq!((config.network.depth, config.schedule.total_steps(1)), (depth, 101), "{method:?}");
            assert_eq!(config.output.folder, std::path::Path::new("/runs/my_model"));
        }
    }
}
