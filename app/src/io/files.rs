//! The thread that reads and writes files, so that the window never waits for a disk.

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
    /// Starts the thread under this name; `notify` is called after every job.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(name: &str, notify: impl Fn() + Send + 'static) -> std::io::Result<Self> {
        let (jobs, queue) = mpsc::channel::<Job<T>>();
        let (sender, results) = mpsc::channel();
        let thread = std::thread::Builder::new().name(name.into()).spawn(move || {
            for job in queue {
                // A closed window no longer listens; the remaining files are still written.
                drop(sender.send(job()));
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
