//! What mirrors, selections and floating pixels promise.

use daub_models::library;

use std::path::Path;

use super::*;
use crate::action::{Interface, Painting, Selection};
use crate::document::{Ink, Mask, Rect};
use crate::paint::HALF;
use crate::pen::{self, Held, Sample, Stabiliser};
use crate::preferences::Theme;

fn state() -> State {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/models");
    let models = library::list(&[folder]).into_iter().map(|(_, model)| Arc::new(model.unwrap())).collect();
    State::new(models, Language::English)
}

fn with_model(name: &str) -> State {
    let mut state = state();
    let model = state.models.iter().find(|model| model.card.name == name).unwrap().clone();
    state.apply(Action::SelectModel(model));
    state
}

fn held(at: [f32; 2], held: Held) -> Sample {
    Sample { held, ..Sample::from(at) }
}

fn drag_held(state: &mut State, points: &[[f32; 2]], keys: Held) {
    state.apply(Action::Pen(PenEvent::Down(held(points[0], keys))));
    state.apply(Action::Pen(PenEvent::Drag(points[1..].iter().map(|point| held(*point, keys)).collect())));
    state.apply(Action::Pen(PenEvent::Up));
}

fn drag(state: &mut State, points: &[[f32; 2]]) {
    drag_held(state, points, Held::default());
}

fn canvas(state: &State) -> Canvas {
    state.drawing().document.canvas().clone()
}

fn label(state: &State, name: &str) -> Ink {
    let model = state.drawing().model.as_ref().unwrap();
    Ink::from(model.card.labels.iter().find(|label| label.name == name).unwrap().id)
}

fn select_box(state: &mut State, rect: Rect) {
    state.apply(Selection::Set(Some(Mask::filled(rect))).into());
}

const BOX: Rect = Rect { left: 100, top: 60, right: 180, bottom: 120 };

#[test]
fn a_left_eye_is_mirrored_into_a_right_eye_pixel_by_pixel() {
    let mut state = with_model("faces");
    let (left, right) = (label(&state, "left_eye"), label(&state, "right_eye"));
    state.apply(Action::SetInk(left));
    state.apply(Painting::ToggleVerticalMirror.into());
    let before = canvas(&state);
    let (width, height) = (before.width(), before.height());
    drag(&mut state, &[[40.0, 30.0], [62.0, 41.0], [80.0, 37.0]]);
    let after = canvas(&state);
    let mut count = 0;
    for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
        if after.get(x, y) != before.get(x, y) && after.get(x, y) == Some(left) {
            count += 1;
            assert_eq!(after.get(width - 1 - x, y), Some(right), "({x}, {y}) has no image");
        }
    }
    assert!(count > 300, "{count}");
    state.apply(Action::Undo);
    assert_eq!(canvas(&state), before, "both sides are one step");
}

#[test]
fn every_tool_keeps_within_the_selection() {
    for tool in [Tool::Brush, Tool::Eraser, Tool::Line, Tool::Rectangle, Tool::Ellipse, Tool::Fill] {
        let mut state = state();
        state.apply(Action::SetInk(label(&state, "car")));
        state.apply(Action::SetRadius(25.0));
        // Something to erase.
        drag(&mut state, &[[20.0, 90.0], [400.0, 90.0]]);
        select_box(&mut state, BOX);
        state.apply(Action::SetInk(label(&state, "sky")));
        state.apply(Action::SelectTool(tool));
        let before = canvas(&state);
        drag(&mut state, &[[130.0, 90.0], [60.0, 20.0], [300.0, 150.0]]);
        let after = canvas(&state);
        let mut changed = 0;
        for (x, y) in (0..before.height()).flat_map(|y| (0..before.width()).map(move |x| (x, y))) {
            if before.get(x, y) != after.get(x, y) {
                changed += 1;
                assert!((BOX.left..BOX.right).contains(&x) && (BOX.top..BOX.bottom).contains(&y), "{tool:?} at ({x}, {y})");
            }
        }
        assert!(changed > 100, "{tool:?} painted {changed} pixels");
    }
}

