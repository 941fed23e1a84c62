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

/// A square object.
fn square(left: usize, top: usize, side: usize, ink: Ink) -> NewObject {
    let mask = Arc::new(Mask::filled(Rect { left, top, right: left + side, bottom: top + side }));
    let shape = Shape::free(vec![mask.clone()]).unwrap();
    let Shape::Free { origin: placement, .. } = shape else { unreachable!("a free shape") };
    NewObject { name: "square".into(), shape, placement, parts: vec![Part { ink, mask }] }
}

/// Moves an object by whole pixels, as a gesture or part of one.
fn shift(document: &mut Document, id: u64, by: [f32; 2]) {
    let bounds = document.canvas().bounds();
    document.edit_objects(|objects| {
        for object in objects.iter_mut().filter(|object| object.id == id) {
            let placement = object.placement.moved(by);
            let masks = object.shape.placed(&placement, bounds).unwrap();
            *object = Arc::new(object.standing(placement, masks));
        }
    });
}

#[test]
fn what_lies_beneath_an_object_comes_back_when_it_moves() {
    let mut document = blank();
    document.draw(paint(Rect::from_size(40, 12), 5));
    let before = document.composite().clone();
    let id = document.add_object(square(4, 4, 10, 9)).unwrap();
    assert_eq!(document.composite().get(5, 5), Some(9));
    assert_eq!(document.canvas(), &before, "the paint is not touched");
    document.begin();
    for _ in 0..4 {
        shift(&mut document, id, [3.0, 2.0]);
    }
    document.commit();
    assert_eq!((document.composite().get(5, 5), document.composite().get(17, 13)), (Some(5), Some(9)));
    document.undo();
    assert_eq!((document.composite().get(5, 5), document.composite().get(17, 13)), (Some(9), Some(0)), "a drag is one step");
    document.undo();
    assert_eq!(document.composite(), &before);
}

#[test]
fn hidden_layers_and_objects_are_not_composed() {
    let mut document = blank();
    document.draw(paint(Rect::from_size(40, 30), 5));
    document.add_object(square(4, 4, 10, 9));
    document.edit_extras(|extras| extras.layers[Layer::Objects].visible = false);
    assert_eq!(document.composite(), document.canvas());
    assert!(document.object_at(5, 5).is_none());
    document.edit_extras(|extras| extras.layers[Layer::Paint].visible = false);
    assert_eq!(document.composite(), document.base());
    document.undo();
    document.undo();
    assert_eq!(document.composite().get(5, 5), Some(9));
    assert_eq!(document.object_at(5, 5).map(|object| object.name.as_str()), Some("square"));
}

#[test]
fn instances_are_numbered_by_class_and_stay_as_they_are() {
    let mut document = Document::new("street", Canvas::new(Kind::Labels("cityscapes-35".into()), 40, 30, 7));
    let ids: Vec<u64> = [2, 12, 22].map(|left| document.add_object(square(left, 5, 8, 26)).unwrap()).into();
    let at = |document: &Document, x: usize| document.instance_map()[8 * 40 + x];
    assert_eq!([0, 3, 13, 23].map(|x| at(&document, x)), [7, 26000, 26001, 26002]);
    document.edit_objects(|objects| objects.retain(|object| object.id != ids[0]));
    assert_eq!([3, 13, 23].map(|x| at(&document, x)), [7, 26001, 26002]);
    // What is painted beneath is of no instance, a new object takes the number that is free.
    document.draw(paint(Rect::from_size(40, 30), 26));
    document.add_object(square(31, 5, 8, 24));
    assert_eq!([3, 13, 33].map(|x| at(&document, x)), [26, 26001, 24000]);
}

#[test]
fn a_flattened_object_is_paint_and_can_be_taken_back() {
    let mut document = blank();
    let id = document.add_object(square(4, 4, 10, 9)).unwrap();
    let seen = document.composite().clone();
    document.flatten(&[id]);
    assert!(document.objects().is_empty());
    assert_eq!((document.composite(), document.canvas()), (&seen, &seen));
    document.undo();
    assert_eq!((document.objects().len(), document.canvas()), (1, blank().canvas()));
    assert_eq!(document.composite(), &seen);
}

