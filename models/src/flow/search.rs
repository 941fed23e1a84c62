//! Dense inverse search (Kroeger, Timofte, Dai and Van Gool 2016): patches are matched from coarse to fine.
//!
//! At every level small overlapping patches start from the coarser level's motion or a neighbour's, whichever matches
//! better, and are refined by Gauss-Newton steps. Patches without texture take over the motion of their neighbours.
//! Each pixel averages the patches over it, those that match it well counting most.

use super::{Flow, Gray};

/// Side of a patch in pixels.
const PATCH: usize = 8;

/// Distance between patches.
const STRIDE: usize = 4;

/// The coarsest level is not smaller than this.
const SMALLEST_SIDE: usize = 20;

/// Gauss-Newton steps of a patch.
const STEPS: usize = 6;

/// Added to a patch's curvature, so that noise of one level in 8 bits does not move it.
const NOISE: f32 = (PATCH * PATCH) as f32 * (1.5 / 255.0) * (1.5 / 255.0);

/// Rounds in which patches without texture follow their neighbours.
const ROUNDS: usize = 24;

/// Finds where each pixel of `now` was in the frame `before`, of the same size.
///
/// # Panics
/// When the frames differ in size.
pub fn flow(now: &Gray, before: &Gray) -> Flow {
    assert_eq!((now.width, now.height), (before.width, before.height), "frames of one film have one size");
    let mut levels = vec![(now.clone(), before.clone())];
    while let Some((now, before)) = levels.last().filter(|(now, _)| now.width.min(now.height) / 2 >= SMALLEST_SIDE) {
        let next = (now.halved(), before.halved());
        levels.push(next);
    }
    let mut found: Option<Flow> = None;
    for (now, before) in levels.iter().rev() {
        found = Some(level(now, before, found.as_ref()));
    }
    found.unwrap_or(Flow { width: now.width, height: now.height, vectors: vec![[0.0; 2]; now.values.len()] })
}

/// The patches of one level.
struct Patches {
    columns: Vec<usize>,
    rows: Vec<usize>,
    vectors: Vec<[f32; 2]>,
    /// The smaller curvature of each: how well it tells its motion in every direction.
    texture: Vec<f32>,
}

fn level(now: &Gray, before: &Gray, coarse: Option<&Flow>) -> Flow {
    let (columns, rows) = (places(now.width), places(now.height));
    let count = columns.len() * rows.len();
    let mut patches = Patches { columns, rows, vectors: vec![[0.0; 2]; count], texture: vec![0.0; count] };
    let across = patches.columns.len();
    for at in 0..count {
        let (x, y) = patches.corner(at);
        let start = coarse.map_or([0.0; 2], |coarse| doubled(coarse, x + PATCH / 2, y + PATCH / 2));
        let known = [(!at.is_multiple_of(across)).then(|| at - 1), at.checked_sub(across)];
        patches.improve(at, now, before, start, known);
    }
    // And back, so that a good match spreads in every direction.
    for at in (0..count).rev() {
        let known = [((at + 1) % across > 0).then_some(at + 1), (at + across < count).then_some(at + across)];
        patches.improve(at, now, before, patches.vectors[at], known);
    }
    patches.follow_neighbours(now, before);
    patches.dense(now, before)
}

/// Where patches begin along a side; the last one ends at the border.
fn places(side: usize) -> Vec<usize> {
    let last = side.saturating_sub(PATCH);
    let mut places: Vec<usize> = (0..=last).step_by(STRIDE).collect();
    if places.last() != Some(&last) {
        places.push(last);
    }
    places
}

impl Patches {
    fn corner(&self, at: usize) -> (usize, usize) {
        (self.columns[at % self.columns.len()], self.rows[at / self.columns.len()])
    }

    /// Refines the better of a start and the motions of two neighbours.
    fn improve(&mut self, at: usize, now: &Gray, before: &Gray, start: [f32; 2], neighbours: [Option<usize>; 2]) {
        let (x, y) = self.corner(at);
        let (mut best, mut error) = (start, difference(now, before, x, y, start));
        let candidates = neighbours.into_iter().flatten().map(|neighbour| self.vectors[neighbour]).chain([[0.0; 2]]);
        for candidate in candidates {
            let other = difference(now, before, x, y, candidate);
            // Clearly better only: where nothing can be told apart the coarser level knows more.
            if other < error * 0.9 - 1e-4 {
                (best, error) = (candidate, other);
            }
        }
        (self.vectors[at], self.texture[at]) = refined(now, before, x, y, best);
    }

