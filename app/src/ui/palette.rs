//! Labels or colours to paint with.

use daub_models::card::Label;
use egui::{Color32, Sense, Stroke, StrokeKind, Vec2};

use super::icons::{self, Icon};
use super::theme;
use super::tour::{self, Part};
use super::widgets::focus_ring;
use crate::action::Action;
use crate::document::Ink;
use crate::state::State;
use crate::text::{Language, Text, text};

const LABELS: Text = text("Labels", "标签");
const MORE: Text = text("More labels", "更多标签");
const MORE_TIP: Text = text("The model was not trained on these and paints them badly", "模型未学过这些标签，效果不佳");
const SEARCH: Text = text("Search labels", "搜索标签");
const NO_LABEL: Text = text("No label is called so", "没有这个名称的标签");
const COLOUR: Text = text("Colour", "颜色");

/// The labels that can be picked now: those that the model was trained on, and the others when they are wanted.
pub(super) fn shown_labels(state: &State) -> Vec<&Label> {
    let labels = state.drawing().model.iter().flat_map(|model| &model.card.labels);
    labels.filter(|label| label.trained || state.more_labels || Ink::from(label.id) == state.drawing().ink).collect()
}

/// The palette of the current drawing.
pub(super) fn palette_ui(ui: &mut egui::Ui, state: &State, actions: &mut Vec<Action>) {
    tour::mark(ui, Part::Palette, ui.max_rect());
    if !state.drawing().document.canvas().kind().is_labels() {
        return colours_ui(ui, state, actions);
    }
    let language = state.language;
    let wanted = search_ui(ui, language);
    let untrained = state.drawing().model.iter().flat_map(|model| &model.card.labels).any(|label| !label.trained);
    if untrained {
        let mut more = state.more_labels;
        if ui.checkbox(&mut more, MORE.of(language)).on_hover_text(MORE_TIP.of(language)).changed() {
            actions.push(Action::ShowMoreLabels(more));
        }
    }
    egui::ScrollArea::vertical().id_salt("labels").auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        let mut found = false;
        for (index, label) in shown_labels(state).into_iter().enumerate() {
            let name = label_name(label, language);
            if !(name.to_lowercase().contains(&wanted) || label.name.contains(&wanted)) {
                continue;
            }
            found = true;
            let chosen = state.drawing().ink == Ink::from(label.id);
            let key = if index < 10 { format!("{}", (index + 1) % 10) } else { String::new() };
            if label_ui(ui, label, &name, chosen, &key) {
                actions.push(Action::SetInk(Ink::from(label.id)));
            }
        }
        if !found {
            ui.weak(NO_LABEL.of(language));
        }
    });
}

/// The field that finds labels; gives what was typed, in small letters.
fn search_ui(ui: &mut egui::Ui, language: Language) -> String {
    let id = ui.scope_id().with("search");
    let mut typed: String = ui.data(|data| data.get_temp(id)).unwrap_or_default();
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(Vec2::splat(16.0), Sense::hover());
        icons::paint(ui.painter(), Icon::Search, rect, ui.visuals().weak_text_color());
        let field = egui::TextEdit::singleline(&mut typed).hint_text(LABELS.of(language)).desired_width(f32::INFINITY);
        let response = ui.add(field);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::SearchInput, true, SEARCH.of(language)));
        if response.has_focus() && super::widgets::pressed(ui, egui::Key::Escape) {
            typed.clear();
            response.surrender_focus();
        }
        if response.changed() || typed.is_empty() {
            ui.data_mut(|data| data.insert_temp(id, typed.clone()));
        }
    });
    typed.trim().to_lowercase()
}

/// One row: swatch, name, key. Returns whether it was clicked.
fn label_ui(ui: &mut egui::Ui, label: &Label, name: &str, chosen: bool, key: &str) -> bool {
    let size = Vec2::new(ui.available_width(), theme::SWATCH + 8.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, chosen, name));
    let visuals = ui.style().interact_selectable(&response, chosen);
    let painter = ui.painter();
    if chosen || response.hovered() {
        painter.rect_filled(rect, theme::ROUNDING, visuals.bg_fill);
    }
    focus_ring(ui, &response, rect);
    let swatch = egui::Rect::from_center_size(egui::pos2(rect.left() + 12.0, rect.center().y), Vec2::splat(theme::SWATCH));
    let [r, g, b] = label.color;
    painter.rect_filled(swatch, 3.0, Color32::from_rgb(r, g, b));
    painter.rect_stroke(swatch, 3.0, Stroke::new(1.0, Color32::from_gray(120)), StrokeKind::Inside);
    let font = egui::TextStyle::Body.resolve(ui.style());
    let colour = if label.trained || chosen { visuals.text_color() } else { ui.visuals().weak_text_color() };
    painter.text(egui::pos2(rect.left() + 26.0, rect.center().y), egui::Align2::LEFT_CENTER, name, font.clone(), colour);
    let weak = ui.visuals().weak_text_color();
    painter.text(egui::pos2(rect.right() - 6.0, rect.center().y), egui::Align2::RIGHT_CENTER, key, font, weak);
    response.clicked()
}

/// What an ink looks like.
pub(super) fn colour_of(ink: Ink, state: &State) -> Color32 {
    let labels = state.drawing().model.iter().flat_map(|model| &model.card.labels);
    let [_, r, g, b] = ink.to_be_bytes();
    let colour = if state.drawing().document.canvas().kind().is_labels() {
        labels.into_iter().find(|label| Ink::from(label.id) == ink).map_or([128; 3], |label| label.color)
    } else {
        [r, g, b]
    };
    Color32::from_rgb(colour[0], colour[1], colour[2])
}

