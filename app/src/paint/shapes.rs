//! Brush segments, rectangles, ellipses and polygons.

use super::{Fill, Point, paint_spans};
use crate::document::{Canvas, Rect};

/// A round brush of this radius drawn from `from` to `to`: every pixel whose centre is at most `radius_px` away
/// from the segment. A brush thinner than a pixel still leaves the pixels under its path.
pub fn brush_segment(canvas: &mut Canvas, from: Point, to: Point, radius_px: f32, fill: Fill<'_>) -> Rect {
    brush_taper(canvas, (from, radius_px), (to, radius_px), fill)
}

/// A round brush whose radius changes on the way: the convex hull of a disc at either end.
pub fn brush_taper(canvas: &mut Canvas, (from, r0): (Point, f32), (to, r1): (Point, f32), fill: Fill<'_>) -> Rect {
    let (r0, r1) = (r0.max(0.5), r1.max(0.5));
    let bounds = Rect::around(
        (from.x - r0).min(to.x - r1),
        (from.y - r0).min(to.y - r1),
        (from.x + r0).max(to.x + r1),
        (from.y + r0).max(to.y + r1),
    );
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    let length = dx.hypot(dy);
    // The corners of the band between the discs: where their common tangents touch them. One disc inside the other
    // has none, and neither have two in one place.
    let corners = (length > (r0 - r1).abs()).then(|| {
        let (ux, uy) = (dx / length, dy / length);
        let sine = (r0 - r1) / length;
        let cosine = (1.0 - sine * sine).sqrt();
        let touching = |centre: Point, r: f32, side: f32| {
            (centre.x + r * (ux * sine - uy * cosine * side), centre.y + r * (uy * sine + ux * cosine * side))
        };
        [touching(from, r0, 1.0), touching(to, r1, 1.0), touching(to, r1, -1.0), touching(from, r0, -1.0)]
    });
    // The hull is convex, so each row is one span: the union of the two caps and the band between.
    let band = move |y: f32| -> Option<(f32, f32)> {
        let corners = corners?;
        let mut span: Option<(f32, f32)> = None;
        for i in 0..4 {
            let ((x0, y0), (x1, y1)) = (corners[i], corners[(i + 1) % 4]);
            if (y0 <= y) != (y1 <= y) {
                let x = x0 + (y - y0) / (y1 - y0) * (x1 - x0);
                span = Some(span.map_or((x, x), |(least, most)| (least.min(x), most.max(x))));
            }
        }
        span
    };
    let cap = move |centre: Point, r: f32, y: f32| {
        let half = (r * r - (y - centre.y).powi(2)).sqrt();
        (!half.is_nan()).then_some((centre.x - half, centre.x + half))
    };
    paint_spans(canvas, bounds, fill, |y| {
        let spans = [cap(from, r0, y), cap(to, r1, y), band(y)].into_iter().flatten();
        spans.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    })
}

/// A filled rectangle between two opposite corners.
pub fn rectangle(canvas: &mut Canvas, a: Point, b: Point, fill: Fill<'_>) -> Rect {
    let (left, right) = (a.x.min(b.x), a.x.max(b.x));
    let (top, bottom) = (a.y.min(b.y), a.y.max(b.y));
    let bounds = Rect::around(left, top, right, bottom);
    paint_spans(canvas, bounds, fill, |y| (y >= top && y <= bottom).then_some((left, right)))
}

/// A filled ellipse in the rectangle between two opposite corners.
pub fn ellipse(canvas: &mut Canvas, a: Point, b: Point, fill: Fill<'_>) -> Rect {
    let (cx, cy) = (f32::midpoint(a.x, b.x), f32::midpoint(a.y, b.y));
    let (rx, ry) = ((a.x - b.x).abs() / 2.0, (a.y - b.y).abs() / 2.0);
    let bounds = Rect::around(cx - rx, cy - ry, cx + rx, cy + ry);
    paint_spans(canvas, bounds, fill, |y| {
        let half = rx * (1.0 - ((y - cy) / ry).powi(2)).sqrt();
        (!half.is_nan()).then_some((cx - half, cx + half))
    })
}

