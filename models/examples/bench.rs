//! Times the CPU executor: `bench LAYOUT WIDTHxHEIGHT [--runs N] [--threads N] [--edit PERCENT] [--margin N] [--layers]
//! [--vectors NAME] [--preview] [--flex]`.
//!
//! Prints one line of JSON for each case, so that a driver can alternate it with others.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark prints")]

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use daub_models::architecture::{Architecture, Family, InputKind, Norm};
use daub_models::checkpoint::Weights;
use daub_models::cpu::{Cpu, CpuOptions};
use daub_models::flex::Flex;
use daub_models::graph::{NormStats, Plane};
use daub_models::random::Draws;
use daub_models::{Executor as _, Graph, Input, Interrupt, Model, Picture};

/// The network of a layout by name, with random weights, or of a bundled model by path.
fn network(layout: &str) -> (Arc<Graph>, Arc<Weights>) {
    if Path::new(layout).exists() {
        let loaded = Model::open(Path::new(layout)).expect("a model").load(NormStats::Image).expect("weights");
        return (loaded.graph, loaded.weights);
    }
    let global = |width, depth, channels, edges| Architecture {
        instance_edges: edges,
        ..Architecture::new(Family::Pix2pixhdGlobal, InputKind::Labels, channels, width, depth, 9)
    };
    let unet = |width| Architecture { norm: Norm::Batch, ..Architecture::new(Family::Unet, InputKind::Rgb, 3, width, 8, 0) };
    let architecture = match layout {
        "street" => global(32, 3, 35, false),
        "pix2pixhd-global-64" => global(64, 4, 35, true),
        "pix2pixhd-local" => {
            Architecture { family: Family::Pix2pixhdLocal, enhancers: 1, enhancer_blocks: 3, ..global(32, 4, 35, true) }
        }
        "unet-32" => unet(32),
        "unet-64" => unet(64),
        "resnet9-32" => Architecture::new(Family::Resnet, InputKind::Rgb, 3, 32, 2, 9),
        "resnet9-64" => Architecture::new(Family::Resnet, InputKind::Rgb, 3, 64, 2, 9),
        other => panic!("no layout {other}"),
    };
    let graph = Arc::new(architecture.graph(NormStats::Image).expect("a possible network"));
    let weights = Arc::new(Weights::random(&graph, 1).expect("weights"));
    (graph, weights)
}

