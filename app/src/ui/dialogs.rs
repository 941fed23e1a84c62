//! Dialogs that the user opens: preferences, shortcuts, about.

use egui::{Grid, Id, Modal, ScrollArea, Slider, Ui};

use super::commands::commands_ui;
use super::dropped::dropped_ui;
use super::menu::options_ui;
use super::widgets::{keys_of, keys_ui};
use crate::action::{Action, Dialog, Interface, command_groups};
use crate::preferences::{Theme, UI_SCALE_RANGE};
use crate::state::State;
use crate::text::{Language, Text, text};

const PREFERENCES: Text = text("Preferences", "首选项");
const THEME: Text = text("Theme", "主题");
const THEMES: [(Theme, Text); 3] = [
    (Theme::Dark, text("Dark", "深色")),
    (Theme::Light, text("Light", "浅色")),
    (Theme::System, text("As the system", "跟随系统")),
];
const LANGUAGE: Text = text("Language", "语言");
const SCALE: Text = text("Size", "大小");
const MODELS: Text = text("Models", "模型");
const SHORTCUTS: Text = text("Keyboard shortcuts", "键盘快捷键");
const DONE: Text = text("Done", "完成");
const CANCEL: Text = text("Cancel", "取消");
const ABOUT: Text = text(
    "Painting that answers with photographs: paint labels or lines on the left, and the picture follows on the right.",
    "会回应照片的绘画：在左侧绘制标签或线条，右侧的图片随之变化。",
);
const LICENCES: Text = text(
    "Daub is free under MIT or Apache-2.0. Each model has terms of its own, shown where it is chosen.",
    "Daub 以 MIT 或 Apache-2.0 许可发布。每个模型另有许可，选择时可见。",
);
const MORE_KEYS: [(&str, Text); 7] = [
    ("1 … 0", text("Pick one of the first ten labels", "选择前十个标签")),
    (
        "Shift",
        text(
            "Straight lines by 15°; a click goes on from the last stroke; squares and circles",
            "15° 直线；单击接续上一笔；正方形和圆",
        ),
    ),
    ("Ctrl + drag", text("Move what is selected; with Alt a copy", "移动选中的内容；加 Alt 移动副本")),
    ("Space + drag", text("Move the canvas; also the middle button", "移动画布；也可用中键")),
    ("Wheel", text("Zoom; with Ctrl the brush", "缩放；加 Ctrl 改变画笔")),
    ("Enter", text("Close a polygon; place what floats", "闭合多边形；放下浮动内容")),
    ("Esc", text("Give up a stroke, a selection or a dialog", "放弃笔画、选区或对话框")),
];

/// The dialog that is open.
pub(super) fn dialogs_ui(ui: &Ui, state: &State, actions: &mut Vec<Action>) {
    let Some(dialog) = &state.dialog else { return };
    if let Dialog::Commands(query) = dialog {
        return commands_ui(ui, state, query, actions);
    }
    let shown = Modal::new(Id::unique("dialog")).show(ui.ctx(), |ui| {
        match dialog {
            Dialog::Preferences => preferences_ui(ui, state, actions),
            Dialog::Shortcuts => shortcuts_ui(ui, state.language),
            Dialog::About => about_ui(ui, state.language),
            Dialog::Dropped(path) => dropped_ui(ui, state, path, actions),
            Dialog::Commands(_) => {}
        }
        ui.add_space(8.0);
        let close = if matches!(dialog, Dialog::Dropped(_)) { CANCEL } else { DONE };
        ui.vertical_centered(|ui| ui.button(close.of(state.language)).clicked()).inner
    });
    if shown.inner || shown.should_close() {
        actions.push(Interface::Close.into());
    }
}

