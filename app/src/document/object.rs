//! Objects: silhouettes that lie over the paint and stay selectable.

use std::sync::Arc;

use super::{Canvas, Ink, Mask, Placement, Rect};

/// Coverage from which on a pixel belongs to an object where pixels have no half.
pub const SOLID: u8 = 128;

/// More objects cannot be told apart in an instance map.
pub const MAX_OBJECTS: usize = 1000;

/// A thing that lies over the paint: what is beneath comes back when it moves.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// Stands for it within its document.
    pub id: u64,
    /// Its name in the list.
    pub name: String,
    /// Where its silhouette comes from when it is placed anew.
    pub shape: Shape,
    /// Where it stands.
    pub placement: Placement,
    /// What it covers at its place, from below to above.
    pub parts: Vec<Part>,
    /// `k` of its instance ids `class * 1000 + k`: no two objects of a document share it.
    pub instance: u32,
    /// Whether it is drawn.
    pub visible: bool,
    /// Whether clicks pass it by.
    pub locked: bool,
}

/// Where a silhouette comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// A stamp; the state has it rasterised.
    Stamp {
        /// Its name.
        name: String,
        /// Which of its parts the object's parts are; none means its inside and its outlines, as on a sketch.
        parts: Vec<usize>,
    },
    /// Masks that were drawn or selected, as they were at a first placement.
    Free {
        /// One mask for each part.
        masks: Vec<Arc<Mask>>,
        /// Where the masks stand as they are.
        origin: Placement,
    },
}

/// One ink of an object and where it lies.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// What it lays down.
    pub ink: Ink,
    /// Where.
    pub mask: Arc<Mask>,
}

/// An object before its document has given it an id and an instance.
#[derive(Debug, Clone, PartialEq)]
pub struct NewObject {
    /// Its name in the list.
    pub name: String,
    /// Where its silhouette comes from.
    pub shape: Shape,
    /// Where it stands.
    pub placement: Placement,
    /// What it covers there.
    pub parts: Vec<Part>,
}

impl Shape {
    /// A free shape from masks that lie where they were drawn; `None` when they cover nothing.
    pub fn free(masks: Vec<Arc<Mask>>) -> Option<Self> {
        let rect = masks.iter().fold(Rect::EMPTY, |rect, mask| rect.union(mask.rect()));
        if rect.is_empty() || masks.iter().all(|mask| mask.is_empty()) {
            return None;
        }
        let foot = [f32::midpoint(rect.left as f32, rect.right as f32), rect.bottom as f32];
        Some(Self::Free { masks, origin: Placement::upright(foot, rect.height() as f32) })
    }

    /// The masks of a free shape at another placement, cut at `bounds`; `None` for a stamp.
    pub fn placed(&self, placement: &Placement, bounds: Rect) -> Option<Vec<Arc<Mask>>> {
        let Self::Free { masks, origin } = self else { return None };
        Some(
            masks
                .iter()
                .map(|mask| if placement == origin { mask.clone() } else { Arc::new(moved(mask, origin, placement, bounds)) })
                .collect(),
        )
    }
}

/// A mask that stood at `from`, at `to`: each pixel looks up, between four pixels, what lay there.
fn moved(mask: &Mask, from: &Placement, to: &Placement, bounds: Rect) -> Mask {
    let Rect { left, top, right, bottom } = mask.rect();
    let corners = [(left, top), (right, top), (left, bottom), (right, bottom)];
    let corners = corners.map(|(x, y)| to.canvas_from_stamp(from.stamp_from_canvas([x as f32, y as f32])));
    let least = |axis: usize| corners.iter().map(|corner| corner[axis]).fold(f32::INFINITY, f32::min);
    let most = |axis: usize| corners.iter().map(|corner| corner[axis]).fold(f32::NEG_INFINITY, f32::max);
    let rect = Rect::around(least(0), least(1), most(0), most(1)).intersection(bounds);
    // The map is affine: its steps along a row and a column say everything.
    let source = |x: f32, y: f32| from.canvas_from_stamp(to.stamp_from_canvas([x, y]));
    let start = source(rect.left as f32 + 0.5, rect.top as f32 + 0.5);
    let along = |next: [f32; 2]| [next[0] - start[0], next[1] - start[1]];
    let column = along(source(rect.left as f32 + 1.5, rect.top as f32 + 0.5));
    let row = along(source(rect.left as f32 + 0.5, rect.top as f32 + 1.5));
    Mask::from_fn(rect, |x, y| {
        let (i, j) = ((x - rect.left) as f32, (y - rect.top) as f32);
        let at = |axis: usize| start[axis] + i * column[axis] + j * row[axis] - 0.5;
        between(mask, at(0), at(1))
    })
}

/// Coverage between pixel centres; nothing outside the mask.
fn between(mask: &Mask, x: f32, y: f32) -> u8 {
    let (x0, y0) = (x.floor(), y.floor());
    let (fx, fy) = (x - x0, y - y0);
    let at = |dx: f32, dy: f32| {
        let (x, y) = (x0 + dx, y0 + dy);
        if x < 0.0 || y < 0.0 { 0.0 } else { f32::from(mask.get(x as usize, y as usize)) }
    };
    let row = |dy: f32| at(0.0, dy) * (1.0 - fx) + at(1.0, dy) * fx;
    (row(0.0) * (1.0 - fy) + row(1.0) * fy).round() as u8
}

