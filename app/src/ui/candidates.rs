//! The strip of kept pictures along the bottom, and the comparison of two of them in the picture's place.

use std::sync::Arc;

use egui::{Align2, Color32, ColorImage, Rect, RichText, Sense, Stroke, StrokeKind, TextureHandle, TextureOptions, Vec2};
use image::RgbImage;

use super::compare::{divider_ui, tag_ui};
use super::theme;
use crate::action::{Action, CandidateAction};
use crate::candidates::Candidate;
use crate::state::{Comparison, Pick, State, Way};
use crate::text::{Language, Text, text};

const KEEP: Text = text("Keep this", "保留此图");
const KEEP_TIP: Text =
    text("Keep this photograph and its drawing, to compare and to go back to (K)", "保留这张照片及其画作，以便比较和返回 (K)");
const KEPT: Text = text("Kept pictures", "保留的图片");
const FOLD: Text = text("Fold away", "折叠");
const UNFOLD: Text = text("Show", "展开");
const BACK: Text = text("Back to this drawing", "返回此画");
const BESIDE: Text = text("Open in a new tab", "在新标签页打开");
const DELETE: Text = text("Delete", "删除");
const SECOND: Text = text("Compare with this on the right", "作为右侧图片比较");
const HINT: Text = text(
    "Click: compare with the current picture. Ctrl+click: second picture. Double click: back to its drawing.",
    "单击：与当前照片比较。Ctrl+单击：作为第二张。双击：返回其画作。",
);
const DIVIDER: Text = text("Divider", "分割线");
const PLACE: Text = text("Place of the divider", "分割线的位置");
const FLICKER: Text = text("Flicker", "交替");
const END: Text = text("End comparison", "结束比较");
const NOW: Text = text("Now", "当前");

/// Height of a thumbnail in points.
const THUMBNAIL_HEIGHT: f32 = 76.0;

/// How long each picture of a flickering comparison is shown.
const FLICKER_SECONDS: f64 = 0.6;

/// The strip: a button, what was kept, and how two are compared.
pub(super) fn strip_ui(ui: &mut egui::Ui, state: &State, actions: &mut Vec<Action>) {
    let language = state.language;
    let drawing = state.drawing();
    let comparison = state.filmstrip.comparison.as_ref().filter(|shown| shown.drawing == drawing.id);
    let mut wish = |action| actions.push(Action::Candidate(action));
    ui.horizontal(|ui| {
        let keep = ui.add_enabled(drawing.model.is_some(), egui::Button::new(KEEP.of(language)).small());
        if keep.on_hover_text(KEEP_TIP.of(language)).clicked() {
            wish(CandidateAction::Keep);
        }
        let count = drawing.candidates.iter().len();
        ui.label(RichText::new(format!("{} {count}", KEPT.of(language))).small()).on_hover_text(HINT.of(language));
        let folded = state.filmstrip.folded;
        if ui.small_button(if folded { UNFOLD } else { FOLD }.of(language)).clicked() {
            wish(CandidateAction::Fold(!folded));
        }
        if let Some(comparison) = comparison {
            ui.separator();
            for (way, name) in [(Way::Divider, DIVIDER), (Way::Flicker, FLICKER)] {
                if ui.selectable_label(comparison.way == way, RichText::new(name.of(language)).small()).clicked() {
                    wish(CandidateAction::SetWay(way));
                }
            }
            if ui.small_button(END.of(language)).clicked() {
                wish(CandidateAction::EndComparison);
            }
        }
    });
    if state.filmstrip.folded {
        return;
    }
    ui.add_space(2.0);
    egui::ScrollArea::horizontal().id_salt("candidates").stick_to_right(true).show(ui, |ui| {
        ui.horizontal(|ui| {
            for (number, candidate) in drawing.candidates.iter().enumerate() {
                thumbnail_ui(ui, number + 1, candidate, comparison, language, actions);
            }
        });
    });
    ui.add_space(2.0);
}

fn thumbnail_ui(
    ui: &mut egui::Ui,
    number: usize,
    candidate: &Candidate,
    comparison: Option<&Comparison>,
    language: Language,
    actions: &mut Vec<Action>,
) {
    let pick = Pick::Kept(candidate.id);
    let mut wish = |action| actions.push(Action::Candidate(action));
    let texture = texture_of(ui, &candidate.thumbnail);
    let size = texture.size_vec2() * (THUMBNAIL_HEIGHT / texture.size_vec2().y);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let chosen = comparison.is_some_and(|shown| shown.left == pick || shown.right == pick);
    response
        .widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, chosen, format!("{} {number}", KEPT.of(language))));
    egui::Image::new(&texture).corner_radius(4.0).paint_at(ui, rect);
    let outline = if chosen {
        Stroke::new(2.5, theme::ACCENT)
    } else if response.hovered() || response.has_focus() {
        Stroke::new(1.5, theme::accent(ui.visuals()))
    } else {
        ui.visuals().widgets.noninteractive.bg_stroke
    };
    ui.painter().rect_stroke(rect, 4.0, outline, StrokeKind::Inside);
    tag_ui(ui, ui.painter(), &number.to_string(), rect.left_top() + Vec2::splat(4.0), Align2::LEFT_TOP);
    if response.double_clicked() {
        wish(CandidateAction::GoBack(candidate.id));
    } else if response.clicked() {
        let second = ui.input(|input| input.modifiers.command);
        let left = comparison.map_or(Pick::Current, |shown| shown.left);
        wish(if second { CandidateAction::Compare(left, pick) } else { CandidateAction::Compare(pick, Pick::Current) });
    }
    response.context_menu(|ui| {
        for (name, action) in [
            (BACK, CandidateAction::GoBack(candidate.id)),
            (BESIDE, CandidateAction::OpenBeside(candidate.id)),
            (SECOND, CandidateAction::Compare(comparison.map_or(Pick::Current, |shown| shown.left), pick)),
            (DELETE, CandidateAction::Delete(candidate.id)),
        ] {
            if ui.button(name.of(language)).clicked() {
                wish(action);
                ui.close();
            }
        }
    });
}

