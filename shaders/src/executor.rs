//! The engine behind the interface that all executors share.

use std::sync::Arc;

use daub_models::checkpoint::Weights;
use daub_models::executor::{ExecuteError, Executor, Interrupt, Picture};
use daub_models::{Graph, Input};

use crate::context::Context;
use crate::engine::{Engine, Extent, Options};
use crate::source::Precision;

/// Runs one network on a device, compiled anew for each size; pictures are read back.
///
/// Whoever shows pictures keeps an [`Engine`] instead, whose texture needs no read-back.
pub struct Gpu {
    context: Context,
    graph: Arc<Graph>,
    weights: Arc<Weights>,
    precision: Precision,
    options: Options,
    extent: Extent,
    engine: Option<Engine>,
}

impl Gpu {
    /// Gets a network ready; nothing is compiled before a size is known.
    pub fn new(context: Context, graph: Arc<Graph>, weights: Arc<Weights>, precision: Precision, options: Options) -> Self {
        Self { context, graph, weights, precision, options, extent: Extent::Exact, engine: None }
    }

    /// Whether the next runs may compute only what changed.
    pub fn set_extent(&mut self, extent: Extent) {
        self.extent = extent;
    }

    /// The engine of the last size, if one is compiled.
    pub fn engine(&self) -> Option<&Engine> {
        self.engine.as_ref()
    }

    fn ready(&mut self, width: usize, height: usize) -> Result<&mut Engine, ExecuteError> {
        let kept = self.engine.take().filter(|engine| engine.size() == (width, height));
        let engine = match kept {
            Some(engine) => engine,
            None => Engine::compile(&self.context, &self.graph, &self.weights, (width, height), self.precision, self.options)?,
        };
        Ok(self.engine.insert(engine))
    }
}

impl Executor for Gpu {
    fn device(&self) -> String {
        self.context.name().to_owned()
    }

    fn prepare(&mut self, width: usize, height: usize) -> Result<(), ExecuteError> {
        self.ready(width, height).map(|_| ())
    }

    fn run(&mut self, input: &Input, interrupt: &Interrupt) -> Result<Picture, ExecuteError> {
        input.check(&self.graph)?;
        let extent = self.extent;
        let engine = self.ready(input.width, input.height)?;
        engine.run(input, extent, interrupt)?;
        engine.read_back()
    }
}
