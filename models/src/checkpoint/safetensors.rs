//! safetensors by position: the header first, then single tensors where they are asked for.
//!
//! The file is not mapped into memory: a mapped file that another program shortens kills the process.

use safetensors::tensor::Metadata;

pub use super::File;

use super::entry::{Encoding, Entry, Storage};
use super::file::{Contents, Source};
use super::{MAX_TENSORS, Problem};

/// The longest header that is read; the official limit is 100 MB, a network's is a few KiB.
const MAX_HEADER_BYTES: u64 = 16 << 20;

/// Reads the header and checks it against the file's length.
pub(super) fn contents(source: &mut dyn Source, length: u64) -> Result<Contents, Problem> {
    if length < 8 {
        return Err(Problem::Format(format!("it is only {length} bytes long")));
    }
    let mut prefix = [0; 8];
    source.read_exact(&mut prefix)?;
    let header_bytes = u64::from_le_bytes(prefix);
    if header_bytes > MAX_HEADER_BYTES || header_bytes + 8 > length {
        return Err(Problem::Format(format!("its header claims {header_bytes} bytes of a {length} byte file")));
    }
    let mut header = vec![0; header_bytes as usize];
    source.read_exact(&mut header)?;
    // Parsing also checks that tensors lie one after another and are as long as their shapes say.
    let metadata: Metadata =
        serde_json::from_slice(&header).map_err(|error| Problem::Format(format!("its header is broken: {error}")))?;
    let tensors = metadata.tensors();
    if tensors.len() > MAX_TENSORS {
        return Err(Problem::Format(format!("it lists more than {MAX_TENSORS} tensors")));
    }
    let data_start = 8 + header_bytes;
    let data_bytes = tensors.values().map(|info| info.data_offsets.1).max().unwrap_or(0);
    if data_start.checked_add(data_bytes as u64) != Some(length) {
        return Err(Problem::format("its length differs from what the header says (was the copy cut short?)"));
    }
    let mut entries = Vec::with_capacity(tensors.len());
    let mut notes = Vec::new();
    for (key, info) in tensors {
        let (start, end) = info.data_offsets;
        let Some(encoding) = Encoding::named(&format!("{:?}", info.dtype)) else {
            notes.push(format!("{} has the type {:?} and is left out", super::entry::shown(&key), info.dtype));
            continue;
        };
        let storage = Storage { start: data_start + start as u64, count: (end - start) / encoding.bytes(), encoding };
        entries.push(Entry::dense(key, &storage, 0, info.shape.clone())?);
    }
    Ok(Contents { entries, notes })
}