/// What an ink is called: its label, or its colour as `#rrggbb`.
pub(super) fn ink_name(ink: Ink, state: &State) -> String {
    if !state.drawing().document.canvas().kind().is_labels() {
        return format!("#{ink:06x}");
    }
    let mut labels = state.drawing().model.iter().flat_map(|model| &model.card.labels);
    let found = labels.find(|label| Ink::from(label.id) == ink);
    found.map_or_else(|| ink.to_string(), |label| label_name(label, state.language))
}

/// A label's name for people.
pub(super) fn label_name(label: &Label, language: Language) -> String {
    let chinese = (language == Language::Chinese).then(|| CHINESE.iter().find(|(name, _)| *name == label.name)).flatten();
    match chinese {
        Some((_, zh)) => (*zh).to_owned(),
        None => label.name.replace('_', " "),
    }
}

fn colours_ui(ui: &mut egui::Ui, state: &State, actions: &mut Vec<Action>) {
    ui.strong(COLOUR.of(state.language));
    let [_, r, g, b] = state.drawing().ink.to_be_bytes();
    let mut colour = [r, g, b];
    let button = ui.color_edit_button_srgb(&mut colour);
    button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ColorWell, true, COLOUR.of(state.language)));
    if button.changed() {
        actions.push(Action::SetInk(ink_of(colour)));
    }
    ui.horizontal_wrapped(|ui| {
        for swatch in SWATCHES {
            let (rect, response) = ui.allocate_exact_size(Vec2::splat(22.0), Sense::click());
            let [r, g, b] = swatch;
            response.widget_info(|| {
                let name = format!("#{r:02x}{g:02x}{b:02x}");
                egui::WidgetInfo::selected(egui::Role::ColorWell, true, colour == swatch, name)
            });
            ui.painter().rect_filled(rect, 3.0, Color32::from_rgb(r, g, b));
            let outline =
                if colour == swatch { Stroke::new(2.0, theme::ACCENT) } else { Stroke::new(1.0, Color32::from_gray(120)) };
            ui.painter().rect_stroke(rect, 3.0, outline, StrokeKind::Inside);
            if response.clicked() {
                actions.push(Action::SetInk(ink_of(swatch)));
            }
        }
    });
}

fn ink_of([r, g, b]: [u8; 3]) -> Ink {
    Ink::from_be_bytes([0, r, g, b])
}

/// Colours at hand for sketches and paintings.
const SWATCHES: [[u8; 3]; 14] = [
    [0, 0, 0],
    [255, 255, 255],
    [128, 128, 128],
    [92, 64, 40],
    [196, 150, 96],
    [232, 204, 152],
    [46, 84, 40],
    [110, 150, 64],
    [36, 72, 120],
    [96, 152, 208],
    [184, 212, 236],
    [176, 48, 40],
    [236, 136, 48],
    [244, 208, 80],
];

/// Names of the bundled label sets in Chinese.
const CHINESE: &[(&str, &str)] = &[
    ("unlabeled", "未标注"),
    ("ego_vehicle", "本车"),
    ("rectification_border", "校正边框"),
    ("out_of_roi", "区域外"),
    ("static", "静物"),
    ("dynamic", "动物体"),
    ("ground", "地面"),
    ("road", "道路"),
    ("sidewalk", "人行道"),
    ("parking", "停车位"),
    ("rail_track", "轨道"),
    ("building", "建筑"),
    ("wall", "墙"),
    ("fence", "围栏"),
    ("guard_rail", "护栏"),
    ("bridge", "桥"),
    ("tunnel", "隧道"),
    ("pole", "杆"),
    ("polegroup", "杆群"),
    ("traffic_light", "红绿灯"),
    ("traffic_sign", "交通标志"),
    ("vegetation", "植被"),
    ("terrain", "草地"),
    ("sky", "天空"),
    ("person", "行人"),
    ("rider", "骑手"),
    ("car", "汽车"),
    ("truck", "卡车"),
    ("bus", "公交车"),
    ("caravan", "房车"),
    ("trailer", "拖车"),
    ("train", "列车"),
    ("motorcycle", "摩托车"),
    ("bicycle", "自行车"),
    ("license_plate", "车牌"),
    ("background", "背景"),
    ("window", "窗"),
    ("door", "门"),
    ("cornice", "檐口"),
    ("sill", "窗台"),
    ("balcony", "阳台"),
    ("blind", "百叶窗"),
    ("deco", "装饰"),
    ("molding", "线脚"),
    ("pillar", "柱"),
    ("shop", "店铺"),
    ("skin", "皮肤"),
    ("nose", "鼻子"),
    ("eyeglasses", "眼镜"),
    ("left_eye", "左眼"),
    ("right_eye", "右眼"),
    ("left_brow", "左眉"),
    ("right_brow", "右眉"),
    ("left_ear", "左耳"),
    ("right_ear", "右耳"),
    ("mouth", "口"),
    ("upper_lip", "上唇"),
    ("lower_lip", "下唇"),
    ("hair", "头发"),
    ("hat", "帽子"),
    ("earring", "耳环"),
    ("necklace", "项链"),
    ("neck", "颈"),
    ("cloth", "衣服"),
];
