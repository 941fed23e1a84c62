//! The panel of stamps: click, drag, search, keyboard.

use daub::action::{Interface, ObjectAction};
use daub::app::App;
use daub::text::Language;
use egui::{Event, Key, Pos2, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use crate::user_interface::{open, press};

const TILE: &str = "City car, side";

/// The window with the panel open.
fn with_panel(language: Language) -> Harness<'static, App> {
    let mut harness = open(language, Vec::new(), Vec::new());
    harness.state_mut().act(Interface::ToggleSidePanel("stamps").into());
    harness.run_steps(3);
    harness
}

/// Names and feet of the objects of the drawing.
fn laid(harness: &Harness<'_, App>) -> Vec<(String, [f32; 2])> {
    let objects = harness.state().state.drawing().document.objects();
    objects.iter().map(|object| (object.name.clone(), object.placement.foot)).collect()
}

/// Moves the pointer to a share of the canvas pane and gives the place.
fn hover(harness: &mut Harness<'_, App>, share: Vec2) -> Pos2 {
    let pane = harness.get_by_label("Canvas").rect();
    let place = pane.min + pane.size() * share;
    harness.event(Event::PointerMoved(place));
    harness.run_steps(2);
    place
}

#[test]
fn a_stamp_is_clicked_and_then_the_canvas() {
    let mut harness = with_panel(Language::English);
    harness.get_by_label(TILE).click();
    harness.run_steps(2);
    let place = hover(&mut harness, Vec2::new(0.5, 0.55));
    press(&harness, place, true);
    harness.run_steps(1);
    press(&harness, place, false);
    harness.run_steps(2);
    assert_eq!(laid(&harness).len(), 1);
    assert_eq!(laid(&harness)[0].0, TILE);
    assert_eq!(harness.state().state.drawing().selected.len(), 1, "what was laid is selected");
    // It left the hand: the next click lays nothing.
    let place = hover(&mut harness, Vec2::new(0.3, 0.55));
    press(&harness, place, true);
    harness.run_steps(1);
    press(&harness, place, false);
    harness.run_steps(2);
    assert_eq!(laid(&harness).len(), 1);
}

#[test]
fn a_stamp_is_dragged_onto_the_canvas_or_let_go_beside_it() {
    let mut harness = with_panel(Language::English);
    let tile = harness.get_by_label(TILE).rect().center();
    for (share, count) in [(Vec2::new(0.5, 0.02), 0), (Vec2::new(0.4, 0.55), 1)] {
        harness.event(Event::PointerMoved(tile));
        harness.run_steps(1);
        press(&harness, tile, true);
        harness.run_steps(1);
        hover(&mut harness, Vec2::new(0.9, 0.5));
        let place = hover(&mut harness, share);
        press(&harness, place, false);
        harness.run_steps(3);
        assert_eq!(laid(&harness).len(), count, "let go at {share:?}");
    }
}

#[test]
fn the_nearer_a_stamp_stands_the_larger_it_is() {
    let mut harness = with_panel(Language::English);
    for y in [140.0, 180.0] {
        let name = "car-small-side".to_owned();
        harness.state_mut().act(ObjectAction::AddStamp { name, foot: [200.0, y] }.into());
    }
    harness.run_steps(2);
    let heights = harness.state().state.drawing().document.objects().iter().map(|object| object.placement.height_px);
    assert!(heights.is_sorted(), "nearer is larger");
}

#[test]
fn stamps_are_found_and_laid_by_the_keyboard() {
    let mut harness = with_panel(Language::Chinese);
    let field = harness.get_by_label("搜索图章");
    field.focus();
    harness.run_steps(1);
    harness.get_by_label("搜索图章").type_text("公交车");
    harness.run_steps(3);
    assert!(harness.query_by_label("微型车（侧面）").is_none(), "a car is not a bus");
    let pane = harness.get_by_label("画布").rect();
    harness.run_steps(20);
    assert_eq!(harness.get_by_label("画布").rect(), pane, "the panel widens by itself");
    harness.get_by_label("公交车（正面）").focus();
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    assert_eq!(laid(&harness).first().map(|(name, _)| name.as_str()), Some("公交车（正面）"));
}