/// A street-like picture: patches of labels, and noise for colours; with `edit`, a round stroke that covers that share.
fn picture(graph: &Graph, width: usize, height: usize, edit: f64) -> Input {
    let mut draws = Draws::new(7, 0);
    let mut input = Input { width, height, ..Input::default() };
    let radius = (edit * (width * height) as f64 / std::f64::consts::PI).sqrt();
    let stroke = |at: usize| {
        let (x, y) = ((at % width) as f64 - width as f64 * 0.4, (at / width) as f64 - height as f64 * 0.6);
        x.hypot(y) < radius
    };
    for plane in graph.planes() {
        let classes = if let Plane::Labels { classes } = plane { classes } else { 7 };
        let patch = |at: usize| {
            let (x, y) = (at % width * 512 / width, at / width * 256 / height);
            (x / 60 * 3 + y / 40 * 5 + usize::from((x * y) % 97 == 0)) % classes
        };
        let ids = |at: usize| if stroke(at) { classes - 1 } else { patch(at) };
        match plane {
            Plane::Labels { .. } => input.labels = Some((0..width * height).map(|at| ids(at) as u8).collect()),
            Plane::InstanceEdges | Plane::Instances => {
                input.instances = Some((0..width * height).map(|at| ids(at) as u32).collect());
            }
            _ => {
                let rgb = (0..width * height * 3).map(|at| if stroke(at / 3) { 255 } else { (draws.uniform() * 255.0) as u8 });
                input.rgb = Some(rgb.collect());
            }
        }
    }
    input
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let option = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1)?.parse::<f64>().ok()
    };
    let flag = |name: &str| arguments.iter().any(|argument| argument == name);
    let layout = arguments.first().expect("a layout");
    let (width, height) = arguments[1].split_once('x').expect("WIDTHxHEIGHT");
    let (width, height): (usize, usize) = (width.parse().expect("a width"), height.parse().expect("a height"));
    let runs = option("--runs").unwrap_or(10.0) as usize;
    let edit = option("--edit").map(|percent| percent / 100.0);
    let (graph, weights) = network(layout);
    let options = CpuOptions {
        threads: option("--threads").unwrap_or(0.0) as usize,
        margin: edit.map(|_| option("--margin").unwrap_or(2.0) as usize),
        vectors: arguments.iter().position(|a| a == "--vectors").map(|at| {
            let known = daub_models::cpu::vectors();
            *known.iter().find(|name| **name == arguments[at + 1]).expect("vectors of this processor")
        }),
        ..CpuOptions::default()
    };
    let (before, after) = (picture(&graph, width, height, 0.0), picture(&graph, width, height, edit.unwrap_or(0.0)));
    let interrupt = Interrupt::default();
    let mut times = Vec::new();
    let start = Instant::now();
    if flag("--flex") {
        let mut flex = Flex::new(graph, weights, None);
        for _ in 0..=runs {
            let start = Instant::now();
            flex.run(&after, &interrupt).expect("a picture");
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
        report(layout, "flex", &times[1..], times[0], 0);
        return;
    }
    let mut cpu = Cpu::new(Arc::clone(&graph), weights, options).expect("a CPU");
    let mut result = Picture::default();
    cpu.run_into(&before, &interrupt, &mut result).expect("a picture");
    let first = start.elapsed().as_secs_f64() * 1e3;
    if flag("--preview") {
        let small = picture(&graph, width / 2, height / 2, 0.0);
        let mut halves = Vec::new();
        for _ in 0..runs {
            for (input, times) in [(&small, &mut halves), (&before, &mut times)] {
                let start = Instant::now();
                cpu.run_into(input, &interrupt, &mut result).expect("a picture");
                times.push(start.elapsed().as_secs_f64() * 1e3);
            }
        }
        report(layout, "half size, alternating", &halves, 0.0, 0);
        report(layout, "full size, alternating", &times, 0.0, 0);
        return;
    }
    let mut exact = Vec::new();
    for _ in 0..runs {
        let start = Instant::now();
        cpu.run_into(&before, &interrupt, &mut result).expect("a picture");
        exact.push(start.elapsed().as_secs_f64() * 1e3);
        if edit.is_some() {
            let start = Instant::now();
            cpu.run_incremental(&after, &interrupt, &mut result).expect("a picture");
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
    }
    let memory = cpu.memory_bytes() >> 20;
    report(layout, &cpu.device(), &exact, first, memory);
    if edit.is_some() {
        report(layout, "incremental", &times, 0.0, memory);
        let mut truth = Picture::default();
        cpu.run_into(&after, &interrupt, &mut truth).expect("a picture");
        let error = |inside: bool| {
            let (mut squares, mut count) = (0.0, 0.0);
            for (at, (a, b)) in truth.outputs[0].values.iter().zip(&result.outputs[0].values).enumerate() {
                let at = at % (width * height);
                let edited = before.labels.as_ref().map(|l| l[at]) != after.labels.as_ref().map(|l| l[at])
                    || before.rgb.as_ref().map(|c| &c[at * 3..at * 3 + 3]) != after.rgb.as_ref().map(|c| &c[at * 3..at * 3 + 3]);
                if edited == inside {
                    squares += f64::from(a - b).powi(2);
                    count += 1.0;
                }
            }
            10.0 * (4.0 * count / squares).log10()
        };
        println!("{{\"psnr_inside_db\": {:.2}, \"psnr_outside_db\": {:.2}}}", error(true), error(false));
    }
    if flag("--layers") {
        let peak = cpu.measured_peak().max(cpu.measured_peak()) * 2e-9;
        eprintln!("peak {peak:.0} GFLOP/s");
        for layer in cpu.layers() {
            let gflops = layer.multiply_adds as f64 * 2e-9 / layer.seconds;
            let share = gflops / peak * 100.0;
            eprintln!("{:8.3} ms {gflops:8.1} GFLOP/s {share:5.0} %  {}", layer.seconds * 1e3, layer.name);
        }
    }
}

fn report(layout: &str, device: &str, times: &[f64], first: f64, memory: usize) {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    println!(
        "{{\"model\": \"{layout}\", \"device\": \"{device}\", \"median_ms\": {:.2}, \"min_ms\": {:.2}, \"max_ms\": {:.2}, \
         \"first_picture_ms\": {first:.1}, \"memory_mib\": {memory}, \"runs\": {}}}",
        sorted[sorted.len() / 2],
        sorted[0],
        sorted[sorted.len() - 1],
        sorted.len()
    );
}
