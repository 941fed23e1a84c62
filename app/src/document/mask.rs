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
