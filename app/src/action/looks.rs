//! What a user can ask for about the looks of objects.

use daub_models::looks::Object;
use daub_models::style::Style;

use super::Action;
use super::commands::{Command, command};
use crate::paint::Point;
use crate::text::text;

/// A wish about the looks of objects, or the answer to one.
#[derive(Debug, Clone)]
pub enum LookAction {
    /// Offer the looks of the object at a place on the canvas.
    Offer(Point),
    /// Offer none any more.
    Close,
    /// Give the object whose looks are offered one of them, by number, or take its look back.
    Choose(Option<usize>),
    /// Draw everything that was not chosen anew.
    Shuffle,
    /// Take back every look that was chosen or measured.
    Reset,
    /// Ask for a photograph whose style everything takes.
    StyleFromPhoto,
    /// Ask for a photograph whose style the object takes whose looks are offered.
    ObjectFromPhoto,
    /// A photograph was measured.
    Measured {
        /// For which drawing.
        drawing: u64,
        /// For which object; none for everything.
        object: Option<Object>,
        /// What the encoder found.
        style: Style,
    },
}

/// The commands for models that leave looks open.
pub fn look_commands() -> Vec<Command> {
    let look = |action, label, tooltip| command(Action::Look(action), None, label, tooltip);
    vec![
        look(
            LookAction::StyleFromPhoto,
            text("Style from a photo…", "取照片的风格…"),
            text("Everything takes the look that the photograph has at its place", "各物体取照片同一位置的外观"),
        ),
        look(
            LookAction::Shuffle,
            text("Shuffle looks", "随机外观"),
            text("Draw every look anew that was not chosen", "重新随机未选定的外观"),
        ),
        look(
            LookAction::Reset,
            text("Forget chosen looks", "清除选定的外观"),
            text("Take back every look that was chosen or came from a photograph", "撤销所有选定或取自照片的外观"),
        ),
    ]
}