#[test]
fn lines_and_reference_change_no_picture() {
    let mut document = blank();
    let revision = document.picture_revision();
    document.set_target(Target::Lines);
    document.draw(paint(Rect::from_size(9, 9), 0));
    document.edit_extras(|extras| extras.layers[Layer::Reference].opacity = 0.2);
    assert_eq!((document.picture_revision(), document.canvas()), (revision, blank().canvas()));
    assert_eq!(document.content().lines.as_ref().and_then(|lines| lines.get(3, 3)), Some(0));
    assert!(document.is_unsaved());
    document.undo();
    document.undo();
    assert_eq!(document.content(), blank().content());
}

/// 500 strokes and moves on a large street stay within the budget, and every one of them can be taken back.
#[test]
fn five_hundred_steps_of_a_large_drawing_take_little_memory() {
    let (width, height) = (2048, 1024);
    let pixels = (0..width * height).map(|at| (at / width / 90 + at % width / 300) as Ink % 30).collect();
    let canvas = Canvas::from_pixels(Kind::Labels("cityscapes-35".into()), width, height, pixels).unwrap();
    let mut document = Document::new("street", canvas.clone());
    let ids: Vec<u64> = (0..20).map(|at| document.add_object(square(at * 90, 300, 200, 26)).unwrap()).collect();
    let added = document.history_steps();
    for step in 0..500 {
        if step % 4 == 0 {
            shift(&mut document, ids[step % ids.len()], [5.0, 3.0]);
            continue;
        }
        document.begin();
        for sample in 0..16 {
            let (x, y) = ((step * 131 + sample * 23) % 2000, (step * 61 + sample * 17) % 980);
            document.draw(paint(Rect { left: x, top: y, right: x + 40, bottom: y + 40 }, (step % 30) as Ink));
        }
        document.commit();
    }
    let mib = document.history_bytes() as f64 / f64::from(1 << 20);
    assert!(document.history_steps() - added > 490 && mib < 40.0, "{mib:.1} MiB for {} steps", document.history_steps());
    while document.can_undo() {
        document.undo();
    }
    assert_eq!(document.composite(), &canvas);
}

#[test]
fn steps_beyond_the_budget_are_forgotten_from_the_oldest_on() {
    let mut document = Document::new("noise", Canvas::new(Kind::Photo, 128, 128, 0));
    document.history.budget_bytes = 1 << 20;
    for step in 1..=40_u32 {
        document.draw(|canvas, _| {
            for y in 0..128 {
                let noise = |x: u32| {
                    let mixed = (x + 128 * y + step * 65_537).wrapping_mul(0x9e37_79b9);
                    (mixed ^ mixed >> 15).wrapping_mul(0x85eb_ca6b) >> 8
                };
                canvas.row_mut(y as usize, 0, 128).iter_mut().zip(0..).for_each(|(pixel, x)| *pixel = noise(x));
            }
            canvas.bounds()
        });
        assert!(document.history_bytes() <= 1 << 20);
    }
    let steps = document.history_steps();
    // A step of noise takes three bytes a pixel.
    assert!((15..25).contains(&steps), "{steps}");
    let last = document.composite().clone();
    document.undo();
    document.redo();
    assert_eq!(document.composite(), &last);
}

/// One thing that a user can do.
#[derive(Debug, Clone)]
enum Deed {
    Paint(Target, Rect, Ink),
    Add(usize, usize, usize, Ink),
    Move(usize, [f32; 2]),
    Turn(usize, f32),
    Relabel(usize, Ink),
    Front(usize),
    Delete(usize),
    Burn(usize),
    Hide(Layer),
    Hint([f32; 2]),
    Horizon(f32),
    Undo,
    Redo,
    Cancelled(Rect, usize),
}

