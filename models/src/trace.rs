//! From edge probabilities to the lines of a sketch.
//!
//! The edge detector's ridges are several pixels wide. They are thinned across by non-maximum suppression, cut at a
//! threshold with hysteresis, thinned to a skeleton, freed of specks, and drawn with a pen of any width. That is how the
//! sketches were made that the bundled sketch models were trained on, so what is traced is what they know.
//!
//! Sources: Canny 1986 (suppression, hysteresis); Steger 1998 (a ridge's normal from the Hessian);
//! Zhang and Suen 1984 (skeleton).

/// Probabilities of an edge in 0..1, rows from the top.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Edges {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// One value a pixel.
    pub values: Vec<f32>,
}

/// How lines are drawn from edges.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LineStyle {
    /// Edges that are nowhere this probable are left out, 0..1.
    pub threshold: f32,
    /// Whether edges become lines of one width; otherwise they are inked as wide as they are.
    pub thin: bool,
    /// Lines of fewer pixels are left out.
    pub min_length_px: usize,
    /// Width of the pen in pixels.
    pub width_px: f32,
}

impl Default for LineStyle {
    fn default() -> Self {
        Self { threshold: 0.35, thin: true, min_length_px: 10, width_px: 1.5 }
    }
}

/// A line goes on where its edge is weaker than the threshold, down to this share of it.
const HYSTERESIS: f32 = 0.6;

/// How far across an edge a larger value suppresses a smaller one.
const SUPPRESSION_RADIUS_PX: usize = 3;

/// Draws the lines of a picture's edges: 255 where there is ink, rows from the top.
pub fn trace(edges: &Edges, style: &LineStyle) -> Vec<u8> {
    if edges.values.is_empty() || edges.values.len() != edges.width * edges.height {
        return Vec::new();
    }
    let grid = Grid { width: edges.width, height: edges.height };
    if !style.thin {
        // A soft rim of a sixteenth in probability keeps the outline smooth.
        let rim = 1.0 / 16.0;
        let mut kept: Vec<bool> = edges.values.iter().map(|value| *value > style.threshold - rim / 2.0).collect();
        remove_specks(grid, &mut kept, style.min_length_px);
        let ink = |(value, kept): (&f32, bool)| {
            let cover = (value - style.threshold) / rim + 0.5;
            if kept { (cover.clamp(0.0, 1.0) * 255.0).round() as u8 } else { 0 }
        };
        return edges.values.iter().zip(kept).map(ink).collect();
    }
    let mut lines = hysteresis(grid, &suppressed(grid, &edges.values), style.threshold);
    skeletonise(grid, &mut lines);
    remove_specks(grid, &mut lines, style.min_length_px);
    pen(grid, &lines, style.width_px)
}

#[derive(Clone, Copy)]
struct Grid {
    width: usize,
    height: usize,
}

impl Grid {
    /// The index of a place that may lie outside, moved to the nearest pixel.
    fn clamped(self, x: isize, y: isize) -> usize {
        y.clamp(0, self.height as isize - 1) as usize * self.width + x.clamp(0, self.width as isize - 1) as usize
    }

    fn pixels(self) -> impl Iterator<Item = (usize, isize, isize)> {
        (0..self.width * self.height).map(move |at| (at, (at % self.width) as isize, (at / self.width) as isize))
    }

    /// The neighbours of a pixel within the picture, up to eight.
    fn neighbours(self, at: usize) -> impl Iterator<Item = usize> {
        let (x, y) = ((at % self.width) as isize, (at / self.width) as isize);
        AROUND.into_iter().filter_map(move |(dx, dy)| {
            let (x, y) = (x + dx, y + dy);
            let inside = x >= 0 && y >= 0 && (x as usize) < self.width && (y as usize) < self.height;
            inside.then(|| y as usize * self.width + x as usize)
        })
    }

    fn bilinear(self, values: &[f32], x: f32, y: f32) -> f32 {
        let (left, top) = (x.floor(), y.floor());
        let (fx, fy) = (x - left, y - top);
        let at = |dx, dy| values[self.clamped(left as isize + dx, top as isize + dy)];
        let (upper, lower) = (at(0, 0) * (1.0 - fx) + at(1, 0) * fx, at(0, 1) * (1.0 - fx) + at(1, 1) * fx);
        upper * (1.0 - fy) + lower * fy
    }
}

/// The eight neighbours clockwise from above.
const AROUND: [(isize, isize); 8] = [(0, -1), (1, -1), (1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1)];

