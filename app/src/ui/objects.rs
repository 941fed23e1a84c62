//! Objects on the canvas: outlines, the frame with its handles, the horizon, hints.

use egui::{Color32, CursorIcon, Key, Modifiers, Painter, Pos2, Rect, Stroke, StrokeKind, Vec2, pos2, vec2};

use super::outline;
use super::theme;
use crate::action::{Action, Corner, Handle, ObjectAction};
use crate::document::Layer;
use crate::state::{Hand, State, canvas_from_ui};
use crate::text::{Text, text};
use crate::tool::Tool;

const HORIZON: Text = text("Horizon", "地平线");

/// Side of a corner handle in points.
const CORNER: f32 = 9.0;
/// How far from a handle's middle it can still be taken, in points.
const REACH: f32 = 9.0;
/// From the frame up to the knob that turns, in points.
const KNOB_ABOVE: f32 = 24.0;
/// The grip on the horizon line, in points.
const GRIP: Vec2 = vec2(64.0, 18.0);
/// A frame smaller than this has its handles pushed apart, so that there is room to take the object itself.
const LEAST_FRAME: f32 = 28.0;

/// Where the canvas lies in the interface.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// The pane, which cuts everything.
    pub(super) pane: Rect,
    /// The canvas.
    pub(super) canvas: Rect,
    /// Columns and rows of the canvas.
    pub(super) size: Vec2,
}

impl Place {
    fn ui(&self, [x, y]: [f32; 2]) -> Pos2 {
        self.canvas.min + vec2(x, y) / self.size * self.canvas.size()
    }

    /// The frame around the selected objects, if there are any.
    fn frame(&self, state: &State) -> Option<Rect> {
        let frame = state.drawing().frame_of_objects();
        let rect = Rect::from_min_max(
            self.ui([frame.left as f32, frame.top as f32]),
            self.ui([frame.right as f32, frame.bottom as f32]),
        );
        (!frame.is_empty()).then(|| Rect::from_center_size(rect.center(), rect.size().max(Vec2::splat(LEAST_FRAME))))
    }

    /// The grip on the horizon line, if the line is shown.
    fn grip(&self, state: &State) -> Option<Rect> {
        let horizon = state.drawing().document.extras().horizon;
        let y = self.ui([0.0, horizon.y]).y;
        let left = self.canvas.left().max(self.pane.left());
        let inside = (self.pane.top()..=self.pane.bottom()).contains(&y);
        (horizon.on && inside).then(|| Rect::from_center_size(pos2(left + GRIP.x / 2.0 + 4.0, y), GRIP))
    }
}

/// The handle at a place in the interface.
pub(super) fn handle_at(state: &State, place: &Place, at: Pos2) -> Option<Handle> {
    if state.tool != Tool::Objects {
        return None;
    }
    if let Some(frame) = place.frame(state) {
        if knob(frame).distance(at) <= REACH {
            return Some(Handle::Turn);
        }
        if let Some(found) = Corner::ALL.into_iter().find(|which| corner(frame, *which).distance(at) <= REACH) {
            return Some(Handle::Corner(found));
        }
    }
    place.grip(state).filter(|grip| grip.contains(at)).map(|_| Handle::Horizon)
}

/// What the pointer looks like over objects.
pub(super) fn cursor(state: &State, place: &Place, at: Pos2) -> CursorIcon {
    match handle_at(state, place, at) {
        Some(Handle::Corner(Corner { right, bottom })) if right == bottom => CursorIcon::ResizeNwSe,
        Some(Handle::Corner(_)) => CursorIcon::ResizeNeSw,
        Some(Handle::Turn) => CursorIcon::Alias,
        Some(Handle::Horizon) => CursorIcon::ResizeVertical,
        None => {
            let on_canvas = canvas_from_ui(place.canvas, place.size, at);
            let inside = on_canvas.x >= 0.0 && on_canvas.y >= 0.0;
            let hit = inside && state.drawing().document.object_at(on_canvas.x as usize, on_canvas.y as usize).is_some();
            if hit { CursorIcon::Move } else { CursorIcon::Default }
        }
    }
}

/// Arrow keys move selected objects by a pixel, with Shift by ten; Backspace deletes them, too.
pub(super) fn nudges(context: &egui::Context, state: &State, actions: &mut Vec<Action>) {
    if state.tool != Tool::Objects || state.drawing().selected.is_empty() {
        return;
    }
    let arrows =
        [(Key::ArrowLeft, [-1.0, 0.0]), (Key::ArrowRight, [1.0, 0.0]), (Key::ArrowUp, [0.0, -1.0]), (Key::ArrowDown, [0.0, 1.0])];
    for (modifiers, step_px) in [(Modifiers::SHIFT, 10.0), (Modifiers::NONE, 1.0)] {
        for (key, [x, y]) in arrows {
            if context.input_mut(|input| input.consume_key(modifiers, key)) {
                actions.push(ObjectAction::Nudge([x * step_px, y * step_px]).into());
            }
        }
    }
    if context.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Backspace)) {
        actions.push(ObjectAction::Delete.into());
    }
}

