//! The window that trains: a form, then curves and samples of the run. It can be closed; the run goes on.

mod form;
mod run;

use egui::{Align2, Window};

use crate::action::{Action, Training};
use crate::state::State;
use crate::text::{Text, text};

const TITLE: Text = text("Train a model", "训练模型");

/// Width of the window in points.
const WIDTH: f32 = 520.0;

/// The window, while it is open. It does not keep the user from painting.
pub(super) fn training_ui(ui: &egui::Ui, state: &State, actions: &mut Vec<Action>) {
    if !state.training.is_open {
        return;
    }
    let mut open = true;
    let window = Window::new(TITLE.of(state.language)).id(egui::Id::unique("training")).open(&mut open);
    let screen = ui.ctx().content_rect();
    let window = window.pivot(Align2::CENTER_TOP).default_pos([screen.center().x, screen.top() + 34.0]);
    window.collapsible(false).auto_sized().show(ui.ctx(), |ui| {
        ui.set_width(WIDTH);
        match &state.training.run {
            None => form::form_ui(ui, state, actions),
            Some(run) => run::run_ui(ui, run, state.language, actions),
        }
    });
    if !open {
        actions.push(Training::Close.into());
    }
}
