//! Passes into submissions.

use std::collections::VecDeque;

use daub_models::executor::{ExecuteError, Interrupt};
use daub_models::incremental::Mask;

use super::bind::VERDICT_BYTES;
use super::{Engine, Ran};
use crate::params::{Tiles, norm_run};
use crate::pass::{Params, Pass};
use crate::source::Stage;

/// Submissions that the device may have waiting; with two it never idles, and others wait for at most one.
const IN_FLIGHT: usize = 2;

/// Workgroups of one pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Dispatch {
    x: u32,
    y: u32,
    z: u32,
}

/// What a run over all passes did.
pub(super) struct Submitted {
    pub(super) ran: Ran,
    /// Whether it was an edit after which what it kept is wrong; it has not reached the texture.
    pub(super) too_far: bool,
}

impl Engine {
    /// Submits every pass, a limited amount of work at a time, and waits for the last.
    pub(super) fn submit(&mut self, edit: Option<&Mask>, interrupt: &Interrupt) -> Result<Submitted, ExecuteError> {
        let chosen = edit.map(|edit| self.chosen(edit));
        let most = self.context.device.limits().max_compute_workgroups_per_dimension;
        let mut work = Vec::with_capacity(self.plan.program.passes.len());
        let mut numbers = vec![0; self.bound.uniforms.size() as usize];
        // Whether the last pass over tiles did all of them; a norm joins the statistics of the one before it.
        let mut whole = true;
        for (index, pass) in self.plan.program.passes.iter().enumerate() {
            let tiles = chosen.as_ref().and_then(|chosen| chosen[index].as_deref());
            let (dispatch, share) = dispatch(pass, tiles, most);
            if let Some(all) = pass.params.tiles() {
                whole = tiles.is_none_or(|tiles| tiles.len() as u32 == all.count);
            }
            let kind = match (edit, whole) {
                (None, _) => norm_run::EXACT,
                (Some(_), false) => norm_run::EDIT,
                (Some(_), true) => norm_run::WHOLE,
            };
            self.write_numbers(index, pass, tiles, dispatch, kind, &mut numbers);
            work.push((index, dispatch, (pass.multiply_adds as f64 * share) as u64));
        }
        // One exact picture after another has the same numbers.
        if self.bound.sent != numbers {
            self.context.queue.write_buffer(&self.bound.uniforms, 0, &numbers);
            self.bound.sent = numbers;
        }
        let total: u64 = self.plan.program.passes.iter().map(|pass| pass.multiply_adds).sum();
        let done: u64 = work.iter().map(|(_, _, cost)| cost).sum();
        let verdict = self.plan.program.verdict.filter(|_| edit.is_some());
        let mut waiting = VecDeque::new();
        let mut submissions = 0;
        let chunks = chunks(&work, self.options.submission);
        for (at, chunk) in chunks.iter().enumerate() {
            interrupt.check()?;
            if waiting.len() >= IN_FLIGHT {
                self.wait(waiting.pop_front())?;
            }
            waiting.push_back(self.record(chunk, verdict.filter(|_| at + 1 == chunks.len())));
            submissions += 1;
        }
        let last = waiting.pop_back();
        let (mut drift, mut too_far) = (0.0, false);
        if verdict.is_some() {
            let found: Vec<f32> = bytemuck::pod_collect_to_vec(&self.mapped(&self.bound.verdict, last)?);
            (drift, too_far) = (f64::from(found[0]), found[1] != 0.0);
        } else {
            self.wait(last)?;
        }
        let share = done as f64 / total.max(1) as f64;
        Ok(Submitted { ran: Ran { exact: edit.is_none(), share, drift, submissions }, too_far })
    }

    /// Brings a pass's list of tiles to the device and its numbers to where they will be sent from.
    fn write_numbers(&self, index: usize, pass: &Pass, tiles: Option<&[u32]>, dispatch: Dispatch, kind: u32, numbers: &mut [u8]) {
        let mut params = pass.params.clone();
        if let Params::NormTable(params) = &mut params {
            params.run = kind;
        }
        if let Some(Tiles { count, fold, masked, .. }) = params.tiles_mut() {
            *fold = dispatch.x;
            if let Some(list) = tiles {
                (*count, *masked) = (list.len() as u32, 1);
                if !list.is_empty() {
                    let place = self.bound.tile_places[index];
                    self.context.queue.write_buffer(&self.bound.tiles, place, bytemuck::cast_slice(list));
                }
            }
        }
        let place = self.bound.uniform_places[index] as usize;
        numbers[place..][..params.bytes().len()].copy_from_slice(params.bytes());
    }

