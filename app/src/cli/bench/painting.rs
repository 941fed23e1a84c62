//! `daub bench --painting`: what strokes and moves cost the window's thread, and what their undo steps take.

use std::collections::VecDeque;
use std::hint::black_box;
use std::time::Instant;

use daub_models::architecture::{Architecture, Family, InputKind};
use daub_models::random::Draws;

use super::{median, sorted};
use crate::document::{Canvas, Document, Kind, Mask, NewObject, Part, Rect, Shape};
use crate::generate::Gatherer;
use crate::paint::{self, Fill, Point, texture};

/// Size of the drawing, as pix2pixHD's largest.
const SIZE: (usize, usize) = (2048, 1024);
const OBJECTS: usize = 200;
/// Strokes and moves: as many steps of undo.
const GESTURES: u64 = 500;
/// Frames of each.
const FRAMES: u64 = 12;
/// Pointer samples a frame: a mouse of 1000 reports a second in a window of 60 frames.
const SAMPLES: u64 = 16;
/// Inputs that a generator holds: what waits, what is painted, what edits go on from.
const HELD: usize = 3;
/// Every tenth gesture moves an object, the others paint.
const MOVES_EVERY: u64 = 10;

/// Times of frames in milliseconds: the median, 99 of a hundred, the longest.
#[derive(Debug, serde::Serialize)]
struct Frames {
    count: usize,
    median_ms: f64,
    p99_ms: f64,
    max_ms: f64,
}

impl Frames {
    fn of(times: Vec<f64>) -> Self {
        let times = sorted(times);
        let rounded = |ms: f64| (ms * 1000.0).round() / 1000.0;
        let at = |share: f64| rounded(times[((times.len() - 1) as f64 * share) as usize]);
        Self { count: times.len(), median_ms: rounded(median(&times)), p99_ms: at(0.99), max_ms: at(1.0) }
    }
}

/// What a stroke or a move costs a frame (document, composition and the pixels of the texture that are uploaded), what
/// making a generator's input costs, and the memory of the history.
pub(super) fn measure() -> serde_json::Value {
    let mut document = street();
    let palette: Vec<[u8; 3]> = (0..35).map(|id| [id * 7, 255 - id * 7, id]).collect();
    let mut draws = Draws::new(1, 2);
    let (mut strokes, mut moves, mut inputs) = (Vec::new(), Vec::new(), Vec::new());
    let (mut gatherer, mut held) = (Gatherer::default(), VecDeque::new());
    let architecture = Architecture::new(Family::Pix2pixhdGlobal, InputKind::Labels, 35, 64, 4, 9);
    let architecture = Architecture { instance_edges: true, ..architecture };
    for gesture in 0..GESTURES {
        let moves_object = gesture % MOVES_EVERY == 0;
        let mut at = [draws.uniform() * SIZE.0 as f32, draws.uniform() * SIZE.1 as f32];
        let radius_px = 4.0 + 28.0 * draws.uniform();
        for frame in 0..FRAMES {
            let started = Instant::now();
            if frame == 0 {
                document.begin();
            }
            if moves_object {
                shift(&mut document, gesture as usize / MOVES_EVERY as usize % OBJECTS, [6.0, 3.0]);
            } else {
                for sample in 0..SAMPLES {
                    let angle = (gesture + frame * SAMPLES + sample) as f32 * 0.02;
                    let to = [at[0] + 3.0 * angle.cos(), at[1] + 2.0 * angle.sin()];
                    let ink = Fill::Ink((gesture % 35) as u32);
                    document.draw(|canvas, _| paint::brush_segment(canvas, Point::from(at), Point::from(to), radius_px, ink));
                    at = to;
                }
            }
            if frame == FRAMES - 1 {
                document.commit();
            }
            let dirty = document.take_dirty();
            black_box(texture::image_of(document.composite(), dirty, &palette));
            let times = if moves_object { &mut moves } else { &mut strokes };
            times.push(started.elapsed().as_secs_f64() * 1e3);
            let started = Instant::now();
            let input = gatherer.gather(1, &document, &architecture);
            inputs.push(started.elapsed().as_secs_f64() * 1e3);
            held.push_front(input);
            held.truncate(HELD);
        }
    }
    let mib = document.history_bytes() as f64 / f64::from(1 << 20);
    serde_json::json!({
        "width": SIZE.0, "height": SIZE.1, "objects": OBJECTS,
        "stroke_frames": Frames::of(strokes), "move_frames": Frames::of(moves), "generator_inputs": Frames::of(inputs),
        "undo_steps": document.history_steps(), "undo_mib": (mib * 100.0).round() / 100.0,
    })
}

/// A street of blocks of labels with many objects.
fn street() -> Document {
    let (width, height) = SIZE;
    let block = |at: usize| Draws::new((at % width / 64) as u64, (at / width / 64) as u64).uniform();
    let pixels = (0..width * height).map(|at| (block(at) * 35.0) as u32).collect();
    let empty = || Canvas::new(Kind::Labels("cityscapes-35".to_owned()), width, height, 7);
    let canvas = Canvas::from_pixels(Kind::Labels("cityscapes-35".to_owned()), width, height, pixels).unwrap_or_else(empty);
    let mut document = Document::new("bench", canvas);
    let mut draws = Draws::new(3, 4);
    for object in 0..OBJECTS {
        let side = 24.0 + 150.0 * draws.uniform();
        let (left, top) = (draws.uniform() * (width as f32 - side), draws.uniform() * (height as f32 - side));
        let rect = Rect::around(left, top, left + side, top + side);
        let (cx, cy) = (left + side / 2.0, top + side / 2.0);
        let inside = |x: usize, y: usize| (x as f32 - cx).hypot(y as f32 - cy) < side / 2.0;
        let mask = std::sync::Arc::new(Mask::from_fn(rect, |x, y| if inside(x, y) { 255 } else { 0 }));
        if let Some(shape @ Shape::Free { origin: placement, .. }) = Shape::free(vec![mask.clone()]) {
            let parts = vec![Part { ink: 24 + object as u32 % 10, mask }];
            document.add_object(NewObject { name: format!("{object}"), shape, placement, parts });
        }
    }
    document
}

/// Moves one object by whole pixels, as a drag does.
fn shift(document: &mut Document, at: usize, by: [f32; 2]) {
    let bounds = document.canvas().bounds();
    document.edit_objects(|objects| {
        if let Some(object) = objects.get_mut(at) {
            let placement = object.placement.moved(by);
            let masks = object.shape.placed(&placement, bounds).unwrap_or_default();
            *object = std::sync::Arc::new(object.standing(placement, masks));
        }
    });
}
