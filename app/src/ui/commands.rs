//! The command palette: every command, panel, model, scene and label by its name in either language.

use std::sync::Arc;

use egui::{Align2, Area, Id, Key, Modal, ScrollArea, Sense, TextEdit, Ui, Vec2};

use super::menu::is_enabled;
use super::palette::{label_name, shown_labels};
use super::side::PANELS;
use super::theme;
use super::widgets::pressed;
use crate::action::{Action, Dialog, Interface, command_groups};
use crate::document::Ink;
use crate::scenes;
use crate::state::State;
use crate::text::{Language, Text, text};

const HINT: Text = text("What do you want to do?", "想做什么？");
const NOTHING: Text = text("Nothing is called so", "没有这个名称的命令");
const MODEL: Text = text("Model", "模型");
const SCENE: Text = text("Scene", "场景");
const LABEL: Text = text("Label", "标签");
const PANEL: Text = text("Panel", "面板");

/// Height of a row in points.
const ROW: f32 = 26.0;

/// Something that can be found.
struct Entry {
    group: &'static str,
    /// In the window's language.
    name: String,
    /// In the other languages, for who thinks in those.
    other: String,
    keys: String,
    enabled: bool,
    action: Action,
}

/// The palette with what was typed so far.
pub(super) fn commands_ui(ui: &Ui, state: &State, query: &str, actions: &mut Vec<Action>) {
    let id = Id::unique("commands");
    let chosen_id = id.with("chosen");
    let area = Area::new(id).anchor(Align2::CENTER_TOP, Vec2::new(0.0, 72.0)).sense(Sense::click());
    let found = found(ui, state, query);
    let mut chosen: usize = ui.data(|data| data.get_temp(chosen_id)).unwrap_or(0).min(found.len().saturating_sub(1));
    let mut taken = None;
    let shown = Modal::new(id).area(area.order(egui::Order::Foreground)).show(ui.ctx(), |ui| {
        ui.set_width(480.0);
        let was = chosen;
        // The arrows belong to the list, also while the field has the focus.
        if pressed(ui, Key::ArrowDown) {
            chosen = (chosen + 1).min(found.len().saturating_sub(1));
        }
        if pressed(ui, Key::ArrowUp) {
            chosen = chosen.saturating_sub(1);
        }
        let entered = pressed(ui, Key::Enter);
        let mut typed = query.to_owned();
        let field = ui.add(TextEdit::singleline(&mut typed).hint_text(HINT.of(state.language)).desired_width(f32::INFINITY));
        field.widget_info(|| egui::WidgetInfo::labeled(egui::Role::SearchInput, true, HINT.of(state.language)));
        field.request_focus();
        if field.changed() {
            chosen = 0;
            actions.push(Interface::Open(Dialog::Commands(typed)).into());
        }
        if found.is_empty() {
            ui.weak(NOTHING.of(state.language));
        }
        ScrollArea::vertical().max_height(ROW * 11.0).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for (index, entry) in found.iter().enumerate() {
                let row = row_ui(ui, entry, index == chosen);
                if index == chosen && was != chosen {
                    row.scroll_to_me(None);
                }
                if row.clicked() || (entered && index == chosen) {
                    taken = Some(index);
                }
            }
        });
    });
    ui.data_mut(|data| data.insert_temp(chosen_id, chosen));
    if let Some(entry) = taken.and_then(|index| found.into_iter().nth(index)).filter(|entry| entry.enabled) {
        actions.push(Interface::Close.into());
        actions.push(entry.action);
    } else if shown.should_close() {
        actions.push(Interface::Close.into());
    }
}

fn row_ui(ui: &mut Ui, entry: &Entry, chosen: bool) -> egui::Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), ROW), Sense::click());
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::ListItem, entry.enabled, chosen, &entry.name));
    let visuals = ui.style().interact_selectable(&response, chosen);
    if chosen || response.hovered() {
        ui.painter().rect_filled(rect, theme::ROUNDING, visuals.bg_fill);
    }
    let (weak, body) = (ui.visuals().weak_text_color(), egui::TextStyle::Body.resolve(ui.style()));
    let small = egui::TextStyle::Small.resolve(ui.style());
    let text = if entry.enabled { visuals.text_color() } else { weak };
    let (painter, middle) = (ui.painter(), rect.center().y);
    painter.text(egui::pos2(rect.left() + 8.0, middle), Align2::LEFT_CENTER, entry.group, small.clone(), weak);
    painter.text(egui::pos2(rect.left() + 76.0, middle), Align2::LEFT_CENTER, &entry.name, body, text);
    painter.text(egui::pos2(rect.right() - 8.0, middle), Align2::RIGHT_CENTER, &entry.keys, small, weak);
    response
}

