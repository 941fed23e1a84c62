//! Which picture comes when, and the random draws of each: functions of the seed and the place alone.
//!
//! Nothing here has a state, so a run can be taken up at any step, and loading on more threads changes nothing.

use crate::random::Draws;
use crate::train::draws;

/// What random numbers are drawn for; every use has a stream of its own.
pub(super) mod uses {
    /// Order of the pictures in an epoch, for each domain.
    pub(crate) const ORDER: [&str; 2] = ["order of the first domain", "order of the second domain"];
    /// Piece and mirroring, for each domain.
    pub(crate) const GEOMETRY: [&str; 2] = ["piece of the first domain", "piece of the second domain"];
    /// Colours, for each domain.
    pub(crate) const JITTER: [&str; 2] = ["colours of the first domain", "colours of the second domain"];
    /// Threshold and width of traced lines.
    pub(crate) const SKETCH: &str = "traced lines";
    /// What makes a picture worse.
    pub(crate) const DEGRADE: &str = "degradation";
}

/// The `at`-th of an endless row of pictures that passes over all `count` in a new order each epoch.
///
/// The order of an epoch costs `count` draws, so the last one is kept in `known`.
pub(super) fn picture_at(at: u64, count: usize, seed: u64, usage: &str, known: &mut Option<(u64, Vec<u32>)>) -> usize {
    let (epoch, place) = (at / count as u64, (at % count as u64) as usize);
    if known.as_ref().is_none_or(|(of, order)| *of != epoch || order.len() != count) {
        *known = Some((epoch, permutation(count, &mut draws(seed, epoch, 0, usage))));
    }
    known.as_ref().map_or(0, |(_, order)| order[place] as usize)
}

/// `0..count` in a random order (Fisher and Yates).
fn permutation(count: usize, draws: &mut Draws) -> Vec<u32> {
    let mut order: Vec<u32> = (0..count as u32).collect();
    for last in (1..count).rev() {
        order.swap(last, index_below(last + 1, draws));
    }
    order
}

/// A number below `count`. 48 bits, so that large collections are shuffled evenly as well.
pub(super) fn index_below(count: usize, draws: &mut Draws) -> usize {
    let high = (draws.uniform() * 16_777_216.0) as u64;
    let low = (draws.uniform() * 16_777_216.0) as u64;
    ((u128::from((high << 24) | low) * count as u128) >> 48) as usize
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_epoch_passes_over_all_pictures_in_an_order_of_its_own() {
        let mut known = None;
        let mut epoch = |number: u64| -> Vec<usize> {
            (0..50).map(|at| picture_at(number * 50 + at, 50, 7, uses::ORDER[0], &mut known)).collect()
        };
        let (first, second) = (epoch(0), epoch(1));
        assert_eq!(first.iter().collect::<HashSet<_>>().len(), 50);
        assert_eq!(second.iter().collect::<HashSet<_>>().len(), 50);
        assert_ne!(first, second);
        assert_eq!(first, epoch(0), "the order depends on nothing but seed and epoch");
    }
}
