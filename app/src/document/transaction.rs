//! How a document changes: transactions, and going back and forth between them.

use std::sync::Arc;

use super::history::{Changed, Step, differing, shown_differently};
use super::splice::Splice;
use super::{Canvas, Content, Document, Extras, Layer, MAX_OBJECTS, NewObject, Object, Rect, Target};

/// What an open transaction must remember; pixels are remembered by the watched canvases themselves.
#[derive(Debug, Clone)]
pub(super) struct Transaction {
    objects: Vec<Arc<Object>>,
    extras: Extras,
    had_lines: bool,
}

impl Document {
    /// Starts a transaction; one that is still open is finished first.
    pub fn begin(&mut self) {
        self.commit();
        self.content.paint.watch();
        if let Some(lines) = &mut self.content.lines {
            lines.watch();
        }
        let (objects, extras) = (self.content.objects.clone(), self.content.extras.clone());
        self.transaction = Some(Transaction { objects, extras, had_lines: self.content.lines.is_some() });
    }

    /// Goes on with the open transaction, or starts one: for a run of changes that is one step, such as a slider's.
    pub fn go_on(&mut self) {
        if self.transaction.is_none() {
            self.begin();
        }
    }

    /// Whether a transaction is open.
    pub fn is_drawing(&self) -> bool {
        self.transaction.is_some()
    }

    /// Changes something within the open transaction, or as one of its own.
    fn within<T>(&mut self, change: impl FnOnce(&mut Self) -> T) -> T {
        let alone = self.transaction.is_none();
        if alone {
            self.begin();
        }
        let result = change(self);
        if alone {
            self.commit();
        }
        result
    }

    /// Draws within the open transaction, or as one of its own; `paint` is given the canvas of the target and what the
    /// eraser brings back, and returns the part that it touched.
    pub fn draw(&mut self, paint: impl FnOnce(&mut Canvas, &Canvas) -> Rect) {
        self.draw_after((Rect::EMPTY, Rect::EMPTY), paint);
    }

    /// Draws something in the place of all that the open transaction drew so far; for shapes that follow the pointer.
    pub fn redraw(&mut self, paint: impl FnOnce(&mut Canvas, &Canvas) -> Rect) {
        let rewound = self.rewound();
        self.draw_after(rewound, paint);
    }

    /// Draws, after parts of paint and lines have changed already, so that what lies in both is composed once.
    fn draw_after(&mut self, (paint_changed, lines_changed): (Rect, Rect), paint: impl FnOnce(&mut Canvas, &Canvas) -> Rect) {
        self.within(|document| match document.target {
            Target::Paint => {
                let content = &mut document.content;
                let touched = paint(&mut content.paint, &content.base).intersection(content.paint.bounds());
                document.touch(touched.union(paint_changed));
                document.touch_lines(lines_changed);
            }
            Target::Lines => {
                let clear = document.clear.get_or_insert_with(|| Arc::new(document.content.clear_lines())).clone();
                let lines = document.content.lines.get_or_insert_with(|| {
                    let mut lines = Canvas::clone(&clear);
                    lines.watch();
                    lines
                });
                let touched = paint(lines, &clear).intersection(clear.bounds());
                document.touch(paint_changed);
                document.touch_lines(touched.union(lines_changed));
            }
        });
    }

    /// Takes back the pixels that the open transaction drew so far; gives the parts of paint and lines that changed.
    fn rewound(&mut self) -> (Rect, Rect) {
        (self.content.paint.rewind(), self.content.lines.as_mut().map_or(Rect::EMPTY, Canvas::rewind))
    }

    /// Changes the list of objects within the open transaction, or as one of its own.
    pub fn edit_objects(&mut self, change: impl FnOnce(&mut Vec<Arc<Object>>)) {
        self.within(|document| {
            let before = document.content.objects.clone();
            change(&mut document.content.objects);
            let changed = differing(&before, &document.content.objects);
            if before != document.content.objects {
                document.revision += 1;
            }
            document.touch(changed.intersection(document.content.bounds()));
        });
    }

    /// Changes layers, hints, reference or horizon within the open transaction, or as one of its own.
    pub fn edit_extras(&mut self, change: impl FnOnce(&mut Extras)) {
        self.within(|document| {
            let before = document.content.extras.clone();
            change(&mut document.content.extras);
            if before != document.content.extras {
                document.revision += 1;
            }
            let changed = shown_differently(&before, &document.content);
            document.touch(changed);
        });
    }

    /// Puts an object on top of the others; gives its id, or `None` when there are [`MAX_OBJECTS`] already.
    ///
    /// Its instance is the least that no object has, and stays with it.
    pub fn add_object(&mut self, new: NewObject) -> Option<u64> {
        let taken: Vec<u32> = self.content.objects.iter().map(|object| object.instance).collect();
        let instance = (0..MAX_OBJECTS as u32).find(|instance| !taken.contains(instance))?;
        let id = self.next_object;
        self.next_object += 1;
        let NewObject { name, shape, placement, parts } = new;
        let object = Object { id, name, shape, placement, parts, instance, visible: true, locked: false };
        self.edit_objects(|objects| objects.push(Arc::new(object)));
        Some(id)
    }

