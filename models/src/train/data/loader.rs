//! Reading ahead on other threads, with batches in the order of steps whatever thread is quicker.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use super::Dataset;
use crate::train::{Batch, TrainError};

/// Batches that may be ready before they are asked for, for each thread.
const AHEAD: u64 = 2;

/// Threads that make batches; dropping it ends them.
pub struct Loader {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
    next: u64,
}

struct Shared {
    dataset: Arc<Dataset>,
    state: Mutex<State>,
    wake: Condvar,
}

struct State {
    /// The step that the next free thread takes on.
    claimed: u64,
    /// The step that is asked for next.
    wanted: u64,
    ready: BTreeMap<u64, Result<Batch, TrainError>>,
    closed: bool,
}

impl Shared {
    /// A panic cannot leave the state half changed: every change is one assignment.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Loader {
    /// Starts `threads` threads that make batches from step `first` on.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(dataset: Arc<Dataset>, first: u64, threads: usize) -> std::io::Result<Self> {
        let threads = threads.clamp(1, 64);
        let state = State { claimed: first, wanted: first, ready: BTreeMap::new(), closed: false };
        let shared = Arc::new(Shared { dataset, state: Mutex::new(state), wake: Condvar::new() });
        let mut loader = Self { shared, threads: Vec::new(), next: first };
        for number in 0..threads {
            let shared = Arc::clone(&loader.shared);
            let ahead = AHEAD * threads as u64;
            let thread = std::thread::Builder::new().name(format!("pictures {number}")).spawn(move || work(&shared, ahead))?;
            loader.threads.push(thread);
        }
        Ok(loader)
    }

    /// The batch of the next step; waits until it is there.
    ///
    /// # Errors
    /// When one of its files cannot be read any more.
    pub fn next_batch(&mut self) -> Result<Batch, TrainError> {
        let mut state = self.shared.lock();
        loop {
            if let Some(batch) = state.ready.remove(&self.next) {
                self.next += 1;
                state.wanted = self.next;
                self.shared.wake.notify_all();
                return batch;
            }
            if self.threads.iter().all(JoinHandle::is_finished) {
                return Err(TrainError::Config("the threads that read pictures ended unexpectedly".to_owned()));
            }
            // A thread that panics never notifies, hence the timeout.
            let timeout = std::time::Duration::from_millis(200);
            state = self.shared.wake.wait_timeout(state, timeout).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

fn work(shared: &Shared, ahead: u64) {
    loop {
        let step = {
            let mut state = shared.lock();
            while !state.closed && state.claimed >= state.wanted + ahead {
                state = shared.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            if state.closed {
                return;
            }
            state.claimed += 1;
            state.claimed - 1
        };
        let batch = shared.dataset.batch(step);
        shared.lock().ready.insert(step, batch);
        shared.wake.notify_all();
    }
}

impl Drop for Loader {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.wake.notify_all();
        for thread in self.threads.drain(..) {
            // A thread that panicked has been told of already.
            drop(thread.join());
        }
    }
}
