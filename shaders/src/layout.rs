//! Where values lie: blocks of four channels beside each other for each pixel, and joined values side by side.
//!
//! A value's channels come in *runs*: each run starts a block, and what is left of its last block is never read,
//! because the weights there are zero. So values of any number of channels are joined without a copy.

use daub_models::fuse::{Fused, Norm, Part, ValueId};
use daub_models::shape::Shape;

/// Memory of one value, or of several that are read together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Storage {
    /// Rows in pixels.
    pub height: usize,
    /// Columns in pixels.
    pub width: usize,
    /// Blocks of four channels.
    pub blocks: usize,
    /// First entry of its norm table, if a value in it has a norm.
    pub table: Option<usize>,
    /// First and last pass that needs it.
    pub alive: (usize, usize),
}

/// Where a value lies in a storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Which storage.
    pub storage: usize,
    /// First block within it.
    pub first: usize,
    /// Channels of each run.
    pub runs: Vec<usize>,
}

impl Place {
    /// Number of blocks.
    pub fn blocks(&self) -> usize {
        blocks(&self.runs)
    }
}

/// Blocks of channels that come in these runs.
pub fn blocks(runs: &[usize]) -> usize {
    runs.iter().map(|run| run.div_ceil(4)).sum()
}

/// Which channel each lane of each block holds.
pub fn lanes(runs: &[usize]) -> Vec<Option<usize>> {
    let mut lanes = Vec::with_capacity(blocks(runs) * 4);
    let mut channel = 0;
    for &run in runs {
        lanes.extend((channel..channel + run).map(Some));
        lanes.resize(lanes.len().next_multiple_of(4), None);
        channel += run;
    }
    lanes
}

/// Storages and the place of every value that is stored.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// All memory, before it is arranged in the arena.
    pub storages: Vec<Storage>,
    /// One for each fused value.
    pub places: Vec<Option<Place>>,
    /// The norms that each value is loaded with; the first lies in its storage's table.
    pub norms: Vec<Vec<Norm>>,
}

impl Layout {
    /// Lays out every value; `operands` are the lists of parts that want to be read together.
    pub fn new(fused: &Fused, shapes: &[Shape], runs: &[Vec<usize>], operands: &[Vec<ValueId>]) -> Self {
        let count = fused.values.len();
        let mut layout = Self { storages: Vec::new(), places: vec![None; count], norms: norms(fused) };
        // Longer lists first, so that a part of a list can be found within it.
        let mut lists: Vec<&Vec<ValueId>> = operands.iter().filter(|list| list.len() > 1).collect();
        lists.sort_by_key(|list| std::cmp::Reverse(list.len()));
        for list in lists {
            let taken = list.iter().enumerate().any(|(at, id)| layout.places[id.0].is_some() || list[..at].contains(id));
            if !taken {
                layout.store(list, fused, shapes, runs);
            }
        }
        for value in 0..count {
            if layout.places[value].is_none() {
                layout.store(&[ValueId(value)], fused, shapes, runs);
            }
        }
        layout
    }

    fn store(&mut self, list: &[ValueId], fused: &Fused, shapes: &[Shape], runs: &[Vec<usize>]) {
        let storage = self.storages.len();
        let shape = shapes[fused.values[list[0].0].node.0];
        let mut first = 0;
        for &ValueId(value) in list {
            let place = Place { storage, first, runs: runs[value].clone() };
            first += place.blocks();
            self.places[value] = Some(place);
        }
        let normed = list.iter().any(|id| !self.norms[id.0].is_empty());
        self.storages.push(Storage {
            height: shape.height,
            width: shape.width,
            blocks: first,
            table: normed.then_some(usize::MAX),
            alive: (usize::MAX, 0),
        });
    }

    /// The parts as one value, if they lie side by side and can be loaded in one way.
    pub fn joined(&self, parts: &[Part]) -> Option<Place> {
        let first = self.places[parts.first()?.value.0].as_ref()?;
        let mut joined = Place { storage: first.storage, first: first.first, runs: Vec::new() };
        let any_norm = parts.iter().any(|part| part.norm.is_some());
        for part in parts {
            let place = self.places[part.value.0].as_ref()?;
            let beside = place.storage == joined.storage && place.first == joined.first + joined.blocks();
            let alike = part.dropout.is_none() && part.rectifier == parts[0].rectifier;
            // A table covers all parts, so a part without a norm must have none in the table either.
            let tabled = !any_norm || part.norm.as_ref() == self.norms[part.value.0].first();
            if !(beside && alike && (tabled || parts.len() == 1)) {
                return None;
            }
            joined.runs.extend(&place.runs);
        }
        Some(joined)
    }
}

/// The different norms that each value is loaded with.
fn norms(fused: &Fused) -> Vec<Vec<Norm>> {
    let mut norms: Vec<Vec<Norm>> = vec![Vec::new(); fused.values.len()];
    for part in fused.steps.iter().flat_map(|step| &step.operands).flat_map(|operand| &operand.parts) {
        if let Some(norm) = &part.norm {
            let known = &mut norms[part.value.0];
            if !known.contains(norm) {
                known.push(norm.clone());
            }
        }
    }
    norms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_start_blocks() {
        assert_eq!(blocks(&[5, 1]), 3);
        let expected = [Some(0), Some(1), Some(2), Some(3), Some(4), None, None, None, Some(5), None, None, None];
        assert_eq!(lanes(&[5, 1]), expected);
    }
}
