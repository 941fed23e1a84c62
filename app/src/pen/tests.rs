//! What a hand may rely on.

use proptest::prelude::*;

use super::*;

fn sample(x: f32, y: f32, seconds: f64) -> Sample {
    Sample { at: Point { x, y }, seconds, ..Sample::from([x, y]) }
}

/// The whole line through samples a hundredth of a second apart.
fn drawn(settings: &Settings, places: &[(f32, f32)]) -> Vec<Inked> {
    let (x, y) = places[0];
    let (mut line, first) = Line::begin(settings, sample(x, y, 0.0));
    let mut inked = vec![first];
    for (index, (x, y)) in places.iter().enumerate().skip(1) {
        line.go_on(sample(*x, *y, 0.01 * index as f64), &mut inked);
    }
    line.end(&mut inked);
    assert!(!line.lags());
    inked
}

fn with(stabiliser: Stabiliser, strength: f32) -> Settings {
    Settings { stabiliser, strength, ..Settings::default() }
}

proptest! {
    #[test]
    fn the_line_goes_through_every_sample_in_order_and_ends_at_the_last(
        places in prop::collection::vec((-50f32..500.0, -50f32..500.0), 1..40),
    ) {
        let inked = drawn(&Settings::default(), &places);
        let mut rest = inked.iter();
        for (x, y) in &places {
            let met = rest.clone().position(|inked| distance(inked.at, Point { x: *x, y: *y }) < 0.02);
            let missed = met.is_none() && distance(inked[inked.len() - 1].at, Point { x: *x, y: *y }) >= 0.02;
            prop_assert!(!missed, "a sample is missed: {} {}", x, y);
            rest.nth(met.unwrap_or(0).saturating_sub(1));
        }
        let (x, y) = places[places.len() - 1];
        let short = distance(inked[inked.len() - 1].at, Point { x, y });
        prop_assert!(short < 0.02);
        prop_assert!(inked.iter().all(|inked| inked.at.x.is_finite() && inked.at.y.is_finite()));
    }

    #[test]
    fn a_stabilised_line_never_leaves_the_hull_and_catches_up(
        places in prop::collection::vec((0f32..300.0, 0f32..300.0), 2..40), strength in 0f32..1.0,
    ) {
        for stabiliser in [Stabiliser::Smooth, Stabiliser::Rope] {
            let (mut line, _) = Line::begin(&with(stabiliser, strength), sample(places[0].0, places[0].1, 0.0));
            let mut tips = Vec::new();
            for (index, (x, y)) in places.iter().enumerate().skip(1) {
                line.go_on(sample(*x, *y, 0.01 * index as f64), &mut Vec::new());
                tips.push(line.rope().unwrap().0);
            }
            prop_assert!(tips.iter().all(|tip| (-0.01..300.01).contains(&tip.x) && (-0.01..300.01).contains(&tip.y)));
            line.end(&mut Vec::new());
            let (tip, pointer) = line.rope().unwrap();
            prop_assert!(distance(tip, pointer) < 1e-3);
        }
    }

    #[test]
    fn images_in_a_mirror_cover_each_others_pixels(x in -300f32..300.0, cx in -200f32..200.0, cy in -200f32..200.0) {
        let mut symmetry = Symmetry::of_canvas(64, 64);
        symmetry.axes = Axes { vertical: true, horizontal: true };
        symmetry.move_to(Point { x: cx, y: cy });
        prop_assert_eq!(symmetry.images().count(), 4);
        for image in symmetry.images() {
            // The centre of a pixel is mirrored onto the centre of a pixel.
            let centre = Point { x: x.floor() + 0.5, y: 7.5 };
            let place = image.place(centre);
            prop_assert!((place.x - 0.5).fract().abs() < 1e-6);
            prop_assert_eq!(image.place(place), centre);
        }
    }
}

#[test]
fn a_curve_is_rounder_than_its_corners_and_even_samples_give_a_straight_line() {
    let straight = drawn(&Settings::default(), &[(0.0, 0.0), (10.0, 0.0), (20.0, 0.0), (90.0, 0.0)]);
    assert!(straight.iter().all(|inked| inked.at.y.abs() < 1e-4));
    assert!(straight.windows(2).all(|pair| pair[1].at.x >= pair[0].at.x - 1e-3), "a centripetal curve does not turn back");
    // Eight samples of a circle: between them the curve is nearer to the circle than the chord's sagitta of 7.6.
    let circle: Vec<(f32, f32)> = (0..=8).map(|i| (i as f32 * std::f32::consts::TAU / 8.0).sin_cos()).collect();
    let circle: Vec<(f32, f32)> = circle.into_iter().map(|(y, x)| (100.0 * x, 100.0 * y)).collect();
    let inked = drawn(&Settings::default(), &circle);
    // At the two ends a neighbour is missing, and the curve is between circle and chord.
    let off = |inked: &&Inked| (inked.at.x.hypot(inked.at.y) - 100.0).abs();
    let worst = inked.iter().map(|inked| off(&inked)).fold(0.0, f32::max);
    let inside = inked.iter().filter(|inked| inked.at.y.abs() > 70.8 || inked.at.x < 0.0);
    let worst_inside = inside.map(|inked| off(&inked)).fold(0.0, f32::max);
    assert!(worst < 7.6 && worst_inside < 2.5, "{worst} {worst_inside}");
}

