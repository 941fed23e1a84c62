//! The objects of the drawing that is shown: adding, selecting, changing.
//!
//! What is selected belongs to the open drawing and not to its history.

mod gesture;
mod placing;

pub use gesture::ObjectGesture;
pub(super) use placing::{natural_height_px, stamped};

use std::sync::Arc;

use super::{OpenDrawing, State};
use crate::action::{ObjectAction, Order};
use crate::document::{Document, Layer, MAX_OBJECTS, Mask, NewObject, Object, Part, Placement, Rect, SOLID, Shape};
use crate::text::{Text, text};
use crate::tool::Tool;

const LOCKED: Text = text("The objects are locked or hidden: see the layers", "对象层已锁定或隐藏：请查看图层面板");
const TOO_MANY: Text = text("There can be no more than 1000 objects", "对象最多 1000 个");
const UNSUITABLE: Text = text("This stamp has no label in the drawing's label set", "此图章在当前标签集中没有对应标签");
const NOTHING: Text = text("Select a part of the drawing first", "请先选择画面的一部分");
const MASK: Text = text("Shape", "形状");

impl OpenDrawing {
    /// The selected objects, from below to above.
    pub fn selected_objects(&self) -> impl Iterator<Item = &Arc<Object>> {
        self.document.objects().iter().filter(|object| self.selected.contains(&object.id))
    }

    /// The pixels around all selected objects.
    pub fn frame_of_objects(&self) -> Rect {
        self.selected_objects().fold(Rect::EMPTY, |rect, object| rect.union(object.bounds()))
    }

    /// Those selected objects that may be changed.
    fn changeable(&self) -> Vec<u64> {
        let layer = self.document.extras().layers[Layer::Objects];
        self.selected_objects()
            .filter(|object| !object.locked && !layer.locked && layer.visible)
            .map(|object| object.id)
            .collect()
    }
}

impl State {
    pub(super) fn apply_to_objects(&mut self, action: ObjectAction) {
        match action {
            ObjectAction::Press { place, handle, add } => self.press_objects(place, handle, add),
            ObjectAction::AddStamp { name, foot } => self.add_stamp(&name, foot),
            ObjectAction::AddMask(mask) => {
                let ink = self.drawing().ink;
                self.add_masks(vec![(ink, mask)]);
            }
            ObjectAction::Lift => self.lift(),
            ObjectAction::Select(ids) => self.drawing_mut().selected = ids,
            ObjectAction::Toggle(id) => toggle(&mut self.drawing_mut().selected, id),
            ObjectAction::SelectAll => {
                let free = self.drawing().document.objects().iter().filter(|object| !object.locked);
                let ids = free.map(|object| object.id).collect();
                self.drawing_mut().selected = ids;
                self.tool = Tool::Objects;
            }
            ObjectAction::Nudge(by) => {
                let horizon = self.drawing().document.extras().horizon;
                self.place_each(|object| gesture::walked(object.placement, by, horizon));
            }
            ObjectAction::Reorder(order) => {
                let ids = self.drawing().changeable();
                self.drawing_mut().document.edit_objects(|objects| reorder(objects, &ids, order));
            }
            ObjectAction::Flip => {
                let frame = self.drawing().frame_of_objects();
                let middle = f32::midpoint(frame.left as f32, frame.right as f32);
                self.place_each(|object| object.placement.mirrored(middle));
            }
            ObjectAction::Duplicate => self.duplicate(),
            ObjectAction::Delete => {
                let ids = self.drawing().changeable();
                self.drawing_mut().document.edit_objects(|objects| objects.retain(|object| !ids.contains(&object.id)));
            }
            ObjectAction::Burn => {
                let ids = self.drawing().changeable();
                self.drawing_mut().document.flatten(&ids);
            }
            ObjectAction::Relabel { part, ink } => {
                let ids = self.drawing().changeable();
                self.change(&ids, |object| {
                    if let Some(part) = object.parts.get_mut(part) {
                        part.ink = ink;
                    }
                });
            }
            ObjectAction::Rename(id, name) => {
                self.drawing_mut().document.go_on();
                self.change(&[id], |object| object.name.clone_from(&name));
            }
            ObjectAction::Place(id, placement) => self.place(&[(id, placement.sane())], true),
            ObjectAction::Show(id, visible) => self.change(&[id], |object| object.visible = visible),
            ObjectAction::Lock(id, locked) => self.change(&[id], |object| object.locked = locked),
            ObjectAction::MoveHorizon(y) => {
                let document = &mut self.drawing_mut().document;
                let y = y.clamp(0.0, document.canvas().height() as f32);
                document.go_on();
                document.edit_extras(|extras| extras.horizon.y = y);
            }
            ObjectAction::UseHorizon(on) => self.drawing_mut().document.edit_extras(|extras| extras.horizon.on = on),
        }
        let document = &self.drawing().document;
        let there: Vec<u64> = document.objects().iter().map(|object| object.id).collect();
        self.drawing_mut().selected.retain(|id| there.contains(id));
    }