impl Object {
    /// The pixels outside of which it covers nothing.
    pub fn bounds(&self) -> Rect {
        self.parts.iter().fold(Rect::EMPTY, |rect, part| rect.union(part.mask.rect()))
    }

    /// Whether it covers a pixel.
    pub fn covers(&self, x: usize, y: usize) -> bool {
        self.parts.iter().any(|part| part.mask.get(x, y) >= SOLID)
    }

    /// All that it covers, as one mask.
    pub fn silhouette(&self) -> Mask {
        self.parts.iter().fold(Mask::default(), |all, part| all.union(&part.mask))
    }

    /// The same object standing elsewhere, with masks to match, one for each part.
    #[must_use]
    pub fn standing(&self, placement: Placement, masks: impl IntoIterator<Item = Arc<Mask>>) -> Self {
        let parts = self.parts.iter().zip(masks).map(|(part, mask)| Part { ink: part.ink, mask }).collect();
        Self { placement, parts, ..self.clone() }
    }

    /// Draws it onto a canvas within a rectangle; where pixels are colours, half covered ones are mixed.
    pub(super) fn draw(&self, canvas: &mut Canvas, rect: Rect) {
        let mixes = !canvas.kind().is_labels();
        for part in &self.parts {
            for_rows(&part.mask, rect, |y, left, right, coverage| {
                for (pixel, &coverage) in canvas.row_mut(y, left, right).iter_mut().zip(coverage) {
                    if mixes && coverage < 255 {
                        *pixel = mixed(*pixel, part.ink, coverage);
                    } else if coverage >= SOLID {
                        *pixel = part.ink;
                    }
                }
            });
        }
    }

    /// Writes its instance ids into a map of this width.
    pub(super) fn number(&self, ids: &mut [u32], width: usize, rect: Rect) {
        for part in &self.parts {
            for_rows(&part.mask, rect, |y, left, right, coverage| {
                for (id, _) in ids[y * width + left..y * width + right].iter_mut().zip(coverage).filter(|(_, c)| **c >= SOLID) {
                    *id = part.ink * 1000 + self.instance % 1000;
                }
            });
        }
    }
}

/// Calls `row(y, left, right, coverage)` for each row of a mask within a rectangle.
fn for_rows(mask: &Mask, rect: Rect, mut row: impl FnMut(usize, usize, usize, &[u8])) {
    let both = mask.rect().intersection(rect);
    for y in both.top..both.bottom {
        let first = both.left - mask.rect().left;
        row(y, both.left, both.right, &mask.row(y)[first..first + both.width()]);
    }
}

/// A colour over another.
fn mixed(under: Ink, over: Ink, coverage: u8) -> Ink {
    let (under, over, share) = (under.to_be_bytes(), over.to_be_bytes(), u32::from(coverage));
    let mix = |i: usize| ((u32::from(under[i]) * (255 - share) + u32::from(over[i]) * share + 127) / 255) as u8;
    Ink::from_be_bytes([0, mix(1), mix(2), mix(3)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square() -> Shape {
        Shape::free(vec![Arc::new(Mask::filled(Rect { left: 10, top: 10, right: 20, bottom: 30 }))]).unwrap()
    }

    fn origin(shape: &Shape) -> Placement {
        let Shape::Free { origin, .. } = shape else { unreachable!("a free shape") };
        *origin
    }

    #[test]
    fn a_move_by_whole_pixels_keeps_the_shape() {
        let shape = square();
        let bounds = Rect::from_size(100, 100);
        let placed = shape.placed(&origin(&shape).moved([30.0, 7.0]), bounds).unwrap();
        let solid = |x, y| placed[0].get(x, y) == 255;
        assert!(solid(40, 17) && solid(49, 36) && !solid(50, 36) && !solid(39, 17) && !solid(40, 16));
        let back = shape.placed(&origin(&shape), bounds).unwrap();
        assert_eq!(back[0].rect(), Rect { left: 10, top: 10, right: 20, bottom: 30 });
    }

    #[test]
    fn a_quarter_turn_swaps_the_sides_and_a_cut_loses_nothing() {
        let shape = square();
        let bounds = Rect::from_size(100, 100);
        let turned = origin(&shape).rotated(std::f32::consts::FRAC_PI_2, [15.0, 20.0]);
        let mask = &shape.placed(&turned, bounds).unwrap()[0];
        assert_eq!(mask.coverage().iter().filter(|c| **c >= SOLID).count(), 200);
        assert!(mask.get(6, 16) >= SOLID && mask.get(24, 24) >= SOLID && mask.get(15, 12) < SOLID);
        // Half outside and back.
        let outside = origin(&shape).moved([-15.0, 0.0]);
        assert!(shape.placed(&outside, bounds).unwrap()[0].rect().width() <= 6);
        assert_eq!(shape.placed(&origin(&shape), bounds).unwrap()[0].coverage().len(), 200);
    }

    #[test]
    fn an_empty_mask_is_no_shape() {
        assert_eq!(Shape::free(vec![Arc::new(Mask::default())]), None);
        let nothing = Mask::new(Rect::from_size(2, 2), vec![0; 4]).unwrap();
        assert_eq!(Shape::free(vec![Arc::new(nothing)]), None);
    }
}
