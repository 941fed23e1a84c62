//! Checkpoints: a [`State`] in a safetensors file, with what the run itself must remember.
//!
//! A new file is written under another name, synced and renamed, and the one before it stays as `previous` until then:
//! whatever happens on the way, a full disk included, a whole checkpoint remains.

use std::fs::File;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::checkpoint::writing::{View, write_part};

use super::{Array, State, TrainError, Values};

/// What a run remembers beside its networks.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Progress {
    /// Steps that are done; the next step has this number.
    pub step: u64,
    /// Steps of the whole run when this was written.
    pub total: u64,
    /// Time that the steps took so far.
    pub seconds: f64,
    /// The training file as it was understood.
    pub config: String,
    /// The sample sheets that were made: after which step, and their mean PSNR in dB where they have targets.
    pub sheets: Vec<(u64, Option<f64>)>,
    /// What the columns of sheets show.
    pub captions: Vec<String>,
}

/// The newest checkpoint in a run's folder.
pub fn current(folder: &Path) -> PathBuf {
    folder.join("checkpoint.safetensors")
}

/// The one before it.
pub fn previous(folder: &Path) -> PathBuf {
    folder.join("checkpoint.previous.safetensors")
}

/// Writes a checkpoint into a run's folder.
///
/// # Errors
/// When the disk refuses; the old checkpoint is still there then.
pub fn write(folder: &Path, state: &State, progress: &Progress) -> Result<PathBuf, TrainError> {
    let path = current(folder);
    let failed = |error: std::io::Error| {
        let kept = if path.is_file() { "; the checkpoint before it is whole" } else { "" };
        TrainError::Write { path: path.clone(), reason: format!("{error}{kept}") }
    };
    let remembered = serde_json::to_string(progress).map_err(|error| failed(error.into()))?;
    let arrays = state.iter().map(|(name, array)| (name.as_str(), array.shape.as_slice(), view(&array.values)));
    let part = path.with_extension("part");
    write_part(&part, arrays.collect(), &[("daub", remembered.as_str())]).map_err(failed)?;
    if path.is_file() {
        std::fs::rename(&path, previous(folder)).map_err(failed)?;
    }
    std::fs::rename(&part, &path).map_err(failed)?;
    sync_folder(folder);
    Ok(path)
}

fn view(values: &Values) -> View<'_> {
    match values {
        Values::F32(values) => View::F32(values),
        Values::U64(values) => View::U64(values),
    }
}

/// Makes renames last through a power cut, where the system can open folders.
fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        drop(folder.sync_all());
    }
}

/// Reads the newest checkpoint that is whole; says why when that is the one before the newest.
///
/// # Errors
/// When there is none.
pub fn read(folder: &Path) -> Result<(State, Progress, Option<String>), TrainError> {
    let (newest, older) = (current(folder), previous(folder));
    match read_file(&newest) {
        Ok((state, progress)) => Ok((state, progress, None)),
        Err(reason) if older.is_file() => {
            let (state, progress) = read_file(&older)
                .map_err(|also| TrainError::State(format!("{}: {reason}; {}: {also}", newest.display(), older.display())))?;
            let note = format!("{}: {reason}; going on from {}", newest.display(), older.display());
            Ok((state, progress, Some(note)))
        }
        Err(_) if !newest.is_file() => Err(TrainError::State(format!(
            "there is no checkpoint in {} to resume from; leave --resume out to start",
            folder.display()
        ))),
        Err(reason) => Err(TrainError::State(format!("{}: {reason}", newest.display()))),
    }
}

fn read_file(path: &Path) -> Result<(State, Progress), String> {
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    let broken = |error: safetensors::SafeTensorError| format!("it is broken: {error}");
    let (_, header) = safetensors::SafeTensors::read_metadata(&bytes).map_err(broken)?;
    let remembered = header.metadata().as_ref().and_then(|metadata| metadata.get("daub"));
    let remembered = remembered.ok_or("it is no checkpoint of a training run")?;
    let progress = serde_json::from_str(remembered).map_err(|error| format!("it is broken: {error}"))?;
    let mut state = State::new();
    for (name, view) in safetensors::SafeTensors::deserialize(&bytes).map_err(broken)?.iter() {
        let values = match view.dtype() {
            safetensors::Dtype::F32 => Values::F32(bytemuck::pod_collect_to_vec(view.data())),
            safetensors::Dtype::U64 => Values::U64(bytemuck::pod_collect_to_vec(view.data())),
            other => return Err(format!("{name} has the type {other:?}")),
        };
        state.insert(name.to_owned(), Array { shape: view.shape().to_vec(), values });
    }
    Ok((state, progress))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(value: f32) -> State {
        let floats = Array::floats(&[2, 3], vec![value, f32::MIN_POSITIVE, -0.0, 4.0, 5.0, 6.0]);
        State::from([("generator/w".to_owned(), floats), ("count".to_owned(), Array::counter(u64::MAX))])
    }

    fn progress(step: u64) -> Progress {
        Progress { step, total: 9, seconds: 1.5, config: "method = \"gan\"".to_owned(), ..Progress::default() }
    }

    #[test]
    fn a_checkpoint_comes_back_bit_for_bit_and_the_one_before_stays() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &state(1.0), &progress(1)).unwrap();
        write(folder.path(), &state(2.0), &progress(2)).unwrap();
        assert_eq!(read(folder.path()).unwrap(), (state(2.0), progress(2), None));
        // A newest file that is cut short is passed over.
        let bytes = std::fs::read(current(folder.path())).unwrap();
        std::fs::write(current(folder.path()), &bytes[..bytes.len() - 3]).unwrap();
        let (found, remembered, note) = read(folder.path()).unwrap();
        assert_eq!((found, remembered), (state(1.0), progress(1)));
        assert!(note.unwrap().contains("broken"));
        assert!(read(tempfile::tempdir().unwrap().path()).unwrap_err().to_string().contains("no checkpoint"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_leaves_the_old_checkpoint_and_says_so() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &state(1.0), &progress(1)).unwrap();
        // Everything that is written to this device is refused as on a full disk.
        let part = current(folder.path()).with_extension("part");
        std::os::unix::fs::symlink("/dev/full", &part).unwrap();
        let message = write(folder.path(), &state(2.0), &progress(2)).unwrap_err().to_string();
        assert!(message.contains("No space left") && message.contains("is whole"), "{message}");
        assert_eq!(read(folder.path()).unwrap(), (state(1.0), progress(1), None));
        assert!(!part.exists());
    }
}
