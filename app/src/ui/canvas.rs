//! The pointer on the canvas: every sample since the last frame becomes part of the stroke.

use egui::{Event, Id, Key, Modifiers, PointerButton, Pos2, Rect, Sense, Vec2};

use super::{ants, cursor, mirrors, objects, stamps};
use crate::action::{Action, LookAction, ObjectAction};
use crate::paint::Point;
use crate::pen::{Held, Sample};
use crate::state::{Hand, PenEvent, State, View, canvas_from_ui};
use crate::text::text;
use crate::tool::Tool;

/// Turns pointer events over the canvas pane into actions, and draws what lies over the canvas.
pub(super) fn canvas_ui(ui: &mut egui::Ui, state: &State, pane: Rect, canvas_rect: Rect, actions: &mut Vec<Action>) {
    let response = ui.interact(pane, ui.scope_id().with("canvas"), Sense::click_and_drag());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, text("Canvas", "画布").of(state.language)));
    let canvas = state.drawing().document.canvas();
    let size = Vec2::new(canvas.width() as f32, canvas.height() as f32);
    let place = objects::Place { pane, canvas: canvas_rect, size };
    objects::objects_ui(ui, state, &place);
    ants::ants_ui(ui, state, pane, canvas_rect, size);
    let on_handle = mirrors::mirrors_ui(ui, state, pane, canvas_rect, size, actions);
    let stamping = stamps::holds_the_pointer(ui, state);
    let over = response.contains_pointer() && !on_handle;
    let (events, now, before, space, panning, pressed) = ui.input(|input| {
        let panning = input.pointer.middle_down() || (input.key_down(Key::Space) && input.pointer.primary_down());
        let before = input.time - f64::from(input.unstable_dt);
        (input.events.clone(), input.time, before, input.key_down(Key::Space), panning, input.pointer.primary_down())
    });
    let view = state.drawing().view;
    let mut pointer = Pointer { pane, size, canvas_rect, view, over, stamping, pressure: None, objects: (state, place), actions };
    let busy = state.hand.is_busy();
    let moved = pointer.handle(ui, &events, Frame { busy, space, panning, before, now });
    if busy && pressed && !moved && state.hand.lags() {
        pointer.actions.push(Action::Pen(PenEvent::Rest(now)));
    }
    if response.double_clicked() && (state.tool == Tool::Polygon || matches!(state.hand, Hand::Floating(_))) {
        pointer.actions.push(Action::Pen(PenEvent::Finish));
    }
    if let Some(place) = response.interact_pointer_pos().filter(|_| response.secondary_clicked()) {
        let at = pointer.canvas_place(place);
        pointer.actions.push(Action::Look(LookAction::Offer(at)));
    }
    note_place(ui, canvas_rect, size, over);
    if stamping {
        stamps::ghost_ui(ui, state, &place, actions);
    } else if over {
        cursor::cursor_ui(ui, state, pane, canvas_rect, size, space || panning);
    }
}

/// What the frame begins with.
#[derive(Clone, Copy)]
struct Frame {
    busy: bool,
    space: bool,
    panning: bool,
    /// When the last frame was, in seconds.
    before: f64,
    /// When this one is.
    now: f64,
}

struct Pointer<'a> {
    pane: Rect,
    size: Vec2,
    canvas_rect: Rect,
    view: View,
    over: bool,
    /// Whether a stamp is in the hand, so that a press paints nothing.
    stamping: bool,
    /// What a pen or touch screen reported last.
    pressure: Option<f32>,
    /// Where objects and their handles are.
    objects: (&'a State, objects::Place),
    actions: &'a mut Vec<Action>,
}

impl Pointer<'_> {
    /// Turns a frame's events into actions; whether the pointer moved or was pressed.
    fn handle(&mut self, ui: &egui::Ui, events: &[Event], frame: Frame) -> bool {
        let mut drawing = frame.busy;
        let mut samples: Vec<Sample> = Vec::new();
        let (mut last, mut modifiers): (Option<Pos2>, Modifiers) =
            ui.input(|input| (input.pointer.latest_pos().map(|at| at - input.pointer.delta()), input.modifiers));
        let total = events.iter().filter(|event| matches!(event, Event::PointerMoved(_))).count().max(1) as f64;
        let (mut count, mut moved) = (0.0, false);
        for event in events {
            match *event {
                // A pen reports its pressure just before its place.
                Event::Touch { force, .. } => self.pressure = force,
                Event::ModifiersChanged(changed) => modifiers = changed,
                Event::PointerMoved(place) => {
                    count += 1.0;
                    if frame.panning {
                        self.pan(place - last.unwrap_or(place));
                    } else if drawing {
                        // Events carry no time: samples are spread evenly over the frame.
                        let seconds = frame.before + (frame.now - frame.before) * count / total;
                        samples.push(self.sample(place, seconds, modifiers));
                        moved = true;
                    }
                    last = Some(place);
                }
                Event::PointerButton { pos, button: PointerButton::Primary, pressed, modifiers, .. } => {
                    self.flush(&mut samples);
                    moved = true;
                    if pressed && self.over && !self.stamping && self.pane.contains(pos) && !frame.space {
                        self.actions.push(self.press(pos, frame.now, modifiers));
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
        moved
    }

    /// Hands over the samples so far as one part of the stroke; a polygon between its corners takes them as hovering.
    fn flush(&mut self, samples: &mut Vec<Sample>) {
        if !samples.is_empty() {
            self.actions.push(Action::Pen(PenEvent::Drag(std::mem::take(samples))));
        }
    }

    /// A press of the pen, or, with that tool, on objects.
    fn press(&self, pos: Pos2, now: f64, modifiers: Modifiers) -> Action {
        let (state, place) = &self.objects;
        if state.tool == Tool::Objects {
            let handle = objects::handle_at(state, place, pos);
            return ObjectAction::Press { place: self.canvas_place(pos), handle, add: modifiers.shift }.into();
        }
        Action::Pen(PenEvent::Down(self.sample(pos, now, modifiers)))
    }

    fn sample(&self, place: Pos2, seconds: f64, modifiers: Modifiers) -> Sample {
        Sample {
            at: self.canvas_place(place),
            pressure: self.pressure,
            seconds,
            pixels_per_point: self.size.x / self.canvas_rect.width().max(1.0),
            held: Held { shift: modifiers.shift, alt: modifiers.alt, ctrl: modifiers.command },
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

/// Notes the pixel under the pointer for the status line, which is drawn before the canvas.
fn note_place(ui: &egui::Ui, canvas_rect: Rect, size: Vec2, over: bool) {
    let place = ui.input(|input| input.pointer.latest_pos()).filter(|place| over && canvas_rect.contains(*place));
    let pixel = place.map(|place| canvas_from_ui(canvas_rect, size, place)).map(|point| (point.x as usize, point.y as usize));
    ui.data_mut(|data| data.insert_temp(pixel_id(), pixel));
}

/// The pixel that was under the pointer in the last frame.
pub(super) fn place_under_pointer(context: &egui::Context) -> Option<(usize, usize)> {
    context.data(|data| data.get_temp::<Option<(usize, usize)>>(pixel_id())).flatten()
}

fn pixel_id() -> Id {
    Id::unique("pixel under the pointer")
}
