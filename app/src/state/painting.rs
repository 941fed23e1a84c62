//! Inks, mirrors, and what the hand does with them.

use super::hand::{Grip, Outcome};
use super::{Hand, OpenDrawing, PenEvent, State};
use crate::action::Painting;
use crate::document::{Canvas, Ink};
use crate::pen::Symmetry;
use crate::tool::Ground;

impl State {
    pub(super) fn pen(&mut self, event: PenEvent) {
        // The press that closes the offered looks is not the first of a stroke.
        if matches!(event, PenEvent::Down(..) | PenEvent::Cancel) && self.offered.take().is_some() {
            return;
        }
        let Some(event) = self.off_the_paint(event) else { return };
        let (tool, radius_px, pen, contiguous) = (self.tool, self.radius_px, self.preferences.pen, self.contiguous);
        let drawing = &mut self.drawings[self.current];
        let ground = Ground {
            symmetry: drawing.symmetry.is_on().then_some(drawing.symmetry),
            mirrored_ink: drawing.mirrored_ink(),
            within: drawing.selection.as_ref(),
        };
        let (ink, last_point) = (drawing.ink_on_layer(), drawing.last_point);
        let grip = Grip { tool, ink, radius_px, pen, ground, last_point, contiguous };
        match self.hand.handle(event, grip, &mut drawing.document) {
            Some(Outcome::Ink(ink)) => drawing.take_up(ink),
            Some(Outcome::Selection(selection)) => drawing.select(selection),
            Some(Outcome::Ended(end)) => drawing.last_point = Some(end),
            None => {}
        }
    }

    /// Ends what the hand does, as another wish comes; what floats is placed.
    pub(super) fn put_down(&mut self) {
        if matches!(self.hand, Hand::Drawing(..)) {
            self.pen(PenEvent::Up);
        }
        if let Hand::Floating(floating) = std::mem::take(&mut self.hand) {
            let drawing = self.drawing_mut();
            let mask = floating.mask(&drawing.document);
            drawing.select(Some(mask));
        }
        self.drawing_mut().document.commit();
    }

    pub(super) fn apply_to_painting(&mut self, wish: &Painting) {
        let drawing = self.drawing_mut();
        let axes = &mut drawing.symmetry.axes;
        match wish {
            Painting::SwapInks => drawing.take_up(drawing.previous_ink),
            Painting::SetSymmetry(symmetry) => drawing.symmetry = *symmetry,
            Painting::ToggleVerticalMirror => axes.vertical = !axes.vertical,
            Painting::ToggleHorizontalMirror => axes.horizontal = !axes.horizontal,
            Painting::CentreMirrors => {
                let axes = drawing.symmetry.axes;
                drawing.symmetry = middle_of(drawing.document.canvas());
                drawing.symmetry.axes = axes;
            }
        }
    }
}

/// No mirror, around a canvas's middle.
pub(super) fn middle_of(canvas: &Canvas) -> Symmetry {
    Symmetry::of_canvas(canvas.width(), canvas.height())
}

impl OpenDrawing {
    /// Paints with another ink; the one before stays at hand.
    pub(super) fn take_up(&mut self, ink: Ink) {
        if ink != self.ink {
            self.previous_ink = std::mem::replace(&mut self.ink, ink);
        }
    }

    /// What the standing mirror makes of the ink: of a left eye a right one, where the labels tell them apart.
    pub fn mirrored_ink(&self) -> Option<Ink> {
        let labels = &self.model.as_ref().filter(|_| self.document.canvas().kind().is_labels())?.card.labels;
        let name = &labels.iter().find(|label| Ink::from(label.id) == self.ink)?.name;
        let other = match (name.strip_prefix("left_"), name.strip_prefix("right_")) {
            (Some(rest), _) => format!("right_{rest}"),
            (_, Some(rest)) => format!("left_{rest}"),
            _ => return None,
        };
        labels.iter().find(|label| label.name == other).map(|label| Ink::from(label.id))
    }
}

/// The next size of a brush: half a pixel while it is thin, an eighth of itself later.
pub(super) fn stepped(radius_px: f32, direction: f32) -> f32 {
    let step = (radius_px / 8.0).max(0.5);
    ((radius_px + direction * step) * 2.0).round() / 2.0
}
