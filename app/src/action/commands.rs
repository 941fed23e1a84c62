//! What commands are called and how they are reached: one list serves menus, tool bar, shortcuts and tooltips.

use egui::{Key, KeyboardShortcut, Modifiers};

use super::{Action, CandidateAction, FileAction};
use crate::io::dialogs::Purpose;
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

const CTRL: Modifiers = Modifiers::COMMAND;
const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);

fn command(action: Action, keys: Option<(Modifiers, Key)>, label: Text, tooltip: Text) -> Command {
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
            Action::OpenModel,
            None,
            text("Open model…", "打开模型…"),
            text("A weight file of your own", "打开自己的权重文件"),
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
            Some((Modifiers::NONE, Key::Tab)),
            text("One pane", "单窗格"),
            text("Lay the canvas over the photograph, or side by side again", "把画布叠在照片上，或恢复并排"),
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
    ]
}

/// The tool bar.
pub fn tool_commands() -> Vec<Command> {
    let tool = |tool, key, label, tooltip| command(Action::SelectTool(tool), Some((Modifiers::NONE, key)), label, tooltip);
    vec![
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
    ]
}

/// Every command with a shortcut, for the keyboard.
pub fn all_commands() -> Vec<Command> {
    [file_commands(), edit_commands(), view_commands(), tool_commands()].into_iter().flatten().collect()
}

impl Purpose {
    /// What the dialog is called.
    pub fn title(self) -> Text {
        match self {
            Self::OpenDrawing => text("Open a drawing", "打开画作"),
            Self::OpenModel => text("Open a model", "打开模型"),
            Self::SaveProject => text("Save the drawing", "保存画作"),
            Self::Export(kind) => kind.label(),
        }
    }
}

impl Kind {
    /// What it is called.
    pub fn label(self) -> Text {
        match self {
            Self::Picture => text("Photograph…", "照片…"),
            Self::Canvas => text("Label map or sketch…", "标签图或草图…"),
            Self::Instances => text("Instance map…", "实例图…"),
            Self::SideBySide => text("Canvas and photograph…", "画布与照片…"),
            Self::Layers => text("Layers (OpenRaster)…", "图层（OpenRaster）…"),
            Self::Timelapse => text("Timelapse…", "绘画过程动画…"),
        }
    }

    /// One sentence more.
    pub fn tooltip(self) -> Text {
        match self {
            Self::Picture => text("The photograph as PNG, JPEG or WebP", "将照片存为 PNG、JPEG 或 WebP"),
            Self::Canvas => {
                text("What the model reads, as PNG; label ids with their colours", "模型读取的画布，存为 PNG；标签编号附带颜色")
            }
            Self::Instances => text(
                "Object numbers as 16-bit PNG (class × 1000 + number), as pix2pixHD reads them",
                "对象编号，16 位 PNG（类别 × 1000 + 序号），pix2pixHD 格式",
            ),
            Self::SideBySide => text("Both in one picture", "并排存为一张图片"),
            Self::Layers => text(
                "Every layer, for Krita, GIMP and others; Daub opens it again",
                "保留所有图层，可用 Krita、GIMP 等打开，也可再用 Daub 打开",
            ),
            Self::Timelapse => text("How the drawing came about, as a moving WebP or GIF", "绘画过程，存为 WebP 或 GIF 动画"),
        }
    }
}
