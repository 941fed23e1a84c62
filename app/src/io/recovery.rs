//! Copies of unsaved drawings, so that a crash or a power cut costs at most a minute.
//!
//! Every running program has a folder of its own with a locked file in it. A folder whose lock is free belongs to a
//! program that did not end by itself: the next start opens what is in there. What was found stays on the disk, locked,
//! until the new program has kept copies of its own ([`Recovery::settle`]), so that no moment is without a copy.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;

use super::project::Project;
use super::write_atomically;

/// The folder of the running program; given back when the last clone is dropped.
#[derive(Debug, Clone)]
pub struct Recovery {
    folder: Arc<OwnFolder>,
    lost: Arc<Mutex<Vec<Lost>>>,
}

/// The folder of a program that did not end by itself.
#[derive(Debug)]
struct Lost {
    folder: PathBuf,
    /// Copies that were read.
    read: Vec<PathBuf>,
    /// Whether there are others, which nobody can read and which stay.
    broken: bool,
    /// Keeps other programs from taking it too.
    _lock: Option<File>,
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
        let (lost, projects) = find_lost(base);
        let path = tempfile::Builder::new().prefix("session-").tempdir_in(base).with_context(context)?.keep();
        let lock = File::create(path.join("lock")).with_context(context)?;
        lock.try_lock().map_err(std::io::Error::from).with_context(context)?;
        let folder = Arc::new(OwnFolder { path, finished: AtomicBool::new(false), _lock: lock });
        Ok((Self { folder, lost: Arc::new(Mutex::new(lost)) }, projects))
    }

    /// Removes what was found at the start, once the program has kept copies of its own.
    pub fn settle(&self) {
        for lost in std::mem::take(&mut *self.lost.lock().unwrap_or_else(PoisonError::into_inner)) {
            // What cannot be removed is offered once more, which is harmless.
            for path in &lost.read {
                drop(std::fs::remove_file(path));
            }
            if !lost.broken {
                drop(std::fs::remove_dir_all(&lost.folder));
            }
        }
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

/// Folders of programs that no longer run, and the projects in them.
fn find_lost(base: &Path) -> (Vec<Lost>, Vec<Project>) {
    let (mut all, mut projects) = (Vec::new(), Vec::new());
    let Ok(entries) = std::fs::read_dir(base) else { return (all, projects) };
    for folder in entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_dir()) {
        let lock = File::open(folder.join("lock")).ok();
        if lock.as_ref().is_some_and(|lock| lock.try_lock().is_err()) {
            continue;
        }
        let Ok(files) = std::fs::read_dir(&folder) else { continue };
        let mut paths: Vec<PathBuf> = files.filter_map(|file| Some(file.ok()?.path())).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "daub"));
        paths.sort();
        let mut lost = Lost { folder, read: Vec::new(), broken: false, _lock: lock };
        for path in paths {
            match Project::read(&path) {
                Ok(project) => {
                    projects.push(project);
                    lost.read.push(path);
                }
                Err(error) => {
                    lost.broken = true;
                    tracing::warn!("a recovery copy is broken and left aside: {error:#}");
                    drop(std::fs::rename(&path, path.with_extension("broken")));
                }
            }
        }
        all.push(lost);
    }
    (all, projects)
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
        let (second, lost) = Recovery::start(base.path()).unwrap();
        assert_eq!(lost, std::slice::from_ref(&project));
        // Killed again before it kept a copy of its own: nothing is lost, and nobody else takes it meanwhile.
        assert!(Recovery::start(base.path()).unwrap().1.is_empty());
        drop(second);
        let (third, lost) = Recovery::start(base.path()).unwrap();
        assert_eq!(lost, [project]);
        third.settle();
        assert!(!folder.exists());
    }
}
