//! Choosing how objects look.

use daub_models::Model;
use daub_models::looks::{Look, Looks, Object};
use daub_models::style::Style;

use super::{OpenDrawing, State};
use crate::action::{Effect, LookAction};
use crate::document::Rect;
use crate::io::dialogs::Purpose;
use crate::paint::Point;

/// The object whose looks are offered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Offered {
    /// The drawing that it is in.
    pub drawing: u64,
    /// The object; with a model that reads a code it stands for the whole picture.
    pub object: Object,
    /// Where it was asked for, in canvas pixels.
    pub at: Point,
    /// The rectangle around the object in canvas pixels.
    pub bounds: Rect,
}

/// Whether a model paints each object in a look of its own.
pub fn has_object_looks(model: Option<&Model>) -> bool {
    model.is_some_and(|model| model.card.architecture.feature_channels > 0)
}

/// Whether a model leaves anything open that a look settles: object styles, or a code for the whole picture.
pub fn has_looks(model: Option<&Model>) -> bool {
    has_object_looks(model) || model.is_some_and(|model| model.card.architecture.code_channels > 0)
}

impl OpenDrawing {
    /// The object that each pixel belongs to; drawings without labels are one object.
    pub fn instances(&self) -> Vec<u32> {
        let pixels = self.document.composite().pixels();
        if self.document.composite().kind().is_labels() { self.document.instance_map() } else { vec![0; pixels.len()] }
    }

    /// Changes looks as one step of undo.
    fn change_looks(&mut self, change: impl FnOnce(&mut Looks, &[u32], usize)) {
        let (instances, width) = (self.instances(), self.document.composite().width());
        self.document.edit_extras(|extras| change(&mut extras.looks, &instances, width));
    }
}

impl State {
    pub(super) fn look(&mut self, action: LookAction) -> Vec<Effect> {
        match action {
            LookAction::Offer(at) => self.offered = self.object_at(at),
            LookAction::Close => self.offered = None,
            LookAction::Choose(choice) => {
                let Some(Offered { object, .. }) = self.offered else { return Vec::new() };
                let look = choice.map(Look::Usual);
                self.drawing_mut().change_looks(|looks, instances, width| looks.choose(object, look, instances, width));
            }
            LookAction::Shuffle => self.drawing_mut().change_looks(|looks, _, _| {
                looks.seed = looks.seed.wrapping_add(1);
                // A code that was measured would hide the seed.
                looks.code = None;
            }),
            LookAction::Reset => self.drawing_mut().change_looks(|looks, _, _| *looks = Looks::default()),
            LookAction::StyleFromPhoto => {
                self.styled = None;
                return vec![Effect::Ask(self.question(Purpose::StylePhoto))];
            }
            LookAction::ObjectFromPhoto => {
                self.styled = self.offered.map(|offered| offered.object);
                return vec![Effect::Ask(self.question(Purpose::StylePhoto))];
            }
            LookAction::Measured { drawing, object, style } => {
                let Some(drawing) = self.drawings.iter_mut().find(|open| open.id == drawing) else { return Vec::new() };
                drawing.change_looks(|looks, instances, width| match (object, style) {
                    (Some(object), Style::Objects(styles)) => {
                        let look = styles.get(&object.id()).cloned().map(Look::Own);
                        looks.choose(object, look, instances, width);
                    }
                    (_, style) => looks.wear(style, None),
                });
            }
        }
        Vec::new()
    }

    fn object_at(&self, at: Point) -> Option<Offered> {
        let drawing = self.drawing();
        let canvas = drawing.document.composite();
        let inside = at.x >= 0.0 && at.y >= 0.0 && at.x < canvas.width() as f32 && at.y < canvas.height() as f32;
        if !inside || !has_looks(drawing.model.as_deref()) {
            return None;
        }
        let (instances, width) = (drawing.instances(), canvas.width());
        let object = Object::at(&instances, width, at.x as usize, at.y as usize)?;
        let bounds = if has_object_looks(drawing.model.as_deref()) {
            let pixel = |at: usize| {
                let (left, top) = (at % width, at / width);
                Rect { left, top, right: left + 1, bottom: top + 1 }
            };
            object.pixels(&instances, width).into_iter().fold(Rect::EMPTY, |all, at| all.union(pixel(at)))
        } else {
            canvas.bounds()
        };
        Some(Offered { drawing: drawing.id, object, at, bounds })
    }
}
