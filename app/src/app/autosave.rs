//! Copies of what no file holds: every minute, when the window loses the focus, and of what was just recovered.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::App;
use super::files::failed;
use crate::generate::Stamp;
use crate::io::recovery::Recovery;

/// How often copies are kept.
const EVERY: Duration = Duration::from_mins(1);

/// When copies were kept, and of what.
pub(super) struct Autosave {
    recovery: Recovery,
    /// The states that the copies hold.
    kept: Vec<Stamp>,
    last: Instant,
    every: Duration,
    /// Set on the files thread when a copy could not be kept, so that it is tried again.
    failed: Arc<AtomicBool>,
    had_focus: bool,
    /// Whether what was recovered is still only in the folder of the program that lost it.
    unsettled: bool,
}

impl Autosave {
    /// Copies go to `recovery`; `DAUB_AUTOSAVE_MS` asks for them more often than every minute.
    pub(super) fn new(recovery: Recovery) -> Self {
        let wished = std::env::var("DAUB_AUTOSAVE_MS").ok().and_then(|text| text.parse().ok()).map(Duration::from_millis);
        let every = wished.unwrap_or(EVERY).min(EVERY);
        let (kept, last, failed) = (Vec::new(), Instant::now(), Arc::default());
        Self { recovery, kept, last, every, failed, had_focus: true, unsettled: true }
    }

    /// The folder of the copies.
    pub(super) fn recovery(&self) -> &Recovery {
        &self.recovery
    }

    /// Whether it is time; notes that copies are kept now.
    fn is_due(&mut self, has_focus: bool) -> bool {
        let lost_focus = std::mem::replace(&mut self.had_focus, has_focus) && !has_focus;
        let due = lost_focus || self.unsettled || self.last.elapsed() >= self.every;
        if due {
            self.last = Instant::now();
            if self.failed.swap(false, Ordering::Relaxed) {
                self.kept.clear();
            }
        }
        due
    }

    /// Whether a state is not in its copy yet; notes that it will be.
    fn is_news(&mut self, stamp: Stamp) -> bool {
        if self.kept.contains(&stamp) {
            return false;
        }
        self.kept.retain(|known| known.document != stamp.document);
        self.kept.push(stamp);
        true
    }
}

impl App {
    /// Keeps copies if it is time.
    pub(super) fn autosave(&mut self, context: &egui::Context) {
        let Some(autosave) = &mut self.autosave else { return };
        // The clock of the next copies must tick even when nothing moves.
        context.request_repaint_after(autosave.every);
        if !autosave.is_due(context.input(|input| input.focused)) {
            return;
        }
        for drawing in &self.state.drawings {
            if drawing.document.is_unsaved() && autosave.is_news(drawing.kept_stamp()) {
                let (id, project) = (drawing.id, drawing.project());
                let (recovery, in_vain) = (autosave.recovery.clone(), autosave.failed.clone());
                self.files.run(move || {
                    let Err(error) = recovery.keep(id, &project) else { return Vec::new() };
                    in_vain.store(true, Ordering::Relaxed);
                    vec![failed(&error)]
                });
            }
        }
        if std::mem::take(&mut autosave.unsettled) {
            let (recovery, in_vain) = (autosave.recovery.clone(), autosave.failed.clone());
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
