//! The tool bar: one icon a tool, and the two inks.

use egui::{Rect, Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, pos2};

use super::icons::{self, Icon};
use super::palette::{colour_of, ink_name};
use super::widgets::{focus_ring, icon_button, tooltip};
use crate::action::{Action, Painting, edit_commands, tool_commands};
use crate::state::State;
use crate::text::{Text, text};
use crate::tool::Tool;

const INKS: Text = text("Swap inks", "交换颜色");
const INKS_TIP: Text = text("X takes up what was used before", "按 X 换回上一次使用的");

/// Tools, undo and redo, inks.
pub(super) fn tools_ui(ui: &mut Ui, state: &State, actions: &mut Vec<Action>) {
    // A low window scrolls; a bar would be wider than the icons.
    let area = egui::ScrollArea::vertical().scroll_bar_visibility(egui::scroll_area::ScrollBarVisibility::AlwaysHidden);
    area.show(ui, |ui| column_ui(ui, state, actions));
}

fn column_ui(ui: &mut Ui, state: &State, actions: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.y = 3.0;
    ui.vertical_centered(|ui| {
        let mut selected_before = false;
        for command in tool_commands() {
            let Action::SelectTool(tool) = command.action else { continue };
            // Tools that select stand apart from tools that paint.
            if tool.selects() && !selected_before {
                ui.separator();
            }
            selected_before = tool.selects();
            let button = icon_button(ui, icon_of(tool), command.label.of(state.language), tool == state.tool);
            if tooltip(button, &command, state.language).clicked() {
                actions.push(command.action);
            }
        }
        ui.separator();
        let document = &state.drawing().document;
        for command in edit_commands() {
            let (icon, enabled) = match command.action {
                Action::Undo => (Icon::Undo, document.can_undo()),
                Action::Redo => (Icon::Redo, document.can_redo()),
                _ => continue,
            };
            ui.add_enabled_ui(enabled, |ui| {
                let button = icon_button(ui, icon, command.label.of(state.language), false);
                if tooltip(button, &command, state.language).clicked() {
                    actions.push(command.action);
                }
            });
        }
        ui.separator();
        inks_ui(ui, state, actions);
    });
}

/// The ink in use over the one before; a click swaps them.
fn inks_ui(ui: &mut Ui, state: &State, actions: &mut Vec<Action>) {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(36.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, INKS.of(state.language)));
    let drawing = state.drawing();
    let square = |left: f32, top: f32| Rect::from_min_size(rect.min + Vec2::new(left, top), Vec2::splat(21.0));
    for (ink, place) in [(drawing.previous_ink, square(13.0, 13.0)), (drawing.ink, square(2.0, 2.0))] {
        ui.painter().rect_filled(place, 4.0, colour_of(ink, state));
        ui.painter().rect_stroke(place, 4.0, Stroke::new(2.0, ui.visuals().panel_fill), StrokeKind::Outside);
        ui.painter().rect_stroke(place, 4.0, Stroke::new(1.0, ui.visuals().weak_text_color()), StrokeKind::Inside);
    }
    let corner = Rect::from_min_max(pos2(rect.right() - 11.0, rect.top()), pos2(rect.right(), rect.top() + 11.0));
    icons::paint(ui.painter(), Icon::Swap, corner, ui.visuals().weak_text_color());
    focus_ring(ui, &response, rect);
    let names = [drawing.ink, drawing.previous_ink].map(|ink| ink_name(ink, state));
    let response = response.on_hover_ui(|ui| {
        ui.strong(format!("{} / {}", names[0], names[1]));
        ui.label(INKS_TIP.of(state.language));
    });
    if response.clicked() {
        actions.push(Painting::SwapInks.into());
    }
}

/// What a tool looks like.
pub(super) fn icon_of(tool: Tool) -> Icon {
    match tool {
        Tool::Objects => Icon::Cursor,
        Tool::Brush => Icon::Brush,
        Tool::Eraser => Icon::Eraser,
        Tool::Line => Icon::Line,
        Tool::Rectangle => Icon::Rectangle,
        Tool::Ellipse => Icon::Ellipse,
        Tool::Polygon => Icon::Polygon,
        Tool::Fill => Icon::Fill,
        Tool::Eyedropper => Icon::Eyedropper,
        Tool::SelectRectangle => Icon::SelectRectangle,
        Tool::Lasso => Icon::Lasso,
        Tool::SelectBrush => Icon::SelectBrush,
        Tool::Wand => Icon::Wand,
    }
}
