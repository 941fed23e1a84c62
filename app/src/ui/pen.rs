//! The panel of the pen: stabiliser, pressure, mirrors.

use egui::{Slider, Ui};

use super::tool_options::{STABILISERS, mirrors_ui};
use crate::action::{Action, Interface, Painting};
use crate::pen::Stabiliser;
use crate::state::State;
use crate::text::{Text, text};

const STEADY: Text = text("Stabiliser", "防抖");
const STRENGTH: Text = text("Strength", "强度");
const SMOOTH_TIP: Text =
    text("The line follows the pointer after a while, as if through honey", "线条稍后才跟上指针，如在蜂蜜中");
const ROPE_TIP: Text = text("The pointer pulls the line on a rope; a slack rope moves nothing", "指针用绳拉着线条；绳松时不动");
const OFF_TIP: Text = text("The line is where the pointer is", "线条与指针同步");
const PRESSURE: Text = text("Pressure sets the width", "压力控制粗细");
const PRESSURE_TIP: Text = text("For pens and touch screens that report how hard they are pressed", "用于报告压力的笔和触摸屏");
const LEAST: Text = text("Thinnest", "最细");
const SOFTNESS: Text = text("Softness", "柔软度");
const SPEED: Text = text("A fast mouse thins", "鼠标越快越细");
const MIRRORS: Text = text("Mirrors", "镜像");
const MIRRORS_TIP: Text = text("Drag a mirror line at its handle to move it", "拖动镜像线的手柄可移动它");
const CENTRE: Text = text("Centre", "居中");

/// The whole panel.
pub(super) fn pen_ui(ui: &mut Ui, state: &State, actions: &mut Vec<Action>) {
    let language = state.language;
    let mut pen = state.preferences.pen;
    ui.label(STEADY.of(language));
    ui.horizontal(|ui| {
        for (mode, name) in STABILISERS {
            let tip = match mode {
                Stabiliser::Off => OFF_TIP,
                Stabiliser::Smooth => SMOOTH_TIP,
                Stabiliser::Rope => ROPE_TIP,
            };
            ui.selectable_value(&mut pen.stabiliser, mode, name.of(language)).on_hover_text(tip.of(language));
        }
    });
    ui.add_enabled_ui(pen.stabiliser != Stabiliser::Off, |ui| share_ui(ui, &mut pen.strength, STRENGTH.of(language)));
    ui.add_space(6.0);
    ui.checkbox(&mut pen.pressure.on, PRESSURE.of(language)).on_hover_text(PRESSURE_TIP.of(language));
    ui.add_enabled_ui(pen.pressure.on, |ui| {
        share_ui(ui, &mut pen.pressure.least, LEAST.of(language));
        ui.add(Slider::new(&mut pen.pressure.gamma, 0.25..=4.0).logarithmic(true).text(SOFTNESS.of(language)));
    });
    ui.add_space(6.0);
    share_ui(ui, &mut pen.speed_thins, SPEED.of(language));
    if pen != state.preferences.pen {
        actions.push(Interface::SetPen(pen).into());
    }
    ui.add_space(6.0);
    ui.label(MIRRORS.of(language)).on_hover_text(MIRRORS_TIP.of(language));
    ui.horizontal(|ui| {
        mirrors_ui(ui, state, actions);
        if ui.button(CENTRE.of(language)).clicked() {
            actions.push(Painting::CentreMirrors.into());
        }
    });
}

fn share_ui(ui: &mut Ui, share: &mut f32, name: &str) {
    let percent = |value: f64, _| format!("{:.0} %", value * 100.0);
    ui.add(Slider::new(share, 0.0..=1.0).custom_formatter(percent).custom_parser(parse_percent).text(name));
}

fn parse_percent(text: &str) -> Option<f64> {
    text.trim().trim_end_matches('%').trim().parse::<f64>().ok().map(|percent| percent / 100.0)
}
