//! The window: functions of borrowed state that push what the user wants.

mod candidates;
mod canvas;
mod filing;
mod meaning;
mod menu;
mod overlays;
mod palette;
mod panes;
mod status;
pub mod theme;
mod tools;

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
    egui::Panel::bottom("candidates").show(ui, |ui| candidates::strip_ui(ui, state, actions));
    egui::CentralPanel::default().frame(theme::pane_frame()).show(ui, |ui| panes::panes_ui(ui, state, canvas, picture, actions));
    overlays::overlays_ui(ui, state, actions);
    filing::filing_ui(ui, state, actions);
    if !ui.ctx().egui_wants_keyboard_input() {
        menu::shortcuts(ui.ctx(), state, actions);
    }
}
