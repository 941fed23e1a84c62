//! Menus, drawing tabs, the model picker, and the keyboard.

use std::sync::Arc;

use daub_models::Model;
use daub_models::graph::NormStats;
use egui::{Key, KeyboardShortcut, Modifiers};

use super::icons::Icon;
use super::side;
use super::widgets::{keys_of, small_icon_button};
use crate::action::{
    Action, Command, FileAction, Interface, ObjectAction, Selection, all_commands, edit_commands, export_commands, file_commands,
    help_commands, look_commands, mirror_commands, object_commands, panel_commands, selection_commands, view_commands,
};
use crate::document::{Ink, Kind};
use crate::generate::Device;
use crate::io::export;
use crate::scenes;
use crate::state::{PenEvent, State, has_looks};
use crate::text::{Language, Text, text};

const FILE: Text = text("File", "文件");
const EXPORT_AS: Text = text("Export as", "导出为");
const RECENT: Text = text("Open recent", "最近打开");
const FORGET: Text = text("Forget these files", "清除记录");
const EDIT: Text = text("Edit", "编辑");
const OBJECT: Text = text("Object", "对象");
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
const SELECT: Text = text("Select", "选择");
const HELP: Text = text("Help", "帮助");
const NEXT_SEED: Text = text("Another variant", "换一个变体");
const CLOSE: Text = text("Close this drawing", "关闭此画");

/// The bar at the top.
pub(super) fn menu_ui(ui: &mut egui::Ui, state: &State, actions: &mut Vec<Action>) {
    let language = state.language;
    egui::MenuBar::new().ui(ui, |ui| {
        ui.menu_button(FILE.of(language), |ui| {
            for command in file_commands() {
                let opens = matches!(command.action, Action::Open);
                commands_ui(ui, state, vec![command], actions);
                if opens {
                    recent_ui(ui, state, actions);
                }
            }
            ui.menu_button(EXPORT_AS.of(language), |ui| commands_ui(ui, state, export_commands(), actions));
        });
        ui.menu_button(EDIT.of(language), |ui| {
            commands_ui(ui, state, edit_commands(), actions);
            ui.separator();
            commands_ui(ui, state, mirror_commands(), actions);
        });
        ui.menu_button(OBJECT.of(language), |ui| commands_ui(ui, state, object_commands(), actions));
        ui.menu_button(SELECT.of(language), |ui| commands_ui(ui, state, selection_commands(), actions));
        ui.menu_button(VIEW.of(language), |ui| {
            commands_ui(ui, state, view_commands(), actions);
            ui.separator();
            panels_ui(ui, state, actions);
            commands_ui(ui, state, panel_commands(), actions);
            ui.separator();
            for (choice, name) in [(Language::English, "English"), (Language::Chinese, "中文")] {
                if ui.radio(language == choice, name).clicked() {
                    actions.push(Action::SetLanguage(choice));
                }
            }
        });
        ui.menu_button(SCENES.of(language), |ui| scenes_ui(ui, state, actions));
        ui.menu_button(MODEL_OPTIONS.of(language), |ui| options_ui(ui, state, actions));
        ui.menu_button(HELP.of(language), |ui| commands_ui(ui, state, help_commands(), actions));
        ui.separator();
        tabs_ui(ui, state, actions);
    });
}

/// Files that were open before, the newest first.
fn recent_ui(ui: &mut egui::Ui, state: &State, actions: &mut Vec<Action>) {
    let recent = &state.preferences.recent;
    ui.add_enabled_ui(!recent.is_empty(), |ui| {
        ui.menu_button(RECENT.of(state.language), |ui| {
            for path in recent {
                let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
                if ui.button(name).on_hover_text(path.display().to_string()).clicked() {
                    actions.push(Action::File(FileAction::OpenRecent(path.clone())));
                }
            }
            ui.separator();
            if ui.button(FORGET.of(state.language)).clicked() {
                actions.push(Action::File(FileAction::ForgetRecent));
            }
        });
    });
}