    /// Changes objects as one step of undo.
    fn change(&mut self, ids: &[u64], change: impl Fn(&mut Object)) {
        self.drawing_mut().document.edit_objects(|objects| {
            objects.iter_mut().filter(|object| ids.contains(&object.id)).for_each(|object| change(Arc::make_mut(object)));
        });
    }

    /// Places every selected object anew.
    fn place_each(&mut self, placement: impl Fn(&Object) -> Placement) {
        let drawing = self.drawing();
        let ids = drawing.changeable();
        let objects = drawing.selected_objects().filter(|object| ids.contains(&object.id));
        let placements: Vec<_> = objects.map(|object| (object.id, placement(object).sane())).collect();
        self.place(&placements, false);
    }

    /// Places objects anew; as part of a run of changes, or as a step of its own unless a transaction is open.
    fn place(&mut self, placements: &[(u64, Placement)], goes_on: bool) {
        let (drawing, library) = (&mut self.drawings[self.current], &self.stamps);
        let bounds = drawing.document.canvas().bounds();
        let placed = |object: &Object| {
            let (_, placement) = placements.iter().find(|(id, _)| *id == object.id)?;
            Some(placing::placed(object, *placement, bounds, library))
        };
        if goes_on {
            drawing.document.go_on();
        }
        drawing.document.edit_objects(|objects| {
            *objects = objects.iter().map(|object| placed(object).map_or_else(|| object.clone(), Arc::new)).collect();
        });
    }

    /// Puts a new object on top and selects it.
    fn add_object(&mut self, new: NewObject) {
        let layer = self.drawing().document.extras().layers[Layer::Objects];
        if layer.locked || !layer.visible {
            return self.tell(LOCKED);
        }
        match self.drawing_mut().document.add_object(new) {
            Some(id) => {
                self.drawing_mut().selected = vec![id];
                self.tool = Tool::Objects;
            }
            None => self.tell(TOO_MANY),
        }
    }

    fn add_masks(&mut self, masks: Vec<(crate::document::Ink, Mask)>) {
        let parts: Vec<Part> = masks.into_iter().map(|(ink, mask)| Part { ink, mask: Arc::new(mask) }).collect();
        let shape = Shape::free(parts.iter().map(|part| part.mask.clone()).collect());
        let Some(shape @ Shape::Free { origin, .. }) = shape else { return self.tell(NOTHING) };
        let name = parts.first().and_then(|part| self.label_name(part.ink)).unwrap_or_else(|| MASK.of(self.language).to_owned());
        self.add_object(NewObject { name, shape, placement: origin, parts });
    }

    /// What is painted within the selection becomes an object; the paint stays, so that nothing is seen to change.
    fn lift(&mut self) {
        let drawing = self.drawing();
        let Some(selection) = &drawing.selection else { return self.tell(NOTHING) };
        let parts = placing::inks_within(&drawing.document, selection);
        self.add_masks(parts);
    }

