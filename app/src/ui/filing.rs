//! What lies over the window about files: the list of exports, the question before a file is replaced.

use egui::{Align2, Key, RichText, Vec2};

use super::menu::can_export;
use super::{meaning, theme};
use crate::action::{Action, FileAction};
use crate::io::dialogs::Purpose;
use crate::io::export::Kind;
use crate::state::State;
use crate::text::{Language, Text, text};
use crate::timelapse::Settings;

const DROP: Text = text("Let go to open", "松开以打开");
const EXPORT: Text = text("Export", "导出");
const CHOOSE: Text = text("Choose a file…", "选择文件…");
const CANCEL: Text = text("Cancel", "取消");
const SPEED: Text = text("Steps a second", "每秒步数");
const SIZE: Text = text("Longest side", "最长边");
const PIXELS: Text = text(" px", " 像素");
const STEPS: Text = text("Every step of undo is one step of the film.", "每个可撤销的步骤是动画的一步。");
const NO_STEPS: Text = text("Nothing has been drawn since this drawing was opened.", "打开此画后尚未绘制。");
const REPLACE: Text = text("Replace", "替换");
const IS_THERE: Text = text("is there already. Replace it?", "已存在。要替换吗？");
const OTHER_NAME: Text = text("Another name…", "换个名称…");

/// Width of the dialogs in points.
const WIDTH: f32 = 440.0;

/// Every overlay that is open.
pub(super) fn filing_ui(ui: &egui::Ui, state: &State, actions: &mut Vec<Action>) {
    let filing = &state.filing;
    if let Some(open) = &filing.meaning {
        meaning::meaning_ui(ui, state, open, actions);
    }
    if filing.exporting {
        exports_ui(ui, state, actions);
    }
    dropping_ui(ui, state.language);
    if let Some((purpose, path)) = &filing.replacing {
        replacing_ui(ui, state.language, *purpose, path, actions);
    }
}

fn exports_ui(ui: &egui::Ui, state: &State, actions: &mut Vec<Action>) {
    let (language, filing) = (state.language, &state.filing);
    let drawing = state.drawing();
    let labels = drawing.document.canvas().kind().is_labels();
    egui::Modal::new(egui::Id::unique("exports")).show(ui.ctx(), |ui| {
        ui.set_width(WIDTH);
        ui.heading(EXPORT.of(language));
        ui.add_space(6.0);
        for kind in Kind::ALL.into_iter().filter(|kind| kind.suits(labels)) {
            let file = format!("{}{}.{}", drawing.document.title, kind.suffix(labels), kind.extensions()[0]);
            let response = row_ui(ui, kind, kind == filing.export, &file, language);
            if response.clicked() {
                actions.push(Action::File(FileAction::ChooseExport(kind)));
            }
            if response.double_clicked() && can_export(kind, state) {
                actions.push(Action::File(FileAction::Export(kind)));
            }
        }
        if filing.export == Kind::Timelapse {
            timelapse_ui(ui, filing.timelapse, drawing.document.can_undo(), language, actions);
        }
        ui.add_space(8.0);
        ui.horizontal(|ui| {
            let go = egui::Button::new(RichText::new(CHOOSE.of(language)).strong()).fill(ui.visuals().selection.bg_fill);
            let ready = can_export(filing.export, state);
            let entered = ready && ui.input(|input| input.key_pressed(Key::Enter));
            if ui.add_enabled(ready, go).clicked() || entered {
                actions.push(Action::File(FileAction::Export(filing.export)));
            }
            if ui.button(CANCEL.of(language)).clicked() || ui.input(|input| input.key_pressed(Key::Escape)) {
                actions.push(Action::File(FileAction::HideExports));
            }
        });
    });
}

