//! Which parts of every resolution to compute again after an edit, for all executors.
//!
//! As in SIGE (Li et al. 2022) each resolution has its own mask: the edited pixels brought to that resolution and
//! widened by a small fixed margin. It is not the receptive field, which soon covers the picture: an edit's effect
//! fades with distance, and an exact pass follows when the pen is lifted. Around the masks, the values of the last exact
//! pass are kept; the norms' statistics change by what changed inside them.

use crate::graph::{Graph, Plane};
use crate::input::Input;

/// Pixels of a side of the squares in which [`changed`] finds edits.
pub const EDIT_TILE: usize = 4;

/// A rectangle in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rect {
    /// First column.
    pub x: usize,
    /// First row.
    pub y: usize,
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

/// Some of the square tiles that cover a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mask {
    /// Columns of the picture in pixels.
    pub width: usize,
    /// Rows of the picture in pixels.
    pub height: usize,
    /// Side of a tile in pixels; tiles at the right and below may hang over the edge.
    pub tile: usize,
    /// Row by row, whether a tile is in the mask.
    tiles: Vec<bool>,
}

impl Mask {
    /// No tile of a picture.
    pub fn empty(width: usize, height: usize, tile: usize) -> Self {
        let tile = tile.max(1);
        Self { width, height, tile, tiles: vec![false; width.div_ceil(tile) * height.div_ceil(tile)] }
    }

    /// Tiles in a row.
    pub fn columns(&self) -> usize {
        self.width.div_ceil(self.tile)
    }

    /// Rows of tiles.
    pub fn rows(&self) -> usize {
        self.height.div_ceil(self.tile)
    }

    /// Whether the tile is in the mask.
    pub fn contains(&self, column: usize, row: usize) -> bool {
        self.tiles[row * self.columns() + column]
    }

    /// Row by row, whether a tile is in the mask.
    pub fn tiles(&self) -> &[bool] {
        &self.tiles
    }

    /// Whether no tile is in the mask.
    pub fn is_empty(&self) -> bool {
        !self.tiles.contains(&true)
    }

    /// How much of the picture the mask covers, 0 to 1.
    pub fn share(&self) -> f64 {
        let covered: usize = self.rectangles().iter().map(|rect| rect.width * rect.height).sum();
        covered as f64 / (self.width * self.height).max(1) as f64
    }

    /// Adds every tile that touches the half-open ranges of pixels.
    pub fn add(&mut self, columns: std::ops::Range<usize>, rows: std::ops::Range<usize>) {
        let count = self.columns();
        let last = |end: usize, length: usize| end.min(length).div_ceil(self.tile);
        let (columns, rows) =
            (columns.start / self.tile..last(columns.end, self.width), rows.start / self.tile..last(rows.end, self.height));
        for row in rows {
            self.tiles[row * count..][columns.clone()].fill(true);
        }
    }

    /// Adds the tiles of another mask of the same picture and tile.
    pub fn join(&mut self, other: &Self) {
        debug_assert_eq!((self.width, self.height, self.tile), (other.width, other.height, other.tile));
        self.tiles.iter_mut().zip(&other.tiles).for_each(|(tile, other)| *tile |= other);
    }

    /// The mask as rectangles that do not overlap, cut at the picture's edge: runs of tiles, equal runs below each other joined.
    pub fn rectangles(&self) -> Vec<Rect> {
        let mut found: Vec<Rect> = Vec::new();
        // Rectangles that reach down to the row above.
        let mut open: Vec<usize> = Vec::new();
        for row in 0..self.rows() {
            let tiles = &self.tiles[row * self.columns()..][..self.columns()];
            let mut reaching = Vec::new();
            let mut column = 0;
            for run in tiles.chunk_by(|a, b| a == b) {
                let x = column * self.tile;
                column += run.len();
                if !run[0] {
                    continue;
                }
                let width = (column * self.tile).min(self.width) - x;
                let y = row * self.tile;
                let height = (y + self.tile).min(self.height) - y;
                let above = open.iter().copied().find(|&rect| found[rect].x == x && found[rect].width == width);
                if let Some(rect) = above {
                    found[rect].height += height;
                    reaching.push(rect);
                } else {
                    reaching.push(found.len());
                    found.push(Rect { x, y, width, height });
                }
            }
            open = reaching;
        }
        found
    }
}

