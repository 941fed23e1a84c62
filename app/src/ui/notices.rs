//! Messages in the corner: news go away by themselves, errors stay until they are dismissed.

use egui::{Align2, Area, Frame, Id, Order, Vec2};

use super::icons::{self, Icon};
use super::theme;
use super::widgets::small_icon_button;
use crate::action::Action;
use crate::state::{Notice, State};
use crate::text::{Text, text};

const DISMISS: Text = text("Dismiss", "知道了");

/// News are read after this many seconds, and a little later when they are long.
fn reading_seconds(message: &str) -> f64 {
    4.0 + 0.04 * message.chars().count() as f64
}

/// Every message, the newest at the bottom.
pub(super) fn notices_ui(ui: &egui::Ui, state: &State, actions: &mut Vec<Action>) {
    if state.notices.last().is_none() {
        return;
    }
    let place = Vec2::new(-12.0 - theme::STRIP_WIDTH, -38.0);
    let area = Area::new(Id::unique("notices")).order(Order::Foreground).anchor(Align2::RIGHT_BOTTOM, place);
    area.show(ui.ctx(), |ui| {
        for (id, notice) in state.notices.iter() {
            if notice_ui(ui, state, id, notice) {
                actions.push(Action::DismissNotice(id));
            }
            ui.add_space(2.0);
        }
    });
}

/// One message; whether it has had its time.
fn notice_ui(ui: &mut egui::Ui, state: &State, id: u64, notice: &Notice) -> bool {
    let mut over = false;
    let colour = if notice.is_error { ui.visuals().error_fg_color } else { theme::accent(ui.visuals()) };
    let frame = Frame::popup(ui.style()).stroke(egui::Stroke::new(1.0, colour.gamma_multiply(0.6)));
    let shown = frame.show(ui, |ui| {
        ui.set_width(340.0);
        ui.horizontal_top(|ui| {
            let (rect, _) = ui.allocate_exact_size(Vec2::splat(18.0), egui::Sense::hover());
            icons::paint(ui.painter(), if notice.is_error { Icon::Warning } else { Icon::Info }, rect, colour);
            let width = ui.available_width() - 30.0;
            ui.vertical(|ui| {
                ui.set_width(width);
                ui.add(egui::Label::new(&notice.message).wrap());
            });
            over = small_icon_button(ui, Icon::Close, DISMISS.of(state.language), false).clicked();
        });
    });
    if notice.is_error {
        return over;
    }
    // The clock stands still while the pointer is on it.
    let (now, step) = ui.input(|input| (input.time, f64::from(input.stable_dt.min(0.1))));
    let clock = Id::unique(("notice", id));
    let since = ui.data_mut(|data| {
        let since = data.get_temp_mut_or_insert_with(clock, || now);
        if shown.response.contains_pointer() {
            *since += step;
        }
        *since
    });
    let left = since + reading_seconds(&notice.message) - now;
    ui.request_repaint_after_secs(left.max(0.0) as f32);
    over || left <= 0.0
}
