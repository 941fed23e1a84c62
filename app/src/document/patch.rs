//! Pixels that a step changed, as they are on the other side of it, packed small.

use super::{Canvas, Ink, Rect};

/// Runs of changed pixels and what they hold on the other side of a step.
///
/// Inks are packed byte plane by byte plane with LZ4: labels use one plane of four and have long runs, so a stroke
/// takes a few hundred bytes; photographs at least lose the plane that is always zero.
#[derive(Debug, Clone)]
pub(super) struct Patch {
    runs: Vec<Run>,
    packed: Vec<u8>,
}

#[derive(Debug, Clone, Copy)]
struct Run {
    y: u32,
    left: u32,
    length: u32,
}

impl Patch {
    /// A patch from rows, first columns and pixels; `None` when there is no pixel.
    pub(super) fn new<'a>(changed: impl Iterator<Item = (usize, usize, &'a [Ink])>) -> Option<Self> {
        let (mut runs, mut inks) = (Vec::new(), Vec::new());
        for (y, left, pixels) in changed {
            runs.push(Run { y: y as u32, left: left as u32, length: pixels.len() as u32 });
            inks.extend_from_slice(pixels);
        }
        runs.shrink_to_fit();
        (!inks.is_empty()).then(|| Self { runs, packed: pack(&inks) })
    }

    /// Swaps the pixels with those of the canvas; gives the part that changed.
    pub(super) fn swap(&mut self, canvas: &mut Canvas) -> Rect {
        let mut inks = unpack(&self.packed);
        let mut changed = Rect::EMPTY;
        let mut rest = inks.as_mut_slice();
        for run in &self.runs {
            let (y, left, length) = (run.y as usize, run.left as usize, run.length as usize);
            let (pixels, later) = std::mem::take(&mut rest).split_at_mut(length);
            canvas.row_mut(y, left, left + length).swap_with_slice(pixels);
            changed = changed.union(Rect { left, top: y, right: left + length, bottom: y + 1 });
            rest = later;
        }
        self.packed = pack(&inks);
        changed
    }

    /// Memory that the patch takes.
    pub(super) fn bytes(&self) -> usize {
        self.packed.capacity() + self.runs.capacity() * size_of::<Run>()
    }
}

fn pack(inks: &[Ink]) -> Vec<u8> {
    let planes: Vec<u8> = [0, 8, 16, 24].iter().flat_map(|shift| inks.iter().map(move |ink| (ink >> shift) as u8)).collect();
    let mut packed = lz4_flex::compress_prepend_size(&planes);
    packed.shrink_to_fit();
    packed
}

fn unpack(packed: &[u8]) -> Vec<Ink> {
    // Only `pack` makes these bytes, so they unpack.
    let planes = lz4_flex::decompress_size_prepended(packed).unwrap_or_default();
    let count = planes.len() / 4;
    let byte = |plane: usize, at: usize| Ink::from(planes[plane * count + at]) << (8 * plane);
    (0..count).map(|at| byte(0, at) | byte(1, at) | byte(2, at) | byte(3, at)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Kind;

    #[test]
    fn labels_pack_into_a_fraction() {
        let inks: Vec<Ink> = (0..200_000).map(|at| at / 1000 % 30).collect();
        let packed = pack(&inks);
        assert_eq!(unpack(&packed), inks);
        assert!(packed.len() < 8000, "{} bytes", packed.len());
    }

    #[test]
    fn a_patch_swapped_twice_is_as_before() {
        let mut canvas = Canvas::new(Kind::Sketch, 20, 10, 1);
        let first = canvas.clone();
        let rows: [(usize, usize, &[Ink]); 2] = [(2, 3, &[7, 8, 9]), (9, 19, &[0x00ff_0102])];
        let mut patch = Patch::new(rows.into_iter()).unwrap();
        assert_eq!(patch.swap(&mut canvas), Rect { left: 3, top: 2, right: 20, bottom: 10 });
        assert_eq!((canvas.get(4, 2), canvas.get(19, 9)), (Some(8), Some(0x00ff_0102)));
        patch.swap(&mut canvas);
        assert_eq!(canvas, first);
    }
}
