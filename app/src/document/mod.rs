//! What is being painted: pure data that cannot fail and does no input or output.
//!
//! A [`Document`] is one drawing: paint, objects over it, and layers that help ([`Content`]). What models read, files
//! show and the screen draws is its [`Document::composite`], kept up to date rectangle by rectangle.
//!
//! Every change goes through a transaction (`begin`, any changes, then `commit` or `cancel`), so a gesture is one step
//! of undo whatever it changed and however many pointer samples it had. Starting one copies nothing: rows of pixels
//! are copied when they are first written to.

mod canvas;
mod changes;
mod content;
mod history;
mod journal;
mod mask;
mod object;
mod patch;
mod placement;
mod rect;
mod splice;
mod transaction;
mod transform;

pub use canvas::{Canvas, Ink, Kind};
pub use content::{CLEAR, Content, Extras, Hint, Horizon, Layer, LayerState, Layers, Picture};
pub use history::MAX_HISTORY_BYTES;
pub use mask::Mask;
pub use object::{MAX_OBJECTS, NewObject, Object, Part, SOLID, Shape};
pub use placement::Placement;
pub use rect::Rect;

use std::sync::Arc;

use changes::Changes;
use history::History;
use transaction::Transaction;

/// One drawing with its undo history.
#[derive(Debug, Clone)]
pub struct Document {
    /// Name of the tab, also the suggested file name.
    pub title: String,
    content: Content,
    /// Paint and objects together, as they are shown.
    composite: Canvas,
    /// What strokes are laid on.
    target: Target,
    history: History,
    transaction: Option<Transaction>,
    revision: u64,
    picture_revision: u64,
    saved_revision: u64,
    dirty: Rect,
    dirty_lines: Rect,
    changes: Changes,
    next_object: u64,
    /// What the eraser brings back of the guide lines, once it was needed.
    clear: Option<Arc<Canvas>>,
}

/// What strokes are laid on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Target {
    /// The paint.
    #[default]
    Paint,
    /// The guide lines.
    Lines,
}

impl Document {
    /// A drawing that starts as `canvas`.
    pub fn new(title: impl Into<String>, canvas: Canvas) -> Self {
        Self::restore(title, canvas.clone(), canvas)
    }

    /// A drawing that started as `base`, of the same size, and is `canvas` now.
    pub fn restore(title: impl Into<String>, canvas: Canvas, base: Canvas) -> Self {
        Self::from_content(title, Content::new(canvas, base))
    }

    /// A drawing with everything in it.
    pub fn from_content(title: impl Into<String>, content: Content) -> Self {
        debug_assert_eq!(content.paint.bounds(), content.base.bounds(), "the eraser copies between equal sizes");
        let bounds = content.bounds();
        let mut composite = content.paint.clone();
        content.compose(&mut composite, bounds);
        let next_object = 1 + content.objects.iter().map(|object| object.id).max().unwrap_or(0);
        Self {
            title: title.into(),
            content,
            composite,
            target: Target::Paint,
            history: History::default(),
            transaction: None,
            revision: 1,
            picture_revision: 1,
            saved_revision: 1,
            dirty: bounds,
            dirty_lines: bounds,
            changes: Changes::default(),
            next_object,
            clear: None,
        }
    }

    /// All that undo brings back and files hold.
    pub fn content(&self) -> &Content {
        &self.content
    }

    /// What models read, exports write and the screen shows: paint and objects, unfinished gestures included.
    pub fn composite(&self) -> &Canvas {
        &self.composite
    }

    /// The paint alone, unfinished strokes included.
    pub fn canvas(&self) -> &Canvas {
        &self.content.paint
    }

    /// The pixels that the drawing started with.
    pub fn base(&self) -> &Canvas {
        &self.content.base
    }

    /// What lies over the paint, from below to above.
    pub fn objects(&self) -> &[Arc<Object>] {
        &self.content.objects
    }