#[test]
fn selections_are_made_joined_and_given_up() {
    let mut state = state();
    state.apply(Action::SelectTool(Tool::SelectRectangle));
    let covered = |state: &State| {
        state.drawing().selection.as_ref().map_or(0, |mask| mask.coverage().iter().filter(|value| **value >= HALF).count())
    };
    let (plain, shift, alt) = (Held::default(), Held { shift: true, ..Held::default() }, Held { alt: true, ..Held::default() });
    drag_held(&mut state, &[[10.0, 10.0], [30.0, 20.0]], plain);
    assert_eq!(covered(&state), 200);
    drag_held(&mut state, &[[20.0, 10.0], [40.0, 20.0]], shift);
    assert_eq!(covered(&state), 300);
    drag_held(&mut state, &[[0.0, 0.0], [15.0, 50.0]], alt);
    assert_eq!(covered(&state), 250);
    state.apply(Action::SelectTool(Tool::Lasso));
    drag_held(&mut state, &[[100.0, 100.0], [200.0, 100.0], [100.0, 200.0]], shift);
    assert!((250 + 4800..250 + 5200).contains(&covered(&state)), "{}", covered(&state));
    state.apply(Selection::Invert.into());
    let all = canvas(&state).pixels().len();
    assert!(covered(&state) > all - 5500 && covered(&state) < all - 5000);
    // A click beside gives the selection up; nothing of this is a step of undo.
    drag_held(&mut state, &[[300.0, 100.0]], plain);
    assert_eq!(state.drawing().selection, None);
    assert!(!state.drawing().document.can_undo());
}

#[test]
fn a_region_is_painted_with_the_selection_brush() {
    let mut state = state();
    state.apply(Action::SelectTool(Tool::SelectBrush));
    state.apply(Action::SetRadius(10.0));
    state.apply(Painting::ToggleVerticalMirror.into());
    let before = canvas(&state);
    let covered = |state: &State, x, y| state.drawing().selection.as_ref().is_some_and(|mask| mask.get(x, y) == 255);
    drag(&mut state, &[[50.0, 50.0], [150.0, 50.0]]);
    // A second stroke adds without Shift; even a click leaves a dot.
    drag(&mut state, &[[100.0, 90.0]]);
    for (x, y) in (0..before.height()).flat_map(|y| (0..before.width()).map(move |x| (x, y))) {
        let (px, py) = (x as f32 + 0.5, y as f32 + 0.5);
        let from_line = (px - px.clamp(50.0, 150.0)).hypot(py - 50.0);
        let from_dot = (px - 100.0).hypot(py - 90.0);
        assert_eq!(covered(&state, x, y), from_line <= 10.0 || from_dot <= 10.0, "({x}, {y})");
    }
    drag_held(&mut state, &[[100.0, 30.0], [100.0, 70.0]], Held { alt: true, ..Held::default() });
    assert!(covered(&state, 60, 50) && !covered(&state, 100, 50) && covered(&state, 100, 90));
    // Strokes beside the canvas and over its rim select what of them lies on it.
    let selected = state.drawing().selection.clone();
    drag(&mut state, &[[-90.0, -80.0], [-70.0, 9000.0]]);
    drag(&mut state, &[[9000.0, 20.0]]);
    assert_eq!(state.drawing().selection, selected);
    drag(&mut state, &[[-90.0, 200.0], [20.0, 200.0]]);
    assert!(covered(&state, 0, 200) && covered(&state, 25, 200) && !covered(&state, 40, 200));
    // A stroke that Escape ends selects nothing, and no stroke of this brush paints.
    let selected = state.drawing().selection.clone();
    state.apply(Action::Pen(PenEvent::Down(Sample::from([200.0, 50.0]))));
    state.apply(Action::Pen(PenEvent::Drag(vec![Sample::from([220.0, 50.0])])));
    assert!(state.hand.is_busy() && !state.hand.is_drawing(), "the photograph has no reason to wait for a selection");
    state.apply(Action::Pen(PenEvent::Cancel));
    assert_eq!(state.drawing().selection, selected);
    assert_eq!(canvas(&state), before);
    assert!(!state.drawing().document.can_undo());
}

