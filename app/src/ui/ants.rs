//! Marching ants: the moving outline of what is selected.

use std::sync::Arc;

use egui::{Color32, Id, Painter, Pos2, Rect, Stroke, Ui, Vec2, pos2};

use crate::document::Mask;
use crate::paint::HALF;
use crate::state::{Hand, State};

/// Length of an ant and of the gap behind it, in points.
const ANT: f32 = 4.0;

/// Points a second.
const SPEED: f32 = 16.0;

/// Frames of the march, in seconds apart.
const EVERY: f32 = 0.12;

/// Outlines of more pieces stand still: nobody sees them march, and it would cost time.
const MOST_MARCHING: usize = 4000;

/// A straight piece of an outline in canvas pixels.
type Piece = [Pos2; 2];

/// Draws the outline of the selection, of what floats, or of the selection that is being made.
pub(super) fn ants_ui(ui: &Ui, state: &State, pane: Rect, canvas_rect: Rect, size: Vec2) {
    let painter = ui.painter().with_clip_rect(pane);
    let scale = canvas_rect.width() / size.x;
    let ui_from_canvas = |place: Pos2| canvas_rect.min + place.to_vec2() * scale;
    let drawing = state.drawing();
    if let Hand::Selecting(selecting) = &state.hand {
        if let Some(brushed) = selecting.brushed() {
            let rim: Vec<Piece> = outline(&brushed).iter().map(|piece| piece.map(ui_from_canvas)).collect();
            march(&painter, &rim, pane, 0.0);
        }
        let mut outline: Vec<Pos2> = selecting.outline().iter().map(|point| ui_from_canvas(pos2(point.x, point.y))).collect();
        outline.extend(outline.first().copied());
        march(&painter, &outline.windows(2).map(|pair| [pair[0], pair[1]]).collect::<Vec<_>>(), pane, 0.0);
    }
    let (pieces, moved) = match &state.hand {
        Hand::Floating(floating) => {
            let (mask, (dx, dy)) = floating.shape();
            (outline_of(ui, mask, (drawing.id, drawing.selection_revision, true)), Vec2::new(dx as f32, dy as f32))
        }
        _ => match &drawing.selection {
            Some(mask) => (outline_of(ui, mask, (drawing.id, drawing.selection_revision, false)), Vec2::ZERO),
            None => return,
        },
    };
    let on_screen: Vec<Piece> = pieces.iter().map(|piece| piece.map(|place| ui_from_canvas(place + moved))).collect();
    let marching = on_screen.len() <= MOST_MARCHING;
    let time = if marching { ui.input(|input| input.time) } else { 0.0 };
    march(&painter, &on_screen, pane, ((time * f64::from(SPEED)) % f64::from(2.0 * ANT)) as f32);
    if marching {
        ui.ctx().request_repaint_after_secs(EVERY);
    }
}

/// The outline, worked out once for each selection.
fn outline_of(ui: &Ui, mask: &Mask, key: (u64, u64, bool)) -> Arc<Vec<Piece>> {
    type Known = ((u64, u64, bool), egui::Rect, Arc<Vec<Piece>>);
    let id = Id::unique("ants");
    // What floats may be pasted anew without a new selection: its place tells it apart.
    let rect = mask.rect();
    let place = Rect::from_min_max(pos2(rect.left as f32, rect.top as f32), pos2(rect.right as f32, rect.bottom as f32));
    if let Some((known, at, pieces)) = ui.data(|data| data.get_temp::<Known>(id))
        && known == key
        && at == place
    {
        return pieces;
    }
    let pieces = Arc::new(outline(mask));
    ui.data_mut(|data| data.insert_temp::<Known>(id, (key, place, Arc::clone(&pieces))));
    pieces
}

