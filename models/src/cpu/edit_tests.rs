//! What an edit knows about the part of the picture that it keeps.

use std::path::PathBuf;

use crate::executor::{Interrupt, Picture};
use crate::graph::NormStats;
use crate::input::Input;
use crate::library::Model;

use super::{Cpu, CpuOptions};

/// A road below a sky, with houses of several labels between; the stroke is a hedge across the road.
fn street(stroke: bool) -> Input {
    let (width, height) = (512, 256);
    let label = |x: usize, y: usize| match (x, y) {
        (150..260, 196..208) if stroke => 21,
        (_, 0..90) if !(x / 40).is_multiple_of(3) => 23,
        (_, 0..140) => [11, 21, 11, 12][x / 40 % 4],
        (220..300, 150..180) => 26,
        _ => 7,
    };
    Input::from_labels(width, height, (0..width * height).map(|at| label(at % width, at / width)).collect::<Vec<_>>())
}

/// Root mean square difference of all means and deviations.
fn distance(a: &[f32], b: &[f32]) -> f64 {
    (a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>() / a.len() as f64).sqrt()
}

/// An edit changes the statistics of early layers, and so everything that later layers would make of the rest.
#[test]
fn statistics_follow_what_an_edit_does_elsewhere() {
    let assets = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../assets/models/street.json");
    let loaded = Model::open(&assets).expect("a bundled model").load(NormStats::Image).expect("its weights");
    let options = CpuOptions { margin: Some(4), ..CpuOptions::default() };
    let mut cpu = Cpu::new(loaded.graph, loaded.weights, options).expect("a CPU");
    let (interrupt, mut picture) = (Interrupt::default(), Picture::default());
    let mut statistics_after_edit = |sampled: bool| {
        cpu.sampled = sampled;
        cpu.run_into(&street(false), &interrupt, &mut picture).expect("a picture");
        let before = cpu.statistics.numbers().to_vec();
        cpu.run_incremental(&street(true), &interrupt, &mut picture).expect("a picture");
        let edited = cpu.statistics.numbers().to_vec();
        cpu.run_into(&street(true), &interrupt, &mut picture).expect("a picture");
        let exact = cpu.statistics.numbers().to_vec();
        (distance(&before, &exact), distance(&edited, &exact))
    };
    let (moved, alone) = statistics_after_edit(false);
    let (_, sampled) = statistics_after_edit(true);
    assert!(sampled > 0.0, "the edit was painted exactly");
    assert!(sampled < 0.7 * alone && sampled < 0.8 * moved, "{sampled:.5} of {moved:.5}, without samples {alone:.5}");
}
