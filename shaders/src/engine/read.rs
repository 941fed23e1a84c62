//! Values, levels and times back from the device.

use std::sync::mpsc;

use daub_models::executor::{ExecuteError, Picture, Plate};

use super::Engine;
use crate::layout::lanes;
use crate::plan::Place;
use crate::source::Precision;

/// What one pass took and what it must at least take.
#[derive(Debug, Clone, PartialEq)]
pub struct PassTime {
    /// The stage and the weight or operation.
    pub name: String,
    /// Measured milliseconds.
    pub milliseconds: f64,
    /// Multiply-adds of the exact pass.
    pub multiply_adds: u64,
    /// Bytes that the exact pass must at least move.
    pub bytes: u64,
}

impl PassTime {
    /// Milliseconds that the pass takes at least on a device of this speed, in multiply-adds and bytes a second.
    pub fn limit_milliseconds(&self, multiply_adds_per_second: f64, bytes_per_second: f64) -> f64 {
        let arithmetic = self.multiply_adds as f64 / multiply_adds_per_second;
        let bandwidth = self.bytes as f64 / bytes_per_second;
        arithmetic.max(bandwidth) * 1e3
    }
}

impl Engine {
    /// The network's outputs of the last run as floats.
    ///
    /// # Errors
    /// When nothing was run yet, or the device fails.
    pub fn read_back(&self) -> Result<Picture, ExecuteError> {
        if self.last.is_none() {
            return Err(ExecuteError::Device("there is no picture to read yet".to_owned()));
        }
        let context = &self.context;
        context.guarded(|| {
            let mut encoder = context.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
            let mut starts = Vec::new();
            let mut end = 0;
            for output in &self.plan.program.outputs {
                let Place { buffer, offset, bytes } = self.plan.places[output.storage];
                encoder.copy_buffer_to_buffer(&self.bound.arenas[buffer], offset, &self.bound.staging, end, bytes);
                starts.push(end as usize);
                end += bytes;
            }
            context.queue.submit([encoder.finish()]);
            let bytes = self.mapped(&self.bound.staging, None)?;
            let floats = floats(&bytes, self.precision);
            let element = self.precision.block_bytes() / 4;
            let outputs = self.plan.program.outputs.iter().zip(&self.graph.outputs).zip(starts);
            let outputs = outputs.map(|((place, output), start)| {
                let storage = &self.plan.program.storages[place.storage];
                let pixels = storage.height * storage.width;
                let values = &floats[start / element..][..pixels * storage.blocks * 4];
                let lanes = lanes(&place.runs);
                let channels = place.runs.iter().sum();
                let mut plate = vec![0.0; channels * pixels];
                for (pixel, row) in values.chunks_exact(storage.blocks * 4).enumerate() {
                    for (value, lane) in row[place.first * 4..].iter().zip(&lanes) {
                        if let Some(channel) = lane {
                            plate[channel * pixels + pixel] = *value;
                        }
                    }
                }
                Plate { name: output.name.clone(), range: output.range, channels, values: plate }
            });
            let (width, height) = self.picture_size();
            Ok(Picture { width, height, outputs: outputs.collect() })
        })
    }

    /// The texture's bytes, four a pixel, as the window shows them.
    ///
    /// # Errors
    /// When the device fails.
    pub fn read_texture(&self) -> Result<Vec<u8>, ExecuteError> {
        let context = &self.context;
        context.guarded(|| {
            let size = self.texture.size();
            let row = (size.width * 4).next_multiple_of(wgpu::COPY_BYTES_PER_ROW_ALIGNMENT);
            let buffer = context.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("levels"),
                size: u64::from(row) * u64::from(size.height),
                usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            });
            let mut encoder = context.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
            let layout = wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(row), rows_per_image: None };
            let to = wgpu::TexelCopyBufferInfo { buffer: &buffer, layout };
            encoder.copy_texture_to_buffer(self.texture.as_image_copy(), to, size);
            context.queue.submit([encoder.finish()]);
            let bytes = self.mapped(&buffer, None)?;
            Ok(bytes.chunks_exact(row as usize).flat_map(|line| line[..size.width as usize * 4].to_vec()).collect())
        })
    }

    /// What each pass of the last run took, if it was compiled with timestamps and the adapter has them.
    ///
    /// # Errors
    /// When the device fails.
    pub fn pass_times(&self) -> Result<Option<Vec<PassTime>>, ExecuteError> {
        let Some(clock) = &self.bound.clock else { return Ok(None) };
        let context = &self.context;
        context.guarded(|| {
            let passes = &self.plan.program.passes;
            let mut encoder = context.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
            encoder.resolve_query_set(&clock.queries, 0..2 * passes.len() as u32, &clock.resolved, 0);
            encoder.copy_buffer_to_buffer(&clock.resolved, 0, &clock.read, 0, clock.read.size());
            context.queue.submit([encoder.finish()]);
            let ticks: Vec<u64> = bytemuck::pod_collect_to_vec(&self.mapped(&clock.read, None)?);
            let period = f64::from(context.queue.get_timestamp_period());
            let times = passes.iter().zip(ticks.chunks_exact(2)).map(|(pass, ticks)| PassTime {
                name: pass.name.clone(),
                milliseconds: ticks[1].saturating_sub(ticks[0]) as f64 * period / 1e6,
                multiply_adds: pass.multiply_adds,
                bytes: pass.bytes,
            });
            Ok(Some(times.collect()))
        })
    }

    /// Waits for a submission, or for all of them, and copies a buffer's bytes.
    pub(super) fn mapped(
        &self,
        buffer: &wgpu::Buffer,
        submission: Option<wgpu::SubmissionIndex>,
    ) -> Result<Vec<u8>, ExecuteError> {
        let (sender, receiver) = mpsc::channel();
        buffer.map_async(wgpu::MapMode::Read, .., move |result| {
            // Nobody listens any more only if waiting failed, which is reported there.
            let _ = sender.send(result);
        });
        self.wait(submission)?;
        let failed = |error: String| ExecuteError::Device(format!("the picture cannot be read back: {error}"));
        // Another thread that polls the same device, such as a window's, may carry the news instead, a little later.
        for _ in 0..PATIENCE {
            match receiver.recv_timeout(std::time::Duration::from_millis(100)) {
                Ok(Ok(())) => {
                    let bytes = buffer.get_mapped_range(..).map_err(|error| failed(error.to_string()))?.to_vec();
                    buffer.unmap();
                    return Ok(bytes);
                }
                Ok(Err(error)) => return Err(failed(error.to_string())),
                Err(mpsc::RecvTimeoutError::Timeout) => self.wait(None)?,
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
            }
        }
        Err(failed("the device did not answer".to_owned()))
    }
}

/// Tenths of a second after which a device that said it was done is taken for broken.
const PATIENCE: usize = 100;

fn floats(bytes: &[u8], precision: Precision) -> Vec<f32> {
    match precision {
        Precision::F32 => bytemuck::pod_collect_to_vec(bytes),
        Precision::F16 => bytemuck::pod_collect_to_vec::<u8, half::f16>(bytes).into_iter().map(half::f16::to_f32).collect(),
    }
}