    /// Turns objects into plain paint, one step of undo; nothing is seen to change unless other objects lay beneath.
    pub fn flatten(&mut self, ids: &[u64]) {
        self.within(|document| {
            let bounds = document.content.bounds();
            let (flattened, kept) = document.content.objects.drain(..).partition::<Vec<_>, _>(|object| ids.contains(&object.id));
            document.content.objects = kept;
            let mut touched = Rect::EMPTY;
            for object in &flattened {
                object.draw(&mut document.content.paint, bounds);
                touched = touched.union(object.bounds());
            }
            document.revision += u64::from(!flattened.is_empty());
            document.touch(touched.intersection(bounds));
        });
    }

    /// Becomes another state of the same drawing, as one step of undo; whether it fits: of the same kind and size, and
    /// begun as the same pixels.
    #[must_use]
    pub fn become_content(&mut self, content: &Content) -> bool {
        let now = &self.content;
        if now.paint.kind() != content.paint.kind() || now.paint.bounds() != content.paint.bounds() || now.base != content.base {
            return false;
        }
        let target = self.target;
        self.begin();
        if content.lines.is_some() || self.content.lines.is_some() {
            self.target = Target::Lines;
            self.draw(|lines, clear| {
                lines.copy_from(content.lines.as_ref().unwrap_or(clear), clear.bounds());
                clear.bounds()
            });
        }
        self.target = Target::Paint;
        self.draw(|paint, _| {
            paint.copy_from(&content.paint, content.paint.bounds());
            content.paint.bounds()
        });
        self.edit_objects(|objects| objects.clone_from(&content.objects));
        self.edit_extras(|extras| extras.clone_from(&content.extras));
        let highest = content.objects.iter().map(|object| object.id).max().unwrap_or(0);
        self.next_object = self.next_object.max(highest + 1);
        self.commit();
        self.target = target;
        true
    }

    /// Ends the transaction as one step of undo; without any change there is no step.
    pub fn commit(&mut self) {
        let Some(Transaction { objects, extras, had_lines }) = self.transaction.take() else { return };
        let content = &mut self.content;
        let lines = content.lines.as_mut().and_then(Canvas::unwatch);
        if lines.is_none() && !had_lines {
            content.lines = None;
        }
        let step = Step {
            paint: content.paint.unwatch(),
            makes_lines: lines.is_some() && !had_lines,
            lines,
            objects: Splice::new(&objects, &content.objects),
            extras: (extras != content.extras).then(|| Box::new(extras)),
        };
        if !step.is_empty() {
            self.history.push(step);
        }
    }

    /// Ends the transaction as if it had never begun.
    pub fn cancel(&mut self) {
        let (paint, lines) = self.rewound();
        self.touch(paint);
        self.touch_lines(lines);
        if let Some(Transaction { objects, extras, had_lines: _ }) = self.transaction.clone() {
            self.edit_objects(|now| *now = objects);
            self.edit_extras(|now| *now = extras);
        }
        self.commit();
    }

    /// Whether there is a step to take back, be it one that goes on.
    pub fn can_undo(&self) -> bool {
        let content = &self.content;
        let changed = |open: &Transaction| open.objects != content.objects || open.extras != content.extras;
        self.history.can_undo() || self.transaction.as_ref().is_some_and(changed)
    }

    /// Whether there is a step to bring back.
    pub fn can_redo(&self) -> bool {
        self.history.can_redo()
    }

    /// Takes back the last step.
    pub fn undo(&mut self) {
        self.cancel();
        if self.history.can_undo() {
            let changed = self.history.undo(&mut self.content);
            self.changed(changed);
        }
    }

    /// Brings back the step that was taken back last.
    pub fn redo(&mut self) {
        self.cancel();
        if self.can_redo() {
            let changed = self.history.redo(&mut self.content);
            self.changed(changed);
        }
    }

    fn changed(&mut self, changed: Changed) {
        self.revision += 1;
        self.touch(changed.composite.intersection(self.content.bounds()));
        self.touch_lines(changed.lines);
    }

    /// Brings a rectangle of the composite up to date, and counts it as changed.
    fn touch(&mut self, rect: Rect) {
        if !rect.is_empty() {
            self.content.compose(&mut self.composite, rect);
            self.dirty = self.dirty.union(rect);
            self.revision += 1;
            self.picture_revision += 1;
            self.changes.note(self.picture_revision, rect);
        }
    }

    fn touch_lines(&mut self, rect: Rect) {
        if !rect.is_empty() {
            self.dirty_lines = self.dirty_lines.union(rect);
            self.revision += 1;
        }
    }

    /// Whether strokes would change nothing, because their layer is locked or hidden.
    pub fn refuses_strokes(&self) -> bool {
        let layer = match self.target {
            Target::Paint => Layer::Paint,
            Target::Lines => Layer::Lines,
        };
        let state = self.content.extras.layers[layer];
        state.locked || !state.visible
    }
}