/// Pieces between pixels that are selected and pixels that are not, as long as they can be.
///
/// A selection that is being painted asks in every frame: rows like the one before are passed over.
fn outline(mask: &Mask) -> Vec<Piece> {
    let rect = mask.rect();
    let (width, height) = (rect.width(), rect.height());
    let corner = |x: usize, y: usize| pos2((rect.left + x) as f32, (rect.top + y) as f32);
    let is_on = |row: &[u8], x: usize| row.get(x).is_some_and(|coverage| *coverage >= HALF);
    // Before the first row and after the last one nothing is selected.
    let blank = vec![0; width];
    let mut before = &blank[..];
    let mut pieces = Vec::new();
    // Where the upright piece began that goes on at the left side of each column.
    let mut upright = vec![None; width + 1];
    for y in 0..=height {
        let row = if y < height { mask.row(rect.top + y) } else { &blank[..] };
        if row == before {
            continue;
        }
        let mut level = None;
        for (x, upright) in upright.iter_mut().enumerate() {
            let differs = is_on(row, x) != is_on(before, x);
            if let Some(from) = level.filter(|_| !differs) {
                pieces.push([corner(from, y), corner(x, y)]);
            }
            level = differs.then(|| level.unwrap_or(x));
            let is_rim = is_on(row, x) != (x > 0 && is_on(row, x - 1));
            if let Some(from) = upright.filter(|_| !is_rim) {
                pieces.push([corner(x, from), corner(x, y)]);
            }
            *upright = is_rim.then(|| upright.unwrap_or(y));
        }
        before = row;
    }
    pieces
}

/// Draws pieces in white with black ants; where an ant is depends on its place alone, so pieces join without a seam.
fn march(painter: &Painter, pieces: &[Piece], pane: Rect, phase: f32) {
    let pane = pane.expand(1.0);
    for [a, b] in pieces {
        if !pane.intersects(Rect::from_two_pos(*a, *b).expand(0.5)) {
            continue;
        }
        painter.line_segment([*a, *b], Stroke::new(1.0, Color32::from_white_alpha(230)));
        let length = (*b - *a).length();
        let along = (*b - *a) / length.max(1e-3);
        let start = a.x + a.y;
        // How fast the pattern runs along this piece; a piece across it shows one colour.
        let rate = along.x + along.y;
        if rate.abs() < 1e-3 {
            continue;
        }
        let place = |s: f32| *a + along * ((s - start) / rate).clamp(0.0, length);
        let (low, high) = (start.min(start + rate * length), start.max(start + rate * length));
        let mut ant = ((low - phase) / (2.0 * ANT)).floor() * 2.0 * ANT + phase;
        while ant < high {
            let (from, to) = (place(ant.max(low)), place((ant + ANT).min(high)));
            if ant + ANT > low && pane.intersects(Rect::from_two_pos(from, to)) {
                painter.line_segment([from, to], Stroke::new(1.0, Color32::BLACK));
            }
            ant += 2.0 * ANT;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::document;

    #[test]
    fn an_outline_goes_round_what_is_selected_and_round_its_holes() {
        let rect = document::Rect { left: 2, top: 3, right: 7, bottom: 7 };
        let ring = Mask::from_fn(rect, |x, y| if (x, y) == (4, 5) { 0 } else { 255 });
        let pieces = outline(&ring);
        let length: f32 = pieces.iter().map(|[a, b]| (*b - *a).length()).sum();
        assert!((length - (2.0 * (5.0 + 4.0) + 4.0)).abs() < 1e-6);
        assert_eq!(pieces.len(), 8, "sides of a box are one piece each");
        assert!(pieces.contains(&[pos2(2.0, 3.0), pos2(7.0, 3.0)]));
        assert!(outline(&Mask::default()).is_empty());
    }

    proptest! {
        #[test]
        fn an_outline_lies_wherever_a_selected_pixel_has_a_neighbour_that_is_not(
            width in 1usize..9, height in 1usize..9, pixels in prop::collection::vec(any::<bool>(), 64),
        ) {
            let rect = document::Rect { left: 1, top: 2, right: 1 + width, bottom: 2 + height };
            let on = |x: usize, y: usize| (1..1 + width).contains(&x) && (2..2 + height).contains(&y) && pixels[(y - 2) * 8 + x - 1];
            let pieces = outline(&Mask::from_fn(rect, |x, y| if on(x, y) { 255 } else { 0 }));
            let on_piece = |x: f32, y: f32| {
                let holds = |[a, b]: &&Piece| a.x <= x && x <= b.x && a.y <= y && y <= b.y;
                pieces.iter().filter(holds).count()
            };
            for (x, y) in (1..=10).flat_map(|y| (1..=10).map(move |x| (x, y))) {
                let middle = (x as f32 + 0.5, y as f32 + 0.5);
                prop_assert_eq!(on_piece(middle.0, y as f32), usize::from(on(x, y) != on(x, y - 1)), "above ({}, {})", x, y);
                prop_assert_eq!(on_piece(x as f32, middle.1), usize::from(on(x, y) != on(x - 1, y)), "left of ({}, {})", x, y);
            }
        }
    }
}
