//! What a run publishes: weights under the official keys, with a card.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Map, json};

use crate::card::Card;
use crate::checkpoint::Tensor;
use crate::convert::ConvertError;

/// One network to publish. `card.file` names the weights, `card.name` is the stem of both files.
#[derive(Debug, Clone, PartialEq)]
pub struct Bundle {
    /// What it is.
    pub card: Card,
    /// Official key and tensor, in the network's order.
    pub tensors: Vec<(String, Tensor)>,
    /// Files that belong beside the weights, by name: pix2pixHD's clustered styles.
    pub companions: Vec<(String, Vec<u8>)>,
}

impl Bundle {
    /// Writes weights, card and companions into a folder, each file at once when it is complete, the card last: a model
    /// is listed by its card, and then everything else is there.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn write(&self, folder: &Path) -> Result<PathBuf, ConvertError> {
        let path = folder.join(&self.card.file);
        let error = |path: &Path| {
            let path = path.to_owned();
            move |source| ConvertError::Write { path, source }
        };
        std::fs::create_dir_all(folder).map_err(error(folder))?;
        for (name, bytes) in &self.companions {
            let path = folder.join(name);
            replace(&path, |file| file.write_all(bytes)).map_err(error(&path))?;
        }
        let mut header = Map::new();
        let mut end = 0;
        for (key, tensor) in &self.tensors {
            let start = end;
            end += tensor.values.len() * 4;
            header.insert(key.clone(), json!({ "dtype": "F32", "shape": tensor.shape, "data_offsets": [start, end] }));
        }
        let mut header = serde_json::Value::Object(header).to_string();
        // The data begins at a multiple of eight bytes.
        while !header.len().is_multiple_of(8) {
            header.push(' ');
        }
        let weights = |file: &mut File| {
            file.write_all(&(header.len() as u64).to_le_bytes())?;
            file.write_all(header.as_bytes())?;
            self.tensors.iter().try_for_each(|(_, tensor)| file.write_all(bytemuck::cast_slice(&tensor.values)))
        };
        replace(&path, weights).map_err(error(&path))?;
        self.card.write(&path.with_extension("json"))?;
        Ok(path)
    }
}

/// Writes a file beside its place and moves it there once it is complete and on the disk.
fn replace(path: &Path, write: impl FnOnce(&mut File) -> std::io::Result<()>) -> std::io::Result<()> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let written = File::create(&part).and_then(|mut file| write(&mut file).and_then(|()| file.sync_all()));
    written.and_then(|()| std::fs::rename(&part, path)).inspect_err(|_| {
        // What is half written is of no use; that it cannot be removed changes nothing for the caller.
        std::fs::remove_file(&part).ok();
    })
}
