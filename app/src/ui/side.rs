//! The panels at the right: a strip of icons opens and closes them; open ones share the height.
//!
//! A panel of your own is one line in [`PANELS`] and a function `fn(&mut Ui, &State, &mut Vec<Action>)`.
//! It is drawn in a scroll area of its own, [`theme::RIGHT_WIDTH`] wide unless the user drags the edge.

use egui::{Align, Layout, Ui};

use super::icons::Icon;
use super::tour::{self, Part};
use super::widgets::{icon_button, small_icon_button};
use super::{layers, object_list, pen, stamps, styles, theme};
use crate::action::{Action, Interface};
use crate::state::State;
use crate::text::{Text, text};

/// A panel at the right.
pub(super) struct Panel {
    /// Stands for the panel in the preferences.
    pub(super) key: &'static str,
    /// Its name.
    pub(super) title: Text,
    /// Its icon.
    pub(super) icon: Icon,
    /// Draws what is in it.
    show: fn(&mut Ui, &State, &mut Vec<Action>),
}

/// Every panel, from the top.
pub(super) const PANELS: &[Panel] = &[
    Panel { key: "stamps", title: text("Stamps", "图章"), icon: Icon::Stamp, show: stamps::stamps_ui },
    Panel { key: "layers", title: text("Layers", "图层"), icon: Icon::Layers, show: layers::layers_ui },
    Panel { key: "objects", title: text("Objects", "对象"), icon: Icon::Objects, show: object_list::object_list_ui },
    Panel { key: "styles", title: text("Styles", "风格"), icon: Icon::Style, show: styles::styles_ui },
    Panel { key: "pen", title: text("Pen and mirrors", "笔与镜像"), icon: Icon::Pen, show: pen::pen_ui },
];

const CLOSE: Text = text("Close", "关闭");

/// Height of a panel's heading with its margins, in points.
const HEADING: f32 = 34.0;

/// Strip and open panels.
pub(super) fn side_ui(ui: &mut Ui, state: &State, actions: &mut Vec<Action>) {
    let strip = egui::Panel::right("side strip").resizable(false).exact_size(theme::STRIP_WIDTH);
    strip.frame(theme::strip_frame(ui.visuals())).show(ui, |ui| {
        tour::mark(ui, Part::Strip, ui.max_rect());
        ui.vertical_centered(|ui| {
            for panel in PANELS {
                let title = panel.title.of(state.language);
                let open = state.preferences.shows_side_panel(panel.key);
                if icon_button(ui, panel.icon, title, open).on_hover_text(title).clicked() {
                    actions.push(Interface::ToggleSidePanel(panel.key).into());
                }
            }
        });
    });
    let open: Vec<&Panel> = PANELS.iter().filter(|panel| state.preferences.shows_side_panel(panel.key)).collect();
    if open.is_empty() {
        return;
    }
    let panel = egui::Panel::right("side panels").default_size(theme::RIGHT_WIDTH).size_range(theme::RIGHT_RANGE);
    panel.frame(theme::bar_frame(ui.visuals())).show(ui, |ui| {
        for (index, panel) in open.iter().enumerate() {
            let left = (open.len() - index) as f32;
            let height = (ui.available_height() / left - HEADING).max(60.0);
            panel_ui(ui, state, panel, height, actions);
        }
    });
}

fn panel_ui(ui: &mut Ui, state: &State, panel: &Panel, height: f32, actions: &mut Vec<Action>) {
    ui.add_space(4.0);
    ui.horizontal(|ui| {
        ui.strong(panel.title.of(state.language));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let name = format!("{} {}", CLOSE.of(state.language), panel.title.of(state.language));
            if small_icon_button(ui, Icon::Close, &name, false).on_hover_text(CLOSE.of(state.language)).clicked() {
                actions.push(Interface::ToggleSidePanel(panel.key).into());
            }
        });
    });
    ui.separator();
    let area = egui::ScrollArea::vertical().id_salt(panel.key).max_height(height).auto_shrink([false, true]);
    area.show(ui, |ui| (panel.show)(ui, state, actions));
}
