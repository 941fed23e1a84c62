//! The thread that trains: it outlives the dialog, and ends in order when it is told to or the window closes.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use daub_models::Model;
use daub_models::train::run::{Event, Flow};
use daub_models::train::{Config, keep, template};

use super::App;
use super::files::failed;
use crate::action::{Action, Finished, Training};
use crate::io::{folders, write_atomically};
use crate::log::one_line;
use crate::state::training::{Form, News};
use crate::state::{Notice, Progress};
use crate::text::{Text, text};
use crate::training;

/// How often the window hears of steps; quick runs make hundreds a second.
const TELL_EVERY: Duration = Duration::from_millis(150);

const TRAINING: Text = text("Training", "训练");
const WRITTEN: Text = text("is written; train it here or with daub train", "已写入；可在此训练或使用 daub train");

/// A run under way.
pub(super) struct Trainer {
    stop: Arc<AtomicBool>,
    news: mpsc::Receiver<Training>,
    thread: Option<JoinHandle<()>>,
    ended: bool,
}

impl Trainer {
    /// Starts the run that a form describes; `notify` is called after every piece of news.
    fn start(form: Form, progress: Progress, notify: impl Fn() + Send + 'static) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let (sender, news) = mpsc::channel();
        let told = Arc::clone(&stop);
        let thread = std::thread::Builder::new().name("training".into()).spawn(move || {
            let send = |wish| {
                // A window that closed no longer listens; the run still ends in order.
                drop(sender.send(wish));
                notify();
            };
            let stops = || told.load(Ordering::Relaxed) || progress.is_cancelled();
            let ended = carry_out(&form, &progress, &stops, &|news| send(Training::News(news)));
            send(Training::Ended(ended.map_err(|error| one_line(&error))));
        })?;
        Ok(Self { stop, news, thread: Some(thread), ended: false })
    }

    /// Asks the run to end after its next step.
    fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// What the run told since the last call.
    fn news(&mut self) -> Vec<Training> {
        // Looked at before the news are taken, so that none can come in between.
        let is_gone = self.thread.as_ref().is_none_or(JoinHandle::is_finished);
        let mut news: Vec<Training> = self.news.try_iter().collect();
        if is_gone && !self.ended && !news.iter().any(|news| matches!(news, Training::Ended(_))) {
            news.push(Training::Ended(Err("training ended unexpectedly; the log says more".to_owned())));
        }
        self.ended |= news.iter().any(|news| matches!(news, Training::Ended(_)));
        news
    }
}

impl Drop for Trainer {
    /// Lets the step that is under way end, and the checkpoint be written.
    fn drop(&mut self) {
        self.stop();
        if let Some(thread) = self.thread.take() {
            // A panicked thread has told so already.
            drop(thread.join());
        }
    }
}

impl App {
    pub(super) fn train(&mut self, form: Form) {
        let title = format!("{}: {}", TRAINING.of(self.state.language), form.config.name);
        let progress = self.state.tasks.start(title);
        let context = self.context.clone();
        match Trainer::start(form, progress, move || context.request_repaint()) {
            Ok(trainer) => self.trainer = Some(trainer),
            Err(error) => self.actions.push(Training::Ended(Err(error.to_string())).into()),
        }
    }

    pub(super) fn stop_training(&self) {
        if let Some(trainer) = &self.trainer {
            trainer.stop();
        }
    }

    pub(super) fn collect_training(&mut self) {
        let Some(trainer) = &mut self.trainer else { return };
        self.actions.extend(trainer.news().into_iter().map(Action::Training));
        if trainer.ended {
            self.trainer = None;
        }
    }

    pub(super) fn read_training(&self, path: &Path) {
        let path = path.to_owned();
        self.files.run(move || {
            let read = training::read_config(&path).map(|config| {
                let resume = keep::current(&config.output.folder).is_file();
                Training::FileRead(Box::new(Form::of_file(config, path, resume)))
            });
            vec![read.map_or_else(|error| failed(&error), Action::Training)]
        });
    }

    pub(super) fn write_training(&self, path: &Path, form: &Form) {
        let (path, form, language) = (path.to_owned(), form.clone(), self.state.language);
        self.files.run(move || {
            let written = runs_folder().and_then(|runs| write_config(&path, &form.config(&runs)));
            let told = || Action::Notify(Notice::news(format!("{} {}", path.display(), WRITTEN.of(language))));
            vec![written.map_or_else(|error| failed(&error), |()| told())]
        });
    }
}

/// Where runs of the dialog have their folders.
fn runs_folder() -> anyhow::Result<std::path::PathBuf> {
    let data = folders::data().context("the system names no folder for data; set DAUB_DATA")?;
    Ok(data.join("training"))
}

fn write_config(path: &Path, config: &Config) -> anyhow::Result<()> {
    write_atomically(path, template::written(config).as_bytes())
}

fn carry_out(form: &Form, progress: &Progress, stops: &dyn Fn() -> bool, tell: &dyn Fn(News)) -> anyhow::Result<Finished> {
    let config = form.config(&runs_folder()?);
    let job = training::job(config, form.resume, None)?;
    let mut told = Instant::now();
    let mut sums: Vec<(&'static str, f64)> = Vec::new();
    let mut count = 0.0;
    let outcome = training::carry_out(&job, &mut |device| tell(News::Device(device.to_owned())), &mut |event| {
        match event {
            Event::Checking { done, total } => tell(News::Reading(done, total)),
            Event::Started(started) => {
                tell(News::Started { step: started.step, end: started.end, memory: started.memory });
                started.skipped.iter().chain(&started.changed).for_each(|line| tell(News::Warning(line.clone())));
                // Beside its checkpoints, a run has the file that it can be repeated or gone on with.
                let path = job.config.output.folder.join("training.toml");
                if let Err(error) = write_config(&path, &job.config) {
                    tell(News::Warning(one_line(&error)));
                }
            }
            Event::Step(step) => {
                progress.set(step.step as f32 / step.end.max(1) as f32);
                sums.resize(step.losses.0.len(), ("", 0.0));
                for (sum, (name, value)) in sums.iter_mut().zip(&step.losses.0) {
                    *sum = (name, sum.1 + f64::from(*value));
                }
                count += 1.0;
                if told.elapsed() >= TELL_EVERY || step.step == step.end {
                    told = Instant::now();
                    let losses = std::mem::take(&mut sums).into_iter().map(|(name, sum)| (name, sum / count)).collect();
                    count = 0.0;
                    let (speed, left_s) = (step.images_per_second, step.left.as_secs());
                    tell(News::Steps { step: step.step, losses, speed, left_s });
                }
            }
            Event::Sheet { step, sheet, psnr_db } => tell(News::Sheet(step, Arc::new(sheet.clone()), psnr_db)),
            Event::Checkpoint { .. } => {}
            Event::Warning(text) => tell(News::Warning(text.to_owned())),
        }
        if stops() { Flow::Stop } else { Flow::Go }
    })?;
    let opened = outcome.models.iter().map(|card| Ok(Arc::new(Model::open(card)?)));
    let models = opened.collect::<anyhow::Result<Vec<_>>>()?;
    Ok(Finished { stopped: outcome.stopped, step: outcome.step, models, report: outcome.report })
}
