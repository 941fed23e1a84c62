//! Inputs of one revision after another: what did not change since an earlier one is not gathered again.

use std::sync::Arc;

use daub_models::Input;
use daub_models::architecture::Architecture;

use super::Stamp;
use super::input::{hint_planes, reads_instances};
use crate::document::{Document, Hint, Kind, Layer, Rect};

/// The planes that were gathered last. The window's thread writes only the part of a plane that has changed, into one
/// that no request holds any more.
#[derive(Default)]
pub struct Gatherer {
    labels: Planes<u8>,
    rgb: Planes<u8>,
    instances: Planes<u32>,
    hints: Option<Hints>,
}

/// The hints that were drawn last, into a picture of this size.
struct Hints {
    dots: Vec<Hint>,
    size: (usize, usize),
    planes: Arc<[f32]>,
}

impl Gatherer {
    /// What a generator reads of a drawing: labels or colours, and what else the network asks for and the drawing has.
    ///
    /// Networks that read instances get those of the objects; without objects each label counts as one thing. Hints are
    /// given when there are any, for networks that read them. `id` tells documents apart that follow each other.
    pub fn gather(&mut self, id: u64, document: &Document, architecture: &Architecture) -> Input {
        let stamp = Stamp { document: id, revision: document.picture_revision() };
        let canvas = document.composite();
        let (width, height) = (canvas.width(), canvas.height());
        let mut input = match canvas.kind() {
            Kind::Labels(_) => {
                let write = |labels: &mut [u8], rect: Rect| {
                    for y in rect.top..rect.bottom {
                        let row = &mut labels[y * width + rect.left..y * width + rect.right];
                        row.iter_mut().zip(canvas.row(y, rect.left, rect.right)).for_each(|(label, ink)| *label = *ink as u8);
                    }
                };
                Input::from_labels(width, height, self.labels.at(stamp, document, 1, write))
            }
            Kind::Sketch | Kind::Photo => {
                let write = |rgb: &mut [u8], rect: Rect| {
                    for y in rect.top..rect.bottom {
                        let row = rgb[(y * width + rect.left) * 3..(y * width + rect.right) * 3].as_chunks_mut::<3>().0;
                        let inks = canvas.row(y, rect.left, rect.right);
                        row.iter_mut()
                            .zip(inks)
                            .for_each(|(colour, ink)| [_, colour[0], colour[1], colour[2]] = ink.to_be_bytes());
                    }
                };
                Input::from_rgb(width, height, self.rgb.at(stamp, document, 3, write))
            }
        };
        if reads_instances(architecture) && input.labels.is_some() && !document.objects().is_empty() {
            let write = |ids: &mut [u32], rect| document.number_instances(ids, rect);
            input.instances = Some(self.instances.at(stamp, document, 1, write));
        }
        let extras = document.extras();
        if extras.layers[Layer::Hints].visible && !extras.hints.is_empty() {
            input.hints = Some(self.hints(&extras.hints, (width, height)));
        }
        input
    }

    fn hints(&mut self, hints: &[Hint], size: (usize, usize)) -> Arc<[f32]> {
        let same = |kept: &&Hints| kept.size == size && kept.dots == hints;
        if let Some(kept) = self.hints.as_ref().filter(same) {
            return kept.planes.clone();
        }
        let planes: Arc<[f32]> = hint_planes(hints, size.0, size.1).into();
        self.hints = Some(Hints { dots: hints.to_vec(), size, planes: planes.clone() });
        planes
    }
}

/// As many planes can be in other hands: of the request that waits, the one that is painted, and those that the painter
/// keeps to see what has changed.
const MOST: usize = 5;

/// Planes of one sort, the latest last.
struct Planes<T> {
    kept: Vec<(Stamp, Arc<[T]>)>,
}

impl<T> Default for Planes<T> {
    fn default() -> Self {
        Self { kept: Vec::new() }
    }
}

