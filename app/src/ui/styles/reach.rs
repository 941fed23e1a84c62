//! Where a style applies: everywhere, on labels, on objects, in a region that was selected.

use egui::{Color32, Vec2};

use super::name_ui;
use crate::action::{Action, ObjectAction, Selection};
use crate::document::Mask;
use crate::state::{OpenDrawing, State};
use crate::styles::{Reach, Step};
use crate::text::{Language, Text, text};
use crate::ui::palette::label_name;

const WHERE: Text = text("Where", "范围");
const EVERYWHERE: Text = text("Everywhere", "全图");
const LABELS: Text = text("Labels", "标签");
const OBJECTS: Text = text("Objects", "对象");
const REGION: Text = text("Selection", "选区");
const NO_OBJECTS: Text =
    text("There are no objects: place a stamp, or lift what is selected", "还没有对象：请放置图章或提取选区");
const NO_SELECTION: Text = text("Select a part of the drawing first", "请先选择画面的一部分");
const INVERTED: Text = text("All but", "除外");
const INVERTED_TIP: Text = text("Everywhere except there", "除此之外的所有地方");
const CHOOSE_LABELS: Text = text("Choose labels below", "请在下方选择标签");
const CHOOSE_OBJECTS: Text = text("Select objects, then take them", "请先选择对象，再点击采用");
const COVERED: Text = text("pixels", "像素");
const GONE: Text = text("gone", "已删除");
const TAKE_OBJECTS: Text = text("Take the selected ones", "采用选中的对象");
const TAKE_OBJECTS_TIP: Text = text("The style keeps to the objects that are selected now", "风格仅作用于当前选中的对象");
const TAKE_REGION: Text = text("Take the selection", "采用当前选区");
const TAKE_REGION_TIP: Text = text("The style keeps to what is selected now", "风格仅作用于当前选区");
const SHOW: Text = text("Select", "选中");
const SHOW_OBJECTS_TIP: Text = text("Select the objects of this style", "选中此风格的对象");
const SHOW_REGION_TIP: Text = text("Make this region the selection, to change it", "把此区域变为选区，以便修改");

/// Where the step applies, and how that is changed.
pub(super) fn reach_ui(ui: &mut egui::Ui, state: &State, step: &Step, edited: &mut Step, actions: &mut Vec<Action>) {
    let language = state.language;
    ui.horizontal(|ui| {
        let label = name_ui(ui, WHERE.of(language));
        let name = match &step.reach {
            Reach::Everywhere => EVERYWHERE,
            Reach::Labels(_) => LABELS,
            Reach::Objects(_) => OBJECTS,
            Reach::Region(_) => REGION,
        };
        let picker = egui::ComboBox::from_id_salt("reach").selected_text(name.of(language)).width(84.0);
        let picker = picker.show_ui(ui, |ui| choices_ui(ui, state, step, edited));
        picker.response.labelled_by(label.id);
        if step.reach != Reach::Everywhere {
            ui.checkbox(&mut edited.inverted, INVERTED.of(language)).on_hover_text(INVERTED_TIP.of(language));
        }
    });
    match &step.reach {
        Reach::Everywhere => {}
        Reach::Labels(chosen) => labels_ui(ui, state, chosen, edited),
        Reach::Objects(chosen) => objects_ui(ui, state, chosen, edited, actions),
        Reach::Region(mask) => region_ui(ui, state, mask, edited, actions),
    }
}

/// What can be chosen; what cannot says why.
fn choices_ui(ui: &mut egui::Ui, state: &State, step: &Step, edited: &mut Step) {
    let (language, drawing) = (state.language, state.drawing());
    if ui.selectable_label(step.reach == Reach::Everywhere, EVERYWHERE.of(language)).clicked() {
        (edited.reach, edited.inverted) = (Reach::Everywhere, false);
    }
    let labels = matches!(step.reach, Reach::Labels(_));
    let has_labels = drawing.document.canvas().kind().is_labels();
    if has_labels && ui.selectable_label(labels, LABELS.of(language)).clicked() && !labels {
        edited.reach = Reach::Labels(vec![drawing.ink as u8]);
    }
    let offer = |ui: &mut egui::Ui, chosen: bool, possible: bool, name: Text, otherwise: Text| {
        let button = ui.add_enabled(possible || chosen, egui::Button::selectable(chosen, name.of(language)));
        button.on_disabled_hover_text(otherwise.of(language)).clicked() && !chosen
    };
    let objects = matches!(step.reach, Reach::Objects(_));
    if offer(ui, objects, !drawing.document.objects().is_empty(), OBJECTS, NO_OBJECTS) {
        edited.reach = Reach::Objects(drawing.selected.clone());
    }
    let region = matches!(step.reach, Reach::Region(_));
    if offer(ui, region, drawing.selection.is_some(), REGION, NO_SELECTION)
        && let Some(selection) = &drawing.selection
    {
        edited.reach = Reach::Region(selection.clone().into());
    }
}

