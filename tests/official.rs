//! The engine against the outputs of checkpoints in the official layouts; the processor's executors are held against
//! them inside the crate `daub_models`.

use std::sync::Arc;

use daub_models::graph::NormStats;
use daub_models::npy::read_array;
use daub_models::{Input, Interrupt, Model, generate};
use daub_shaders::{Context, Gpu, Options, Precision, adapter};

use crate::support::{differences, found_all, golden};

/// The picture's input from a case's folder.
fn input(folder: &std::path::Path, labels: bool) -> Input {
    let picture = image::open(folder.join("input.png")).unwrap();
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let mut input = if labels {
        Input::from_labels(width, height, picture.to_luma8().into_raw())
    } else {
        Input::from_rgb(width, height, picture.to_rgb8().into_raw())
    };
    let instances = image::open(folder.join("instance.png")).ok();
    input.instances = instances.map(|ids| ids.to_luma16().into_raw().into_iter().map(u32::from).collect());
    let array = |name: &str| read_array(&folder.join(name)).ok().map(|(_, values)| values.into());
    input.features = array("features.npy");
    input.code = array("code.npy");
    input
}

#[test]
fn the_engine_paints_official_checkpoints() {
    let found = adapter::pick_adapter(true);
    let missing = if found.is_some() { Vec::new() } else { vec!["a graphics driver".to_owned()] };
    if !found_all("the engine on official checkpoints", &missing) {
        return;
    }
    let found = found.unwrap();
    let (device, queue) = adapter::open(&found).unwrap();
    let context = Context::new(&found, device, queue, None).unwrap();
    let mut cases = 0;
    for entry in std::fs::read_dir(golden("official")).unwrap() {
        let folder = entry.unwrap().path();
        let weights = ["latest_net_G.pth", "latest_net_E.pth", "model.pict"].map(|name| folder.join(name));
        let (Some(weights), true) = (weights.iter().find(|path| path.is_file()), folder.join("expected.npy").is_file()) else {
            continue;
        };
        let model = Model::open(weights).unwrap();
        // Where running statistics are not what the tensors suggest, the name of the case says so.
        let evaluated = folder.file_name().is_some_and(|name| name.to_string_lossy().contains("_eval"));
        let stats = if evaluated { NormStats::Running } else { model.norm_stats() };
        let loaded = model.load(stats).unwrap();
        let input = input(&folder, loaded.graph.classes().is_some());
        let mut gpu = Gpu::new(context.clone(), Arc::clone(&loaded.graph), loaded.weights, Precision::F32, Options::default());
        let multiple = model.card.multiple();
        let picture = generate(&mut gpu, &loaded.graph, multiple, &input, &Interrupt::default()).unwrap();
        let level = |value: &f32| (f32::midpoint(*value, 1.0).clamp(0.0, 1.0) * 255.0).floor();
        let (_, expected) = read_array(&folder.join("expected.npy")).unwrap();
        assert_eq!(picture.outputs[0].values.len(), expected.len(), "{}", folder.display());
        let (mean, p999) = differences(picture.outputs[0].values.iter().map(level), expected.iter().map(level));
        println!("{}: mean {mean:.3}, 99.9th percentile {p999} ({stats:?} statistics)", folder.display());
        assert!(mean <= 1.0 && p999 <= 4.0, "{}: mean {mean}, 99.9th percentile {p999}", folder.display());
        cases += 1;
    }
    assert!(cases >= 12, "only {cases} checkpoints were found");
}
