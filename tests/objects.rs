//! Objects and layers through the window: stamps, handles, panels.

use daub::action::{Action, Interface, LayerAction, ObjectAction};
use daub::app::App;
use daub::document::{Document, Layer, Rect};
use daub::io::dialogs::{Answer, Purpose};
use daub::text::Language;
use egui::{Key, Modifiers, Pos2, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use tempfile::TempDir;

use crate::support::golden;
use crate::user_interface::{drag, open, press, wait_for};

const CAR: u32 = 26;

fn document<'a>(harness: &'a Harness<'_, App>) -> &'a Document {
    &harness.state().state.drawing().document
}

fn bounds(harness: &Harness<'_, App>, id: u64) -> Rect {
    document(harness).object(id).unwrap().bounds()
}

/// Where a pixel of the canvas is in the window.
fn place(harness: &Harness<'_, App>, x: f32, y: f32) -> Pos2 {
    let (pane, canvas) = (harness.get_by_label("Canvas").rect(), document(harness).canvas());
    let size = Vec2::new(canvas.width() as f32, canvas.height() as f32);
    let rect = harness.state().state.drawing().view.canvas_rect(pane, size);
    rect.min + Vec2::new(x, y) / size * rect.size()
}

/// Drags from one pixel of the canvas to another.
fn drag_pixels(harness: &mut Harness<'_, App>, from: [f32; 2], to: [f32; 2]) {
    let pane = harness.get_by_label("Canvas").rect();
    let share = |harness: &Harness<'_, App>, [x, y]: [f32; 2]| (place(harness, x, y) - pane.min) / pane.size();
    let (from, to) = (share(harness, from), share(harness, to));
    drag(harness, from, to);
}

/// A street with a car of the width of a lane; gives its id.
fn with_car(harness: &mut Harness<'_, App>) -> u64 {
    harness.state_mut().act(ObjectAction::UseHorizon(false).into());
    harness.state_mut().act(ObjectAction::AddStamp { name: "car-sedan-side".to_owned(), foot: [256.0, 200.0] }.into());
    harness.run_steps(2);
    harness.state().state.drawing().selected[0]
}

#[test]
fn a_car_is_laid_moved_scaled_and_deleted() {
    let mut harness = open(Language::English, Vec::new(), Vec::new());
    let start = document(&harness).composite().clone();
    let id = with_car(&mut harness);
    let at = bounds(&harness, id);
    assert_eq!(document(&harness).composite().get(256, usize::midpoint(at.top, at.bottom)), Some(CAR));
    let middle = [256.0, f32::midpoint(at.top as f32, at.bottom as f32)];
    drag_pixels(&mut harness, middle, [middle[0] - 60.0, middle[1]]);
    let moved = bounds(&harness, id);
    assert!(moved.left.abs_diff(at.left - 60) <= 1 && moved.width() == at.width(), "{at:?} to {moved:?}");
    // The lower right corner away from the upper left: twice as large.
    let corner = [moved.right as f32, moved.bottom as f32];
    drag_pixels(&mut harness, corner, [corner[0] + moved.width() as f32, corner[1] + moved.height() as f32]);
    let scaled = bounds(&harness, id);
    assert!(scaled.width().abs_diff(moved.width() * 2) <= 4, "{moved:?} to {scaled:?}");
    harness.key_press(Key::ArrowLeft);
    harness.key_press_modifiers(Modifiers::SHIFT, Key::ArrowUp);
    harness.run_steps(2);
    let nudged = bounds(&harness, id);
    assert_eq!((nudged.left, nudged.top), (scaled.left - 1, scaled.top - 10));
    harness.key_press(Key::Delete);
    harness.run_steps(2);
    assert!(document(&harness).objects().is_empty());
    assert_eq!(document(&harness).composite(), &start);
    for _ in 0..5 {
        harness.get_by_label("Undo").click();
        harness.run_steps(2);
    }
    assert_eq!(bounds(&harness, id), at);
}

#[test]
fn panels_show_hide_lock_and_relabel() {
    let mut harness = open(Language::English, Vec::new(), Vec::new());
    for panel in ["layers", "objects"] {
        harness.state_mut().act(Interface::ToggleSidePanel(panel).into());
    }
    let id = with_car(&mut harness);
    let (x, y) = (256, bounds(&harness, id).bottom - 12);
    let at = |harness: &Harness<'_, App>| document(harness).composite().get(x, y).unwrap();
    assert_eq!(at(&harness), CAR);
    harness.get_by_label("Hide: Objects").click();
    harness.run_steps(2);
    assert_ne!(at(&harness), CAR);
    harness.get_by_label("Show: Objects").click();
    harness.run_steps(2);
    harness.get_by_label("Label").click();
    harness.run_steps(3);
    harness.get_all_by_label("truck").last().unwrap().click_accesskit();
    harness.run_steps(3);
    assert_eq!(at(&harness), 27);
    let name = document(&harness).object(id).unwrap().name.clone();
    harness.get_by_label(&format!("Lock: {name}")).click();
    harness.run_steps(2);
    harness.get_by_label("Delete").click();
    harness.run_steps(2);
    assert_eq!(document(&harness).objects().len(), 1, "a locked object was deleted");
    harness.get_by_label(&format!("Unlock: {name}")).click();
    harness.run_steps(2);
    harness.get_by_label("Turn into paint").click();
    harness.run_steps(2);
    assert!(document(&harness).objects().is_empty());
    assert_eq!(document(&harness).canvas().get(x, y), Some(27));
    // A locked layer takes no stroke and says so.
    harness.get_by_label("Lock: Paint").click();
    harness.key_press(Key::B);
    harness.run_steps(2);
    let before = document(&harness).canvas().clone();
    drag(&mut harness, Vec2::new(0.3, 0.5), Vec2::new(0.7, 0.5));
    assert_eq!(document(&harness).canvas(), &before);
    assert!(harness.query_by_label_contains("locked or hidden").is_some());
}

#[test]
fn a_click_beside_lets_go_and_shift_takes_more() {
    let mut harness = open(Language::English, Vec::new(), Vec::new());
    let id = with_car(&mut harness);
    let car = bounds(&harness, id);
    let on = place(&harness, 256.0, car.bottom as f32 - 12.0);
    let beside = place(&harness, 20.0, 20.0);
    let click = |harness: &mut Harness<'_, App>, at: Pos2| {
        harness.event(egui::Event::PointerMoved(at));
        press(harness, at, true);
        press(harness, at, false);
        harness.run_steps(2);
    };
    click(&mut harness, beside);
    assert!(harness.state().state.drawing().selected.is_empty());
    click(&mut harness, on);
    assert_eq!(harness.state().state.drawing().selected, [id]);
    harness.key_press(Key::Escape);
    harness.run_steps(2);
    assert!(harness.state().state.drawing().selected.is_empty());
}

