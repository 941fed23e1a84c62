//! The table of values that a label map holds: what was found, how much of it, and what it is taken for.

use egui::{Color32, ColorImage, Key, RichText, Sense, Stroke, StrokeKind, TextureHandle, TextureOptions, Vec2};

use super::{palette::label_name, theme};
use crate::action::{Action, FileAction, Meaning};
use crate::io::export::colours;
use crate::io::import::{LabelSet, Row, Table};
use crate::io::pictures::size_within;
use crate::state::State;
use crate::text::{Language, Text, text};

const HEADING: Text = text("What do these values mean?", "这些值代表什么？");
const UNKNOWN: Text = text(
    "This label map has values that are not among the labels. Say what each stands for; it is remembered for the next file.",
    "此标签图含有未知的值。请指定每个值代表的标签，下次会记住。",
);
const SMEARED: Text = text(
    "The colours were smeared by a lossy format, so every pixel was taken for the nearest label. PNG keeps them exact.",
    "有损格式使颜色失真，每个像素已归为最接近的标签。PNG 可保持颜色准确。",
);
const FOUND: Text = text("Found", "找到");
const SHARE: Text = text("Share", "占比");
const LABEL: Text = text("Label", "标签");
const LABELS_OF: Text = text("Labels of", "标签集");
const OPEN: Text = text("Open", "打开");
const CANCEL: Text = text("Cancel", "取消");
const PREVIEW: Text = text("Preview", "预览");

/// Longest side of the preview's picture in pixels.
const PREVIEW_SIDE_PX: u32 = 500;

/// Size of the preview in points.
const PREVIEW_SIZE: Vec2 = Vec2::new(250.0, 220.0);

/// The table and its preview.
pub(super) fn meaning_ui(ui: &egui::Ui, state: &State, open: &Meaning, actions: &mut Vec<Action>) {
    let language = state.language;
    let table = &open.table;
    egui::Modal::new(egui::Id::unique("meaning")).show(ui.ctx(), |ui| {
        ui.set_width(680.0);
        ui.heading(HEADING.of(language));
        ui.label(RichText::new(format!("{} · {}×{}", open.title, table.width, table.height)).weak());
        ui.add(egui::Label::new(if table.smeared { SMEARED } else { UNKNOWN }.of(language)).wrap());
        ui.add_space(6.0);
        if table.sets.len() > 1 {
            sets_ui(ui, table, language, actions);
            ui.add_space(4.0);
        }
        ui.horizontal_top(|ui| {
            ui.vertical(|ui| {
                ui.set_width(680.0 - PREVIEW_SIZE.x - 16.0);
                rows_ui(ui, table, language, actions);
            });
            preview_ui(ui, table, language);
        });
        ui.add_space(8.0);
        ui.horizontal(|ui| {
            let go = egui::Button::new(RichText::new(OPEN.of(language)).strong()).fill(ui.visuals().selection.bg_fill);
            if ui.add(go).clicked() || ui.input(|input| input.key_pressed(Key::Enter)) {
                actions.push(Action::File(FileAction::OpenMeaning));
            }
            if ui.button(CANCEL.of(language)).clicked() || ui.input(|input| input.key_pressed(Key::Escape)) {
                actions.push(Action::File(FileAction::CancelMeaning));
            }
        });
    });
}

fn sets_ui(ui: &mut egui::Ui, table: &Table, language: Language, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        let label = ui.label(LABELS_OF.of(language));
        let chosen = egui::ComboBox::from_id_salt("sets").selected_text(&table.chosen().title);
        let response = chosen.show_ui(ui, |ui| {
            for (index, set) in table.sets.iter().enumerate() {
                if ui.selectable_label(index == table.set, &set.title).clicked() {
                    actions.push(Action::File(FileAction::SetMeaningSet(index)));
                }
            }
        });
        response.response.labelled_by(label.id);
    });
}

