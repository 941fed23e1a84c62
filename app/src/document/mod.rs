//! What is being painted: pure data that cannot fail and does no input or output.
//!
//! A [`Document`] is one drawing. Every change goes through a transaction (`begin`, `draw`, `commit` or `cancel`),
//! so a stroke is one step of undo however many pointer samples it had.

mod canvas;
mod history;
mod mask;
mod rect;

pub use canvas::{Canvas, Ink, Kind};
pub use history::MAX_HISTORY_BYTES;
pub use mask::Mask;
pub use rect::Rect;

use history::{Edit, History};

/// One drawing with its undo history.
#[derive(Debug, Clone)]
pub struct Document {
    /// Name of the tab, also the suggested file name.
    pub title: String,
    /// The pixels.
    canvas: Canvas,
    /// The pixels that the drawing started with; the eraser brings them back.
    base: Canvas,
    history: History,
    /// Pixels before the open transaction, and the part of them that changed since.
    transaction: Option<Transaction>,
    revision: u64,
    dirty: Rect,
    saved_revision: u64,
}

#[derive(Debug, Clone)]
struct Transaction {
    before: Canvas,
    changed: Rect,
}

impl Document {
    /// A drawing that starts as `canvas`.
    pub fn new(title: impl Into<String>, canvas: Canvas) -> Self {
        Self::restore(title, canvas.clone(), canvas)
    }

    /// A drawing that started as `base`, of the same size, and is `canvas` now.
    pub fn restore(title: impl Into<String>, canvas: Canvas, base: Canvas) -> Self {
        debug_assert_eq!(canvas.bounds(), base.bounds(), "the eraser copies between equal sizes");
        let dirty = canvas.bounds();
        Self {
            title: title.into(),
            base,
            canvas,
            history: History::default(),
            transaction: None,
            revision: 1,
            dirty,
            saved_revision: 1,
        }
    }

    /// The pixels as they are now, unfinished strokes included.
    pub fn canvas(&self) -> &Canvas {
        &self.canvas
    }

    /// The pixels that the drawing started with.
    pub fn base(&self) -> &Canvas {
        &self.base
    }

    /// Grows with every visible change; equal revisions of a document show equal pixels.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Whether there are changes that no file holds.
    pub fn is_unsaved(&self) -> bool {
        self.revision != self.saved_revision
    }

    /// Notes that this revision is in a file.
    pub fn mark_saved(&mut self, revision: u64) {
        self.saved_revision = revision;
    }

    /// The part that changed since the last call, for the texture on screen.
    pub fn take_dirty(&mut self) -> Rect {
        std::mem::replace(&mut self.dirty, Rect::EMPTY)
    }

    /// Counts every pixel as changed for the texture on screen.
    pub fn touch_all(&mut self) {
        self.dirty = self.canvas.bounds();
    }

    /// Starts a transaction; one that is still open is finished first.
    pub fn begin(&mut self) {
        self.commit();
        self.transaction = Some(Transaction { before: self.canvas.clone(), changed: Rect::EMPTY });
    }

    /// Whether a transaction is open.
    pub fn is_drawing(&self) -> bool {
        self.transaction.is_some()
    }

    /// Draws within the open transaction, or as one of its own; `paint` is given the canvas and its base
    /// and returns the part that it touched.
    pub fn draw(&mut self, paint: impl FnOnce(&mut Canvas, &Canvas) -> Rect) {
        let alone = self.transaction.is_none();
        if alone {
            self.begin();
        }
        let touched = paint(&mut self.canvas, &self.base).intersection(self.canvas.bounds());
        self.touch(touched);
        if let Some(transaction) = &mut self.transaction {
            transaction.changed = transaction.changed.union(touched);
        }
        if alone {
            self.commit();
        }
    }

    /// Takes back what the open transaction drew so far; for shapes that follow the pointer.
    pub fn rewind(&mut self) {
        if let Some(transaction) = &mut self.transaction {
            let changed = std::mem::replace(&mut transaction.changed, Rect::EMPTY);
            self.canvas.copy_from(&transaction.before, changed);
            self.touch(changed);
        }
    }

    /// Ends the transaction as one step of undo; without any changed pixel there is no step.
    pub fn commit(&mut self) {
        let Some(transaction) = self.transaction.take() else { return };
        let changed = transaction.changed;
        let edit = Edit { rect: changed, pixels: transaction.before.read(changed) };
        if edit.pixels != self.canvas.read(changed) {
            self.history.push(edit);
        }
    }

    /// Ends the transaction as if it had never begun.
    pub fn cancel(&mut self) {
        self.rewind();
        self.transaction = None;
    }

    /// Whether there is a step to take back.
    pub fn can_undo(&self) -> bool {
        self.history.can_undo()
    }

    /// Whether there is a step to bring back.
    pub fn can_redo(&self) -> bool {
        self.history.can_redo()
    }

    /// Takes back the last step.
    pub fn undo(&mut self) {
        self.cancel();
        let rect = self.history.undo(&mut self.canvas);
        self.touch(rect);
    }

    /// Brings back the step that was taken back last.
    pub fn redo(&mut self) {
        self.cancel();
        let rect = self.history.redo(&mut self.canvas);
        self.touch(rect);
    }

    fn touch(&mut self, rect: Rect) {
        if !rect.is_empty() {
            self.dirty = self.dirty.union(rect);
            self.revision += 1;
        }
    }
}

#[cfg(test)]
mod tests;
