//! The panel of objects: a list from above to below, and the properties of what is selected.

use egui::{Align, Color32, DragValue, Layout, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo};

use super::icons::Icon;
use super::palette::{colour_of, ink_name, shown_labels};
use super::theme;
use super::widgets::{focus_ring, small_icon_button, tooltip};
use crate::action::{Action, ObjectAction, Order, object_commands};
use crate::document::{Ink, Object, Placement};
use crate::state::State;
use crate::text::{Text, text};

const DEPTH: Text = text("Nearer is larger", "近大远小");
const DEPTH_TIP: Text = text(
    "Objects that move are scaled by their distance below the horizon; drag its grip on the canvas",
    "移动的对象按其在地平线下的距离缩放；可在画布上拖动地平线手柄",
);
const NONE: Text = text(
    "No objects yet. Drag a stamp onto the canvas, or select a part of the drawing and press Ctrl+J.",
    "还没有对象。将图章拖到画布上，或选择画面的一部分后按 Ctrl+J。",
);
const SEVERAL: Text = text("objects selected", "个对象已选中");
const NAME: Text = text("Name", "名称");
const LABEL: Text = text("Label", "标签");
const COLOUR: Text = text("Colour", "颜色");
const HEIGHT: Text = text("Height", "高度");
const WIDTH: Text = text("Width", "宽度");
const ANGLE: Text = text("Angle", "角度");
const FOOT: Text = text("Foot", "落点");
const SHOW: Text = text("Show", "显示");
const HIDE: Text = text("Hide", "隐藏");
const LOCK: Text = text("Lock", "锁定");
const UNLOCK: Text = text("Unlock", "解锁");

/// Most height of the list of labels in points; the window may give it less.
const LIST_HEIGHT: f32 = 480.0;

/// The whole panel.
pub(super) fn object_list_ui(ui: &mut Ui, state: &State, actions: &mut Vec<Action>) {
    let language = state.language;
    let drawing = state.drawing();
    let mut on = drawing.document.extras().horizon.on;
    if ui.checkbox(&mut on, DEPTH.of(language)).on_hover_text(DEPTH_TIP.of(language)).changed() {
        actions.push(ObjectAction::UseHorizon(on).into());
    }
    ui.add_space(2.0);
    if drawing.document.objects().is_empty() {
        ui.add(egui::Label::new(egui::RichText::new(NONE.of(language)).weak()).wrap());
        return;
    }
    let selected: Vec<&Object> = drawing.selected_objects().map(AsRef::as_ref).collect();
    if !selected.is_empty() {
        properties_ui(ui, state, &selected, actions);
        ui.separator();
    }
    ui.spacing_mut().item_spacing.y = 1.0;
    for object in drawing.document.objects().iter().rev() {
        row_ui(ui, state, object, drawing.selected.contains(&object.id), actions);
    }
}

/// One row: eye, swatches, name, lock.
fn row_ui(ui: &mut Ui, state: &State, object: &Object, selected: bool, actions: &mut Vec<Action>) {
    let language = state.language;
    ui.horizontal(|ui| {
        let (icon, verb) = if object.visible { (Icon::Eye, HIDE) } else { (Icon::EyeOff, SHOW) };
        let label = format!("{}: {}", verb.of(language), object.name);
        if small_icon_button(ui, icon, &label, false).on_hover_text(verb.of(language)).clicked() {
            actions.push(ObjectAction::Show(object.id, !object.visible).into());
        }
        let size = Vec2::new((ui.available_width() - 28.0).max(20.0), 24.0);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        response.widget_info(|| WidgetInfo::selected(egui::Role::Button, true, selected, &object.name));
        let visuals = ui.style().interact_selectable(&response, selected);
        let painter = ui.painter().with_clip_rect(rect);
        if selected || response.hovered() {
            painter.rect_filled(rect, theme::ROUNDING, visuals.bg_fill);
        }
        focus_ring(ui, &response, rect);
        let mut left = rect.left() + 6.0;
        for part in &object.parts {
            let swatch = egui::Rect::from_center_size(egui::pos2(left + 6.0, rect.center().y), Vec2::splat(theme::SWATCH - 2.0));
            painter.rect_filled(swatch, 3.0, colour_of(part.ink, state));
            painter.rect_stroke(swatch, 3.0, Stroke::new(1.0, Color32::from_gray(120)), StrokeKind::Inside);
            left += theme::SWATCH + 1.0;
        }
        let font = egui::TextStyle::Body.resolve(ui.style());
        let colour = if object.visible || selected { visuals.text_color() } else { ui.visuals().weak_text_color() };
        painter.text(egui::pos2(left + 5.0, rect.center().y), egui::Align2::LEFT_CENTER, &object.name, font, colour);
        if response.clicked() {
            let more = ui.input(|input| input.modifiers.shift || input.modifiers.command);
            let action = if more { ObjectAction::Toggle(object.id) } else { ObjectAction::Select(vec![object.id]) };
            actions.push(action.into());
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let (icon, verb) = if object.locked { (Icon::Lock, UNLOCK) } else { (Icon::Unlock, LOCK) };
            let label = format!("{}: {}", verb.of(language), object.name);
            if small_icon_button(ui, icon, &label, object.locked).on_hover_text(verb.of(language)).clicked() {
                actions.push(ObjectAction::Lock(object.id, !object.locked).into());
            }
        });
    });
}