impl<T: Copy + Default> Planes<T> {
    /// The plane of a document as it is now, with `depth` values a pixel; `write` brings a rectangle up to date.
    fn at(&mut self, stamp: Stamp, document: &Document, depth: usize, mut write: impl FnMut(&mut [T], Rect)) -> Arc<[T]> {
        let bounds = document.composite().bounds();
        let length = bounds.width() * bounds.height() * depth;
        self.kept.retain(|(known, plane)| known.document == stamp.document && plane.len() == length);
        if let Some((_, plane)) = self.kept.last().filter(|(known, _)| *known == stamp) {
            return plane.clone();
        }
        let free = self.kept.iter_mut().rposition(|(_, plane)| Arc::get_mut(plane).is_some());
        let (since, mut plane) = match (free.map(|at| self.kept.remove(at)), self.kept.last()) {
            (Some((known, plane)), _) => (Some(known.revision), plane),
            // All are in other hands: the latest is copied.
            (None, Some((known, plane))) => (Some(known.revision), Arc::from(&plane[..])),
            (None, None) => (None, Arc::from(vec![T::default(); length])),
        };
        let changed = since.map_or_else(|| vec![bounds], |revision| document.changed_since(revision));
        // No one else holds it, so nothing is copied here.
        let values = Arc::make_mut(&mut plane);
        for rect in changed {
            write(values, rect);
        }
        if self.kept.len() >= MOST {
            self.kept.remove(0);
        }
        self.kept.push((stamp, plane.clone()));
        plane
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use daub_models::architecture::{Family, InputKind};
    use daub_models::random::Draws;

    use super::*;
    use crate::document::{Canvas, Mask, NewObject, Part, Shape};
    use crate::generate::input_of_document;
    use crate::paint::{self, Fill, Point};

    fn network() -> Architecture {
        let architecture = Architecture::new(Family::Pix2pixhdGlobal, InputKind::Labels, 35, 64, 4, 9);
        Architecture { instance_edges: true, ..architecture }
    }

    fn square(draws: &mut Draws) -> NewObject {
        let (left, top) = ((draws.uniform() * 80.0) as usize, (draws.uniform() * 50.0) as usize);
        let mask = Arc::new(Mask::filled(Rect { left, top, right: left + 12, bottom: top + 9 }));
        let shape = Shape::free(vec![mask.clone()]).unwrap();
        let Shape::Free { origin: placement, .. } = shape else { unreachable!("a free shape") };
        NewObject { name: "square".into(), shape, placement, parts: vec![Part { ink: 26, mask }] }
    }

    fn change(document: &mut Document, draws: &mut Draws) {
        let at = Point { x: draws.uniform() * 100.0, y: draws.uniform() * 64.0 };
        match (draws.uniform() * 6.0) as usize {
            0 => drop(document.add_object(square(draws))),
            1 => document.edit_objects(|objects| drop(objects.pop())),
            2 => document.undo(),
            3 => document.redo(),
            4 => document.edit_objects(|objects| objects.reverse()),
            ink => document.draw(|canvas, _| paint::brush_segment(canvas, at, at, 5.0, Fill::Ink(ink as u32))),
        }
    }

    #[test]
    fn what_is_gathered_bit_by_bit_is_what_is_gathered_at_once() {
        for kind in [Kind::Labels("cityscapes-35".into()), Kind::Photo] {
            let mut document = Document::new("test", Canvas::new(kind, 100, 64, 7));
            let (mut gatherer, mut draws, mut held) = (Gatherer::default(), Draws::new(1, 1), VecDeque::new());
            for round in 0..400 {
                change(&mut document, &mut draws);
                if draws.uniform() < 0.6 {
                    continue;
                }
                let input = gatherer.gather(1, &document, &network());
                assert_eq!(input, input_of_document(&document, &network()), "round {round}");
                // Requests hold their inputs for a while, sometimes more of them than planes are kept.
                held.push_back((input.clone(), document.composite().clone()));
                held.truncate((draws.uniform() * 9.0) as usize);
            }
        }
    }

    #[test]
    fn planes_that_others_hold_stay_as_they_were() {
        let mut document = Document::new("test", Canvas::new(Kind::Labels("cityscapes-35".into()), 100, 64, 7));
        let mut gatherer = Gatherer::default();
        let inputs: Vec<Input> = (0..12)
            .map(|ink| {
                let at = Point { x: 50.0, y: 30.0 };
                document.draw(|canvas, _| paint::brush_segment(canvas, at, at, 5.0, Fill::Ink(ink)));
                gatherer.gather(1, &document, &network())
            })
            .collect();
        for (ink, input) in inputs.iter().enumerate() {
            assert_eq!(input.labels.as_ref().map(|labels| usize::from(labels[30 * 100 + 50])), Some(ink));
        }
        let again = gatherer.gather(1, &document, &network());
        let same = again.labels.as_ref().zip(inputs[11].labels.as_ref());
        assert!(same.is_some_and(|(a, b)| Arc::ptr_eq(a, b)), "nothing changed, so nothing is gathered");
    }

    #[test]
    fn another_drawing_begins_anew() {
        let kind = Kind::Labels("cityscapes-35".into());
        let mut gatherer = Gatherer::default();
        for (id, ink) in [(1, 7), (2, 9), (1, 7)] {
            let document = Document::new("test", Canvas::new(kind.clone(), 20, 10, ink));
            let input = gatherer.gather(id, &document, &network());
            assert_eq!(input.labels.as_deref(), Some(&[ink as u8; 200][..]));
        }
    }
}