/// Draws what there is to see of objects and hints over the canvas.
pub(super) fn objects_ui(ui: &egui::Ui, state: &State, place: &Place) {
    let painter = ui.painter().with_clip_rect(place.pane);
    let drawing = state.drawing();
    hints_ui(&painter, state, place);
    if state.tool != Tool::Objects {
        return;
    }
    if let Some(grip) = place.grip(state) {
        horizon_ui(ui, &painter, state, place, grip);
    }
    for object in drawing.selected_objects() {
        let segments = outline::of_object(ui.ctx(), object);
        let in_ui = |[x, y]: [f32; 2]| place.ui([x, y]);
        for colour in [Stroke::new(3.0, Color32::from_black_alpha(140)), Stroke::new(1.5, theme::ACCENT)] {
            painter.extend(segments.iter().map(|[from, to]| egui::Shape::line_segment([in_ui(*from), in_ui(*to)], colour)));
        }
    }
    if let Some(frame) = place.frame(state) {
        frame_ui(&painter, frame, ui.input(|input| input.pointer.latest_pos()));
    }
    if let Hand::Objects(gesture) = &state.hand
        && let Some((least, most)) = gesture.selecting()
    {
        let rect = Rect::from_min_max(place.ui(least), place.ui(most));
        painter.rect_filled(rect, 0.0, theme::ACCENT.gamma_multiply(0.12));
        painter.rect_stroke(rect, 0.0, Stroke::new(1.0, theme::ACCENT), StrokeKind::Inside);
    }
}

fn corner(frame: Rect, Corner { right, bottom }: Corner) -> Pos2 {
    pos2(if right { frame.right() } else { frame.left() }, if bottom { frame.bottom() } else { frame.top() })
}

fn knob(frame: Rect) -> Pos2 {
    frame.center_top() - vec2(0.0, KNOB_ABOVE)
}

/// The frame around selected objects, its corners and the knob.
fn frame_ui(painter: &Painter, frame: Rect, pointer: Option<Pos2>) {
    let line = Stroke::new(1.0, Color32::from_white_alpha(200));
    painter.rect_stroke(frame, 0.0, Stroke::new(3.0, Color32::from_black_alpha(70)), StrokeKind::Middle);
    painter.rect_stroke(frame, 0.0, line, StrokeKind::Middle);
    painter.line_segment([frame.center_top(), knob(frame)], line);
    let near = |at: Pos2| pointer.is_some_and(|pointer| pointer.distance(at) <= REACH);
    let fill = |at: Pos2| if near(at) { theme::ACCENT } else { Color32::WHITE };
    let edge = Stroke::new(1.5, Color32::from_gray(40));
    for which in Corner::ALL {
        let at = corner(frame, which);
        painter.rect(Rect::from_center_size(at, Vec2::splat(CORNER)), 2.0, fill(at), edge, StrokeKind::Middle);
    }
    painter.circle(knob(frame), CORNER / 2.0 + 0.5, fill(knob(frame)), edge);
}

/// The line between ground and sky, and the grip that moves it.
fn horizon_ui(ui: &egui::Ui, painter: &Painter, state: &State, place: &Place, grip: Rect) {
    let (left, right) = (place.canvas.left().max(place.pane.left()), place.canvas.right().min(place.pane.right()));
    let y = grip.center().y;
    painter.line_segment([pos2(left, y), pos2(right, y)], Stroke::new(3.0, Color32::from_black_alpha(90)));
    let dashes = egui::Shape::dashed_line(&[pos2(left, y), pos2(right, y)], Stroke::new(1.5, HORIZON_COLOUR), 7.0, 5.0);
    painter.extend(dashes);
    let hovered = ui.input(|input| input.pointer.latest_pos()).is_some_and(|at| grip.contains(at));
    let ground = if hovered { HORIZON_COLOUR } else { Color32::from_black_alpha(190) };
    painter.rect(grip, 9.0, ground, Stroke::new(1.0, HORIZON_COLOUR), StrokeKind::Inside);
    let font = egui::TextStyle::Small.resolve(ui.style());
    let words = if hovered { Color32::BLACK } else { Color32::WHITE };
    painter.text(grip.center(), egui::Align2::CENTER_CENTER, HORIZON.of(state.language), font, words);
}

/// Seen on roads and skies alike.
const HORIZON_COLOUR: Color32 = Color32::from_rgb(110, 210, 255);

/// Dots of colour that models should use.
fn hints_ui(painter: &Painter, state: &State, place: &Place) {
    let extras = state.drawing().document.extras();
    if !extras.layers[Layer::Hints].visible {
        return;
    }
    for hint in &extras.hints {
        let radius = (hint.radius_px * place.canvas.width() / place.size.x).max(3.0);
        let [r, g, b] = hint.colour;
        painter.circle(place.ui(hint.place), radius, Color32::from_rgb(r, g, b), Stroke::new(1.5, Color32::WHITE));
        painter.circle_stroke(place.ui(hint.place), radius + 1.5, Stroke::new(1.0, Color32::from_black_alpha(160)));
    }
}