    /// Spreads the motion of patches with texture over those without.
    fn follow_neighbours(&mut self, now: &Gray, before: &Gray) {
        let (across, count) = (self.columns.len(), self.vectors.len());
        // A contrast of a few levels makes a patch trust itself as much as one neighbour.
        let own: Vec<f32> = self.texture.iter().map(|texture| texture / (4.0 * NOISE)).collect();
        let mut spread = self.vectors.clone();
        for _ in 0..ROUNDS {
            let last = spread.clone();
            for (at, spread) in spread.iter_mut().enumerate() {
                let (x, y) = (at % across, at / across);
                let neighbours = [
                    (x > 0).then(|| at - 1),
                    (x + 1 < across).then_some(at + 1),
                    (y > 0).then(|| at - across),
                    (at + across < count).then_some(at + across),
                ];
                let mut sum = [self.vectors[at][0] * own[at], self.vectors[at][1] * own[at]];
                let mut weight = own[at];
                for neighbour in neighbours.into_iter().flatten() {
                    // Neighbours with texture know; those without only pass on what they heard.
                    let trust = 0.1 + own[neighbour].min(1.0);
                    sum = [sum[0] + last[neighbour][0] * trust, sum[1] + last[neighbour][1] * trust];
                    weight += trust;
                }
                *spread = sum.map(|sum| sum / weight.max(1e-6));
            }
        }
        for (at, spread) in spread.into_iter().enumerate() {
            let (x, y) = self.corner(at);
            let (was, is) = (difference(now, before, x, y, self.vectors[at]), difference(now, before, x, y, spread));
            // What matches clearly worse was a border between two motions.
            if is <= was * 1.1 + 0.1 {
                self.vectors[at] = spread;
            }
        }
    }

    /// One vector a pixel: the mean of the patches over it, weighted by how well each matches there.
    fn dense(&self, now: &Gray, before: &Gray) -> Flow {
        let (width, height) = (now.width, now.height);
        let mut sums = vec![[0.0_f32; 3]; width * height];
        for (at, vector) in self.vectors.iter().enumerate() {
            let (left, top) = self.corner(at);
            for y in top..(top + PATCH).min(height) {
                for x in left..(left + PATCH).min(width) {
                    let found = before.at(x as f32 + vector[0], y as f32 + vector[1]);
                    let weight = 1.0 / (now.values[y * width + x] - found).abs().max(1.0 / 255.0);
                    let sum = &mut sums[y * width + x];
                    *sum = [sum[0] + vector[0] * weight, sum[1] + vector[1] * weight, sum[2] + weight];
                }
            }
        }
        let vectors = sums.into_iter().map(|[dx, dy, weight]| [dx / weight.max(1e-6), dy / weight.max(1e-6)]).collect();
        Flow { width, height, vectors }
    }
}

/// The coarser level's motion at a place of this level.
fn doubled(coarse: &Flow, x: usize, y: usize) -> [f32; 2] {
    let at = (y / 2).min(coarse.height - 1) * coarse.width + (x / 2).min(coarse.width - 1);
    coarse.vectors[at].map(|part| part * 2.0)
}

/// The pixels of a patch that lie in the frame.
fn patch(frame: &Gray, left: usize, top: usize) -> impl Iterator<Item = (usize, usize)> {
    let (right, bottom) = ((left + PATCH).min(frame.width), (top + PATCH).min(frame.height));
    (top..bottom).flat_map(move |y| (left..right).map(move |x| (x, y)))
}

/// Sum of absolute differences of a patch and its place in the other frame.
fn difference(now: &Gray, before: &Gray, left: usize, top: usize, [dx, dy]: [f32; 2]) -> f32 {
    patch(now, left, top).map(|(x, y)| (now.values[y * now.width + x] - before.at(x as f32 + dx, y as f32 + dy)).abs()).sum()
}

