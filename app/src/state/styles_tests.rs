//! Styles as part of a drawing: undo, saving, where they reach.

use super::*;
use crate::action::{Action, ObjectAction, Selection};
use crate::document::{Mask, Rect};
use crate::text::Language;

fn state() -> State {
    let mut state = State::new(Vec::new(), Language::English);
    state.apply(StyleAction::Add("photo2vangogh".to_owned()).into());
    state
}

fn step(state: &State) -> Step {
    state.drawing().document.extras().styles.steps[0].clone()
}

fn edit(state: &mut State, goes_on: bool, change: impl FnOnce(&mut Step)) {
    let mut step = step(state);
    change(&mut step);
    state.apply(StyleAction::Edit { at: 0, step, goes_on }.into());
}

#[test]
fn a_style_is_a_step_of_undo_that_no_file_holds_yet() {
    let mut state = State::new(Vec::new(), Language::English);
    let picture = state.drawing().document.picture_revision();
    state.apply(StyleAction::Add("photo2vangogh".to_owned()).into());
    assert!(state.drawing().document.is_unsaved());
    assert_eq!(state.drawing().document.picture_revision(), picture, "the picture before styles stays");
    state.apply(Action::Undo);
    assert!(state.drawing().document.extras().styles.steps.is_empty() && !state.drawing().document.can_undo());
    state.apply(Action::Redo);
    assert_eq!(step(&state).style, "photo2vangogh");
}

#[test]
fn a_drag_of_a_slider_is_one_step_and_the_next_drag_another() {
    let mut state = state();
    for from in [0.9_f32, 0.4] {
        for moved in 0..5 {
            edit(&mut state, true, |step| step.strength = from - moved as f32 * 0.05);
        }
        state.apply(StyleAction::Settle.into());
    }
    edit(&mut state, false, |step| step.inverted = true);
    let mut strengths = Vec::new();
    while state.drawing().document.can_undo() {
        strengths.push((step(&state).strength * 100.0).round() as u32);
        state.apply(Action::Undo);
    }
    assert_eq!(strengths, [20, 20, 70, 100]);
}

#[test]
fn looking_at_before_and_after_is_no_change() {
    let mut state = state();
    let (revision, steps) = (state.drawing().document.revision(), state.drawing().document.history_steps());
    state.apply(StyleAction::ToggleCompare.into());
    state.apply(StyleAction::Compare(0.3).into());
    assert_eq!((state.drawing().document.revision(), state.drawing().document.history_steps()), (revision, steps));
}

#[test]
fn a_style_keeps_to_what_was_selected_and_to_objects_that_move() {
    let mut state = state();
    let mask = Mask::filled(Rect { left: 10, top: 10, right: 30, bottom: 40 });
    state.apply(Selection::Set(Some(mask.clone())).into());
    edit(&mut state, false, |step| step.reach = Reach::Region(mask.into()));
    state.apply(Selection::None.into());
    assert!(
        matches!(&step(&state).reach, Reach::Region(region) if region.rect().right == 30),
        "it stays when nothing is selected"
    );
    state.apply(ObjectAction::AddMask(Mask::filled(Rect { left: 50, top: 50, right: 60, bottom: 60 })).into());
    let chosen = state.drawing().selected.clone();
    edit(&mut state, false, |step| step.reach = Reach::Objects(chosen.clone()));
    let project = state.drawing().project();
    let opened = crate::io::project::Project::from_bytes(&project.to_bytes().unwrap()).unwrap();
    assert_eq!(opened.content.extras.styles, project.content.extras.styles);
    assert_eq!(step(&state).reach, Reach::Objects(chosen));
}
