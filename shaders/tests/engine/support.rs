//! What several tests need.

use std::sync::{Arc, OnceLock};

use daub_models::checkpoint::Weights;
use daub_models::flex::Flex;
use daub_models::random::Draws;
use daub_models::{Executor as _, Graph, Input, Interrupt, Picture};
use daub_shaders::{Context, Extent, Gpu, Options, Precision, adapter};

/// The test machine's adapter; without one the test is skipped aloud, unless nothing may be skipped.
pub(crate) fn context() -> Option<Context> {
    static CONTEXT: OnceLock<Option<Context>> = OnceLock::new();
    CONTEXT.get_or_init(new_context).clone()
}

/// A device of its own, for tests that break it.
pub(crate) fn new_context() -> Option<Context> {
    let Some(found) = adapter::pick_adapter(true) else {
        assert!(std::env::var_os("DAUB_TESTS_REQUIRE_ALL").is_none(), "no adapter for the engine's tests");
        println!("SKIPPED: there is no adapter, not even a software one");
        return None;
    };
    let (device, queue) = adapter::open(&found).expect("the adapter opens");
    println!("on {}", adapter::name(&found));
    Some(Context::new(&found, device, queue, None).expect("the device suits"))
}

/// A device whose matrix units are emulated, if it has 16-bit floats.
pub(crate) fn emulated_context() -> Option<Context> {
    let found = adapter::pick_adapter(true)?;
    let (device, queue) = adapter::open(&found).expect("the adapter opens");
    if adapter::best_precision(&device) == Precision::F32 {
        println!("SKIPPED: {} has no 16-bit floats", adapter::name(&found));
        return None;
    }
    Some(Context::with_emulated_matrix_units(&found, device, queue).expect("the device suits"))
}

/// Random planes of everything that a network can read.
pub(crate) fn input(graph: &Graph, width: usize, height: usize, seed: u64) -> Input {
    let mut draws = Draws::new(seed, 0);
    let pixels = width * height;
    let classes = graph.classes().unwrap_or(1);
    // Labels in squares, as a drawing has them.
    let cells: Vec<u8> = (0..64).map(|_| (draws.uniform() * classes as f32) as u8).collect();
    let cell = |at: usize| cells[(at / width / 8 * 8 + at % width / 8) % 64];
    let floats = |draws: &mut Draws, count: usize| (0..count).map(|_| draws.uniform() * 2.0 - 1.0).collect::<Vec<_>>();
    Input {
        width,
        height,
        labels: Some((0..pixels).map(cell).collect()),
        instances: Some((0..pixels).map(|at| u32::from(cell(at)) * 1000).collect()),
        features: Some(floats(&mut draws, pixels * 3).into()),
        rgb: Some((0..pixels * 3).map(|_| (draws.uniform() * 256.0) as u8).collect()),
        hints: Some(floats(&mut draws, pixels * 3).into()),
        code: Some(floats(&mut draws, 16).into()),
    }
}

/// The same picture from the reference executor.
pub(crate) fn reference(graph: &Arc<Graph>, weights: &Arc<Weights>, seed: Option<u64>, input: &Input) -> Picture {
    let mut flex = Flex::new(Arc::clone(graph), Arc::clone(weights), seed);
    flex.run(input, &Interrupt::default()).expect("a picture from the reference")
}

/// Peak signal to noise over all outputs in decibels; the peak is the width of a symmetric range, or of the values.
pub(crate) fn psnr(a: &[f32], b: &[f32]) -> f64 {
    assert_eq!(a.len(), b.len());
    let peak = b.iter().fold(1.0_f32, |most, value| most.max(value.abs()));
    let squares: f64 = a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2)).sum();
    let mean = squares / a.len() as f64;
    20.0 * (2.0 * f64::from(peak)).log10() - 10.0 * mean.max(1e-30).log10()
}

/// Runs `graph` with seeded weights on both executors and returns the decibels of each output.
pub(crate) fn compare(graph: Graph, size: (usize, usize), precision: Precision, seed: Option<u64>) -> Option<Vec<f64>> {
    compare_on(context()?, graph, size, precision, seed)
}

/// As [`compare`], on a certain device.
pub(crate) fn compare_on(
    context: Context,
    graph: Graph,
    size: (usize, usize),
    precision: Precision,
    seed: Option<u64>,
) -> Option<Vec<f64>> {
    if precision == Precision::F16 && adapter::best_precision(&context.device) != precision {
        println!("SKIPPED: {} has no 16-bit floats", context.name());
        return None;
    }
    let graph = Arc::new(graph);
    let weights = Arc::new(Weights::random(&graph, 7).expect("weights"));
    let input = input(&graph, size.0, size.1, 3);
    let expected = reference(&graph, &weights, seed, &input);
    let options = Options { dropout_seed: seed, ..Options::default() };
    let mut gpu = Gpu::new(context, graph, weights, precision, options);
    gpu.set_extent(Extent::Exact);
    let found = gpu.run(&input, &Interrupt::default()).expect("a picture");
    assert_eq!((found.width, found.height), (expected.width, expected.height));
    let outputs = found.outputs.iter().zip(&expected.outputs);
    // A constant picture would agree with anything.
    let constant = |values: &[f32]| values.iter().all(|value| (value - values[0]).abs() < 1e-3);
    assert!(expected.outputs.iter().all(|plate| !constant(&plate.values)), "the network paints nothing");
    Some(outputs.map(|(found, expected)| psnr(&found.values, &expected.values)).collect())
}
