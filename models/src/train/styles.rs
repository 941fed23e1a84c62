//! The usual styles of each class, from what pix2pixHD's encoder saw while it learned.
//!
//! The official tools run the finished encoder over all pictures once more (`encode_features.py`) and cluster what it
//! gives (`cluster_features.py`). Here the styles of the latest steps are kept, when the encoder hardly changes any more.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use burn::tensor::Tensor;

use crate::features::{Clusters, class_of, styles_of};
use crate::input::Input;
use crate::npy::{Rows, dictionary_to_bytes};
use crate::random::Draws;

use super::net::floats;
use super::{Array, State, TrainError};

/// Styles kept for each class.
const KEPT: usize = 256;
/// Rounds of moving centres; most clusterings stand still long before.
const ROUNDS: usize = 50;

/// The latest styles of each class.
pub(super) struct Styles {
    channels: usize,
    by_class: BTreeMap<u32, VecDeque<Vec<f32>>>,
}

impl Styles {
    pub(super) fn new(channels: usize) -> Self {
        Self { channels, by_class: BTreeMap::new() }
    }

    /// Takes in the styles of every object of a batch; `features` are constant on each.
    pub(super) fn observe(&mut self, features: &Tensor<4>, inputs: &[Input]) {
        let values = floats(features);
        let pictures = values.chunks_exact((values.len() / inputs.len().max(1)).max(1));
        for (picture, instances) in pictures.zip(inputs.iter().filter_map(|input| input.instances.as_deref())) {
            for (id, style) in styles_of(picture, instances) {
                let kept = self.by_class.entry(class_of(id)).or_default();
                kept.push_back(style);
                while kept.len() > KEPT {
                    kept.pop_front();
                }
            }
        }
    }

    /// At most `count` typical styles of each class.
    pub(super) fn clustered(&self, count: usize, seed: u64) -> Clusters {
        let rows = |(&class, styles): (&u32, &VecDeque<Vec<f32>>)| {
            let points: Vec<&[f32]> = styles.iter().map(Vec::as_slice).collect();
            let centres = k_means(&points, count, Draws::new(seed, u64::from(class)));
            (class, Rows { columns: self.channels, values: centres.concat() })
        };
        Clusters { by_class: self.by_class.iter().map(rows).collect() }
    }

    pub(super) fn save(&self, state: &mut State) {
        for (class, styles) in &self.by_class {
            let values: Vec<f32> = styles.iter().flatten().copied().collect();
            state.insert(format!("styles/{class}"), Array::floats(&[styles.len(), self.channels], values));
        }
    }

    pub(super) fn restore(&mut self, state: &State) -> Result<(), TrainError> {
        self.by_class.clear();
        for (name, array) in state.range("styles/".to_owned()..).take_while(|(name, _)| name.starts_with("styles/")) {
            let broken = || TrainError::State(format!("{name} is broken"));
            let class: u32 = name["styles/".len()..].parse().map_err(|_| broken())?;
            let values = array.as_floats().filter(|values| values.len().is_multiple_of(self.channels)).ok_or_else(broken)?;
            self.by_class.insert(class, values.chunks_exact(self.channels).map(<[f32]>::to_vec).collect());
        }
        Ok(())
    }
}

impl Clusters {
    /// The bytes of an official `features_clustered_*.npy`.
    pub(crate) fn to_npy(&self) -> Vec<u8> {
        dictionary_to_bytes(&self.by_class)
    }
}

/// Lloyd's algorithm from seeds that lie far apart (k-means++, Arthur and Vassilvitskii 2007).
fn k_means(points: &[&[f32]], count: usize, mut stream: Draws) -> Vec<Vec<f32>> {
    let distinct: BTreeSet<Vec<u32>> = points.iter().map(|point| point.iter().map(|value| value.to_bits()).collect()).collect();
    let count = count.min(distinct.len());
    let mut centres: Vec<Vec<f32>> = Vec::new();
    while centres.len() < count {
        let far: Vec<f64> = points.iter().map(|point| nearest(point, &centres).1).collect();
        let total: f64 = far.iter().sum();
        let mut rest = f64::from(stream.uniform()) * total;
        // The first centre is any point; a later one is drawn by its squared distance from those there are.
        let drawn = if centres.is_empty() {
            (stream.uniform() * points.len() as f32) as usize
        } else {
            let at = far.iter().position(|distance| {
                rest -= distance;
                rest < 0.0
            });
            at.or_else(|| far.iter().rposition(|&distance| distance > 0.0)).unwrap_or(0)
        };
        centres.push(points[drawn.min(points.len() - 1)].to_vec());
    }
    for _ in 0..ROUNDS {
        let mut sums = vec![(vec![0.0_f64; points.first().map_or(0, |point| point.len())], 0_u32); centres.len()];
        for point in points {
            let (sum, members) = &mut sums[nearest(point, &centres).0];
            sum.iter_mut().zip(*point).for_each(|(sum, &value)| *sum += f64::from(value));
            *members += 1;
        }
        let moved: Vec<Vec<f32>> = sums
            .into_iter()
            .zip(&centres)
            .map(|((sum, members), old)| match members {
                0 => old.clone(),
                _ => sum.into_iter().map(|value| (value / f64::from(members)) as f32).collect(),
            })
            .collect();
        if moved == centres {
            break;
        }
        centres = moved;
    }
    centres
}

/// Index of the nearest centre and the squared distance to it; far away where there is no centre.
fn nearest(point: &[f32], centres: &[Vec<f32>]) -> (usize, f64) {
    let squared = |centre: &Vec<f32>| point.iter().zip(centre).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>();
    let distances = centres.iter().map(squared).enumerate();
    distances.min_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clusters_find_the_groups_and_survive_a_checkpoint() {
        let mut styles = Styles::new(2);
        let kept = styles.by_class.entry(26).or_default();
        for at in 0..60 {
            let centre = [[-0.8, 0.1], [0.5, 0.5], [0.7, -0.6]][at % 3];
            kept.push_back(centre.map(|value| value + at as f32 * 1e-4).to_vec());
        }
        let clusters = styles.clustered(3, 1);
        let mut found: Vec<f32> = clusters.by_class[&26].rows().map(|row| row[0]).collect();
        found.sort_by(f32::total_cmp);
        assert!(found.iter().zip([-0.8, 0.5, 0.7]).all(|(a, b)| (a - b).abs() < 0.01), "{found:?}");
        assert_eq!(styles.clustered(100, 1).by_class[&26].len(), 60);
        let mut state = State::new();
        styles.save(&mut state);
        let mut other = Styles::new(2);
        other.restore(&state).unwrap();
        assert_eq!(other.by_class, styles.by_class);
    }
}
