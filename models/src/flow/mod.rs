//! Motion between two frames, and its use against flicker.
//!
//! A network that paints each frame by itself answers small changes of its input with other textures. What moved
//! can be told from the *inputs*: [`Flow`] finds for every pixel the place that it had in the frame before, and
//! [`Steady`] carries the last picture along and blends it in wherever the inputs agree.

mod search;
mod steady;

pub use search::flow;
pub use steady::{Flicker, Steady};

/// Lightness of a frame in 0..1, rows from the top.
#[derive(Debug, Clone, PartialEq)]
pub struct Gray {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// One value a pixel.
    pub values: Vec<f32>,
}

/// Where each pixel of a frame was in the frame before: at its own place plus its vector.
#[derive(Debug, Clone, PartialEq)]
pub struct Flow {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Pixels to the right and down, one vector a pixel.
    pub vectors: Vec<[f32; 2]>,
}

impl Gray {
    /// The luma (Rec. 601) of three bytes a pixel.
    pub fn from_rgb(width: usize, height: usize, rgb: &[u8]) -> Self {
        let luma = |[r, g, b]: &[u8; 3]| (0.299 * f32::from(*r) + 0.587 * f32::from(*g) + 0.114 * f32::from(*b)) / 255.0;
        Self { width, height, values: rgb.as_chunks().0.iter().map(luma).collect() }
    }

    /// The value between pixels; the border goes on outside.
    fn at(&self, x: f32, y: f32) -> f32 {
        let x = x.clamp(0.0, self.width as f32 - 1.0);
        let y = y.clamp(0.0, self.height as f32 - 1.0);
        let (left, top) = (x as usize, y as usize);
        let (right, bottom) = ((left + 1).min(self.width - 1), (top + 1).min(self.height - 1));
        let (fx, fy) = (x - left as f32, y - top as f32);
        let (upper, lower) = (&self.values[top * self.width..], &self.values[bottom * self.width..]);
        let upper = upper[left] + (upper[right] - upper[left]) * fx;
        let lower = lower[left] + (lower[right] - lower[left]) * fx;
        upper + (lower - upper) * fy
    }

    /// Half the size, each pixel the mean of four.
    fn halved(&self) -> Self {
        let (width, height) = (self.width.div_ceil(2), self.height.div_ceil(2));
        let at = |x: usize, y: usize| self.values[y.min(self.height - 1) * self.width + x.min(self.width - 1)];
        let mean = |x: usize, y: usize| (at(x, y) + at(x + 1, y) + at(x, y + 1) + at(x + 1, y + 1)) / 4.0;
        let values = (0..width * height).map(|i| mean(i % width * 2, i / width * 2)).collect();
        Self { width, height, values }
    }
}

impl Flow {
    /// How far the vector of each pixel can be trusted, 0..1: the two frames must agree around it.
    ///
    /// Where a pixel came from outside the picture nothing is known.
    pub fn confidence(&self, now: &Gray, before: &Gray) -> Vec<f32> {
        let (width, height) = (self.width, self.height);
        let difference = |(at, [dx, dy]): (usize, &[f32; 2])| {
            let (x, y) = ((at % width) as f32 + dx, (at / width) as f32 + dy);
            let inside = (-0.5..width as f32 - 0.5).contains(&x) && (-0.5..height as f32 - 0.5).contains(&y);
            if inside { (now.values[at] - before.at(x, y)).abs() } else { 1.0 }
        };
        let differences: Vec<f32> = self.vectors.iter().enumerate().map(difference).collect();
        let differences = box_mean(&differences, width, height, 2);
        differences.into_iter().map(|d| ((UNLIKE - d) / (UNLIKE - ALIKE)).clamp(0.0, 1.0)).collect()
    }
}

/// Mean differences of lightness up to this are noise of the camera and of compression.
const ALIKE: f32 = 2.5 / 255.0;

/// From here on two places do not show the same thing.
const UNLIKE: f32 = 12.0 / 255.0;

/// The mean over a square of `2 * radius + 1` pixels, smaller at the border.
fn box_mean(values: &[f32], width: usize, height: usize, radius: usize) -> Vec<f32> {
    // Sums over everything above and to the left make each square cost four look-ups.
    let mut sums = vec![0.0_f64; (width + 1) * (height + 1)];
    for y in 0..height {
        let mut row = 0.0;
        for x in 0..width {
            row += f64::from(values[y * width + x]);
            sums[(y + 1) * (width + 1) + x + 1] = sums[y * (width + 1) + x + 1] + row;
        }
    }
    let mean = |at: usize| {
        let (x, y) = (at % width, at / width);
        let (left, right) = (x.saturating_sub(radius), (x + radius + 1).min(width));
        let (top, bottom) = (y.saturating_sub(radius), (y + radius + 1).min(height));
        let sum = |x: usize, y: usize| sums[y * (width + 1) + x];
        let total = sum(right, bottom) - sum(left, bottom) - sum(right, top) + sum(left, top);
        (total / ((right - left) * (bottom - top)) as f64) as f32
    };
    (0..values.len()).map(mean).collect()
}
