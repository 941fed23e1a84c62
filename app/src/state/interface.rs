//! The window itself: dialogs, hints, preferences.

use super::State;
use crate::action::Interface;
use crate::preferences::UI_SCALE_RANGE;

/// Hints of the first start.
pub const HINTS: usize = 3;

impl State {
    pub(super) fn apply_to_interface(&mut self, wish: Interface) {
        match wish {
            Interface::SetTheme(theme) => self.preferences.theme = theme,
            Interface::SetUiScale(scale) => {
                self.preferences.ui_scale = scale.clamp(*UI_SCALE_RANGE.start(), *UI_SCALE_RANGE.end());
            }
            Interface::SetPen(pen) => self.preferences.pen = pen.sound(),
            Interface::ToggleSidePanel(key) => self.preferences.toggle_side_panel(key),
            Interface::TogglePalette => self.preferences.palette_shown = !self.preferences.palette_shown,
            Interface::Open(dialog) => self.dialog = Some(dialog),
            Interface::Close => self.dialog = None,
            Interface::NextHint => {
                self.hint = self.hint.map(|hint| hint + 1).filter(|hint| *hint < HINTS);
                self.preferences.tour_seen |= self.hint.is_none();
            }
            Interface::EndTour => (self.hint, self.preferences.tour_seen) = (None, true),
            Interface::StartTour => self.hint = Some(0),
            Interface::CancelTask(id) => self.tasks.cancel(id),
        }
    }
}
