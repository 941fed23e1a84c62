//! PyTorch's container since 1.6: a zip archive with a pickle and one uncompressed entry for each storage.

use std::cell::Cell;
use std::io::{BufReader, Read, Seek, SeekFrom};

use zip::ZipArchive;

use super::entry::Storage;
use super::file::{Contents, Source};
use super::pickle::{Dialect, parse};
use super::{MAX_TENSORS, Problem, torch};

/// Most bytes of the archive's directory; a network of 20,000 tensors has two million.
const MAX_DIRECTORY_BYTES: u64 = 16 << 20;

/// Most bytes that are read for everything but the storages.
const MAX_BYTES: u64 = 96 << 20;

/// Reads the archive's directory and the pickle.
pub(super) fn contents(source: &mut dyn Source, length: u64) -> Result<Contents, Problem> {
    let left = Cell::new(MAX_DIRECTORY_BYTES);
    let mut archive = ZipArchive::new(Metered { inner: BufReader::new(source), left: &left }).map_err(broken)?;
    left.set(MAX_BYTES);
    if archive.len() > MAX_TENSORS + 64 {
        return Err(Problem::Format(format!("it is a zip archive of {} entries", archive.len())));
    }
    let pickle_name = archive.file_names().flatten().find(|name| *name == "data.pkl" || name.ends_with("/data.pkl"));
    let pickle_name = pickle_name
        .map(std::borrow::Cow::into_owned)
        .ok_or_else(|| Problem::format("it is a zip archive without PyTorch's data.pkl"))?;
    let folder = pickle_name.trim_end_matches("data.pkl").to_owned();
    if archive.index_for_name(&format!("{folder}constants.pkl")).is_some() {
        return Err(Problem::format("it is a TorchScript program; save the network's state_dict() instead"));
    }
    if let Some(index) = archive.index_for_name(&format!("{folder}byteorder")) {
        let mut order = String::new();
        archive.by_index(index).map_err(broken)?.take(16).read_to_string(&mut order)?;
        if order != "little" {
            return Err(Problem::format("its numbers are written high byte first"));
        }
    }
    let mut entry = archive.by_name(&pickle_name).map_err(broken)?;
    if entry.compression() != zip::CompressionMethod::Stored {
        return Err(Problem::format("its data.pkl is compressed, which PyTorch never does"));
    }
    let pickle = parse(&mut entry, Dialect::Torch)?;
    drop(entry);
    torch::contents(&pickle, |wanted| {
        let name = format!("{folder}data/{}", wanted.key);
        let missing = || Problem::Format(format!("it lacks the storage {}", super::entry::shown(wanted.key)));
        let index = archive.index_for_name(&name).ok_or_else(missing)?;
        let entry = archive.by_index(index).map_err(broken)?;
        if entry.compression() != zip::CompressionMethod::Stored {
            return Err(Problem::format("its storages are compressed, which PyTorch never does"));
        }
        let needed = (wanted.count as u64).checked_mul(wanted.encoding.bytes() as u64);
        let start = entry.data_start().ok_or_else(missing)?;
        let fits = start.checked_add(entry.size()).is_some_and(|end| end <= length);
        if needed.is_none_or(|needed| needed > entry.size()) || !fits {
            return Err(Problem::Format(format!("the storage {} is shorter than it should be", super::entry::shown(wanted.key))));
        }
        Ok(Storage { start, count: wanted.count, encoding: wanted.encoding.clone() })
    })
}

fn broken(error: zip::result::ZipError) -> Problem {
    match error {
        zip::result::ZipError::Io(error) => error.into(),
        other => Problem::Format(format!("it is a broken zip archive (was the copy cut short?): {other}")),
    }
}

/// A reader that stops after a number of bytes, since the archive's directory is kept in memory as it is read.
struct Metered<'a, R> {
    inner: R,
    left: &'a Cell<u64>,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let left = self.left.get().checked_sub(read as u64);
        self.left.set(left.ok_or_else(|| std::io::Error::other("the archive's directory is too long"))?);
        Ok(read)
    }
}

impl<R: Seek> Seek for Metered<'_, R> {
    fn seek(&mut self, position: SeekFrom) -> std::io::Result<u64> {
        self.inner.seek(position)
    }
}
