//! The window: functions of borrowed state that push what the user wants.

mod canvas;
mod compare;
mod looks;
mod menu;
mod overlays;
mod palette;
mod panes;
mod status;
mod styles;
pub mod theme;
mod tools;
mod trace;

use egui::TextureId;

use crate::action::Action;
use crate::picture::PictureTexture;
use crate::state::State;

/// The whole window.
pub fn workspace_ui(
    ui: &mut egui::Ui,
    state: &State,
    canvas: Option<TextureId>,
    picture: &PictureTexture,
    actions: &mut Vec<Action>,
) {
    egui::Panel::top("menu").show(ui, |ui| menu::menu_ui(ui, state, actions));
    egui::Panel::bottom("status").show(ui, |ui| status::status_ui(ui, state, picture));
    egui::Panel::left("palette").resizable(false).exact_size(theme::SIDE_WIDTH).show(ui, |ui| {
        tools::tools_ui(ui, state, actions);
        ui.separator();
        palette::palette_ui(ui, state, actions);
    });
    if state.styling.panel {
        egui::Panel::right("styles").resizable(false).exact_size(theme::STYLES_WIDTH).show(ui, |ui| {
            styles::styles_ui(ui, state, actions);
        });
    }
    egui::CentralPanel::default().frame(theme::pane_frame()).show(ui, |ui| panes::panes_ui(ui, state, canvas, picture, actions));
    trace::trace_ui(ui, state, actions);
    overlays::overlays_ui(ui, state, actions);
    if !ui.ctx().egui_wants_keyboard_input() {
        menu::shortcuts(ui.ctx(), state, actions);
    }
}
