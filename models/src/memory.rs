//! Where values lie in one arena, so that those which are never alive together share memory.

use crate::fuse::Fused;

/// A place for every value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Arena {
    /// First element of each value.
    pub offsets: Vec<usize>,
    /// Elements in all.
    pub len: usize,
}

impl Fused {
    /// The first and last step in which each value must be in memory.
    pub fn lifetimes(&self) -> Vec<(usize, usize)> {
        self.values.iter().enumerate().map(|(written, value)| (written, value.last_use)).collect()
    }
}

/// Places values of these sizes, the largest first, each as low as those it lives with allow.
///
/// `lifetimes` are the first and last step of each value, both included. Offsets are multiples of `align` elements.
/// No value lies across a multiple of `chunk` elements, itself a multiple of `align`, so that an arena can be cut there
/// into several allocations; a value larger than a chunk starts one.
pub fn arena(lifetimes: &[(usize, usize)], sizes: &[usize], align: usize, chunk: usize) -> Arena {
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by_key(|&value| std::cmp::Reverse(sizes[value]));
    let mut offsets = vec![0; sizes.len()];
    let mut len = 0;
    // Those already placed, by offset.
    let mut placed: Vec<usize> = Vec::with_capacity(sizes.len());
    for value in order {
        let size = sizes[value].next_multiple_of(align);
        let (first, last) = lifetimes[value];
        let within_a_chunk = |offset: usize| {
            let crosses = offset / chunk != (offset + size.max(1) - 1) / chunk;
            if crosses { offset.next_multiple_of(chunk) } else { offset }
        };
        let mut offset = 0;
        for &other in &placed {
            let (other_first, other_last) = lifetimes[other];
            if other_first > last || first > other_last {
                continue;
            }
            if offset + size <= offsets[other] {
                break;
            }
            offset = within_a_chunk(offset.max(offsets[other] + sizes[other].next_multiple_of(align)));
        }
        offsets[value] = offset;
        len = len.max(offset + size);
        let at = placed.partition_point(|&other| offsets[other] <= offset);
        placed.insert(at, value);
    }
    Arena { offsets, len }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::arena;

    #[test]
    fn a_chain_needs_two_buffers() {
        let arena = arena(&[(0, 1), (1, 2), (2, 3), (3, 4)], &[8, 8, 8, 8], 4, usize::MAX);
        assert_eq!(arena.len, 16);
    }

    proptest! {
        #[test]
        fn values_alive_together_do_not_overlap(
            values in prop::collection::vec((0_usize..20, 0_usize..6, 1_usize..50), 1..24),
            chunk in prop::sample::select(vec![52, 64, 100, usize::MAX]),
        ) {
            let lifetimes: Vec<_> = values.iter().map(|&(first, length, _)| (first, first + length)).collect();
            let sizes: Vec<_> = values.iter().map(|&(_, _, size)| size).collect();
            let arena = arena(&lifetimes, &sizes, 4, chunk);
            for a in 0..sizes.len() {
                prop_assert!(arena.offsets[a] + sizes[a] <= arena.len);
                prop_assert_eq!(arena.offsets[a] / chunk, (arena.offsets[a] + sizes[a] - 1) / chunk);
                for b in 0..a {
                    let together = lifetimes[a].0 <= lifetimes[b].1 && lifetimes[b].0 <= lifetimes[a].1;
                    let apart = arena.offsets[a] + sizes[a] <= arena.offsets[b] || arena.offsets[b] + sizes[b] <= arena.offsets[a];
                    prop_assert!(!together || apart);
                }
            }
        }
    }
}