/// Where two inputs of a network differ, in tiles of [`EDIT_TILE`]; `None` when they do not compare pixel by pixel:
/// another size, another plane, or another code.
pub fn changed(graph: &Graph, old: &Input, new: &Input) -> Option<Mask> {
    if (old.width, old.height) != (new.width, new.height) {
        return None;
    }
    let (width, pixels) = (new.width, new.pixels());
    let mut mask = Mask::empty(width, new.height, EDIT_TILE);
    for plane in graph.planes() {
        // An object's outline is drawn on both sides of its border, so it moves one pixel beyond the edit.
        let reach = usize::from(plane == Plane::InstanceEdges);
        let mut edit = |at: usize| {
            let (x, y) = (at % width, at / width);
            mask.add(x.saturating_sub(reach)..x + 1 + reach, y.saturating_sub(reach)..y + 1 + reach);
        };
        match plane {
            Plane::Labels { .. } => differences(old.labels.as_deref()?, new.labels.as_deref()?, &mut edit),
            Plane::InstanceEdges | Plane::Instances => {
                differences(old.instances.as_deref()?, new.instances.as_deref()?, &mut edit);
            }
            Plane::Rgb | Plane::CaffeBgr | Plane::Lightness => {
                differences(old.rgb.as_deref()?, new.rgb.as_deref()?, |at| edit(at / 3));
            }
            Plane::Features { .. } => {
                differences(old.features.as_deref()?, new.features.as_deref()?, |at| edit(at % pixels));
            }
            Plane::Hints => differences(old.hints.as_deref()?, new.hints.as_deref()?, |at| edit(at % pixels)),
            Plane::Code { .. } if old.code != new.code => return None,
            Plane::Code { .. } => {}
            Plane::Values { .. } => return None,
        }
    }
    Some(mask)
}

/// Calls `found` with every place where two equally long planes differ.
fn differences<T: PartialEq>(old: &[T], new: &[T], mut found: impl FnMut(usize)) {
    // Most of a picture is the same: compare long runs first.
    const RUN: usize = 256;
    for (run, (old, new)) in old.chunks(RUN).zip(new.chunks(RUN)).enumerate() {
        if old != new {
            (0..old.len()).filter(|&at| old[at] != new[at]).for_each(|at| found(run * RUN + at));
        }
    }
}

/// The tiles to compute again at one resolution: `edit` scaled to `width` x `height` pixels, widened by `margin`
/// pixels of that resolution on every side, in tiles of `tile` pixels.
pub fn mask_at(edit: &Mask, width: usize, height: usize, tile: usize, margin: usize) -> Mask {
    let mut mask = Mask::empty(width, height, tile);
    let scaled = |start: usize, length: usize, from: usize, to: usize| {
        let end = ((start + length) * to).div_ceil(from.max(1)) + margin;
        (start * to / from.max(1)).saturating_sub(margin)..end.min(to)
    };
    for rect in edit.rectangles() {
        mask.add(scaled(rect.x, rect.width, edit.width, width), scaled(rect.y, rect.height, edit.height, height));
    }
    mask
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Op;

    fn labels() -> Graph {
        let mut graph = Graph::default();
        graph.push(Op::Input(Plane::Labels { classes: 4 }), &[]);
        graph
    }

    #[test]
    fn an_edit_is_found_and_widened_at_every_resolution() {
        let old = Input::from_labels(64, 32, vec![0; 64 * 32]);
        let mut ids = vec![0; 64 * 32];
        ids[17 * 64 + 33] = 1;
        let new = Input::from_labels(64, 32, ids);
        let edit = changed(&labels(), &old, &new).expect("comparable");
        assert_eq!(edit.rectangles(), [Rect { x: 32, y: 16, width: 4, height: 4 }]);
        let full = mask_at(&edit, 64, 32, 4, 2);
        assert_eq!(full.rectangles(), [Rect { x: 28, y: 12, width: 12, height: 12 }]);
        let quarter = mask_at(&edit, 16, 8, 4, 1);
        assert_eq!(quarter.rectangles(), [Rect { x: 4, y: 0, width: 8, height: 8 }]);
        assert!((quarter.share() - 0.5).abs() < 1e-9);
    }

    #[test]
    fn another_size_does_not_compare() {
        let (a, b) = (Input::from_labels(2, 2, vec![0; 4]), Input::from_labels(4, 1, vec![0; 4]));
        assert_eq!(changed(&labels(), &a, &b), None);
        assert!(changed(&labels(), &a, &a).is_some_and(|mask| mask.is_empty()));
    }

    #[test]
    fn rectangles_cover_the_mask_once() {
        let mut mask = Mask::empty(19, 11, 4);
        mask.add(0..5, 0..5);
        mask.add(3..19, 7..11);
        let mut covered = vec![0; 19 * 11];
        for rect in mask.rectangles() {
            for y in rect.y..rect.y + rect.height {
                covered[y * 19 + rect.x..][..rect.width].iter_mut().for_each(|count| *count += 1);
            }
        }
        for (at, count) in covered.into_iter().enumerate() {
            assert_eq!(count, usize::from(mask.contains(at % 19 / 4, at / 19 / 4)), "pixel {at}");
        }
    }
}
