//! The commands of selections, mirrors and the window.

use egui::{Key, Modifiers};

use super::commands::{CTRL, CTRL_SHIFT, command};
use super::{Command, Dialog, Interface, Painting, Selection};
use crate::text::text;

/// Pixels by which a selection grows and shrinks.
const EDGE_STEP_PX: usize = 2;

/// The menu of selections.
pub fn selection_commands() -> Vec<Command> {
    vec![
        command(
            Selection::All.into(),
            Some((CTRL, Key::A)),
            text("Select all", "全选"),
            text("Select the whole canvas", "选择整个画布"),
        ),
        command(
            Selection::None.into(),
            Some((CTRL_SHIFT, Key::A)),
            text("Select nothing", "取消选择"),
            text("Paint everywhere again", "恢复在整个画布上绘画"),
        ),
        command(
            Selection::Invert.into(),
            Some((CTRL_SHIFT, Key::I)),
            text("Invert selection", "反选"),
            text("Select what is not selected", "选择未选中的部分"),
        ),
        command(
            Selection::Grow(EDGE_STEP_PX).into(),
            None,
            text("Grow selection", "扩大选区"),
            text("Move its edge out by two pixels", "边缘向外移动两个像素"),
        ),
        command(
            Selection::Shrink(EDGE_STEP_PX).into(),
            None,
            text("Shrink selection", "缩小选区"),
            text("Move its edge in by two pixels", "边缘向内移动两个像素"),
        ),
        command(
            Selection::Duplicate.into(),
            Some((CTRL, Key::D)),
            text("Duplicate", "再制"),
            text("A copy of what is selected, to be moved", "选中内容的副本，可移动"),
        ),
        command(
            Selection::Delete.into(),
            Some((Modifiers::NONE, Key::Delete)),
            text("Delete", "删除"),
            text("Bring back what the drawing started with", "恢复最初的画面"),
        ),
        command(
            Selection::Fill.into(),
            Some((CTRL, Key::Backspace)),
            text("Fill selection", "填充选区"),
            text("Fill what is selected with the label or colour", "用当前标签或颜色填充选区"),
        ),
    ]
}

/// Mirrors.
pub fn mirror_commands() -> Vec<Command> {
    vec![
        command(
            Painting::ToggleVerticalMirror.into(),
            Some((CTRL, Key::M)),
            text("Mirror left and right", "左右镜像"),
            text("What is painted on one side appears on the other", "在一侧绘画，另一侧同时出现"),
        ),
        command(
            Painting::ToggleHorizontalMirror.into(),
            Some((CTRL_SHIFT, Key::M)),
            text("Mirror above and below", "上下镜像"),
            text("What is painted above appears below", "在上方绘画，下方同时出现"),
        ),
        command(
            Painting::CentreMirrors.into(),
            None,
            text("Centre the mirrors", "镜像居中"),
            text("Bring the mirrors back to the middle", "把镜像线移回中央"),
        ),
    ]
}

/// Parts of the window.
pub fn panel_commands() -> Vec<Command> {
    vec![
        command(
            Interface::TogglePalette.into(),
            Some((Modifiers::NONE, Key::F5)),
            text("Labels and colours", "标签与颜色"),
            text("Show or hide the list beside the tools", "显示或隐藏工具旁的列表"),
        ),
        command(
            Interface::Open(Dialog::Preferences).into(),
            Some((CTRL, Key::Comma)),
            text("Preferences…", "首选项…"),
            text("Theme, size, language and device", "主题、大小、语言和设备"),
        ),
    ]
}

/// The help menu.
pub fn help_commands() -> Vec<Command> {
    vec![
        command(
            Interface::Open(Dialog::Commands(String::new())).into(),
            Some((CTRL_SHIFT, Key::P)),
            text("Find a command…", "查找命令…"),
            text("Every command, model and scene by its name", "按名称查找命令、模型和场景"),
        ),
        command(
            Interface::Open(Dialog::Shortcuts).into(),
            Some((Modifiers::NONE, Key::F1)),
            text("Keyboard shortcuts…", "键盘快捷键…"),
            text("Every key at a glance", "所有按键一览"),
        ),
        command(
            Interface::StartTour.into(),
            None,
            text("Show the hints again", "再次显示提示"),
            text("The three hints of the first start", "首次启动的三条提示"),
        ),
        command(
            Interface::Open(Dialog::About).into(),
            None,
            text("About Daub…", "关于 Daub…"),
            text("Version and licences", "版本与许可"),
        ),
    ]
}
