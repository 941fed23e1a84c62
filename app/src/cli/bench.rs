//! `daub bench`: how long pictures take.

use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use daub_models::architecture::{Architecture, Family, InputKind, Norm};
use daub_models::checkpoint::Weights;
use daub_models::graph::{NormStats, Plane};
use daub_models::random::Draws;
use daub_models::{Graph, Input, Interrupt, Loaded, Model, generate};

use super::parse_size;
use crate::drawing::Drawing;
use crate::generate::{Device, Options, Precision, input_of, open_executor};
use crate::io::folders;
use crate::scenes;

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
    /// Where the model runs.
    #[arg(long, value_enum, default_value_t)]
    pub device: Device,
    /// How numbers are kept on the graphics card.
    #[arg(long, value_enum, default_value_t)]
    pub precision: Precision,
    /// Number of timed pictures.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub runs: u32,
    /// Instead of a model, measure the window: strokes by a scripted pointer for this many seconds.
    #[arg(long, value_name = "SECONDS")]
    pub window: Option<u32>,
    /// Print as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Carries out `daub bench`.
#[expect(clippy::print_stdout, reason = "this is the command's answer")]
pub(super) fn run(arguments: &Arguments) -> Result<()> {
    if let Some(seconds) = arguments.window {
        let report = crate::window::bench(seconds)?;
        println!("{}", serde_json::to_string_pretty(&report)?);
        return Ok(());
    }
    let started = Instant::now();
    let options = Options { device: arguments.device, precision: arguments.precision, ..Options::default() };
    let (loaded, multiple, native) = load(&arguments.model)?;
    let (width, height) = arguments.size.unwrap_or(native);
    let input = input_for(&loaded.graph, width, height);
    let mut executor = open_executor(&loaded, options)?;
    let mut paint = |input: &Input| -> Result<f64> {
        let started = Instant::now();
        generate(executor.as_mut(), &loaded.graph, multiple, input, &Interrupt::default())?;
        Ok(started.elapsed().as_secs_f64() * 1e3)
    };
    paint(&input)?;
    let first_picture_ms = started.elapsed().as_secs_f64() * 1e3;
    let mut times = (0..arguments.runs).map(|run| paint(&varied(&input, run))).collect::<Result<Vec<f64>>>()?;
    times.sort_by(f64::total_cmp);
    let rounded = |ms: f64| (ms * 100.0).round() / 100.0;
    let report = serde_json::json!({
        "model": arguments.model, "width": width, "height": height, "device": executor.device(), "runs": arguments.runs,
        "median_ms": rounded(times[times.len() / 2]), "min_ms": rounded(times[0]), "max_ms": rounded(times[times.len() - 1]),
        "first_picture_ms": rounded(first_picture_ms), "memory_mib": peak_memory_mib(),
    });
    if arguments.json {
        println!("{report}");
    } else {
        for (key, value) in report.as_object().into_iter().flatten() {
            println!("{key:18} {}", value.as_str().map_or(value.to_string(), ToOwned::to_owned));
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

fn layout(name: &str) -> Option<(Architecture, (usize, usize))> {
    let labels = |family, width, depth, blocks| {
        let edges = Architecture::new(family, InputKind::Labels, 35, width, depth, blocks);
        Architecture { instance_edges: true, ..edges }
    };
    if name == "pix2pixhd-local" {
        let layout = labels(Family::Pix2pixhdLocal, 32, 4, 9);
        return Some((Architecture { enhancers: 1, enhancer_blocks: 3, ..layout }, (2048, 1024)));
    }
    let (family, width) = name.rsplit_once('-')?;
    let width = width.parse().ok()?;
    let rgb = |family, depth, blocks| Architecture::new(family, InputKind::Rgb, 3, width, depth, blocks);
    match family {
        "unet" => Some((Architecture { norm: Norm::Batch, ..rgb(Family::Unet, 8, 0) }, (256, 256))),
        "resnet9" => Some((rgb(Family::Resnet, 2, 9), (256, 256))),
        "resnet6" => Some((rgb(Family::Resnet, 2, 6), (256, 256))),
        "pix2pixhd-global" => Some((labels(Family::Pix2pixhdGlobal, width, 4, 9), (1024, 512))),
        _ => None,
    }
}

/// A bundled scene where the network has its labels, else blocks of random labels or colours; never one flat value.
fn input_for(graph: &Graph, width: usize, height: usize) -> Input {
    let street = scenes::find("street-avenue").filter(|_| graph.classes() == Some(35));
    if let Some(Ok(canvas)) = street.map(Drawing::finished) {
        let mut input = input_of(&canvas).resized(width, height);
        input.instances = input.labels.as_ref().map(|ids| ids.iter().map(|id| u32::from(*id)).collect());
        return input;
    }
    let classes = graph.classes().unwrap_or(256) as f32;
    let block = |x: usize, y: usize, salt: u64| Draws::new(((x / 16) << 16 | (y / 16)) as u64, salt).uniform();
    let places = || (0..height).flat_map(move |y| (0..width).map(move |x| (x, y)));
    let ids: Vec<u8> = places().map(|(x, y)| (block(x, y, 0) * classes) as u8).collect();
    let has_labels = graph.classes().is_some();
    let instances = graph.planes().any(|plane| plane == Plane::InstanceEdges);
    Input {
        width,
        height,
        instances: instances.then(|| ids.iter().map(|id| u32::from(*id)).collect()),
        labels: has_labels.then(|| ids.into()),
        rgb: graph.reads_rgb().then(|| places().flat_map(|(x, y)| (0..3).map(move |c| (block(x, y, c) * 255.0) as u8)).collect()),
        ..Input::default()
    }
}

/// The same picture with a few other pixels, so that no executor can answer from memory.
fn varied(input: &Input, run: u32) -> Input {
    let mut varied = input.clone();
    let shift = run as usize % 8;
    if let Some(labels) = &input.labels {
        let mut ids = labels.to_vec();
        let other = ids[0];
        ids[shift * 16..shift * 16 + 16].fill(other);
        let middle = ids.len() / 2;
        ids.swap(middle + shift, shift);
        varied.labels = Some(ids.into());
    }
    if let Some(rgb) = &input.rgb {
        let mut bytes = rgb.to_vec();
        bytes[shift] = bytes[shift].wrapping_add(40);
        varied.rgb = Some(bytes.into());
    }
    varied
}

/// Most memory that this process has held, from the system's own count; 0 where there is none.
fn peak_memory_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}