fn deed() -> impl Strategy<Value = Deed> {
    let rect = (0usize..45, 0usize..35, 1usize..30, 1usize..30).prop_map(|(left, top, width, height)| Rect {
        left,
        top,
        right: left + width,
        bottom: top + height,
    });
    let target = prop::sample::select(vec![Target::Paint, Target::Lines]);
    prop_oneof![
        3 => (target, rect.clone(), 0u32..4).prop_map(|(target, rect, ink)| Deed::Paint(target, rect, ink)),
        3 => (0usize..38, 0usize..28, 1usize..12, 0u32..4).prop_map(|(x, y, side, ink)| Deed::Add(x, y, side, ink)),
        2 => (0usize..8, prop::array::uniform2(-20f32..20.0)).prop_map(|(at, by)| Deed::Move(at, by)),
        1 => (0usize..8, -3f32..3.0).prop_map(|(at, angle)| Deed::Turn(at, angle)),
        1 => (0usize..8, 0u32..4).prop_map(|(at, ink)| Deed::Relabel(at, ink)),
        1 => (0usize..8).prop_map(Deed::Front),
        1 => (0usize..8).prop_map(Deed::Delete),
        1 => (0usize..8).prop_map(Deed::Burn),
        1 => prop::sample::select(Layer::ALL.to_vec()).prop_map(Deed::Hide),
        1 => prop::array::uniform2(0f32..40.0).prop_map(Deed::Hint),
        1 => (0f32..30.0).prop_map(Deed::Horizon),
        2 => Just(Deed::Undo),
        1 => Just(Deed::Redo),
        1 => (rect, 0usize..8).prop_map(|(rect, at)| Deed::Cancelled(rect, at)),
    ]
}

fn carry_out(document: &mut Document, deed: &Deed) {
    let chosen = |document: &Document, at: usize| {
        let objects = document.objects();
        (!objects.is_empty()).then(|| objects[at % objects.len()].id)
    };
    let edit = |document: &mut Document, at: usize, change: &dyn Fn(&mut Object)| {
        let Some(id) = chosen(document, at) else { return };
        document.edit_objects(|objects| {
            objects.iter_mut().filter(|object| object.id == id).for_each(|object| change(Arc::make_mut(object)));
        });
    };
    match *deed {
        Deed::Paint(target, rect, ink) => {
            document.set_target(target);
            document.draw(paint(rect, ink));
        }
        Deed::Add(left, top, side, ink) => {
            document.add_object(square(left, top, side, ink));
        }
        Deed::Move(at, by) => {
            if let Some(id) = chosen(document, at) {
                shift(document, id, by);
            }
        }
        Deed::Turn(at, angle) => {
            let bounds = document.canvas().bounds();
            edit(document, at, &|object| {
                let placement = object.placement.rotated(angle, [20.0, 15.0]);
                let masks = object.shape.placed(&placement, bounds).unwrap();
                *object = object.standing(placement, masks);
            });
        }
        Deed::Relabel(at, ink) => edit(document, at, &|object| object.parts[0].ink = ink),
        Deed::Front(at) => document.edit_objects(|objects| {
            if at < objects.len() {
                objects[at..].rotate_left(1);
            }
        }),
        Deed::Delete(at) => {
            let id = chosen(document, at);
            document.edit_objects(|objects| objects.retain(|object| Some(object.id) != id));
        }
        Deed::Burn(at) => document.flatten(&chosen(document, at).into_iter().collect::<Vec<_>>()),
        Deed::Hide(layer) => document.edit_extras(|extras| extras.layers[layer].visible ^= true),
        Deed::Hint(place) => {
            document.edit_extras(|extras| extras.hints.push(Hint { place, radius_px: 4.0, colour: [1, 2, 3] }));
        }
        Deed::Horizon(y) => document.edit_extras(|extras| extras.horizon = Horizon { y, on: true }),
        Deed::Undo => document.undo(),
        Deed::Redo => document.redo(),
        Deed::Cancelled(rect, at) => {
            document.begin();
            document.draw(paint(rect, 3));
            document.redraw(paint(rect, 2));
            edit(document, at, &|object| object.visible ^= true);
            document.cancel();
        }
    }
}

/// The composite made anew.
fn composed(document: &Document) -> Canvas {
    Document::from_content("", document.content().clone()).composite().clone()
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

    #[test]
    fn as_many_undos_as_deeds_give_the_first_document_and_redo_the_last(deeds in prop::collection::vec(deed(), 1..30)) {
        let mut document = blank();
        for deed in &deeds {
            carry_out(&mut document, deed);
            prop_assert_eq!(document.composite(), &composed(&document), "after {:?}", deed);
        }
        let last = document.content().clone();
        let mut steps = 0;
        while document.can_undo() {
            document.undo();
            steps += 1;
        }
        prop_assert!(steps <= deeds.len());
        let first = blank();
        prop_assert_eq!(document.content(), first.content());
        prop_assert_eq!(document.composite(), first.composite());
        for _ in 0..steps {
            document.redo();
        }
        // What had been undone by a deed may follow.
        prop_assert_eq!(document.content(), &last);
        prop_assert_eq!(document.composite(), &composed(&document));
    }
}
