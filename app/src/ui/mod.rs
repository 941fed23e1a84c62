//! The window: functions of borrowed state that push what the user wants.

mod ants;
mod candidates;
mod canvas;
mod commands;
mod compare;
mod cursor;
mod dialogs;
mod dropped;
mod filing;
mod icons;
mod layers;
mod looks;
mod meaning;
mod menu;
mod mirrors;
mod notices;
mod object_list;
mod objects;
mod outline;
mod overlays;
mod palette;
mod panes;
mod pen;
mod side;
mod stamps;
mod status;
mod styles;
pub mod theme;
mod thumbnails;
mod tool_options;
mod tools;
mod tour;
mod trace;
mod training;
mod widgets;

use egui::TextureId;

use crate::action::Action;
use crate::paint::guides::Guides;
use crate::picture::PictureTexture;
use crate::state::State;

/// Textures of the drawing that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Textures {
    /// What models read.
    pub canvas: Option<TextureId>,
    /// What helps to draw.
    pub guides: Guides,
}

/// The whole window.
pub fn workspace_ui(ui: &mut egui::Ui, state: &State, canvas: Textures, picture: &PictureTexture, actions: &mut Vec<Action>) {
    theme::follow(ui.ctx(), &state.preferences);
    let bar = theme::bar_frame(ui.visuals());
    let strip = theme::strip_frame(ui.visuals());
    egui::Panel::top("menu").frame(bar).show(ui, |ui| menu::menu_ui(ui, state, actions));
    egui::Panel::top("tool options").frame(bar).show(ui, |ui| tool_options::tool_options_ui(ui, state, actions));
    egui::Panel::bottom("status").frame(bar).show(ui, |ui| status::status_ui(ui, state, picture, actions));
    let tools = egui::Panel::left("tools").resizable(false).exact_size(theme::TOOLS_WIDTH).frame(strip);
    tools.show(ui, |ui| tools::tools_ui(ui, state, actions));
    if state.preferences.palette_shown {
        let palette = egui::Panel::left("palette").resizable(false).exact_size(theme::SIDE_WIDTH).frame(bar);
        palette.show(ui, |ui| palette::palette_ui(ui, state, actions));
    }
    side::side_ui(ui, state, actions);
    if !state.drawing().candidates.is_empty() {
        egui::Panel::bottom("candidates").frame(bar).show(ui, |ui| candidates::strip_ui(ui, state, actions));
    }
    egui::CentralPanel::default().frame(theme::pane_frame()).show(ui, |ui| panes::panes_ui(ui, state, canvas, picture, actions));
    trace::trace_ui(ui, state, actions);
    training::training_ui(ui, state, actions);
    filing::filing_ui(ui, state, actions);
    overlays::overlays_ui(ui, state, actions);
    dialogs::dialogs_ui(ui, state, actions);
    notices::notices_ui(ui, state, actions);
    tour::tour_ui(ui, state, actions);
    menu::shortcuts(ui.ctx(), state, actions);
}
