//! The panel of stamps, and the ghost of one on its way to the canvas.

use egui::{Align2, Color32, CornerRadius, CursorIcon, DragAndDrop, Key, PointerButton, Rect, Sense, Stroke, StrokeKind, Vec2};

use super::icons::Icon;
use super::objects::Place;
use super::widgets::{SMALL_BUTTON, small_icon_button};
use super::{theme, thumbnails};
use crate::action::{Action, ObjectAction, Stamping};
use crate::document::Kind;
use crate::stamps::{Group, Stamp};
use crate::state::{Offer, State, canvas_from_ui};
use crate::text::{Language, Text, text};

const SEARCH: Text = text("Search stamps", "搜索图章");
const CLEAR: Text = text("Clear the search", "清除搜索");
const NO_STAMPS: Text = text("No stamp suits the labels of this drawing", "没有适合此画标签的图章");
const NOT_FOUND: Text = text("No stamp by that name", "没有找到图章");
const HOW: Text = text("Drag one onto the canvas, or click it and then the canvas", "拖到画布上，或先单击图章再单击画布");
const TAKEN: Text = text(
    "Click the canvas to place it, with Shift more than one; Esc puts it away",
    "单击画布放置，按住 Shift 可连续放置；Esc 放下",
);
const KEYBOARD: Text = text("Enter places it in the middle", "回车放到画面中央");

/// Width and height of a tile in points.
const TILE: Vec2 = Vec2::new(58.0, 54.0);
/// Room between tiles in points.
const GAP: f32 = 4.0;
/// Room around a thumbnail within its tile in points.
const INSET: f32 = 6.0;
/// Behind thumbnails: light enough for dark labels, dark enough for light ones.
const TILE_FILL: Color32 = Color32::from_gray(86);
/// How much of a stamp's colours its ghost has.
const GHOST_OPACITY: f32 = 0.8;

/// The name of a stamp that is being dragged.
struct Dragged(String);

/// The panel: a search field and the stamps that suit the drawing, group by group.
pub(super) fn stamps_ui(ui: &mut egui::Ui, state: &State, actions: &mut Vec<Action>) {
    let language = state.language;
    let offers = state.offers();
    let entered = search_ui(ui, state, actions);
    if let Some(best) = offers.first().filter(|_| entered) {
        actions.push(Stamping::Take(Some(best.stamp.name.clone())).into());
    }
    let hint = if state.taken().is_some() { TAKEN } else { HOW };
    ui.add(egui::Label::new(egui::RichText::new(hint.of(language)).small().weak()).wrap());
    let searching = !state.shelf.search.trim().is_empty();
    if offers.is_empty() {
        ui.add_space(12.0);
        ui.weak(if searching { NOT_FOUND } else { NO_STAMPS }.of(language));
        return;
    }
    // Only the stamps scroll; words and field stay.
    let height = ui.clip_rect().height() - (ui.cursor().top() - ui.min_rect().top()) - GAP;
    egui::ScrollArea::vertical().id_salt("stamps").max_height(height.max(TILE.y)).show(ui, |ui| {
        if searching {
            // The best first, whatever its group.
            tiles_ui(ui, state, &offers.iter().collect::<Vec<_>>(), actions);
            return;
        }
        for group in Group::ALL {
            let offers: Vec<&Offer> = offers.iter().filter(|offer| offer.stamp.group == group).collect();
            if !offers.is_empty() {
                let heading = egui::CollapsingHeader::new(group.title().of(language)).id_salt(group.name()).default_open(true);
                heading.show_unindented(ui, |ui| tiles_ui(ui, state, &offers, actions));
            }
        }
    });
}

/// The field for words; returns whether Enter was pressed in it.
fn search_ui(ui: &mut egui::Ui, state: &State, actions: &mut Vec<Action>) -> bool {
    let language = state.language;
    let mut words = state.shelf.search.clone();
    ui.horizontal(|ui| {
        // Exactly what the button takes: a row that is wider than its panel would widen it frame by frame.
        let clears = !words.is_empty();
        let clearing = if clears { SMALL_BUTTON + ui.spacing().item_spacing.x } else { 0.0 };
        let field = egui::TextEdit::singleline(&mut words).id_salt("stamp search").hint_text(SEARCH.of(language));
        let field = ui.add(field.desired_width(ui.available_width() - clearing));
        field.widget_info(|| {
            let mut info = egui::WidgetInfo::text_edit(true, &state.shelf.search, &words, SEARCH.of(language));
            info.label = Some(SEARCH.of(language).to_owned());
            info
        });
        let name = CLEAR.of(language);
        let cleared = clears && small_icon_button(ui, Icon::Close, name, false).on_hover_text(name).clicked();
        if cleared {
            actions.push(Stamping::Search(String::new()).into());
        } else if field.changed() {
            actions.push(Stamping::Search(words.clone()).into());
        }
        field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) && !words.trim().is_empty()
    })
    .inner
}

