//! The file of the preferences: `preferences.toml` in the configuration folder.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context as _;

use super::write_atomically;
use crate::preferences::Preferences;

/// Preferences are written when they have been left alone for this long, so that a slider writes once.
const SETTLED: Duration = Duration::from_secs(1);

/// Nobody's preferences are longer.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// Reads preferences. A file that is no preferences is renamed aside, and told.
///
/// A file that is missing gives the defaults and tells nothing.
pub fn read(path: &Path) -> (Preferences, Option<anyhow::Error>) {
    let text = match std::fs::metadata(path) {
        Ok(file) if file.len() > MAX_FILE_BYTES => Err(anyhow::anyhow!("it is {} bytes long", file.len())),
        _ => match std::fs::read_to_string(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return (Preferences::default(), None),
            text => text.map_err(anyhow::Error::from),
        },
    };
    let read = text.and_then(|text| Ok(toml::from_str::<Preferences>(&text)?));
    let broken = match read {
        Ok(preferences) => return (preferences.sound(), None),
        Err(broken) => broken,
    };
    let aside = path.with_extension("broken.toml");
    let what = match std::fs::rename(path, &aside) {
        Ok(()) => format!("the preferences could not be read and were set aside as {}", aside.display()),
        Err(error) => format!("the preferences {} can neither be read nor set aside ({error})", path.display()),
    };
    (Preferences::default(), Some(broken.context(what)))
}

/// Writes preferences.
///
/// # Errors
/// When the folder cannot be made or written to.
pub fn write(path: &Path, preferences: &Preferences) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    }
    write_atomically(path, toml::to_string_pretty(preferences).context("cannot write the preferences")?.as_bytes())
}

/// Knows what is in the file and when it must be written again.
#[derive(Debug)]
pub struct Keeper {
    path: PathBuf,
    /// What is in the file, or on its way there.
    kept: Preferences,
    /// What was seen last, and since when it is as it is.
    seen: (Preferences, Instant),
}

impl Keeper {
    /// A keeper of a file that holds `kept`.
    pub fn new(path: PathBuf, kept: Preferences) -> Self {
        Self { path, seen: (kept.clone(), Instant::now()), kept }
    }

    /// Says where to write what, once the preferences have settled or when the window closes.
    pub fn due(&mut self, now: &Preferences, closes: bool) -> Option<(PathBuf, Preferences)> {
        if self.seen.0 != *now {
            self.seen = (now.clone(), Instant::now());
        }
        if self.kept == *now || !(closes || self.seen.1.elapsed() >= SETTLED) {
            return None;
        }
        self.kept = now.clone();
        Some((self.path.clone(), now.clone()))
    }

    /// How long until something may have to be written.
    pub fn wait(&self) -> Option<Duration> {
        (self.seen.0 != self.kept).then(|| SETTLED.saturating_sub(self.seen.1.elapsed()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_file_is_set_aside_and_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/preferences.toml");
        assert_eq!(read(&path).0, Preferences::default());
        let wanted = Preferences { tour_seen: true, ui_scale: 1.5, ..Preferences::default() };
        write(&path, &wanted).unwrap();
        let (back, told) = read(&path);
        assert!(told.is_none());
        assert_eq!(back, wanted);
        std::fs::write(&path, "theme = [").unwrap();
        let (back, told) = read(&path);
        assert_eq!(back, Preferences::default());
        assert!(told.unwrap().to_string().contains("preferences.broken.toml"));
        assert_eq!(std::fs::read_to_string(path.with_extension("broken.toml")).unwrap(), "theme = [");
        assert!(!path.exists());
    }

    #[test]
    fn preferences_are_written_when_they_have_settled_or_the_window_closes() {
        let mut keeper = Keeper::new("p.toml".into(), Preferences::default());
        let mut now = Preferences::default();
        assert!(keeper.due(&now, true).is_none() && keeper.wait().is_none());
        now.tour_seen = true;
        assert!(keeper.due(&now, false).is_none());
        assert!(keeper.wait().is_some());
        keeper.seen.1 = Instant::now().checked_sub(2 * SETTLED).unwrap();
        assert_eq!(keeper.due(&now, false).map(|(_, written)| written.tour_seen), Some(true));
        assert!(keeper.due(&now, true).is_none(), "nothing is written twice");
        now.tour_seen = false;
        assert!(keeper.due(&now, true).is_some());
    }
}
