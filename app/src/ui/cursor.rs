//! What the tool in hand would do where the pointer is: the brush's outline, its images in the mirrors, the stabiliser's
//! rope, and the line that a click with Shift would draw.

use egui::{Color32, CursorIcon, Painter, Pos2, Rect, Stroke, Ui, Vec2};

use super::objects;
use crate::paint::Point;
use crate::state::{Hand, State, canvas_from_ui};
use crate::tool::Tool;

/// The outline of what the brush would cover, and the pointer's shape.
pub(super) fn cursor_ui(ui: &Ui, state: &State, pane: Rect, canvas_rect: Rect, size: Vec2, panning: bool) {
    let Some(place) = ui.input(|input| input.pointer.latest_pos()).filter(|place| pane.contains(*place)) else { return };
    let icon = |icon| ui.ctx().set_cursor_icon(icon);
    if panning {
        return icon(CursorIcon::Grab);
    }
    let (shift, ctrl) = ui.input(|input| (input.modifiers.shift, input.modifiers.command));
    if matches!(state.hand, Hand::Floating(_)) || (ctrl && state.drawing().selection.is_some()) {
        return icon(CursorIcon::Move);
    }
    if state.tool == Tool::Objects {
        return icon(objects::cursor(state, &objects::Place { pane, canvas: canvas_rect, size }, place));
    }
    if !state.tool.has_radius() {
        return icon(CursorIcon::Crosshair);
    }
    let scale = canvas_rect.width() / size.x;
    let ui_from_canvas = |point: Point| canvas_rect.min + Vec2::new(point.x, point.y) * scale;
    let radius = state.radius_px * scale;
    let painter = ui.painter().with_clip_rect(pane);
    let mut tip = place;
    if let Hand::Drawing(_, line) = &state.hand
        && let Some((behind, pointer)) = line.rope()
    {
        tip = ui_from_canvas(behind);
        seen_anywhere(&painter, tip, ui_from_canvas(pointer));
    }
    if state.hand == Hand::Ready
        && shift
        && state.tool.is_incremental()
        && let Some(last) = state.drawing().last_point
    {
        seen_anywhere(&painter, ui_from_canvas(last), place);
    }
    let symmetry = state.drawing().symmetry;
    for image in symmetry.images().skip(1).filter(|_| symmetry.is_on() && state.tool.is_incremental()) {
        let mirrored = ui_from_canvas(image.place(canvas_from_ui(canvas_rect, size, tip)));
        painter.circle_stroke(mirrored, radius.max(1.0), Stroke::new(1.0, Color32::from_black_alpha(90)));
        painter.circle_stroke(mirrored, (radius - 1.0).max(0.5), Stroke::new(1.0, Color32::from_white_alpha(110)));
    }
    // Two rings, so that one of them is seen on any ground; the brush covers what is within the outer one.
    painter.circle_stroke(tip, radius + 0.5, Stroke::new(1.0, Color32::from_black_alpha(200)));
    painter.circle_stroke(tip, (radius - 0.5).max(0.5), Stroke::new(1.0, Color32::from_white_alpha(220)));
    icon(if radius < 4.0 { CursorIcon::Crosshair } else { CursorIcon::None });
}

/// A thin line that is seen on any ground.
fn seen_anywhere(painter: &Painter, from: Pos2, to: Pos2) {
    painter.line_segment([from, to], Stroke::new(2.5, Color32::from_black_alpha(120)));
    painter.line_segment([from, to], Stroke::new(1.0, Color32::from_white_alpha(220)));
}
