//! The line at the bottom: tasks, model and its terms, device, size, time, and what lies under the pointer.

use egui::{Align, Layout, Ui};

use super::icons::Icon;
use super::menu::{card_ui, terms};
use super::palette::ink_name;
use super::theme;
use super::widgets::small_icon_button;
use crate::action::{Action, Interface};
use crate::generate::Quality;
use crate::latency::Latency;
use crate::picture::PictureTexture;
use crate::state::State;
use crate::text::{Language, Text, text};

const PAINTING: Text = text("painting", "生成中");
const READY: Text = text("ready", "就绪");
const PREVIEW: Text = text("preview", "预览");
const CANCEL: Text = text("Cancel", "取消");
const CANCELLING: Text = text("stopping…", "正在停止…");

const PEN: Text = text("pen", "笔到照片");
const PASS_TIP: Text = text("How long the models took for this picture", "模型生成此图片所用的时间");
const LATENCY_TIP: Text = text("From the pointer to the photograph on screen", "从指针移动到照片显示在屏幕上的时间");
const MEDIAN: Text = text("the last hundred: median", "最近一百次：中位数");
const SLOWEST: Text = text("slowest", "最慢");

/// How often the progress of tasks is looked at, in seconds.
const TASKS_EVERY: f32 = 0.1;

/// The status line.
pub(super) fn status_ui(ui: &mut Ui, state: &State, picture: &PictureTexture, actions: &mut Vec<Action>) {
    let language = state.language;
    let drawing = state.drawing();
    ui.horizontal(|ui| {
        let (mark, word) = if picture.busy { ("●", PAINTING) } else { ("○", READY) };
        let colour = if picture.busy { theme::accent(ui.visuals()) } else { ui.visuals().weak_text_color() };
        ui.colored_label(colour, format!("{mark} {}", word.of(language)));
        ui.separator();
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if let Some(shown) = picture.shown().filter(|shown| shown.stamp.document == drawing.id) {
                let quality = if shown.quality == Quality::Preview { PREVIEW.of(language) } else { "" };
                ui.label(format!("{:.0} ms {quality}", shown.milliseconds)).on_hover_text(PASS_TIP.of(language));
                ui.separator();
                latency_ui(ui, &picture.latency, language);
                ui.add(egui::Label::new(egui::RichText::new(&shown.device).weak()).truncate());
                ui.separator();
            }
            let canvas = drawing.document.composite();
            ui.weak(format!("{}x{}", canvas.width(), canvas.height()));
            if let Some((x, y)) = super::canvas::place_under_pointer(ui.ctx())
                && let Some(ink) = canvas.get(x, y)
            {
                ui.separator();
                ui.label(ink_name(ink, state));
                ui.weak(format!("{x}, {y}"));
            }
            tasks_ui(ui, state, actions);
            // What is left of the line, at its left.
            let left = Layout::left_to_right(Align::Center);
            if let Some(model) = &drawing.model {
                ui.with_layout(left, |ui| {
                    let text = format!("{} · {}", model.card.title, terms(model, language));
                    let label = egui::Label::new(egui::RichText::new(text).weak()).truncate();
                    ui.add(label).on_hover_ui(|ui| card_ui(ui, model, language));
                });
            }
        });
    });
}

/// How long photographs take from the pen to the screen.
fn latency_ui(ui: &mut Ui, latency: &Latency, language: Language) {
    let Some([newest, median, slowest]) = latency.times().map(|times| times.map(|time| time.as_millis())) else { return };
    let label = ui.weak(format!("{} {newest} ms", PEN.of(language)));
    ui.separator();
    label.on_hover_ui(|ui| {
        ui.label(LATENCY_TIP.of(language));
        ui.weak(format!("{} {median} ms, {} {slowest} ms", MEDIAN.of(language), SLOWEST.of(language)));
    });
}

/// Work that takes a while, each with a way to stop it.
fn tasks_ui(ui: &mut Ui, state: &State, actions: &mut Vec<Action>) {
    for task in state.tasks.iter() {
        ui.ctx().request_repaint_after_secs(TASKS_EVERY);
        if !task.is_worth_showing() {
            continue;
        }
        ui.separator();
        let name = format!("{}: {}", CANCEL.of(state.language), task.title);
        let stops = task.is_cancelled();
        ui.add_enabled_ui(!stops, |ui| {
            if small_icon_button(ui, Icon::Close, &name, false).on_hover_text(CANCEL.of(state.language)).clicked() {
                actions.push(Interface::CancelTask(task.id).into());
            }
        });
        let bar = egui::ProgressBar::new(task.fraction().unwrap_or(0.0)).desired_width(96.0).desired_height(8.0);
        let bar = if task.fraction().is_none() { bar.animate(true) } else { bar };
        ui.add(bar);
        let title = if stops { CANCELLING.of(state.language) } else { &task.title };
        ui.add(egui::Label::new(title).truncate());
    }
}