fn tiles_ui(ui: &mut egui::Ui, state: &State, offers: &[&Offer], actions: &mut Vec<Action>) {
    let columns = (((ui.available_width() + GAP) / (TILE.x + GAP)) as usize).max(1);
    // Tiles fill the width, so that the panel has no ragged edge.
    let width = (ui.available_width() - GAP * (columns - 1) as f32) / columns as f32;
    ui.spacing_mut().item_spacing = Vec2::splat(GAP);
    for row in offers.chunks(columns) {
        ui.horizontal(|ui| {
            for offer in row {
                tile_ui(ui, state, offer, Vec2::new(width, TILE.y), actions);
            }
        });
    }
}

/// One stamp: drag it, click it, or press Enter on it.
fn tile_ui(ui: &mut egui::Ui, state: &State, offer: &Offer, size: Vec2, actions: &mut Vec<Action>) {
    let (stamp, language) = (&*offer.stamp, state.language);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    let taken = state.taken().is_some_and(|taken| taken.stamp.name == stamp.name);
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::Button, true, taken, stamp.title.of(language)));
    if !ui.is_rect_visible(rect) {
        return;
    }
    let lit = taken || response.hovered() || response.has_focus();
    let fill = if lit { TILE_FILL.gamma_multiply(1.25) } else { TILE_FILL };
    ui.painter().rect_filled(rect, CornerRadius::same(4), fill);
    let picture = rect.shrink(INSET);
    if let Some(texture) = thumbnails::of(ui.ctx(), offer, picture.size()) {
        ui.painter().image(texture, picture, thumbnails::WHOLE, Color32::WHITE);
    }
    if lit {
        let colour = if taken { theme::ACCENT } else { ui.visuals().widgets.hovered.fg_stroke.color };
        ui.painter().rect_stroke(
            rect,
            CornerRadius::same(4),
            Stroke::new(if taken { 2.0 } else { 1.0 }, colour),
            StrokeKind::Inside,
        );
    }
    response.dnd_set_drag_payload(Dragged(stamp.name.clone()));
    if response.clicked_by(PointerButton::Primary) {
        let name = (!taken).then(|| stamp.name.clone());
        actions.push(Stamping::Take(name).into());
    } else if response.clicked() {
        // By a key: there is no pointer to place it with.
        actions.push(lay(stamp, middle_of_the_ground(state)));
    }
    response.on_hover_cursor(CursorIcon::Grab).on_hover_ui(|ui| tooltip_ui(ui, state, offer));
}

/// What a stamp is, how large it is in life, and which labels it lays down.
fn tooltip_ui(ui: &mut egui::Ui, state: &State, offer: &Offer) {
    let (stamp, language) = (&*offer.stamp, state.language);
    ui.strong(stamp.title.of(language));
    ui.label(match language {
        Language::English => format!("{:.1} m high", stamp.height_m),
        Language::Chinese => format!("高 {:.1} 米", stamp.height_m),
    });
    let labels = state.drawing().model.as_ref().map_or(&[][..], |model| &model.card.labels);
    if let (Kind::Labels(_), Some(inks)) = (state.drawing().document.canvas().kind(), stamp.inks(labels)) {
        for label in labels.iter().filter(|label| inks.contains(&Some(u32::from(label.id)))) {
            ui.horizontal(|ui| {
                let (swatch, _) = ui.allocate_exact_size(Vec2::splat(10.0), Sense::hover());
                let [r, g, b] = label.color;
                ui.painter().rect_filled(swatch, 2.0, Color32::from_rgb(r, g, b));
                ui.label(super::palette::label_name(label, language));
            });
        }
    }
    ui.weak(KEYBOARD.of(language));
}

/// Whether the pointer has a stamp in its hand, so that a press on the canvas paints nothing.
pub(super) fn holds_the_pointer(ui: &egui::Ui, state: &State) -> bool {
    state.taken().is_some() || DragAndDrop::has_payload_of_type::<Dragged>(ui.ctx())
}

