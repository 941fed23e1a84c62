//! Where pictures enter and leave, and the rare steps that look at a whole value at once.

use crate::executor::{Picture, Plate};
use crate::graph::{Graph, Plane};
use crate::incremental::Rect;
use crate::planes::{caffe_bgr, instance_means, lightness_plane, symmetric};

use super::Pass;
use super::kernels::{Into, Tap, Tile};
use super::plan::StepPlan;
use super::team::{Scratch, each};

/// A pointer that several threads write through, each to its own places.
struct Plain(*mut f32);

// SAFETY: as `cells::Cells`.
unsafe impl Sync for Plain {}

impl Pass<'_> {
    /// Writes a plane of the input.
    pub(super) fn read_plane(&self, value: usize, plane: Plane, rects: &[Rect], team: &mut [Scratch]) {
        let slot = self.plan.slots[value];
        let (width, height, pixels) = (slot.shape.width, slot.shape.height, slot.shape.pixels());
        let input = self.input;
        let (rgb, instances) = (input.rgb.as_deref().unwrap_or_default(), input.instances.as_deref().unwrap_or_default());
        let labels = input.labels.as_deref().unwrap_or_default();
        let planar = match plane {
            Plane::Features { .. } => input.features.as_deref(),
            Plane::Hints => input.hints.as_deref(),
            Plane::Code { .. } => input.code.as_deref(),
            _ => None,
        };
        let planar = planar.unwrap_or_default();
        let edge = |at: usize| {
            let (x, y, id) = (at % width, at / width, instances[at]);
            let differs = |other: bool, place: usize| other && instances[place] != id;
            differs(x > 0, at.wrapping_sub(1))
                || differs(x + 1 < width, at + 1)
                || differs(y > 0, at.wrapping_sub(width))
                || differs(y + 1 < height, at + width)
        };
        each(team, rects.len(), |piece, _| {
            let rect = rects[piece];
            for block in 0..slot.blocks() {
                let channels = block * 16..(block * 16 + 16).min(slot.shape.channels);
                for y in rect.y..rect.y + rect.height {
                    for x in rect.x..rect.x + rect.width {
                        let at = y * width + x;
                        // SAFETY: this pixel belongs to this task.
                        let lanes = unsafe { self.arena.slice(slot.offset + block * slot.block() + at * 16, 16) };
                        for (lane, channel) in lanes.iter_mut().zip(channels.clone()) {
                            *lane = match plane {
                                Plane::Labels { .. } => f32::from(u8::from(usize::from(labels[at]) == channel)),
                                Plane::InstanceEdges => f32::from(u8::from(edge(at))),
                                Plane::Instances => instances[at] as f32,
                                Plane::Rgb => symmetric(rgb[at * 3 + channel]),
                                Plane::CaffeBgr => caffe_bgr(rgb[at * 3 + 2 - channel], channel),
                                Plane::Lightness => lightness_plane([rgb[at * 3], rgb[at * 3 + 1], rgb[at * 3 + 2]]),
                                // What a discriminator judges never gets here: `Input::check` refuses it.
                                Plane::Features { .. } | Plane::Hints | Plane::Code { .. } | Plane::Values { .. } => {
                                    planar[channel * pixels + at]
                                }
                            };
                        }
                    }
                }
            }
        });
    }

    /// A fully connected layer: one pixel whose planes are all values of the operand.
    pub(super) fn linear(&self, step: &StepPlan, value: usize, team: &mut [Scratch]) {
        let Some(conv) = &step.conv else { return };
        let packed = &self.packed[conv.layer];
        let slot = self.plan.slots[value];
        let flat = self.flattened(step, 0, &mut team[0]);
        let groups = packed.blocks().div_ceil(packed.group);
        let taps: Vec<Tap> = (0..)
            .zip(&packed.depths)
            .map(|(block, &depth)| Tap {
                offset: block * 16,
                depth: depth as u32,
                row: block * if packed.is_narrow() { 1 } else { 16 },
            })
            .collect();
        let mut padded = flat;
        padded.resize(taps.len() * 16, 0.0);
        each(team, groups, |group, scratch| {
            let blocks = packed.group.min(packed.blocks() - group * packed.group);
            scratch.results.reserve(packed.group * 16);
            let results = scratch.results.cells();
            let first = if packed.is_narrow() { 0 } else { packed.group_start(group, packed.rows()) };
            let tile = Tile {
                taps: taps.as_ptr(),
                tap_count: taps.len(),
                input: padded.as_ptr(),
                weights: packed.direct.at(first),
                bias: packed.bias.start().wrapping_add(group * packed.group * 16),
                out: results.at(0),
                out_block: 16,
                out_pixel: 16,
                sums: std::ptr::null_mut(),
            };
            let kernel = if packed.is_narrow() {
                self.kernels.narrow(1, packed.out_channels, 1)
            } else {
                self.kernels.tile(packed.direct.half, 1, blocks, 1)
            };
            // SAFETY: weights were packed for these inputs; results are this thread's.
            unsafe { kernel(&tile) };
            for index in 0..blocks * 16 {
                let out = group * packed.group * 16 + index;
                if out >= packed.out_channels {
                    break;
                }
                // SAFETY: each output is written by the task of its group alone.
                unsafe { *self.place(value, out) = *results.at(index) };
            }
        });
        let whole = Rect { x: 0, y: 0, width: slot.shape.width, height: slot.shape.height };
        self.activate(step, slot, &whole, 0..slot.blocks());
        let sums = self.partial(step, slot.blocks(), 0, 0..slot.blocks());
        if !sums.is_null() {
            self.add_moments(slot, &whole, 0..slot.blocks(), sums);
        }
    }

    /// Each value replaced by its instance's mean.
    pub(super) fn instance_mean(&self, step: &StepPlan, value: usize, team: &mut [Scratch]) {
        let slot = self.plan.slots[value];
        let features = self.flattened(step, 0, &mut team[0]);
        let means = instance_means(&features, self.input.instances.as_deref().unwrap_or_default());
        for (index, mean) in means.into_iter().enumerate() {
            // SAFETY: no task runs.
            unsafe { *self.place(value, index) = mean };
        }
        let whole = Rect { x: 0, y: 0, width: slot.shape.width, height: slot.shape.height };
        self.activate(step, slot, &whole, 0..slot.blocks());
        let sums = self.partial(step, slot.blocks(), 0, 0..slot.blocks());
        if !sums.is_null() {
            self.add_moments(slot, &whole, 0..slot.blocks(), sums);
        }
    }

    /// Where value `[c, h, w]` number `index` lies.
    fn place(&self, value: usize, index: usize) -> *mut f32 {
        let slot = self.plan.slots[value];
        let pixels = slot.shape.pixels();
        let (channel, pixel) = (index / pixels, index % pixels);
        self.arena.at(slot.offset + channel / 16 * slot.block() + pixel * 16 + channel % 16)
    }

    /// An operand as `[c, h, w]`.
    fn flattened(&self, step: &StepPlan, which: usize, scratch: &mut Scratch) -> Vec<f32> {
        let source = &step.sources[which];
        let pixels = source.width * source.height;
        let mut flat = vec![0.0; source.channels * pixels];
        scratch.columns.reserve(source.width * 16);
        let row = scratch.columns.cells();
        for block in &source.blocks {
            for y in 0..source.height {
                // SAFETY: the row is this thread's and has room for all columns.
                unsafe { self.load_row(source, block, y as isize, 0, source.width, row.at(0), Into::Store) };
                // SAFETY: as above.
                let lanes = unsafe { row.slice(0, source.width * 16) };
                for (x, lanes) in lanes.as_chunks::<16>().0.iter().enumerate() {
                    for (lane, value) in lanes[..block.depth].iter().enumerate() {
                        flat[(block.first + lane) * pixels + y * source.width + x] = *value;
                    }
                }
            }
        }
        flat
    }

    /// Copies the results into `picture`, whose memory is used again.
    pub(super) fn picture(&self, graph: &Graph, outputs: &[usize], picture: &mut Picture, team: &mut [Scratch]) {
        picture.outputs.resize_with(outputs.len(), || Plate {
            name: String::new(),
            range: crate::graph::Range::Symmetric,
            channels: 0,
            values: Vec::new(),
        });
        for ((output, &value), plate) in graph.outputs.iter().zip(outputs).zip(&mut picture.outputs) {
            let slot = self.plan.slots[value];
            if plate.name != output.name {
                plate.name.clone_from(&output.name);
            }
            (plate.range, plate.channels) = (output.range, slot.shape.channels);
            let pixels = slot.shape.pixels();
            plate.values.resize(slot.shape.len(), 0.0);
            let planes = Plain(plate.values.as_mut_ptr());
            let parts = pixels.div_ceil(4096);
            each(team, parts, |part, _| {
                // The wrapper must be captured whole, as it is what may go to other threads.
                let planes = &planes;
                for pixel in part * 4096..(part * 4096 + 4096).min(pixels) {
                    for channel in 0..slot.shape.channels {
                        let from = self.arena.at(slot.offset + channel / 16 * slot.block() + pixel * 16 + channel % 16);
                        // SAFETY: the plate has a value for each channel and pixel, and parts do not overlap.
                        unsafe { *planes.0.add(channel * pixels + pixel) = *from };
                    }
                }
            });
        }
        let size = outputs.first().map(|&value| self.plan.slots[value].shape);
        (picture.width, picture.height) = size.map_or((0, 0), |shape| (shape.width, shape.height));
    }
}
