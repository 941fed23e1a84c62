//! Objects as a user handles them, without a window.

use std::path::Path;

use daub_models::library;
use proptest::prelude::*;

use super::*;
use crate::action::{Action, Corner, Handle};
use crate::state::PenEvent;
use crate::text::Language;

const CAR: u32 = 26;

fn state() -> State {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/models");
    let models = library::list(&[folder]).into_iter().map(|(_, model)| Arc::new(model.unwrap())).collect();
    let mut state = State::new(models, Language::English);
    state.apply(Action::SetInk(CAR));
    state
}

/// Adds a block of cars at a place; gives its id.
fn block(state: &mut State, left: usize, top: usize) -> u64 {
    let mask = Mask::filled(Rect { left, top, right: left + 40, bottom: top + 20 });
    state.apply(ObjectAction::AddMask(mask).into());
    state.drawing().selected[0]
}

fn drag(state: &mut State, from: [f32; 2], to: [f32; 2], handle: Option<Handle>, add: bool) {
    state.apply(ObjectAction::Press { place: from.into(), handle, add }.into());
    let middle = [f32::midpoint(from[0], to[0]), f32::midpoint(from[1], to[1])];
    for place in [middle, to] {
        state.apply(Action::Pen(PenEvent::Drag(vec![place.into()])));
    }
    state.apply(Action::Pen(PenEvent::Up));
}

fn rect_of(state: &State, id: u64) -> Rect {
    state.drawing().document.object(id).unwrap().bounds()
}

fn flat(state: &mut State) {
    state.apply(ObjectAction::UseHorizon(false).into());
}

#[test]
fn a_click_selects_the_topmost_and_shift_adds() {
    let mut state = state();
    let (a, b) = (block(&mut state, 100, 150), block(&mut state, 120, 155));
    let click = |state: &mut State, at: [f32; 2], add| drag(state, at, at, None, add);
    click(&mut state, [125.0, 160.0], false);
    assert_eq!(state.drawing().selected, [b]);
    click(&mut state, [105.0, 152.0], true);
    assert_eq!(state.drawing().selected, [b, a]);
    click(&mut state, [105.0, 152.0], true);
    assert_eq!(state.drawing().selected, [b]);
    click(&mut state, [400.0, 30.0], false);
    assert!(state.drawing().selected.is_empty());
    // A frame selects what it touches; Escape lets go.
    drag(&mut state, [90.0, 140.0], [130.0, 158.0], None, false);
    assert_eq!(state.drawing().selected.len(), 2);
    state.apply(Action::Pen(PenEvent::Cancel));
    assert!(state.drawing().selected.is_empty());
    assert_eq!(state.drawing().document.history_steps(), 2, "selecting is no step");
}

#[test]
fn a_drag_moves_what_is_selected_and_is_one_step() {
    let mut state = state();
    flat(&mut state);
    let id = block(&mut state, 100, 150);
    let before = state.drawing().document.composite().clone();
    drag(&mut state, [110.0, 160.0], [150.0, 130.0], None, false);
    assert_eq!(rect_of(&state, id), Rect { left: 140, top: 120, right: 180, bottom: 140 });
    assert_eq!(state.drawing().document.composite().get(105, 155), state.drawing().document.canvas().get(105, 155));
    state.apply(Action::Undo);
    assert_eq!(state.drawing().document.composite(), &before);
    // Escape in the middle leaves everything as it was.
    state.apply(ObjectAction::Press { place: [110.0, 160.0].into(), handle: None, add: false }.into());
    state.apply(Action::Pen(PenEvent::Drag(vec![[200.0, 200.0].into()])));
    state.apply(Action::Pen(PenEvent::Cancel));
    assert_eq!(state.drawing().document.composite(), &before);
    assert!(!state.hand.is_busy());
}