#[test]
fn the_wand_selects_connected_pixels_or_all_of_a_label() {
    let mut state = state();
    state.apply(Action::SelectTool(Tool::Wand));
    let (sky, at) = (label(&state, "sky"), [256.0, 4.0]);
    assert_eq!(canvas(&state).get(256, 4), Some(sky));
    drag(&mut state, &[at]);
    let connected = state.drawing().selection.clone().unwrap();
    state.apply(Selection::SetContiguous(false).into());
    drag(&mut state, &[at]);
    let all = state.drawing().selection.clone().unwrap();
    assert!(connected.difference(&all).is_empty());
    let before = canvas(&state);
    for (x, y) in (0..before.height()).flat_map(|y| (0..before.width()).map(move |x| (x, y))) {
        assert_eq!(all.get(x, y) == 255, before.get(x, y) == Some(sky));
    }
}

#[test]
fn what_is_selected_moves_in_one_step_and_leaves_the_base() {
    let mut state = state();
    state.apply(Action::SetInk(label(&state, "car")));
    state.apply(Action::SelectTool(Tool::Rectangle));
    drag(&mut state, &[[100.0, 60.0], [180.0, 120.0]]);
    let painted = canvas(&state);
    select_box(&mut state, BOX);
    let ctrl = Held { ctrl: true, ..Held::default() };
    drag_held(&mut state, &[[110.0, 70.0], [125.0, 60.0], [160.0, 110.0]], ctrl);
    let (after, base) = (canvas(&state), state.drawing().document.base().clone());
    for (x, y) in (0..after.height()).flat_map(|y| (0..after.width()).map(move |x| (x, y))) {
        let there = (150..230).contains(&x) && (100..160).contains(&y);
        assert_eq!(after.get(x, y), if there { Some(state.drawing().ink) } else { base.get(x, y) }, "({x}, {y})");
    }
    let moved = Rect { left: 150, top: 100, right: 230, bottom: 160 };
    assert_eq!(state.drawing().selection, Some(Mask::filled(moved)));
    state.apply(Action::Undo);
    assert_eq!(canvas(&state), painted);
    // Arrows move by pixels.
    select_box(&mut state, BOX);
    state.apply(Selection::Nudge(-10, 0).into());
    assert_eq!(canvas(&state).get(90, 60), Some(state.drawing().ink));
    state.apply(Action::Pen(PenEvent::Finish));
    assert_eq!(state.drawing().selection.as_ref().unwrap().rect().left, 90);
}

#[test]
fn what_is_pasted_floats_until_it_is_placed_or_given_up() {
    let mut state = state();
    state.apply(Action::SetInk(label(&state, "car")));
    state.apply(Action::SelectTool(Tool::Rectangle));
    drag(&mut state, &[[100.0, 60.0], [180.0, 120.0]]);
    let painted = canvas(&state);
    select_box(&mut state, BOX);
    state.apply(Selection::Copy.into());
    state.apply(Selection::Paste.into());
    assert!(matches!(state.hand, Hand::Floating(_)));
    drag(&mut state, &[[120.0, 80.0], [320.0, 80.0]]);
    assert!(matches!(state.hand, Hand::Floating(_)), "a drag moves it and does not place it");
    assert_eq!(canvas(&state).get(320, 80), Some(state.drawing().ink));
    assert_eq!(canvas(&state).get(110, 70), painted.get(110, 70), "the original stays");
    state.apply(Selection::Nudge(0, 5).into());
    state.apply(Action::Pen(PenEvent::Cancel));
    assert_eq!(canvas(&state), painted);
    state.apply(Selection::Paste.into());
    state.apply(Action::Pen(PenEvent::Finish));
    assert_eq!(state.hand, Hand::Ready);
    assert_ne!(canvas(&state), painted);
    state.apply(Action::Undo);
    assert_eq!(canvas(&state), painted, "pasting is one step");
    // A drawing with other labels takes none of it.
    let faces = state.models.iter().find(|model| model.card.name == "faces").unwrap().clone();
    state.apply(Action::SelectModel(faces));
    let face = canvas(&state);
    state.apply(Selection::Paste.into());
    assert!(state.notices.last().is_some_and(|notice| notice.is_error));
    assert_eq!(canvas(&state), face);
}

