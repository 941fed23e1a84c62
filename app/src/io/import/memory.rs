//! What the user said about values of label maps, kept for the next file of the same kind.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use super::{LabelSet, Table, Value};
use crate::io::write_atomically;

/// More answers than this for one label set are not kept; no honest file has so many unknown values.
const MOST_VALUES: usize = 4096;

/// No honest memory is longer.
const MAX_FILE_BYTES: u64 = 16 << 20;

/// For each label set, the name of the label that each value stands for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Memory(BTreeMap<String, BTreeMap<String, String>>);

impl Memory {
    /// Reads the memory; without a file, or with a broken one, nothing is remembered.
    pub fn read(path: &Path) -> Self {
        let text =
            std::fs::metadata(path).ok().filter(|file| file.len() <= MAX_FILE_BYTES).and_then(|_| std::fs::read(path).ok());
        text.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
    }

    /// Writes the memory; the folder is made if it is not there.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        let context = || format!("cannot remember what the values mean in {}", path.display());
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).with_context(context)?;
        }
        write_atomically(path, &serde_json::to_vec_pretty(self)?)
    }

    /// Takes over what a table says.
    pub fn learn(&mut self, table: &Table) {
        let set = table.chosen();
        let answers = self.0.entry(String::from(set.kind.clone())).or_default();
        for row in table.rows.iter().filter(|row| !row.certain) {
            if let Some(label) = set.labels.get(usize::from(row.label))
                && answers.len() < MOST_VALUES
            {
                answers.insert(row.value.to_string(), label.name.clone());
            }
        }
    }

    /// The label that a value was taken for the last time.
    pub fn recall(&self, set: &LabelSet, value: Value) -> Option<u8> {
        let name = self.0.get(&String::from(set.kind.clone()))?.get(&value.to_string())?;
        set.labels.iter().find(|label| label.name == *name).map(|label| label.id)
    }
}
