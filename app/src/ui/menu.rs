//! Menus, drawing tabs, the model picker, and the keyboard.

use std::sync::Arc;

use daub_models::Model;
use daub_models::graph::NormStats;
use egui::{Key, Modifiers};

use super::theme;
use crate::action::{Action, Command, FileAction, all_commands, edit_commands, export_commands, file_commands, view_commands};
use crate::document::Ink;
use crate::generate::Device;
use crate::io::export::Kind;
use crate::scenes;
use crate::state::{Layout, PenEvent, State};
use crate::text::{Language, Text, text};

const FILE: Text = text("File", "文件");
const EXPORT_AS: Text = text("Export as", "导出为");
const EDIT: Text = text("Edit", "编辑");
const VIEW: Text = text("View", "视图");
const SCENES: Text = text("Scenes", "场景");
const MODEL: Text = text("Model", "模型");
const NOT_COMMERCIAL: Text = text("not for commercial use", "不可商用");
const COMMERCIAL: Text = text("commercial use allowed", "可商用");
const LICENCE: Text = text("Licence", "许可");
const DATA: Text = text("Data", "数据");
const WEAKNESSES: Text = text("Weaknesses", "弱点");
const MODEL_OPTIONS: Text = text("Options", "选项");
const DEVICE: Text = text("Models run on", "模型运行于");
const AUTO: Text = text("The best device", "最佳设备");
const CPU: Text = text("The processor", "处理器");
const GPU: Text = text("The graphics card", "显卡");
const STATS: Text = text("Batch norm statistics", "批归一化统计量");
const AS_CARD: Text = text("As the model says", "按模型说明");
const OF_IMAGE: Text = text("Of the picture itself", "取自当前图片");
const RUNNING: Text = text("Of the training data", "取自训练数据");
const DROPOUT: Text = text("Dropout", "随机失活");
const DROPOUT_TIP: Text =
    text("Variety in the pictures of pix2pix models, as in their paper", "让 pix2pix 模型的图片有变化，如其论文");
const NEXT_SEED: Text = text("Another variant", "换一个变体");
const CLOSE: Text = text("Close this drawing", "关闭此画");

/// The bar at the top.
pub(super) fn menu_ui(ui: &mut egui::Ui, state: &State, actions: &mut Vec<Action>) {
    let language = state.language;
    egui::MenuBar::new().ui(ui, |ui| {
        ui.menu_button(FILE.of(language), |ui| {
            commands_ui(ui, state, file_commands(), actions);
            ui.menu_button(EXPORT_AS.of(language), |ui| commands_ui(ui, state, export_commands(), actions));
        });
        ui.menu_button(EDIT.of(language), |ui| commands_ui(ui, state, edit_commands(), actions));
        ui.menu_button(VIEW.of(language), |ui| {
            commands_ui(ui, state, view_commands(), actions);
            ui.separator();
            for (choice, name) in [(Language::English, "English"), (Language::Chinese, "中文")] {
                if ui.radio(language == choice, name).clicked() {
                    actions.push(Action::SetLanguage(choice));
                }
            }
        });
        ui.menu_button(SCENES.of(language), |ui| scenes_ui(ui, state, actions));
        ui.menu_button(MODEL_OPTIONS.of(language), |ui| options_ui(ui, state, actions));
        ui.separator();
        model_picker_ui(ui, state, actions);
        ui.separator();
        tabs_ui(ui, state, actions);
    });
}

fn commands_ui(ui: &mut egui::Ui, state: &State, commands: Vec<Command>, actions: &mut Vec<Action>) {
    for command in commands {
        let enabled = is_enabled(&command.action, state);
        let mut button = egui::Button::new(command.label.of(state.language));
        if let Some(shortcut) = &command.shortcut {
            button = button.shortcut_text(ui.ctx().format_shortcut(shortcut));
        }
        if ui.add_enabled(enabled, button).on_hover_text(command.tooltip.of(state.language)).clicked() {
            actions.push(command.action);
        }
    }
}

fn is_enabled(action: &Action, state: &State) -> bool {
    match action {
        Action::Undo => state.drawing().document.can_undo(),
        Action::Redo => state.drawing().document.can_redo(),
        Action::NewBlank | Action::File(FileAction::CopyPicture) | Action::Candidate(_) => state.drawing().model.is_some(),
        Action::File(FileAction::Export(kind)) => {
            let drawing = state.drawing();
            let paints = drawing.model.is_some() || *kind == Kind::Layers || !(kind.shows_picture() || *kind == Kind::Timelapse);
            paints && kind.suits(drawing.document.canvas().kind().is_labels())
        }
        _ => true,
    }
}

/// How models are run; networks without batch norm or dropout are not touched by these.
fn options_ui(ui: &mut egui::Ui, state: &State, actions: &mut Vec<Action>) {
    let language = state.language;
    let mut options = state.options;
    ui.label(DEVICE.of(language));
    for (choice, name) in [(Device::Auto, AUTO), (Device::Cpu, CPU), (Device::Gpu, GPU)] {
        ui.radio_value(&mut options.device, choice, name.of(language));
    }
    ui.separator();
    ui.label(STATS.of(language));
    for (choice, name) in [(None, AS_CARD), (Some(NormStats::Image), OF_IMAGE), (Some(NormStats::Running), RUNNING)] {
        ui.radio_value(&mut options.norm_stats, choice, name.of(language));
    }
    ui.separator();
    let mut dropout = options.dropout_seed.is_some();
    if ui.checkbox(&mut dropout, DROPOUT.of(language)).on_hover_text(DROPOUT_TIP.of(language)).changed() {
        options.dropout_seed = dropout.then_some(0);
    }
    if let Some(seed) = &mut options.dropout_seed
        && ui.button(NEXT_SEED.of(language)).clicked()
    {
        *seed += 1;
    }
    if options != state.options {
        actions.push(Action::SetOptions(options));
    }
}

