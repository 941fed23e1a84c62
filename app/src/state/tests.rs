//! What the state promises, without a window.

use daub_models::library;

use std::path::Path;

use super::*;
use crate::action::{CandidateAction, FileAction, FileEffect, ObjectAction};
use crate::document::{CLEAR, Target};
use crate::pen::Sample;

fn state() -> State {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/models");
    let models = library::list(&[folder]).into_iter().map(|(_, model)| Arc::new(model.unwrap())).collect();
    State::new(models, Language::English)
}

fn model(state: &State, name: &str) -> Arc<Model> {
    state.models.iter().find(|model| model.card.name == name).unwrap().clone()
}

fn drag(state: &mut State, points: &[[f32; 2]]) {
    state.apply(Action::Pen(PenEvent::Down(points[0].into())));
    let rest: Vec<Sample> = points[1..].iter().map(|point| (*point).into()).collect();
    state.apply(Action::Pen(PenEvent::Drag(rest)));
    state.apply(Action::Pen(PenEvent::Up));
}

#[test]
fn a_model_of_another_kind_opens_its_scene_and_keeps_the_drawing() {
    let mut state = state();
    drag(&mut state, &[[10.0, 10.0], [60.0, 40.0]]);
    let street = state.drawing().document.canvas().clone();
    state.apply(Action::SelectModel(model(&state, "faces")));
    assert_eq!(state.drawings.len(), 2);
    assert_eq!(state.drawing().document.canvas().kind(), &Kind::Labels("celebamask-hq-19".into()));
    state.apply(Action::SelectDrawing(0));
    assert_eq!(state.drawing().document.canvas(), &street);
    // Back to streets and to faces: the untouched face is used again.
    state.apply(Action::SelectModel(model(&state, "faces")));
    assert_eq!(state.drawings.len(), 2);
}

#[test]
fn a_model_of_the_same_kind_keeps_the_drawing() {
    let mut state = state();
    state.apply(Action::SelectModel(model(&state, "photo2vangogh")));
    let id = state.drawing().id;
    state.apply(Action::SelectModel(model(&state, "vangogh2photo")));
    assert_eq!(state.drawing().id, id);
}

#[test]
fn shapes_are_previewed_live_and_are_one_step() {
    let mut state = state();
    state.apply(Action::SetInk(26));
    state.apply(Action::SelectTool(Tool::Rectangle));
    let before = state.drawing().document.canvas().clone();
    state.apply(Action::Pen(PenEvent::Down([10.0, 10.0].into())));
    state.apply(Action::Pen(PenEvent::Drag(vec![[100.0, 100.0].into()])));
    assert_eq!(state.drawing().document.canvas().get(90, 90), Some(26));
    state.apply(Action::Pen(PenEvent::Drag(vec![[30.0, 30.0].into()])));
    assert_eq!(state.drawing().document.canvas().get(90, 90), before.get(90, 90));
    state.apply(Action::Pen(PenEvent::Up));
    state.apply(Action::Undo);
    assert_eq!(state.drawing().document.canvas(), &before);
}

#[test]
fn a_polygon_closes_at_enter_and_vanishes_at_escape() {
    let mut state = state();
    state.apply(Action::SetInk(26));
    state.apply(Action::SelectTool(Tool::Polygon));
    let before = state.drawing().document.canvas().clone();
    let corners = [[50.0, 50.0], [90.0, 50.0], [90.0, 90.0]];
    for end in [PenEvent::Cancel, PenEvent::Finish] {
        for corner in corners {
            state.apply(Action::Pen(PenEvent::Down(corner.into())));
            state.apply(Action::Pen(PenEvent::Up));
            state.apply(Action::Pen(PenEvent::Drag(vec![[200.0, 200.0].into()])));
        }
        let cancelled = end == PenEvent::Cancel;
        state.apply(Action::Pen(end));
        assert!(!state.hand.is_busy());
        assert_eq!(state.drawing().document.can_undo(), !cancelled);
    }
    assert_eq!(state.drawing().document.canvas().get(80, 60), Some(26));
    // The corner that followed the pointer is no part of it.
    assert_eq!(state.drawing().document.canvas().get(120, 120), before.get(120, 120));
}

#[test]
fn the_eraser_brings_back_the_scene() {
    let mut state = state();
    let before = state.drawing().document.canvas().clone();
    state.apply(Action::SetRadius(20.0));
    drag(&mut state, &[[100.0, 100.0], [150.0, 120.0]]);
    assert_ne!(state.drawing().document.canvas(), &before);
    state.apply(Action::SelectTool(Tool::Eraser));
    state.apply(Action::SetRadius(40.0));
    drag(&mut state, &[[90.0, 95.0], [160.0, 125.0]]);
    assert_eq!(state.drawing().document.canvas(), &before);
}

