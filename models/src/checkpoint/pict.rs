//! affinelayer's quantised pix2pix (`.pict`), as its browser demo reads it.
//!
//! Three chunks, each a length (32 bits, high byte first) and that many bytes: JSON `[{name, shape}]`, a table of 256
//! float32 values, and one byte for each weight. Layouts are TensorFlow's; a view with other strides makes them
//! PyTorch's, and names become keys like a PyTorch module's.

use std::sync::Arc;

use serde::Deserialize;

use super::entry::{Encoding, Entry, Storage, shown};
use super::file::{Contents, Source};
use super::{MAX_TENSORS, Problem};

/// Longest list of names that is read.
const MAX_INDEX_BYTES: u64 = 4 << 20;

#[derive(Deserialize)]
struct Named {
    name: String,
    shape: Vec<usize>,
}

/// Reads the list of names and the table.
pub(super) fn contents(source: &mut dyn Source, length: u64) -> Result<Contents, Problem> {
    let index_bytes = chunk_length(source, 4, length)?;
    if index_bytes > MAX_INDEX_BYTES {
        return Err(Problem::Format(format!("its list of names claims {index_bytes} bytes")));
    }
    let mut index = vec![0; index_bytes as usize];
    source.read_exact(&mut index)?;
    let index: Vec<Named> =
        serde_json::from_slice(&index).map_err(|error| Problem::Format(format!("its list of names is broken: {error}")))?;
    if index.len() > MAX_TENSORS {
        return Err(Problem::Format(format!("it lists more than {MAX_TENSORS} tensors")));
    }
    let mut position = 4 + index_bytes;
    if chunk_length(source, position + 4, length)? != 1024 {
        return Err(Problem::format("its table does not hold 256 values"));
    }
    let mut table = [0.0_f32; 256];
    source.read_exact(bytemuck::cast_slice_mut(&mut table))?;
    position += 4 + 1024;
    let weight_bytes = chunk_length(source, position + 4, length)?;
    let storage = Storage { start: position + 4, count: weight_bytes as usize, encoding: Encoding::Table(Arc::new(table)) };
    let mut offset = 0_usize;
    let mut entries = Vec::with_capacity(index.len());
    for Named { name, shape } in index {
        let count = shape.iter().try_fold(1_usize, |count, &side| count.checked_mul(side));
        let end = count.and_then(|count| count.checked_add(offset)).filter(|&end| end <= storage.count);
        let end = end.ok_or_else(|| Problem::Format(format!("{} {shape:?} reaches beyond the weights", shown(&name))))?;
        entries.push(entry(&name, &storage, offset, &shape)?);
        offset = end;
    }
    if offset != storage.count {
        return Err(Problem::format("it holds more weights than names"));
    }
    Ok(Contents { entries, notes: Vec::new() })
}

/// Length of the chunk that begins here; checked against what is left of the file after `start`.
fn chunk_length(source: &mut dyn Source, start: u64, length: u64) -> Result<u64, Problem> {
    let mut bytes = [0; 4];
    source.read_exact(&mut bytes)?;
    let claimed = u64::from(u32::from_be_bytes(bytes));
    if claimed > length.saturating_sub(start) {
        return Err(Problem::Format(format!("a part claims {claimed} bytes of a {length} byte file")));
    }
    Ok(claimed)
}

/// `generator/encoder_2/conv2d/kernel` `[kh, kw, in, out]` becomes `generator.encoder_2.conv2d.weight` `[out, in, kh, kw]`;
/// a transposed kernel is `[kh, kw, out, in]` and becomes `[in, out, kh, kw]`, which is the same turn.
fn entry(name: &str, storage: &Storage, offset: usize, shape: &[usize]) -> Result<Entry, Problem> {
    let name = name.trim_end_matches(":0");
    let (module, last) = name.rsplit_once('/').unwrap_or(("", name));
    let last = match last {
        "kernel" | "gamma" => "weight",
        "beta" => "bias",
        other => other,
    };
    let key = format!("{}.{last}", module.replace('/', "."));
    match *shape {
        [rows, columns, inputs, outputs] => {
            let strides = [1, outputs, columns.saturating_mul(inputs).saturating_mul(outputs), inputs.saturating_mul(outputs)];
            Entry::view(key, storage, offset, vec![outputs, inputs, rows, columns], strides.to_vec())
        }
        _ => Entry::dense(key, storage, offset, shape.to_vec()),
    }
}