#[test]
fn things_grow_as_they_come_nearer() {
    let mut state = state();
    assert!(state.drawing().document.extras().horizon.on, "a street has a horizon");
    state.apply(ObjectAction::MoveHorizon(110.0).into());
    // Its foot is 60 pixels below the horizon, later 120.
    let id = block(&mut state, 200, 150);
    drag(&mut state, [210.0, 160.0], [210.0, 220.0], None, false);
    let rect = rect_of(&state, id);
    assert_eq!((rect.width(), rect.height(), rect.bottom), (80, 40, 230));
    // And back to exactly what it was.
    drag(&mut state, [210.0, 220.0], [210.0, 160.0], None, false);
    assert_eq!(rect_of(&state, id), Rect { left: 200, top: 150, right: 240, bottom: 170 });
    flat(&mut state);
    drag(&mut state, [210.0, 160.0], [210.0, 220.0], None, false);
    assert_eq!(rect_of(&state, id).height(), 20);
}

#[test]
fn handles_scale_about_the_other_corner_and_turn_about_the_middle() {
    let mut state = state();
    flat(&mut state);
    let id = block(&mut state, 100, 150);
    drag(&mut state, [140.0, 170.0], [180.0, 190.0], Some(Handle::Corner(Corner { right: true, bottom: true })), false);
    assert_eq!(rect_of(&state, id), Rect { left: 100, top: 150, right: 180, bottom: 190 });
    // From beside the middle to below it is a quarter turn.
    drag(&mut state, [200.0, 170.0], [140.0, 230.0], Some(Handle::Turn), false);
    assert_eq!(rect_of(&state, id), Rect { left: 120, top: 130, right: 160, bottom: 210 });
    state.apply(Action::Undo);
    state.apply(Action::Undo);
    assert_eq!(rect_of(&state, id), Rect { left: 100, top: 150, right: 140, bottom: 170 });
}

#[test]
fn commands_change_what_is_selected() {
    let mut state = state();
    flat(&mut state);
    let (a, b) = (block(&mut state, 100, 150), block(&mut state, 120, 155));
    let order = |state: &State| state.drawing().document.objects().iter().map(|object| object.id).collect::<Vec<_>>();
    state.apply(ObjectAction::Reorder(Order::Back).into());
    assert_eq!(order(&state), [b, a]);
    state.apply(ObjectAction::Reorder(Order::Up).into());
    assert_eq!(order(&state), [a, b]);
    state.apply(ObjectAction::Relabel { part: 0, ink: 24 }.into());
    assert_eq!(state.drawing().document.composite().get(150, 170), Some(24));
    assert_eq!(state.drawing().document.instance_map()[170 * 512 + 150], 24001);
    state.apply(ObjectAction::Nudge([10.0, -5.0]).into());
    assert_eq!(rect_of(&state, b).left, 130);
    state.apply(ObjectAction::Duplicate.into());
    assert_eq!((order(&state).len(), state.drawing().selected.len()), (3, 1));
    state.apply(ObjectAction::Delete.into());
    assert_eq!(order(&state), [a, b]);
    assert!(state.drawing().selected.is_empty());
    state.apply(ObjectAction::Select(vec![a]).into());
    state.apply(ObjectAction::Lock(a, true).into());
    state.apply(ObjectAction::Delete.into());
    state.apply(ObjectAction::Nudge([10.0, 0.0]).into());
    assert_eq!((order(&state).len(), rect_of(&state, a).left), (2, 100), "a locked object stays");
    state.apply(ObjectAction::Lock(a, false).into());
    let seen = state.drawing().document.composite().clone();
    state.apply(ObjectAction::Burn.into());
    assert_eq!((order(&state), state.drawing().document.composite()), (vec![b], &seen));
}

