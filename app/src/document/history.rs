//! Undo and redo: what each step changed, packed small.

use std::collections::VecDeque;
use std::sync::Arc;

use super::patch::Patch;
use super::splice::Splice;
use super::{Content, Extras, Object, Rect};

/// The history forgets its oldest steps beyond this size.
pub const MAX_HISTORY_BYTES: usize = 160 << 20;

/// One gesture, as it is on the other side: what was before it, or, once undone, after it.
#[derive(Debug, Clone, Default)]
pub(super) struct Step {
    pub(super) paint: Option<Patch>,
    pub(super) lines: Option<Patch>,
    /// Whether the step made the layer of lines.
    pub(super) makes_lines: bool,
    pub(super) objects: Option<Splice>,
    pub(super) extras: Option<Box<Extras>>,
}

/// What a step changed.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Changed {
    /// Of what models read.
    pub(super) composite: Rect,
    /// Of the guide lines.
    pub(super) lines: Rect,
}

impl Step {
    /// Whether nothing was changed.
    pub(super) fn is_empty(&self) -> bool {
        self.paint.is_none() && self.lines.is_none() && self.objects.is_none() && self.extras.is_none()
    }

    /// Swaps both sides.
    fn swap(&mut self, content: &mut Content) -> Changed {
        let mut changed = Changed::default();
        if let Some(patch) = &mut self.paint {
            changed.composite = patch.swap(&mut content.paint);
        }
        if let Some(patch) = &mut self.lines {
            let existed = content.lines.is_some();
            let mut lines = content.lines.take().unwrap_or_else(|| content.clear_lines());
            changed.lines = patch.swap(&mut lines);
            content.lines = Some(lines).filter(|_| !(existed && self.makes_lines));
        }
        if let Some(splice) = &mut self.objects {
            let before = content.objects.clone();
            splice.swap(&mut content.objects);
            changed.composite = changed.composite.union(differing(&before, &content.objects));
        }
        if let Some(extras) = &mut self.extras {
            std::mem::swap(&mut **extras, &mut content.extras);
            changed.composite = changed.composite.union(shown_differently(extras, content));
        }
        changed
    }

    fn bytes(&self) -> usize {
        let patches = [&self.paint, &self.lines].into_iter().flatten().map(Patch::bytes).sum::<usize>();
        let extras = |extras: &Extras| size_of::<Extras>() + size_of_val(&*extras.hints) + extras.styles.bytes();
        let extras = self.extras.as_deref().map_or(0, extras);
        size_of::<Self>() + patches + self.objects.as_ref().map_or(0, Splice::bytes) + extras
    }
}

/// The part of the composite that changes between two lists of objects.
pub(super) fn differing(before: &[Arc<Object>], after: &[Arc<Object>]) -> Rect {
    let bounds = |objects: &[Arc<Object>]| objects.iter().fold(Rect::EMPTY, |rect, object| rect.union(object.bounds()));
    if before.len() != after.len() {
        let start = before.iter().zip(after).take_while(|(a, b)| Arc::ptr_eq(a, b)).count();
        return bounds(&before[start..]).union(bounds(&after[start..]));
    }
    let seen = |a: &Object, b: &Object| a.parts == b.parts && a.visible == b.visible && a.instance == b.instance;
    let pairs = before.iter().zip(after).filter(|(a, b)| !Arc::ptr_eq(a, b) && !seen(a, b));
    pairs.fold(Rect::EMPTY, |rect, (a, b)| rect.union(a.bounds()).union(b.bounds()))
}

/// The part of the composite that changes because layers are shown or hidden, or that models read otherwise.
pub(super) fn shown_differently(before: &Extras, content: &Content) -> Rect {
    use super::Layer::{Hints, Objects, Paint};
    let after = &content.extras;
    let same = [Paint, Objects, Hints].iter().all(|layer| before.layers[*layer].visible == after.layers[*layer].visible);
    if same && before.hints == after.hints && before.looks == after.looks { Rect::EMPTY } else { content.bounds() }
}

/// Steps that were done and steps that were taken back.
#[derive(Debug, Clone)]
pub(super) struct History {
    done: VecDeque<Step>,
    undone: Vec<Step>,
    bytes: usize,
    /// The oldest steps beyond this are forgotten.
    pub(super) budget_bytes: usize,
}

impl Default for History {
    fn default() -> Self {
        Self { done: VecDeque::new(), undone: Vec::new(), bytes: 0, budget_bytes: MAX_HISTORY_BYTES }
    }
}

impl History {
    pub(super) fn can_undo(&self) -> bool {
        !self.done.is_empty()
    }

    pub(super) fn can_redo(&self) -> bool {
        !self.undone.is_empty()
    }

    /// Memory that all steps take.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Steps that can be taken back.
    pub(super) fn steps(&self) -> usize {
        self.done.len()
    }

    pub(super) fn push(&mut self, step: Step) {
        self.bytes -= self.undone.drain(..).map(|step| step.bytes()).sum::<usize>();
        self.bytes += step.bytes();
        self.done.push_back(step);
        self.forget();
    }

    pub(super) fn undo(&mut self, content: &mut Content) -> Changed {
        let Some(mut step) = self.done.pop_back() else { return Changed::default() };
        self.bytes -= step.bytes();
        let changed = step.swap(content);
        self.bytes += step.bytes();
        self.undone.push(step);
        self.forget();
        changed
    }

    pub(super) fn redo(&mut self, content: &mut Content) -> Changed {
        let Some(mut step) = self.undone.pop() else { return Changed::default() };
        self.bytes -= step.bytes();
        let changed = step.swap(content);
        self.bytes += step.bytes();
        self.done.push_back(step);
        self.forget();
        changed
    }

    /// Drops the oldest steps beyond the budget.
    fn forget(&mut self) {
        while self.bytes > self.budget_bytes {
            let Some(oldest) = self.done.pop_front() else { break };
            self.bytes -= oldest.bytes();
        }
    }
}
