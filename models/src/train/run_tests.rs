use std::sync::{Arc, Mutex};

use image::{Rgb, RgbImage};

use super::*;
use crate::train::{Array, Bundle, Losses, Method, State, Tile};

/// A trainer whose only weight is a digest of every batch and step number that it saw.
struct Digest {
    value: u64,
    log: Arc<Mutex<Vec<u64>>>,
    fails_at: Option<u64>,
}

impl Trainer for Digest {
    fn step(&mut self, batch: &Batch, step: u64) -> Result<Losses, TrainError> {
        if self.fails_at == Some(step) {
            return Err(TrainError::NotFinite { loss: "generator", step });
        }
        let mut mix = |bits: u64| self.value = (self.value ^ bits).wrapping_mul(0x0100_0000_01b3).rotate_left(11);
        mix(step);
        batch.unpaired.0.iter().flat_map(|image| image.rgb.iter()).for_each(|value| mix(u64::from(value.to_bits())));
        self.log.lock().unwrap().push(self.value);
        Ok(Losses(vec![("generator", (self.value % 1000) as f32)]))
    }

    fn samples(&mut self, batch: &Batch) -> Result<Vec<Vec<Tile>>, TrainError> {
        let tile = |caption: &str, level| Tile { caption: caption.to_owned(), width: 8, height: 8, rgb: vec![level; 192] };
        Ok((0..batch.len()).map(|_| vec![tile("output", 100), tile("target", 110)]).collect())
    }

    fn state(&self) -> State {
        State::from([("digest".to_owned(), Array::counter(self.value))])
    }

    fn restore(&mut self, state: &State) -> Result<(), TrainError> {
        let value = state.get("digest").and_then(Array::as_counter);
        self.value = value.ok_or_else(|| TrainError::State("no digest".to_owned()))?;
        Ok(())
    }

    fn bundles(&self) -> Vec<Bundle> {
        Vec::new()
    }
}

struct Place {
    folder: tempfile::TempDir,
    log: Arc<Mutex<Vec<u64>>>,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("photos")).unwrap();
        for number in 0..5_u8 {
            let photo = RgbImage::from_fn(20, 20, |x, y| Rgb([x as u8 * number, y as u8, number]));
            photo.save(folder.path().join(format!("photos/{number}.png"))).unwrap();
        }
        Self { folder, log: Arc::default() }
    }

    fn job(&self, resume: bool) -> Job {
        let mut config = Config::new(Method::Gan);
        config.data.folder = self.folder.path().join("photos");
        config.data.size = [16, 16];
        config.network.depth = 2;
        config.output.folder = self.folder.path().join("run");
        config.schedule.batch = 2;
        config.schedule.steps = 9;
        config.schedule.decay_steps = 3;
        Job { config, resume, steps: None, models: Vec::new(), publish: self.folder.path().join("models") }
    }

    fn run(&self, job: &Job, fails_at: Option<u64>, mut hear: impl FnMut(Event<'_>) -> Flow) -> Result<Outcome, TrainError> {
        let log = Arc::clone(&self.log);
        let mut open = |_: &Config, _: &DataInfo| -> Result<Box<dyn Trainer>, TrainError> {
            Ok(Box::new(Digest { value: 1, log: Arc::clone(&log), fails_at }))
        };
        run(job, &mut open, &mut hear)
    }

    fn seen(&self) -> Vec<u64> {
        std::mem::take(&mut self.log.lock().unwrap())
    }
}

#[test]
fn a_run_in_pieces_is_the_unbroken_one() {
    let whole = Place::new();
    let outcome = whole.run(&whole.job(false), None, |_| Flow::Go).unwrap();
    assert_eq!((outcome.step, outcome.stopped), (12, false));
    let expected = whole.seen();
    assert_eq!(expected.len(), 12);

    let pieces = Place::new();
    let mut stopping =
        |event: Event<'_>| if matches!(event, Event::Step(step) if step.step == 5) { Flow::Stop } else { Flow::Go };
    let outcome = pieces.run(&pieces.job(false), None, &mut stopping).unwrap();
    assert_eq!((outcome.step, outcome.stopped), (5, true));
    let mut job = pieces.job(true);
    job.steps = Some(8);
    job.config.data.threads = 5;
    assert_eq!(pieces.run(&job, None, |_| Flow::Go).unwrap().step, 8);
    job.steps = None;
    let mut changed = Vec::new();
    let outcome = pieces.run(&job, None, |event| {
        if let Event::Started(started) = event {
            changed.clone_from(&started.changed);
        }
        Flow::Go
    });
    assert_eq!(outcome.unwrap().step, 12);
    assert_eq!(changed, Vec::<String>::new());
    assert_eq!(pieces.seen(), expected);
    let text = std::fs::read_to_string(job.config.output.folder.join("losses.csv")).unwrap();
    assert_eq!(text.lines().count(), 13);
}

