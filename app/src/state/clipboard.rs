//! Copying, cutting and pasting: what is in the hand decides whether that is about objects or pixels.

use super::{Notice, State};
use crate::action::{ObjectAction, Selection};
use crate::document::{Kind, Object};
use crate::paint::Region;
use crate::text::{Text, text};
use crate::tool::Tool;

const NOTHING_COPIED: Text = text("Nothing was copied yet", "尚未复制任何内容");
const OTHER_KIND: Text = text(
    "What was copied comes from a drawing with other labels and cannot be pasted here",
    "复制的内容来自标签不同的画作，无法粘贴到这里",
);

/// A pasted copy lies this far from where it was taken, so that it is seen.
const PASTED_AT: (i64, i64) = (12, 12);

/// What was copied or cut.
#[derive(Debug, Clone, PartialEq)]
pub enum Copied {
    /// Pixels of the layer that strokes are laid on.
    Pixels(Region),
    /// Objects of a drawing of this kind.
    Objects(Kind, Vec<Object>),
}

impl State {
    /// Whether commands that could be about objects or pixels are about objects: the tool for them is taken up and some
    /// are selected.
    pub fn objects_in_hand(&self) -> bool {
        self.tool == Tool::Objects && !self.drawing().selected.is_empty()
    }

    /// Carries out a wish that is about objects as long as those are in the hand; gives back any other.
    pub(super) fn about_objects(&mut self, wish: Selection) -> Option<Selection> {
        let action = match wish {
            Selection::All if self.tool == Tool::Objects && !self.drawing().document.objects().is_empty() => {
                ObjectAction::SelectAll
            }
            wish if !self.objects_in_hand() => return Some(wish),
            Selection::Copy => {
                self.copy_objects();
                return None;
            }
            Selection::Cut => {
                self.copy_objects();
                ObjectAction::Delete
            }
            Selection::Delete => ObjectAction::Delete,
            Selection::Duplicate => ObjectAction::Duplicate,
            Selection::Nudge(x, y) => ObjectAction::Nudge([x as f32, y as f32]),
            Selection::None => ObjectAction::Select(Vec::new()),
            wish => return Some(wish),
        };
        self.put_down();
        self.apply_to_objects(action);
        None
    }

    fn copy_objects(&mut self) {
        let objects = self.drawing().selected_objects().map(|object| Object::clone(object)).collect();
        self.copied = Some(Copied::Objects(self.drawing().document.canvas().kind().clone(), objects));
    }

    /// Puts what was copied over the drawing that is shown: objects as objects, pixels floating until they are placed.
    pub(super) fn paste(&mut self) {
        match self.copied.clone() {
            None => self.notices.tell(Notice::news(NOTHING_COPIED.of(self.language))),
            Some(Copied::Pixels(region)) => {
                if !fits(self.drawing().document.target_kind(), &region.kind) {
                    return self.notices.tell(Notice::error(OTHER_KIND.of(self.language)));
                }
                self.float(region, PASTED_AT);
            }
            Some(Copied::Objects(kind, objects)) => {
                if !fits(self.drawing().document.canvas().kind(), &kind) {
                    return self.notices.tell(Notice::error(OTHER_KIND.of(self.language)));
                }
                self.add_copies(objects);
            }
        }
    }
}

/// Colours go anywhere that takes colours, labels only among their own.
fn fits(kind: &Kind, copied: &Kind) -> bool {
    kind == copied || !(kind.is_labels() || copied.is_labels())
}

#[cfg(test)]
#[path = "clipboard_tests.rs"]
mod tests;
