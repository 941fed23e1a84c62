//! Burnpack, the container of burn (`.bpk`): a short header, a table in CBOR, and tensors at multiples of 256 bytes.
//!
//! The table is read here and not by burn's own crate, which would take the whole file or map it into memory; keys must
//! be the official ones, as in every other container.

use std::collections::BTreeMap;
use std::io::Read as _;

use serde::Deserialize;

use super::entry::{Encoding, Entry, Storage, shown};
use super::file::{Contents, Source};
use super::{MAX_TENSORS, Problem};

/// The first bytes: "BURN" as a number, low byte first.
pub(super) const MAGIC: &[u8] = b"NRUB";

/// The version of the format that there is.
const VERSION: u16 = 1;

/// Length of magic, version and the table's length.
const HEADER_BYTES: u64 = 10;

/// Tensors begin at multiples of this.
const ALIGNMENT: u64 = 256;

/// The longest table that is read; a network's takes a few KiB.
const MAX_TABLE_BYTES: u64 = 16 << 20;

/// Deepest nesting of the table; an honest one has four levels.
const MAX_DEPTH: usize = 16;

#[derive(Deserialize)]
struct Table {
    tensors: BTreeMap<String, Row>,
}

#[derive(Deserialize)]
struct Row {
    dtype: ciborium::Value,
    shape: Vec<u64>,
    data_offsets: (u64, u64),
}

/// Reads the table and checks it against the file's length.
pub(super) fn contents(source: &mut dyn Source, length: u64) -> Result<Contents, Problem> {
    let mut header = [0; HEADER_BYTES as usize];
    source.read_exact(&mut header)?;
    let version = u16::from_le_bytes([header[4], header[5]]);
    if version != VERSION {
        return Err(Problem::Format(format!("it is a burnpack of version {version}; known is {VERSION}")));
    }
    let table_bytes = u64::from(u32::from_le_bytes([header[6], header[7], header[8], header[9]]));
    if table_bytes > MAX_TABLE_BYTES || table_bytes + HEADER_BYTES > length {
        return Err(Problem::Format(format!("its table claims {table_bytes} bytes of a {length} byte file")));
    }
    let mut table = Vec::new();
    (&mut *source).take(table_bytes).read_to_end(&mut table)?;
    let table: Table = ciborium::de::from_reader_with_recursion_limit(table.as_slice(), MAX_DEPTH)
        .map_err(|error| Problem::Format(format!("its table is broken: {error}")))?;
    if table.tensors.len() > MAX_TENSORS {
        return Err(Problem::Format(format!("it lists more than {MAX_TENSORS} tensors")));
    }
    let data_start = (HEADER_BYTES + table_bytes).next_multiple_of(ALIGNMENT);
    let (mut entries, mut notes) = (Vec::with_capacity(table.tensors.len()), Vec::new());
    let mut places: Vec<(u64, u64)> = Vec::with_capacity(table.tensors.len());
    for (key, Row { dtype, shape, data_offsets: (start, end) }) in table.tensors {
        let within = start <= end && data_start.checked_add(end).is_some_and(|end| end <= length);
        if !within {
            return Err(Problem::Format(format!("{} lies beyond its end (was the copy cut short?)", shown(&key))));
        }
        places.push((start, end));
        let Some(encoding) = encoding(&dtype) else {
            notes.push(format!("{} is neither a float nor a whole number and is left out", shown(&key)));
            continue;
        };
        let sides = shape.iter().map(|&side| usize::try_from(side).ok()).collect::<Option<Vec<usize>>>();
        let sides = sides.ok_or_else(|| Problem::Format(format!("{} is larger than any file", shown(&key))))?;
        let count = sides.iter().try_fold(1_u64, |count, &side| count.checked_mul(side as u64));
        if count.and_then(|count| count.checked_mul(encoding.bytes() as u64)) != Some(end - start) {
            return Err(Problem::Format(format!("{} has {} bytes, which do not fit its shape", shown(&key), end - start)));
        }
        let storage = Storage { start: data_start + start, count: count.unwrap_or(0) as usize, encoding };
        entries.push(Entry::dense(key, &storage, 0, sides)?);
    }
    places.sort_unstable();
    if places.windows(2).any(|pair| pair[1].0 < pair[0].1) {
        return Err(Problem::format("its tensors lie over one another"));
    }
    Ok(Contents { entries, notes })
}

/// burn writes a type as its name, types with a choice inside as a map.
fn encoding(dtype: &ciborium::Value) -> Option<Encoding> {
    match dtype.as_text()? {
        "Flex32" => Some(Encoding::F32),
        name => Encoding::named(name),
    }
}
