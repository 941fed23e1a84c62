//! Work that takes a while: its progress is shown in the status bar, where it can be cancelled.
//!
//! ```
//! use daub::state::Tasks;
//!
//! let mut tasks = Tasks::default();
//! let progress = tasks.start("Exporting frames");
//! // On the thread that works:
//! progress.set(0.5);
//! if progress.is_cancelled() {
//!     // Give up and clean up.
//! }
//! // The task is gone from the list once its last handle is dropped.
//! drop(progress);
//! tasks.forget_finished();
//! assert_eq!(tasks.iter().count(), 0);
//! ```

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// Work that is done sooner is not shown.
const WORTH_SHOWING: Duration = Duration::from_millis(400);

/// The worker's end of a task. Clones stand for the same task; it ends with the last of them.
#[derive(Debug, Clone)]
pub struct Progress(Arc<Shared>);

/// The user did not want to wait any longer: nothing to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("cancelled")]
pub struct Cancelled;

#[derive(Debug)]
struct Shared {
    /// The share that is done, as the bits of an `f32`; negative while nobody knows.
    fraction: AtomicU32,
    cancelled: AtomicBool,
}

impl Progress {
    /// Notes that this share of the work, 0 to 1, is done.
    pub fn set(&self, fraction: f32) {
        self.0.fraction.store(fraction.clamp(0.0, 1.0).to_bits(), Ordering::Relaxed);
    }

    /// Ends the work early when the user wants no more of it.
    ///
    /// # Errors
    /// [`Cancelled`] then.
    pub fn check(&self) -> Result<(), Cancelled> {
        if self.is_cancelled() { Err(Cancelled) } else { Ok(()) }
    }

    /// Whether the user wants no more of it.
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::Relaxed)
    }
}

/// A task as the window sees it.
#[derive(Debug, Clone)]
pub struct Task {
    /// Stands for the task.
    pub id: u64,
    /// What is done, in the user's language.
    pub title: String,
    started: Instant,
    shared: Weak<Shared>,
}

impl Task {
    /// The share that is done, once the worker has told.
    pub fn fraction(&self) -> Option<f32> {
        let shared = self.shared.upgrade()?;
        let fraction = f32::from_bits(shared.fraction.load(Ordering::Relaxed));
        (fraction >= 0.0).then_some(fraction)
    }

    /// Whether it has been asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.shared.upgrade().is_some_and(|shared| shared.cancelled.load(Ordering::Relaxed))
    }

    /// Whether it takes long enough to be shown.
    pub fn is_worth_showing(&self) -> bool {
        self.started.elapsed() >= WORTH_SHOWING
    }

    fn is_finished(&self) -> bool {
        self.shared.strong_count() == 0
    }
}

/// The work that is under way.
#[derive(Debug, Clone, Default)]
pub struct Tasks {
    list: Vec<Task>,
    next: u64,
}

impl Tasks {
    /// Adds a task; the handle belongs to whoever does the work.
    pub fn start(&mut self, title: impl Into<String>) -> Progress {
        let shared = Arc::new(Shared { fraction: AtomicU32::new((-1.0_f32).to_bits()), cancelled: AtomicBool::new(false) });
        let task = Task { id: self.next, title: title.into(), started: Instant::now(), shared: Arc::downgrade(&shared) };
        self.next += 1;
        self.list.push(task);
        Progress(shared)
    }

    /// Asks a task to stop; it does so at its worker's next look.
    pub fn cancel(&self, id: u64) {
        let task = self.list.iter().find(|task| task.id == id);
        if let Some(shared) = task.and_then(|task| task.shared.upgrade()) {
            shared.cancelled.store(true, Ordering::Relaxed);
        }
    }

    /// Asks every task to stop.
    pub fn cancel_all(&self) {
        self.list.iter().for_each(|task| self.cancel(task.id));
    }

    /// Drops the tasks whose workers are done.
    pub fn forget_finished(&mut self) {
        self.list.retain(|task| !task.is_finished());
    }

    /// The tasks that are under way, the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Task> {
        self.list.iter().filter(|task| !task.is_finished())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_lives_as_long_as_its_worker_and_hears_of_its_end() {
        let mut tasks = Tasks::default();
        let (first, second) = (tasks.start("first"), tasks.start("second"));
        assert_eq!(tasks.iter().next().unwrap().fraction(), None);
        first.set(7.0);
        assert_eq!(tasks.iter().next().unwrap().fraction(), Some(1.0));
        let id = tasks.iter().last().unwrap().id;
        tasks.cancel(id);
        assert!(second.is_cancelled() && !first.is_cancelled());
        let clone = first.clone();
        drop(first);
        drop(second);
        tasks.forget_finished();
        assert_eq!(tasks.iter().map(|task| task.title.as_str()).collect::<Vec<_>>(), ["first"]);
        drop(clone);
        assert_eq!(tasks.iter().count(), 0);
    }
}
