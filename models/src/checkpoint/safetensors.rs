//! safetensors by position: the header first, then single tensors where they are asked for.
//!
//! The file is not mapped into memory: a mapped file that another program shortens kills the process.

use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use safetensors::tensor::{Dtype, Metadata};

use super::{CheckpointError, MAX_TENSORS, Tensor, TensorInfo};

/// The longest header that is read; the official limit is 100 MB, a network's is a few KiB.
const MAX_HEADER_BYTES: u64 = 16 << 20;

/// An open safetensors file whose header was read and checked against the file's length.
#[derive(Debug)]
pub struct File {
    path: PathBuf,
    handle: std::fs::File,
    metadata: Metadata,
    data_start: u64,
}

impl File {
    /// Opens a file and reads its header.
    ///
    /// # Errors
    /// When it cannot be read, is no safetensors file, or says more than the file holds.
    pub fn open(path: &Path) -> Result<Self, CheckpointError> {
        let read_error = |source| CheckpointError::Read { path: path.to_owned(), source };
        let format_error = |reason: String| CheckpointError::Format { path: path.to_owned(), reason };
        let mut file = std::fs::File::open(path).map_err(read_error)?;
        let status = file.metadata().map_err(read_error)?;
        if !status.is_file() {
            return Err(format_error("it is not a file".to_owned()));
        }
        let file_bytes = status.len();
        if file_bytes < 8 {
            return Err(format_error(format!("it is only {file_bytes} bytes long")));
        }
        let mut prefix = [0; 8];
        file.read_exact(&mut prefix).map_err(read_error)?;
        let header_bytes = u64::from_le_bytes(prefix);
        if header_bytes > MAX_HEADER_BYTES || header_bytes + 8 > file_bytes {
            return Err(format_error(format!("its header claims {header_bytes} bytes of a {file_bytes} byte file")));
        }
        let mut header = vec![0; header_bytes as usize];
        file.read_exact(&mut header).map_err(read_error)?;
        // Parsing also checks that tensors lie one after another and are as long as their shapes say.
        let metadata: Metadata = serde_json::from_slice(&header).map_err(|error| format_error(error.to_string()))?;
        if metadata.tensors().len() > MAX_TENSORS {
            return Err(format_error(format!("it lists more than {MAX_TENSORS} tensors")));
        }
        let data_start = 8 + header_bytes;
        let data_bytes = metadata.tensors().values().map(|info| info.data_offsets.1).max().unwrap_or(0);
        if data_start.checked_add(data_bytes as u64) != Some(file_bytes) {
            return Err(format_error("its length differs from what the header says (was the copy cut short?)".to_owned()));
        }
        Ok(Self { path: path.to_owned(), handle: file, metadata, data_start })
    }

    /// What the file holds, sorted by key.
    pub fn infos(&self) -> Vec<TensorInfo> {
        let mut keys: Vec<String> = self.metadata.tensors().into_keys().collect();
        keys.sort();
        keys.iter().filter_map(|key| self.info(key)).collect()
    }

    /// Shape and type of one tensor.
    pub fn info(&self, key: &str) -> Option<TensorInfo> {
        let info = self.metadata.info(key)?;
        Some(TensorInfo { key: key.to_owned(), shape: info.shape.clone(), dtype: format!("{:?}", info.dtype) })
    }

    /// Reads one tensor as float32.
    ///
    /// # Errors
    /// When there is none under this key, its type is no float, or the file cannot be read.
    pub fn read(&mut self, key: &str) -> Result<Tensor, CheckpointError> {
        let format_error = |reason: String| CheckpointError::Format { path: self.path.clone(), reason };
        let info = self.metadata.info(key).ok_or_else(|| format_error(format!("it has no tensor {key}")))?;
        let (start, end) = info.data_offsets;
        let (shape, dtype) = (info.shape.clone(), info.dtype);
        let mut bytes = vec![0; end - start];
        let read_error = |source| CheckpointError::Read { path: self.path.clone(), source };
        self.handle.seek(SeekFrom::Start(self.data_start + start as u64)).map_err(read_error)?;
        self.handle.read_exact(&mut bytes).map_err(read_error)?;
        let values =
            floats(dtype, &bytes).ok_or_else(|| format_error(format!("{key} has the type {dtype:?}, which is no float")))?;
        Ok(Tensor { shape, values })
    }
}

fn floats(dtype: Dtype, bytes: &[u8]) -> Option<std::sync::Arc<[f32]>> {
    Some(match dtype {
        Dtype::F32 => bytes.as_chunks().0.iter().map(|&b| f32::from_le_bytes(b)).collect(),
        Dtype::F16 => bytes.as_chunks().0.iter().map(|&b| half::f16::from_le_bytes(b).to_f32()).collect(),
        Dtype::BF16 => bytes.as_chunks().0.iter().map(|&b| half::bf16::from_le_bytes(b).to_f32()).collect(),
        Dtype::F64 => bytes.as_chunks().0.iter().map(|&b| f64::from_le_bytes(b) as f32).collect(),
        _ => return None,
    })
}
