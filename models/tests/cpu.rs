//! The CPU executor against the reference.

use std::path::PathBuf;
use std::sync::Arc;

use daub_models::cpu::{Cpu, CpuOptions};
use daub_models::flex::Flex;
use daub_models::graph::{NormStats, Plane, Range};
use daub_models::random::Draws;
use daub_models::{Executor as _, Graph, Input, Interrupt, Model, Picture};

/// Peak signal-to-noise ratio in decibels of the first output, over the range of its values.
fn psnr(a: &Picture, b: &Picture) -> f64 {
    assert_eq!((a.width, a.height, a.outputs.len()), (b.width, b.height, b.outputs.len()));
    let (a, b) = (&a.outputs[0], &b.outputs[0]);
    assert_eq!((a.values.len(), &a.name), (b.values.len(), &b.name));
    let peak = if a.range == Range::Symmetric { 2.0 } else { 1.0 };
    let squares: f64 = a.values.iter().zip(&b.values).map(|(a, b)| f64::from(a - b).powi(2)).sum();
    10.0 * (peak * peak / (squares / a.values.len() as f64).max(1e-20)).log10()
}

/// Planes for whatever the network reads: patches of labels and instances, smooth colours with noise.
fn example(graph: &Graph, width: usize, height: usize, seed: u64) -> Input {
    let mut draws = Draws::new(seed, 0);
    let mut input = Input { width, height, ..Input::default() };
    let patch = |x: usize, y: usize| (x / 9 * 7 + y / 7 * 5 + x * y / 300) % 251;
    let places = || (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let mut noise = |count: usize| -> Vec<f32> { (0..count).map(|_| draws.uniform() * 2.0 - 1.0).collect() };
    for plane in graph.planes() {
        match plane {
            Plane::Labels { classes } => input.labels = Some(places().map(|(x, y)| (patch(x, y) % classes) as u8).collect()),
            Plane::InstanceEdges | Plane::Instances => {
                input.instances = Some(places().map(|(x, y)| patch(x, y) as u32).collect())
            }
            Plane::Features { channels } => input.features = Some(noise(width * height * channels).into()),
            Plane::Hints => input.hints = Some(noise(width * height * 3).into()),
            Plane::Code { channels } => input.code = Some(noise(channels).into()),
            Plane::Rgb | Plane::CaffeBgr | Plane::Lightness => {
                let noise = noise(width * height * 3);
                let colour =
                    |(x, y): (usize, usize), c: usize| 128.0 + 90.0 * ((x * (c + 1)) as f32 / 17.0 + y as f32 / 23.0).sin();
                let bytes = places()
                    .enumerate()
                    .flat_map(|(at, place)| [0, 1, 2].map(|c| (colour(place, c) + 20.0 * noise[at * 3 + c]) as u8));
                input.rgb = Some(bytes.collect());
            }
        }
    }
    input
}

fn assets() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../assets/models")
}

fn compare(name: &str, width: usize, height: usize, options: CpuOptions) -> f64 {
    let model = Model::open(&assets().join(format!("{name}.json"))).expect("a bundled model");
    let loaded = model.load(NormStats::Image).expect("its weights");
    let input = example(&loaded.graph, width, height, 1);
    let mut reference = Flex::new(loaded.graph.clone(), loaded.weights.clone(), options.dropout_seed);
    let mut cpu = Cpu::new(Arc::clone(&loaded.graph), &loaded.weights, options).expect("a CPU");
    let expected = reference.run(&input, &Interrupt::default()).expect("a reference picture");
    let found = cpu.run(&input, &Interrupt::default()).expect("a picture");
    psnr(&expected, &found)
}

#[test]
fn bundled_models_agree_with_the_reference() {
    let sizes = [
        ("street", 64, 32),
        ("street", 72, 56),
        ("faces", 64, 64),
        ("photo2vangogh", 52, 36),
        ("vangogh2photo", 64, 64),
        ("facades", 256, 256),
        ("cats", 256, 256),
        ("hed_vgg16", 61, 47),
    ];
    for (name, width, height) in sizes {
        let psnr = compare(name, width, height, CpuOptions::default());
        println!("{name} {width}x{height}: {psnr:.1} dB");
        assert!(psnr >= 60.0, "{name} at {width}x{height}: {psnr:.1} dB");
    }
}
