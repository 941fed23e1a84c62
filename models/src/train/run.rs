//! A whole run: pictures in, steps, sheets and checkpoints on the way, a model out; it can be stopped and taken up again.
//!
//! Everything that a step depends on is its number and the checkpointed [`State`](super::State), so on the processor a run
//! in pieces gives the bits of an unbroken one. What the clock decides (sheets, checkpoints, the report) changes nothing.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

pub use super::events::{Event, Flow, Outcome, Started, Step};

use super::data::Dataset;
use super::data::loader::Loader;
use super::journal::Journal;
use super::keep::{self, Progress};
use super::report::{self, Report};
use super::sheet::{Sheet, psnr_of};
use super::{Batch, Config, DataInfo, DeviceChoice, Memory, TrainError, Trainer};

/// What is to be done.
#[derive(Debug, Clone)]
pub struct Job {
    /// The run; its paths must not depend on the current folder.
    pub config: Config,
    /// Whether to go on from the checkpoint in the run's folder.
    pub resume: bool,
    /// Stop once so many steps are done in all, before the schedule's end.
    pub steps: Option<u64>,
    /// Folders with models, for the edge detector's weights.
    pub models: Vec<PathBuf>,
    /// The folder that the finished model is put into.
    pub publish: PathBuf,
}

/// Makes the trainer of a configuration, once the pictures are known.
pub type Open<'a> = dyn FnMut(&Config, &DataInfo) -> Result<Box<dyn Trainer>, TrainError> + 'a;

/// Carries a run out; `hear` is told of everything and may stop it.
///
/// # Errors
/// When the pictures, the configuration or the disk refuse before the first step; later, when a step fails or the last
/// checkpoint cannot be written. Whatever was learnt up to the last checkpoint is safe.
pub fn run(job: &Job, open: &mut Open<'_>, hear: &mut dyn FnMut(Event<'_>) -> Flow) -> Result<Outcome, TrainError> {
    let folder = &job.config.output.folder;
    check_name(job)?;
    if !job.resume && keep::current(folder).is_file() {
        let folder = folder.display();
        let reason = format!("{folder} holds a run already: resume it (--resume), or choose another name or output.folder");
        return Err(TrainError::Config(reason));
    }
    let kept = job.resume.then(|| keep::read(folder)).transpose()?;
    make_folder(folder)?;
    make_folder(&folder.join("samples"))?;
    let dataset = Arc::new(opened(job, &job.config.data.folder, hear)?);
    let samples = match &job.config.data.validation {
        Some(validation) => opened(job, validation, hear)?.fixed(job.config.output.samples)?,
        None => dataset.fixed(job.config.output.samples)?,
    };
    let info = dataset.info();
    let memory = Memory::of(&job.config, &info)?.total();
    enough_memory(&job.config, memory)?;
    let mut trainer = open(&job.config, &info)?;
    let mut progress = Progress { config: config_text(&job.config)?, ..Progress::default() };
    let mut changed = Vec::new();
    if let Some((state, before, note)) = kept {
        trainer.restore(&state)?;
        changed = differences(&before.config, &progress.config);
        progress = Progress { config: progress.config, ..before };
        if let Some(note) = note {
            hear(Event::Warning(&note));
        }
    }
    progress.total = job.config.schedule.total_steps(info.count);
    let end = job.steps.map_or(progress.total, |steps| steps.min(progress.total)).max(progress.step);
    let skipped = dataset.skipped.iter().map(ToString::to_string).collect();
    let started = Started { info: info.clone(), step: progress.step, end, skipped, changed, memory: Some(memory) };
    let journal = Journal::open(folder, progress.total, progress.step)?;
    let loader = Loader::start(dataset, progress.step, job.config.data.threads);
    let loader = loader.map_err(|error| TrainError::Config(format!("no threads to read pictures: {error}")))?;
    let running = Running { job, trainer, samples, info, journal, progress, end, saved: None };
    if hear(Event::Started(&started)) == Flow::Stop {
        return running.finish(true, hear);
    }
    running.learn(loader, hear)
}

/// Refuses a run that the machine's memory cannot hold, and says what would help. What a graphics card has free is not
/// known before it is tried.
fn enough_memory(config: &Config, needed: u64) -> Result<(), TrainError> {
    let Some(available) = crate::cpu::available_bytes().filter(|_| config.device == DeviceChoice::Cpu) else { return Ok(()) };
    if needed <= available as u64 {
        return Ok(());
    }
    let (needed, available) = (needed >> 20, available >> 20);
    let help =
        if config.schedule.batch > 1 { "schedule.batch, data.size or network.width" } else { "data.size or network.width" };
    Err(TrainError::Config(format!(
        "this run needs about {needed} MiB of memory and {available} MiB are free; a smaller {help} needs less, as does \
         checkpointing = true"
    )))
}