/// The panels at the right, to be opened and closed.
fn panels_ui(ui: &mut egui::Ui, state: &State, actions: &mut Vec<Action>) {
    for panel in side::PANELS {
        let mut open = state.preferences.shows_side_panel(panel.key);
        if ui.checkbox(&mut open, panel.title.of(state.language)).changed() {
            actions.push(Interface::ToggleSidePanel(panel.key).into());
        }
    }
}

fn commands_ui(ui: &mut egui::Ui, state: &State, commands: Vec<Command>, actions: &mut Vec<Action>) {
    for command in commands {
        let enabled = is_enabled(&command.action, state);
        let mut button = egui::Button::new(command.label.of(state.language));
        if let Some(shortcut) = &command.shortcut {
            button = button.shortcut_text(keys_of(ui.ctx(), *shortcut));
        }
        if ui.add_enabled(enabled, button).on_hover_text(command.tooltip.of(state.language)).clicked() {
            actions.push(command.action);
        }
    }
}

/// Whether a command can be carried out now.
pub(super) fn is_enabled(action: &Action, state: &State) -> bool {
    match action {
        Action::Undo => state.drawing().document.can_undo(),
        Action::Redo => state.drawing().document.can_redo(),
        Action::Object(ObjectAction::Lift) => state.drawing().selection.is_some(),
        Action::Object(ObjectAction::SelectAll) => !state.drawing().document.objects().is_empty(),
        Action::Object(_) => state.objects_in_hand(),
        Action::NewBlank | Action::File(FileAction::CopyPicture) | Action::Candidate(_) => state.drawing().model.is_some(),
        Action::File(FileAction::Export(kind)) => can_export(*kind, state),
        Action::Look(_) => has_looks(state.drawing().model.as_deref()),
        Action::Selection(wish) => can_select(wish, state),
        _ => true,
    }
}

/// Whether there is what an export shows: a photograph needs a model, but layers may go without.
pub(super) fn can_export(kind: export::Kind, state: &State) -> bool {
    let drawing = state.drawing();
    let shows_picture = kind == export::Kind::Timelapse || (kind.shows_picture() && kind != export::Kind::Layers);
    (drawing.model.is_some() || !shows_picture) && kind.suits(drawing.document.canvas().kind().is_labels())
}

fn can_select(wish: &Selection, state: &State) -> bool {
    match wish {
        Selection::All | Selection::Set(_) | Selection::SetContiguous(_) | Selection::Invert => true,
        Selection::Paste => state.copied.is_some(),
        Selection::Copy | Selection::Cut | Selection::None if state.objects_in_hand() => true,
        // Objects in the hand have commands of their own for the same keys.
        Selection::Delete | Selection::Duplicate | Selection::Nudge(..) if state.objects_in_hand() => false,
        // Whatever else is done needs a selection, or pixels in the air.
        _ => state.drawing().selection.is_some() || state.hand.is_busy(),
    }
}

/// How models are run; networks without batch norm or dropout are not touched by these.
pub(super) fn options_ui(ui: &mut egui::Ui, state: &State, actions: &mut Vec<Action>) {
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
    if has_looks(state.drawing().model.as_deref()) {
        ui.separator();
        commands_ui(ui, state, look_commands(), actions);
    }
    if options != state.options {
        actions.push(Action::SetOptions(options));
    }
}

fn scenes_ui(ui: &mut egui::Ui, state: &State, actions: &mut Vec<Action>) {
    let mut last: Option<&Kind> = None;
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
pub(super) fn model_picker_ui(ui: &mut egui::Ui, state: &State, actions: &mut Vec<Action>) {
    let language = state.language;
    let current = state.drawing().model.as_ref();
    let title = current.map_or("–", |model| &model.card.title);
    let list = egui::ComboBox::from_id_salt("model").selected_text(title).width(150.0).height(420.0);
    let response = list.show_ui(ui, |ui| {
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
        response.response.on_hover_ui(|ui| card_ui(ui, model, language));
    }
}

/// A model's licence in a few words.
pub(super) fn terms(model: &Model, language: Language) -> String {
    let licence = &model.card.licence;
    let use_ = if licence.commercial { COMMERCIAL } else { NOT_COMMERCIAL };
    format!("{} · {}", licence.name, use_.of(language))
}

/// What a model is, where it comes from and what it does badly.
pub(super) fn card_ui(ui: &mut egui::Ui, model: &Model, language: Language) {
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
            let name = format!("{}: {}", CLOSE.of(state.language), drawing.document.title);
            if small_icon_button(ui, Icon::Close, &name, false).on_hover_text(CLOSE.of(state.language)).clicked() {
                actions.push(Action::CloseDrawing(index));
            }
        }
    });
}

