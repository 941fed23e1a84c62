//! The thread that traces photographs: one job at a time, always the newest wish.

use std::sync::Arc;

use daub_models::Model;
use daub_models::trace::LineStyle;

use crate::action::{Action, TraceAction, Traced};
use crate::generate::Options;
use crate::io::files::Files;
use crate::state::Tracing;
use crate::trace::{edges_by, sketch};

/// Traces what the state wants traced.
pub(super) struct Tracer {
    jobs: Files<Action>,
    /// What was asked for last.
    asked: Option<(u64, LineStyle)>,
    busy: bool,
}

impl Tracer {
    /// Starts the thread; `notify` is called after every job.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(super) fn start(notify: impl Fn() + Send + 'static) -> std::io::Result<Self> {
        let after_panic = || Action::Trace(TraceAction::Failed("tracing failed unexpectedly; try another photograph".to_owned()));
        Ok(Self { jobs: Files::start("tracer", notify, after_panic)?, asked: None, busy: false })
    }

    /// Asks for the lines that are wanted now, if that is news and nothing is under way.
    pub(super) fn keep_up(&mut self, tracing: &Tracing, detector: &Arc<Model>, options: Options) {
        let wanted = (tracing.id, tracing.style);
        if self.busy || self.asked == Some(wanted) {
            return;
        }
        (self.asked, self.busy) = (Some(wanted), true);
        let (id, style) = wanted;
        let (photo, known, detector) = (tracing.framed.clone(), tracing.edges.clone(), detector.clone());
        self.jobs.run(move || {
            let edges = known.map_or_else(|| edges_by(&detector, &photo, options).map(Arc::new), Ok);
            let traced = edges.and_then(|edges| {
                let sketch = Arc::new(sketch(&edges, &style)?);
                Ok(Traced { id, style, edges, sketch })
            });
            Action::Trace(match traced {
                Ok(traced) => TraceAction::Drawn(traced),
                Err(error) => TraceAction::Failed(crate::log::one_line(&error)),
            })
        });
    }

    /// Takes a result that has arrived.
    pub(super) fn poll(&mut self) -> Option<Action> {
        let done = self.jobs.poll()?;
        self.busy = false;
        Some(done)
    }
}
