//! The thread that paints: the newest request wins, the last one always arrives, one pass runs at a time.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use daub_models::{ExecuteError, Interrupt};

use super::{LookPicture, LookRequest, Quality, Request, Shown, Stamp};

/// One pass of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// How good its picture is.
    pub quality: Quality,
    /// Whether the request's styles are laid over it.
    pub styled: bool,
    /// Whether it ends early when a newer request comes.
    pub stoppable: bool,
}

/// What the worker needs from whatever paints.
pub trait Painter: Send {
    /// The passes that a request deserves, the last one exact unless more of a stroke is to come.
    ///
    /// # Errors
    /// When the request cannot be painted at all.
    fn steps(&mut self, request: &Request) -> anyhow::Result<Vec<Step>>;

    /// Carries out one of the steps; one that is stoppable may be told to stop.
    ///
    /// # Errors
    /// When the request cannot be painted.
    fn paint(&mut self, request: &Request, step: Step, interrupt: &Interrupt) -> anyhow::Result<Shown>;

    /// Paints a small picture of one look that an object can have.
    ///
    /// # Errors
    /// When it cannot be painted.
    fn look(&mut self, wish: &LookRequest, index: usize, interrupt: &Interrupt) -> anyhow::Result<LookPicture>;

    /// Forgets what it holds, after a panic that may have left it half changed.
    fn reset(&mut self);
}

/// A handle on the painting thread; dropping it ends the thread.
pub struct Generator {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    newest: Option<Request>,
    /// Looks that are wanted, and the next one of them; they wait until no picture is asked for.
    looks: Option<(Arc<LookRequest>, usize)>,
    /// Set while a pass runs that a newer request may stop.
    stoppable: Option<Interrupt>,
    running: Option<Interrupt>,
    results: Results,
    closed: bool,
}

/// What came out since the results were last taken.
#[derive(Default)]
pub struct Results {
    /// The newest picture.
    pub shown: Option<Shown>,
    /// Small pictures of looks, in the order that they were painted.
    pub looks: Vec<LookPicture>,
    /// Why the newest request could not be painted.
    pub failed: Option<(Stamp, String)>,
    /// Whether a request is waiting or being painted.
    pub busy: bool,
}

impl Shared {
    /// A panic cannot leave the state half changed: every change is one assignment.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Generator {
    /// Starts the thread; `notify` is called after every result.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(mut painter: Box<dyn Painter>, notify: impl Fn() + Send + 'static) -> std::io::Result<Self> {
        let shared = Arc::new(Shared { state: Mutex::default(), wake: Condvar::new() });
        let theirs = shared.clone();
        let thread = std::thread::Builder::new().name("generator".into()).spawn(move || {
            yield_to_window();
            while let Some(job) = next(&theirs) {
                match job {
                    Job::Picture(request) => serve(&theirs, &mut *painter, &request, &notify),
                    Job::Look(wish, index) => serve_look(&theirs, &mut *painter, &wish, index, &notify),
                }
            }
        })?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Asks for a picture instead of any other that was asked for and not begun. Returns at once.
    pub fn want(&self, request: Request) {
        let mut state = self.shared.lock();
        if let Some(interrupt) = &state.stoppable {
            interrupt.set();
        }
        state.newest = Some(request);
        self.shared.wake.notify_one();
    }

    /// Asks for small pictures of every look that an object can have, or for no more of them. Returns at once.
    pub fn want_looks(&self, wish: Option<LookRequest>) {
        let mut state = self.shared.lock();
        state.looks = wish.map(|wish| (Arc::new(wish), 0));
        state.results.looks.clear();
        self.shared.wake.notify_one();
    }

    /// Takes what came out since the last call.
    pub fn take_results(&self) -> Results {
        let mut state = self.shared.lock();
        let busy = state.newest.is_some() || state.running.is_some() || state.looks.is_some();
        Results { busy, ..std::mem::take(&mut state.results) }
    }
}

impl Drop for Generator {
    fn drop(&mut self) {
        {
            let mut state = self.shared.lock();
            state.closed = true;
            if let Some(interrupt) = &state.running {
                interrupt.set();
            }
            self.shared.wake.notify_one();
        }
        if let Some(thread) = self.thread.take() {
            // A panicked thread has told so already.
            let _ended = thread.join();
        }
    }
}

