//! Writing safetensors, and files that appear only when they are whole.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use serde_json::{Map, json};

use super::Tensor;

/// Numbers as they are written.
pub(crate) enum View<'a> {
    /// float32.
    F32(&'a [f32]),
    /// 64-bit counters.
    U64(&'a [u64]),
}

impl<'a> View<'a> {
    fn bytes(&self) -> &'a [u8] {
        match self {
            Self::F32(values) => bytemuck::cast_slice(values),
            Self::U64(values) => bytemuck::cast_slice(values),
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::F32(_) => "F32",
            Self::U64(_) => "U64",
        }
    }
}

/// An array to be written: its name, shape and numbers.
pub(crate) type Entry<'a> = (&'a str, &'a [usize], View<'a>);

/// Writes and syncs a whole safetensors file; on an error nothing is left of it.
pub(crate) fn write_part(part: &Path, arrays: Vec<Entry<'_>>, metadata: &[(&str, &str)]) -> std::io::Result<()> {
    let write = || -> std::io::Result<()> {
        let mut file = BufWriter::with_capacity(1 << 20, File::create(part)?);
        write_arrays(&mut file, arrays, metadata)?;
        file.flush()?;
        file.get_ref().sync_all()
    };
    write().inspect_err(|_| {
        // What is half written is of no use; that it cannot be removed changes nothing for the caller.
        drop(std::fs::remove_file(part));
    })
}

/// Writes weights under their keys; an old file stays as it was until the new one is whole.
pub(crate) fn write_weights(path: &Path, tensors: &[(String, Tensor)]) -> std::io::Result<()> {
    let part = part_of(path);
    write_part(&part, entries(tensors), WEIGHTS)?;
    std::fs::rename(&part, path)
}

/// Writes bytes beside their place and moves them there once they are on the disk.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let part = part_of(path);
    let written = File::create(&part).and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
    written.and_then(|()| std::fs::rename(&part, path)).inspect_err(|_| {
        // As above.
        drop(std::fs::remove_file(&part));
    })
}

/// As PyTorch's own writer marks weights.
const WEIGHTS: &[(&str, &str)] = &[("format", "pt")];

fn entries(tensors: &[(String, Tensor)]) -> Vec<Entry<'_>> {
    tensors.iter().map(|(key, tensor)| (key.as_str(), tensor.shape.as_slice(), View::F32(&tensor.values))).collect()
}

fn part_of(path: &Path) -> PathBuf {
    path.with_added_extension("part")
}

fn write_arrays(to: &mut impl Write, arrays: Vec<Entry<'_>>, metadata: &[(&str, &str)]) -> std::io::Result<()> {
    let mut header = Map::new();
    header.insert("__metadata__".to_owned(), json!(metadata.iter().copied().collect::<BTreeMap<_, _>>()));
    // The widest numbers first, so that every array lies at a multiple of its width.
    let (wide, narrow): (Vec<_>, Vec<_>) = arrays.into_iter().partition(|(_, _, view)| view.name() == "U64");
    let ordered: Vec<_> = wide.into_iter().chain(narrow).collect();
    let mut end = 0;
    for (name, shape, view) in &ordered {
        let start = end;
        end += view.bytes().len();
        header.insert((*name).to_owned(), json!({ "dtype": view.name(), "shape": shape, "data_offsets": [start, end] }));
    }
    let mut header = serde_json::to_string(&header)?;
    header.extend(std::iter::repeat_n(' ', header.len().next_multiple_of(8) - header.len()));
    to.write_all(&(header.len() as u64).to_le_bytes())?;
    to.write_all(header.as_bytes())?;
    ordered.iter().try_for_each(|(_, _, view)| to.write_all(view.bytes()))
}