/// What can be changed of the selected objects.
fn properties_ui(ui: &mut Ui, state: &State, selected: &[&Object], actions: &mut Vec<Action>) {
    let language = state.language;
    match selected {
        [object] => {
            let mut name = object.name.clone();
            let field = ui.add(egui::TextEdit::singleline(&mut name).desired_width(f32::INFINITY).hint_text(NAME.of(language)));
            field.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, NAME.of(language)));
            if field.changed() {
                actions.push(ObjectAction::Rename(object.id, name).into());
            }
        }
        several => {
            ui.label(format!("{} {}", several.len(), SEVERAL.of(language)));
        }
    }
    commands_ui(ui, state, actions);
    if let Some(object) = selected.first() {
        for (part, ink) in object.parts.iter().map(|part| part.ink).enumerate() {
            ink_ui(ui, state, part, ink, actions);
        }
    }
    if let [object] = selected {
        placement_ui(ui, state, object, actions);
    }
}

/// Buttons of the commands for objects.
fn commands_ui(ui: &mut Ui, state: &State, actions: &mut Vec<Action>) {
    let icon = |action: &Action| match action {
        Action::Object(ObjectAction::Duplicate) => Some(Icon::Duplicate),
        Action::Object(ObjectAction::Delete) => Some(Icon::Trash),
        Action::Object(ObjectAction::Flip) => Some(Icon::Flip),
        Action::Object(ObjectAction::Reorder(Order::Up)) => Some(Icon::Up),
        Action::Object(ObjectAction::Reorder(Order::Down)) => Some(Icon::Down),
        Action::Object(ObjectAction::Burn) => Some(Icon::Brush),
        _ => None,
    };
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        for command in object_commands() {
            let Some(icon) = icon(&command.action) else { continue };
            let button = small_icon_button(ui, icon, command.label.of(state.language), false);
            if tooltip(button, &command, state.language).clicked() {
                actions.push(command.action);
            }
        }
    });
}

/// The label or colour of a part.
fn ink_ui(ui: &mut Ui, state: &State, part: usize, ink: Ink, actions: &mut Vec<Action>) {
    let language = state.language;
    ui.horizontal(|ui| {
        if !state.drawing().document.canvas().kind().is_labels() {
            let [_, r, g, b] = ink.to_be_bytes();
            let mut colour = [r, g, b];
            let button = ui.color_edit_button_srgb(&mut colour);
            button.widget_info(|| WidgetInfo::labeled(egui::Role::ColorWell, true, COLOUR.of(language)));
            if button.changed() {
                let [r, g, b] = colour;
                actions.push(ObjectAction::Relabel { part, ink: Ink::from_be_bytes([0, r, g, b]) }.into());
            }
            ui.label(COLOUR.of(language));
            return;
        }
        let (rect, _) = ui.allocate_exact_size(Vec2::splat(theme::SWATCH), Sense::hover());
        ui.painter().rect_filled(rect, 3.0, colour_of(ink, state));
        let width = ui.available_width() - 4.0;
        let labels = egui::ComboBox::from_id_salt(("label of part", part))
            .selected_text(ink_name(ink, state))
            .width(width)
            .height(LIST_HEIGHT);
        let response = labels.show_ui(ui, |ui| {
            for label in shown_labels(state) {
                let other = Ink::from(label.id);
                if ui.selectable_label(other == ink, ink_name(other, state)).clicked() && other != ink {
                    actions.push(ObjectAction::Relabel { part, ink: other }.into());
                }
            }
        });
        response.response.widget_info(|| WidgetInfo::labeled(egui::Role::ComboBox, true, LABEL.of(language)));
    });
}

/// Place, size and turn by numbers.
fn placement_ui(ui: &mut Ui, state: &State, object: &Object, actions: &mut Vec<Action>) {
    let language = state.language;
    let mut placement = object.placement;
    let Placement { foot: [x, y], height_px, stretch_x, rotation_rad, .. } = &mut placement;
    let mut degrees = rotation_rad.to_degrees();
    if degrees > 180.0 {
        degrees -= 360.0;
    }
    let mut percent = *stretch_x * 100.0;
    let enabled = !object.locked;
    ui.add_enabled_ui(enabled, |ui| {
        egui::Grid::new("placement").num_columns(4).spacing([6.0, 4.0]).show(ui, |ui| {
            number(
                ui,
                HEIGHT.of(language),
                DragValue::new(height_px).speed(0.5).range(1.0..=4096.0).fixed_decimals(0).suffix(" px"),
            );
            number(
                ui,
                WIDTH.of(language),
                DragValue::new(&mut percent).speed(0.5).range(5.0..=2000.0).fixed_decimals(0).suffix(" %"),
            );
            ui.end_row();
            number(
                ui,
                ANGLE.of(language),
                DragValue::new(&mut degrees).speed(0.5).range(-180.0..=180.0).fixed_decimals(1).suffix("°"),
            );
            ui.end_row();
            number(ui, FOOT.of(language), DragValue::new(x).speed(0.5).fixed_decimals(0).prefix("x "));
            ui.add(DragValue::new(y).speed(0.5).fixed_decimals(0).prefix("y "));
            ui.end_row();
        });
    });
    (placement.stretch_x, placement.rotation_rad) = (percent / 100.0, degrees.to_radians());
    // Degrees and percent do not come back to the last bit: only what was moved is news.
    let same = |a: f32, b: f32| (a - b).abs() < 1e-4;
    let old = object.placement;
    let turned = (placement.rotation_rad - old.rotation_rad).rem_euclid(std::f32::consts::TAU);
    let turned = turned.min(std::f32::consts::TAU - turned);
    let still = same(placement.height_px, old.height_px) && same(placement.stretch_x, old.stretch_x) && turned < 1e-4;
    if !(still && same(placement.foot[0], old.foot[0]) && same(placement.foot[1], old.foot[1])) {
        actions.push(ObjectAction::Place(object.id, placement).into());
    }
}

fn number(ui: &mut Ui, name: &str, value: DragValue<'_>) {
    let label = ui.label(name);
    ui.add(value).labelled_by(label.id);
}
