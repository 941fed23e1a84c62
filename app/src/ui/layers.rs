//! The panel of layers: what is shown, what is kept from changes, what the pen works on.

use egui::{Align, Layout, Sense, Slider, Ui, Vec2, WidgetInfo};

use super::icons::Icon;
use super::theme;
use super::widgets::{focus_ring, small_icon_button};
use crate::action::{Action, LayerAction, TraceAction};
use crate::document::{Kind, Layer, LayerState};
use crate::state::State;
use crate::text::{Text, text};
use crate::tool::Tool;

const SHOW: Text = text("Show", "显示");
const HIDE: Text = text("Hide", "隐藏");
const LOCK: Text = text("Lock", "锁定");
const UNLOCK: Text = text("Unlock", "解锁");
const OPACITY: Text = text("Opacity", "不透明度");
const OPEN: Text = text("Open…", "打开…");
const OPEN_TIP: Text = text("A photograph to draw by", "用于描绘的参考照片");
const TRACE: Text = text("Trace…", "描摹…");
const TRACE_TIP: Text = text("Turn its edges into lines to draw on", "把其边缘变为可绘制的线条");
const REMOVE: Text = text("Remove", "移除");
const CLEAR: Text = text("Clear", "清空");
const HINT_COLOUR: Text = text("Colour of the next hint", "下一个提示的颜色");

/// Height of a row in points.
const ROW: f32 = 24.0;

/// What a layer is called and what it is for.
fn words(layer: Layer, kind: &Kind) -> (Text, Text) {
    match layer {
        Layer::Hints => {
            (text("Colour hints", "颜色提示"), text("Dots of colour for models that read them", "供支持的模型使用的颜色点"))
        }
        Layer::Reference => {
            (text("Reference", "参考照片"), text("A photograph to draw by; no model reads it", "用于临摹的照片，模型不读取"))
        }
        Layer::Lines => {
            (text("Guide lines", "辅助线"), text("Lines to draw by; no model reads them", "辅助绘画的线条，模型不读取"))
        }
        Layer::Objects => (text("Objects", "对象"), text("Things over the paint that stay movable", "绘画之上可移动的对象")),
        Layer::Paint if *kind == Kind::Sketch => {
            (text("Sketch", "草图"), text("The lines that the model reads", "模型读取的线条"))
        }
        Layer::Paint => (text("Paint", "绘画"), text("Hidden, the drawing is as it started", "隐藏后显示最初的画面")),
    }
}

/// The whole panel, the topmost layer first.
pub(super) fn layers_ui(ui: &mut Ui, state: &State, actions: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.y = 2.0;
    for layer in Layer::ALL.into_iter().rev() {
        row_ui(ui, state, layer, actions);
        ui.indent(("layer", layer as u8), |ui| match layer {
            Layer::Reference => reference_ui(ui, state, actions),
            Layer::Lines if state.drawing().document.content().lines.is_some() => {
                opacity_ui(ui, state, layer, actions);
                if ui.button(CLEAR.of(state.language)).clicked() {
                    actions.push(LayerAction::Clear(layer).into());
                }
            }
            Layer::Hints if state.drawing().active == layer || !state.drawing().document.extras().hints.is_empty() => {
                hints_ui(ui, state, actions);
            }
            _ => {}
        });
    }
}

/// Whether the pen, or the tool in hand, works on a layer.
fn is_active(state: &State, layer: Layer) -> bool {
    match layer {
        Layer::Objects => state.tool == Tool::Objects,
        _ => state.tool != Tool::Objects && state.drawing().active == layer,
    }
}