/// A triangle filter of `2 * radius + 1` taps in both directions; the border is repeated.
fn smoothed(grid: Grid, values: &[f32], radius: isize) -> Vec<f32> {
    let whole = ((radius + 1) * (radius + 1)) as f32;
    let along = |values: &[f32], dx: isize, dy: isize| -> Vec<f32> {
        let weighted = |x, y, tap: isize| (radius + 1 - tap.abs()) as f32 * values[grid.clamped(x + tap * dx, y + tap * dy)];
        grid.pixels().map(|(_, x, y)| (-radius..=radius).map(|tap| weighted(x, y, tap)).sum::<f32>() / whole).collect()
    };
    along(&along(values, 1, 0), 0, 1)
}

/// Networks see an edge where the picture ends; this close to it probabilities fade.
const BORDER_PX: f32 = 4.0;

/// The ridges of the probabilities: a value stays where none across the edge is larger.
fn suppressed(grid: Grid, values: &[f32]) -> Vec<f32> {
    let fine = smoothed(grid, values, 1);
    let coarse = smoothed(grid, values, 4);
    let keep = |(at, x, y): (usize, isize, isize)| {
        let value = |dx: isize, dy: isize| coarse[grid.clamped(x + dx, y + dy)];
        let xx = value(2, 0) - 2.0 * value(0, 0) + value(-2, 0);
        let yy = value(0, 2) - 2.0 * value(0, 0) + value(0, -2);
        let xy = value(1, 1) - value(1, -1) - value(-1, 1) + value(-1, -1);
        // The eigenvector of the most negative curvature points across the ridge.
        let across = 0.5 * (2.0 * xy).atan2(xx - yy) + std::f32::consts::FRAC_PI_2;
        let (ny, nx) = across.sin_cos();
        let larger = |step: f32| {
            let other = grid.bilinear(&fine, x as f32 + nx * step, y as f32 + ny * step);
            // A hair of tolerance, so that a flat top is not suppressed from both sides.
            other > fine[at] * 1.005
        };
        let beaten = (1..=SUPPRESSION_RADIUS_PX).any(|step| larger(step as f32) || larger(-(step as f32)));
        let margin = x.min(y).min(grid.width as isize - 1 - x).min(grid.height as isize - 1 - y);
        if beaten { 0.0 } else { values[at] * (margin as f32 / BORDER_PX).min(1.0) }
    };
    grid.pixels().map(keep).collect()
}

/// What is above the low threshold and hangs together with something above the high one.
fn hysteresis(grid: Grid, values: &[f32], threshold: f32) -> Vec<bool> {
    let low = (threshold * HYSTERESIS).max(1e-6);
    let mut kept: Vec<bool> = values.iter().map(|value| *value >= threshold.max(1e-6)).collect();
    let mut open: Vec<usize> = (0..kept.len()).filter(|at| kept[*at]).collect();
    while let Some(at) = open.pop() {
        for next in grid.neighbours(at) {
            if !kept[next] && values[next] >= low {
                kept[next] = true;
                open.push(next);
            }
        }
    }
    kept
}

/// Thins lines to one pixel without breaking them.
fn skeletonise(grid: Grid, lines: &mut [bool]) {
    let mut candidates: Vec<usize> = (0..lines.len()).filter(|at| lines[*at]).collect();
    loop {
        let before = candidates.len();
        for second in [false, true] {
            let removed: Vec<usize> = candidates.iter().copied().filter(|at| peels(grid, lines, *at, second)).collect();
            for at in removed {
                lines[at] = false;
            }
            candidates.retain(|at| lines[*at]);
        }
        if candidates.len() == before {
            break;
        }
    }
    // What is left has steps of two pixels in slanted parts; the corner of each goes, if nothing hangs on it alone.
    for at in candidates {
        let around = ring(grid, lines, at);
        let joins = (0..8).step_by(2).filter(|&i| !around[i] && (around[i + 1] || around[(i + 2) % 8])).count();
        if joins == 1 && around.iter().filter(|set| **set).count() >= 2 {
            lines[at] = false;
        }
    }
}

/// Which of the eight neighbours are set, clockwise from above.
fn ring(grid: Grid, lines: &[bool], at: usize) -> [bool; 8] {
    let (x, y) = ((at % grid.width) as isize, (at / grid.width) as isize);
    AROUND.map(|(dx, dy)| {
        let (x, y) = (x + dx, y + dy);
        let inside = x >= 0 && y >= 0 && (x as usize) < grid.width && (y as usize) < grid.height;
        inside && lines[y as usize * grid.width + x as usize]
    })
}

/// Whether a pixel belongs to the rim that this half of the pass takes away.
fn peels(grid: Grid, lines: &[bool], at: usize, second: bool) -> bool {
    let around = ring(grid, lines, at);
    let set = around.iter().filter(|set| **set).count();
    let starts = (0..8).filter(|&i| !around[i] && around[(i + 1) % 8]).count();
    let [above, _, right, _, below, _, left, _] = around;
    let open_side = if second { !above || !left || !right && !below } else { !right || !below || !above && !left };
    (2..=6).contains(&set) && starts == 1 && open_side
}