#[test]
fn events_come_in_order_and_files_are_written() {
    let place = Place::new();
    let mut names = Vec::new();
    let outcome = place.run(&place.job(false), None, |event| {
        let name = match event {
            Event::Checking { .. } => "checking",
            Event::Started(started) => {
                assert_eq!((started.end, started.info.count), (12, 5));
                "started"
            }
            Event::Step(step) => {
                assert!(step.images_per_second > 0.0);
                "step"
            }
            Event::Sheet { psnr_db, .. } => {
                assert!((psnr_db.unwrap() - 28.13).abs() < 0.01);
                "sheet"
            }
            Event::Checkpoint { .. } => "checkpoint",
            Event::Warning(text) => panic!("{text}"),
        };
        if names.last() != Some(&name) {
            names.push(name);
        }
        Flow::Go
    });
    names.retain(|name| *name != "checking");
    assert_eq!(names, ["started", "sheet", "step", "checkpoint", "sheet"]);
    let outcome = outcome.unwrap();
    let page = std::fs::read_to_string(outcome.report).unwrap();
    assert!(page.contains("12 of 12") && page.contains("after step 12"));
}

#[test]
fn a_run_is_not_overwritten_and_a_changed_setting_is_told() {
    let place = Place::new();
    let mut job = place.job(false);
    job.steps = Some(2);
    place.run(&job, None, |_| Flow::Go).unwrap();
    let message = place.run(&job, None, |_| Flow::Go).unwrap_err().to_string();
    assert!(message.contains("--resume"), "{message}");
    job.resume = true;
    job.steps = Some(3);
    job.config.schedule.rate = 0.5;
    let mut changed = Vec::new();
    place
        .run(&job, None, |event| {
            if let Event::Started(started) = event {
                changed.clone_from(&started.changed);
            }
            Flow::Go
        })
        .unwrap();
    assert_eq!(changed, ["schedule.rate: 0.0002, now 0.5"]);
}

#[test]
fn a_step_that_fails_leaves_the_checkpoint() {
    let place = Place::new();
    let mut job = place.job(false);
    job.config.output.checkpoint_minutes = 0.0;
    let message = place.run(&job, Some(4), |_| Flow::Go).unwrap_err().to_string();
    assert!(message.contains("step 4"), "{message}");
    assert_eq!(keep::read(&job.config.output.folder).unwrap().1.step, 4);
}

/// A disk that is full for a while costs a checkpoint and not the run; one that is full at the end costs no checkpoint.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_and_survived() {
    let place = Place::new();
    let mut job = place.job(false);
    job.config.output.checkpoint_minutes = 0.0;
    let part = keep::current(&job.config.output.folder).with_extension("part");
    std::fs::create_dir_all(&job.config.output.folder).unwrap();
    // Everything that is written to this device is refused as on a full disk; the next try finds room.
    std::os::unix::fs::symlink("/dev/full", &part).unwrap();
    let mut warnings = Vec::new();
    let outcome = place.run(&job, None, |event| {
        if let Event::Warning(text) = event {
            warnings.push(text.to_owned());
        }
        Flow::Go
    });
    assert_eq!((outcome.unwrap().step, keep::read(&job.config.output.folder).unwrap().1.step), (12, 12));
    assert!(warnings.len() == 1 && warnings[0].contains("No space left") && warnings[0].contains("checkpoint"), "{warnings:?}");

    let place = Place::new();
    let job = place.job(false);
    let half = Job { steps: Some(5), ..job.clone() };
    place.run(&half, None, |_| Flow::Go).unwrap();
    std::os::unix::fs::symlink("/dev/full", keep::current(&job.config.output.folder).with_extension("part")).unwrap();
    let message = place.run(&Job { resume: true, ..job.clone() }, None, |_| Flow::Go).unwrap_err().to_string();
    assert!(message.contains("checkpoint.safetensors") && message.contains("is whole"), "{message}");
    assert_eq!(place.run(&Job { resume: true, ..job }, None, |_| Flow::Go).unwrap().step, 12);
}

#[test]
fn nothing_starts_with_bad_data_and_nothing_is_left_behind() {
    let place = Place::new();
    std::fs::write(place.folder.path().join("photos/3.png"), "none").unwrap();
    let mut started = false;
    let failed = place.run(&place.job(false), None, |event| {
        started |= matches!(event, Event::Started(_));
        Flow::Go
    });
    assert!(failed.unwrap_err().to_string().contains("3.png") && !started);
    let mut job = place.job(false);
    job.config.data.bad_files = crate::train::BadFiles::Skip;
    let mut skipped = Vec::new();
    place
        .run(&job, None, |event| {
            if let Event::Started(started) = event {
                skipped.clone_from(&started.skipped);
            }
            Flow::Go
        })
        .unwrap();
    assert!(skipped.len() == 1 && skipped[0].contains("3.png"));
}

#[test]
fn resuming_from_nothing_is_refused() {
    let place = Place::new();
    let message = place.run(&place.job(true), None, |_| Flow::Go).unwrap_err().to_string();
    assert!(message.contains("no checkpoint"), "{message}");
}
