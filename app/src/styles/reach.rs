//! Where a style applies: everywhere, on chosen labels or objects, in a region.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Step, region};
use crate::document::{Mask, Object, Rect};

/// The part of a picture that a style changes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// All of it.
    #[default]
    Everywhere,
    /// What is painted with these labels.
    Labels(Vec<u8>),
    /// Where the objects with these ids are seen, wherever they move.
    Objects(Vec<u64>),
    /// A selected part of the canvas, in canvas pixels.
    #[serde(with = "region")]
    Region(Arc<Mask>),
}

/// What a reach is measured on: a picture's size, and what the canvas holds at that size.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'a> {
    /// Columns of the picture.
    pub width: usize,
    /// Rows of the picture.
    pub height: usize,
    /// Canvas pixels for one of the picture's: 1, or 2 for a preview of half the size.
    pub scale: usize,
    /// The label of each pixel, for drawings that have labels.
    pub labels: Option<&'a [u8]>,
    /// The objects that are drawn, from below to above, in canvas pixels.
    pub objects: &'a [Arc<Object>],
}

impl Step {
    /// How far the style reaches at each pixel; `None` is everywhere.
    pub fn coverage(&self, ground: &Ground<'_>) -> Option<Mask> {
        let Ground { width, height, scale, labels, objects } = *ground;
        let bounds = Rect::from_size(width, height);
        let mask = match &self.reach {
            Reach::Everywhere if self.inverted => return Some(Mask::default()),
            Reach::Everywhere => return None,
            Reach::Labels(chosen) => match labels {
                Some(labels) => labelled(labels, chosen, bounds),
                // A picture without labels has nothing that is labelled so.
                None => Mask::default(),
            },
            Reach::Objects(chosen) => shrunk(&seen(objects, chosen), bounds, scale),
            Reach::Region(region) => shrunk(region, bounds, scale),
        };
        let mask = mask.feathered(self.feather_px.div_ceil(scale) * usize::from(self.feather_px > 0), bounds);
        Some(if self.inverted { Mask::filled(bounds).difference(&mask) } else { mask })
    }
}

/// Full coverage where a pixel has one of the labels.
fn labelled(labels: &[u8], chosen: &[u8], bounds: Rect) -> Mask {
    let mut covers = [0; 256];
    for id in chosen {
        covers[usize::from(*id)] = 255;
    }
    Mask::new(bounds, labels.iter().map(|id| covers[usize::from(*id)]).collect()).unwrap_or_default()
}

/// What is seen of some objects: what lies over them is left out.
fn seen(objects: &[Arc<Object>], chosen: &[u64]) -> Mask {
    objects.iter().fold(Mask::default(), |mask, object| {
        if chosen.contains(&object.id) {
            mask.union(&object.silhouette())
        } else if object.bounds().intersection(mask.rect()).is_empty() {
            mask
        } else {
            mask.difference(&object.silhouette())
        }
    })
}

/// A mask of canvas pixels as one of a picture with a pixel for `scale` of them, cut at the picture.
fn shrunk(mask: &Mask, bounds: Rect, scale: usize) -> Mask {
    if scale > 1 {
        return Mask::from_fn(bounds, |x, y| mask.get(x * scale, y * scale));
    }
    let rect = mask.rect().intersection(bounds);
    if rect == mask.rect() { mask.clone() } else { Mask::from_fn(rect, |x, y| mask.get(x, y)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Part, Shape};

    const LABELS: [u8; 12] = [7, 7, 21, 21, 7, 7, 21, 21, 7, 23, 23, 21];

    fn ground(labels: Option<&[u8]>) -> Ground<'_> {
        Ground { width: 4, height: 3, scale: 1, labels, objects: &[] }
    }

    fn step(reach: Reach) -> Step {
        Step { reach, feather_px: 0, ..Step::new("style") }
    }

    fn all(mask: &Mask) -> Vec<u8> {
        (0..3).flat_map(|y| (0..4).map(move |x| mask.get(x, y))).collect()
    }

    #[test]
    fn labels_are_reached_and_the_rest_when_inverted() {
        let mut step = step(Reach::Labels(vec![21, 23]));
        let reached = step.coverage(&ground(Some(&LABELS))).unwrap();
        assert_eq!(all(&reached), LABELS.map(|id| if id == 7 { 0 } else { 255 }));
        step.inverted = true;
        let rest = step.coverage(&ground(Some(&LABELS))).unwrap();
        assert_eq!(all(&rest), LABELS.map(|id| if id == 7 { 255 } else { 0 }));
        step.inverted = false;
        assert!(step.coverage(&ground(None)).unwrap().is_empty(), "a sketch has no labels");
    }

    #[test]
    fn a_region_is_scaled_for_previews_and_cut_at_the_picture() {
        let region = step(Reach::Region(Arc::new(Mask::filled(Rect { left: 4, top: 2, right: 80, bottom: 6 }))));
        let half = region.coverage(&Ground { scale: 2, ..ground(None) }).unwrap();
        assert_eq!(all(&half), [0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 255, 255]);
        let outside = step(Reach::Region(Arc::new(Mask::filled(Rect { left: 50, top: 2, right: 80, bottom: 6 }))));
        assert!(outside.coverage(&ground(None)).unwrap().is_empty());
    }

    #[test]
    fn objects_are_reached_where_they_are_seen() {
        let object = |id, left, right| {
            let mask = Arc::new(Mask::filled(Rect { left, top: 0, right, bottom: 2 }));
            let shape = Shape::free(vec![mask.clone()]).unwrap();
            let Shape::Free { origin: placement, .. } = shape else { unreachable!("a free shape") };
            let parts = vec![Part { ink: 26, mask }];
            Arc::new(Object {
                id,
                name: String::new(),
                shape,
                placement,
                parts,
                instance: id as u32,
                visible: true,
                locked: false,
            })
        };
        let objects = [object(1, 0, 3), object(2, 2, 4)];
        let reached = |chosen: &[u64]| {
            let step = step(Reach::Objects(chosen.to_vec()));
            all(&step.coverage(&Ground { objects: &objects, ..ground(None) }).unwrap())
        };
        assert_eq!(reached(&[1]), [255, 255, 0, 0, 255, 255, 0, 0, 0, 0, 0, 0], "the other lies over its right");
        assert_eq!(reached(&[2]), [0, 0, 255, 255, 0, 0, 255, 255, 0, 0, 0, 0]);
        assert_eq!(reached(&[1, 2]), [255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0]);
        assert!(reached(&[7]).iter().all(|coverage| *coverage == 0), "it was deleted");
    }

    #[test]
    fn everywhere_needs_no_mask_and_nowhere_is_empty() {
        let mut everywhere = step(Reach::Everywhere);
        assert_eq!(everywhere.coverage(&ground(None)), None);
        everywhere.inverted = true;
        assert!(everywhere.coverage(&ground(None)).unwrap().is_empty());
    }
}
