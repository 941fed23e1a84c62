//! An open checkpoint of any container.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::entry::{Entry, shown};
use super::{CheckpointError, MAX_TENSORS, Problem, Tensor, TensorInfo, burnpack, legacy, names, pict, safetensors, zip};
use crate::graph::Parameter;

/// Bytes of memory that a file may ask for beyond four times its own length (a `.pict` holds a value a byte).
const SLACK_BYTES: u64 = 64 << 20;

/// Something to read from at any place: a file, or bytes in a test.
pub(super) trait Source: Read + Seek + Send {}

impl<T: Read + Seek + Send> Source for T {}

/// How a file wraps its tensors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// safetensors.
    Safetensors,
    /// PyTorch since 1.6: a zip archive.
    TorchZip,
    /// PyTorch before 1.6: pickles and storages after one another.
    TorchLegacy,
    /// affinelayer's quantised pix2pix.
    Pict,
    /// burn's own container.
    Burnpack,
}

impl Container {
    /// Name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Safetensors => "safetensors",
            Self::TorchZip => "PyTorch (zip)",
            Self::TorchLegacy => "PyTorch before 1.6",
            Self::Pict => "affinelayer pict",
            Self::Burnpack => "burnpack",
        }
    }
}

/// What a container's module finds in a file.
pub(super) struct Contents {
    pub(super) entries: Vec<Entry>,
    /// What was left out, a sentence each.
    pub(super) notes: Vec<String>,
}

/// An open checkpoint whose table of tensors was read and checked against the file's length.
pub struct File {
    path: PathBuf,
    source: Box<dyn Source>,
    length: u64,
    container: Container,
    entries: BTreeMap<String, Entry>,
    notes: Vec<String>,
}

impl std::fmt::Debug for File {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("File").field("path", &self.path).field("container", &self.container).finish_non_exhaustive()
    }
}

impl File {
    /// Opens a file, whatever its container, and reads what it holds; no tensor is read yet.
    ///
    /// # Errors
    /// When it cannot be read, is of no known container, or says more than the file holds.
    pub fn open(path: &Path) -> Result<Self, CheckpointError> {
        let of = |problem: Problem| problem.of(path);
        let file = std::fs::File::open(path).map_err(|source| of(Problem::Io(source)))?;
        if !file.metadata().map_err(|source| of(Problem::Io(source)))?.is_file() {
            return Err(of(Problem::format("it is not a file")));
        }
        Self::from_source(path, Box::new(file))
    }

    /// Reads a checkpoint that lies in memory; `name` is used in messages.
    ///
    /// # Errors
    /// As [`File::open`].
    pub fn from_bytes(name: &Path, bytes: Vec<u8>) -> Result<Self, CheckpointError> {
        Self::from_source(name, Box::new(Cursor::new(bytes)))
    }

    fn from_source(path: &Path, mut source: Box<dyn Source>) -> Result<Self, CheckpointError> {
        let (length, container, contents) = contents(path, source.as_mut()).map_err(|problem| problem.of(path))?;
        let Contents { mut entries, mut notes } = contents;
        notes.extend(names::strip_prefixes(&mut entries));
        if entries.is_empty() {
            return Err(Problem::format("it holds no tensors").of(path));
        }
        let mut by_key = BTreeMap::new();
        for entry in entries {
            if let Some(twice) = by_key.insert(entry.key.clone(), entry) {
                return Err(Problem::Format(format!("it holds {} twice", shown(&twice.key))).of(path));
            }
        }
        Ok(Self { path: path.to_owned(), source, length, container, entries: by_key, notes })
    }

    /// How the tensors are wrapped.
    pub fn container(&self) -> Container {
        self.container
    }

    /// What was left out while the file was opened, a sentence each.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Length of the file in bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// What the file holds, sorted by key.
    pub fn infos(&self) -> Vec<TensorInfo> {
        self.entries.values().map(Entry::info).collect()
    }

    /// Shape and type of one tensor.
    pub fn info(&self, key: &str) -> Option<TensorInfo> {
        self.entries.get(key).map(Entry::info)
    }

    /// Reads one tensor as float32.
    ///
    /// # Errors
    /// When there is none under this key, its type is no float, or the file cannot be read.
    pub fn read(&mut self, key: &str) -> Result<Tensor, CheckpointError> {
        let missing = || Problem::Format(format!("it has no tensor {key}"));
        let entry = self.entries.get(key).ok_or_else(missing).map_err(|problem| problem.of(&self.path))?;
        let values = entry.read(self.source.as_mut()).map_err(|problem| problem.of(&self.path))?;
        Ok(Tensor { shape: entry.shape.clone(), values })
    }