fn scenes_ui(ui: &mut egui::Ui, state: &State, actions: &mut Vec<Action>) {
    let mut last: Option<&crate::document::Kind> = None;
    for scene in scenes::all().iter().filter(|scene| scene.scene.is_none()) {
        if last.is_some_and(|kind| *kind != scene.kind) {
            ui.separator();
        }
        last = Some(&scene.kind);
        if ui.button(scene.title.of(state.language)).clicked() {
            actions.push(Action::NewFromScene(scene.name.clone()));
        }
    }
}

/// The chosen model and its licence; the list shows every model's terms before it is chosen.
fn model_picker_ui(ui: &mut egui::Ui, state: &State, actions: &mut Vec<Action>) {
    let language = state.language;
    let current = state.drawing().model.as_ref();
    let title = current.map_or("–", |model| &model.card.title);
    let response = egui::ComboBox::from_id_salt("model").selected_text(title).width(130.0).height(420.0).show_ui(ui, |ui| {
        ui.set_min_width(300.0);
        for model in &state.models {
            let chosen = current == Some(model);
            let response = ui.selectable_label(chosen, &model.card.title);
            ui.label(egui::RichText::new(terms(model, language)).small().weak());
            if response.on_hover_ui(|ui| card_ui(ui, model, language)).clicked() {
                actions.push(Action::SelectModel(Arc::clone(model)));
            }
        }
    });
    response.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, true, MODEL.of(language)));
    if let Some(model) = current {
        let terms = egui::RichText::new(terms(model, language)).small().weak();
        ui.label(terms).on_hover_ui(|ui| card_ui(ui, model, language));
    }
}

fn terms(model: &Model, language: Language) -> String {
    let licence = &model.card.licence;
    let use_ = if licence.commercial { COMMERCIAL } else { NOT_COMMERCIAL };
    format!("{} · {}", licence.name, use_.of(language))
}

fn card_ui(ui: &mut egui::Ui, model: &Model, language: Language) {
    let card = &model.card;
    ui.set_max_width(360.0);
    ui.heading(&card.title);
    ui.label(format!("{}: {}", LICENCE.of(language), terms(model, language)));
    if let Some(url) = &card.licence.url {
        ui.label(url);
    }
    ui.label(format!("{}: {}", DATA.of(language), card.data));
    ui.label(format!("{}:", WEAKNESSES.of(language)));
    for weakness in &card.weaknesses {
        ui.label(format!("• {weakness}"));
    }
}

/// One tab a drawing.
fn tabs_ui(ui: &mut egui::Ui, state: &State, actions: &mut Vec<Action>) {
    egui::ScrollArea::horizontal().id_salt("tabs").show(ui, |ui| {
        for (index, drawing) in state.drawings.iter().enumerate() {
            let mark = if drawing.document.is_unsaved() { " •" } else { "" };
            let title = format!("{}{mark}", drawing.document.title);
            if ui.selectable_label(index == state.current, title).clicked() {
                actions.push(Action::SelectDrawing(index));
            }
            let close = ui.small_button("×").on_hover_text(CLOSE.of(state.language));
            if close.clicked() {
                actions.push(Action::CloseDrawing(index));
            }
        }
    });
}

/// Keys that pick the first labels.
const DIGITS: [Key; 10] =
    [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7, Key::Num8, Key::Num9, Key::Num0];

/// Keys that are no command of a menu: digits pick labels, Enter and Escape end strokes.
pub(super) fn shortcuts(context: &egui::Context, state: &State, actions: &mut Vec<Action>) {
    // Longer shortcuts first, so that Ctrl+Shift+Z is not taken for Ctrl+Z.
    let mut commands = all_commands();
    commands.sort_by_key(|command| command.shortcut.map_or(0, |keys| usize::from(!keys.modifiers.shift)));
    for command in commands {
        let Some(shortcut) = command.shortcut else { continue };
        if is_enabled(&command.action, state) && context.input_mut(|input| input.consume_shortcut(&shortcut)) {
            actions.push(command.action);
        }
    }
    let pressed = |key| context.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    // Redo has two common shortcuts.
    if context.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::Y)) {
        actions.push(Action::Redo);
    }
    if pressed(Key::Enter) {
        actions.push(Action::Pen(PenEvent::Finish));
    }
    if pressed(Key::Escape) {
        actions.push(Action::Pen(PenEvent::Cancel));
    }
    for (key, label) in DIGITS.into_iter().zip(super::palette::shown_labels(state)) {
        if pressed(key) {
            actions.push(Action::SetInk(Ink::from(label.id)));
        }
    }
}

/// Sliders for how canvas and picture share the window.
pub(super) fn layout_ui(ui: &mut egui::Ui, state: &State, actions: &mut Vec<Action>) {
    if let Layout::Overlay(opacity) = state.layout {
        let mut edited = opacity;
        let slider = egui::Slider::new(&mut edited, 0.0..=1.0).show_value(false);
        let slider = ui.add(slider.text(text("Canvas opacity", "画布不透明度").of(state.language)));
        if slider.changed() {
            actions.push(Action::SetLayout(Layout::Overlay(edited)));
        }
        ui.add_space(theme::SPLITTER);
    }
}