#[test]
fn work_does_not_grow_with_the_stroke() {
    let (mut line, _) = Line::begin(&with(Stabiliser::Smooth, 0.6), sample(0.0, 0.0, 0.0));
    let mut counts = Vec::new();
    for index in 1..20_000 {
        let angle = index as f32 * 0.05;
        let mut inked = Vec::new();
        line.go_on(sample(200.0 + 100.0 * angle.cos(), 200.0 + 100.0 * angle.sin(), 0.002 * f64::from(index)), &mut inked);
        counts.push(inked.len());
    }
    let most = |range: std::ops::Range<usize>| counts[range].iter().copied().max().unwrap();
    assert!(most(18_000..19_000) <= most(100..1000));
}

#[test]
fn a_slack_rope_moves_nothing_and_a_taut_one_pulls() {
    let (mut line, _) = Line::begin(&with(Stabiliser::Rope, 0.5), sample(0.0, 0.0, 0.0));
    line.go_on(sample(30.0, 0.0, 0.1), &mut Vec::new());
    assert_eq!(line.rope().unwrap().0, Point { x: 0.0, y: 0.0 });
    line.go_on(sample(100.0, 0.0, 0.2), &mut Vec::new());
    assert!((line.rope().unwrap().0.x - 55.0).abs() < 1e-3);
    // On a canvas that is magnified tenfold the rope is as long in the hand and a tenth as long in pixels.
    let near = |x| Sample { pixels_per_point: 0.1, ..sample(x, 0.0, 0.1) };
    let (mut line, _) = Line::begin(&with(Stabiliser::Rope, 0.5), near(0.0));
    line.go_on(near(10.0), &mut Vec::new());
    assert!((line.rope().unwrap().0.x - 5.5).abs() < 1e-3);
}

#[test]
fn a_smoothed_line_arrives_while_the_pointer_rests() {
    let (mut line, _) = Line::begin(&with(Stabiliser::Smooth, 1.0), sample(0.0, 0.0, 0.0));
    line.go_on(sample(100.0, 0.0, 0.01), &mut Vec::new());
    assert!(line.lags());
    let mut inked = Vec::new();
    for step in 0..300 {
        line.rest(0.02 + 0.016 * f64::from(step), &mut inked);
    }
    assert!(!line.lags());
    assert!((inked.last().unwrap().at.x - 100.0).abs() < 0.5);
}

#[test]
fn pressure_and_speed_thin_the_line() {
    let press = |pressure| Sample { pressure: Some(pressure), ..sample(0.0, 0.0, 0.0) };
    let first = |settings: &Settings, sample| Line::begin(settings, sample).1.width;
    let settings = Settings::default();
    assert!((first(&settings, press(1.0)) - 1.0).abs() < 1e-6);
    assert!((first(&settings, press(0.0)) - settings.pressure.least).abs() < 1e-6);
    let soft = Settings { pressure: PressureCurve { gamma: 2.0, ..settings.pressure }, ..settings };
    assert!(first(&soft, press(0.5)) < first(&settings, press(0.5)));
    let off = Settings { pressure: PressureCurve { on: false, ..settings.pressure }, ..settings };
    assert!((first(&off, press(0.1)) - 1.0).abs() < 1e-6);
    let fast = Settings { speed_thins: 1.0, ..settings };
    let thinnest = |step: f32| {
        let places: Vec<(f32, f32)> = (0..50).map(|i| (i as f32 * step, 0.0)).collect();
        drawn(&fast, &places).iter().map(|inked| inked.width).fold(1.0, f32::min)
    };
    assert!(thinnest(20.0) < 0.5 && thinnest(0.5) > 0.9, "{} {}", thinnest(20.0), thinnest(0.5));
}

#[test]
fn with_shift_the_pen_runs_along_a_ruler_of_fifteen_degrees() {
    let (mut line, first) = Line::begin(&Settings::default(), sample(10.0, 10.0, 0.0));
    let mut inked = vec![first];
    for step in 1..60 {
        let straight = Sample {
            held: Held { shift: true, ..Held::default() },
            ..sample(10.0 + step as f32, 10.0 + 0.9 * (step as f32 * 0.7).sin(), 0.0)
        };
        line.go_on(straight, &mut inked);
    }
    line.end(&mut inked);
    assert!(inked.iter().all(|inked| (inked.at.y - 10.0).abs() < 1e-4), "a level line is level");
    assert!(inked.last().unwrap().at.x > 65.0);
    let end = snapped(Point { x: 0.0, y: 0.0 }, Point { x: 100.0, y: 30.0 });
    assert!((end.y / end.x - (15.0_f32).to_radians().tan()).abs() < 1e-5);
}
