//! What commands are called and how they are reached: one list serves menus, tool bar, shortcuts and tooltips.

use egui::{Key, KeyboardShortcut, Modifiers};

use super::commands_window::{help_commands, mirror_commands, panel_commands, selection_commands};
use super::{
    Action, CandidateAction, FileAction, Interface, LayerAction, Painting, Selection, StyleAction, TraceAction, Training,
    look_commands, object_commands,
};
use crate::io::export::Kind;
use crate::text::{Text, text};
use crate::tool::Tool;

/// What a command is called and how it is reached.
pub struct Command {
    /// What happens.
    pub action: Action,
    /// Its name; a name that ends in … asks for more.
    pub label: Text,
    /// One sentence more.
    pub tooltip: Text,
    /// The keys.
    pub shortcut: Option<KeyboardShortcut>,
}

pub(super) const CTRL: Modifiers = Modifiers::COMMAND;
pub(super) const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);

pub(super) fn command(action: Action, keys: Option<(Modifiers, Key)>, label: Text, tooltip: Text) -> Command {
    Command { action, label, tooltip, shortcut: keys.map(|(modifiers, key)| KeyboardShortcut::new(modifiers, key)) }
}

/// The file menu.
pub fn file_commands() -> Vec<Command> {
    vec![
        command(
            Action::NewBlank,
            Some((CTRL, Key::N)),
            text("New", "新建"),
            text("An empty canvas for the same model", "为同一模型新建空白画布"),
        ),
        command(
            Action::Open,
            Some((CTRL, Key::O)),
            text("Open…", "打开…"),
            text("A drawing, label map, sketch or photograph", "打开画作、标签图、草图或照片"),
        ),
        command(
            Action::Trace(TraceAction::Ask),
            None,
            text("Trace a photo…", "描摹照片…"),
            text("Turn a photograph into a sketch to draw on", "把照片变成可继续绘制的草图"),
        ),
        command(
            LayerAction::OpenReference.into(),
            None,
            text("Open a reference photo…", "打开参考照片…"),
            text("Lay a photograph faintly over the canvas to draw by", "把照片半透明叠加在画布上以便描绘"),
        ),
        command(
            Action::OpenModel,
            None,
            text("Open model…", "打开模型…"),
            text("A weight file of your own", "打开自己的权重文件"),
        ),
        command(
            Training::Open.into(),
            None,
            text("Train…", "训练…"),
            text("A model from pictures of your own", "用自己的图片训练模型"),
        ),
        command(
            Action::Save,
            Some((CTRL, Key::S)),
            text("Save", "保存"),
            text("Keep the drawing in its project file", "把画作存入项目文件"),
        ),
        command(
            Action::SaveAs,
            Some((CTRL_SHIFT, Key::S)),
            text("Save as…", "另存为…"),
            text("Keep the drawing in another file", "把画作存入另一个文件"),
        ),
        command(
            Action::File(FileAction::ShowExports),
            Some((CTRL, Key::E)),
            text("Export…", "导出…"),
            text("Everything that this drawing can be written as", "此画可以导出的所有形式"),
        ),
    ]
}

/// The exports by name, each of which asks for a file.
pub fn export_commands() -> Vec<Command> {
    let export = |kind: Kind| command(Action::File(FileAction::Export(kind)), None, kind.label(), kind.tooltip());
    Kind::ALL.into_iter().map(export).collect()
}

/// The edit menu.
pub fn edit_commands() -> Vec<Command> {
    vec![
        command(Action::Undo, Some((CTRL, Key::Z)), text("Undo", "撤销"), text("Take back the last stroke", "撤销上一笔")),
        command(
            Action::Redo,
            Some((CTRL_SHIFT, Key::Z)),
            text("Redo", "重做"),
            text("Bring back the stroke that was taken back", "恢复撤销的一笔"),
        ),
        command(
            Selection::Copy.into(),
            Some((CTRL, Key::C)),
            text("Copy", "复制"),
            text("Keep what is selected for pasting", "保留选中的内容以便粘贴"),
        ),
        command(
            Selection::Cut.into(),
            Some((CTRL, Key::X)),
            text("Cut", "剪切"),
            text("Copy what is selected and bring back the base", "复制选中的内容并恢复底图"),
        ),
        command(
            Selection::Paste.into(),
            Some((CTRL, Key::V)),
            text("Paste", "粘贴"),
            text(
                "Put what was copied over the drawing; pixels float until Enter or a click beside them",
                "粘贴复制的内容；像素会浮于画上，回车或在旁边单击即放下",
            ),
        ),
        command(
            Action::File(FileAction::CopyPicture),
            Some((CTRL_SHIFT, Key::C)),
            text("Copy photograph", "复制照片"),
            text("Put the photograph into the clipboard", "将照片放入剪贴板"),
        ),
        command(
            Action::Candidate(CandidateAction::Keep),
            Some((Modifiers::NONE, Key::K)),
            text("Keep this picture", "保留此图"),
            text("Keep the photograph and its drawing, to compare and to go back to", "保留照片及其画作，以便比较和返回"),
        ),
    ]
}

