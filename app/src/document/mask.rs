//! A part of the canvas, in shades: selections, silhouettes of objects, the reach of a style.

use super::Rect;

/// Coverage of the pixels in a rectangle, 255 where a pixel belongs wholly; nothing outside it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mask {
    rect: Rect,
    coverage: Vec<u8>,
}

impl Mask {
    /// A mask from its coverage, rows from the top; `None` when the length does not fit the rectangle.
    pub fn new(rect: Rect, coverage: Vec<u8>) -> Option<Self> {
        (rect.width().checked_mul(rect.height()) == Some(coverage.len())).then_some(Self { rect, coverage })
    }

    /// All of a rectangle.
    pub fn filled(rect: Rect) -> Self {
        Self { rect, coverage: vec![255; rect.width() * rect.height()] }
    }

    /// Asks `coverage_at(x, y)` for every pixel of a rectangle.
    pub fn from_fn(rect: Rect, mut coverage_at: impl FnMut(usize, usize) -> u8) -> Self {
        let mut coverage = Vec::with_capacity(rect.width() * rect.height());
        for y in rect.top..rect.bottom {
            coverage.extend((rect.left..rect.right).map(|x| coverage_at(x, y)));
        }
        Self { rect, coverage }
    }

    /// The rectangle outside of which nothing is covered.
    pub fn rect(&self) -> Rect {
        self.rect
    }

    /// The coverage within the rectangle, rows from the top.
    pub fn coverage(&self) -> &[u8] {
        &self.coverage
    }

    /// The coverage of one row of the rectangle.
    pub fn row(&self, y: usize) -> &[u8] {
        let start = (y - self.rect.top) * self.rect.width();
        &self.coverage[start..start + self.rect.width()]
    }

    /// The coverage of any pixel.
    pub fn get(&self, x: usize, y: usize) -> u8 {
        let Rect { left, top, right, bottom } = self.rect;
        let inside = (left..right).contains(&x) && (top..bottom).contains(&y);
        if inside { self.coverage[(y - top) * self.rect.width() + x - left] } else { 0 }
    }

    /// Whether no pixel is covered.
    pub fn is_empty(&self) -> bool {
        self.coverage.iter().all(|&coverage| coverage == 0)
    }

    /// What either covers.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self::from_fn(self.rect.union(other.rect), |x, y| self.get(x, y).max(other.get(x, y)))
    }

    /// What both cover.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self::from_fn(self.rect.intersection(other.rect), |x, y| self.get(x, y).min(other.get(x, y)))
    }

    /// What this covers and the other does not.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        Self::from_fn(self.rect, |x, y| self.get(x, y).min(255 - other.get(x, y)))
    }

    /// What it does not cover of `bounds`.
    #[must_use]
    pub fn inverted(&self, bounds: Rect) -> Self {
        Self::from_fn(bounds, |x, y| 255 - self.get(x, y))
    }

    /// The same mask `(dx, dy)` pixels further, cut at `bounds`.
    #[must_use]
    pub fn moved(&self, (dx, dy): (i64, i64), bounds: Rect) -> Self {
        let shifted = |value: usize, by: i64| (value as i64 + by).max(0) as usize;
        let Rect { left, top, right, bottom } = self.rect;
        let to = Rect { left: shifted(left, dx), top: shifted(top, dy), right: shifted(right, dx), bottom: shifted(bottom, dy) };
        Self::from_fn(to.intersection(bounds), |x, y| self.get((x as i64 - dx) as usize, (y as i64 - dy) as usize))
    }

    /// The same mask with its edge `radius_px` further out, cut at `bounds`; coverage becomes all or nothing.
    #[must_use]
    pub fn grown(&self, radius_px: usize, bounds: Rect) -> Self {
        if self.rect.is_empty() {
            return self.clone();
        }
        let Rect { left, top, right, bottom } = self.rect;
        let rect = Rect {
            left: left.saturating_sub(radius_px),
            top: top.saturating_sub(radius_px),
            right: right + radius_px,
            bottom: bottom + radius_px,
        };
        let rect = rect.intersection(bounds);
        // How many pixels of each row are covered before each column: whether a stretch holds any is one subtraction.
        let counted: Vec<Vec<u32>> = self.coverage.chunks_exact(self.rect.width().max(1)).map(counts).collect();
        let half = |dy: usize| ((radius_px * radius_px - dy * dy) as f32).sqrt() as usize;
        Self::from_fn(rect, |x, y| {
            let rows = y.saturating_sub(radius_px).max(top)..(y + radius_px + 1).min(bottom);
            let near = rows.into_iter().any(|row| {
                let half = half(row.abs_diff(y));
                let from = x.saturating_sub(half).clamp(left, right) - left;
                let to = (x + half + 1).clamp(left, right) - left;
                counted[row - top][to] > counted[row - top][from]
            });
            if near { 255 } else { 0 }
        })
    }

    /// The same mask with its edge `radius_px` further in; the rim of `bounds` is no edge.
    #[must_use]
    pub fn shrunk(&self, radius_px: usize, bounds: Rect) -> Self {
        self.inverted(bounds).grown(radius_px, bounds).inverted(bounds).trimmed()
    }

    /// The same mask with the smallest rectangle that holds it.
    #[must_use]
    pub fn trimmed(&self) -> Self {
        let mut rect = Rect::EMPTY;
        for y in self.rect.top..self.rect.bottom {
            let row = self.row(y);
            let first = row.iter().position(|coverage| *coverage > 0);
            if let Some((first, last)) = first.zip(row.iter().rposition(|coverage| *coverage > 0)) {
                let left = self.rect.left + first;
                rect = rect.union(Rect { left, top: y, right: self.rect.left + last + 1, bottom: y + 1 });
            }
        }
        Self::from_fn(rect, |x, y| self.get(x, y))
    }

    /// The same mask with soft edges: two box filters of this radius, one after the other; cut at `bounds`.
    #[must_use]
    pub fn feathered(&self, radius_px: usize, bounds: Rect) -> Self {
        if radius_px == 0 || self.rect.is_empty() {
            return self.clone();
        }
        let reach = 2 * radius_px;
        let Rect { left, top, right, bottom } = self.rect;
        let grown = Rect {
            left: left.saturating_sub(reach),
            top: top.saturating_sub(reach),
            right: right + reach,
            bottom: bottom + reach,
        };
        let rect = grown.intersection(bounds);
        let (width, height) = (rect.width(), rect.height());
        let mut rows = Self::from_fn(rect, |x, y| self.get(x, y)).coverage;
        let mut columns = vec![0; rows.len()];
        for _ in 0..2 {
            for row in rows.chunks_exact_mut(width.max(1)) {
                box_filter(row, radius_px);
            }
            transpose(&rows, width, &mut columns);
            for column in columns.chunks_exact_mut(height.max(1)) {
                box_filter(column, radius_px);
            }
            transpose(&columns, height, &mut rows);
        }
        Self { rect, coverage: rows }
    }
}

