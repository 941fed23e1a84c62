//! One arena for all values, in as many buffers as the adapter's limit asks for, and whether everything fits.

use daub_models::Graph;
use daub_models::executor::ExecuteError;
use daub_models::memory::arena;

use crate::lower::{Goal, lower};
use crate::pass::Program;

/// Every storage starts at a multiple of this many bytes; no adapter asks for more.
pub const ALIGN: usize = 256;

/// What a device can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Bytes of one buffer.
    pub buffer: u64,
    /// Bytes that one binding may cover.
    pub binding: u64,
}

/// Where a storage lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Which of the arena's buffers.
    pub buffer: usize,
    /// Its first byte there.
    pub offset: u64,
    /// Its length in bytes.
    pub bytes: u64,
}

/// A program and where its storages lie.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The passes.
    pub program: Program,
    /// Where each storage lies.
    pub places: Vec<Place>,
    /// Bytes of the arena's buffers.
    pub arenas: Vec<u64>,
    /// Bytes of all weights.
    pub weights: u64,
    /// Bytes of the tables.
    pub tables: u64,
}

impl Room {
    /// What a device's limits allow.
    pub fn of(limits: &wgpu::Limits) -> Self {
        Self { buffer: limits.max_buffer_size, binding: limits.max_storage_buffer_binding_size }
    }
}

impl Plan {
    /// Lowers the graph and arranges its memory in buffers that are no larger than `room` allows, unless one storage is.
    ///
    /// # Errors
    /// When the size does not suit the network.
    pub fn new(graph: &Graph, width: usize, height: usize, goal: Goal, room: Room) -> Result<Self, ExecuteError> {
        let program = lower(graph, width, height, goal)?;
        let block = goal.precision.block_bytes();
        let sizes: Vec<usize> = program.storages.iter().map(|s| (s.height * s.width * s.blocks * block).max(1)).collect();
        let alive: Vec<(usize, usize)> = program.storages.iter().map(|storage| storage.alive).collect();
        let chunk = usize::try_from(room.buffer).unwrap_or(usize::MAX);
        let chunk = (chunk - chunk % ALIGN).max(ALIGN);
        let arena = arena(&alive, &sizes, ALIGN, chunk);
        let place = |(&at, &size): (&usize, &usize)| Place {
            buffer: at / chunk,
            offset: (at % chunk) as u64,
            bytes: size.next_multiple_of(ALIGN) as u64,
        };
        let places = arena.offsets.iter().zip(&sizes).map(place);
        let arenas = (0..arena.len.div_ceil(chunk)).map(|at| (arena.len - at * chunk).min(chunk) as u64);
        let weights = program.packings.iter().map(|packing| (packing.blocks() * block) as u64).sum();
        let tables = (program.table_blocks * 16) as u64;
        Ok(Self { places: places.collect(), arenas: arenas.collect(), weights, tables, program })
    }

    /// Bytes of memory in all.
    pub fn bytes(&self) -> u64 {
        let uploads: u64 = self.program.uploads.iter().map(|(_, words)| *words as u64 * 4).sum();
        self.arenas.iter().sum::<u64>() + self.weights + self.tables + uploads
    }

    /// Whether no binding is larger than the device allows; else the bytes of what is too large, and the limit.
    pub fn too_large(&self, room: Room, block: usize) -> Option<(u64, u64)> {
        let weights = self.program.packings.iter().map(|packing| (packing.blocks() * block) as u64);
        let uploads = self.program.uploads.iter().map(|(_, words)| *words as u64 * 4);
        let bindings = self.places.iter().map(|place| place.bytes).chain(weights).chain(uploads).chain([self.tables]);
        let binding = bindings.max().unwrap_or(0);
        let limit = room.binding.min(room.buffer);
        (binding > limit).then_some((binding, limit))
    }

