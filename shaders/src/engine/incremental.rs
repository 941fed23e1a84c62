//! Which tiles of each pass an edit touches.

use std::collections::HashMap;

use daub_models::Input;
use daub_models::incremental::{Mask, changed, mask_at};

use super::{Engine, Extent};
use crate::pass::{Edit, Pass};

/// Pixels by which an edit is widened at every resolution unless a caller says otherwise: the smallest margin at which
/// both the trained and the random networks that were measured keep 35 dB with room to spare (see the crate docs).
pub(super) const MARGIN: usize = 2;

/// Side of the squares in which masks are made; every tile of a kernel is made of them, or lies in one.
const SQUARE: usize = 4;

impl Engine {
    /// The changed part, when an edit was asked for and there is something to start from.
    pub(super) fn edit(&self, input: &Input, extent: Extent) -> Option<Mask> {
        if extent == Extent::Exact || !self.options.incremental {
            return None;
        }
        changed(&self.graph, self.last.as_ref()?, input)
    }

    /// For each pass the tiles to compute; `None` for all of them.
    pub(super) fn chosen(&self, edit: &Mask) -> Vec<Option<Vec<u32>>> {
        let mut known: HashMap<(usize, usize, u32, u32), Vec<u32>> = HashMap::new();
        let passes = self.plan.program.passes.iter();
        let choose = |pass: &Pass| match pass.edit {
            Edit::Whole => None,
            Edit::Tiles { width, height } => {
                let tiling = pass.kernel.tiling;
                let key = (width, height, tiling.width, tiling.height);
                let tiles = known.entry(key).or_insert_with(|| {
                    let mask = mask_at(edit, width, height, SQUARE, self.options.margin);
                    tiles(&mask, tiling.width as usize, tiling.height as usize)
                });
                Some(tiles.clone())
            }
        };
        passes.map(choose).collect()
    }
}

/// The numbers of the tiles of `width` x `height` pixels in which the mask has a square.
fn tiles(mask: &Mask, width: usize, height: usize) -> Vec<u32> {
    let columns = mask.width.div_ceil(width);
    let rows = mask.height.div_ceil(height);
    let mut touched = vec![false; columns * rows];
    for (at, _) in mask.tiles().iter().enumerate().filter(|(_, inside)| **inside) {
        let (x, y) = (at % mask.columns() * mask.tile, at / mask.columns() * mask.tile);
        touched[y / height * columns + x / width] = true;
    }
    (0..).zip(touched).filter_map(|(tile, touched)| touched.then_some(tile)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tile_is_chosen_when_a_square_of_it_is() {
        let mut mask = Mask::empty(40, 20, SQUARE);
        mask.add(17..18, 9..10);
        assert_eq!(tiles(&mask, 16, 8), [4]);
        mask.add(0..40, 0..1);
        assert_eq!(tiles(&mask, 16, 16), [0, 1, 2]);
    }
}