/// The name must do for files, and no finished model is overwritten.
fn check_name(job: &Job) -> Result<(), TrainError> {
    let name = &job.config.name;
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    if name.is_empty() || name.starts_with('.') || !name.chars().all(plain) {
        return Err(TrainError::Config(format!("name = \"{name}\" cannot name files: letters, digits, _, - and . can")));
    }
    let card = job.publish.join(format!("{name}.json"));
    if card.is_file() && !job.resume {
        return Err(TrainError::Config(format!("{} is there already; give the new model another name", card.display())));
    }
    Ok(())
}

/// Reads the pictures on other threads while the listener hears how far that is.
fn opened(job: &Job, folder: &Path, hear: &mut dyn FnMut(Event<'_>) -> Flow) -> Result<Dataset, TrainError> {
    let (done, total, stop) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
    let progress = |checked: usize, all: usize| {
        done.fetch_max(checked, Ordering::Relaxed);
        total.store(all, Ordering::Relaxed);
        !stop.load(Ordering::Relaxed)
    };
    std::thread::scope(|scope| {
        let reader = std::thread::Builder::new().name("pictures".into());
        let reader = reader.spawn_scoped(scope, || Dataset::open(&job.config, folder, &job.models, &progress));
        let reader = reader.map_err(|error| TrainError::Config(format!("no thread to read pictures: {error}")))?;
        while !reader.is_finished() {
            std::thread::sleep(Duration::from_millis(20));
            let (done, total) = (done.load(Ordering::Relaxed), total.load(Ordering::Relaxed));
            if total > 0 && hear(Event::Checking { done, total }) == Flow::Stop {
                stop.store(true, Ordering::Relaxed);
            }
        }
        reader.join().unwrap_or_else(|_| Err(TrainError::Config("reading the pictures ended unexpectedly".to_owned())))
    })
}

/// A run between its first and last step.
struct Running<'a> {
    job: &'a Job,
    trainer: Box<dyn Trainer>,
    samples: Batch,
    info: DataInfo,
    journal: Journal,
    progress: Progress,
    end: u64,
    /// The step of the last checkpoint.
    saved: Option<u64>,
}

type Hear<'a> = dyn FnMut(Event<'_>) -> Flow + 'a;

