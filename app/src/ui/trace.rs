//! The dialog that turns a photograph into a sketch, with the lines as they will be.

use daub_models::trace::LineStyle;
use egui::{Color32, ColorImage, Rect, Sense, TextureHandle, TextureOptions, Vec2};

use super::theme;
use crate::action::{Action, Onto, TraceAction};
use crate::generate::rgb_of;
use crate::state::{State, Tracing};
use crate::text::{Text, text};

const TITLE: Text = text("Trace a photograph", "描摹照片");
const PHOTO: Text = text("Photograph", "照片");
const SKETCH: Text = text("Sketch", "草图");
const FINDING: Text = text("Looking for edges", "正在检测边缘");
const DETAIL: Text = text("Detail", "细节");
const DETAIL_TIP: Text = text("How faint an edge may be and still become a line", "多弱的边缘仍成为线条");
const WIDTH: Text = text("Line width", "线宽");
const SHORTEST: Text = text("Shortest line", "最短线条");
const THIN: Text = text("Thin lines", "细线");
const THIN_TIP: Text = text("Lines of one width; otherwise edges are inked as wide as they are", "统一线宽；否则按边缘宽度着墨");
const CUT: Text = text("Cut to", "裁剪为");
const CUT_TIP: Text = text(
    "The size that the sketch model was trained on; its subject should fill the picture",
    "草图模型的训练尺寸；主体应占满画面",
);
const ACCEPT: Text = text("Draw on it", "在其上绘画");
const ONTO_LINES: Text = text("As guide lines", "作为辅助线");
const ONTO_LINES_TIP: Text =
    text("Lay the lines over the drawing that is open, on its layer of guide lines", "把线条叠加到当前画作的辅助线图层");
const ACCEPT_TIP: Text = text("A sketch of its own, to be changed and painted (Enter)", "作为新草图继续绘制（回车）");
const KEEP: Text = text("Keep the photograph as reference", "保留照片作为参考");
const KEEP_TIP: Text = text("It lies faintly over the canvas and no model reads it", "以半透明叠加在画布上，模型不会读取");
const CANCEL: Text = text("Cancel", "取消");

/// Side of a preview in points.
const PREVIEW: f32 = 320.0;

/// The dialog, while a photograph is traced.
pub(super) fn trace_ui(ui: &egui::Ui, state: &State, actions: &mut Vec<Action>) {
    let Some(tracing) = &state.tracing else { return };
    let language = state.language;
    egui::Modal::new(egui::Id::unique("trace")).show(ui.ctx(), |ui| {
        ui.set_width(2.0 * PREVIEW + 12.0);
        ui.heading(TITLE.of(language));
        ui.weak(&tracing.title);
        ui.add_space(6.0);
        let (photo, sketch) = textures(ui, tracing);
        ui.horizontal(|ui| {
            preview_ui(ui, Some(&photo), PHOTO.of(language), None);
            let waiting = tracing.sketch.is_none().then_some(FINDING.of(language));
            preview_ui(ui, sketch.as_ref(), SKETCH.of(language), waiting);
        });
        ui.add_space(8.0);
        let mut style = tracing.style;
        style_ui(ui, state, &mut style);
        if style != tracing.style {
            actions.push(Action::Trace(TraceAction::SetStyle(style)));
        }
        if let Some(model) = state.sketch_model() {
            let (width, height) = model.card.size();
            let mut cut = tracing.cut;
            let name = format!("{} {width}x{height} ({})", CUT.of(language), model.card.title);
            if ui.checkbox(&mut cut, name).on_hover_text(CUT_TIP.of(language)).changed() {
                actions.push(Action::Trace(TraceAction::CutToModel(cut)));
            }
        }
        let mut keeps = tracing.keeps_photo;
        if ui.checkbox(&mut keeps, KEEP.of(language)).on_hover_text(KEEP_TIP.of(language)).changed() {
            actions.push(TraceAction::KeepPhoto(keeps).into());
        }
        ui.add_space(8.0);
        ui.horizontal(|ui| {
            let accept = egui::Button::new(ACCEPT.of(language)).fill(ui.visuals().selection.bg_fill);
            let ready = tracing.sketch.is_some() && !tracing.is_behind();
            let entered = ui.input(|input| input.key_pressed(egui::Key::Enter));
            let accepted = ui.add_enabled(ready, accept).on_hover_text(ACCEPT_TIP.of(language)).clicked();
            if accepted || (ready && entered) {
                actions.push(TraceAction::Accept(Onto::Drawing).into());
            }
            let lines = ui.add_enabled(ready, egui::Button::new(ONTO_LINES.of(language)));
            if lines.on_hover_text(ONTO_LINES_TIP.of(language)).clicked() {
                actions.push(TraceAction::Accept(Onto::Lines).into());
            }
            if ui.button(CANCEL.of(language)).clicked() || ui.input(|input| input.key_pressed(egui::Key::Escape)) {
                actions.push(Action::Trace(TraceAction::Cancel));
            }
            if tracing.is_behind() {
                ui.spinner();
            }
        });
    });
}

