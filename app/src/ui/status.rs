//! The line at the bottom: model, device, size, time, and whether something is on its way.

use super::theme;
use crate::generate::Quality;
use crate::picture::PictureTexture;
use crate::state::State;
use crate::text::{Text, text};

const PAINTING: Text = text("painting", "生成中");
const READY: Text = text("ready", "就绪");
const PREVIEW: Text = text("preview", "预览");

/// The status line.
pub(super) fn status_ui(ui: &mut egui::Ui, state: &State, picture: &PictureTexture) {
    let language = state.language;
    let drawing = state.drawing();
    ui.horizontal(|ui| {
        let (mark, word) = if picture.busy { ("●", PAINTING) } else { ("○", READY) };
        let colour = if picture.busy { theme::ACCENT } else { ui.visuals().weak_text_color() };
        ui.colored_label(colour, format!("{mark} {}", word.of(language)));
        ui.separator();
        ui.label(drawing.model.as_ref().map_or("–", |model| &model.card.title));
        ui.separator();
        let canvas = drawing.document.canvas();
        ui.label(format!("{}x{}", canvas.width(), canvas.height()));
        if let Some(shown) = picture.shown().filter(|shown| shown.stamp.document == drawing.id) {
            ui.separator();
            ui.label(&shown.device);
            ui.separator();
            let quality = if shown.quality == Quality::Preview { PREVIEW.of(language) } else { "" };
            ui.label(format!("{:.0} ms {quality}", shown.milliseconds));
        }
    });
}