/// The chosen objects by their names.
fn objects_ui(ui: &mut egui::Ui, state: &State, chosen: &[u64], edited: &mut Step, actions: &mut Vec<Action>) {
    let (language, drawing) = (state.language, state.drawing());
    let names = if chosen.is_empty() { CHOOSE_OBJECTS.of(language).to_owned() } else { names_of(drawing, chosen, language) };
    ui.add(egui::Label::new(egui::RichText::new(names).weak()).wrap());
    ui.horizontal_wrapped(|ui| {
        let news = !drawing.selected.is_empty() && drawing.selected != chosen;
        let take = ui.add_enabled(news, egui::Button::new(TAKE_OBJECTS.of(language)).small());
        if take.on_hover_text(TAKE_OBJECTS_TIP.of(language)).clicked() {
            edited.reach = Reach::Objects(drawing.selected.clone());
        }
        let there = chosen.iter().any(|id| drawing.document.object(*id).is_some());
        let show = ui.add_enabled(there, egui::Button::new(SHOW.of(language)).small());
        if show.on_hover_text(SHOW_OBJECTS_TIP.of(language)).clicked() {
            actions.push(ObjectAction::Select(chosen.to_vec()).into());
        }
    });
}

fn names_of(drawing: &OpenDrawing, chosen: &[u64], language: Language) -> String {
    let name = |id: &u64| drawing.document.object(*id).map_or_else(|| GONE.of(language).to_owned(), |object| object.name.clone());
    chosen.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// How large the region is.
fn region_ui(ui: &mut egui::Ui, state: &State, mask: &Mask, edited: &mut Step, actions: &mut Vec<Action>) {
    let (language, drawing) = (state.language, state.drawing());
    let (width, height) = (mask.rect().width(), mask.rect().height());
    ui.weak(format!("{width} × {height} {}", COVERED.of(language)));
    ui.horizontal_wrapped(|ui| {
        let selection = drawing.selection.as_ref().filter(|selection| *selection != mask);
        let take = ui.add_enabled(selection.is_some(), egui::Button::new(TAKE_REGION.of(language)).small());
        if take.on_hover_text(TAKE_REGION_TIP.of(language)).clicked()
            && let Some(selection) = selection
        {
            edited.reach = Reach::Region(selection.clone().into());
        }
        if ui.small_button(SHOW.of(language)).on_hover_text(SHOW_REGION_TIP.of(language)).clicked() {
            actions.push(Selection::Set(Some(mask.clone())).into());
        }
    });
}

/// The labels of the drawing as chips; a click chooses one or leaves it out.
fn labels_ui(ui: &mut egui::Ui, state: &State, chosen: &[u8], edited: &mut Step) {
    let language = state.language;
    if chosen.is_empty() {
        ui.weak(CHOOSE_LABELS.of(language));
    }
    let labels = state.drawing().model.iter().flat_map(|model| &model.card.labels);
    let labels = labels.filter(|label| label.trained || state.more_labels || chosen.contains(&label.id));
    egui::ScrollArea::vertical().id_salt("labels").max_height(190.0).auto_shrink([false, true]).show(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = Vec2::splat(4.0);
            for label in labels {
                let is_chosen = chosen.contains(&label.id);
                let [r, g, b] = label.color;
                let name = label_name(label, language);
                let chip = ui.add(egui::Button::selectable(is_chosen, (swatch(Color32::from_rgb(r, g, b)), name.as_str())));
                if chip.clicked() {
                    let mut chosen = chosen.to_vec();
                    if is_chosen {
                        chosen.retain(|id| *id != label.id);
                    } else {
                        chosen.push(label.id);
                    }
                    edited.reach = Reach::Labels(chosen);
                }
            }
        });
    });
}

/// A small square of a colour in a line of text; the font for code has it, that for words has not.
fn swatch(colour: Color32) -> egui::RichText {
    egui::RichText::new("■").monospace().color(colour)
}