    /// Submits some passes, and brings the verdict to where it is read if it is there after them.
    fn record(&self, chunk: &[(usize, Dispatch, u64)], verdict: Option<usize>) -> wgpu::SubmissionIndex {
        let mut encoder = self.context.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("passes") });
        match &self.bound.clock {
            None => {
                let mut recording = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
                for &(index, dispatch, _) in chunk {
                    self.dispatch(&mut recording, index, dispatch);
                }
            }
            Some(clock) => {
                for &(index, dispatch, _) in chunk {
                    let mut recording = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor {
                        label: Some(&self.plan.program.passes[index].name),
                        timestamp_writes: Some(wgpu::ComputePassTimestampWrites {
                            query_set: &clock.queries,
                            beginning_of_pass_write_index: Some(2 * index as u32),
                            end_of_pass_write_index: Some(2 * index as u32 + 1),
                        }),
                    });
                    self.dispatch(&mut recording, index, dispatch);
                }
            }
        }
        if let Some(at) = verdict {
            encoder.copy_buffer_to_buffer(&self.bound.tables, at as u64 * 16, &self.bound.verdict, 0, VERDICT_BYTES);
        }
        self.context.queue.submit([encoder.finish()])
    }

    fn dispatch(&self, recording: &mut wgpu::ComputePass<'_>, index: usize, dispatch: Dispatch) {
        if dispatch.x == 0 {
            return;
        }
        recording.set_pipeline(&self.bound.pipelines[index]);
        recording.set_bind_group(0, &self.bound.groups[index], &[]);
        recording.dispatch_workgroups(dispatch.x, dispatch.y, dispatch.z);
    }

    /// Waits until a submission has finished.
    pub(super) fn wait(&self, submission: Option<wgpu::SubmissionIndex>) -> Result<(), ExecuteError> {
        let wait = wgpu::PollType::Wait { submission_index: submission, timeout: None };
        let polled = self.context.device.poll(wait);
        self.context.check()?;
        polled.map(|_| ()).map_err(|error| ExecuteError::Device(error.to_string()))
    }
}

/// The workgroups of a pass, and the share of its tiles that they compute.
fn dispatch(pass: &Pass, tiles: Option<&[u32]>, most: u32) -> (Dispatch, f64) {
    let all = match pass.kernel.stage {
        Stage::NormTable | Stage::Drift => {
            return (Dispatch { x: pass.depth, y: 1, z: 1 }, 1.0);
        }
        Stage::Picture => {
            let (width, height) = pass.picture_size();
            return (Dispatch { x: width.div_ceil(16), y: height.div_ceil(16), z: 1 }, 1.0);
        }
        _ => pass.params.tiles().map_or(0, |tiles| tiles.count),
    };
    let count = tiles.map_or(all, |tiles| tiles.len() as u32);
    // A row is folded where a side would be longer than a dispatch may be.
    let x = count.min(most);
    let y = count.div_ceil(x.max(1));
    (Dispatch { x, y, z: pass.depth }, f64::from(count) / f64::from(all.max(1)))
}

/// Runs of work that end when they reach `limit` multiply-adds.
fn chunks(work: &[(usize, Dispatch, u64)], limit: u64) -> Vec<&[(usize, Dispatch, u64)]> {
    let mut chunks = Vec::new();
    let (mut start, mut sum) = (0, 0_u64);
    for (at, (_, _, cost)) in work.iter().enumerate() {
        sum += cost;
        if sum >= limit || at + 1 == work.len() {
            chunks.push(&work[start..=at]);
            (start, sum) = (at + 1, 0);
        }
    }
    chunks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_split_by_multiply_adds() {
        let one = Dispatch { x: 1, y: 1, z: 1 };
        let work: Vec<_> = (0..6).map(|index| (index, one, 4)).collect();
        let lengths: Vec<usize> = chunks(&work, 7).iter().map(|chunk| chunk.len()).collect();
        assert_eq!(lengths, [2, 2, 2]);
        assert_eq!(chunks(&work, 100).len(), 1);
    }
}