#[test]
fn delete_and_cut_bring_back_the_base_and_fill_fills() {
    let mut state = state();
    let before = canvas(&state);
    state.apply(Action::SetInk(label(&state, "car")));
    state.apply(Selection::Fill.into());
    assert!(state.notices.last().is_some(), "nothing is selected, and that is told");
    assert_eq!(canvas(&state), before);
    select_box(&mut state, BOX);
    state.apply(Selection::Fill.into());
    assert_eq!(canvas(&state).get(140, 90), Some(state.drawing().ink));
    state.apply(Selection::Cut.into());
    assert_eq!(canvas(&state), before);
    assert!(matches!(&state.copied, Some(Copied::Pixels(region)) if region.mask.rect() == BOX));
    state.apply(Action::Undo);
    state.apply(Selection::Delete.into());
    assert_eq!(canvas(&state), before);
}

#[test]
fn a_click_with_shift_goes_on_from_the_last_stroke() {
    let mut state = state();
    state.apply(Action::SetInk(label(&state, "car")));
    state.apply(Action::SetRadius(4.0));
    drag(&mut state, &[[20.0, 20.0], [40.0, 30.0]]);
    drag_held(&mut state, &[[140.0, 130.0]], Held { shift: true, ..Held::default() });
    for step in 0..=100 {
        let at = (40 + step, 30 + step);
        assert_eq!(canvas(&state).get(at.0, at.1), Some(state.drawing().ink), "{at:?}");
    }
}

#[test]
fn x_swaps_inks_and_back() {
    let mut state = state();
    let (first, second) = (state.drawing().ink, state.drawing().previous_ink);
    assert_ne!(first, second);
    state.apply(Painting::SwapInks.into());
    assert_eq!((state.drawing().ink, state.drawing().previous_ink), (second, first));
    let car = label(&state, "car");
    state.apply(Action::SetInk(car));
    state.apply(Painting::SwapInks.into());
    assert_eq!((state.drawing().ink, state.drawing().previous_ink), (second, car));
}

#[test]
fn a_stabilised_stroke_ends_where_the_pen_is_lifted() {
    for stabiliser in [Stabiliser::Off, Stabiliser::Smooth, Stabiliser::Rope] {
        let mut state = state();
        let pen = pen::Settings { stabiliser, strength: 1.0, ..pen::Settings::default() };
        state.apply(Interface::SetPen(pen).into());
        state.apply(Action::SetInk(label(&state, "car")));
        drag(&mut state, &[[30.0, 30.0], [60.0, 60.0], [90.0, 20.0]]);
        assert_eq!(canvas(&state).get(90, 20), Some(state.drawing().ink), "{stabiliser:?}");
    }
}

#[test]
fn what_is_settled_is_in_the_preferences() {
    let mut state = state();
    state.hint = Some(0);
    for _ in 0..HINTS {
        assert!(!state.preferences.tour_seen);
        state.apply(Interface::NextHint.into());
    }
    state.apply(Interface::SetTheme(Theme::Light).into());
    state.apply(Interface::SetUiScale(100.0).into());
    state.apply(Action::SetLanguage(Language::Chinese));
    state.apply(Interface::ToggleSidePanel("pen").into());
    let cats = state.models.iter().find(|model| model.card.name == "cats").unwrap().clone();
    state.apply(Action::SelectModel(cats));
    let kept = state.preferences.clone();
    assert!(kept.tour_seen && state.hint.is_none());
    assert_eq!((kept.theme, kept.ui_scale, kept.language), (Theme::Light, 2.5, Some(Language::Chinese)));
    assert!(kept.shows_side_panel("pen"));
    let again = State::start(state.models.clone(), Language::English, kept);
    assert_eq!(again.language, Language::Chinese);
    assert_eq!(again.drawing().model.as_ref().unwrap().card.name, "cats");
}

#[test]
fn a_task_is_cancelled_from_the_window() {
    let mut state = state();
    let progress = state.tasks.start("Exporting");
    let id = state.tasks.iter().next().unwrap().id;
    state.apply(Interface::CancelTask(id).into());
    assert!(progress.is_cancelled());
}
