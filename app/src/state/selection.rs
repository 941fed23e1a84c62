//! What is selected, and what is done with it.

use super::clipboard::Copied;
use super::region::Floating;
use super::{Hand, Notice, OpenDrawing, State};
use crate::action::Selection;
use crate::document::Mask;
use crate::paint::{self, Fill, Region};
use crate::text::{Text, text};
use crate::tool::Tool;

const NOTHING_SELECTED: Text = text("Nothing is selected", "没有选中任何内容");
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
        let Some(wish) = self.about_objects(wish) else { return };
        self.put_down();
        let drawing = &mut self.drawings[self.current];
        let bounds = drawing.document.canvas().bounds();
        let selected = drawing.selection.clone();
        match wish {
            Selection::All => drawing.select(Some(Mask::filled(bounds))),
            Selection::None => drawing.select(None),
            Selection::Set(mask) => drawing.select(mask),
            Selection::SetContiguous(contiguous) => self.contiguous = contiguous,
            Selection::Paste => self.paste(),
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
        let region = || Region::of(drawing.document.target_canvas()?, mask);
        match *wish {
            Selection::Grow(radius_px) => drawing.select(Some(mask.grown(radius_px, bounds))),
            Selection::Shrink(radius_px) => drawing.select(Some(mask.shrunk(radius_px, bounds))),
            Selection::Copy => self.copied = region().map(Copied::Pixels),
            Selection::Cut => {
                self.copied = region().map(Copied::Pixels);
                drawing.document.draw(|canvas, base| paint::paint_mask(canvas, mask, Fill::From(base)));
            }
            Selection::Delete => drawing.document.draw(|canvas, base| paint::paint_mask(canvas, mask, Fill::From(base))),
            Selection::Fill => {
                let ink = drawing.ink;
                drawing.document.draw(|canvas, _| paint::paint_mask(canvas, mask, Fill::Ink(ink)));
            }
            Selection::Duplicate => {
                self.copied = region().map(Copied::Pixels);
                self.paste();
            }
            Selection::Nudge(dx, dy) => {
                // They float until something else is done, so that nothing is lost on their way.
                if let Some(mut floating) = Floating::lifted(&mut drawing.document, mask) {
                    floating.nudge((dx, dy), &mut drawing.document);
                    self.hand = Hand::Floating(floating);
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

    /// Lets pixels float over the drawing that is shown, wholly within it where they fit.
    pub(super) fn float(&mut self, region: Region, by: (i64, i64)) {
        let drawing = &mut self.drawings[self.current];
        let canvas = drawing.document.canvas();
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
