//! The thread that reads and writes files, so that the window never waits for a disk.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;

/// A job and what it gives back.
type Job<T> = Box<dyn FnOnce() -> T + Send>;

/// Runs jobs one after another; results are polled.
pub struct Files<T> {
    jobs: Option<mpsc::Sender<Job<T>>>,
    results: mpsc::Receiver<T>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl<T: Send + 'static> Files<T> {
    /// Starts the thread under this name; `notify` is called after every job, and `after_panic` says what came of a job
    /// that panicked.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(
        name: &str,
        notify: impl Fn() + Send + 'static,
        after_panic: impl Fn() -> T + Send + 'static,
    ) -> std::io::Result<Self> {
        let (jobs, queue) = mpsc::channel::<Job<T>>();
        let (sender, results) = mpsc::channel();
        let thread = std::thread::Builder::new().name(name.into()).spawn(move || {
            for job in queue {
                // A fault in one reader must not end the thread that also saves drawings. A job owns all that it
                // touches, so nothing half changed outlives it.
                let result = catch_unwind(AssertUnwindSafe(job)).unwrap_or_else(|_| after_panic());
                // A closed window no longer listens; the remaining files are still written.
                drop(sender.send(result));
                notify();
            }
        })?;
        Ok(Self { jobs: Some(jobs), results, thread: Some(thread) })
    }

    /// Queues a job; returns at once.
    pub fn run(&self, job: impl FnOnce() -> T + Send + 'static) {
        if let Some(jobs) = &self.jobs {
            // The thread only ends with this handle.
            drop(jobs.send(Box::new(job)));
        }
    }

    /// Takes a result that has arrived.
    pub fn poll(&self) -> Option<T> {
        self.results.try_recv().ok()
    }
}

impl<T> Drop for Files<T> {
    /// Finishes what was queued: a drawing that is being saved is saved.
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // A panicked thread has told so already.
            let _ended = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_that_panics_is_told_of_and_the_next_one_runs() {
        let files = Files::start("files", || (), || "failed").unwrap();
        files.run(|| "read");
        files.run(|| panic!("a fault in a reader"));
        files.run(|| "saved");
        let results: Vec<&str> = (0..3).map(|_| files.results.recv().unwrap()).collect();
        assert_eq!(results, ["read", "failed", "saved"]);
    }
}