/// What the thread does next.
enum Job {
    Picture(Box<Request>),
    Look(Arc<LookRequest>, usize),
}

/// Waits for the newest request, or for a look while there is none; `None` when the generator is dropped.
fn next(shared: &Shared) -> Option<Job> {
    let mut state = shared.lock();
    loop {
        if state.closed {
            return None;
        }
        if let Some(request) = state.newest.take() {
            state.running = Some(Interrupt::default());
            return Some(Job::Picture(Box::new(request)));
        }
        if let Some((wish, index)) = state.looks.clone() {
            state.running = Some(Interrupt::default());
            return Some(Job::Look(wish, index));
        }
        state = shared.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
    }
}

/// Paints a request pass by pass, unless a newer request came.
fn serve(shared: &Shared, painter: &mut dyn Painter, request: &Request, notify: &dyn Fn()) {
    let outcome = catch_unwind(AssertUnwindSafe(|| -> anyhow::Result<()> {
        for (index, step) in painter.steps(request)?.into_iter().enumerate() {
            // The first pass always ends, so that something of every long stroke is seen.
            if index > 0 && shared.lock().newest.is_some() {
                break;
            }
            let shown = painter.paint(request, step, &begin_pass(shared, step.stoppable))?;
            publish(shared, shown);
            notify();
        }
        Ok(())
    }));
    let failure = match outcome {
        Ok(Ok(())) => None,
        Ok(Err(error)) if matches!(error.downcast_ref(), Some(ExecuteError::Interrupted)) => None,
        Ok(Err(error)) => Some(crate::log::one_line(&error)),
        Err(_) => {
            painter.reset();
            Some("the generator failed unexpectedly; draw on to try again, or choose another model".to_owned())
        }
    };
    {
        let mut state = shared.lock();
        state.running = None;
        state.stoppable = None;
        if let Some(message) = failure {
            state.results.failed = Some((request.stamp, message));
        }
    }
    notify();
}

/// Paints one look; a newer request stops it, and it is begun again later.
fn serve_look(shared: &Shared, painter: &mut dyn Painter, wish: &Arc<LookRequest>, index: usize, notify: &dyn Fn()) {
    let interrupt = begin_pass(shared, true);
    let outcome = catch_unwind(AssertUnwindSafe(|| painter.look(wish, index, &interrupt)));
    {
        let mut state = shared.lock();
        state.running = None;
        state.stoppable = None;
        // Another object's looks may be wanted by now.
        let current = state.looks.as_ref().is_some_and(|(wanted, _)| Arc::ptr_eq(wanted, wish));
        match outcome {
            Ok(Err(error)) if matches!(error.downcast_ref(), Some(ExecuteError::Interrupted)) => {}
            Ok(Ok(picture)) if current => {
                let next = index + 1;
                state.looks = (next < picture.choices).then(|| (wish.clone(), next));
                state.results.looks.push(picture);
            }
            Ok(Ok(_)) => {}
            Ok(Err(error)) => {
                state.looks = state.looks.take().filter(|_| !current);
                state.results.failed = Some((wish.request.stamp, crate::log::one_line(&error)));
            }
            Err(_) => {
                painter.reset();
                state.looks = state.looks.take().filter(|_| !current);
                state.results.failed = Some((wish.request.stamp, "the looks could not be painted".to_owned()));
            }
        }
    }
    notify();
}

/// Puts this thread, and those that it starts, behind the window's: with few cores and a busy generator
/// the interface would stutter otherwise. A refusal costs smoothness only.
///
/// Leaving one of two cores to the window as well was measured and is no better: 36 to 46 frames a second with one
/// thread, 42 to 43 with two, and exact pictures take twice as long.
pub(crate) fn yield_to_window() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, 10) {
        tracing::debug!("the generator runs at the window's priority: {error}");
    }
}

fn begin_pass(shared: &Shared, stoppable: bool) -> Interrupt {
    let interrupt = Interrupt::default();
    let mut state = shared.lock();
    if state.closed || (stoppable && state.newest.is_some()) {
        interrupt.set();
    }
    state.running = Some(interrupt.clone());
    state.stoppable = stoppable.then(|| interrupt.clone());
    interrupt
}

fn publish(shared: &Shared, shown: Shown) {
    shared.lock().results.shown = Some(shown);
}

#[cfg(test)]
#[path = "worker_tests.rs"]
mod tests;