/// One row: eye, lock, name.
fn row_ui(ui: &mut Ui, state: &State, layer: Layer, actions: &mut Vec<Action>) {
    let language = state.language;
    let document = &state.drawing().document;
    let LayerState { visible, locked, .. } = document.extras().layers[layer];
    let (name, tip) = words(layer, document.canvas().kind());
    let name = name.of(language);
    ui.horizontal(|ui| {
        ui.set_min_height(ROW);
        let (icon, verb) = if visible { (Icon::Eye, HIDE) } else { (Icon::EyeOff, SHOW) };
        let label = format!("{}: {name}", verb.of(language));
        if small_icon_button(ui, icon, &label, false).on_hover_text(verb.of(language)).clicked() {
            actions.push(LayerAction::Show(layer, !visible).into());
        }
        let size = Vec2::new((ui.available_width() - 28.0).max(20.0), ROW);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        let active = is_active(state, layer);
        response.widget_info(|| WidgetInfo::selected(egui::Role::Button, true, active, name));
        let visuals = ui.style().interact_selectable(&response, active);
        if active || response.hovered() {
            ui.painter().rect_filled(rect, theme::ROUNDING, visuals.bg_fill);
        }
        focus_ring(ui, &response, rect);
        let font = egui::TextStyle::Body.resolve(ui.style());
        let colour = if visible || active { visuals.text_color() } else { ui.visuals().weak_text_color() };
        let at = egui::pos2(rect.left() + 8.0, rect.center().y);
        ui.painter().text(at, egui::Align2::LEFT_CENTER, name, font, colour);
        if response.on_hover_text(tip.of(language)).clicked() {
            actions.push(LayerAction::Activate(layer).into());
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let (icon, verb) = if locked { (Icon::Lock, UNLOCK) } else { (Icon::Unlock, LOCK) };
            let label = format!("{}: {name}", verb.of(language));
            if small_icon_button(ui, icon, &label, locked).on_hover_text(verb.of(language)).clicked() {
                actions.push(LayerAction::Lock(layer, !locked).into());
            }
        });
    });
}

fn opacity_ui(ui: &mut Ui, state: &State, layer: Layer, actions: &mut Vec<Action>) {
    let mut opacity = state.drawing().document.extras().layers[layer].opacity;
    let percent = |value: f64, _| format!("{:.0} %", value * 100.0);
    let slider = Slider::new(&mut opacity, 0.0..=1.0).custom_formatter(percent).text(OPACITY.of(state.language));
    if ui.add(slider).changed() {
        actions.push(LayerAction::SetOpacity(layer, opacity).into());
    }
}

fn reference_ui(ui: &mut Ui, state: &State, actions: &mut Vec<Action>) {
    let language = state.language;
    let there = state.drawing().document.extras().reference.is_some();
    if there {
        opacity_ui(ui, state, Layer::Reference, actions);
    }
    ui.horizontal_wrapped(|ui| {
        if ui.button(OPEN.of(language)).on_hover_text(OPEN_TIP.of(language)).clicked() {
            actions.push(LayerAction::OpenReference.into());
        }
        let traces = there && state.edge_model().is_some();
        if traces && ui.button(TRACE.of(language)).on_hover_text(TRACE_TIP.of(language)).clicked() {
            actions.push(TraceAction::Reference.into());
        }
        if there && ui.button(REMOVE.of(language)).clicked() {
            actions.push(LayerAction::RemoveReference.into());
        }
    });
}

fn hints_ui(ui: &mut Ui, state: &State, actions: &mut Vec<Action>) {
    let language = state.language;
    ui.horizontal(|ui| {
        let mut colour = state.drawing().hint_colour;
        let button = ui.color_edit_button_srgb(&mut colour).on_hover_text(HINT_COLOUR.of(language));
        button.widget_info(|| WidgetInfo::labeled(egui::Role::ColorWell, true, HINT_COLOUR.of(language)));
        if button.changed() {
            actions.push(LayerAction::SetHintColour(colour).into());
        }
        let some = !state.drawing().document.extras().hints.is_empty();
        if ui.add_enabled(some, egui::Button::new(CLEAR.of(language))).clicked() {
            actions.push(LayerAction::Clear(Layer::Hints).into());
        }
    });
}