/// A filled polygon by the even-odd rule.
pub fn polygon(canvas: &mut Canvas, points: &[Point], fill: Fill<'_>) -> Rect {
    let [first, ..] = points else { return Rect::EMPTY };
    let (mut least, mut most) = (*first, *first);
    for point in points {
        least = Point { x: least.x.min(point.x), y: least.y.min(point.y) };
        most = Point { x: most.x.max(point.x), y: most.y.max(point.y) };
    }
    let bounds = Rect::around(least.x, least.y, most.x, most.y);
    paint_spans(canvas, bounds, fill, |y| {
        let mut crossings: Vec<f32> = Vec::new();
        for (i, a) in points.iter().enumerate() {
            let b = points[(i + 1) % points.len()];
            if (a.y <= y) != (b.y <= y) {
                crossings.push(a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x));
            }
        }
        crossings.sort_by(f32::total_cmp);
        crossings.as_chunks().0.iter().map(|&[from, to]| (from, to)).collect::<Vec<_>>()
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::document::Kind;

    fn painted(paint: impl FnOnce(&mut Canvas) -> Rect) -> (Canvas, Rect) {
        let mut canvas = Canvas::new(Kind::Sketch, 32, 24, 0);
        let rect = paint(&mut canvas);
        (canvas, rect)
    }

    fn distance(p: Point, a: Point, b: Point) -> f32 {
        let (dx, dy) = (b.x - a.x, b.y - a.y);
        let length2 = dx * dx + dy * dy;
        let t = if length2 == 0.0 { 0.0 } else { (((p.x - a.x) * dx + (p.y - a.y) * dy) / length2).clamp(0.0, 1.0) };
        (p.x - a.x - t * dx).hypot(p.y - a.y - t * dy)
    }

    proptest! {
        #[test]
        fn a_brush_covers_exactly_what_is_near(
            ax in -10f32..40.0, ay in -10f32..40.0, bx in -10f32..40.0, by in -10f32..40.0, radius in 0.5f32..9.0,
        ) {
            let (a, b) = (Point { x: ax, y: ay }, Point { x: bx, y: by });
            let (canvas, rect) = painted(|canvas| brush_segment(canvas, a, b, radius, Fill::Ink(1)));
            for y in 0..24 {
                for x in 0..32 {
                    let d = distance(Point { x: x as f32 + 0.5, y: y as f32 + 0.5 }, a, b);
                    let on = canvas.get(x, y) == Some(1);
                    // Centres that lie on the outline may round either way.
                    prop_assert!((d - radius).abs() < 1e-3 || on == (d < radius), "({x}, {y}) at {d} of {radius}: {on}");
                    prop_assert!(!on || (x >= rect.left && x < rect.right && y >= rect.top && y < rect.bottom));
                }
            }
        }

        #[test]
        fn a_tapered_brush_covers_the_discs_between_its_ends(
            ax in -5f32..37.0, ay in -5f32..29.0, bx in -5f32..37.0, by in -5f32..29.0, r0 in 0.5f32..8.0, r1 in 0.5f32..8.0,
        ) {
            let (a, b) = (Point { x: ax, y: ay }, Point { x: bx, y: by });
            let (canvas, _) = painted(|canvas| brush_taper(canvas, (a, r0), (b, r1), Fill::Ink(1)));
            for (x, y) in (0..24).flat_map(|y| (0..32).map(move |x| (x, y))) {
                let centre = Point { x: x as f32 + 0.5, y: y as f32 + 0.5 };
                // The hull of two discs is the union of the discs between them.
                let nearest = (0..=400).map(|i| i as f32 / 400.0).map(|t| {
                    distance(centre, Point { x: ax + (bx - ax) * t, y: ay + (by - ay) * t }, Point { x: ax + (bx - ax) * t, y: ay + (by - ay) * t })
                        - (r0 + (r1 - r0) * t)
                });
                let nearest = nearest.fold(f32::MAX, f32::min);
                let on = canvas.get(x, y) == Some(1);
                prop_assert!(nearest.abs() < 0.02 || on == (nearest < 0.0), "({x}, {y}) at {nearest}: {on}");
            }
        }

        #[test]
        fn no_shape_leaves_the_canvas(points in prop::collection::vec((-1e4f32..1e4, -1e4f32..1e4), 0..9)) {
            let points: Vec<Point> = points.into_iter().map(|(x, y)| Point { x, y }).collect();
            let (_, rect) = painted(|canvas| polygon(canvas, &points, Fill::Ink(1)));
            prop_assert!(rect.right <= 32 && rect.bottom <= 24);
            if let [a, b, ..] = points[..] {
                painted(|canvas| ellipse(canvas, a, b, Fill::Ink(1)));
                painted(|canvas| rectangle(canvas, a, b, Fill::Ink(1)));
            }
        }
    }

    #[test]
    fn a_polygon_fills_its_inside() {
        let square = [[4.0, 4.0], [10.0, 4.0], [10.0, 8.0], [4.0, 8.0]].map(Point::from);
        let (canvas, _) = painted(|canvas| polygon(canvas, &square, Fill::Ink(1)));
        assert_eq!(canvas.pixels().iter().filter(|ink| **ink == 1).count(), 24);
        assert_eq!(canvas.get(4, 4), Some(1));
        assert_eq!(canvas.get(10, 8), Some(0));
    }
}
