//! Questions that the program asks: for a path, about a model, before closing.

use egui::Key;

use crate::action::Action;
use crate::state::{Asking, PathField, State};
use crate::text::{Text, text};

const OK: Text = text("OK", "确定");
const CANCEL: Text = text("Cancel", "取消");
const PATH: Text = text("Path of the file", "文件路径");
const UNSAVED: Text = text("This drawing is not saved.", "此画尚未保存。");
const UNSAVED_SOME: Text = text("Some drawings are not saved.", "有画作尚未保存。");
const SAVE: Text = text("Save first", "先保存");
const DISCARD: Text = text("Close without saving", "不保存并关闭");

/// Every overlay that is open.
pub(super) fn overlays_ui(ui: &mut egui::Ui, state: &State, actions: &mut Vec<Action>) {
    if let Some(field) = &state.path_field {
        path_field_ui(ui, state, field, actions);
    }
    if let Some(asking) = &state.asking {
        asking_ui(ui, asking, actions);
    }
    if let Some(index) = state.closing {
        closing_ui(ui, state, index, actions);
    }
    if state.quitting {
        quitting_ui(ui, state, actions);
    }
}

/// Asks for a path where the system has no dialog.
fn path_field_ui(ui: &egui::Ui, state: &State, field: &PathField, actions: &mut Vec<Action>) {
    let language = state.language;
    egui::Modal::new(egui::Id::unique("path")).show(ui.ctx(), |ui| {
        ui.set_width(460.0);
        ui.heading(&field.question.title);
        let mut path = field.path.clone();
        let label = ui.label(PATH.of(language));
        let edit = ui.add(egui::TextEdit::singleline(&mut path).desired_width(f32::INFINITY)).labelled_by(label.id);
        if edit.changed() {
            actions.push(Action::TypePath(path.clone()));
        }
        if !edit.has_focus() && !edit.lost_focus() {
            edit.request_focus();
        }
        ui.weak(field.question.purpose.extensions().iter().map(|e| format!(".{e}")).collect::<Vec<_>>().join("  "));
        let entered = edit.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        ui.horizontal(|ui| {
            let usable = !path.trim().is_empty();
            if ui.add_enabled(usable, egui::Button::new(OK.of(language))).clicked() || (entered && usable) {
                actions.push(Action::PathChosen(field.question.purpose, expanded(path.trim())));
            }
            if ui.button(CANCEL.of(language)).clicked() || ui.input(|input| input.key_pressed(Key::Escape)) {
                actions.push(Action::CancelPath);
            }
        });
    });
}

/// Asks what a checkpoint's tensors do not say; the likeliest answer comes first.
fn asking_ui(ui: &egui::Ui, asking: &Asking, actions: &mut Vec<Action>) {
    let Some(question) = asking.questions.first() else { return };
    egui::Modal::new(egui::Id::unique("asking")).show(ui.ctx(), |ui| {
        ui.set_width(420.0);
        ui.heading(&asking.model.card.title);
        ui.label(&question.text);
        if ui.input(|input| input.key_pressed(Key::Escape)) {
            actions.push(Action::CancelAsking);
        }
        for (index, choice) in question.choices.iter().enumerate() {
            let mut button = egui::Button::new(&choice.text).min_size([400.0, 24.0].into());
            if index == 0 {
                button = button.fill(ui.visuals().selection.bg_fill);
            }
            if ui.add(button).clicked() {
                actions.push(Action::Answer(index));
            }
        }
    });
}

/// A typed path, with `~` as the home folder as in a shell.
fn expanded(path: &str) -> std::path::PathBuf {
    let home = path.strip_prefix("~/").and_then(|rest| Some(std::path::Path::new(&std::env::var_os("HOME")?).join(rest)));
    home.unwrap_or_else(|| path.into())
}

/// Asks before a window with unsaved drawings closes.
fn quitting_ui(ui: &egui::Ui, state: &State, actions: &mut Vec<Action>) {
    let language = state.language;
    egui::Modal::new(egui::Id::unique("quitting")).show(ui.ctx(), |ui| {
        ui.set_width(340.0);
        ui.heading(UNSAVED_SOME.of(language));
        for drawing in state.drawings.iter().filter(|drawing| drawing.document.is_unsaved()) {
            ui.label(&drawing.document.title);
        }
        ui.horizontal(|ui| {
            if ui.button(DISCARD.of(language)).clicked() {
                actions.push(Action::QuitAnyway);
            }
            if ui.button(CANCEL.of(language)).clicked() {
                actions.push(Action::KeepOpen);
            }
        });
    });
}

fn closing_ui(ui: &egui::Ui, state: &State, index: usize, actions: &mut Vec<Action>) {
    let language = state.language;
    egui::Modal::new(egui::Id::unique("closing")).show(ui.ctx(), |ui| {
        ui.set_width(340.0);
        ui.heading(state.drawings.get(index).map_or("", |drawing| &drawing.document.title));
        ui.label(UNSAVED.of(language));
        ui.horizontal(|ui| {
            if ui.button(SAVE.of(language)).clicked() {
                actions.extend([Action::KeepOpen, Action::SelectDrawing(index), Action::Save]);
            }
            if ui.button(DISCARD.of(language)).clicked() {
                actions.push(Action::CloseAnyway(index));
            }
            if ui.button(CANCEL.of(language)).clicked() {
                actions.push(Action::KeepOpen);
            }
        });
    });
}