    /// Reads one tensor and refuses infinities and NaN.
    ///
    /// # Errors
    /// As [`File::read`], and when a value is not finite.
    pub fn read_finite(&mut self, key: &str) -> Result<Tensor, CheckpointError> {
        let tensor = self.read(key)?;
        // Blocks without an early exit inside are checked many values at a time.
        let finite = |block: &[f32]| block.iter().fold(true, |finite, value| finite & value.is_finite());
        if tensor.values.chunks(4096).all(finite) {
            return Ok(tensor);
        }
        Err(CheckpointError::NotFinite { path: self.path.clone(), key: key.to_owned() })
    }

    /// Checks that the file holds what a network needs, and that it is not much more than the file itself.
    ///
    /// # Errors
    /// When a tensor is missing or has another shape.
    pub fn check(&self, needed: &[Parameter]) -> Result<(), CheckpointError> {
        let mut missing = needed.iter().filter(|parameter| !self.entries.contains_key(&parameter.key));
        if let Some(first) = missing.next() {
            return Err(CheckpointError::Missing {
                path: self.path.clone(),
                missing: 1 + missing.count(),
                needed: needed.len(),
                first: first.key.clone(),
            });
        }
        let mut values = 0_u64;
        for Parameter { key, shape } in needed {
            let Some(entry) = self.entries.get(key) else { continue };
            if entry.shape != *shape {
                let (found, expected) = (entry.shape.clone(), shape.clone());
                return Err(CheckpointError::Shape { path: self.path.clone(), key: key.clone(), found, expected });
            }
            values += entry.count() as u64;
        }
        // Storages may be shared, but a file of a few bytes cannot share its way to gigabytes.
        if values.saturating_mul(4) > self.length.saturating_mul(4).saturating_add(SLACK_BYTES) {
            let reason = format!("its tensors would take {} MiB, far more than the file", values >> 18);
            return Err(Problem::Format(reason).of(&self.path));
        }
        Ok(())
    }
}

/// Finds the container by the first bytes and reads its table.
fn contents(path: &Path, source: &mut dyn Source) -> Result<(u64, Container, Contents), Problem> {
    let length = source.seek(SeekFrom::End(0))?;
    source.rewind()?;
    let mut head = Vec::new();
    (&mut *source).take(512).read_to_end(&mut head)?;
    source.rewind()?;
    let container = sniff(path, &head)?;
    let contents = match container {
        Container::Safetensors => safetensors::contents(source, length)?,
        Container::TorchZip => zip::contents(source, length)?,
        Container::TorchLegacy => legacy::contents(source, length)?,
        Container::Pict => pict::contents(source, length)?,
        Container::Burnpack => burnpack::contents(source, length)?,
    };
    if contents.entries.len() > MAX_TENSORS {
        return Err(Problem::Format(format!("it lists more than {MAX_TENSORS} tensors")));
    }
    Ok((length, container, contents))
}

fn sniff(path: &Path, head: &[u8]) -> Result<Container, Problem> {
    let named = |extension: &str| path.extension().is_some_and(|found| found.eq_ignore_ascii_case(extension));
    if head.is_empty() {
        return Err(Problem::format("it is empty"));
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Ok(Container::TorchZip);
    }
    if head.starts_with(legacy::MAGIC) {
        return Ok(Container::TorchLegacy);
    }
    if head.starts_with(burnpack::MAGIC) {
        return Ok(Container::Burnpack);
    }
    if head.get(8) == Some(&b'{') || named("safetensors") {
        return Ok(Container::Safetensors);
    }
    if head.get(4) == Some(&b'[') || named("pict") {
        return Ok(Container::Pict);
    }
    let start = String::from_utf8_lossy(&head[..head.len().min(64)]).to_lowercase();
    Err(Problem::format(if start.starts_with("version https://git-lfs") {
        "it is only a pointer of Git LFS; fetch the file itself"
    } else if start.trim_start().starts_with('<') {
        "it is a web page (the download was answered with something else)"
    } else if head.get(257..262) == Some(b"ustar") {
        "it is a tar archive, as PyTorch before 0.1.10 wrote; save it again with a newer one"
    } else if head[0] == 0x80 {
        "it is a bare pickle without tensors' storages"
    } else {
        "its content is neither PyTorch, safetensors, pict nor burnpack (was it damaged?)"
    }))
}