fn rows_ui(ui: &mut egui::Ui, table: &Table, language: Language, actions: &mut Vec<Action>) {
    egui::ScrollArea::vertical().max_height(PREVIEW_SIZE.y + 60.0).auto_shrink([false, true]).show(ui, |ui| {
        egui::Grid::new("values").num_columns(3).striped(true).spacing([14.0, 5.0]).show(ui, |ui| {
            for heading in [FOUND, SHARE, LABEL] {
                ui.strong(heading.of(language));
            }
            ui.end_row();
            for (index, row) in table.rows.iter().enumerate() {
                value_ui(ui, row);
                ui.label(share_of(table.share(row)));
                label_ui(ui, table.chosen(), index, row, language, actions);
                ui.end_row();
            }
        });
    });
}

fn value_ui(ui: &mut egui::Ui, row: &Row) {
    ui.horizontal(|ui| {
        if let Some(colour) = row.colour {
            swatch_ui(ui, colour);
        }
        ui.monospace(row.value.to_string());
        if !row.certain {
            ui.label(RichText::new("?").color(theme::accent(ui.visuals())).strong());
        }
    });
}

fn label_ui(ui: &mut egui::Ui, set: &LabelSet, index: usize, row: &Row, language: Language, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        let chosen = set.labels.get(usize::from(row.label));
        swatch_ui(ui, chosen.map_or([0; 3], |label| label.color));
        let name = chosen.map_or_else(String::new, |label| label_name(label, language));
        let combo = egui::ComboBox::from_id_salt(("label", index)).selected_text(name).width(140.0).height(320.0);
        let response = combo.show_ui(ui, |ui| {
            for label in &set.labels {
                let picked = ui.horizontal(|ui| {
                    swatch_ui(ui, label.color);
                    ui.selectable_label(label.id == row.label, label_name(label, language)).clicked()
                });
                if picked.inner {
                    actions.push(Action::File(FileAction::SetMeaning(index, label.id)));
                }
            }
        });
        let spoken = format!("{} {}", LABEL.of(language), row.value);
        response.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, true, &spoken));
    });
}

fn swatch_ui(ui: &mut egui::Ui, [r, g, b]: [u8; 3]) {
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(theme::SWATCH), Sense::hover());
    ui.painter().rect_filled(rect, 3.0, Color32::from_rgb(r, g, b));
    ui.painter().rect_stroke(rect, 3.0, Stroke::new(1.0, Color32::from_gray(120)), StrokeKind::Inside);
}

fn share_of(share: f32) -> String {
    if share < 0.001 { "< 0.1 %".to_owned() } else { format!("{:.1} %", share * 100.0) }
}

/// The map as it would open. The texture is made anew only when a row changes.
fn preview_ui(ui: &mut egui::Ui, table: &Table, language: Language) {
    type Cached = (Vec<u8>, usize, TextureHandle);
    let id = egui::Id::unique("meaning preview");
    let labels: Vec<u8> = table.rows.iter().map(|row| row.label).collect();
    let cached = ui.data(|data| data.get_temp::<Cached>(id));
    let fresh = cached.filter(|(known, set, _)| *known == labels && *set == table.set).map(|(_, _, texture)| texture);
    let texture = fresh.or_else(|| {
        let palette: Vec<[u8; 3]> = table.chosen().labels.iter().map(|label| label.color).collect();
        let picture = colours(&table.canvas()?, &palette);
        let (width, height) = size_within(picture.dimensions(), PREVIEW_SIDE_PX);
        let small = image::imageops::thumbnail(&picture, width, height);
        let image = ColorImage::from_rgb([small.width() as usize, small.height() as usize], small.as_raw());
        let texture = ui.ctx().load_texture("meaning", image, TextureOptions::LINEAR);
        ui.data_mut(|data| data.insert_temp::<Cached>(id, (labels, table.set, texture.clone())));
        Some(texture)
    });
    if let Some(texture) = texture {
        let response = ui.add(egui::Image::new(&texture).max_size(PREVIEW_SIZE).corner_radius(4.0));
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, PREVIEW.of(language)));
    }
}
