//! `daub bench`: how long pictures take.

mod inputs;
mod painting;

use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use daub_models::checkpoint::Weights;
use daub_models::graph::NormStats;
use daub_models::{Input, Interrupt, Loaded, Model};
use daub_shaders::Extent;

use self::inputs::{input_for, layout, psnr_db, stroked, varied};
use super::parse_size;
use super::running::Running;
use crate::generate::{Options, Pass, Pixels, Runner, Uses};
use crate::io::folders;

/// Arguments of `daub bench`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A model's name or file, or a layout with random weights: unet-W, resnet9-W, resnet6-W,
    /// pix2pixhd-global-W, pix2pixhd-local.
    #[arg(long, short, default_value = "street")]
    pub model: String,
    /// Picture size; without it the model's native size.
    #[arg(long, value_parser = parse_size, value_name = "WxH")]
    pub size: Option<(usize, usize)>,
    /// Where and how the model runs.
    #[command(flatten)]
    pub running: Running,
    /// Number of timed pictures.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub runs: u32,
    /// Threads on the processor; 0 for one on each core.
    #[arg(long, default_value_t = 0)]
    pub threads: usize,
    /// Also list what each step of a picture takes.
    #[arg(long)]
    pub layers: bool,
    /// Also measure edits: a round stroke over this share of the picture, as 1.2% or 1.2.
    #[arg(long, value_parser = parse_percent, value_name = "PERCENT")]
    pub edit: Option<f64>,
    /// Instead of a model, measure the window: strokes by a scripted pointer for this many seconds.
    #[arg(long, value_name = "SECONDS")]
    pub window: Option<u32>,
    /// Instead of a model, measure what strokes cost on a large canvas with 200 objects, and the memory of 500 undo steps.
    #[arg(long, conflicts_with = "window")]
    pub painting: bool,
    /// With --window: destroy the graphics device this often, to see the drawing survive.
    #[arg(long, value_name = "TIMES", default_value_t = 0, requires = "window", hide = true)]
    pub lose_device: usize,
    /// Print as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Carries out `daub bench`.
