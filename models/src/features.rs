//! pix2pixHD's per-object styles: a few numbers for each object, spread over its pixels.
//!
//! Where they come from: a list of typical ones for each class (`features_clustered_010.npy`), or the encoder's look at a
//! photograph ([`crate::architecture::Family::Pix2pixhdEncoder`]).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::checkpoint::CheckpointError;
use crate::npy::{self, Rows};
use crate::random::Draws;

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

    /// Feature planes `[channels, height, width]` for an instance map.
    ///
    /// `looks` says which style an object has; the others are drawn from `seed` and their id, so that an object keeps
    /// its look while others change. Objects of classes without styles get zeros, as in the official tool.
    pub fn planes(&self, instances: &[u32], looks: &BTreeMap<u32, usize>, seed: u64) -> Arc<[f32]> {
        let styles: BTreeMap<u32, &[f32]> = distinct(instances)
            .filter_map(|id| {
                let rows = self.by_class.get(&class_of(id))?;
                let drawn = || (Draws::new(seed, u64::from(id)).uniform() * rows.len() as f32) as usize;
                let look = looks.get(&id).copied().unwrap_or_else(drawn);
                Some((id, rows.rows().nth(look % rows.len())?))
            })
            .collect();
        spread(instances, &styles, self.channels())
    }
}

/// The class of an instance id: ids from 1000 on are `class * 1000 + k`.
pub const fn class_of(instance: u32) -> u32 {
    if instance < 1000 { instance } else { instance / 1000 }
}

/// Feature planes from one style for each object, for instance one measured from a photograph.
pub fn spread(instances: &[u32], styles: &BTreeMap<u32, &[f32]>, channels: usize) -> Arc<[f32]> {
    let mut planes = vec![0.0; instances.len() * channels];
    for (channel, plane) in planes.chunks_exact_mut(instances.len().max(1)).enumerate() {
        for (value, id) in plane.iter_mut().zip(instances) {
            *value = styles.get(id).and_then(|style| style.get(channel)).copied().unwrap_or(0.0);
        }
    }
    planes.into()
}

/// The style of each object in the encoder's feature planes `[channels, height, width]`, which are constant on an object.
pub fn styles_of(features: &[f32], instances: &[u32]) -> BTreeMap<u32, Vec<f32>> {
    let mut styles = BTreeMap::new();
    for (at, &id) in instances.iter().enumerate() {
        styles.entry(id).or_insert_with(|| features.iter().skip(at).step_by(instances.len()).copied().collect());
    }
    styles
}

/// The encoder and the clustered features that lie beside a generator's weights.
pub fn companions(weights: &Path) -> (Option<PathBuf>, Option<PathBuf>) {
    let Some(folder) = weights.parent() else { return (None, None) };
    let name = weights.file_name().map(|name| name.to_string_lossy().replace("net_G", "net_E"));
    let encoder = name.map(|name| folder.join(name)).filter(|path| path.as_path() != weights && path.is_file());
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    let is_clusters = |path: &PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        name.starts_with("features_clustered_") && path.extension().is_some_and(|extension| extension == "npy")
    };
    (encoder, files.into_iter().find(is_clusters))
}

fn distinct(instances: &[u32]) -> impl Iterator<Item = u32> {
    let mut ids: Vec<u32> = instances.to_vec();
    ids.sort_unstable();
    ids.dedup();
    ids.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clusters() -> Clusters {
        let rows = Rows { columns: 2, values: vec![1.0, 2.0, 3.0, 4.0] };
        Clusters { by_class: BTreeMap::from([(26, rows)]) }
    }

    #[test]
    fn objects_get_their_look_and_the_rest_nothing() {
        let looks = BTreeMap::from([(26_001, 1), (26_002, 0)]);
        let planes = clusters().planes(&[26_001, 7, 26_002], &looks, 0);
        assert_eq!(planes.as_ref(), [3.0, 0.0, 1.0, 4.0, 0.0, 2.0]);
        assert_eq!((clusters().choices(26_005), clusters().choices(7)), (2, 0));
    }

    #[test]
    fn styles_are_read_back_from_planes() {
        let instances = [5, 26_001, 5];
        let styles = styles_of(&[1.0, 2.0, 1.0, 3.0, 4.0, 3.0], &instances);
        assert_eq!(styles[&5], [1.0, 3.0]);
        assert_eq!(styles[&26_001], [2.0, 4.0]);
    }
}
