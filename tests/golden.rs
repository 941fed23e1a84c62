//! Every bundled generator against PyTorch's float32 pictures.

use daub_models::cpu::{Cpu, CpuOptions};
use daub_models::flex::Flex;
use daub_models::graph::NormStats;
use daub_models::{Executor, Input, Interrupt, Model, Picture, generate};

use crate::support::{bundled_models, differences, golden, golden_values};

fn paint(by: By, model: &str, input: &str) -> Picture {
    let model = Model::find(model, &[bundled_models()]).unwrap();
    let loaded = model.load(NormStats::Image).unwrap();
    let picture = image::open(golden(input)).unwrap();
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let input = if loaded.graph.classes().is_some() {
        Input::from_labels(width, height, picture.to_luma8().into_raw())
    } else {
        Input::from_rgb(width, height, picture.to_rgb8().into_raw())
    };
    let mut executor: Box<dyn Executor> = match by {
        By::Reference => Box::new(Flex::new(loaded.graph.clone(), loaded.weights, None)),
        By::Cpu => Box::new(Cpu::new(loaded.graph.clone(), loaded.weights.clone(), CpuOptions::default()).unwrap()),
    };
    generate(executor.as_mut(), &loaded.graph, model.card.multiple(), &input, &Interrupt::default()).unwrap()
}

/// Both executors of the processor must paint PyTorch's picture.
#[derive(Debug, Clone, Copy)]
enum By {
    Reference,
    Cpu,
}

/// Levels of 255 in a float picture's range.
fn check(model: &str, stem: &str, levels: f32) {
    check_by(By::Reference, model, stem, levels);
    check_by(By::Cpu, model, stem, levels);
}

fn check_by(by: By, model: &str, stem: &str, levels: f32) {
    let picture = paint(by, model, &format!("{stem}_input.png"));
    let expected = image::open(golden(&format!("{stem}_expected.png"))).unwrap().to_rgb8();
    let bytes = |bytes: Vec<u8>| bytes.into_iter().map(f32::from);
    let (mean, p999) = differences(bytes(picture.rgb8()), bytes(expected.into_raw()));
    assert!(mean <= 0.1 && p999 <= 1.0, "{model} by {by:?}: PNG differs by {mean} levels, 99.9th percentile {p999}");
    let tensor = format!("{stem}_expected.safetensors");
    if golden(&tensor).exists() {
        let values = picture.outputs[0].values.iter().map(|v| v * levels);
        let (mean, p999) = differences(values, golden_values(&tensor).iter().map(|v| v * levels));
        assert!(mean <= 0.05 && p999 <= 0.5, "{model} by {by:?}: floats differ by {mean} levels, 99.9th percentile {p999}");
        println!("{model} by {by:?}: mean {mean:.5}, 99.9th percentile {p999:.5} levels");
    }
}

#[test]
fn street_is_pytorchs() {
    check("street", "street", 127.5);
}

#[test]
fn cats_are_pytorchs() {
    check("cats", "cat", 127.5);
}

#[test]
fn faces_are_pytorchs() {
    check("faces", "face", 127.5);
}

#[test]
fn facades_are_pytorchs() {
    check("facades", "facade", 127.5);
}

#[test]
fn styles_are_pytorchs() {
    check("photo2vangogh", "vangogh", 127.5);
    check("vangogh2photo", "vangogh2photo", 127.5);
}

#[test]
fn edges_are_pytorchs() {
    check("hed_vgg16", "hed", 255.0);
}