    /// One object.
    pub fn object(&self, id: u64) -> Option<&Arc<Object>> {
        self.content.objects.iter().find(|object| object.id == id)
    }

    /// The topmost object that is seen at a pixel and may be clicked.
    pub fn object_at(&self, x: usize, y: usize) -> Option<&Arc<Object>> {
        let layer = self.content.extras.layers[Layer::Objects];
        let mut from_above = self.content.objects.iter().rev().filter(|_| layer.visible && !layer.locked);
        from_above.find(|object| object.visible && !object.locked && object.covers(x, y))
    }

    /// Those objects that are drawn, from below to above.
    pub fn seen_objects(&self) -> impl Iterator<Item = &Arc<Object>> {
        let shown = self.content.extras.layers[Layer::Objects].visible;
        self.content.objects.iter().filter(move |object| shown && object.visible)
    }

    /// Layers, hints, reference, horizon, looks and styles.
    pub fn extras(&self) -> &Extras {
        &self.content.extras
    }

    /// An id for every pixel: `class * 1000 + k` within objects, the label itself elsewhere, as pix2pixHD has it.
    pub fn instance_map(&self) -> Vec<u32> {
        self.content.instance_map(&self.composite)
    }

    /// Brings a rectangle of an instance map of the drawing's size up to date.
    pub fn number_instances(&self, ids: &mut [u32], rect: Rect) {
        self.content.number(&self.composite, ids, rect);
    }

    /// What strokes are laid on.
    pub fn target(&self) -> Target {
        self.target
    }

    /// The pixels that strokes are laid on; guide lines may not be there yet.
    pub fn target_canvas(&self) -> Option<&Canvas> {
        match self.target {
            Target::Paint => Some(&self.content.paint),
            Target::Lines => self.content.lines.as_ref(),
        }
    }

    /// What the pixels mean that strokes are laid on.
    pub fn target_kind(&self) -> &Kind {
        match self.target {
            Target::Paint => self.content.paint.kind(),
            Target::Lines => &Kind::Sketch,
        }
    }

    /// Lays the strokes that follow on something else.
    pub fn set_target(&mut self, target: Target) {
        self.commit();
        self.target = target;
    }

    /// Grows with every change.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Grows with every change that a picture of the drawing may show; equal ones of a document have equal pictures.
    pub fn picture_revision(&self) -> u64 {
        self.picture_revision
    }

    /// The parts of the composite, and of the instances in it, that changed after a picture revision.
    pub fn changed_since(&self, picture_revision: u64) -> Vec<Rect> {
        self.changes.since(picture_revision)
    }

    /// Whether there are changes that no file holds.
    pub fn is_unsaved(&self) -> bool {
        self.revision != self.saved_revision
    }

    /// Notes that this revision is in a file.
    pub fn mark_saved(&mut self, revision: u64) {
        self.saved_revision = revision;
    }

    /// Notes that something beside the document changed that its file holds too.
    pub fn mark_unsaved(&mut self) {
        self.revision += 1;
    }

    /// The part of the composite that changed since the last call, for the texture on screen.
    pub fn take_dirty(&mut self) -> Rect {
        std::mem::replace(&mut self.dirty, Rect::EMPTY)
    }

    /// The part of the guide lines that changed since the last call, for the texture on screen.
    pub fn take_dirty_lines(&mut self) -> Rect {
        std::mem::replace(&mut self.dirty_lines, Rect::EMPTY)
    }

    /// Counts every pixel as changed for the textures on screen.
    pub fn touch_all(&mut self) {
        (self.dirty, self.dirty_lines) = (self.content.bounds(), self.content.bounds());
    }

    /// Memory that the undo history takes, in bytes.
    pub fn history_bytes(&self) -> usize {
        self.history.bytes()
    }

    /// Steps that can be taken back.
    pub fn history_steps(&self) -> usize {
        self.history.steps()
    }
}

#[cfg(test)]
mod tests;
