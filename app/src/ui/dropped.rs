//! The question what a picture is for that was dropped on the window.

use std::path::Path;

use egui::{Button, Key, Ui};

use super::widgets::pressed;
use crate::action::{Action, Interface};
use crate::io::dialogs::Purpose;
use crate::state::State;
use crate::text::{Text, text};

const TITLE: Text = text("What is this picture for?", "这张图片用来做什么？");
const WAYS: [(Purpose, Text, Text); 3] = [
    (Purpose::OpenDrawing, text("Open it", "打开"), text("As a drawing of its own", "作为单独的画作")),
    (
        Purpose::OpenReference,
        text("Draw by it", "作为参考"),
        text("It lies faintly over this drawing; no model reads it", "半透明叠加在当前画作上，模型不会读取"),
    ),
    (Purpose::TracePhoto, text("Trace it", "描摹"), text("Its edges become lines to draw on", "其边缘变为可继续绘制的线条")),
];

/// Three ways to use the picture; Enter opens it.
pub(super) fn dropped_ui(ui: &mut Ui, state: &State, path: &Path, actions: &mut Vec<Action>) {
    let language = state.language;
    ui.set_width(320.0);
    ui.heading(TITLE.of(language));
    ui.weak(path.file_name().unwrap_or(path.as_os_str()).to_string_lossy());
    ui.add_space(8.0);
    let entered = pressed(ui, Key::Enter);
    for (purpose, name, tip) in WAYS {
        let possible = purpose != Purpose::TracePhoto || state.edge_model().is_some();
        let button = Button::new(name.of(language)).min_size([ui.available_width(), 28.0].into());
        let clicked = ui.add_enabled(possible, button).clicked();
        ui.label(egui::RichText::new(tip.of(language)).small().weak());
        ui.add_space(4.0);
        if clicked || (entered && purpose == Purpose::OpenDrawing) {
            actions.push(Action::PathChosen(purpose, path.to_owned()));
            actions.push(Interface::Close.into());
        }
    }
}
