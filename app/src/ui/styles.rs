//! The panel of styles: which ones, how strongly, and where.

mod reach;

use std::sync::Arc;

use daub_models::Model;
use egui::Vec2;

use super::icons::Icon;
use super::menu::{card_ui, terms};
use super::widgets::small_icon_button;
use crate::action::{Action, StyleAction};
use crate::document::Kind;
use crate::state::State;
use crate::styles::{MAX_FEATHER_PX, MAX_STEPS, Reach, Step};
use crate::text::{Language, Text, text};

const ADD: Text = text("Add a style", "添加风格");
const NONE_HERE: Text = text("No photo-to-photo model was found", "未找到照片到照片的模型");
const EMPTY: Text = text(
    "Lay the look of another kind of picture over the photograph: all of it, or only the trees, or only what you select.",
    "把另一类图片的风格叠加到照片上：可以是全部、仅树木，或仅选中的部分。",
);
const COMPARE: Text = text("Before | after", "前 | 后");
const COMPARE_TIP: Text = text("A divider over the photograph that can be dragged (F7)", "照片上可拖动的分隔线 (F7)");
const READS: Text = text("The first style reads", "第一个风格读取");
const PHOTO: Text = text("this photograph", "此照片");
const PICTURE: Text = text("the model's picture", "模型的图片");
const STRENGTH: Text = text("Strength", "强度");
const FEATHER: Text = text("Soft edge", "羽化");
const ENABLED: Text = text("On or off", "开关");
const EARLIER: Text = text("Earlier in the chain", "在链中前移");
const LATER: Text = text("Later in the chain", "在链中后移");
const REVERSE: Text = text("The other direction", "反方向");
const REMOVE: Text = text("Remove this style", "移除此风格");
const MISSING: Text = text("This model is not here", "找不到此模型");

/// Room for the names before sliders, in points.
const NAME_WIDTH: f32 = 62.0;

/// The panel.
pub(super) fn styles_ui(ui: &mut egui::Ui, state: &State, actions: &mut Vec<Action>) {
    let language = state.language;
    let chain = &state.drawing().document.extras().styles;
    if chain.steps.is_empty() {
        ui.label(egui::RichText::new(EMPTY.of(language)).weak());
        ui.add_space(6.0);
    } else {
        let mut compares = state.styling.compare.is_some();
        if ui.checkbox(&mut compares, COMPARE.of(language)).on_hover_text(COMPARE_TIP.of(language)).changed() {
            actions.push(StyleAction::ToggleCompare.into());
        }
    }
    if *state.drawing().document.canvas().kind() == Kind::Photo && !chain.steps.is_empty() {
        ui.horizontal_wrapped(|ui| {
            ui.label(READS.of(language));
            for (follows, name) in [(false, PHOTO), (true, PICTURE)] {
                if ui.radio(chain.after_model == follows, name.of(language)).clicked() {
                    actions.push(StyleAction::FollowModel(follows).into());
                }
            }
        });
        ui.add_space(2.0);
    }
    for (at, step) in chain.steps.iter().enumerate() {
        ui.push_id(at, |ui| step_ui(ui, state, at, step, actions));
        ui.add_space(6.0);
    }
    if chain.steps.len() < MAX_STEPS {
        adding_ui(ui, state, actions);
    }
}

/// Every style with its terms; a click adds it. Both directions of a pair stand side by side.
fn adding_ui(ui: &mut egui::Ui, state: &State, actions: &mut Vec<Action>) {
    let language = state.language;
    ui.strong(ADD.of(language));
    if state.style_models().next().is_none() {
        ui.weak(NONE_HERE.of(language));
    }
    for model in state.style_models() {
        let width = ui.available_width();
        let button = egui::Button::new(format!("+ {}", model.card.title)).min_size(Vec2::new(width, 24.0));
        let tip = |ui: &mut egui::Ui| card_ui(ui, model, language);
        if ui.add(button).on_hover_ui(tip).clicked() {
            actions.push(StyleAction::Add(model.card.name.clone()).into());
        }
        licence_ui(ui, model, language);
    }
}

fn licence_ui(ui: &mut egui::Ui, model: &Arc<Model>, language: Language) {
    let line = egui::RichText::new(terms(model, language)).small().weak();
    ui.add(egui::Label::new(line).truncate()).on_hover_ui(|ui| card_ui(ui, model, language));
}

