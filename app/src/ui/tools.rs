//! The tool bar and the brush.

use super::menu::layout_ui;
use crate::action::{Action, edit_commands, tool_commands};
use crate::state::{RADIUS_RANGE_PX, State};
use crate::text::{Text, text};

const RADIUS: Text = text("Radius", "半径");

/// Tools, brush size, undo and redo.
pub(super) fn tools_ui(ui: &mut egui::Ui, state: &State, actions: &mut Vec<Action>) {
    ui.add_space(4.0);
    egui::Grid::new("tools").num_columns(2).min_col_width(82.0).show(ui, |ui| {
        for (index, command) in tool_commands().into_iter().enumerate() {
            let chosen = matches!(command.action, Action::SelectTool(tool) if tool == state.tool);
            let keys = command.shortcut.map(|shortcut| ui.ctx().format_shortcut(&shortcut)).unwrap_or_default();
            let button = egui::Button::selectable(chosen, command.label.of(state.language)).min_size([82.0, 22.0].into());
            let tooltip = format!("{} ({keys})", command.tooltip.of(state.language));
            if ui.add(button).on_hover_text(tooltip).clicked() {
                actions.push(command.action);
            }
            if index % 2 == 1 {
                ui.end_row();
            }
        }
    });
    ui.add_space(2.0);
    ui.horizontal(|ui| {
        let mut radius_px = state.radius_px;
        let label = ui.add_sized([46.0, 18.0], egui::Label::new(RADIUS.of(state.language)));
        ui.spacing_mut().slider_width = 54.0;
        let slider = egui::Slider::new(&mut radius_px, RADIUS_RANGE_PX).logarithmic(true).fixed_decimals(1).suffix(" px");
        if ui.add_enabled(state.tool.has_radius(), slider).labelled_by(label.id).changed() {
            actions.push(Action::SetRadius(radius_px));
        }
    });
    ui.horizontal(|ui| {
        let document = &state.drawing().document;
        for (command, enabled) in edit_commands().into_iter().zip([document.can_undo(), document.can_redo()]) {
            let button = egui::Button::new(command.label.of(state.language)).min_size([82.0, 22.0].into());
            if ui.add_enabled(enabled, button).on_hover_text(command.tooltip.of(state.language)).clicked() {
                actions.push(command.action);
            }
        }
    });
    layout_ui(ui, state, actions);
}
