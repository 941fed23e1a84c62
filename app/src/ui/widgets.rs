//! The window's own controls.

use egui::{Key, KeyboardShortcut, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo};

use super::icons::{self, Icon};
use super::theme;
use crate::action::Command;
use crate::text::Language;

/// Side of an icon in points.
pub(super) const ICON: f32 = 18.0;

/// Side of a button with an icon in points.
pub(super) const ICON_BUTTON: f32 = 30.0;

/// Side of a smaller one.
pub(super) const SMALL_BUTTON: f32 = 22.0;

/// A square button with an icon; `name` is what a screen reader says.
pub(super) fn icon_button(ui: &mut Ui, icon: Icon, name: &str, selected: bool) -> Response {
    sized_icon_button(ui, icon, name, selected, Vec2::splat(ICON_BUTTON), ICON)
}

/// A smaller one, for rows and corners.
pub(super) fn small_icon_button(ui: &mut Ui, icon: Icon, name: &str, selected: bool) -> Response {
    sized_icon_button(ui, icon, name, selected, Vec2::splat(SMALL_BUTTON), 14.0)
}

fn sized_icon_button(ui: &mut Ui, icon: Icon, name: &str, selected: bool, size: Vec2, side: f32) -> Response {
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::selected(Role::Button, enabled, selected, name));
    if ui.is_rect_visible(rect) {
        let visuals = ui.style().interact_selectable(&response, selected);
        let shown = selected || response.hovered() || response.is_pointer_button_down_on();
        if shown {
            ui.painter().rect_filled(rect, theme::ROUNDING, visuals.weak_bg_fill);
        }
        focus_ring(ui, &response, rect);
        let colour = if enabled { visuals.text_color() } else { ui.visuals().weak_text_color().gamma_multiply(0.5) };
        icons::paint(ui.painter(), icon, Rect::from_center_size(rect.center(), Vec2::splat(side)), colour);
    }
    response
}

/// Marks the control that the keyboard speaks to.
pub(super) fn focus_ring(ui: &Ui, response: &Response, rect: Rect) {
    if response.has_focus() {
        ui.painter().rect_stroke(rect, theme::ROUNDING, Stroke::new(1.5, theme::accent(ui.visuals())), StrokeKind::Inside);
    }
}

/// The tooltip of a command: name and keys, and a sentence more.
pub(super) fn tooltip(response: Response, command: &Command, language: Language) -> Response {
    response.on_hover_ui(|ui| {
        ui.horizontal(|ui| {
            ui.strong(command.label.of(language));
            if let Some(shortcut) = &command.shortcut {
                keys_ui(ui, &keys_of(ui.ctx(), *shortcut));
            }
        });
        ui.label(command.tooltip.of(language));
    })
}

/// A shortcut as it is printed on the keys.
pub(super) fn keys_of(context: &egui::Context, shortcut: KeyboardShortcut) -> String {
    let keys = context.format_shortcut(&shortcut);
    let printed = [("OpenBracket", "["), ("CloseBracket", "]"), ("Backslash", "\\"), ("Comma", ","), ("Delete", "Del")];
    printed.iter().fold(keys, |keys, (name, key)| keys.replace(name, key))
}

/// Keys as a small cap.
pub(super) fn keys_ui(ui: &mut Ui, keys: &str) {
    let text = egui::RichText::new(keys).small().monospace().color(ui.visuals().weak_text_color());
    let frame = egui::Frame::NONE.inner_margin(egui::Margin::symmetric(5, 1)).corner_radius(3);
    frame.fill(ui.visuals().faint_bg_color).stroke(ui.visuals().widgets.noninteractive.bg_stroke).show(ui, |ui| {
        ui.label(text);
    });
}

/// Whether a key was pressed while a dialog is open; the key is then used up.
pub(super) fn pressed(ui: &Ui, key: Key) -> bool {
    ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, key))
}
