//! Rectangles of whole pixels.

/// Pixels with `left <= x < right` and `top <= y < bottom`; empty when a side has no length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rect {
    /// First column.
    pub left: usize,
    /// First row.
    pub top: usize,
    /// Column after the last.
    pub right: usize,
    /// Row after the last.
    pub bottom: usize,
}

impl Rect {
    /// No pixel.
    pub const EMPTY: Self = Self { left: 0, top: 0, right: 0, bottom: 0 };

    /// A rectangle at the origin.
    pub const fn from_size(width: usize, height: usize) -> Self {
        Self { left: 0, top: 0, right: width, bottom: height }
    }

    /// The pixels that touch an area in canvas coordinates, cut at zero.
    pub fn around(left: f32, top: f32, right: f32, bottom: f32) -> Self {
        let whole = |value: f32| value.clamp(0.0, 1e6) as usize;
        Self { left: whole(left.floor()), top: whole(top.floor()), right: whole(right.ceil()), bottom: whole(bottom.ceil()) }
    }

    /// Where a picture of this size lies in it: as large as fits, in the middle, at least a pixel wide and high.
    #[must_use]
    pub fn fitting(self, width: usize, height: usize) -> Self {
        let scale = (self.width() as f32 / width as f32).min(self.height() as f32 / height as f32);
        let side = |side: usize, most: usize| ((side as f32 * scale).round().max(1.0) as usize).min(most);
        let (width, height) = (side(width, self.width()), side(height, self.height()));
        let (left, top) = (self.left + (self.width() - width) / 2, self.top + (self.height() - height) / 2);
        Self { left, top, right: left + width, bottom: top + height }
    }

    /// Columns.
    pub const fn width(&self) -> usize {
        self.right.saturating_sub(self.left)
    }

    /// Rows.
    pub const fn height(&self) -> usize {
        self.bottom.saturating_sub(self.top)
    }

    /// Whether it holds no pixel.
    pub const fn is_empty(&self) -> bool {
        self.width() == 0 || self.height() == 0
    }

    /// The smallest rectangle around both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        match (self.is_empty(), other.is_empty()) {
            (true, _) => other,
            (_, true) => self,
            _ => Self {
                left: self.left.min(other.left),
                top: self.top.min(other.top),
                right: self.right.max(other.right),
                bottom: self.bottom.max(other.bottom),
            },
        }
    }

    /// The pixels in both.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        let both = Self {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.min(other.right),
            bottom: self.bottom.min(other.bottom),
        };
        if both.is_empty() { Self::EMPTY } else { both }
    }
}