impl Running<'_> {
    fn learn(mut self, mut loader: Loader, hear: &mut Hear<'_>) -> Result<Outcome, TrainError> {
        let minutes = |minutes: f64| Duration::try_from_secs_f64(minutes * 60.0).unwrap_or(Duration::MAX);
        let (every_save, every_sheet) =
            (minutes(self.job.config.output.checkpoint_minutes), minutes(self.job.config.output.sheet_minutes));
        let (mut saved, mut drawn) = (Instant::now(), Instant::now());
        let mut speed = Speed::default();
        if self.progress.step == 0 {
            self.sheet(hear)?;
        }
        let mut stopped = false;
        while self.progress.step < self.end && !stopped {
            let begun = Instant::now();
            let batch = loader.next_batch()?;
            let losses = self.trainer.step(&batch, self.progress.step)?;
            let took = begun.elapsed().as_secs_f64();
            self.progress.step += 1;
            self.progress.seconds += took;
            speed.take(took);
            let Progress { step, seconds, .. } = self.progress;
            let rate = self.job.config.schedule.rate_at(step - 1, self.info.count);
            self.journal.take(step, seconds, rate, &losses)?;
            let left = Duration::try_from_secs_f64((self.end - step) as f64 * speed.seconds_a_step()).unwrap_or(Duration::MAX);
            let images_per_second = batch.len() as f64 / speed.seconds_a_step().max(1e-9);
            let told = Step { step, end: self.end, losses: &losses, images_per_second, left };
            stopped = hear(Event::Step(&told)) == Flow::Stop;
            if drawn.elapsed() >= every_sheet && step < self.end {
                self.sheet(hear)?;
                drawn = Instant::now();
            }
            if saved.elapsed() >= every_save && step < self.end {
                // A disk that is full now may have room again at the next try; the run goes on meanwhile.
                if let Err(error) = self.save(hear) {
                    hear(Event::Warning(&error.to_string()));
                }
                saved = Instant::now();
            }
        }
        let early = stopped && self.progress.step < self.end;
        self.finish(early, hear)
    }

    fn save(&mut self, hear: &mut Hear<'_>) -> Result<(), TrainError> {
        let path = keep::write(&self.job.config.output.folder, &self.trainer.state(), &self.progress)?;
        self.saved = Some(self.progress.step);
        hear(Event::Checkpoint { step: self.progress.step, path: &path });
        Ok(())
    }

    /// Makes and keeps a sample sheet, and brings the report up to date.
    fn sheet(&mut self, hear: &mut Hear<'_>) -> Result<(), TrainError> {
        let step = self.progress.step;
        let rows = self.trainer.samples(&self.samples)?;
        let (sheet, psnr_db) = (Sheet::new(&rows), psnr_of(&rows));
        self.progress.sheets.retain(|(of, _)| *of < step);
        self.progress.sheets.push((step, psnr_db));
        self.progress.captions.clone_from(&sheet.captions);
        let path = report::sheet_path(&self.job.config.output.folder, step);
        let written = sheet.png().map_err(|error| error.to_string());
        let written = written.and_then(|bytes| std::fs::write(&path, bytes).map_err(|error| error.to_string()));
        let written = written.and_then(|()| self.report().map(drop));
        if let Err(reason) = written {
            hear(Event::Warning(&format!("{}: {reason}", path.display())));
        }
        hear(Event::Sheet { step, sheet: &sheet, psnr_db });
        Ok(())
    }

    fn report(&self) -> Result<PathBuf, String> {
        let report = Report {
            config: &self.job.config,
            info: &self.info,
            progress: &self.progress,
            names: &self.journal.names,
            rows: &self.journal.rows,
        };
        report.write().map_err(|error| error.to_string())
    }

    fn finish(mut self, stopped: bool, hear: &mut Hear<'_>) -> Result<Outcome, TrainError> {
        // First of all what cannot be made again.
        if self.saved != Some(self.progress.step) {
            self.save(hear)?;
        }
        let mut models = Vec::new();
        if self.progress.step > 0 {
            self.sheet(hear)?;
            for bundle in self.trainer.bundles() {
                models.push(bundle.write(&self.job.publish)?.with_extension("json"));
            }
        }
        let report = self.report().unwrap_or_else(|reason| {
            hear(Event::Warning(&reason));
            report::path(&self.job.config.output.folder)
        });
        Ok(Outcome { step: self.progress.step, stopped, seconds: self.progress.seconds, models, report })
    }
}

fn make_folder(folder: &Path) -> Result<(), TrainError> {
    let made = std::fs::create_dir_all(folder);
    made.map_err(|error| TrainError::Write { path: folder.to_owned(), reason: error.to_string() })
}

fn config_text(config: &Config) -> Result<String, TrainError> {
    toml::to_string(config).map_err(|error| TrainError::Config(error.to_string()))
}

/// The settings in which two training files differ, as `schedule.rate: 0.0002, now 0.0001`.
fn differences(before: &str, now: &str) -> Vec<String> {
    let flat = |text: &str| {
        let mut found = std::collections::BTreeMap::new();
        flatten("", &text.parse::<toml::Table>().unwrap_or_default(), &mut found);
        found
    };
    let (before, now) = (flat(before), flat(now));
    let keys: std::collections::BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    let value = |of: Option<&String>| of.map_or("not set", String::as_str).to_owned();
    let changed = keys.into_iter().filter(|key| before.get(*key) != now.get(*key));
    changed.map(|key| format!("{key}: {}, now {}", value(before.get(key)), value(now.get(key)))).collect()
}

fn flatten(prefix: &str, table: &toml::Table, found: &mut std::collections::BTreeMap<String, String>) {
    for (key, value) in table {
        match value {
            toml::Value::Table(inner) => flatten(&format!("{prefix}{key}."), inner, found),
            value => drop(found.insert(format!("{prefix}{key}"), value.to_string())),
        }
    }
}

/// Time of a step, with the last steps counting most.
#[derive(Default)]
struct Speed {
    mean: Option<f64>,
}

impl Speed {
    fn take(&mut self, seconds: f64) {
        // Steps of the last ten seconds or so, or the last ten where steps are long.
        let share = (seconds / 10.0).clamp(0.02, 0.1);
        self.mean = Some(self.mean.map_or(seconds, |mean| mean + share * (seconds - mean)));
    }

    fn seconds_a_step(&self) -> f64 {
        self.mean.unwrap_or(0.0)
    }
}

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;
