//! The thread that trains: it outlives the dialog, and ends in order when it is told to or the window closes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use daub_models::Model;
use daub_models::train::run::{Event, Flow};

use crate::action::{Action, Finished, Training};
use crate::io::folders;
use crate::log::one_line;
use crate::state::training::{Form, News, job_of};

/// How often the window hears of steps; quick runs make hundreds a second.
const TELL_EVERY: Duration = Duration::from_millis(150);

/// A run under way.
pub(super) struct Trainer {
    stop: Arc<AtomicBool>,
    news: mpsc::Receiver<Training>,
    thread: Option<JoinHandle<()>>,
}

impl Trainer {
    /// Starts the run that a form describes; `notify` is called after every piece of news.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(super) fn start(form: Form, notify: impl Fn() + Send + 'static) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let (sender, news) = mpsc::channel();
        let told = Arc::clone(&stop);
        let thread = std::thread::Builder::new().name("training".into()).spawn(move || {
            let send = |wish| {
                // A window that closed no longer listens; the run still ends in order.
                drop(sender.send(wish));
                notify();
            };
            let ended = carry_out(&form, &told, &|news| send(Training::News(news)));
            send(Training::Ended(ended.map_err(|error| one_line(&error))));
        })?;
        Ok(Self { stop, news, thread: Some(thread) })
    }

    /// Asks the run to end after its next step.
    pub(super) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// What the run told since the last call.
    pub(super) fn news(&self) -> impl Iterator<Item = Action> + '_ {
        self.news.try_iter().map(Action::Training)
    }

    /// Whether the thread is gone without a word, which only a panic does.
    pub(super) fn is_dead(&self) -> bool {
        self.thread.as_ref().is_some_and(JoinHandle::is_finished)
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

fn carry_out(form: &Form, stop: &AtomicBool, tell: &dyn Fn(News)) -> anyhow::Result<Finished> {
    let data = folders::data().ok_or_else(|| anyhow::anyhow!("the system names no folder for data; set DAUB_DATA"))?;
    let job = job_of(form, &data.join("training"))?;
    let mut told = Instant::now();
    let mut sums: Vec<(&'static str, f64)> = Vec::new();
    let mut count = 0.0;
    let outcome = crate::training::carry_out(&job, &mut |device| tell(News::Device(device.to_owned())), &mut |event| {
        match event {
            Event::Checking { done, total } => tell(News::Reading(done, total)),
            Event::Started(started) => {
                tell(News::Started(started.step, started.end));
                started.skipped.iter().for_each(|file| tell(News::Warning(file.clone())));
            }
            Event::Step(step) => {
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
        if stop.load(Ordering::Relaxed) { Flow::Stop } else { Flow::Go }
    })?;
    let opened = outcome.models.iter().map(|card| Ok(Arc::new(Model::open(card)?)));
    let models = opened.collect::<anyhow::Result<Vec<_>>>()?;
    Ok(Finished { stopped: outcome.stopped, step: outcome.step, models, report: outcome.report })
}