/// How many of the values before each place, and of all, are at least half covered.
fn counts(row: &[u8]) -> Vec<u32> {
    let mut sum = 0;
    let add = |coverage: &u8| {
        sum += u32::from(*coverage >= 128);
        sum
    };
    std::iter::once(0).chain(row.iter().map(add)).collect()
}

/// The mean of the `2 * radius + 1` values around each; the ends are repeated.
fn box_filter(values: &mut [u8], radius: usize) {
    let (Some(&first), Some(&last)) = (values.first(), values.last()) else { return };
    let before = values.to_vec();
    let at = |i: isize| -> u32 {
        let value = if i < 0 { first } else { before.get(i as usize).copied().unwrap_or(last) };
        u32::from(value)
    };
    let (radius, window) = (radius as isize, 2 * radius as u32 + 1);
    let mut sum: u32 = (-radius..=radius).map(at).sum();
    for (i, value) in values.iter_mut().enumerate() {
        *value = ((sum + window / 2) / window) as u8;
        let i = i as isize;
        sum = sum + at(i + radius + 1) - at(i - radius);
    }
}

fn transpose(from: &[u8], width: usize, to: &mut [u8]) {
    let height = from.len() / width.max(1);
    for (i, value) in to.iter_mut().enumerate() {
        *value = from[(i % height) * width + i / height];
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_feathered_edge_is_half_covered_where_the_edge_was() {
        let bounds = Rect::from_size(100, 40);
        let mask = Mask::filled(Rect { left: 40, top: 0, right: 100, bottom: 40 }).feathered(4, bounds);
        assert_eq!((mask.get(20, 20), mask.get(60, 20)), (0, 255));
        let (outside, inside) = (mask.get(39, 20), mask.get(40, 20));
        assert!(outside < 128 && inside >= 127 && inside - outside < 32, "{outside} {inside}");
        assert!((31..48).all(|x| mask.get(x, 20) <= mask.get(x + 1, 20)), "coverage grows towards the inside");
    }

    proptest! {
        #[test]
        fn growing_covers_what_is_near_and_shrinking_undoes_it_for_the_rest(
            covered in prop::collection::vec(any::<bool>(), 10 * 8), radius in 0usize..4, dx in -12i64..12, dy in -12i64..12,
        ) {
            let bounds = Rect::from_size(16, 14);
            let rect = Rect { left: 3, top: 2, right: 13, bottom: 10 };
            let coverage = covered.iter().map(|covered| if *covered { 255 } else { 0 }).collect();
            let mask = Mask::new(rect, coverage).unwrap();
            let (grown, shrunk) = (mask.grown(radius, bounds), mask.shrunk(radius, bounds));
            for (x, y) in (0..14).flat_map(|y| (0..16).map(move |x| (x, y))) {
                let all = (0..14_usize).flat_map(|v| (0..16_usize).map(move |u| (u, v)));
                let near = |(u, v): &(usize, usize)| u.abs_diff(x).pow(2) + v.abs_diff(y).pow(2) <= radius * radius;
                let (mut inside, mut outside) = (false, false);
                for (u, v) in all.filter(near) {
                    inside |= mask.get(u, v) > 0;
                    outside |= mask.get(u, v) == 0;
                }
                prop_assert_eq!(grown.get(x, y) > 0, inside, "grown by {} at ({}, {})", radius, x, y);
                prop_assert_eq!(shrunk.get(x, y) > 0, !outside, "shrunk by {} at ({}, {})", radius, x, y);
                let moved = mask.moved((dx, dy), bounds).get(x, y);
                let (u, v) = (x as i64 - dx, y as i64 - dy);
                prop_assert_eq!(moved, if u < 0 || v < 0 { 0 } else { mask.get(u as usize, v as usize) });
                prop_assert_eq!(mask.trimmed().get(x, y), mask.get(x, y));
                prop_assert_eq!(mask.inverted(bounds).get(x, y), 255 - mask.get(x, y));
            }
        }
    }

    #[test]
    fn masks_combine() {
        let square = |left, right| Mask::filled(Rect { left, top: 2, right, bottom: 6 });
        let (a, b) = (square(0, 6), square(4, 9));
        assert_eq!(a.union(&b).coverage().len(), 9 * 4);
        assert_eq!(a.intersection(&b), square(4, 6));
        assert_eq!((a.difference(&b).get(3, 3), a.difference(&b).get(5, 3)), (255, 0));
        assert!(a.intersection(&square(6, 9)).is_empty());
    }
}