/// Gauss-Newton on the brightness of a patch; gives the vector and the patch's texture.
fn refined(now: &Gray, before: &Gray, left: usize, top: usize, start: [f32; 2]) -> ([f32; 2], f32) {
    let gradient = |x: usize, y: usize| {
        let (x, y) = (x as f32, y as f32);
        [(now.at(x + 1.0, y) - now.at(x - 1.0, y)) / 2.0, (now.at(x, y + 1.0) - now.at(x, y - 1.0)) / 2.0]
    };
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in patch(now, left, top) {
        let [gx, gy] = gradient(x, y);
        (xx, xy, yy) = (xx + gx * gx, xy + gx * gy, yy + gy * gy);
    }
    let smaller = f32::midpoint(xx, yy) - (((xx - yy) / 2.0).powi(2) + xy * xy).sqrt();
    let (xx, yy) = (xx + NOISE, yy + NOISE);
    let determinant = xx * yy - xy * xy;
    let mut vector = start;
    let mut error = difference(now, before, left, top, start);
    for _ in 0..STEPS {
        let (mut bx, mut by) = (0.0, 0.0);
        for (x, y) in patch(now, left, top) {
            let [gx, gy] = gradient(x, y);
            let off = before.at(x as f32 + vector[0], y as f32 + vector[1]) - now.values[y * now.width + x];
            (bx, by) = (bx + gx * off, by + gy * off);
        }
        let step = [(yy * bx - xy * by) / determinant, (xx * by - xy * bx) / determinant];
        let next = [vector[0] - step[0], vector[1] - step[1]];
        let far = (next[0] - start[0]).hypot(next[1] - start[1]) > PATCH as f32;
        let next_error = difference(now, before, left, top, next);
        if far || next_error >= error {
            break;
        }
        (vector, error) = (next, next_error);
        if step[0].hypot(step[1]) < 0.01 {
            break;
        }
    }
    (vector, smaller.max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A random level for a place of a lattice.
    fn random(x: i32, y: i32) -> f32 {
        let mixed = (x as u32).wrapping_mul(0x9e37_79b9) ^ (y as u32).wrapping_mul(0x85eb_ca6b);
        (mixed ^ (mixed >> 15)).wrapping_mul(0x2c1b_3c6d) as f32 / u32::MAX as f32
    }

    /// Random levels `size` pixels apart, with smooth passages between them.
    fn noise(x: f32, y: f32, size: f32) -> f32 {
        let (x, y) = (x / size, y / size);
        let ease = |t: f32| t * t * (3.0 - 2.0 * t);
        let (left, top, across, down) = (x.floor() as i32, y.floor() as i32, ease(x - x.floor()), ease(y - y.floor()));
        let row = |y: i32| random(left, y) + (random(left + 1, y) - random(left, y)) * across;
        row(top) + (row(top + 1) - row(top)) * down
    }

    /// Texture of several scales, seen from (`left`, `top`).
    fn texture(left: f32, top: f32, width: usize, height: usize) -> Gray {
        let value = |at: usize| {
            let (x, y) = ((at % width) as f32 + left, (at / width) as f32 + top);
            noise(x, y, 31.0) * 0.5 + noise(x, y, 11.0) * 0.3 + noise(x, y, 5.0) * 0.2
        };
        Gray { width, height, values: (0..width * height).map(value).collect() }
    }

    fn median_error(flow: &Flow, [dx, dy]: [f32; 2]) -> f32 {
        let inside = |at: &usize| {
            (16..flow.width - 16).contains(&(at % flow.width)) && (16..flow.height - 16).contains(&(at / flow.width))
        };
        let mut errors: Vec<f32> =
            (0..flow.vectors.len()).filter(inside).map(|at| (flow.vectors[at][0] - dx).hypot(flow.vectors[at][1] - dy)).collect();
        errors.sort_by(f32::total_cmp);
        errors[errors.len() / 2]
    }

    #[test]
    fn a_pan_is_found_to_a_tenth_of_a_pixel() {
        let before = texture(0.0, 0.0, 128, 96);
        for motion in [[0.0, 0.0], [3.0, -2.0], [-7.5, 4.25], [12.0, 0.5]] {
            // The camera moved by `motion`, so what is here now was there.
            let now = texture(motion[0], motion[1], 128, 96);
            let found = flow(&now, &before);
            let error = median_error(&found, motion);
            assert!(error < 0.1, "{motion:?} is off by {error}");
            let sure = found.confidence(&now, &before);
            assert!(sure.iter().sum::<f32>() / sure.len() as f32 > 0.75, "{motion:?}");
        }
    }

    #[test]
    fn flat_parts_move_with_what_is_around_them() {
        let disc = |cx: f32| {
            let value = |at: usize| if ((at % 120) as f32 - cx).hypot((at / 120) as f32 - 45.0) < 24.0 { 0.9 } else { 0.2 };
            Gray { width: 120, height: 90, values: (0..120 * 90).map(value).collect() }
        };
        let found = flow(&disc(62.0), &disc(56.0));
        let centre = found.vectors[45 * 120 + 62];
        assert!((centre[0] + 6.0).abs() < 1.5 && centre[1].abs() < 1.0, "{centre:?}");
    }

    #[test]
    fn unlike_frames_are_not_trusted() {
        let (now, before) = (texture(0.0, 0.0, 96, 64), texture(500.0, 900.0, 96, 64));
        let mirrored = Gray { values: before.values.iter().map(|value| 1.0 - value).collect(), ..before };
        let sure = flow(&now, &mirrored).confidence(&now, &mirrored);
        assert!(sure.iter().sum::<f32>() / (sure.len() as f32) < 0.5);
        let tiny = Gray { width: 1, height: 1, values: vec![0.5] };
        assert_eq!(flow(&tiny, &tiny).vectors, [[0.0; 2]]);
    }
}
