//! What can be asked of the objects of a drawing.

use egui::{Key, Modifiers};

use super::commands::{CTRL, CTRL_SHIFT, command};
use super::{Action, Command};
use crate::document::{Ink, Mask, Placement};
use crate::paint::Point;
use crate::text::{Text, text};

/// A wish about objects; where none is named, about those that are selected.
#[derive(Debug, Clone, PartialEq)]
pub enum ObjectAction {
    /// The pointer was pressed at a place, perhaps on a handle; `add` keeps what was selected.
    Press {
        /// Where, in canvas pixels.
        place: Point,
        /// What is there.
        handle: Option<Handle>,
        /// Whether Shift is held.
        add: bool,
    },
    /// Lays the stamp of this name with its foot at a place, in canvas pixels.
    AddStamp {
        /// Its name.
        name: String,
        /// Where it stands.
        foot: [f32; 2],
    },
    /// Makes an object of a mask and the brush's ink.
    AddMask(Mask),
    /// Makes an object of what is painted within the selection, label by label.
    Lift,
    /// Selects exactly these.
    Select(Vec<u64>),
    /// Selects one more, or no longer.
    Toggle(u64),
    /// Selects all.
    SelectAll,
    /// Moves by canvas pixels.
    Nudge([f32; 2]),
    /// Moves past others.
    Reorder(Order),
    /// Mirrors left to right.
    Flip,
    /// Makes copies beside them.
    Duplicate,
    /// Takes them away.
    Delete,
    /// Turns them into plain paint.
    Burn,
    /// Gives a part another ink.
    Relabel {
        /// Number of the part; other objects follow where they have as many.
        part: usize,
        /// The ink.
        ink: Ink,
    },
    /// Names one; a run of these is one step of undo.
    Rename(u64, String),
    /// Places one by numbers; a run of these is one step of undo.
    Place(u64, Placement),
    /// Shows or hides one.
    Show(u64, bool),
    /// Keeps one from being clicked and changed.
    Lock(u64, bool),
    /// Draws the horizon at another row; a run of these is one step of undo.
    MoveHorizon(f32),
    /// Whether objects that move are scaled by their distance below the horizon.
    UseHorizon(bool),
}

/// Where objects go among the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Above all others.
    Front,
    /// Above the next one.
    Up,
    /// Beneath the next one.
    Down,
    /// Beneath all others.
    Back,
}

/// A part of the frame around selected objects that can be dragged, or of the aids on the canvas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handle {
    /// A corner scales.
    Corner(Corner),
    /// The knob above turns.
    Turn,
    /// The line between ground and sky.
    Horizon,
}

/// Which corner of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Corner {
    /// Whether it is on the right.
    pub right: bool,
    /// Whether it is at the bottom.
    pub bottom: bool,
}

impl Corner {
    /// Every corner.
    pub const ALL: [Self; 4] = [
        Self { right: false, bottom: false },
        Self { right: true, bottom: false },
        Self { right: false, bottom: true },
        Self { right: true, bottom: true },
    ];

    /// The one across.
    #[must_use]
    pub fn opposite(self) -> Self {
        Self { right: !self.right, bottom: !self.bottom }
    }
}

impl ObjectAction {
    /// Whether it may follow others of its kind within one step of undo.
    pub fn goes_on(&self) -> bool {
        matches!(self, Self::Place(..) | Self::MoveHorizon(_) | Self::Rename(..))
    }
}

impl From<ObjectAction> for Action {
    fn from(action: ObjectAction) -> Self {
        Self::Object(action)
    }
}

/// The object menu.
pub fn object_commands() -> Vec<Command> {
    let plain = |key| Some((Modifiers::NONE, key));
    let object = |action: ObjectAction, keys, label: Text, tooltip: Text| command(action.into(), keys, label, tooltip);
    vec![
        object(
            ObjectAction::Duplicate,
            Some((CTRL, Key::D)),
            text("Duplicate", "复制对象"),
            text("Make a copy beside it", "在旁边复制一份"),
        ),
        object(
            ObjectAction::Delete,
            plain(Key::Delete),
            text("Delete", "删除对象"),
            text("Take the selected objects away", "移除选中的对象"),
        ),
        object(ObjectAction::Flip, plain(Key::H), text("Flip", "翻转"), text("Mirror left to right", "左右镜像")),
        object(
            ObjectAction::Reorder(Order::Front),
            Some((CTRL_SHIFT, Key::CloseBracket)),
            text("Bring to front", "移到最前"),
            text("Above all other objects", "置于所有对象之上"),
        ),
        object(
            ObjectAction::Reorder(Order::Up),
            Some((CTRL, Key::CloseBracket)),
            text("Raise", "上移一层"),
            text("Above the next object", "移到上一个对象之上"),
        ),
        object(
            ObjectAction::Reorder(Order::Down),
            Some((CTRL, Key::OpenBracket)),
            text("Lower", "下移一层"),
            text("Beneath the next object", "移到下一个对象之下"),
        ),
        object(
            ObjectAction::Reorder(Order::Back),
            Some((CTRL_SHIFT, Key::OpenBracket)),
            text("Send to back", "移到最后"),
            text("Beneath all other objects", "置于所有对象之下"),
        ),
        object(
            ObjectAction::Burn,
            Some((CTRL, Key::B)),
            text("Turn into paint", "转为颜料"),
            text("Make the objects part of the paint", "把对象并入绘画层"),
        ),
        object(
            ObjectAction::Lift,
            Some((CTRL, Key::J)),
            text("Selection to object", "选区转为对象"),
            text("Make an object of what is painted in the selection", "用选区内的内容生成对象"),
        ),
        object(
            ObjectAction::SelectAll,
            None,
            text("Select all objects", "选择全部对象"),
            text("Every object that is not locked", "所有未锁定的对象"),
        ),
    ]
}
