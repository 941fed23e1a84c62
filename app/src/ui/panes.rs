//! Canvas and picture: side by side with a bar between them that can be dragged, or one over the other.

use egui::{Color32, CursorIcon, Rect, Sense, TextureId, Vec2};

use super::tour::{self, Part};
use super::{Textures, candidates, canvas, compare, looks, theme};
use crate::action::Action;
use crate::document::Layer;
use crate::generate::{Quality, Shown};
use crate::paint::guides::Guides;
use crate::picture::PictureTexture;
use crate::state::{Comparison, Layout, State};
use crate::text::{Language, Text, text};

const PREVIEW: Text = text("Preview", "预览");
const STYLES_FOLLOW: Text = text("Styles follow", "风格稍后应用");
const SHARE: Text = text("Share of the canvas", "画布所占比例");
const WAITING: Text = text("The first picture is on its way", "首张图片生成中");

/// Both panes.
pub(super) fn panes_ui(
    ui: &mut egui::Ui,
    state: &State,
    textures: Textures,
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
            tour::mark(ui, Part::Canvas, left);
            draw(ui, left, canvas_rect, textures.canvas.map(whole), 1.0);
            guides_ui(ui, state, left, canvas_rect, textures.guides);
            canvas::canvas_ui(ui, state, left, canvas_rect, actions);
            looks::offer_ui(ui, state, &picture.looks, left, canvas_rect, actions);
            let picture_rect = state.drawing().view.canvas_rect(right, canvas_size(state));
            picture_ui(ui, state, picture, right, picture_rect, actions);
            let before = picture.before().filter(|_| shown_here(state, picture).is_some() && compared(state).is_none());
            if let Some(before) = before {
                compare::compare_ui(ui, state, right, picture_rect, whole(before), actions);
            }
            splitter_ui(ui, state.language, area, middle, actions);
        }
        Layout::Overlay(opacity) => {
            let canvas_rect = state.drawing().view.canvas_rect(area, canvas_size(state));
            tour::mark(ui, Part::Canvas, area);
            picture_ui(ui, state, picture, area, canvas_rect, actions);
            draw(ui, area, canvas_rect, textures.canvas.map(whole), opacity);
            guides_ui(ui, state, area, canvas_rect, textures.guides);
            canvas::canvas_ui(ui, state, area, canvas_rect, actions);
            looks::offer_ui(ui, state, &picture.looks, area, canvas_rect, actions);
        }
    }
}

/// The reference photograph, as large as fits the canvas, and the guide lines over it.
fn guides_ui(ui: &egui::Ui, state: &State, pane: Rect, canvas: Rect, guides: Guides) {
    let layers = state.drawing().document.extras().layers;
    if let Some((texture, size)) = guides.reference.filter(|_| layers[Layer::Reference].visible) {
        let scale = (canvas.size() / size).min_elem();
        let rect = Rect::from_center_size(canvas.center(), size * scale);
        draw(ui, pane, rect, Some(whole(texture)), layers[Layer::Reference].opacity);
    }
    if layers[Layer::Lines].visible {
        draw(ui, pane, canvas, guides.lines.map(whole), layers[Layer::Lines].opacity);
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
    let shown = shown_here(state, picture);
    let painter = ui.painter().with_clip_rect(pane);
    let font = egui::TextStyle::Body.resolve(ui.style());
    let Some(shown) = shown else {
        painter.text(pane.center(), egui::Align2::CENTER_CENTER, WAITING.of(language), font, Color32::GRAY);
        return;
    };
    if let Some(comparison) = compared(state) {
        let current = |ui: &egui::Ui, clip: Rect| draw(ui, clip, rect, picture.texture(), 1.0);
        candidates::comparison_ui(ui, state, comparison, (pane, rect), &current, actions);
        return;
    }
    draw(ui, pane, rect, picture.texture(), 1.0);
    let preview = (shown.quality == Quality::Preview).then_some(PREVIEW);
    let unstyled = (shown.styles.is_empty() && !state.styles().is_empty()).then_some(STYLES_FOLLOW);
    let tags: Vec<&str> = [preview, unstyled].into_iter().flatten().map(|tag| tag.of(language)).collect();
    if !tags.is_empty() {
        let place = rect.intersect(pane).left_top() + Vec2::new(6.0, 6.0);
        compare::tag_ui(ui, &painter, &tags.join(" · "), place, egui::Align2::LEFT_TOP);
    }
}

/// The comparison of kept pictures of the drawing that is shown.
fn compared(state: &State) -> Option<&Comparison> {
    state.filmstrip.comparison.as_ref().filter(|comparison| comparison.drawing == state.drawing().id)
}

/// The newest picture, if it is of the drawing that is shown.
fn shown_here<'a>(state: &State, picture: &'a PictureTexture) -> Option<&'a Shown> {
    picture.shown().filter(|shown| shown.stamp.document == state.drawing().id)
}

fn splitter_ui(ui: &mut egui::Ui, language: Language, area: Rect, middle: f32, actions: &mut Vec<Action>) {
    let bar = Rect::from_center_size(egui::pos2(middle, area.center().y), Vec2::new(theme::SPLITTER, area.height()));
    let response = ui.interact(bar, ui.scope_id().with("splitter"), Sense::drag());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Splitter, true, SHARE.of(language)));
    let response = response.on_hover_cursor(CursorIcon::ResizeHorizontal);
    let active = response.hovered() || response.dragged();
    let colour = if active { theme::accent(ui.visuals()) } else { ui.visuals().widgets.noninteractive.bg_stroke.color };
    ui.painter().rect_filled(bar.shrink2(Vec2::new(1.5, 0.0)), 0.0, colour);
    if let Some(place) = response.interact_pointer_pos().filter(|_| response.dragged()) {
        let share = ((place.x - area.left()) / area.width()).clamp(0.15, 0.85);
        actions.push(Action::SetLayout(Layout::Split(share)));
    }
}
