//! What the user has settled once and for all: theme, size, language, recent files, how the pen feels.
//!
//! [`crate::state::State`] holds the only copy; [`crate::io::preferences`] keeps it in a file.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::generate::Device;
use crate::pen;
use crate::text::Language;

/// Smallest and largest size of the interface; 1 is the system's own.
pub const UI_SCALE_RANGE: std::ops::RangeInclusive<f32> = 0.75..=2.5;

/// Files that are remembered as recent.
pub const MOST_RECENT: usize = 12;

/// Preferences that last. Every field may be missing in the file; keys that this version does not know are kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// Dark or light.
    pub theme: Theme,
    /// Size of the interface, within [`UI_SCALE_RANGE`].
    pub ui_scale: f32,
    /// Language of the window; without a choice, the system's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// Files that were opened or saved, the newest first; see [`Preferences::remember`].
    pub recent: Vec<PathBuf>,
    /// Whether the hints of the first start were seen.
    pub tour_seen: bool,
    /// Name of the model that was used last; the next start shows its scene.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Where models run.
    pub device: Device,
    /// Keys of the side panels that are open, from the top.
    pub side_panels: Vec<String>,
    /// Whether the labels or colours are shown.
    pub palette_shown: bool,
    /// How the pen feels.
    pub pen: pen::Settings,
    /// Keys of other versions.
    #[serde(flatten)]
    pub others: toml::Table,
}

/// Dark or light.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// Light on dark: colours of a picture look truest beside grey.
    #[default]
    Dark,
    /// Dark on light.
    Light,
    /// As the system.
    System,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            theme: Theme::default(),
            ui_scale: 1.0,
            language: None,
            recent: Vec::new(),
            tour_seen: false,
            model: None,
            device: Device::default(),
            side_panels: Vec::new(),
            palette_shown: true,
            pen: pen::Settings::default(),
            others: toml::Table::new(),
        }
    }
}

impl Preferences {
    /// Puts a file at the head of the recent ones.
    pub fn remember(&mut self, file: PathBuf) {
        self.recent.retain(|known| *known != file);
        self.recent.insert(0, file);
        self.recent.truncate(MOST_RECENT);
    }

    /// The same with every number within its range, for a file that was edited by hand.
    #[must_use]
    pub fn sound(mut self) -> Self {
        let (least, most) = (*UI_SCALE_RANGE.start(), *UI_SCALE_RANGE.end());
        self.ui_scale = if self.ui_scale.is_finite() { self.ui_scale.clamp(least, most) } else { 1.0 };
        self.recent.truncate(MOST_RECENT);
        self.pen = self.pen.sound();
        self
    }

    /// Opens a side panel or closes it.
    pub fn toggle_side_panel(&mut self, key: &str) {
        let before = self.side_panels.len();
        self.side_panels.retain(|open| open != key);
        if self.side_panels.len() == before {
            self.side_panels.push(key.to_owned());
        }
    }

    /// Whether a side panel is open.
    pub fn shows_side_panel(&self, key: &str) -> bool {
        self.side_panels.iter().any(|open| open == key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_file_comes_first_and_once() {
        let mut preferences = Preferences::default();
        for index in 0..2 * MOST_RECENT {
            preferences.remember(format!("{}.daub", index % (MOST_RECENT + 3)).into());
        }
        preferences.remember("2.daub".into());
        assert_eq!(preferences.recent.len(), MOST_RECENT);
        assert_eq!(preferences.recent[0], PathBuf::from("2.daub"));
        assert_eq!(preferences.recent.iter().filter(|file| **file == preferences.recent[0]).count(), 1);
    }

    #[test]
    fn preferences_survive_their_file_with_the_keys_of_other_versions() {
        let written =
            "theme = \"light\"\nui_scale = 2\nshape_of_the_moon = \"full\"\n[pen]\nstrength = 0.25\n[tides]\nhigh = 3\n";
        let read: Preferences = toml::from_str(written).unwrap();
        assert_eq!((read.theme, read.ui_scale, read.pen.strength), (Theme::Light, 2.0, 0.25));
        assert_eq!(read.others["shape_of_the_moon"].as_str(), Some("full"));
        let again: Preferences = toml::from_str(&toml::to_string_pretty(&read).unwrap()).unwrap();
        assert_eq!(again, read);
    }

    #[test]
    fn numbers_out_of_range_are_brought_back() {
        for scale in ["0.01", "1e9", "nan", "-inf"] {
            let read: Preferences = toml::from_str(&format!("ui_scale = {scale}\n[pen]\nstrength = {scale}")).unwrap();
            let sound = read.sound();
            assert!(UI_SCALE_RANGE.contains(&sound.ui_scale) && (0.0..=1.0).contains(&sound.pen.strength), "{scale}");
        }
    }
}
