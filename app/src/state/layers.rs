//! The layers of the drawing that is shown, and the pen on those that are not paint.

use super::{Hand, Notice, OpenDrawing, PenEvent, State};
use crate::action::{Effect, LayerAction};
use crate::document::{Hint, Ink, Layer, Target};
use crate::io::dialogs::Purpose;
use crate::text::{Text, text};
use crate::tool::Tool;

const REFUSED: Text = text("This layer is locked or hidden: see the layers", "此图层已锁定或隐藏：请查看图层面板");

/// What guide lines are drawn with, whatever the brush holds.
const LINE_INK: Ink = 0;

impl State {
    pub(super) fn apply_to_layers(&mut self, action: LayerAction) -> Vec<Effect> {
        let drawing = &mut self.drawings[self.current];
        let document = &mut drawing.document;
        match action {
            LayerAction::Activate(layer) => self.activate(layer),
            LayerAction::Show(layer, visible) => document.edit_extras(|extras| extras.layers[layer].visible = visible),
            LayerAction::Lock(layer, locked) => document.edit_extras(|extras| extras.layers[layer].locked = locked),
            LayerAction::SetOpacity(layer, opacity) => {
                document.go_on();
                document.edit_extras(|extras| extras.layers[layer].opacity = opacity.clamp(0.0, 1.0));
            }
            LayerAction::OpenReference => return vec![Effect::Ask(self.question(Purpose::OpenReference))],
            LayerAction::ReferenceRead(id, picture) => {
                if let Some(drawing) = self.drawings.iter_mut().find(|drawing| drawing.id == id) {
                    drawing.document.edit_extras(|extras| {
                        extras.reference = Some(picture);
                        extras.layers[Layer::Reference].visible = true;
                    });
                }
            }
            LayerAction::RemoveReference => document.edit_extras(|extras| extras.reference = None),
            LayerAction::Clear(Layer::Hints) => document.edit_extras(|extras| extras.hints.clear()),
            LayerAction::Clear(_) => {
                let target = document.target();
                document.set_target(Target::Lines);
                document.draw(|canvas, clear| {
                    for y in 0..canvas.height() {
                        canvas.row_mut(y, 0, clear.width()).copy_from_slice(clear.row(y, 0, clear.width()));
                    }
                    canvas.bounds()
                });
                document.set_target(target);
            }
            LayerAction::SetHintColour(colour) => drawing.hint_colour = colour,
        }
        Vec::new()
    }

    /// Tells the user something.
    pub(super) fn tell(&mut self, message: Text) {
        self.notices.tell(Notice::news(message.of(self.language)));
    }

    /// Lets the pen work on a layer.
    pub(super) fn activate(&mut self, layer: Layer) {
        let drawing = &mut self.drawings[self.current];
        match layer {
            Layer::Objects => self.tool = Tool::Objects,
            Layer::Reference => return,
            Layer::Paint | Layer::Lines | Layer::Hints => {
                drawing.document.set_target(if layer == Layer::Lines { Target::Lines } else { Target::Paint });
                if self.tool == Tool::Objects {
                    self.tool = Tool::Brush;
                }
            }
        }
        drawing.active = layer;
    }

    /// Takes pen events that are for objects or hints, or for a layer that refuses them; gives back the others.
    pub(super) fn off_the_paint(&mut self, event: PenEvent) -> Option<PenEvent> {
        if self.tool == Tool::Objects || matches!(self.hand, Hand::Objects(_)) {
            self.drag_objects(&event);
            return None;
        }
        let pressed = matches!(event, PenEvent::Down(_));
        if self.drawing().active == Layer::Hints {
            self.draw_hint(&event);
            return None;
        }
        if pressed && !self.tool.only_looks() && self.drawing().document.refuses_strokes() {
            self.tell(REFUSED);
            return None;
        }
        Some(event)
    }

    /// Sets a hint where the pen is pressed, and moves it until the pen is up; the eraser takes the one under it away.
    fn draw_hint(&mut self, event: &PenEvent) {
        let (erases, radius_px) = (self.tool == Tool::Eraser, self.radius_px);
        let drawing = &mut self.drawings[self.current];
        let (document, colour) = (&mut drawing.document, drawing.hint_colour);
        match event {
            PenEvent::Down(sample) => {
                let state = document.extras().layers[Layer::Hints];
                if state.locked || !state.visible {
                    return self.tell(REFUSED);
                }
                document.begin();
                let place: [f32; 2] = sample.at.into();
                document.edit_extras(|extras| {
                    if erases {
                        extras.hints.retain(|hint| !covers(hint, place));
                    } else {
                        extras.hints.push(Hint { place, radius_px, colour });
                    }
                });
                self.hand = Hand::Hint;
            }
            PenEvent::Drag(samples) if self.hand == Hand::Hint => {
                let Some(place) = samples.last().map(|sample| <[f32; 2]>::from(sample.at)) else { return };
                document.edit_extras(|extras| {
                    if erases {
                        extras.hints.retain(|hint| !covers(hint, place));
                    } else if let Some(hint) = extras.hints.last_mut() {
                        hint.place = place;
                    }
                });
            }
            PenEvent::Up if self.hand == Hand::Hint => {
                document.commit();
                self.hand = Hand::Ready;
            }
            PenEvent::Cancel if self.hand == Hand::Hint => {
                document.cancel();
                self.hand = Hand::Ready;
            }
            _ => {}
        }
    }
}

impl OpenDrawing {
    /// The ink that a stroke lays on the active layer.
    pub(super) fn ink_on_layer(&self) -> Ink {
        if self.document.target() == Target::Lines { LINE_INK } else { self.ink }
    }
}

fn covers(hint: &Hint, [x, y]: [f32; 2]) -> bool {
    (hint.place[0] - x).hypot(hint.place[1] - y) <= hint.radius_px.max(2.0)
}