#[test]
fn an_unsaved_drawing_is_not_closed_unasked() {
    let mut state = state();
    drag(&mut state, &[[10.0, 10.0], [60.0, 40.0]]);
    assert!(state.apply(Action::CloseDrawing(0)).is_empty());
    assert_eq!(state.closing, Some(0));
    let id = state.drawing().id;
    assert_eq!(state.apply(Action::CloseAnyway(0)), [Effect::Forget(id)]);
    assert_eq!(state.drawings.len(), 1, "a window always shows a drawing");
}

#[test]
fn the_eyedropper_takes_up_the_label() {
    let mut state = state();
    let expected = state.drawing().document.canvas().get(3, 250).unwrap();
    state.apply(Action::SelectTool(Tool::Eyedropper));
    drag(&mut state, &[[3.5, 250.5], [300.0, 20.0]]);
    assert_eq!(state.drawing().ink, expected);
    assert!(!state.drawing().document.can_undo());
}

#[test]
fn news_from_threads_does_not_cut_a_stroke() {
    let mut state = state();
    let before = state.drawing().document.canvas().clone();
    state.apply(Action::Pen(PenEvent::Down([100.0, 100.0].into())));
    let id = state.drawing().id;
    state.apply(Action::Saved { id, revision: 1, path: "a.daub".into() });
    state.apply(Action::Notify(Notice { message: "saved".into(), is_error: false }));
    state.apply(Action::Pen(PenEvent::Drag(vec![[200.0, 140.0].into()])));
    state.apply(Action::Pen(PenEvent::Up));
    assert_ne!(state.drawing().document.canvas().get(200, 140), before.get(200, 140), "the rest of the stroke was lost");
    state.apply(Action::Undo);
    assert_eq!(state.drawing().document.canvas(), &before, "one stroke is one step");
}

#[test]
fn a_path_belongs_to_the_drawing_that_was_asked_about() {
    let mut state = state();
    let first = state.drawing().id;
    let asked = state.apply(Action::SaveAs);
    assert!(matches!(&asked[..], [Effect::Ask(_)]));
    state.apply(Action::SelectModel(model(&state, "faces")));
    // The system asked about "street v1.5", which is another file than the one that would be written.
    let Action::PathChosen(purpose, path) = chosen(Purpose::SaveProject, "street v1.5".into()) else { panic!("asked already") };
    let effects = state.apply(Action::PathChosen(purpose, path));
    let complete: std::path::PathBuf = "street v1.5.daub".into();
    assert_eq!(effects, [Effect::File(FileEffect::CheckFree(Purpose::SaveProject, complete.clone()))]);
    state.apply(Action::File(FileAction::AskReplace(Purpose::SaveProject, complete.clone())));
    assert!(state.filing.replacing.is_some());
    let Action::PathAgreed(purpose, path) = chosen(Purpose::SaveProject, complete) else { panic!("the whole name was shown") };
    let effects = state.apply(Action::PathAgreed(purpose, path));
    assert!(state.filing.replacing.is_none());
    assert_eq!(effects, [Effect::Save { id: first, path: "street v1.5.daub".into() }]);
}

#[test]
fn going_back_to_a_kept_drawing_is_one_step_with_all_its_layers() {
    let mut state = state();
    state.apply(ObjectAction::AddStamp { name: "car-sedan-side".to_owned(), foot: [200.0, 190.0] }.into());
    let (id, kept) = (state.drawing().id, state.drawing().project());
    state.apply(Action::Undo);
    state.drawing_mut().document.set_target(Target::Lines);
    state.drawing_mut().document.draw(|lines, _| {
        lines.row_mut(4, 2, 20).fill(0);
        lines.bounds()
    });
    let before = state.drawing().document.content().clone();
    let back = |beside| CandidateAction::Returned { drawing: id, project: Box::new(kept.clone()), beside };
    state.apply(Action::Candidate(back(false)));
    assert_eq!(state.drawing().document.objects(), kept.content.objects);
    assert!(
        state.drawing().document.content().lines.as_ref().is_some_and(|lines| lines.pixels().iter().all(|ink| *ink == CLEAR))
    );
    state.apply(Action::Undo);
    assert_eq!(state.drawing().document.content(), &before);
    let open = state.drawings.len();
    state.apply(Action::Candidate(back(true)));
    assert_eq!((state.drawings.len(), state.drawing().document.content()), (open + 1, &kept.content));
}
