//! From shapes and placements to masks.

use std::sync::Arc;

use daub_models::card::Label;

use crate::document::{Document, Ink, Kind, Mask, NewObject, Object, Part, Placement, Rect, SOLID, Shape};
use crate::stamps::{Library, Stamp};
use crate::text::Language;

/// Width of the outlines of a stamp on a sketch, in canvas pixels.
const LINE_PX: f32 = 2.0;

/// Inks of a stamp on a sketch: what its outlines enclose, and the outlines.
const SKETCH_INKS: [Ink; 2] = [0x00ff_ffff, 0];

/// What a picture shows from top to bottom where no horizon tells how far things are, in metres: the front of a house.
const USUAL_VIEW_M: f32 = 12.0;

/// How high the camera is that looks at a street, in metres: things whose foot is as far below the horizon as the ground
/// beneath it are that high.
const CAMERA_M: f32 = 1.4;

/// The masks of a stamp's parts at a placement: label by label, or, for a sketch, its inside and its outlines.
fn masks_of(stamp: &Stamp, kept: &[usize], placement: &Placement, bounds: Rect) -> Vec<Arc<Mask>> {
    let all: Vec<Mask> = stamp.silhouette(placement, bounds).into_iter().map(|(_, mask)| mask).collect();
    if kept.is_empty() {
        let inside = all.iter().fold(Mask::default(), |inside, mask| inside.union(mask));
        return vec![Arc::new(inside), Arc::new(stamp.lines(placement, LINE_PX, bounds))];
    }
    let mut all: Vec<Option<Mask>> = all.into_iter().map(Some).collect();
    kept.iter().map(|part| Arc::new(all.get_mut(*part).and_then(Option::take).unwrap_or_default())).collect()
}

/// The object standing at another placement.
pub(super) fn placed(object: &Object, placement: Placement, bounds: Rect, library: &Library) -> Object {
    if placement == object.placement {
        return object.clone();
    }
    if let Shape::Stamp { name, parts } = &object.shape
        && let Some(stamp) = library.find(name)
    {
        return object.standing(placement, masks_of(stamp, parts, &placement, bounds));
    }
    // A stamp that this program does not have goes on as the masks that it has.
    let masks = || object.parts.iter().map(|part| part.mask.clone()).collect();
    let shape = match &object.shape {
        free @ Shape::Free { .. } => free.clone(),
        Shape::Stamp { .. } => Shape::Free { masks: masks(), origin: object.placement },
    };
    let masks = shape.placed(&placement, bounds).unwrap_or_default();
    Object { shape, ..object.standing(placement, masks) }
}

/// A stamp at a placement; `None` when the drawing has no ink for it.
pub(in crate::state) fn stamped(
    stamp: &Stamp,
    placement: Placement,
    document: &Document,
    labels: &[Label],
    language: Language,
) -> Option<NewObject> {
    let bounds = document.canvas().bounds();
    let (parts, inks): (Vec<usize>, Vec<Ink>) = match document.canvas().kind() {
        Kind::Labels(_) => {
            let inks = stamp.inks(labels)?;
            inks.into_iter().enumerate().filter_map(|(part, ink)| Some((part, ink?))).unzip()
        }
        Kind::Sketch | Kind::Photo => (Vec::new(), SKETCH_INKS.into()),
    };
    let masks = masks_of(stamp, &parts, &placement, bounds);
    let shape = Shape::Stamp { name: stamp.name.clone(), parts };
    let parts = inks.into_iter().zip(masks).map(|(ink, mask)| Part { ink, mask }).collect();
    Some(NewObject { name: stamp.title.of(language).to_owned(), shape, placement, parts })
}

/// How high a stamp is in life at its foot's distance below the horizon; where that says nothing, as on the
/// front of a house.
pub(in crate::state) fn natural_height_px(stamp: &Stamp, foot: [f32; 2], document: &Document) -> f32 {
    let (horizon, height) = (document.extras().horizon, document.canvas().height() as f32);
    let below = foot[1] - horizon.y;
    let height_px =
        if horizon.on && below > 0.0 { below * stamp.height_m / CAMERA_M } else { height * stamp.height_m / USUAL_VIEW_M };
    // Neither a dot nor larger than the picture.
    height_px.clamp(height * 0.02, height * 1.5)
}

/// What is painted within a selection, one mask for each ink, the most common first.
///
/// Colours are many; beyond 16 the rest counts as the one that is most common.
pub(super) fn inks_within(document: &Document, selection: &Mask) -> Vec<(Ink, Mask)> {
    const MOST: usize = 16;
    let canvas = document.composite();
    let rect = selection.rect().intersection(canvas.bounds());
    let chosen = |x: usize, y: usize| selection.get(x, y) >= SOLID;
    let mut counts = std::collections::BTreeMap::<Ink, usize>::new();
    for y in rect.top..rect.bottom {
        for x in (rect.left..rect.right).filter(|x| chosen(*x, y)) {
            *counts.entry(canvas.get(x, y).unwrap_or(0)).or_default() += 1;
        }
    }
    let mut inks: Vec<(Ink, usize)> = counts.into_iter().collect();
    inks.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    inks.truncate(MOST);
    let rank = |ink: Ink| inks.iter().position(|(known, _)| *known == ink).unwrap_or(0);
    let mask = |place: usize| {
        let covered = |x: usize, y: usize| chosen(x, y) && canvas.get(x, y).is_some_and(|ink| rank(ink) == place);
        Mask::from_fn(rect, |x, y| if covered(x, y) { 255 } else { 0 })
    };
    inks.iter().enumerate().map(|(place, (ink, _))| (*ink, mask(place))).collect()
}
