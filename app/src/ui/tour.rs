//! Three hints at the first start, each beside what it speaks of; dismissed, they never come again.

use egui::{Align2, Area, Frame, Id, Order, Pos2, Rect, Stroke, Ui, pos2};

use super::theme;
use crate::action::{Action, Interface};
use crate::state::{HINTS, State};
use crate::text::{Text, text};

const NEXT: Text = text("Next", "下一条");
const DONE: Text = text("Start painting", "开始绘画");
const SKIP: Text = text("No more hints", "不再提示");

/// What a hint says, heading and text.
const SAID: [(Text, Text); HINTS] = [
    (
        text("Paint here", "在这里绘画"),
        text("Drag with the brush. The photograph at the right follows while you paint.", "用画笔拖动。右侧的照片会随之变化。"),
    ),
    (
        text("Pick what you paint", "选择画什么"),
        text(
            "Each label stands for a thing: trees, cars, sky. Keys 1 to 0 pick the first ten, X goes back to the one before.",
            "每个标签代表一种事物：树木、汽车、天空。按键 1 到 0 选择前十个，X 换回上一个。",
        ),
    ),
    (
        text("Everything has a name", "一切都有名称"),
        text(
            "Ctrl+Shift+P finds every command, model and scene; F1 shows all keys. The icons at the right open more panels.",
            "Ctrl+Shift+P 可查找所有命令、模型和场景；F1 显示所有按键。右侧图标可打开更多面板。",
        ),
    ),
];

/// Parts of the window that hints speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Part {
    /// The canvas's pane.
    Canvas,
    /// The list of labels or colours.
    Palette,
    /// The strip of icons at the right.
    Strip,
}

/// Notes where a part of the window is in this frame.
pub(super) fn mark(ui: &Ui, part: Part, rect: Rect) {
    ui.data_mut(|data| data.insert_temp(id_of(part), rect));
}

fn id_of(part: Part) -> Id {
    Id::unique(("part", part))
}

/// The hint that is due.
pub(super) fn tour_ui(ui: &Ui, state: &State, actions: &mut Vec<Action>) {
    let Some(hint) = state.hint.filter(|hint| *hint < HINTS) else { return };
    let part = [Part::Canvas, Part::Palette, Part::Strip][hint];
    let screen = ui.ctx().content_rect();
    let rect: Rect = ui.data(|data| data.get_temp(id_of(part))).unwrap_or(screen);
    let (pivot, place): (Align2, Pos2) = match part {
        Part::Canvas => (Align2::CENTER_CENTER, rect.center()),
        Part::Palette => (Align2::LEFT_TOP, pos2(rect.right() + 10.0, rect.top() + 40.0)),
        Part::Strip => (Align2::RIGHT_TOP, pos2(rect.left() - 10.0, rect.top() + 10.0)),
    };
    let accent = theme::accent(ui.visuals());
    if part != Part::Canvas {
        let painter = ui.ctx().layer_painter(egui::LayerId::new(Order::Foreground, Id::unique("tour mark")));
        painter.rect_stroke(rect.shrink(1.0), theme::ROUNDING, Stroke::new(2.0, accent), egui::StrokeKind::Inside);
    }
    let area = Area::new(Id::unique("tour")).order(Order::Foreground).pivot(pivot).fixed_pos(place);
    area.show(ui.ctx(), |ui| {
        Frame::popup(ui.style()).stroke(Stroke::new(1.5, accent)).inner_margin(14).show(ui, |ui| {
            ui.set_max_width(280.0);
            let (title, said) = SAID[hint];
            ui.heading(title.of(state.language));
            ui.label(said.of(state.language));
            ui.add_space(6.0);
            ui.horizontal(|ui| {
                let next = if hint + 1 == HINTS { DONE } else { NEXT };
                let button = egui::Button::new(next.of(state.language)).fill(ui.visuals().selection.bg_fill);
                if ui.add(button).clicked() {
                    actions.push(Interface::NextHint.into());
                }
                if hint + 1 < HINTS && ui.button(SKIP.of(state.language)).clicked() {
                    actions.push(Interface::EndTour.into());
                }
                ui.weak(format!("{} / {HINTS}", hint + 1));
            });
        });
    });
}