/// One step of the chain.
fn step_ui(ui: &mut egui::Ui, state: &State, at: usize, step: &Step, actions: &mut Vec<Action>) {
    let language = state.language;
    let mut edited = step.clone();
    let (mut goes_on, mut settles) = (false, false);
    let mut held = |slider: &egui::Response| {
        goes_on |= slider.dragged() || slider.drag_stopped();
        settles |= slider.drag_stopped();
        slider.changed()
    };
    egui::Frame::group(ui.style()).inner_margin(8.0).show(ui, |ui| {
        ui.set_width(ui.available_width());
        title_ui(ui, state, at, step, &mut edited, actions);
        match state.style_model(&step.style) {
            Some(model) => licence_ui(ui, model, language),
            None => drop(ui.colored_label(ui.visuals().error_fg_color, MISSING.of(language))),
        }
        ui.add_enabled_ui(step.enabled, |ui| {
            let mut percent = step.strength * 100.0;
            let slider = egui::Slider::new(&mut percent, 0.0..=100.0).fixed_decimals(0).suffix(" %");
            if held(&named(ui, STRENGTH.of(language), slider)) {
                edited.strength = percent / 100.0;
            }
            reach::reach_ui(ui, state, step, &mut edited, actions);
            if step.reach != Reach::Everywhere {
                let mut feather = step.feather_px;
                let slider = egui::Slider::new(&mut feather, 0..=MAX_FEATHER_PX).suffix(" px");
                if held(&named(ui, FEATHER.of(language), slider)) {
                    edited.feather_px = feather;
                }
            }
        });
    });
    if edited != *step {
        actions.push(StyleAction::Edit { at, step: edited, goes_on }.into());
    }
    if settles {
        actions.push(StyleAction::Settle.into());
    }
}

/// On or off, the name, and what can be done with the step as a whole.
fn title_ui(ui: &mut egui::Ui, state: &State, at: usize, step: &Step, edited: &mut Step, actions: &mut Vec<Action>) {
    let language = state.language;
    let title = state.style_model(&step.style).map_or(step.style.as_str(), |model| &model.card.title);
    ui.horizontal(|ui| {
        let enabled = ui.checkbox(&mut edited.enabled, "").on_hover_text(ENABLED.of(language));
        let name = format!("{}: {title}", ENABLED.of(language));
        enabled.widget_info(|| egui::WidgetInfo::selected(egui::Role::CheckBox, true, step.enabled, &name));
        ui.add(egui::Label::new(egui::RichText::new(title).strong()).truncate());
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 3.0;
            let last = state.drawing().document.extras().styles.steps.len() - 1;
            let reverse = state.reverse_style(&step.style);
            let tool = |ui: &mut egui::Ui, icon: Icon, tip: Text, enabled: bool| {
                let button = ui.add_enabled_ui(enabled, |ui| small_icon_button(ui, icon, tip.of(language), false)).inner;
                button.on_hover_text(tip.of(language)).clicked()
            };
            if tool(ui, Icon::Trash, REMOVE, true) {
                actions.push(StyleAction::Remove(at).into());
            }
            if tool(ui, Icon::Down, LATER, at < last) {
                actions.push(StyleAction::Move { from: at, to: at + 1 }.into());
            }
            if tool(ui, Icon::Up, EARLIER, at > 0) {
                actions.push(StyleAction::Move { from: at, to: at.saturating_sub(1) }.into());
            }
            if let Some(reverse) = reverse
                && tool(ui, Icon::Swap, REVERSE, true)
            {
                edited.style.clone_from(&reverse.card.name);
            }
        });
    });
}

/// A name in front of what it names, as wide as the others.
fn name_ui(ui: &mut egui::Ui, name: &str) -> egui::Response {
    let size = Vec2::new(NAME_WIDTH, 18.0);
    let shown = ui.allocate_ui_with_layout(size, egui::Layout::left_to_right(egui::Align::Center), |ui| {
        ui.set_min_width(NAME_WIDTH);
        ui.label(name)
    });
    shown.inner
}

/// A name and a slider that fills the rest of the line.
fn named(ui: &mut egui::Ui, name: &str, slider: egui::Slider<'_>) -> egui::Response {
    ui.horizontal(|ui| {
        let label = name_ui(ui, name);
        ui.spacing_mut().slider_width = (ui.available_width() - 58.0).max(40.0);
        ui.add(slider).labelled_by(label.id)
    })
    .inner
}
