//! pix2pixHD's per-object styles: a few numbers for each object, spread over its pixels.
//!
//! Where they come from: a list of typical ones for each class (`features_clustered_010.npy`), or the encoder's look at a
//! photograph ([`crate::style`]). What a drawing's objects wear is in [`crate::looks`].

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::checkpoint::CheckpointError;
use crate::npy::{self, Rows};

/// Typical styles of each class.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Clusters {
    /// Class to its styles, each a row of as many values as the network has feature planes.
    pub by_class: BTreeMap<u32, Rows>,
}

impl Clusters {
    /// Reads `features_clustered_*.npy`.
    ///
    /// # Errors
    /// When it cannot be read, is not such a file, or its styles differ in length.
    pub fn read(path: &Path) -> Result<Self, CheckpointError> {
        let mut by_class = npy::read_dictionary(path)?;
        by_class.retain(|_, rows| !rows.is_empty());
        let mut lengths = by_class.values().map(|rows| rows.columns);
        let first = lengths.next();
        if first.is_none() || lengths.any(|length| Some(length) != first) {
            let reason = "its styles differ in length, or there are none".to_owned();
            return Err(CheckpointError::Format { path: path.to_owned(), reason });
        }
        Ok(Self { by_class })
    }

    /// Number of values of a style.
    pub fn channels(&self) -> usize {
        self.by_class.values().next().map_or(0, |rows| rows.columns)
    }

    /// Number of styles that an object with this instance id can have.
    pub fn choices(&self, instance: u32) -> usize {
        self.by_class.get(&class_of(instance)).map_or(0, Rows::len)
    }
}

/// The class of an instance id: ids from 1000 on are `class * 1000 + k`.
pub const fn class_of(instance: u32) -> u32 {
    if instance < 1000 { instance } else { instance / 1000 }
}

/// The style of each object in the encoder's feature planes `[channels, height, width]`, which are constant on an object.
pub fn styles_of(features: &[f32], instances: &[u32]) -> BTreeMap<u32, Vec<f32>> {
    let mut styles = BTreeMap::new();
    for (at, &id) in instances.iter().enumerate() {
        styles.entry(id).or_insert_with(|| features.iter().skip(at).step_by(instances.len()).copied().collect());
    }
    styles
}

/// Where the encoder of a generator's own bundle lies.
pub fn encoder_path(weights: &Path) -> PathBuf {
    weights.with_file_name(format!("{}_net_E.safetensors", stem(weights)))
}

/// Where the typical styles of a generator's own bundle lie: `count` for each class at most.
pub fn clusters_path(weights: &Path, count: usize) -> PathBuf {
    weights.with_file_name(format!("{}_{CLUSTERS}{count:03}.npy", stem(weights)))
}

const CLUSTERS: &str = "features_clustered_";

fn stem(weights: &Path) -> String {
    weights.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The encoder and the clustered features that lie beside a generator's weights: those with the generator's own name,
/// else those with the official tools' names, `latest_net_E` beside `latest_net_G` and `features_clustered_*.npy`.
pub fn companions(weights: &Path) -> (Option<PathBuf>, Option<PathBuf>) {
    let Some(folder) = weights.parent() else { return (None, None) };
    let name = weights.file_name().map(|name| name.to_string_lossy().replace("net_G", "net_E"));
    let official = name.map(|name| folder.join(name)).filter(|path| path.as_path() != weights);
    let encoder = [Some(encoder_path(weights)), official].into_iter().flatten().find(|path| path.is_file());
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    let own = format!("{}_{CLUSTERS}", stem(weights));
    let called = |start: &str| {
        let is_called = |path: &&PathBuf| {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            name.starts_with(start) && path.extension().is_some_and(|extension| extension == "npy")
        };
        files.iter().find(is_called).cloned()
    };
    (encoder, called(&own).or_else(|| called(CLUSTERS)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_those_of_the_class() {
        let rows = Rows { columns: 2, values: vec![1.0, 2.0, 3.0, 4.0] };
        let clusters = Clusters { by_class: BTreeMap::from([(26, rows)]) };
        assert_eq!((clusters.choices(26_005), clusters.choices(26), clusters.choices(7)), (2, 2, 0));
    }

    #[test]
    fn styles_are_read_back_from_planes() {
        let instances = [5, 26_001, 5];
        let styles = styles_of(&[1.0, 2.0, 1.0, 3.0, 4.0, 3.0], &instances);
        assert_eq!(styles[&5], [1.0, 3.0]);
        assert_eq!(styles[&26_001], [2.0, 4.0]);
    }

    #[test]
    fn a_bundle_has_its_own_companions_even_beside_official_ones() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        let names = ["features_clustered_010.npy", "latest_net_E.pth", "a_net_E.safetensors", "a_features_clustered_004.npy"];
        for name in names {
            std::fs::write(file(name), "").unwrap();
        }
        let wanted = (Some(encoder_path(&file("a.safetensors"))), Some(clusters_path(&file("a.safetensors"), 4)));
        assert_eq!(companions(&file("a.safetensors")), wanted);
        assert_eq!(companions(&file("b.safetensors")), (None, Some(file(names[0]))));
        assert_eq!(companions(&file("latest_net_G.pth")), (Some(file(names[1])), Some(file(names[0]))));
    }
}
