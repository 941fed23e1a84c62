//! Undo and redo as changed rectangles.

use std::collections::VecDeque;

use super::{Canvas, Ink, Rect};

/// The history forgets its oldest steps beyond this size, but never the last 200.
pub const MAX_HISTORY_BYTES: usize = 256 << 20;

/// Steps that are kept whatever they take.
const MIN_STEPS: usize = 200;

/// The other side of a step: what the rectangle held before it (or, once undone, after it).
#[derive(Debug, Clone)]
pub(super) struct Edit {
    pub(super) rect: Rect,
    pub(super) pixels: Vec<Ink>,
}

/// Steps that were done and steps that were taken back.
#[derive(Debug, Clone, Default)]
pub(super) struct History {
    done: VecDeque<Edit>,
    undone: Vec<Edit>,
    done_bytes: usize,
}

impl Edit {
    fn bytes(&self) -> usize {
        self.pixels.len() * size_of::<Ink>()
    }
}

impl History {
    pub(super) fn can_undo(&self) -> bool {
        !self.done.is_empty()
    }

    pub(super) fn can_redo(&self) -> bool {
        !self.undone.is_empty()
    }

    pub(super) fn push(&mut self, edit: Edit) {
        self.undone.clear();
        self.done_bytes += edit.bytes();
        self.done.push_back(edit);
        while self.done_bytes > MAX_HISTORY_BYTES && self.done.len() > MIN_STEPS {
            self.done_bytes -= self.done.pop_front().map_or(0, |edit| edit.bytes());
        }
    }

    pub(super) fn undo(&mut self, canvas: &mut Canvas) -> Rect {
        let Some(mut edit) = self.done.pop_back() else { return Rect::EMPTY };
        self.done_bytes -= edit.bytes();
        canvas.swap(edit.rect, &mut edit.pixels);
        let rect = edit.rect;
        self.undone.push(edit);
        rect
    }

    pub(super) fn redo(&mut self, canvas: &mut Canvas) -> Rect {
        let Some(mut edit) = self.undone.pop() else { return Rect::EMPTY };
        canvas.swap(edit.rect, &mut edit.pixels);
        self.done_bytes += edit.bytes();
        let rect = edit.rect;
        self.done.push_back(edit);
        rect
    }
}