/// Keys that pick the first labels.
const DIGITS: [Key; 10] =
    [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7, Key::Num8, Key::Num9, Key::Num0];

/// Carries out what the keyboard asks for: commands, digits that pick labels, Enter and Escape that end strokes.
pub(super) fn shortcuts(context: &egui::Context, state: &State, actions: &mut Vec<Action>) {
    // Keys that are typed, and keys of a dialog, are no commands. A field that was left in this very frame, with Enter
    // after a number, has had its keys before.
    let (place, typing) = (egui::Id::unique("typing"), context.text_edit_focused());
    let was_typing = context.data_mut(|data| std::mem::replace(data.get_temp_mut_or_default::<bool>(place), typing));
    if typing || was_typing || context.memory(|memory| memory.top_modal_layer().is_some()) {
        return;
    }
    let mut commands: Vec<Command> = all_commands();
    // Longer shortcuts first, so that Ctrl+Shift+Z is not taken for Ctrl+Z.
    commands.sort_by_key(|command| command.shortcut.map_or(0, |keys| usize::from(!keys.modifiers.shift)));
    for command in commands {
        let Some(shortcut) = command.shortcut else { continue };
        if is_enabled(&command.action, state) {
            // A slow frame may hold a key more than once, and each time counts.
            let KeyboardShortcut { modifiers, logical_key } = shortcut;
            let times = context.input_mut(|input| input.count_and_consume_key(modifiers, logical_key));
            actions.extend(std::iter::repeat_n(command.action, times));
        }
    }
    let pressed = |key| context.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    super::objects::nudges(context, state, actions);
    // Redo has two common shortcuts.
    let redone = context.input_mut(|input| input.count_and_consume_key(Modifiers::COMMAND, Key::Y));
    actions.extend(std::iter::repeat_n(Action::Redo, redone));
    clipboard_keys(context, state, actions);
    if pressed(Key::Enter) {
        actions.push(Action::Pen(PenEvent::Finish));
    }
    if pressed(Key::Escape) {
        if state.hand.is_busy() || state.objects_in_hand() {
            actions.push(Action::Pen(PenEvent::Cancel));
        } else if state.drawing().selection.is_some() {
            actions.push(Selection::None.into());
        }
    }
    // Arrows move what is selected, unless they move along the controls.
    if context.memory(|memory| memory.focused().is_none()) && is_enabled(&Selection::Delete.into(), state) {
        let step = if context.input(|input| input.modifiers.shift) { 10 } else { 1 };
        for (key, x, y) in ARROWS {
            if context.input_mut(|input| input.consume_key(if step > 1 { Modifiers::SHIFT } else { Modifiers::NONE }, key)) {
                actions.push(Selection::Nudge(x * step, y * step).into());
            }
        }
    }
    for (key, label) in DIGITS.into_iter().zip(super::palette::shown_labels(state)) {
        if pressed(key) {
            actions.push(Action::SetInk(Ink::from(label.id)));
        }
    }
}

/// Where the arrow keys move.
const ARROWS: [(Key, i64, i64); 4] =
    [(Key::ArrowLeft, -1, 0), (Key::ArrowRight, 1, 0), (Key::ArrowUp, 0, -1), (Key::ArrowDown, 0, 1)];

/// The system reports copy, cut and paste by name and not as keys.
fn clipboard_keys(context: &egui::Context, state: &State, actions: &mut Vec<Action>) {
    let events = context.input(|input| input.events.clone());
    for event in events {
        let wish = match event {
            egui::Event::Copy => Selection::Copy,
            egui::Event::Cut => Selection::Cut,
            // A picture that is pasted opens as a drawing of its own.
            egui::Event::Paste(_) => Selection::Paste,
            _ => continue,
        };
        if is_enabled(&wish.clone().into(), state) {
            actions.push(wish.into());
        }
    }
}