fn style_ui(ui: &mut egui::Ui, state: &State, style: &mut LineStyle) {
    let language = state.language;
    egui::Grid::new("trace style").num_columns(2).spacing([12.0, 6.0]).show(ui, |ui| {
        ui.spacing_mut().slider_width = 2.0 * PREVIEW - 200.0;
        let name = ui.label(DETAIL.of(language)).on_hover_text(DETAIL_TIP.of(language));
        // More to the right means more lines, as one expects of detail.
        let mut detail = (1.0 - style.threshold) * 100.0;
        let slider = egui::Slider::new(&mut detail, 5.0..=98.0).fixed_decimals(0).suffix(" %");
        if ui.add(slider).labelled_by(name.id).changed() {
            style.threshold = 1.0 - detail / 100.0;
        }
        ui.end_row();
        let name = ui.label(SHORTEST.of(language));
        ui.add(egui::Slider::new(&mut style.min_length_px, 0..=80).suffix(" px")).labelled_by(name.id);
        ui.end_row();
        let name = ui.label(WIDTH.of(language));
        let slider = egui::Slider::new(&mut style.width_px, 1.0..=8.0).step_by(0.5).suffix(" px");
        ui.add_enabled(style.thin, slider).labelled_by(name.id);
        ui.end_row();
        ui.label("");
        ui.checkbox(&mut style.thin, THIN.of(language)).on_hover_text(THIN_TIP.of(language));
        ui.end_row();
    });
}

/// A picture in a square of its own, or what is waited for.
fn preview_ui(ui: &mut egui::Ui, texture: Option<&TextureHandle>, name: &str, waiting: Option<&str>) {
    let (frame, response) = ui.allocate_exact_size(Vec2::splat(PREVIEW), Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, name));
    ui.painter().rect_filled(frame, 4.0, theme::desk(ui.visuals()));
    if let Some(texture) = texture {
        let size = texture.size_vec2();
        let fitted = size * (PREVIEW / size.max_elem());
        let place = Rect::from_center_size(frame.center(), fitted);
        let whole = Rect::from_min_max(egui::pos2(0.0, 0.0), egui::pos2(1.0, 1.0));
        ui.painter().image(texture.id(), place, whole, Color32::WHITE);
    }
    if let Some(waiting) = waiting {
        let font = egui::TextStyle::Body.resolve(ui.style());
        ui.painter().text(frame.center(), egui::Align2::CENTER_CENTER, waiting, font, Color32::GRAY);
    }
}

/// Textures that are kept between frames, and what they show.
#[derive(Clone)]
struct Kept {
    photo_of: u64,
    photo: TextureHandle,
    sketch_of: Option<(u64, LineStyle)>,
    sketch: Option<TextureHandle>,
}

/// The textures of the photograph and the newest lines; made anew only when those changed.
fn textures(ui: &egui::Ui, tracing: &Tracing) -> (TextureHandle, Option<TextureHandle>) {
    let place = egui::Id::unique("trace textures");
    let known = ui.data(|data| data.get_temp::<Kept>(place)).filter(|kept| kept.photo_of == tracing.id);
    let mut kept = known.unwrap_or_else(|| {
        let size = [tracing.framed.width() as usize, tracing.framed.height() as usize];
        let image = ColorImage::from_rgb(size, tracing.framed.as_raw());
        let photo = ui.ctx().load_texture("traced photograph", image, TextureOptions::LINEAR);
        Kept { photo_of: tracing.id, photo, sketch_of: None, sketch: None }
    });
    let drawn = tracing.sketch.as_ref().zip(tracing.drawn);
    if let Some((sketch, style)) = drawn.filter(|(_, style)| kept.sketch_of != Some((tracing.id, *style))) {
        let image = ColorImage::from_rgb([sketch.width(), sketch.height()], &rgb_of(sketch.pixels()));
        match &mut kept.sketch {
            Some(texture) => texture.set(image, TextureOptions::LINEAR),
            None => kept.sketch = Some(ui.ctx().load_texture("traced lines", image, TextureOptions::LINEAR)),
        }
        kept.sketch_of = Some((tracing.id, style));
    }
    ui.data_mut(|data| data.insert_temp(place, kept.clone()));
    (kept.photo, kept.sketch)
}