#[test]
fn numbers_that_are_dragged_are_one_step() {
    let mut state = state();
    flat(&mut state);
    let id = block(&mut state, 100, 150);
    let steps = state.drawing().document.history_steps();
    let placement = state.drawing().document.object(id).unwrap().placement;
    for height_px in [22.0, 30.0, 40.0] {
        state.apply(ObjectAction::Place(id, Placement { height_px, ..placement }).into());
    }
    state.apply(Action::SelectTool(Tool::Brush));
    assert_eq!((rect_of(&state, id).height(), state.drawing().document.history_steps()), (40, steps + 1));
    // Nothing that is typed makes it vanish for good.
    state.apply(ObjectAction::Place(id, Placement { height_px: f32::NAN, stretch_x: 0.0, ..placement }).into());
    state.apply(Action::Undo);
    assert_eq!(rect_of(&state, id).height(), 40);
}

#[test]
fn a_stamp_stands_on_the_ground_and_is_placed_anew_when_it_moves() {
    let mut state = state();
    let near = ObjectAction::AddStamp { name: "car-sedan-side".to_owned(), foot: [250.0, 220.0] };
    state.apply(near.into());
    let id = state.drawing().selected[0];
    let (rect, object) = (rect_of(&state, id), state.drawing().document.object(id).unwrap().clone());
    assert!(object.parts.iter().all(|part| part.ink == CAR), "{:?}", object.name);
    assert!(rect.bottom.abs_diff(220) <= 2 && rect.width() > 2 * rect.height(), "{rect:?}");
    state.apply(ObjectAction::AddStamp { name: "car-sedan-side".to_owned(), foot: [250.0, 150.0] }.into());
    let far = state.drawing().selected[0];
    assert!(rect_of(&state, far).height() * 2 < rect.height(), "what is far is small");
    state.apply(ObjectAction::Select(vec![id]).into());
    state.apply(ObjectAction::Flip.into());
    let flipped = state.drawing().document.object(id).unwrap();
    assert!(flipped.placement.flipped && flipped.bounds().width().abs_diff(rect.width()) <= 1);
    state.apply(ObjectAction::Nudge([0.0, -40.0]).into());
    assert!(rect_of(&state, id).height() < rect.height());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn whatever_is_done_with_objects_can_be_taken_back(
        deeds in prop::collection::vec((0usize..12, 0usize..4, 0f32..512.0, 0f32..256.0), 1..16),
    ) {
        let mut state = state();
        let first = state.drawing().document.content().clone();
        for (deed, at, x, y) in deeds {
            let ids: Vec<u64> = state.drawing().document.objects().iter().map(|object| object.id).collect();
            let id = ids.get(at).copied().unwrap_or_default();
            match deed {
                0 | 1 => { block(&mut state, x as usize, y as usize % 230); }
                2 => drag(&mut state, [x, y], [y, x / 2.0], None, at == 0),
                3 => drag(&mut state, [x, y], [y, x / 2.0], Some(Handle::Turn), false),
                4 => drag(&mut state, [x, y], [y, x / 2.0], Some(Handle::Corner(Corner::ALL[at])), false),
                5 => drag(&mut state, [x, y], [y, x / 2.0], Some(Handle::Horizon), false),
                6 => { state.apply(ObjectAction::Select(vec![id]).into()); }
                7 => { state.apply(ObjectAction::Flip.into()); }
                8 => { state.apply(ObjectAction::Duplicate.into()); }
                9 => { state.apply(ObjectAction::Burn.into()); }
                10 => { state.apply(ObjectAction::Reorder([Order::Front, Order::Back, Order::Up, Order::Down][at]).into()); }
                _ => { state.apply(ObjectAction::Delete.into()); }
            }
        }
        let last = state.drawing().document.content().clone();
        let steps = state.drawing().document.history_steps();
        for _ in 0..steps {
            state.apply(Action::Undo);
        }
        prop_assert_eq!(state.drawing().document.content(), &first);
        for _ in 0..steps {
            state.apply(Action::Redo);
        }
        prop_assert_eq!(state.drawing().document.content(), &last);
    }
}
