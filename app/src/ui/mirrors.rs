//! Mirror lines over the canvas, with a handle each to move them.

use egui::{Color32, CursorIcon, Pos2, Rect, Role, Sense, Shape, Stroke, Ui, Vec2, WidgetInfo, pos2};

use super::icons::{self, Icon};
use super::theme;
use crate::action::{Action, Painting};
use crate::paint::Point;
use crate::pen::Symmetry;
use crate::state::{State, canvas_from_ui};
use crate::text::{Text, text};

const STANDING: Text = text("Move the standing mirror", "移动竖直镜像线");
const LYING: Text = text("Move the lying mirror", "移动水平镜像线");

/// Side of a handle in points.
const HANDLE: f32 = 20.0;

/// Draws the mirrors that are up; whether the pointer is on a handle.
pub(super) fn mirrors_ui(
    ui: &mut Ui,
    state: &State,
    pane: Rect,
    canvas_rect: Rect,
    size: Vec2,
    actions: &mut Vec<Action>,
) -> bool {
    let symmetry = state.drawing().symmetry;
    let at = canvas_rect.min + Vec2::new(symmetry.centre().x, symmetry.centre().y) * (canvas_rect.size() / size);
    let shown = canvas_rect.intersect(pane);
    let mut over = false;
    if symmetry.axes.vertical {
        let line = [pos2(at.x, shown.top()), pos2(at.x, shown.bottom())];
        let handle = pos2(at.x, shown.top() + HANDLE * 0.5 + 2.0);
        if let Some(place) = mirror_ui(ui, (line, handle, pane), Icon::MirrorVertical, STANDING.of(state.language), &mut over) {
            let x = canvas_from_ui(canvas_rect, size, place).x.clamp(0.0, size.x);
            moved(symmetry, Point { x, ..symmetry.centre() }, actions);
        }
    }
    if symmetry.axes.horizontal {
        let line = [pos2(shown.left(), at.y), pos2(shown.right(), at.y)];
        let handle = pos2(shown.left() + HANDLE * 0.5 + 2.0, at.y);
        if let Some(place) = mirror_ui(ui, (line, handle, pane), Icon::MirrorHorizontal, LYING.of(state.language), &mut over) {
            let y = canvas_from_ui(canvas_rect, size, place).y.clamp(0.0, size.y);
            moved(symmetry, Point { y, ..symmetry.centre() }, actions);
        }
    }
    over
}

fn moved(mut symmetry: Symmetry, centre: Point, actions: &mut Vec<Action>) {
    let before = symmetry;
    symmetry.move_to(centre);
    if symmetry != before {
        actions.push(Painting::SetSymmetry(symmetry).into());
    }
}

/// One line and its handle; where the handle is dragged to.
fn mirror_ui(
    ui: &mut Ui,
    (line, handle, pane): ([Pos2; 2], Pos2, Rect),
    icon: Icon,
    name: &str,
    over: &mut bool,
) -> Option<Pos2> {
    let painter = ui.painter().with_clip_rect(pane);
    // Dark under light, so that the line is seen on any ground.
    painter.line_segment(line, Stroke::new(2.0, Color32::from_black_alpha(90)));
    painter.extend(Shape::dashed_line(&line, Stroke::new(1.0, theme::ACCENT), 6.0, 4.0));
    let rect = Rect::from_center_size(handle, Vec2::splat(HANDLE));
    if !pane.contains(handle) {
        return None;
    }
    let response = ui.interact(rect, ui.scope_id().with(name), Sense::drag()).on_hover_text(name);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    let response = response.on_hover_cursor(CursorIcon::Grab);
    let ground = if response.hovered() || response.dragged() { theme::ACCENT } else { Color32::from_black_alpha(190) };
    painter.circle_filled(handle, HANDLE / 2.0, ground);
    icons::paint(&painter, icon, rect.shrink(4.0), Color32::WHITE);
    *over |= response.hovered() || response.dragged();
    response.interact_pointer_pos().filter(|_| response.dragged())
}
