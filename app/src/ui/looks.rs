//! The looks of the object that was clicked with the right button: small pictures to choose from, beside the pointer.

use daub_models::features::class_of;
use daub_models::looks::Look;
use egui::{Color32, Id, Pos2, Rect, Sense, Stroke, StrokeKind, Vec2};

use super::palette::label_name;
use super::theme;
use crate::action::{Action, LookAction};
use crate::generate::Stamp;
use crate::look_strip::LookStrip;
use crate::state::{Offered, State, has_object_looks};
use crate::text::{Text, text};

const WHOLE: Text = text("Look of the picture", "整幅外观");
const OF: Text = text("Looks", "外观");
const LOOK: Text = text("Look", "外观");
const NONE: Text = text(
    "This class has no looks to choose from: the model's features_clustered file does not list it.",
    "此类没有可选外观：模型的 features_clustered 文件未列出。",
);
const FROM_PHOTO: Text = text("From a photo…", "取自照片…");
const FROM_PHOTO_TIP: Text = text("The object takes the look of a photograph of such a thing", "此物体取照片中同类物体的外观");
const TAKE_BACK: Text = text("Take back", "撤销选择");
const TAKE_BACK_TIP: Text = text("The look that the drawing gives it by itself", "恢复画作自带的外观");
const VARIANT: Text = text("Another variant", "换一个变体");
const STYLE: Text = text("Style from a photo…", "取照片的风格…");

/// Size of a small picture in points.
const PICTURE: Vec2 = Vec2::new(96.0, 72.0);

/// Small pictures in a row.
const COLUMNS: usize = 5;

/// Offers looks for an object, if one was asked about; the object is framed on the canvas.
pub(super) fn offer_ui(
    ui: &egui::Ui,
    state: &State,
    strip: &LookStrip,
    pane: Rect,
    canvas_rect: Rect,
    actions: &mut Vec<Action>,
) {
    let drawing = state.drawing();
    let Some(offered) = state.offered.filter(|offered| offered.drawing == drawing.id) else { return };
    let canvas = drawing.document.composite();
    let scale = canvas_rect.size() / Vec2::new(canvas.width() as f32, canvas.height() as f32);
    let place = |x: f32, y: f32| canvas_rect.min + Vec2::new(x, y) * scale;
    let bounds = offered.bounds;
    let frame =
        Rect::from_min_max(place(bounds.left as f32, bounds.top as f32), place(bounds.right as f32, bounds.bottom as f32));
    let painter = ui.painter().with_clip_rect(pane);
    painter.rect_stroke(frame, 2.0, Stroke::new(3.0, Color32::from_black_alpha(140)), StrokeKind::Outside);
    painter.rect_stroke(frame, 2.0, Stroke::new(1.5, theme::ACCENT), StrokeKind::Outside);
    let corner = place(offered.at.x, offered.at.y) + Vec2::splat(10.0);
    let shown = egui::Area::new(Id::unique("looks")).order(egui::Order::Foreground).fixed_pos(corner).constrain(true).show(
        ui.ctx(),
        |ui| {
            egui::Frame::popup(ui.style()).show(ui, |ui| {
                if has_object_looks(drawing.model.as_deref()) {
                    object_ui(ui, state, offered, strip, actions);
                } else {
                    picture_ui(ui, state, actions);
                }
            });
        },
    );
    // A press on the canvas closes it there; this is for presses anywhere else.
    let outside = |at: Pos2| !shown.response.rect.contains(at) && !pane.contains(at);
    if ui.input(|input| input.pointer.any_pressed() && input.pointer.interact_pos().is_some_and(outside)) {
        actions.push(Action::Look(LookAction::Close));
    }
}

