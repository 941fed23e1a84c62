//! Copies of unsaved drawings, so that a crash or a power cut costs at most a minute.
//!
//! Every running program has a folder of its own with a locked file in it. A folder whose lock is free belongs to a
//! program that did not end by itself: the next start opens what is in there.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context as _;

use super::project::Project;
use super::write_atomically;

/// The folder of the running program; given back when the last clone is dropped.
#[derive(Debug, Clone)]
pub struct Recovery {
    folder: Arc<OwnFolder>,
}

#[derive(Debug)]
struct OwnFolder {
    path: PathBuf,
    finished: AtomicBool,
    _lock: File,
}

impl Recovery {
    /// Makes the folder under `base`, and takes over what programs that ended badly left there.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn start(base: &Path) -> anyhow::Result<(Self, Vec<Project>)> {
        let context = || format!("cannot keep recovery copies in {}", base.display());
        std::fs::create_dir_all(base).with_context(context)?;
        let lost = take_lost(base);
        let path = tempfile::Builder::new().prefix("session-").tempdir_in(base).with_context(context)?.keep();
        let lock = File::create(path.join("lock")).with_context(context)?;
        lock.try_lock().map_err(std::io::Error::from).with_context(context)?;
        Ok((Self { folder: Arc::new(OwnFolder { path, finished: AtomicBool::new(false), _lock: lock }) }, lost))
    }

    /// Writes the copy of drawing `id`.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn keep(&self, id: u64, project: &Project) -> anyhow::Result<()> {
        write_atomically(&self.folder.path.join(format!("{id}.daub")), &project.to_bytes()?)
    }

    /// Notes that the program ends cleanly: nothing will have to be recovered.
    pub fn finish(&self) {
        self.folder.finished.store(true, Ordering::Relaxed);
    }

    /// Removes the copy of drawing `id` because it is saved or closed.
    pub fn forget(&self, id: u64) {
        // There may be none.
        drop(std::fs::remove_file(self.folder.path.join(format!("{id}.daub"))));
    }
}

impl Drop for OwnFolder {
    fn drop(&mut self) {
        // After a panic or a lost device the copies stay, to be offered at the next start.
        if self.finished.load(Ordering::Relaxed) {
            drop(std::fs::remove_dir_all(&self.path));
        }
    }
}

/// Projects from the folders of programs that no longer run; each folder is removed once it is read.
fn take_lost(base: &Path) -> Vec<Project> {
    let Ok(entries) = std::fs::read_dir(base) else { return Vec::new() };
    let mut projects = Vec::new();
    for folder in entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_dir()) {
        let lock = File::open(folder.join("lock"));
        if lock.is_ok_and(|lock| lock.try_lock().is_err()) {
            continue;
        }
        let Ok(files) = std::fs::read_dir(&folder) else { continue };
        let mut paths: Vec<PathBuf> = files.filter_map(|file| Some(file.ok()?.path())).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "daub"));
        paths.sort();
        let mut broken = false;
        for path in paths {
            match Project::read(&path) {
                Ok(project) => {
                    projects.push(project);
                    // If it cannot be removed it is offered once more, which is harmless.
                    drop(std::fs::remove_file(&path));
                }
                Err(error) => {
                    broken = true;
                    tracing::warn!("a recovery copy is broken and left aside: {error:#}");
                    drop(std::fs::rename(&path, path.with_extension("broken")));
                }
            }
        }
        if !broken {
            drop(std::fs::remove_dir_all(&folder));
        }
    }
    projects
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Canvas, Kind};

    #[test]
    fn a_drawing_outlives_a_killed_program_and_only_that() {
        let base = tempfile::tempdir().unwrap();
        let canvas = Canvas::new(Kind::Sketch, 4, 4, 9);
        let project = Project::new("cat", "cats", canvas);
        let (first, lost) = Recovery::start(base.path()).unwrap();
        assert!(lost.is_empty());
        first.keep(1, &project).unwrap();
        // A second window beside it takes nothing.
        assert!(Recovery::start(base.path()).unwrap().1.is_empty());
        // A killed program frees its lock and leaves its folder.
        let folder = first.folder.path.clone();
        let copy = std::fs::read(folder.join("1.daub")).unwrap();
        first.finish();
        drop(first);
        assert!(!folder.exists(), "a clean end leaves nothing");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("lock"), "").unwrap();
        std::fs::write(folder.join("1.daub"), copy).unwrap();
        let (_second, lost) = Recovery::start(base.path()).unwrap();
        assert_eq!(lost, [project]);
        assert!(!folder.exists());
    }
}
