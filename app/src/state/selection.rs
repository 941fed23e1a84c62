//! What is selected, and what is done with it.

use super::region::Floating;
use super::{Hand, Notice, OpenDrawing, State};
use crate::action::Selection;
use crate::document::{Kind, Mask};
use crate::paint::{self, Fill, Region};
use crate::text::{Text, text};
use crate::tool::Tool;

const NOTHING_SELECTED: Text = text("Nothing is selected", "没有选中任何内容");
const NOTHING_COPIED: Text = text("Nothing was copied yet", "尚未复制任何内容");
const OTHER_KIND: Text = text(
    "What was copied comes from a drawing with other labels and cannot be pasted here",
    "复制的内容来自标签不同的画作，无法粘贴到这里",
);

/// A pasted copy lies this far from where it was taken, so that it is seen.
const PASTED_AT: (i64, i64) = (12, 12);

impl OpenDrawing {
    /// Selects this; a mask that covers nothing selects nothing.
    pub(super) fn select(&mut self, selection: Option<Mask>) {
        self.selection = selection.filter(|mask| !mask.is_empty());
        self.selection_revision += 1;
    }
}

impl State {
    pub(super) fn apply_to_selection(&mut self, wish: Selection) {
        if let Selection::Nudge(dx, dy) = wish
            && let Hand::Floating(floating) = &mut self.hand
        {
            return floating.nudge((dx, dy), &mut self.drawings[self.current].document);
        }
        self.put_down();
        let drawing = &mut self.drawings[self.current];
        let bounds = drawing.document.canvas().bounds();
        let selected = drawing.selection.clone();
        match wish {
            Selection::All => drawing.select(Some(Mask::filled(bounds))),
            Selection::None => drawing.select(None),
            Selection::Set(mask) => drawing.select(mask),
            Selection::SetContiguous(contiguous) => self.contiguous = contiguous,
            Selection::Paste => self.paste(PASTED_AT),
            // Nothing selected is everything's other side.
            Selection::Invert => drawing.select(Some(selected.unwrap_or_default().inverted(bounds).trimmed())),
            wish => match selected {
                Some(mask) => self.apply_to_selected(&wish, &mask),
                None => self.notices.tell(Notice::news(NOTHING_SELECTED.of(self.language))),
            },
        }
    }

    fn apply_to_selected(&mut self, wish: &Selection, mask: &Mask) {
        let drawing = &mut self.drawings[self.current];
        let bounds = drawing.document.canvas().bounds();
        let region = || Region::of(drawing.document.canvas(), mask);
        match *wish {
            Selection::Grow(radius_px) => drawing.select(Some(mask.grown(radius_px, bounds))),
            Selection::Shrink(radius_px) => drawing.select(Some(mask.shrunk(radius_px, bounds))),
            Selection::Copy => self.copied = region(),
            Selection::Cut => {
                self.copied = region();
                drawing.document.draw(|canvas, base| paint::paint_mask(canvas, mask, Fill::From(base)));
            }
            Selection::Delete => drawing.document.draw(|canvas, base| paint::paint_mask(canvas, mask, Fill::From(base))),
            Selection::Fill => {
                let ink = drawing.ink;
                drawing.document.draw(|canvas, _| paint::paint_mask(canvas, mask, Fill::Ink(ink)));
            }
            Selection::Duplicate => {
                self.copied = region();
                self.paste(PASTED_AT);
            }
            Selection::Nudge(dx, dy) => {
                if let Some(region) = region() {
                    drawing.document.draw(|canvas, base| {
                        let hole = paint::paint_mask(canvas, mask, Fill::From(base));
                        hole.union(region.lay(canvas, (dx, dy)))
                    });
                    drawing.select(Some(mask.moved((dx, dy), bounds)));
                }
            }
            Selection::All
            | Selection::None
            | Selection::Set(_)
            | Selection::SetContiguous(_)
            | Selection::Paste
            | Selection::Invert => {}
        }
    }

    /// Lets the copied pixels float over the drawing that is shown, wholly within it where they fit.
    fn paste(&mut self, by: (i64, i64)) {
        let Some(region) = self.copied.clone() else {
            return self.notices.tell(Notice::news(NOTHING_COPIED.of(self.language)));
        };
        let drawing = &mut self.drawings[self.current];
        let canvas = drawing.document.canvas();
        if !fits(canvas.kind(), &region.kind) {
            return self.notices.tell(Notice::error(OTHER_KIND.of(self.language)));
        }
        let rect = region.mask.rect();
        let within = |by: i64, low: usize, high: usize, size: usize| by.min(size as i64 - high as i64).max(-(low as i64));
        let moved = (within(by.0, rect.left, rect.right, canvas.width()), within(by.1, rect.top, rect.bottom, canvas.height()));
        // What is pasted is not confined to what was selected before.
        drawing.select(None);
        let floating = Floating::pasted(&mut drawing.document, region, moved);
        self.hand = Hand::Floating(floating);
        if !self.tool.selects() {
            self.tool = Tool::SelectRectangle;
        }
    }
}

/// Colours go anywhere that takes colours, labels only among their own.
fn fits(kind: &Kind, copied: &Kind) -> bool {
    kind == copied || !(kind.is_labels() || copied.is_labels())
}
