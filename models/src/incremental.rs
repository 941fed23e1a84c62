//! Which parts of every resolution to compute again after an edit, for all executors.
//!
//! As in SIGE (Li et al. 2022) each resolution has its own mask: the edited pixels brought to that resolution and
//! widened by a small fixed margin. It is not the receptive field, which soon covers the picture: an edit's effect
//! fades with distance, and an exact pass follows when the pen is lifted. Around the masks, the values of the last exact
//! pass are kept. An edit that moves a norm's statistics changes what is kept as well, everywhere a little: blocks spread
//! over the picture are computed again with the edit, and stand for the rest of the picture in the statistics.

use crate::graph::{Graph, Plane};
use crate::input::Input;

/// Pixels of a side of the squares in which [`changed`] finds edits.
pub const EDIT_TILE: usize = 4;

/// An edit that moves any norm's statistics further than this from the last exact run changes the picture everywhere: what
/// is kept around it does not fit any more, and the picture is painted exactly.
///
/// It is the root mean square over planes of the changes of mean and deviation, in that run's deviations, without planes
/// that were [`FLAT`]; norms whose whole plane an edit computes do not count. [`crate::cpu`] has the figures.
pub const MOST_DRIFT: f64 = 0.045;

/// Smallest deviation of a plane that is not flat.
pub const FLAT: f64 = 0.01;

/// Shorter side in pixels of the pictures that margins are meant for; strokes and what they draw grow with the picture.
const MARGIN_SIDE: usize = 256;

/// Pixels of a side of the blocks that stand for the rest of a picture: a tile of 4 at an eighth of the size.
const BLOCK: usize = 32;

/// How many blocks stand for the rest of a picture. What they say gets no better by being a larger share of it.
const BLOCKS: usize = 12;

/// Blocks are at most the picture's blocks divided by this, or they would cost more than the edit.
const SPARSE: usize = 10;

/// Fewer blocks say nothing.
const FEWEST_BLOCKS: usize = 4;

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

/// What to compute again after an edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repaint {
    edit: Mask,
    /// Pixels of every resolution by which the edit is widened.
    margin: usize,
    /// Blocks that the edit itself may reach: they stand for themselves alone.
    near: Mask,
    /// Blocks that stand for everything that is kept.
    far: Mask,
}

/// The tiles to compute again at one resolution; none is in both masks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tiles {
    /// The edit, its surroundings, and the blocks close to it.
    pub near: Mask,
    /// The blocks that stand for what is kept.
    pub far: Mask,
}

impl Repaint {
    /// Widens `edit` by `margin` pixels of every resolution, and by more in proportion where the picture is larger than
    /// 512x256; with `sampled` it is joined by blocks over the whole picture.
    pub fn new(edit: Mask, margin: usize, sampled: bool) -> Self {
        let margin = margin * edit.width.min(edit.height).max(MARGIN_SIDE) / MARGIN_SIDE;
        let mut near = Mask::empty(edit.width, edit.height, BLOCK);
        let mut far = near.clone();
        let (columns, rows) = (near.columns(), near.rows());
        let count = BLOCKS.min(columns * rows / SPARSE);
        if sampled && count >= FEWEST_BLOCKS && !edit.is_empty() {
            let reach = mask_at(&edit, edit.width, edit.height, BLOCK, BLOCK);
            for block in 0..count {
                // The same blocks for every edit, as what they say is a difference to the edit before. They are spread
                // by the R2 sequence (Roberts 2018), whose steps are powers of 1 / 1.3247, the plastic number.
                let place = |step: f64, length: usize| ((0.5 + step * block as f64).fract() * length as f64) as usize;
                let (column, row) = (place(0.754_877_666_246_693, columns), place(0.569_840_290_998_053, rows));
                let blocks = if reach.contains(column, row) { &mut near } else { &mut far };
                blocks.tiles[row * columns + column] = true;
            }
        }
        Self { edit, margin, near, far }
    }

    /// The edit before it was widened.
    pub fn edit(&self) -> &Mask {
        &self.edit
    }

    /// The tiles to compute again at a resolution of `width` x `height` pixels, of `tile` pixels a side.
    pub fn at(&self, width: usize, height: usize, tile: usize) -> Tiles {
        let mut near = mask_at(&self.edit, width, height, tile, self.margin);
        near.join(&mask_at(&self.near, width, height, tile, 0));
        let mut far = mask_at(&self.far, width, height, tile, 0);
        far.tiles.iter_mut().zip(&near.tiles).for_each(|(far, near)| *far &= !near);
        Tiles { near, far }
    }
}

impl Tiles {
    /// How many tiles there are.
    pub fn count(&self) -> usize {
        [&self.near, &self.far].map(|mask| mask.tiles.iter().filter(|set| **set).count()).iter().sum()
    }

    /// Whether they cover the picture.
    pub fn are_all(&self) -> bool {
        self.count() == self.near.tiles.len()
    }

    /// How much of the picture they cover, 0 to 1.
    pub fn share(&self) -> f64 {
        self.near.share() + self.far.share()
    }
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
    fn blocks_stand_for_what_an_edit_leaves_alone() {
        let mut edit = Mask::empty(512, 256, EDIT_TILE);
        edit.add(200..300, 120..136);
        let repaint = Repaint::new(edit.clone(), 4, true);
        let tiles = repaint.at(64, 32, 4);
        assert!(tiles.near.tiles().iter().zip(tiles.far.tiles()).all(|(near, far)| !(near & far)));
        let blocks = [&repaint.near, &repaint.far].map(|mask| mask.tiles().iter().filter(|set| **set).count());
        assert!(blocks[0] > 0 && blocks[1] > blocks[0] && blocks[0] + blocks[1] == BLOCKS, "{blocks:?}");
        // Blocks close to the edit say what it did there, not what happens everywhere.
        let close = mask_at(&edit, 64, 32, 4, 4);
        assert!(close.tiles().iter().zip(tiles.far.tiles()).all(|(close, far)| !(close & far)));
        // Whole blocks at every resolution, so that each can be computed from the one before.
        assert!((tiles.far.share() - repaint.at(512, 256, 4).far.share()).abs() < 1e-9);

        let alone = Repaint::new(edit.clone(), 4, false).at(512, 256, 4);
        assert!(alone.far.is_empty() && alone.near == mask_at(&edit, 512, 256, 4, 4));
        let mut large = Mask::empty(1024, 512, EDIT_TILE);
        large.add(400..600, 240..272);
        assert_eq!(Repaint::new(large.clone(), 4, false).at(128, 64, 4).near, mask_at(&large, 128, 64, 4, 8));
        let nothing = Repaint::new(Mask::empty(512, 256, EDIT_TILE), 4, true).at(512, 256, 4);
        assert!(nothing.near.is_empty() && nothing.far.is_empty());
        let mut dot = Mask::empty(64, 64, EDIT_TILE);
        dot.add(3..4, 3..4);
        assert!(Repaint::new(dot, 4, true).far.is_empty(), "a picture of four blocks");
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