/// Says what happens to files that are held over the window.
fn dropping_ui(ui: &egui::Ui, language: Language) {
    if ui.input(|input| input.raw.hovered_files.is_empty()) {
        return;
    }
    let layer = egui::LayerId::new(egui::Order::Foreground, egui::Id::unique("dropping"));
    let (painter, window) = (ui.ctx().layer_painter(layer), ui.ctx().content_rect());
    painter.rect_filled(window, 0.0, egui::Color32::from_black_alpha(150));
    let outline = egui::Stroke::new(3.0, theme::ACCENT);
    painter.rect_stroke(window.shrink(12.0), theme::ROUNDING, outline, egui::StrokeKind::Inside);
    let font = egui::TextStyle::Heading.resolve(ui.style());
    painter.text(window.center(), Align2::CENTER_CENTER, DROP.of(language), font, egui::Color32::WHITE);
}

/// One kind of export: its name, what it is, and the file that would come of it.
fn row_ui(ui: &mut egui::Ui, kind: Kind, chosen: bool, file: &str, language: Language) -> egui::Response {
    let name = kind.label().of(language).trim_end_matches('…');
    let (rect, response) = ui.allocate_exact_size(Vec2::new(WIDTH, 44.0), egui::Sense::click());
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::RadioButton, true, chosen, name));
    let visuals = ui.style().interact_selectable(&response, chosen);
    if chosen || response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, theme::ROUNDING, visuals.weak_bg_fill);
    }
    let (body, small) = (egui::TextStyle::Body.resolve(ui.style()), egui::TextStyle::Small.resolve(ui.style()));
    let (strong, weak) = (visuals.text_color(), ui.visuals().weak_text_color());
    let painter = ui.painter_at(rect.shrink(2.0));
    let (left, right) = (rect.left() + 10.0, rect.right() - 10.0);
    painter.text(egui::pos2(left, rect.top() + 6.0), Align2::LEFT_TOP, name, body, strong);
    painter.text(egui::pos2(right, rect.top() + 8.0), Align2::RIGHT_TOP, file, small.clone(), weak);
    let described = painter.layout(kind.tooltip().of(language).to_owned(), small, weak, right - left);
    painter.galley(egui::pos2(left, rect.top() + 25.0), described, weak);
    response
}

fn timelapse_ui(ui: &mut egui::Ui, settings: Settings, has_steps: bool, language: Language, actions: &mut Vec<Action>) {
    let mut edited = settings;
    ui.separator();
    egui::Grid::new("timelapse").num_columns(2).spacing([12.0, 6.0]).show(ui, |ui| {
        let label = ui.label(SPEED.of(language));
        ui.add(egui::Slider::new(&mut edited.steps_per_second, Settings::SPEEDS)).labelled_by(label.id);
        ui.end_row();
        let label = ui.label(SIZE.of(language));
        ui.horizontal(|ui| {
            let side = egui::DragValue::new(&mut edited.longest_px).range(128..=4096).speed(8).suffix(PIXELS.of(language));
            ui.add(side).labelled_by(label.id);
        });
        ui.end_row();
    });
    ui.label(RichText::new(if has_steps { STEPS } else { NO_STEPS }.of(language)).small().weak());
    if edited != settings {
        actions.push(Action::File(FileAction::SetTimelapse(edited)));
    }
}

fn replacing_ui(ui: &egui::Ui, language: Language, purpose: Purpose, path: &std::path::Path, actions: &mut Vec<Action>) {
    egui::Modal::new(egui::Id::unique("replacing")).show(ui.ctx(), |ui| {
        ui.set_width(WIDTH);
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        ui.heading(name);
        ui.add(egui::Label::new(format!("{} {}", path.display(), IS_THERE.of(language))).wrap());
        ui.add_space(8.0);
        ui.horizontal(|ui| {
            if ui.button(REPLACE.of(language)).clicked() {
                actions.push(Action::PathAgreed(purpose, path.to_owned()));
            }
            if ui.button(OTHER_NAME.of(language)).clicked() {
                let again = match purpose {
                    Purpose::Export(kind) => Action::File(FileAction::Export(kind)),
                    _ => Action::SaveAs,
                };
                actions.extend([Action::File(FileAction::KeepFile), again]);
            }
            if ui.button(CANCEL.of(language)).clicked() || ui.input(|input| input.key_pressed(Key::Escape)) {
                actions.push(Action::File(FileAction::KeepFile));
            }
        });
    });
}
