//! How wide an edit must be: PSNR and time of incremental pictures against the exact one, margin by margin.
//!
//! `cargo run --release -p daub-shaders --example margins -- street tests/golden/street_input.png 8`
//! paints a round stroke of 1.2 % of the picture; the last argument divides the picture's size, for slow adapters.

use std::path::Path;
use std::time::Instant;

use daub_models::graph::NormStats;
use daub_models::{Input, Interrupt, Model};
use daub_shaders::{Context, Engine, Extent, Options, adapter};

type Failure = Box<dyn std::error::Error>;

#[expect(clippy::print_stdout, reason = "the table is what it is run for")]
fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let model = arguments.next().unwrap_or("street".to_owned());
    let labels = arguments.next().unwrap_or("tests/golden/street_input.png".to_owned());
    let over: usize = arguments.next().map_or(Ok(1), |text| text.parse())?;
    let loaded = Model::find(&model, &[Path::new("assets/models").to_owned()])?.load(NormStats::Image)?;
    let map = image::open(labels)?.to_luma8();
    let (width, height) = (map.width() as usize, map.height() as usize);
    let before = Input::from_labels(width, height, map.into_raw()).resized(width / over, height / over);
    let (after, inside) = stroke(&before, loaded.graph.classes().unwrap_or(1))?;

    let found = adapter::pick_adapter(true).ok_or("there is no adapter")?;
    let (device, queue) = adapter::open(&found)?;
    let context = Context::new(&found, device, queue, None)?;
    let precision = adapter::best_precision(&context.device);
    let size = (before.width, before.height);
    let compile = |options| Engine::compile(&context, &loaded.graph, &loaded.weights, size, precision, options);
    let never = Interrupt::default();

    let mut engine = compile(Options::default())?;
    engine.run(&before, Extent::Exact, &never)?;
    let start = Instant::now();
    engine.run(&after, Extent::Exact, &never)?;
    let exact_ms = start.elapsed().as_secs_f64() * 1e3;
    let exact = engine.read_back()?.outputs.remove(0).values;
    println!("{} {precision:?}, {model} {}x{}: exact {exact_ms:.0} ms", context.name(), size.0, size.1);
    println!("margin   inside  outside    work    drift     time");
    let mut engine = compile(Options { incremental: true, ..Options::default() })?;
    engine.run(&before, Extent::Exact, &never)?;
    for margin in [0, 1, 2, 4, 8, 16, 32] {
        engine.set_margin(margin);
        let start = Instant::now();
        let ran = engine.run(&after, Extent::Edit, &never)?;
        let ms = start.elapsed().as_secs_f64() * 1e3;
        let values = engine.read_back()?.outputs.remove(0).values;
        let [within, around] = [true, false].map(|wanted| psnr(&values, &exact, |at| inside[at % inside.len()] == wanted));
        println!(
            "{margin:6} {within:5.1} dB {around:5.1} dB {:5.1} % {:6.2} % {ms:6.0} ms",
            ran.share * 100.0,
            ran.drift * 100.0
        );
        // The same tiles again bring back what was there before.
        engine.run(&before, Extent::Edit, &never)?;
    }
    Ok(())
}

/// A round stroke of another class over 1.2 % of the picture, and where it is.
fn stroke(before: &Input, classes: usize) -> Result<(Input, Vec<bool>), Failure> {
    let labels = before.labels.as_deref().ok_or("the model reads no labels")?;
    let pixels = before.pixels() as f64;
    // A capsule from the picture's middle, four radii long: (pi + 8) r^2 pixels.
    let radius = (pixels * 0.012 / (std::f64::consts::PI + 8.0)).sqrt();
    let (x, y) = (before.width as f64 * 0.5, before.height as f64 * 0.6);
    let inside: Vec<bool> = (0..before.pixels())
        .map(|at| {
            let along = ((at % before.width) as f64 - x).clamp(-2.0 * radius, 2.0 * radius);
            let (dx, dy) = ((at % before.width) as f64 - x - along, (at / before.width) as f64 - y);
            dx.hypot(dy) <= radius
        })
        .collect();
    // Cars on Cityscapes; any other class elsewhere.
    let class = 26.min(classes - 1) as u8;
    let labels = labels.iter().zip(&inside).map(|(&label, &inside)| if inside { class } else { label });
    Ok((Input { labels: Some(labels.collect()), ..before.clone() }, inside))
}

/// Decibels over the chosen values; white is 1 and black -1.
fn psnr(a: &[f32], b: &[f32], chosen: impl Fn(usize) -> bool) -> f64 {
    let squares: Vec<f64> =
        a.iter().zip(b).enumerate().filter(|(at, _)| chosen(*at)).map(|(_, (a, b))| f64::from(a - b).powi(2)).collect();
    let mean = squares.iter().sum::<f64>() / squares.len().max(1) as f64;
    20.0 * 2.0_f64.log10() - 10.0 * mean.max(1e-30).log10()
}
