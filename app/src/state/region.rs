//! Pixels in the air: picked up or pasted, moved, and not placed yet.

use super::PenEvent;
use crate::document::{Document, Mask, Rect};
use crate::paint::{self, Fill, HALF, Point, Region};
use crate::pen::Sample;

/// Pixels over the drawing. A transaction of the document is open as long as they float.
#[derive(Debug, Clone, PartialEq)]
pub struct Floating {
    region: Region,
    /// Whether the drawing's base is left where they were.
    leaves_hole: bool,
    /// Whether releasing the pointer places them.
    placed_on_release: bool,
    /// How far they were moved, in canvas pixels.
    moved: (i64, i64),
    /// Where the pointer took hold, and how far they had been moved then.
    hold: Option<(Point, (i64, i64))>,
}

impl Floating {
    /// Picks up what is selected where the pointer is pressed; `None` when nothing is selected.
    pub(super) fn picked_up(document: &mut Document, selection: Option<&Mask>, sample: &Sample) -> Option<Self> {
        let region = Region::of(document.target_canvas()?, selection?)?;
        document.begin();
        let hold = Some((sample.at, (0, 0)));
        Some(Self { region, leaves_hole: !sample.held.alt, placed_on_release: true, moved: (0, 0), hold })
    }

    /// Picks up what a mask covers, to be moved by keys.
    pub(super) fn lifted(document: &mut Document, mask: &Mask) -> Option<Self> {
        let region = Region::of(document.target_canvas()?, mask)?;
        document.begin();
        Some(Self { region, leaves_hole: true, placed_on_release: false, moved: (0, 0), hold: None })
    }

    /// Pixels that float where they came from, moved by some pixels.
    pub(super) fn pasted(document: &mut Document, region: Region, moved: (i64, i64)) -> Self {
        document.begin();
        let floating = Self { region, leaves_hole: false, placed_on_release: false, moved, hold: None };
        floating.lay(document);
        floating
    }

    /// Handles an event: what floats on, or the selection that the placed pixels leave.
    pub(super) fn handle(mut self, event: PenEvent, document: &mut Document) -> (Option<Self>, Option<Mask>) {
        match event {
            PenEvent::Down(sample) if self.covers(sample.at) => self.hold = Some((sample.at, self.moved)),
            PenEvent::Drag(samples) => {
                if let Some((last, (start, before))) = samples.last().zip(self.hold) {
                    let by = |to: f32, from: f32, before: i64| before + (to - from).round() as i64;
                    self.moved = (by(last.at.x, start.x, before.0), by(last.at.y, start.y, before.1));
                    self.lay(document);
                }
            }
            PenEvent::Up => {
                self.hold = None;
                if self.placed_on_release {
                    return self.placed(document);
                }
            }
            PenEvent::Down(_) | PenEvent::Finish => return self.placed(document),
            PenEvent::Hover(_) | PenEvent::Rest(_) | PenEvent::Cancel => {}
        }
        (Some(self), None)
    }

    /// Whether the pointer holds them.
    pub(super) fn is_held(&self) -> bool {
        self.hold.is_some()
    }

    /// Moves the pixels by whole pixels.
    pub(super) fn nudge(&mut self, by: (i64, i64), document: &mut Document) {
        self.moved = (self.moved.0 + by.0, self.moved.1 + by.1);
        self.lay(document);
    }

    /// The shape of the pixels where they were taken, and how far they have been moved since.
    pub fn shape(&self) -> (&Mask, (i64, i64)) {
        (&self.region.mask, self.moved)
    }

    /// The shape of the pixels where they are now.
    pub(super) fn mask(&self, document: &Document) -> Mask {
        self.region.mask.moved(self.moved, document.canvas().bounds())
    }

    fn covers(&self, point: Point) -> bool {
        let (x, y) = (point.x.floor() as i64 - self.moved.0, point.y.floor() as i64 - self.moved.1);
        x >= 0 && y >= 0 && self.region.mask.get(x as usize, y as usize) >= HALF
    }

    fn lay(&self, document: &mut Document) {
        document.redraw(|canvas, base| {
            let hole =
                if self.leaves_hole { paint::paint_mask(canvas, &self.region.mask, Fill::From(base)) } else { Rect::EMPTY };
            hole.union(self.region.lay(canvas, self.moved))
        });
    }

    fn placed(self, document: &mut Document) -> (Option<Self>, Option<Mask>) {
        document.commit();
        (None, Some(self.mask(document)))
    }
}