/// The stamp under the pointer over the canvas, which lands where the pointer lets go or clicks.
pub(super) fn ghost_ui(ui: &egui::Ui, state: &State, place: &Place, actions: &mut Vec<Action>) {
    let Place { pane, canvas, size } = *place;
    let dragged = DragAndDrop::payload::<Dragged>(ui.ctx());
    let offer = match &dragged {
        Some(dragged) => state.offer_of(&dragged.0),
        None => state.taken(),
    };
    let Some(offer) = offer else { return };
    if dragged.is_none() && ui.input(|input| input.key_pressed(Key::Escape)) {
        actions.push(Stamping::Take(None).into());
    }
    let over = |place: &egui::Pos2| pane.contains(*place) && canvas.contains(*place) && is_free(ui, *place);
    let Some(pointer) = ui.input(|input| input.pointer.latest_pos()).filter(over) else { return };
    let foot = canvas_from_ui(canvas, size, pointer).into();
    draw_ghost(ui, state, &offer, foot, pane, canvas);
    ui.ctx().set_cursor_icon(if dragged.is_some() { CursorIcon::Grabbing } else { CursorIcon::Crosshair });
    let (pressed, released, more) = ui.input(|input| {
        let shift = input.modifiers.shift;
        (input.pointer.primary_pressed() && !input.key_down(Key::Space), input.pointer.primary_released(), shift)
    });
    if dragged.is_some() && released {
        DragAndDrop::clear_payload(ui.ctx());
        actions.push(lay(&offer.stamp, foot));
    } else if dragged.is_none() && pressed {
        actions.push(lay(&offer.stamp, foot));
        if !more {
            actions.push(Stamping::Take(None).into());
        }
    }
}

/// Whether no window or menu lies over a place.
fn is_free(ui: &egui::Ui, place: egui::Pos2) -> bool {
    ui.ctx().layer_id_at(place).is_none_or(|layer| layer == ui.layer_id())
}

fn draw_ghost(ui: &egui::Ui, state: &State, offer: &Offer, foot: [f32; 2], pane: Rect, canvas: Rect) {
    let placement = state.standing_at(&offer.stamp, foot);
    let ui_from_canvas = |[x, y]: [f32; 2]| canvas.min + Vec2::new(x, y) / canvas_size(state) * canvas.size();
    let [least, _, most, _] = offer.stamp.corners(&placement).map(ui_from_canvas);
    let rect = Rect::from_two_pos(least, most);
    let painter = ui.painter().with_clip_rect(pane);
    if let Some(texture) = thumbnails::of(ui.ctx(), offer, thumbnails::coarse(rect.size())) {
        painter.image(texture, rect, thumbnails::WHOLE, Color32::WHITE.gamma_multiply(GHOST_OPACITY));
    }
    // Where it stands, and how high it will be.
    let stand = ui_from_canvas(foot);
    for (width, colour) in [(3.0, Color32::from_black_alpha(160)), (1.0, Color32::WHITE)] {
        let half = Vec2::new((rect.width() / 2.0).clamp(6.0, 40.0), 0.0);
        painter.line_segment([stand - half, stand + half], Stroke::new(width, colour));
    }
    let words = format!("{} · {:.0} px", offer.stamp.title.of(state.language), placement.height_px);
    let font = egui::TextStyle::Small.resolve(ui.style());
    let galley = painter.layout_no_wrap(words, font, Color32::WHITE);
    let label = Align2::CENTER_TOP.anchor_size(stand + Vec2::new(0.0, 6.0), galley.size());
    painter.rect_filled(label.expand(3.0), 3.0, Color32::from_black_alpha(150));
    painter.galley(label.min, galley, Color32::WHITE);
}

fn lay(stamp: &Stamp, foot: [f32; 2]) -> Action {
    ObjectAction::AddStamp { name: stamp.name.clone(), foot }.into()
}

/// Where a stamp that is laid by the keyboard stands: in the middle, three quarters down, where streets have their ground.
fn middle_of_the_ground(state: &State) -> [f32; 2] {
    let size = canvas_size(state);
    [(size.x / 2.0).round(), (size.y * 0.75).round()]
}

fn canvas_size(state: &State) -> Vec2 {
    let canvas = state.drawing().document.canvas();
    Vec2::new(canvas.width() as f32, canvas.height() as f32)
}