    /// A plan that fits.
    ///
    /// # Errors
    /// When the size does not suit the network, or the network does not fit the device at this size; the error
    /// says how much it needs and the largest size of the same shape that fits.
    pub fn fitting(graph: &Graph, width: usize, height: usize, goal: Goal, room: Room) -> Result<Self, ExecuteError> {
        let block = goal.precision.block_bytes();
        let plan = Self::new(graph, width, height, goal, room)?;
        let Some((needed, available)) = plan.too_large(room, block) else { return Ok(plan) };
        // Halving the distance would meet sizes that the network does not take; sixteenths are close enough.
        let largest = (1..16).rev().find_map(|part| {
            let size = (width * part / 16, height * part / 16);
            let smaller = Self::new(graph, size.0, size.1, goal, room).ok()?;
            smaller.too_large(room, block).is_none().then_some(size)
        });
        let mib = |bytes: u64| bytes.div_ceil(1 << 20) as usize;
        Err(ExecuteError::Memory { width, height, needed_mib: mib(needed), available_mib: (available >> 20) as usize, largest })
    }
}

#[cfg(test)]
mod tests {
    use daub_models::architecture::{Architecture, Family, InputKind};
    use daub_models::graph::NormStats;

    use super::*;
    use crate::source::Precision;

    /// More than any network takes.
    const ROOM: Room = Room { buffer: 1 << 40, binding: 1 << 40 };

    const GOAL: Goal = Goal { precision: Precision::F16, dropout_seed: None, keep: false, matrix_units: true };

    /// pix2pixHD's published `label2city_1024p`.
    fn label2city() -> Graph {
        let mut architecture = Architecture::new(Family::Pix2pixhdLocal, InputKind::Labels, 35, 32, 4, 9);
        (architecture.enhancers, architecture.enhancer_blocks, architecture.instance_edges) = (1, 3, true);
        architecture.graph(NormStats::Image).unwrap()
    }

    #[test]
    fn the_largest_official_network_fits_in_two_and_a_half_gibibytes() {
        let plan = Plan::new(&label2city(), 2048, 1024, GOAL, ROOM).unwrap();
        let kept = Plan::new(&label2city(), 2048, 1024, Goal { keep: true, ..GOAL }, ROOM).unwrap();
        let mib = |bytes: u64| bytes >> 20;
        println!(
            "{} MiB: arena {}, weights {}, tables {}; {} MiB with everything kept for edits",
            mib(plan.bytes()),
            mib(plan.arenas.iter().sum()),
            mib(plan.weights),
            mib(plan.tables),
            mib(kept.bytes()),
        );
        assert!(plan.bytes() < 5 << 29);
    }

    #[test]
    fn what_lives_together_does_not_overlap() {
        // One buffer, and several.
        for buffer in [1 << 40, 3 << 18] {
            let plan = Plan::new(&label2city(), 128, 64, GOAL, Room { buffer, ..ROOM }).unwrap();
            assert_eq!(plan.arenas.len() > 1, buffer < 1 << 40);
            let storages = &plan.program.storages;
            for (a, first) in storages.iter().enumerate() {
                for (b, second) in storages.iter().enumerate().skip(a + 1) {
                    let together = first.alive.0 <= second.alive.1 && second.alive.0 <= first.alive.1;
                    let (one, other) = (plan.places[a], plan.places[b]);
                    let apart = one.offset + one.bytes <= other.offset || other.offset + other.bytes <= one.offset;
                    assert!(!together || one.buffer != other.buffer || apart, "{a} and {b}");
                }
            }
            let inside = |place: &Place| place.offset + place.bytes <= plan.arenas[place.buffer];
            assert!(plan.places.iter().all(|place| place.offset % ALIGN as u64 == 0 && inside(place)));
            assert!(plan.arenas.iter().all(|&bytes| bytes <= buffer));
        }
    }

    #[test]
    fn joined_values_are_never_copied_in_a_unet() {
        let architecture = Architecture::new(Family::Unet, InputKind::Rgb, 3, 64, 8, 0);
        let plan = Plan::new(&architecture.graph(NormStats::Image).unwrap(), 256, 256, GOAL, ROOM).unwrap();
        assert!(!plan.program.passes.iter().any(|pass| pass.name.starts_with("copy")));
    }
}
