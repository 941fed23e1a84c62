//! The bar under the menus: the model, what the tool in hand can be set to, and how the panes are shown.

use egui::{Align, Layout as Flow, Ui};

use super::icons::Icon;
use super::menu::{is_enabled, model_picker_ui};
use super::widgets::{icon_button, tooltip};
use crate::action::{
    Action, CandidateAction, Command, Interface, Painting, Selection, edit_commands, mirror_commands, selection_commands,
    view_commands,
};
use crate::pen::Stabiliser;
use crate::state::{Layout, RADIUS_RANGE_PX, State};
use crate::text::{Text, text};
use crate::tool::Tool;

const RADIUS: Text = text("Radius", "半径");
const STEADY: Text = text("Stabiliser", "防抖");
const OPACITY: Text = text("Canvas opacity", "画布不透明度");
const CONTIGUOUS: Text = text("Connected only", "仅相连");
const CONTIGUOUS_TIP: Text = text("Otherwise the wand selects all of a label or colour", "否则魔棒选择同一标签或颜色的全部");

/// Names of the stabilisers.
pub(super) const STABILISERS: [(Stabiliser, Text); 3] = [
    (Stabiliser::Off, text("Off", "关")),
    (Stabiliser::Smooth, text("Smooth", "平滑")),
    (Stabiliser::Rope, text("Rope", "拉绳")),
];

/// Room for how the panes are shown, in points, and with the slider of the canvas over the photograph.
const VIEW_WIDTH: f32 = 116.0;
const OVERLAY_WIDTH: f32 = 336.0;

/// The whole bar.
pub(super) fn tool_options_ui(ui: &mut Ui, state: &State, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        // A narrow window scrolls; what is at the right stays.
        let reserved = if matches!(state.layout, Layout::Overlay(_)) { OVERLAY_WIDTH } else { VIEW_WIDTH };
        let area = egui::ScrollArea::horizontal().id_salt("tool options").max_width((ui.available_width() - reserved).max(80.0));
        let area = area.scroll_bar_visibility(egui::scroll_area::ScrollBarVisibility::AlwaysHidden);
        area.show(ui, |ui| tool_ui(ui, state, actions));
        ui.with_layout(Flow::right_to_left(Align::Center), |ui| view_ui(ui, state, actions));
    });
}

/// The model, and what the tool in hand can be set to.
fn tool_ui(ui: &mut Ui, state: &State, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        model_picker_ui(ui, state, actions);
        ui.separator();
        let tool = state.tool;
        if tool.has_radius() {
            radius_ui(ui, state, actions);
        }
        if tool.is_incremental() {
            stabiliser_ui(ui, state, actions);
        }
        if tool == Tool::Wand {
            let mut contiguous = state.contiguous;
            let check = ui.checkbox(&mut contiguous, CONTIGUOUS.of(state.language));
            if check.on_hover_text(CONTIGUOUS_TIP.of(state.language)).changed() {
                actions.push(Selection::SetContiguous(contiguous).into());
            }
        }
        if tool.selects() {
            let shown = [Selection::All, Selection::None, Selection::Invert];
            for command in selection_commands() {
                let is_shown = matches!(&command.action, Action::Selection(wish) if shown.contains(wish));
                if is_shown && tooltip(ui.button(command.label.of(state.language)), &command, state.language).clicked() {
                    actions.push(command.action);
                }
            }
        } else if tool != Tool::Eyedropper {
            if tool.has_radius() {
                ui.separator();
            }
            mirrors_ui(ui, state, actions);
        }
    });
}

fn radius_ui(ui: &mut Ui, state: &State, actions: &mut Vec<Action>) {
    let mut radius_px = state.radius_px;
    let label = ui.label(RADIUS.of(state.language));
    let slider = egui::Slider::new(&mut radius_px, RADIUS_RANGE_PX).logarithmic(true).fixed_decimals(1).suffix(" px");
    if ui.add(slider).labelled_by(label.id).changed() {
        actions.push(Action::SetRadius(radius_px));
    }
}

fn stabiliser_ui(ui: &mut Ui, state: &State, actions: &mut Vec<Action>) {
    let language = state.language;
    let mut pen = state.preferences.pen;
    let name = |mode| STABILISERS.iter().find(|(known, _)| *known == mode).map_or("", |(_, name)| name.of(language));
    let chosen = format!("{}: {}", STEADY.of(language), name(pen.stabiliser));
    let list = egui::ComboBox::from_id_salt("stabiliser").selected_text(&chosen).width(120.0).show_ui(ui, |ui| {
        for (mode, name) in STABILISERS {
            ui.selectable_value(&mut pen.stabiliser, mode, name.of(language));
        }
    });
    list.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, true, STEADY.of(language)));
    if pen != state.preferences.pen {
        actions.push(Interface::SetPen(pen).into());
    }
}

/// Switches of the mirrors.
pub(super) fn mirrors_ui(ui: &mut Ui, state: &State, actions: &mut Vec<Action>) {
    let axes = state.drawing().symmetry.axes;
    for command in mirror_commands() {
        let (icon, on) = match command.action {
            Action::Painting(Painting::ToggleVerticalMirror) => (Icon::MirrorVertical, axes.vertical),
            Action::Painting(Painting::ToggleHorizontalMirror) => (Icon::MirrorHorizontal, axes.horizontal),
            _ => continue,
        };
        command_icon_ui(ui, state, icon, on, command, actions);
    }
}

/// Fit, and how canvas and picture share the window, from the right.
fn view_ui(ui: &mut Ui, state: &State, actions: &mut Vec<Action>) {
    for command in view_commands().into_iter().rev() {
        match command.action {
            Action::FitView => command_icon_ui(ui, state, Icon::Fit, false, command, actions),
            Action::ToggleOverlay => {
                let over = matches!(state.layout, Layout::Overlay(_));
                command_icon_ui(ui, state, if over { Icon::Overlay } else { Icon::Split }, over, command, actions);
            }
            _ => {}
        }
    }
    let keeps = |command: &Command| matches!(command.action, Action::Candidate(CandidateAction::Keep));
    if let Some(command) = edit_commands().into_iter().find(keeps).filter(|command| is_enabled(&command.action, state)) {
        command_icon_ui(ui, state, Icon::Pin, false, command, actions);
    }
    if let Layout::Overlay(opacity) = state.layout {
        let mut edited = opacity;
        let slider = ui.add(egui::Slider::new(&mut edited, 0.0..=1.0).show_value(false));
        let label = ui.label(OPACITY.of(state.language));
        if slider.labelled_by(label.id).changed() {
            actions.push(Action::SetLayout(Layout::Overlay(edited)));
        }
    }
}

fn command_icon_ui(ui: &mut Ui, state: &State, icon: Icon, on: bool, command: Command, actions: &mut Vec<Action>) {
    let button = icon_button(ui, icon, command.label.of(state.language), on);
    if tooltip(button, &command, state.language).clicked() {
        actions.push(command.action);
    }
}
