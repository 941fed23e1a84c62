//! The divider between a picture before its styles and the same picture after them.

use egui::{Align2, Color32, CursorIcon, Key, Rect, Sense, Stroke, TextureId, Vec2};

use super::theme;
use crate::action::{Action, StyleAction};
use crate::state::State;
use crate::text::{Text, text};

const DIVIDER: Text = text("Before and after divider", "前后对比分隔线");
const BEFORE: Text = text("Before", "之前");
const AFTER: Text = text("After", "之后");

/// Width of the strip that takes hold of the divider, in points.
const GRIP: f32 = 14.0;

/// What an arrow key moves the divider by.
const KEY_STEP: f32 = 0.02;

/// Draws the picture before styles over the left part of the picture after them, with the divider between the two.
pub(super) fn compare_ui(
    ui: &egui::Ui,
    state: &State,
    pane: Rect,
    picture: Rect,
    (before, part): (TextureId, Rect),
    actions: &mut Vec<Action>,
) {
    let Some(share) = state.styling.compare else { return };
    let language = state.language;
    let x = picture.left() + picture.width() * share;
    let painter = ui.painter().with_clip_rect(pane);
    let left = Rect::from_min_max(picture.min, egui::pos2(x, picture.bottom()));
    painter.with_clip_rect(pane.intersect(left)).image(before, picture, part, Color32::WHITE);
    if let Some(wanted) = divider_ui(ui, DIVIDER.of(language), pane, picture, share) {
        actions.push(Action::Style(StyleAction::Compare(wanted)));
    }
    let seen = picture.intersect(pane);
    let tag = |text: &str, place: egui::Pos2, align: Align2, fits: bool| {
        if fits {
            tag_ui(ui, &painter, text, place, align);
        }
    };
    let room = 64.0;
    tag(BEFORE.of(language), egui::pos2(x - 10.0, seen.top() + 8.0), Align2::RIGHT_TOP, x - seen.left() > room);
    tag(AFTER.of(language), egui::pos2(x + 10.0, seen.top() + 8.0), Align2::LEFT_TOP, seen.right() - x > room);
}

/// The divider between two pictures in the place of one; gives the share of the width that it was moved to.
pub(super) fn divider_ui(ui: &egui::Ui, name: &str, pane: Rect, picture: Rect, share: f32) -> Option<f32> {
    let x = picture.left() + picture.width() * share;
    let painter = ui.painter().with_clip_rect(pane);
    let grip = Rect::from_center_size(egui::pos2(x, picture.center().y), Vec2::new(GRIP, picture.height()));
    let response = ui.interact(grip.intersect(pane), ui.scope_id().with(name), Sense::click_and_drag());
    let response = response.on_hover_cursor(CursorIcon::ResizeHorizontal);
    response.widget_info(|| egui::WidgetInfo::slider(true, f64::from(share), name));
    let held = response.hovered() || response.dragged() || response.has_focus();
    let colour = if held { theme::ACCENT } else { Color32::WHITE };
    painter.vline(x, picture.y_range(), Stroke::new(4.0, Color32::from_black_alpha(90)));
    painter.vline(x, picture.y_range(), Stroke::new(2.0, colour));
    let knob = egui::pos2(x, picture.intersect(pane).center().y);
    painter.circle(knob, 11.0, Color32::from_black_alpha(170), Stroke::new(2.0, colour));
    for side in [-1.0, 1.0] {
        let tip = knob + Vec2::new(side * 7.0, 0.0);
        let back = knob + Vec2::new(side * 3.0, 0.0);
        let wing = Vec2::new(0.0, 4.0);
        painter.line(vec![back - wing, tip, back + wing], Stroke::new(1.5, colour));
    }

    let mut wanted = share;
    if let Some(place) = response.interact_pointer_pos().filter(|_| response.dragged()) {
        wanted = (place.x - picture.left()) / picture.width();
    }
    if response.has_focus() {
        let arrows = egui::EventFilter { horizontal_arrows: true, ..Default::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, arrows));
        let pressed = |key| ui.input(|input| input.key_pressed(key));
        wanted += KEY_STEP * (f32::from(u8::from(pressed(Key::ArrowRight))) - f32::from(u8::from(pressed(Key::ArrowLeft))));
    }
    let wanted = wanted.clamp(0.0, 1.0);
    ((wanted - share).abs() > f32::EPSILON).then_some(wanted)
}

/// A word on a dark ground, readable over any picture.
pub(super) fn tag_ui(ui: &egui::Ui, painter: &egui::Painter, text: &str, place: egui::Pos2, align: Align2) {
    let font = egui::TextStyle::Small.resolve(ui.style());
    let galley = painter.layout_no_wrap(text.to_owned(), font, Color32::WHITE);
    let rect = align.anchor_size(place, galley.size() + Vec2::new(10.0, 6.0));
    painter.rect_filled(rect, 4.0, Color32::from_black_alpha(160));
    painter.galley(rect.min + Vec2::new(5.0, 3.0), galley, Color32::WHITE);
}
