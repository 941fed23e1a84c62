//! What is in the hand decides.

use super::*;
use crate::action::Action;
use crate::document::{Mask, Rect};
use crate::text::Language;

const LEFT: Rect = Rect { left: 20, top: 20, right: 40, bottom: 40 };

/// A drawing with one object that is selected, and a selection elsewhere.
fn state() -> State {
    let mut state = State::new(Vec::new(), Language::English);
    let elsewhere = Rect { left: 60, top: 60, right: 80, bottom: 80 };
    state.apply(ObjectAction::AddMask(Mask::filled(LEFT)).into());
    state.apply(Selection::Set(Some(Mask::filled(elsewhere))).into());
    state
}

fn objects(state: &State) -> usize {
    state.drawing().document.objects().len()
}

#[test]
fn with_objects_in_the_hand_everything_is_about_them() {
    let mut state = state();
    let paint = state.drawing().document.canvas().clone();
    state.apply(Selection::Copy.into());
    state.apply(Selection::Paste.into());
    assert_eq!((objects(&state), state.drawing().selected.len()), (2, 1));
    state.apply(Selection::Nudge(3, 0).into());
    state.apply(Selection::Cut.into());
    assert_eq!(objects(&state), 1);
    state.apply(Selection::Paste.into());
    state.apply(Selection::Delete.into());
    assert_eq!(objects(&state), 1, "the pasted one was selected and is gone again");
    assert_eq!(state.drawing().document.canvas(), &paint, "no pixel changed");
    state.apply(Selection::All.into());
    assert_eq!(state.drawing().selected.len(), 1);
}

#[test]
fn with_another_tool_everything_is_about_pixels() {
    let mut state = state();
    state.apply(Action::SelectTool(Tool::Lasso));
    assert!(!state.objects_in_hand());
    state.apply(Selection::Copy.into());
    state.apply(Selection::Delete.into());
    assert_eq!(objects(&state), 1);
    assert!(matches!(state.copied, Some(Copied::Pixels(_))));
    state.apply(Action::Undo);
    state.apply(Selection::Nudge(5, 0).into());
    state.apply(Selection::Nudge(5, 0).into());
    let steps = state.drawing().document.history_steps();
    state.apply(Action::SelectTool(Tool::Brush));
    let selection = state.drawing().selection.as_ref().map(Mask::rect);
    assert_eq!(selection.map(|rect| rect.left), Some(70), "it is placed where it was moved to");
    assert!(state.drawing().document.history_steps() <= steps + 1, "a run of arrow keys is one step");
}

#[test]
fn objects_do_not_go_where_their_labels_mean_something_else() {
    let mut state = state();
    state.apply(Selection::Copy.into());
    if let Some(Copied::Objects(kind, _)) = &mut state.copied {
        *kind = Kind::Labels("other".to_owned());
    }
    state.apply(Selection::Paste.into());
    assert_eq!(objects(&state), 1);
}