/// What the query finds, the best first; an empty query finds every command.
fn found(ui: &Ui, state: &State, query: &str) -> Vec<Entry> {
    let query = query.trim();
    let scored = |entry: Entry| {
        let score = score(query, &entry.name).max(score(query, &entry.other))?;
        Some((score - i32::from(!entry.enabled) * 5, entry))
    };
    let mut found: Vec<(i32, Entry)> = entries(ui, state).into_iter().filter_map(scored).collect();
    // Equal scores keep the order of the menus.
    found.sort_by_key(|(score, _)| -score);
    found.into_iter().map(|(_, entry)| entry).collect()
}

fn entries(ui: &Ui, state: &State) -> Vec<Entry> {
    let language = state.language;
    let other = if language == Language::English { Language::Chinese } else { Language::English };
    let in_both = |text: Text| (text.of(language).to_owned(), text.of(other).to_owned());
    let mut entries = Vec::new();
    for (group, commands) in command_groups() {
        for command in commands {
            let (name, other) = in_both(command.label);
            let keys = command.shortcut.map(|keys| super::widgets::keys_of(ui.ctx(), keys)).unwrap_or_default();
            let enabled = is_enabled(&command.action, state);
            entries.push(Entry { group: group.of(language), name, other, keys, enabled, action: command.action });
        }
    }
    let mut add = |group: Text, (name, other): (String, String), action: Action| {
        entries.push(Entry { group: group.of(language), name, other, keys: String::new(), enabled: true, action });
    };
    for panel in PANELS {
        add(PANEL, in_both(panel.title), Interface::ToggleSidePanel(panel.key).into());
    }
    for model in &state.models {
        let names = (model.card.title.clone(), model.card.name.clone());
        add(MODEL, names, Action::SelectModel(Arc::clone(model)));
    }
    for scene in scenes::all().iter().filter(|scene| scene.scene.is_none()) {
        let names = (scene.title.of(language).to_owned(), scene.title.of(other).to_owned());
        add(SCENE, names, Action::NewFromScene(scene.name.clone()));
    }
    for label in shown_labels(state) {
        let names = (label_name(label, language), label_name(label, other));
        add(LABEL, names, Action::SetInk(Ink::from(label.id)));
    }
    entries
}

/// How well a text answers a query whose letters appear in it in order; `None` when they do not.
///
/// Letters at the start of a word and letters in a row count more; long texts count a little less.
fn score(query: &str, text: &str) -> Option<i32> {
    let text: Vec<char> = text.to_lowercase().chars().collect();
    let starts = |at: usize| at == 0 || !text[at - 1].is_alphanumeric();
    let mut score = 0;
    let mut at = 0;
    for letter in query.to_lowercase().chars().filter(|letter| !letter.is_whitespace()) {
        let ahead = |from: usize| text[from..].iter().position(|other| *other == letter).map(|step| from + step);
        let next = ahead(at)?;
        // A letter that also starts a later word is rather meant there, unless it goes on where the last one was.
        let in_row = next == at && at > 0;
        let word = (next..text.len()).find(|&place| text[place] == letter && starts(place));
        let place = if in_row || starts(next) { next } else { word.unwrap_or(next) };
        score += match (in_row, starts(place)) {
            (true, _) | (_, true) => 10,
            _ => 1,
        };
        at = place + 1;
    }
    Some(score * 4 - text.len() as i32 / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best<'a>(query: &str, texts: &[&'a str]) -> Option<&'a str> {
        let scored = texts.iter().filter_map(|text| Some((score(query, text)?, *text)));
        scored.max_by_key(|(score, _)| *score).map(|(_, text)| text)
    }

    #[test]
    fn letters_in_order_find_what_was_meant() {
        let names = ["Save", "Save as…", "Select all", "Select nothing", "Smaller brush", "Export picture…", "导出图片…"];
        assert_eq!(best("sa", &names), Some("Save"));
        assert_eq!(best("save as", &names), Some("Save as…"));
        assert_eq!(best("sn", &names), Some("Select nothing"));
        assert_eq!(best("expic", &names), Some("Export picture…"));
        assert_eq!(best("brush", &names), Some("Smaller brush"));
        assert_eq!(best("图片", &names), Some("导出图片…"));
        assert_eq!(best("xyz", &names), None);
    }
}