fn preferences_ui(ui: &mut Ui, state: &State, actions: &mut Vec<Action>) {
    let language = state.language;
    ui.set_width(400.0);
    ui.heading(PREFERENCES.of(language));
    ui.add_space(8.0);
    Grid::new("preferences").num_columns(2).spacing([24.0, 12.0]).show(ui, |ui| {
        ui.label(THEME.of(language));
        ui.horizontal(|ui| {
            for (theme, name) in THEMES {
                if ui.radio(state.preferences.theme == theme, name.of(language)).clicked() {
                    actions.push(Interface::SetTheme(theme).into());
                }
            }
        });
        ui.end_row();
        ui.label(LANGUAGE.of(language));
        ui.horizontal(|ui| {
            for (choice, name) in [(Language::English, "English"), (Language::Chinese, "中文")] {
                if ui.radio(language == choice, name).clicked() {
                    actions.push(Action::SetLanguage(choice));
                }
            }
        });
        ui.end_row();
        let label = ui.label(SCALE.of(language));
        scale_ui(ui, state, label.id, actions);
        ui.end_row();
        ui.vertical(|ui| ui.label(MODELS.of(language)));
        ui.vertical(|ui| options_ui(ui, state, actions));
        ui.end_row();
    });
}

/// The size takes effect when the slider is let go: one that grew under the pointer would run away from it.
fn scale_ui(ui: &mut Ui, state: &State, label: Id, actions: &mut Vec<Action>) {
    let id = ui.scope_id().with("scale");
    let mut scale = ui.data(|data| data.get_temp::<f32>(id)).unwrap_or(state.preferences.ui_scale);
    let percent = |value: f64, _: std::ops::RangeInclusive<usize>| format!("{:.0} %", value * 100.0);
    let parse = |text: &str| text.trim().trim_end_matches('%').trim().parse::<f64>().ok().map(|percent| percent / 100.0);
    let slider = Slider::new(&mut scale, UI_SCALE_RANGE).step_by(0.05).custom_formatter(percent).custom_parser(parse);
    let slider = ui.add(slider).labelled_by(label);
    if slider.dragged() {
        ui.data_mut(|data| data.insert_temp(id, scale));
    } else {
        ui.data_mut(|data| data.remove::<f32>(id));
        if (scale - state.preferences.ui_scale).abs() > 1e-3 {
            actions.push(Interface::SetUiScale(scale).into());
        }
    }
}

/// Every shortcut, from the tables that the keyboard itself goes by.
fn shortcuts_ui(ui: &mut Ui, language: Language) {
    ui.set_width(620.0);
    ui.heading(SHORTCUTS.of(language));
    ui.add_space(8.0);
    let height = (ui.ctx().content_rect().height() - 180.0).max(160.0);
    ScrollArea::vertical().max_height(height).show(ui, |ui| {
        ui.columns(2, |columns| {
            let groups = command_groups();
            let rows =
                |commands: &[crate::action::Command]| commands.iter().filter(|command| command.shortcut.is_some()).count() + 2;
            let all: usize = groups.iter().map(|(_, commands)| rows(commands)).sum();
            let mut before = 0;
            for (title, commands) in &groups {
                let column = &mut columns[usize::from(2 * before >= all)];
                before += rows(commands);
                group_ui(column, *title, commands, language);
            }
            let ui = &mut columns[1];
            ui.add_space(6.0);
            for (keys, what) in MORE_KEYS {
                row_ui(ui, keys, what.of(language));
            }
        });
    });
}

fn group_ui(ui: &mut Ui, title: Text, commands: &[crate::action::Command], language: Language) {
    let with_keys: Vec<_> = commands.iter().filter_map(|command| Some((command, command.shortcut?))).collect();
    if with_keys.is_empty() {
        return;
    }
    ui.strong(title.of(language));
    for (command, shortcut) in with_keys {
        let keys = keys_of(ui.ctx(), shortcut);
        row_ui(ui, &keys, command.label.of(language).trim_end_matches('…'));
    }
    ui.add_space(8.0);
}

fn row_ui(ui: &mut Ui, keys: &str, what: &str) {
    ui.horizontal(|ui| {
        ui.allocate_ui_with_layout([110.0, 18.0].into(), egui::Layout::left_to_right(egui::Align::Center), |ui| {
            ui.set_min_width(110.0);
            keys_ui(ui, keys);
        });
        ui.add(egui::Label::new(what).wrap());
    });
}

fn about_ui(ui: &mut Ui, language: Language) {
    ui.set_width(380.0);
    ui.heading(format!("Daub {}", env!("CARGO_PKG_VERSION")));
    ui.add_space(4.0);
    ui.label(ABOUT.of(language));
    ui.add_space(4.0);
    ui.label(LICENCES.of(language));
}