#[test]
fn a_reference_photograph_and_lines_are_drawn_and_saved_but_never_fed() {
    let folder = TempDir::new().unwrap();
    let project = folder.path().join("layers.daub");
    let answers = vec![
        Answer::Path(Purpose::OpenReference, golden("hed_input.png")),
        Answer::Path(Purpose::SaveProject, project.clone()),
        Answer::Path(Purpose::OpenDrawing, project.clone()),
    ];
    let mut harness = open(Language::English, answers, Vec::new());
    with_car(&mut harness);
    let revision = document(&harness).picture_revision();
    harness.state_mut().act(LayerAction::OpenReference.into());
    wait_for(&mut harness, "the reference", |app| app.state.drawing().document.extras().reference.is_some());
    harness.state_mut().act(LayerAction::Activate(Layer::Lines).into());
    harness.run_steps(2);
    drag(&mut harness, Vec2::new(0.3, 0.5), Vec2::new(0.7, 0.5));
    let lines = document(&harness).content().lines.as_ref().unwrap();
    assert!(lines.pixels().iter().filter(|ink| **ink == 0).count() > 500);
    assert_eq!(document(&harness).picture_revision(), revision);
    let content = document(&harness).content().clone();
    harness.state_mut().act(Action::Save);
    wait_for(&mut harness, "saving", |app| !app.state.drawing().document.is_unsaved());
    harness.state_mut().act(Action::Open);
    wait_for(&mut harness, "opening", |app| app.state.drawings.len() == 2);
    assert_eq!(document(&harness).content(), &content);
}
