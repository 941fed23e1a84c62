//! Outlines of objects, kept from frame to frame while they stay the same.

use std::hash::{Hash, Hasher};

use egui::cache::{ComputerMut, FrameCache};

use crate::document::{Mask, Object, SOLID};

/// A straight piece of an outline, in canvas pixels.
pub(super) type Segment = [[f32; 2]; 2];

/// The outline of an object as pieces along the edges of its pixels.
pub(super) fn of_object(context: &egui::Context, object: &Object) -> Vec<Segment> {
    context.memory_mut(|memory| memory.caches.cache::<Outlines>().get(Covered(object)).clone())
}

type Outlines = FrameCache<Vec<Segment>, Outliner>;

/// An object that is the same as another when it covers the same.
#[derive(Clone, Copy)]
struct Covered<'a>(&'a Object);

impl Hash for Covered<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for part in &self.0.parts {
            let rect = part.mask.rect();
            (rect.left, rect.top, rect.right, rect.bottom).hash(state);
            state.write(part.mask.coverage());
        }
    }
}

#[derive(Default)]
struct Outliner;

impl ComputerMut<Covered<'_>, Vec<Segment>> for Outliner {
    fn compute(&mut self, Covered(object): Covered<'_>) -> Vec<Segment> {
        outline(&object.silhouette())
    }
}

/// Where solid pixels meet others, in pieces as long as they are straight.
fn outline(mask: &Mask) -> Vec<Segment> {
    let rect = mask.rect();
    let solid = |x: Option<usize>, y: Option<usize>| x.zip(y).is_some_and(|(x, y)| mask.get(x, y) >= SOLID);
    let mut segments = Vec::new();
    for y in rect.top..=rect.bottom {
        let edge = |x: usize| solid(Some(x), y.checked_sub(1)) != solid(Some(x), Some(y));
        runs(rect.left..rect.right, edge, |from, to| segments.push([[from as f32, y as f32], [to as f32, y as f32]]));
    }
    for x in rect.left..=rect.right {
        let edge = |y: usize| solid(x.checked_sub(1), Some(y)) != solid(Some(x), Some(y));
        runs(rect.top..rect.bottom, edge, |from, to| segments.push([[x as f32, from as f32], [x as f32, to as f32]]));
    }
    segments
}

/// Calls `found(from, to)` for every run of places that hold.
fn runs(places: std::ops::Range<usize>, holds: impl Fn(usize) -> bool, mut found: impl FnMut(usize, usize)) {
    let mut start = None;
    for at in places.clone() {
        match (start, holds(at)) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                found(from, at);
                start = None;
            }
            _ => {}
        }
    }
    if let Some(from) = start {
        found(from, places.end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Rect;

    #[test]
    fn a_square_has_four_edges_and_a_hole_four_more() {
        let square = Rect { left: 2, top: 3, right: 8, bottom: 9 };
        assert_eq!(outline(&Mask::filled(square)).len(), 4);
        let ring = Mask::filled(square).difference(&Mask::filled(Rect { left: 4, top: 5, right: 6, bottom: 7 }));
        let segments = outline(&ring);
        assert_eq!(segments.len(), 8);
        assert!(segments.contains(&[[2.0, 3.0], [8.0, 3.0]]) && segments.contains(&[[4.0, 5.0], [4.0, 7.0]]));
    }
}