/// The view menu.
pub fn view_commands() -> Vec<Command> {
    vec![
        command(
            Action::FitView,
            Some((CTRL, Key::Num0)),
            text("Fit to window", "适合窗口"),
            text("Show the whole canvas", "显示整个画布"),
        ),
        command(
            Action::ToggleOverlay,
            Some((Modifiers::NONE, Key::Backslash)),
            text("One pane", "单窗格"),
            text("Lay the canvas over the photograph, or side by side again", "把画布叠在照片上，或恢复并排"),
        ),
        command(
            Interface::ToggleSidePanel("styles").into(),
            Some((Modifiers::NONE, Key::F6)),
            text("Styles", "风格"),
            text("The panel of styles that are laid over the photograph", "叠加在照片上的风格面板"),
        ),
        command(
            Action::Style(StyleAction::ToggleCompare),
            Some((Modifiers::NONE, Key::F7)),
            text("Before and after", "前后对比"),
            text(
                "A divider over the photograph: without styles on its left, with them on its right",
                "照片上的分隔线：左侧无风格，右侧有风格",
            ),
        ),
        command(
            Action::BrushSmaller,
            Some((Modifiers::NONE, Key::OpenBracket)),
            text("Smaller brush", "缩小画笔"),
            text("Also Ctrl and the wheel", "也可用 Ctrl 加滚轮"),
        ),
        command(
            Action::BrushLarger,
            Some((Modifiers::NONE, Key::CloseBracket)),
            text("Larger brush", "放大画笔"),
            text("Also Ctrl and the wheel", "也可用 Ctrl 加滚轮"),
        ),
        command(
            Painting::SwapInks.into(),
            Some((Modifiers::NONE, Key::X)),
            text("Swap inks", "交换颜色"),
            text("Take up the label or colour that was used before", "换回上一次使用的标签或颜色"),
        ),
    ]
}

/// The tool bar.
pub fn tool_commands() -> Vec<Command> {
    let tool = |tool, key, label, tooltip| command(Action::SelectTool(tool), Some((Modifiers::NONE, key)), label, tooltip);
    vec![
        tool(
            Tool::Objects,
            Key::V,
            text("Select", "选择"),
            text(
                "Select, move, scale and turn objects; Shift adds to the selection",
                "选择、移动、缩放和旋转对象；按 Shift 加选",
            ),
        ),
        tool(Tool::Brush, Key::B, text("Brush", "画笔"), text("Paint along the pointer's path", "沿指针路径绘画")),
        tool(Tool::Eraser, Key::E, text("Eraser", "橡皮"), text("Bring back what the drawing started with", "恢复最初的画面")),
        tool(Tool::Line, Key::L, text("Line", "直线"), text("A straight line", "画直线")),
        tool(Tool::Rectangle, Key::R, text("Rectangle", "矩形"), text("A filled rectangle", "实心矩形")),
        tool(Tool::Ellipse, Key::O, text("Ellipse", "椭圆"), text("A filled ellipse", "实心椭圆")),
        tool(
            Tool::Polygon,
            Key::P,
            text("Polygon", "多边形"),
            text("Click the corners; Enter or the first corner closes it", "逐点单击；回车或单击起点闭合"),
        ),
        tool(Tool::Fill, Key::F, text("Fill", "填充"), text("Fill the area under the pointer", "填充指针所在区域")),
        tool(Tool::Eyedropper, Key::I, text("Eyedropper", "吸管"), text("Take up the ink under the pointer", "吸取指针下的颜色")),
        tool(
            Tool::SelectRectangle,
            Key::M,
            text("Select rectangle", "矩形选区"),
            text("Shift adds, Alt takes away, Ctrl moves what is selected", "Shift 增加，Alt 减去，Ctrl 移动选中的内容"),
        ),
        tool(
            Tool::Lasso,
            Key::Q,
            text("Lasso", "套索"),
            text("Select what the line goes round; Shift adds, Alt takes away", "选择线条围住的部分；Shift 增加，Alt 减去"),
        ),
        tool(
            Tool::SelectBrush,
            Key::J,
            text("Selection brush", "选区画笔"),
            text("Paint over what is to be selected; it adds, Alt takes away", "涂过之处加入选区；Alt 减去"),
        ),
        tool(
            Tool::Wand,
            Key::W,
            text("Magic wand", "魔棒"),
            text(
                "Select an area of one label or colour; Shift adds, Alt takes away",
                "选择同一标签或颜色的区域；Shift 增加，Alt 减去",
            ),
        ),
    ]
}

/// Every command, in the groups that the list of shortcuts shows.
pub fn command_groups() -> Vec<(Text, Vec<Command>)> {
    vec![
        (text("File", "文件"), file_commands()),
        (text("Export", "导出"), export_commands()),
        (text("Edit", "编辑"), edit_commands()),
        // Before the selection: with objects in the hand, their keys come first.
        (text("Object", "对象"), object_commands()),
        (text("Select", "选择"), selection_commands()),
        (text("View", "视图"), view_commands()),
        (text("Tools", "工具"), tool_commands()),
        (text("Mirrors", "镜像"), mirror_commands()),
        (text("Looks", "外观"), look_commands()),
        (text("Window", "窗口"), panel_commands()),
        (text("Help", "帮助"), help_commands()),
    ]
}

/// Every command.
pub fn all_commands() -> Vec<Command> {
    command_groups().into_iter().flat_map(|(_, commands)| commands).collect()
}
