//! Work that takes long, each piece on a thread of its own, with its progress in the status bar.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread::JoinHandle;

use anyhow::Context as _;

use super::files::failed;
use crate::action::Action;
use crate::generate::yield_to_window;
use crate::state::{Cancelled, Notice, Progress};

const FAILED: &str = "a task failed unexpectedly and wrote nothing; please try again";

/// The threads and what they have to say.
pub(super) struct Jobs {
    sender: mpsc::Sender<Action>,
    results: mpsc::Receiver<Action>,
    threads: Vec<JoinHandle<()>>,
}

impl Default for Jobs {
    fn default() -> Self {
        let (sender, results) = mpsc::channel();
        Self { sender, results, threads: Vec::new() }
    }
}

impl Jobs {
    /// What jobs have said since the last call.
    pub(super) fn poll(&self) -> impl Iterator<Item = Action> + '_ {
        self.results.try_iter()
    }

    /// Starts a job that wakes up the window of `context` when it ends; what it gives back is told, and nothing is told
    /// of one that was cancelled.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(super) fn start(
        &mut self,
        context: &egui::Context,
        progress: Progress,
        run: impl FnOnce(&Progress) -> anyhow::Result<Action> + Send + 'static,
    ) -> anyhow::Result<()> {
        let (sender, context) = (self.sender.clone(), context.clone());
        let job = move || {
            yield_to_window();
            let news = match catch_unwind(AssertUnwindSafe(|| run(&progress))) {
                Ok(Ok(action)) => Some(action),
                Ok(Err(error)) if error.downcast_ref::<Cancelled>().is_some() => None,
                Ok(Err(error)) => Some(failed(&error)),
                Err(_) => Some(Action::Notify(Notice::error(FAILED))),
            };
            drop(progress);
            // A closed window no longer listens.
            if let Some(news) = news {
                drop(sender.send(news));
            }
            context.request_repaint();
        };
        let thread = std::thread::Builder::new().name("job".into()).spawn(job).context("the system gives no thread")?;
        self.threads.retain(|thread| !thread.is_finished());
        self.threads.push(thread);
        Ok(())
    }

    /// Waits until every job has ended, so that none leaves half a file; they should be cancelled before.
    pub(super) fn finish(&mut self) {
        for thread in self.threads.drain(..) {
            // A panic was caught and told within.
            let _ended = thread.join();
        }
    }
}
