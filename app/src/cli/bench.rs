//! `daub bench`: how long pictures take.

use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use daub_models::architecture::{Architecture, Family, InputKind, Norm};
use daub_models::checkpoint::Weights;
use daub_models::graph::{NormStats, Plane};
use daub_models::random::Draws;
use daub_models::{Graph, Input, Interrupt, Loaded, Model};
use daub_shaders::Extent;

use super::parse_size;
use crate::document::{Canvas, Kind, Rect};
use crate::drawing::Drawing;
use crate::generate::{Device, Options, Pass, Pixels, Precision, Runner, input_of};
use crate::io::folders;
use crate::paint::{self, Fill, Point};
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
    /// Also measure edits: a round stroke over this share of the picture, as 1.2% or 1.2.
    #[arg(long, value_parser = parse_percent, value_name = "PERCENT")]
    pub edit: Option<f64>,
    /// Instead of a model, measure the window: strokes by a scripted pointer for this many seconds.
    #[arg(long, value_name = "SECONDS")]
    pub window: Option<u32>,
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
    let started = Instant::now();
    let options = Options { device: arguments.device, precision: arguments.precision, ..Options::default() };
    let (loaded, multiple, native) = load(&arguments.model)?;
    let (width, height) = arguments.size.unwrap_or(native);
    let input = input_for(&loaded.graph, width, height);
    let mut runner = Runner::open(&loaded, options, None, false)?;
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
    if let Some(percent) = arguments.edit {
        // A runner of its own: one that keeps values for edits is a little slower at exact pictures.
        runner = Runner::open(&loaded, options, None, true)?;
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
    }
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

/// The picture after a round stroke that covers a share of it, and the rectangle around the stroke.
fn stroked(input: &Input, percent: f64, run: u32) -> (Input, Rect) {
    let mut edited = input.clone();
    let (width, height) = (input.width, input.height);
    let pixels = (width * height) as f64 * percent / 100.0;
    // A brush a twentieth of the height wide, as long as the share asks for.
    let radius = (height as f64 / 40.0).max(2.0);
    let length = ((pixels - std::f64::consts::PI * radius * radius) / (2.0 * radius)).max(0.0);
    let mut draws = Draws::new(u64::from(run), 7);
    let x = radius + f64::from(draws.uniform()) * (width as f64 - length - 2.0 * radius).max(0.0);
    let y = height as f64 * (0.2 + 0.6 * f64::from(draws.uniform()));
    let kind = if input.labels.is_some() { Kind::Labels(String::new()) } else { Kind::Photo };
    let mut canvas = Canvas::new(kind, width, height, 0);
    let ends = [x, x + length].map(|x| Point { x: x as f32, y: y as f32 });
    let place = paint::brush_segment(&mut canvas, ends[0], ends[1], radius as f32, Fill::Ink(1));
    let covered = |at: usize| canvas.pixels()[at] == 1;
    if let Some(labels) = &input.labels {
        // Vegetation in a street, some other label elsewhere.
        let ink = labels.iter().max().map_or(0, |most| (*most).min(21));
        edited.labels = Some(labels.iter().enumerate().map(|(at, id)| if covered(at) { ink } else { *id }).collect());
        edited.instances =
            input.instances.as_ref().and(edited.labels.as_ref()).map(|ids| ids.iter().map(|id| u32::from(*id)).collect());
    }
    if let Some(rgb) = &input.rgb {
        edited.rgb = Some(rgb.iter().enumerate().map(|(at, value)| if covered(at / 3) { 255 - value } else { *value }).collect());
    }
    (edited, place)
}

/// Peak signal to noise ratio of two pictures within a rectangle.
fn psnr_db(a: &[u8], b: &[u8], width: usize, place: Rect) -> f64 {
    let rows = (place.top..place.bottom).flat_map(|y| (y * width + place.left) * 3..(y * width + place.right) * 3);
    let (count, sum) = rows.fold((0.0, 0.0), |(count, sum), at| (count + 1.0, sum + f64::from(a[at].abs_diff(b[at])).powi(2)));
    20.0 * 255_f64.log10() - 10.0 * (sum / f64::max(count, 1.0)).max(1e-9).log10()
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
