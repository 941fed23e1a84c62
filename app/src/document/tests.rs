//! Laws of undo.

use proptest::prelude::*;

use super::*;

fn paint(rect: Rect, ink: Ink) -> impl FnOnce(&mut Canvas, &Canvas) -> Rect {
    move |canvas, _| {
        let rect = rect.intersection(canvas.bounds());
        for y in rect.top..rect.bottom {
            canvas.row_mut(y, rect.left, rect.right).fill(ink);
        }
        rect
    }
}

fn blank() -> Document {
    Document::new("test", Canvas::new(Kind::Sketch, 40, 30, 0))
}

#[test]
fn a_stroke_is_one_step() {
    let mut document = blank();
    document.begin();
    for x in 0..10 {
        document.draw(paint(Rect { left: x, top: 0, right: x + 1, bottom: 3 }, 7));
    }
    document.commit();
    document.undo();
    assert_eq!(document.canvas(), blank().canvas());
    assert!(!document.can_undo());
}

#[test]
fn a_stroke_that_changes_nothing_is_no_step() {
    let mut document = blank();
    document.draw(paint(Rect::from_size(5, 5), 0));
    assert!(!document.can_undo());
}

#[test]
fn a_cancelled_stroke_leaves_nothing() {
    let mut document = blank();
    document.begin();
    document.draw(paint(Rect::from_size(5, 5), 9));
    document.cancel();
    assert_eq!(document.canvas(), blank().canvas());
    assert!(!document.can_undo());
}

#[test]
fn three_hundred_steps_can_be_taken_back() {
    let mut document = blank();
    for step in 1..=300 {
        document.draw(paint(Rect::from_size(40, 30), step));
    }
    for _ in 0..300 {
        document.undo();
    }
    assert_eq!(document.canvas(), blank().canvas());
}

proptest! {
    #[test]
    fn undo_and_redo_retrace_every_state(
        strokes in prop::collection::vec((0usize..45, 0usize..35, 1usize..30, 1usize..30, 0u32..4), 1..20),
    ) {
        let mut document = blank();
        let mut states = vec![document.canvas().clone()];
        for (left, top, width, height, ink) in strokes {
            document.draw(paint(Rect { left, top, right: left + width, bottom: top + height }, ink));
            if states.last() != Some(document.canvas()) {
                states.push(document.canvas().clone());
            }
        }
        for state in states.iter().rev().skip(1) {
            document.undo();
            prop_assert_eq!(document.canvas(), state);
        }
        prop_assert!(!document.can_undo());
        for state in states.iter().skip(1) {
            document.redo();
            prop_assert_eq!(document.canvas(), state);
        }
        prop_assert!(!document.can_redo());
    }
}