    fn add_stamp(&mut self, name: &str, foot: [f32; 2]) {
        let labels = self.drawing().model.as_ref().map(|model| model.card.labels.clone()).unwrap_or_default();
        let Some(stamp) = self.stamps.find(name) else { return };
        let document = &self.drawing().document;
        let placement = Placement::upright(foot, natural_height_px(stamp, foot, document));
        match placing::stamped(stamp, placement, document, &labels, self.language) {
            Some(new) => self.add_object(new),
            None => self.tell(UNSUITABLE),
        }
    }

    fn duplicate(&mut self) {
        let copies = self.drawing().selected_objects().map(|object| Object::clone(object)).collect();
        self.add_copies(copies);
    }

    /// Puts copies of objects on top, beside where those stand, as one step, and selects them.
    pub(super) fn add_copies(&mut self, copies: Vec<Object>) {
        let layer = self.drawing().document.extras().layers[Layer::Objects];
        if layer.locked || !layer.visible {
            return self.tell(LOCKED);
        }
        let bounds = self.drawing().document.canvas().bounds();
        let beside = bounds.width().max(bounds.height()) as f32 / 40.0;
        if copies.len() + self.drawing().document.objects().len() > MAX_OBJECTS {
            return self.tell(TOO_MANY);
        }
        let (document, library) = (&mut self.drawings[self.current].document, &self.stamps);
        document.begin();
        let added = copies.into_iter().filter_map(|object| {
            let placed = placing::placed(&object, object.placement.moved([beside, 0.0]).sane(), bounds, library);
            let Object { name, shape, placement, parts, .. } = placed;
            document.add_object(NewObject { name, shape, placement, parts })
        });
        let added = added.collect();
        document.commit();
        self.drawing_mut().selected = added;
        self.tool = Tool::Objects;
    }

    /// The name of an ink in the label set of the current model.
    pub fn label_name(&self, ink: crate::document::Ink) -> Option<String> {
        let labels = self.drawing().model.iter().flat_map(|model| &model.card.labels);
        labels.into_iter().find(|label| u32::from(label.id) == ink).map(|label| label.name.replace('_', " "))
    }
}

fn toggle(selected: &mut Vec<u64>, id: u64) {
    let before = selected.len();
    selected.retain(|known| *known != id);
    if selected.len() == before {
        selected.push(id);
    }
}

/// Moves objects past others; their order among themselves stays.
fn reorder(objects: &mut [Arc<Object>], ids: &[u64], order: Order) {
    let moves = |object: &Arc<Object>| ids.contains(&object.id);
    match order {
        Order::Front => objects.sort_by_key(moves),
        Order::Back => objects.sort_by_key(|object| !moves(object)),
        Order::Up => {
            for at in (1..objects.len()).rev() {
                if moves(&objects[at - 1]) && !moves(&objects[at]) {
                    objects.swap(at - 1, at);
                }
            }
        }
        Order::Down => {
            for at in 1..objects.len() {
                if moves(&objects[at]) && !moves(&objects[at - 1]) {
                    objects.swap(at - 1, at);
                }
            }
        }
    }
}

/// Whether an object has a solid pixel within a rectangle.
fn lies_within(object: &Object, rect: Rect) -> bool {
    object.parts.iter().any(|part| {
        let both = part.mask.rect().intersection(rect);
        (both.top..both.bottom).any(|y| {
            let first = both.left - part.mask.rect().left;
            part.mask.row(y)[first..first + both.width()].iter().any(|coverage| *coverage >= SOLID)
        })
    })
}

/// The objects that are seen within a rectangle and may be clicked.
fn objects_within(document: &Document, rect: Rect) -> Vec<u64> {
    let layer = document.extras().layers[Layer::Objects];
    let free = document.objects().iter().filter(|object| object.visible && !object.locked && layer.visible && !layer.locked);
    free.filter(|object| lies_within(object, rect)).map(|object| object.id).collect()
}

#[cfg(test)]
mod tests;