/// Takes away what hangs together and has fewer pixels.
fn remove_specks(grid: Grid, lines: &mut [bool], fewest: usize) {
    let mut seen = vec![false; lines.len()];
    for start in 0..lines.len() {
        if !lines[start] || seen[start] {
            continue;
        }
        let mut part = vec![start];
        seen[start] = true;
        let mut next = 0;
        while next < part.len() {
            for neighbour in grid.neighbours(part[next]) {
                if lines[neighbour] && !seen[neighbour] {
                    seen[neighbour] = true;
                    part.push(neighbour);
                }
            }
            next += 1;
        }
        if part.len() < fewest {
            for at in part {
                lines[at] = false;
            }
        }
    }
}

/// Draws one-pixel lines with a round pen.
fn pen(grid: Grid, lines: &[bool], width_px: f32) -> Vec<u8> {
    let radius = width_px.clamp(1.0, 64.0) / 2.0;
    let reach = (radius + 0.5).ceil() as isize;
    let cover = |dx: isize, dy: isize| ((radius + 0.5 - (dx as f32).hypot(dy as f32)).clamp(0.0, 1.0) * 255.0).round() as u8;
    let stamp: Vec<(isize, isize, u8)> =
        (-reach..=reach).flat_map(|dy| (-reach..=reach).map(move |dx| (dx, dy, cover(dx, dy)))).filter(|dot| dot.2 > 0).collect();
    let mut ink = vec![0; lines.len()];
    for (_, x, y) in grid.pixels().filter(|(at, ..)| lines[*at]) {
        for &(dx, dy, cover) in &stamp {
            let (x, y) = (x + dx, y + dy);
            if x >= 0 && y >= 0 && (x as usize) < grid.width && (y as usize) < grid.height {
                let pixel = &mut ink[y as usize * grid.width + x as usize];
                *pixel = cover.max(*pixel);
            }
        }
    }
    ink
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: usize = 64;

    /// A soft ring of edges, a faint line and a speck.
    fn edges() -> Edges {
        let value = |at: usize| {
            let (x, y) = ((at % SIDE) as f32, (at / SIDE) as f32);
            let ring = (1.0 - ((x - 30.0).hypot(y - 34.0) - 18.0).abs() / 4.0).max(0.0);
            let faint = if (y - 6.0).abs() < 1.5 { 0.2 } else { 0.0 };
            let speck = if (x - 58.0).abs() < 2.0 && (y - 58.0).abs() < 2.0 { 0.9 } else { 0.0 };
            ring.max(faint).max(speck)
        };
        Edges { width: SIDE, height: SIDE, values: (0..SIDE * SIDE).map(value).collect() }
    }

    fn inked(ink: &[u8]) -> Vec<(usize, usize)> {
        (0..ink.len()).filter(|at| ink[*at] > 127).map(|at| (at % SIDE, at / SIDE)).collect()
    }

    #[test]
    fn a_ring_becomes_one_thin_closed_line() {
        let style = LineStyle { threshold: 0.5, min_length_px: 12, width_px: 1.0, thin: true };
        let line = inked(&trace(&edges(), &style));
        assert!(line.iter().all(|(x, y)| ((*x as f32 - 30.0).hypot(*y as f32 - 34.0) - 18.0).abs() < 1.5), "{line:?}");
        // A digital circle of this radius has eight times 18 / sqrt(2) pixels.
        assert!((95..=120).contains(&line.len()), "{} pixels", line.len());
        let neighbours = |(x, y): (usize, usize)| {
            line.iter().filter(|(a, b)| (*a, *b) != (x, y) && a.abs_diff(x) <= 1 && b.abs_diff(y) <= 1).count()
        };
        assert!(line.iter().all(|place| neighbours(*place) >= 2), "the ring is broken");
    }

    #[test]
    fn threshold_length_and_width_do_what_they_say() {
        let count = |style: LineStyle| inked(&trace(&edges(), &style)).len();
        let thin = LineStyle { threshold: 0.5, min_length_px: 0, width_px: 1.0, thin: true };
        let ring = count(LineStyle { min_length_px: 12, ..thin });
        assert!(count(thin) > ring, "the speck is a line without a least length");
        assert!(count(LineStyle { threshold: 0.1, ..thin }) > ring + SIDE / 2, "the faint line appears");
        assert!(count(LineStyle { width_px: 3.0, ..thin }) > 2 * ring);
        assert!(count(LineStyle { thin: false, ..thin }) > 2 * ring, "edges are inked as wide as they are");
        assert_eq!(count(LineStyle { threshold: 1.01, ..thin }), 0);
        assert!(trace(&Edges { width: 3, height: 3, values: vec![1.0] }, &thin).is_empty());
    }
}
