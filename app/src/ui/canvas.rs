//! The pointer on the canvas: every sample since the last frame becomes part of the stroke.

use egui::{Color32, CursorIcon, Event, Key, PointerButton, Pos2, Rect, Sense, Stroke, Vec2};

use crate::action::{Action, LookAction};
use crate::paint::Point;
use crate::state::{PenEvent, State, View, canvas_from_ui};
use crate::text::text;
use crate::tool::Tool;

/// Turns pointer events over the canvas pane into actions, and draws the brush's outline.
pub(super) fn canvas_ui(ui: &mut egui::Ui, state: &State, pane: Rect, canvas_rect: Rect, actions: &mut Vec<Action>) {
    let response = ui.interact(pane, ui.scope_id().with("canvas"), Sense::click_and_drag());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, text("Canvas", "画布").of(state.language)));
    let canvas = state.drawing().document.canvas();
    let size = Vec2::new(canvas.width() as f32, canvas.height() as f32);
    let mut pointer = Pointer { pane, size, canvas_rect, view: state.drawing().view, over: response.contains_pointer(), actions };
    let (events, space, panning) = ui.input(|input| {
        let panning = input.pointer.middle_down() || (input.key_down(Key::Space) && input.pointer.primary_down());
        (input.events.clone(), input.key_down(Key::Space), panning)
    });
    let busy = state.hand.is_busy();
    pointer.handle(ui, &events, Held { drawing: busy, space, panning });
    if response.double_clicked() && state.tool == Tool::Polygon {
        pointer.actions.push(Action::Pen(PenEvent::Finish));
    }
    if let Some(place) = response.interact_pointer_pos().filter(|_| response.secondary_clicked()) {
        let at = pointer.canvas_place(place);
        pointer.actions.push(Action::Look(LookAction::Offer(at)));
    }
    if pointer.over {
        cursor_ui(ui, state, pane, canvas_rect, size, space || panning);
    }
}

/// What is held down at the start of a frame.
#[derive(Clone, Copy)]
struct Held {
    drawing: bool,
    space: bool,
    panning: bool,
}

struct Pointer<'a> {
    pane: Rect,
    size: Vec2,
    canvas_rect: Rect,
    view: View,
    over: bool,
    actions: &'a mut Vec<Action>,
}

impl Pointer<'_> {
    fn handle(&mut self, ui: &egui::Ui, events: &[Event], held: Held) {
        let Held { mut drawing, space, panning } = held;
        let mut samples: Vec<Point> = Vec::new();
        let mut last: Option<Pos2> = ui.input(|input| input.pointer.latest_pos().map(|at| at - input.pointer.delta()));
        for event in events {
            match *event {
                Event::PointerMoved(place) => {
                    if panning {
                        self.pan(place - last.unwrap_or(place));
                    } else if drawing {
                        samples.push(self.canvas_place(place));
                    }
                    last = Some(place);
                }
                Event::PointerButton { pos, button: PointerButton::Primary, pressed, .. } => {
                    self.flush(&mut samples);
                    if pressed && self.over && self.pane.contains(pos) && !space {
                        self.actions.push(Action::Pen(PenEvent::Down(self.canvas_place(pos))));
                        drawing = true;
                    } else if !pressed && drawing {
                        self.actions.push(Action::Pen(PenEvent::Up));
                    }
                }
                Event::MouseWheel { delta, modifiers, .. } if self.over => {
                    self.wheel(ui, delta.y, modifiers.command || modifiers.ctrl);
                }
                Event::PointerGone if drawing => self.flush(&mut samples),
                _ => {}
            }
        }
        self.flush(&mut samples);
    }

    /// Hands over the samples so far as one part of the stroke; a polygon between its corners takes them as hovering.
    fn flush(&mut self, samples: &mut Vec<Point>) {
        if !samples.is_empty() {
            self.actions.push(Action::Pen(PenEvent::Drag(std::mem::take(samples))));
        }
    }

    fn canvas_place(&self, place: Pos2) -> Point {
        canvas_from_ui(self.canvas_rect, self.size, place)
    }

    fn pan(&mut self, delta: Vec2) {
        if self.over && delta != Vec2::ZERO {
            self.view = self.view.panned(self.pane, self.size, delta);
            self.actions.push(Action::SetView(self.view));
        }
    }

    /// The wheel zooms to the pointer; with Ctrl it changes the brush.
    fn wheel(&mut self, ui: &egui::Ui, lines: f32, ctrl: bool) {
        if ctrl {
            self.actions.push(if lines > 0.0 { Action::BrushLarger } else { Action::BrushSmaller });
        } else if let Some(place) = ui.input(|input| input.pointer.latest_pos()) {
            self.view = self.view.zoomed(self.pane, self.size, 1.15_f32.powf(lines.clamp(-10.0, 10.0)), place);
            self.actions.push(Action::SetView(self.view));
        }
    }
}

/// The outline of what the brush would cover.
fn cursor_ui(ui: &egui::Ui, state: &State, pane: Rect, canvas_rect: Rect, size: Vec2, panning: bool) {
    let Some(place) = ui.input(|input| input.pointer.latest_pos()).filter(|place| pane.contains(*place)) else { return };
    if panning {
        ui.ctx().set_cursor_icon(CursorIcon::Grab);
        return;
    }
    if !state.tool.has_radius() {
        ui.ctx().set_cursor_icon(CursorIcon::Crosshair);
        return;
    }
    let radius = state.radius_px * canvas_rect.width() / size.x;
    let painter = ui.painter().with_clip_rect(pane);
    // Two rings, so that one of them is seen on any ground.
    painter.circle_stroke(place, radius + 0.5, Stroke::new(1.0, Color32::from_black_alpha(200)));
    painter.circle_stroke(place, (radius - 0.5).max(0.5), Stroke::new(1.0, Color32::from_white_alpha(220)));
    ui.ctx().set_cursor_icon(if radius < 4.0 { CursorIcon::Crosshair } else { CursorIcon::None });
}
