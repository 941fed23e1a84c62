//! Objects that a step changed, as they are on the other side of it, with their masks packed.

use std::sync::Arc;

use super::{Mask, Object, Part, Rect};

/// A run of the list of objects and what stands there on the other side of a step.
#[derive(Debug, Clone)]
pub(super) struct Splice {
    at: usize,
    /// How many objects stand there now.
    now: usize,
    others: Vec<Packed>,
}

/// An object whose masks are packed; silhouettes have long runs.
#[derive(Debug, Clone)]
struct Packed {
    /// The object with its inks and empty masks.
    object: Object,
    masks: Vec<(Rect, Vec<u8>)>,
}

impl Splice {
    /// What leads from `after` back to `before`; `None` when they are the same.
    pub(super) fn new(before: &[Arc<Object>], after: &[Arc<Object>]) -> Option<Self> {
        let same = |(a, b): &(&Arc<Object>, &Arc<Object>)| Arc::ptr_eq(a, b) || a == b;
        let head = before.iter().zip(after).take_while(same).count();
        let (before, after) = (&before[head..], &after[head..]);
        let tail = before.iter().rev().zip(after.iter().rev()).take_while(same).count();
        let (before, now) = (&before[..before.len() - tail], after.len() - tail);
        (!before.is_empty() || now > 0).then(|| Self {
            at: head,
            now,
            others: before.iter().map(|object| pack(object)).collect(),
        })
    }

    /// Swaps both sides.
    pub(super) fn swap(&mut self, objects: &mut Vec<Arc<Object>>) {
        let unpacked: Vec<Arc<Object>> = self.others.drain(..).map(unpack).collect();
        let now = unpacked.len();
        self.others = objects.splice(self.at..self.at + self.now, unpacked).map(|object| pack(&object)).collect();
        self.now = now;
    }

    /// Memory that it takes. The first masks of free shapes are shared with the other steps of the object.
    pub(super) fn bytes(&self) -> usize {
        let object =
            |packed: &Packed| size_of::<Packed>() + packed.masks.iter().map(|(_, bytes)| bytes.capacity() + 64).sum::<usize>();
        self.others.iter().map(object).sum()
    }
}

fn pack(object: &Object) -> Packed {
    let packed = |part: &Part| {
        let mut bytes = lz4_flex::compress_prepend_size(part.mask.coverage());
        bytes.shrink_to_fit();
        (part.mask.rect(), bytes)
    };
    let masks = object.parts.iter().map(packed).collect();
    let empty = Arc::new(Mask::default());
    let parts = object.parts.iter().map(|part| Part { ink: part.ink, mask: empty.clone() }).collect();
    Packed { object: Object { parts, ..object.clone() }, masks }
}

fn unpack(packed: Packed) -> Arc<Object> {
    let Packed { mut object, masks } = packed;
    for (part, (rect, bytes)) in object.parts.iter_mut().zip(masks) {
        // Only `pack` makes these bytes, so they unpack to as many as the rectangle has.
        let coverage = lz4_flex::decompress_size_prepended(&bytes).unwrap_or_default();
        part.mask = Arc::new(Mask::new(rect, coverage).unwrap_or_default());
    }
    Arc::new(object)
}
