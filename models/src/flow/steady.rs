//! A blend over time that follows the motion.

use super::{Flow, Gray, flow};

/// Carries the last picture along with the motion of the inputs and blends it into the next.
#[derive(Debug, Clone)]
pub struct Steady {
    /// Share of the carried picture where the motion is certain, 0..1.
    strength: f32,
    last: Option<Last>,
    flicker: Flicker,
}

#[derive(Debug, Clone)]
struct Last {
    input: Gray,
    /// What was given out, in levels; kept in fractions so that rounding does not add up.
    steady: Vec<f32>,
    /// What the network painted.
    raw: Vec<f32>,
}

/// How much consecutive pictures differ where the same thing is seen: levels of 255, motion taken out.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Flicker {
    /// Of the pictures as they were painted.
    pub before: f64,
    /// Of the pictures that were given out.
    pub after: f64,
    /// Pairs of pictures that were compared.
    pub pairs: usize,
}

impl Steady {
    /// A blend of this strength; at 0 pictures go through as they are and only their flicker is measured.
    pub fn new(strength: f32) -> Self {
        let strength = if strength.is_finite() { strength.clamp(0.0, 1.0) } else { 0.0 };
        Self { strength, last: None, flicker: Flicker::default() }
    }

    /// Takes the next frame: the lightness of its input and the picture painted from it, three bytes a pixel;
    /// gives the picture to show. A frame of another size starts anew.
    pub fn next(&mut self, input: Gray, painted: &[u8]) -> Vec<u8> {
        let raw: Vec<f32> = painted.iter().map(|level| f32::from(*level)).collect();
        let last = self.last.take().filter(|last| (last.input.width, last.input.height) == (input.width, input.height));
        let steady = match last {
            None => raw.clone(),
            Some(last) => {
                let motion = flow(&input, &last.input);
                let sure = motion.confidence(&input, &last.input);
                let carried = carry(&motion, &last.steady);
                let mut steady = raw.clone();
                for ((pixel, carried), sure) in
                    steady.as_chunks_mut::<3>().0.iter_mut().zip(carried.as_chunks::<3>().0).zip(&sure)
                {
                    for (value, carried) in pixel.iter_mut().zip(carried) {
                        *value += self.strength * sure * (carried - *value);
                    }
                }
                let pair = (mean_difference(&raw, &carry(&motion, &last.raw), &sure), mean_difference(&steady, &carried, &sure));
                if let (Some(before), Some(after)) = pair {
                    self.flicker.before += before;
                    self.flicker.after += after;
                    self.flicker.pairs += 1;
                }
                steady
            }
        };
        let shown = steady.iter().map(|level| level.round() as u8).collect();
        self.last = Some(Last { input, steady, raw });
        shown
    }

    /// The mean flicker of the frames so far.
    pub fn flicker(&self) -> Flicker {
        let Flicker { before, after, pairs } = self.flicker;
        let count = pairs.max(1) as f64;
        Flicker { before: before / count, after: after / count, pairs }
    }
}

/// The picture moved along: each pixel taken from where it was, between pixels by a cubic (Catmull-Rom), because a
/// linear mean would blur more with every frame.
fn carry(motion: &Flow, picture: &[f32]) -> Vec<f32> {
    let (width, height) = (motion.width, motion.height);
    let mut carried = vec![0.0; picture.len()];
    for (at, (pixel, [dx, dy])) in carried.as_chunks_mut::<3>().0.iter_mut().zip(&motion.vectors).enumerate() {
        let x = ((at % width) as f32 + dx).clamp(0.0, width as f32 - 1.0);
        let y = ((at / width) as f32 + dy).clamp(0.0, height as f32 - 1.0);
        let (left, top) = (x.floor(), y.floor());
        let (across, down) = (cubic(x - left), cubic(y - top));
        let column = |tap: usize| (left as isize + tap as isize - 1).clamp(0, width as isize - 1) as usize;
        let columns = [0, 1, 2, 3].map(column);
        for (tap, weight) in down.into_iter().enumerate() {
            let row = (top as isize + tap as isize - 1).clamp(0, height as isize - 1) as usize * width;
            for (column, share) in columns.into_iter().zip(across) {
                let from = &picture[(row + column) * 3..][..3];
                for (value, from) in pixel.iter_mut().zip(from) {
                    *value += weight * share * from;
                }
            }
        }
        *pixel = pixel.map(|value| value.clamp(0.0, 255.0));
    }
    carried
}

/// Catmull-Rom weights of the four values around a place.
fn cubic(t: f32) -> [f32; 4] {
    let (t2, t3) = (t * t, t * t * t);
    [-t3 + 2.0 * t2 - t, 3.0 * t3 - 5.0 * t2 + 2.0, -3.0 * t3 + 4.0 * t2 + t, t3 - t2].map(|weight| weight / 2.0)
}

/// The mean absolute difference, weighted by how sure the motion is; `None` where nothing is.
fn mean_difference(a: &[f32], b: &[f32], sure: &[f32]) -> Option<f64> {
    let mut total = 0.0;
    for ((a, b), sure) in a.as_chunks::<3>().0.iter().zip(b.as_chunks::<3>().0).zip(sure) {
        let difference: f32 = a.iter().zip(b).map(|(a, b)| (a - b).abs()).sum();
        total += f64::from(difference / 3.0 * sure);
    }
    let weight: f64 = sure.iter().map(|sure| f64::from(*sure)).sum();
    (weight > 1.0).then(|| total / weight)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Draws;

    const WIDTH: usize = 96;
    const HEIGHT: usize = 64;

    fn scene(shift: f32) -> Vec<u8> {
        let level = |at: usize| {
            let (x, y) = ((at % WIDTH) as f32 + shift, (at / WIDTH) as f32);
            (128.0 + 50.0 * (x * 0.3 + (y * 0.2).sin()).sin() + 50.0 * (y * 0.35 - x * 0.1).sin()) as u8
        };
        (0..WIDTH * HEIGHT).flat_map(|at| [level(at); 3]).collect()
    }

    #[test]
    fn noise_over_a_pan_is_calmed_and_a_cut_starts_anew() {
        let mut steady = Steady::new(0.8);
        let mut random = Draws::new(7, 0);
        for frame in 0..8 {
            let clean = scene(frame as f32 * 1.5);
            let noisy: Vec<u8> = clean.iter().map(|level| level.saturating_add((random.uniform() * 40.0) as u8)).collect();
            let shown = steady.next(Gray::from_rgb(WIDTH, HEIGHT, &clean), &noisy);
            assert_eq!(shown.len(), noisy.len());
        }
        let flicker = steady.flicker();
        assert_eq!(flicker.pairs, 7);
        assert!(flicker.after < flicker.before / 3.0, "{flicker:?}");
        let other = vec![250; WIDTH * HEIGHT * 3];
        let painted = vec![9; other.len()];
        let shown = steady.next(Gray::from_rgb(WIDTH, HEIGHT, &other), &painted);
        let moved = shown.iter().filter(|level| level.abs_diff(9) > 20).count();
        assert!(moved < shown.len() / 3, "the last scene shines through at {moved} places");
    }

    #[test]
    fn without_strength_pictures_go_through() {
        let mut steady = Steady::new(0.0);
        for shift in [0.0, 2.0] {
            let painted = scene(shift * 3.0);
            assert_eq!(steady.next(Gray::from_rgb(WIDTH, HEIGHT, &scene(shift)), &painted), painted);
        }
        assert!((steady.flicker().before - steady.flicker().after).abs() < 1e-9);
    }
}
