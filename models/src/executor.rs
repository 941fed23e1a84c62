//! What every way of running a graph has in common.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::colour::coloured;
use crate::graph::{Graph, Plane, Range};
use crate::input::{Input, InputError};
use crate::shape::GraphError;

/// Runs one network. Calls come from one thread.
pub trait Executor: Send {
    /// What runs it, for people: `CPU`, or the adapter's name.
    fn device(&self) -> String;

    /// Gets ready for pictures of this size in pixels, so that the next run of that size does no more than compute.
    ///
    /// # Errors
    /// When the size does not suit the network or the machine.
    fn prepare(&mut self, width: usize, height: usize) -> Result<(), ExecuteError>;

    /// Paints one picture. Compares with the input it ran last and may reuse what did not change.
    ///
    /// # Errors
    /// When the input does not suit the network, the device fails, or `interrupt` is set.
    fn run(&mut self, input: &Input, interrupt: &Interrupt) -> Result<Picture, ExecuteError>;
}

/// A flag that asks a pass to stop early because nobody waits for it any more.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Asks the pass to stop.
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the pass should stop.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Ends a pass that nobody waits for.
    ///
    /// # Errors
    /// [`ExecuteError::Interrupted`] when the flag is set.
    pub fn check(&self) -> Result<(), ExecuteError> {
        if self.is_set() { Err(ExecuteError::Interrupted) } else { Ok(()) }
    }
}

/// Why there is no picture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExecuteError {
    /// The pass was told to stop.
    #[error("the picture was no longer wanted")]
    Interrupted,
    /// The input does not suit the network.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The size does not suit the network.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// The network needs more memory at this size than there is.
    #[error("{width}x{height} pixels need {needed_mib} MiB and {available_mib} MiB are free; {largest} would fit", largest = largest.map_or("no size".to_owned(), |(w, h)| format!("{w}x{h}")))]
    Memory {
        /// Columns asked for.
        width: usize,
        /// Rows asked for.
        height: usize,
        /// What the pass would need.
        needed_mib: usize,
        /// What there is.
        available_mib: usize,
        /// The largest size of the same shape that fits.
        largest: Option<(usize, usize)>,
    },
    /// The device failed.
    #[error("{0}")]
    Device(String),
}

/// The results of one pass.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Picture {
    /// Columns in pixels.
    pub width: usize,
    /// Rows in pixels.
    pub height: usize,
    /// The graph's outputs in order, the picture first.
    pub outputs: Vec<Plate>,
}

/// One output's values.
#[derive(Debug, Clone, PartialEq)]
pub struct Plate {
    /// The output's name in the graph.
    pub name: String,
    /// How values become 8-bit levels.
    pub range: Range,
    /// Number of planes.
    pub channels: usize,
    /// `[channels, height, width]`.
    pub values: Vec<f32>,
}

impl Picture {
    /// The first output as bytes, three a pixel; a single plane becomes gray.
    ///
    /// As in the official tools (`tensor2im`): `floor(clamp((y + 1) / 2, 0, 1) * 255)`.
    pub fn rgb8(&self) -> Vec<u8> {
        let Some(plate) = self.outputs.first() else { return Vec::new() };
        let pixels = self.width * self.height;
        let planes = [0, 1, 2].map(|plane| plane.min(plate.channels - 1) * pixels);
        (0..pixels).flat_map(|at| planes.map(|plane| level(plate.values[plane + at], plate.range))).collect()
    }

    /// The upper left part of the picture.
    #[must_use]
    pub fn cropped(self, width: usize, height: usize) -> Self {
        if (width, height) == (self.width, self.height) {
            return self;
        }
        let outputs = self.outputs.into_iter().map(|plate| {
            let rows = plate.values.chunks_exact(self.width).enumerate();
            let kept = rows.filter(|(row, _)| row % self.height < height).flat_map(|(_, row)| row[..width].iter().copied());
            Plate { values: kept.collect(), ..plate }
        });
        Self { width, height, outputs: outputs.collect() }
    }
}

/// An 8-bit level from a network's value.
pub fn level(value: f32, range: Range) -> u8 {
    let unit = match range {
        Range::Symmetric => f32::midpoint(value, 1.0),
        Range::Unit => value,
    };
    (unit.clamp(0.0, 1.0) * 255.0).floor() as u8
}

/// Paints an input of any size: pads it to what the network takes, runs, and crops back.
///
/// A network that only gives colours (`a`, `b` of Lab) has its input's lightness joined to them.
///
/// # Errors
/// As [`Executor::run`].
pub fn generate(
    executor: &mut dyn Executor,
    graph: &Graph,
    multiple: usize,
    input: &Input,
    interrupt: &Interrupt,
) -> Result<Picture, ExecuteError> {
    input.check(graph)?;
    let (width, height) = graph.fitted_size(input.width, input.height, multiple)?;
    let padded = input.padded(width, height);
    let mut picture = executor.run(&padded, interrupt)?;
    recolour(graph, &padded, &mut picture);
    Ok(picture.cropped(input.width, input.height))
}

/// Colour planes of a network that reads lightness become a picture, together with the lightness it read.
pub fn recolour(graph: &Graph, input: &Input, picture: &mut Picture) {
    let reads_lightness = graph.planes().any(|plane| plane == Plane::Lightness);
    if let (Some(plate), Some(rgb), true) = (picture.outputs.first_mut(), &input.rgb, reads_lightness)
        && plate.channels == 2
    {
        plate.values = coloured(rgb, &plate.values);
        plate.channels = 3;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_floored_and_clamped() {
        let of = |value| level(value, Range::Symmetric);
        assert_eq!([of(-1.0), of(-2.0), of(0.0), of(0.9999), of(1.0), of(7.0)], [0, 0, 127, 254, 255, 255]);
        assert_eq!(level(0.5, Range::Unit), 127);
    }

    #[test]
    fn cropping_keeps_the_upper_left_of_each_plane() {
        let plate =
            Plate { name: "picture".into(), range: Range::Unit, channels: 2, values: (0..12).map(|v| v as f32).collect() };
        let picture = Picture { width: 3, height: 2, outputs: vec![plate] }.cropped(2, 1);
        assert_eq!(picture.outputs[0].values, [0.0, 1.0, 6.0, 7.0]);
    }
}