/// The looks of one object.
fn object_ui(ui: &mut egui::Ui, state: &State, offered: Offered, strip: &LookStrip, actions: &mut Vec<Action>) {
    let language = state.language;
    let drawing = state.drawing();
    let class = class_of(offered.object.id());
    let label = drawing.model.iter().flat_map(|model| &model.card.labels).find(|label| u32::from(label.id) == class);
    let name = label.map_or_else(|| class.to_string(), |label| label_name(label, language));
    ui.strong(format!("{} · {name}", OF.of(language)));
    let chosen = chosen_look(ui, state, offered);
    match strip.choices() {
        None => {
            ui.spinner();
        }
        Some(0) => {
            ui.set_max_width(300.0);
            ui.weak(NONE.of(language));
        }
        Some(choices) => {
            egui::Grid::new("looks").spacing(Vec2::splat(4.0)).show(ui, |ui| {
                for index in 0..choices {
                    let is_chosen = chosen == Some(Chosen::Usual(index));
                    if look_ui(ui, strip, index, is_chosen, &format!("{} {}", LOOK.of(language), index + 1)) {
                        actions.push(Action::Look(LookAction::Choose(Some(index))));
                    }
                    if index % COLUMNS == COLUMNS - 1 {
                        ui.end_row();
                    }
                }
            });
        }
    }
    ui.horizontal(|ui| {
        if ui.button(FROM_PHOTO.of(language)).on_hover_text(FROM_PHOTO_TIP.of(language)).clicked() {
            actions.push(Action::Look(LookAction::ObjectFromPhoto));
        }
        let back = ui.add_enabled(chosen.is_some(), egui::Button::new(TAKE_BACK.of(language)));
        if back.on_hover_text(TAKE_BACK_TIP.of(language)).clicked() {
            actions.push(Action::Look(LookAction::Choose(None)));
        }
    });
}

/// What was chosen for an object.
#[derive(Clone, Copy, PartialEq)]
enum Chosen {
    /// A look of the strip.
    Usual(usize),
    /// One of a photograph.
    Own,
}

/// What was chosen, looked up once for each state of the drawing: it takes the map of all objects.
fn chosen_look(ui: &egui::Ui, state: &State, offered: Offered) -> Option<Chosen> {
    type Known = (Stamp, [f32; 2], Option<Chosen>);
    let drawing = state.drawing();
    let (stamp, at, id) = (drawing.kept_stamp(), offered.at.into(), Id::unique("chosen look"));
    if let Some((known, place, chosen)) = ui.data(|data| data.get_temp::<Known>(id))
        && (known, place) == (stamp, at)
    {
        return chosen;
    }
    let width = drawing.document.composite().width();
    let look = drawing.document.extras().looks.of(offered.object, &drawing.instances(), width);
    let chosen = look.map(|look| match look {
        Look::Usual(index) => Chosen::Usual(*index),
        Look::Own(_) => Chosen::Own,
    });
    ui.data_mut(|data| data.insert_temp::<Known>(id, (stamp, at, chosen)));
    chosen
}

/// One small picture, or its place while it is being painted. Returns whether it was clicked.
fn look_ui(ui: &mut egui::Ui, strip: &LookStrip, index: usize, chosen: bool, name: &str) -> bool {
    let (rect, response) = ui.allocate_exact_size(PICTURE, Sense::click());
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, chosen, name));
    let painter = ui.painter();
    if let Some(texture) = strip.texture(index) {
        let whole = Rect::from_min_max(egui::pos2(0.0, 0.0), egui::pos2(1.0, 1.0));
        painter.image(texture.id(), rect, whole, Color32::WHITE);
    } else {
        painter.rect_filled(rect, 3.0, ui.visuals().faint_bg_color);
        let font = egui::TextStyle::Body.resolve(ui.style());
        painter.text(rect.center(), egui::Align2::CENTER_CENTER, index + 1, font, ui.visuals().weak_text_color());
    }
    let stroke = match (chosen, response.hovered()) {
        (true, _) => Stroke::new(2.5, theme::ACCENT),
        (false, true) => Stroke::new(1.5, Color32::WHITE),
        (false, false) => Stroke::new(1.0, Color32::from_gray(90)),
    };
    painter.rect_stroke(rect, 2.0, stroke, StrokeKind::Inside);
    response.clicked()
}

/// The look of a picture that is painted from one code.
fn picture_ui(ui: &mut egui::Ui, state: &State, actions: &mut Vec<Action>) {
    let language = state.language;
    ui.strong(WHOLE.of(language));
    ui.horizontal(|ui| {
        for (name, action) in [(VARIANT, LookAction::Shuffle), (STYLE, LookAction::StyleFromPhoto)] {
            if ui.button(name.of(language)).clicked() {
                actions.push(Action::Look(action));
            }
        }
    });
}