/// Two pictures in the place of one; `current` draws the photograph of the drawing as it is, cut at a rectangle.
pub(super) fn comparison_ui(
    ui: &mut egui::Ui,
    state: &State,
    comparison: &Comparison,
    (pane, rect): (Rect, Rect),
    current: &dyn Fn(&egui::Ui, Rect),
    actions: &mut Vec<Action>,
) {
    let shown = |ui: &egui::Ui, pick: Pick, clip: Rect| match pick {
        Pick::Current => current(ui, clip),
        Pick::Kept(id) => {
            if let Some((_, picture)) = comparison.pictures.iter().find(|(known, _)| *known == id) {
                let texture = texture_of(ui, picture);
                let whole = Rect::from_min_max(egui::pos2(0.0, 0.0), egui::pos2(1.0, 1.0));
                ui.painter().with_clip_rect(clip).image(texture.id(), rect, whole, Color32::WHITE);
            }
        }
    };
    let visible = rect.intersect(pane);
    let tag = |ui: &egui::Ui, pick: Pick, place: egui::Pos2, align: Align2| {
        tag_ui(ui, &ui.painter().with_clip_rect(pane), &name_of(state, pick), place, align);
    };
    let (upper_left, upper_right) = (visible.left_top() + Vec2::splat(6.0), visible.right_top() + Vec2::new(-6.0, 6.0));
    match comparison.way {
        Way::Flicker => {
            let (time, left) = (ui.input(|input| input.time), comparison.left);
            let pick = if ((time / FLICKER_SECONDS) as u64).is_multiple_of(2) { left } else { comparison.right };
            shown(ui, pick, visible);
            tag(ui, pick, upper_left, Align2::LEFT_TOP);
            ui.request_repaint_after_secs((FLICKER_SECONDS / 4.0) as f32);
        }
        Way::Divider => {
            let x = (rect.left() + rect.width() * comparison.divider).clamp(visible.left(), visible.right());
            shown(ui, comparison.left, Rect::from_min_max(visible.min, egui::pos2(x, visible.bottom())));
            shown(ui, comparison.right, Rect::from_min_max(egui::pos2(x, visible.top()), visible.max));
            tag(ui, comparison.left, upper_left, Align2::LEFT_TOP);
            tag(ui, comparison.right, upper_right, Align2::RIGHT_TOP);
            if let Some(share) = divider_ui(ui, PLACE.of(state.language), pane, rect, comparison.divider) {
                actions.push(Action::Candidate(CandidateAction::SetDivider(share)));
            }
        }
    }
}

fn name_of(state: &State, pick: Pick) -> String {
    let place = |id| state.drawing().candidates.iter().position(|candidate| candidate.id == id);
    match pick {
        Pick::Current => NOW.of(state.language).to_owned(),
        Pick::Kept(id) => place(id).map_or_else(String::new, |place| (place + 1).to_string()),
    }
}

/// The texture of a picture that does not change. One that is not drawn for a frame is given back.
fn texture_of(ui: &egui::Ui, picture: &Arc<RgbImage>) -> TextureHandle {
    type Cached = Vec<(Arc<RgbImage>, TextureHandle, u64)>;
    let id = egui::Id::unique("textures of kept pictures");
    let frame = ui.ctx().cumulative_frame_nr();
    let mut cached: Cached = ui.data(|data| data.get_temp(id)).unwrap_or_default();
    cached.retain(|(_, _, drawn)| drawn + 1 >= frame);
    let texture = if let Some((_, texture, drawn)) = cached.iter_mut().find(|(known, _, _)| Arc::ptr_eq(known, picture)) {
        *drawn = frame;
        texture.clone()
    } else {
        let image = ColorImage::from_rgb([picture.width() as usize, picture.height() as usize], picture.as_raw());
        let texture = ui.ctx().load_texture("kept picture", image, TextureOptions::LINEAR);
        cached.push((picture.clone(), texture.clone(), frame));
        texture
    };
    ui.data_mut(|data| data.insert_temp::<Cached>(id, cached));
    texture
}