#[expect(clippy::print_stdout, reason = "this is the command's answer")]
pub(super) fn run(arguments: &Arguments) -> Result<()> {
    if let Some(seconds) = arguments.window {
        let report = crate::window::bench(seconds, arguments.lose_device)?;
        println!("{}", serde_json::to_string_pretty(&report)?);
        return Ok(());
    }
    if arguments.painting {
        println!("{}", serde_json::to_string_pretty(&painting::measure())?);
        return Ok(());
    }
    let started = Instant::now();
    let options = Options { threads: arguments.threads, ..arguments.running.options() };
    let (loaded, multiple, native) = load(&arguments.model)?;
    let (width, height) = arguments.size.unwrap_or(native);
    let input = input_for(&loaded.graph, width, height);
    let mut runner = Runner::open(&loaded, options, None, Uses { edits: false, timing: arguments.layers })?;
    let device = runner.device();
    pass(&mut runner, multiple, &input, Extent::Exact)?;
    let first_picture_ms = started.elapsed().as_secs_f64() * 1e3;
    let time = |run| Ok(pass(&mut runner, multiple, &varied(&input, run), Extent::Exact)?.0);
    let times = sorted((0..arguments.runs).map(time).collect::<Result<Vec<f64>>>()?);
    let rounded = |ms: f64| (ms * 100.0).round() / 100.0;
    let mut report = serde_json::json!({
        "model": arguments.model, "width": width, "height": height, "device": device, "runs": arguments.runs,
        "median_ms": rounded(median(&times)), "min_ms": rounded(times[0]), "max_ms": rounded(times[times.len() - 1]),
        "first_picture_ms": rounded(first_picture_ms), "memory_mib": peak_memory_mib(),
    });
    if arguments.layers {
        report["layers"] = serde_json::to_value(runner.layers()?)?;
    }
    if let Some(percent) = arguments.edit {
        // A runner of its own: one that keeps values for edits is a little slower at exact pictures.
        runner = Runner::open(&loaded, options, None, Uses { edits: true, timing: false })?;
        let (mut edits, mut decibels) = (Vec::new(), Vec::new());
        for run in 0..arguments.runs {
            let (edited, place) = stroked(&input, percent, run);
            pass(&mut runner, multiple, &input, Extent::Exact)?;
            let (milliseconds, quick) = pass(&mut runner, multiple, &edited, Extent::Edit)?;
            let (_, exact) = pass(&mut runner, multiple, &edited, Extent::Exact)?;
            edits.push(milliseconds);
            decibels.push(psnr_db(&quick, &exact, width, place));
        }
        let (edits, decibels) = (sorted(edits), sorted(decibels));
        report["edit_median_ms"] = rounded(median(&edits)).into();
        report["edit_speedup"] = rounded(median(&times) / median(&edits)).into();
        report["edit_median_psnr_db"] = rounded(median(&decibels)).into();
        report["edit_worst_psnr_db"] = rounded(decibels[0]).into();
        let share = |least: f64| rounded(decibels.iter().filter(|db| **db >= least).count() as f64 / decibels.len() as f64);
        report["edit_share_at_35_db"] = share(35.0).into();
        // An edit that reaches far is painted exactly instead.
        report["edit_share_exact"] = share(90.0).into();
    }
    if arguments.json {
        println!("{report}");
    } else {
        for (key, value) in report.as_object().into_iter().flatten().filter(|(key, _)| *key != "layers") {
            println!("{key:20} {}", value.as_str().map_or(value.to_string(), ToOwned::to_owned));
        }
        for layer in runner.layers().into_iter().flatten().filter(|_| arguments.layers) {
            let speed = layer.multiply_adds as f64 * 2e-6 / layer.milliseconds.max(1e-6);
            println!("{:8.3} ms {speed:9.1} GFLOP/s  {}", layer.milliseconds, layer.name);
        }
    }
    Ok(())
}

/// A model by name or file, or a layout by name with seeded random weights; with its multiple and native size.
fn load(name: &str) -> Result<(Loaded, usize, (usize, usize))> {
    if let Some((architecture, size)) = layout(name) {
        let graph = architecture.graph(NormStats::Image)?;
        let weights = Weights::random(&graph, 1)?;
        let multiple = 1 << (architecture.depth + architecture.enhancers);
        return Ok((Loaded { graph: Arc::new(graph), weights: Arc::new(weights) }, multiple, size));
    }
    let model = Model::find(name, &folders::models())?;
    Ok((model.load(model.norm_stats())?, model.card.multiple(), model.card.size()))
}

/// One picture: its time in milliseconds and its bytes, whose reading back waits for the device.
fn pass(runner: &mut Runner, multiple: usize, input: &Input, extent: Extent) -> Result<(f64, Arc<[u8]>)> {
    let started = Instant::now();
    let pixels = runner.paint(multiple, input, Pass { extent, bytes: true }, &Interrupt::default())?;
    let milliseconds = started.elapsed().as_secs_f64() * 1e3;
    let Pixels::Bytes(rgb) = pixels else { anyhow::bail!("the picture stayed on the device") };
    Ok((milliseconds, rgb))
}

fn median(sorted: &[f64]) -> f64 {
    sorted[sorted.len() / 2]
}

fn sorted(mut times: Vec<f64>) -> Vec<f64> {
    times.sort_by(f64::total_cmp);
    times
}

/// A share such as `1.2%` or `1.2`.
fn parse_percent(text: &str) -> std::result::Result<f64, String> {
    let percent: f64 = text.trim_end_matches('%').parse().map_err(|_| format!("{text} is no percentage"))?;
    if percent > 0.0 && percent <= 100.0 { Ok(percent) } else { Err("it must be above 0 and at most 100".to_owned()) }
}

/// Most memory that this process has held, from the system's own count; 0 where there is none.
fn peak_memory_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}
