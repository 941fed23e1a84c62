//! Canvas and picture: side by side with a bar between them that can be dragged, or one over the other.

use egui::{Color32, CursorIcon, Rect, Sense, TextureId, Vec2};

use super::{candidates, canvas, theme};
use crate::action::Action;
use crate::generate::Quality;
use crate::picture::PictureTexture;
use crate::state::{Layout, State};
use crate::text::{Text, text};

const PREVIEW: Text = text("Preview", "预览");
const WAITING: Text = text("The first picture is on its way", "首张图片生成中");

/// Both panes.
pub(super) fn panes_ui(
    ui: &mut egui::Ui,
    state: &State,
    canvas: Option<TextureId>,
    picture: &PictureTexture,
    actions: &mut Vec<Action>,
) {
    let area = ui.available_rect_before_wrap();
    match state.layout {
        Layout::Split(share) => {
            let middle = area.left() + area.width() * share;
            let left = Rect::from_min_max(area.min, egui::pos2(middle - theme::SPLITTER / 2.0, area.bottom()));
            let right = Rect::from_min_max(egui::pos2(middle + theme::SPLITTER / 2.0, area.top()), area.max);
            let canvas_rect = state.drawing().view.canvas_rect(left, canvas_size(state));
            draw(ui, left, canvas_rect, canvas.map(whole), 1.0);
            canvas::canvas_ui(ui, state, left, canvas_rect, actions);
            let picture_rect = state.drawing().view.canvas_rect(right, canvas_size(state));
            picture_ui(ui, state, picture, right, picture_rect, actions);
            splitter_ui(ui, area, middle, actions);
        }
        Layout::Overlay(opacity) => {
            let canvas_rect = state.drawing().view.canvas_rect(area, canvas_size(state));
            picture_ui(ui, state, picture, area, canvas_rect, actions);
            draw(ui, area, canvas_rect, canvas.map(whole), opacity);
            canvas::canvas_ui(ui, state, area, canvas_rect, actions);
        }
    }
}

fn canvas_size(state: &State) -> Vec2 {
    let canvas = state.drawing().document.canvas();
    Vec2::new(canvas.width() as f32, canvas.height() as f32)
}

/// All of a texture.
fn whole(texture: TextureId) -> (TextureId, Rect) {
    (texture, Rect::from_min_max(egui::pos2(0.0, 0.0), egui::pos2(1.0, 1.0)))
}

/// Draws a part of a texture into `rect`, cut at the pane.
fn draw(ui: &egui::Ui, pane: Rect, rect: Rect, texture: Option<(TextureId, Rect)>, opacity: f32) {
    if let Some((texture, part)) = texture {
        ui.painter().with_clip_rect(pane).image(texture, rect, part, Color32::WHITE.gamma_multiply(opacity));
    }
}

/// The photograph; a picture of another drawing is not shown, one that is being replaced is marked.
fn picture_ui(ui: &mut egui::Ui, state: &State, picture: &PictureTexture, pane: Rect, rect: Rect, actions: &mut Vec<Action>) {
    let language = state.language;
    let response = ui.interact(pane, ui.scope_id().with("picture"), Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, text("Photograph", "照片").of(language)));
    let shown = picture.shown().filter(|shown| shown.stamp.document == state.drawing().id);
    let painter = ui.painter().with_clip_rect(pane);
    let font = egui::TextStyle::Body.resolve(ui.style());
    let Some(shown) = shown else {
        painter.text(pane.center(), egui::Align2::CENTER_CENTER, WAITING.of(language), font, Color32::GRAY);
        return;
    };
    if let Some(comparison) = state.comparison.as_ref().filter(|comparison| comparison.drawing == state.drawing().id) {
        let current = |ui: &egui::Ui, clip: Rect| draw(ui, clip, rect, picture.texture(), 1.0);
        candidates::comparison_ui(ui, state, comparison, pane, rect, &current, actions);
        return;
    }
    draw(ui, pane, rect, picture.texture(), 1.0);
    if shown.quality == Quality::Preview {
        let place = rect.intersect(pane).left_top() + Vec2::new(6.0, 4.0);
        let galley = painter.layout_no_wrap(PREVIEW.of(language).to_owned(), font, Color32::WHITE);
        let back = Rect::from_min_size(place, galley.size()).expand(3.0);
        painter.rect_filled(back, 3.0, Color32::from_black_alpha(150));
        painter.galley(place, galley, Color32::WHITE);
    }
}

fn splitter_ui(ui: &mut egui::Ui, area: Rect, middle: f32, actions: &mut Vec<Action>) {
    let bar = Rect::from_center_size(egui::pos2(middle, area.center().y), Vec2::new(theme::SPLITTER, area.height()));
    let response = ui.interact(bar, ui.scope_id().with("splitter"), Sense::drag()).on_hover_cursor(CursorIcon::ResizeHorizontal);
    let colour = if response.hovered() || response.dragged() { theme::ACCENT } else { Color32::from_gray(60) };
    ui.painter().rect_filled(bar.shrink2(Vec2::new(1.5, 0.0)), 0.0, colour);
    if let Some(place) = response.interact_pointer_pos().filter(|_| response.dragged()) {
        let share = ((place.x - area.left()) / area.width()).clamp(0.15, 0.85);
        actions.push(Action::SetLayout(Layout::Split(share)));
    }
}
