//! What concerns the window and not the drawing.

use std::path::PathBuf;

use super::Action;
use crate::pen;
use crate::preferences::Theme;

/// A wish about the window.
#[derive(Debug, Clone, PartialEq)]
pub enum Interface {
    /// Dark or light.
    SetTheme(Theme),
    /// Size of the interface; 1 is the system's own.
    SetUiScale(f32),
    /// How the pen feels.
    SetPen(pen::Settings),
    /// Open or close a panel at the right, by its key.
    ToggleSidePanel(&'static str),
    /// Show or hide the labels or colours.
    TogglePalette,
    /// Open a dialog; another one closes.
    Open(Dialog),
    /// Close the dialog.
    Close,
    /// The next hint of the first start; after the last one they never come again.
    NextHint,
    /// No more hints.
    EndTour,
    /// Show the hints once more.
    StartTour,
    /// Stop a task of the status bar.
    CancelTask(u64),
}

/// A dialog of the window's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dialog {
    /// Theme, size, language, device.
    Preferences,
    /// Every shortcut.
    Shortcuts,
    /// Every command, to be found by typing; with what was typed so far.
    Commands(String),
    /// What this program is.
    About,
    /// A picture was dropped that may be more than one thing.
    Dropped(PathBuf),
}

impl From<Interface> for Action {
    fn from(wish: Interface) -> Self {
        Self::Interface(wish)
    }
}
