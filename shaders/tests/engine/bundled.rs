//! Every bundled generator with its own weights, at a size that software adapters paint in seconds.

use std::path::Path;

use daub_models::graph::NormStats;
use daub_models::{Executor as _, Interrupt, Model};
use daub_shaders::{Gpu, Options, Precision};

use crate::support::{context, input, psnr, reference};

fn check(name: &str, size: (usize, usize)) {
    let Some(context) = context() else { return };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/models");
    let loaded = Model::find(name, &[folder]).expect("a model").load(NormStats::Image).expect("its weights");
    let input = input(&loaded.graph, size.0, size.1, 5);
    let expected = reference(&loaded.graph, &loaded.weights, None, &input);
    let mut gpu = Gpu::new(context, loaded.graph, loaded.weights, Precision::F32, Options::default());
    let found = gpu.run(&input, &Interrupt::default()).expect("a picture");
    let decibels = psnr(&found.outputs[0].values, &expected.outputs[0].values);
    println!("{name} {size:?}: {decibels:.1} dB");
    assert!(decibels >= 50.0, "{name}: {decibels} dB");
    // The window shows the texture; its levels are those of the official tools.
    let shown = gpu.engine().expect("an engine").read_texture().expect("levels");
    let levels: Vec<u8> = shown.chunks_exact(4).flat_map(|pixel| pixel[..3].to_vec()).collect();
    assert_eq!(levels, found.rgb8(), "{name}: texture and values differ");
}

#[test]
fn street() {
    check("street", (128, 64));
}

#[test]
fn faces() {
    check("faces", (64, 64));
}

#[test]
fn facades() {
    check("facades", (64, 64));
}

#[test]
fn cats() {
    check("cats", (256, 256));
}

#[test]
fn styles() {
    check("photo2vangogh", (64, 64));
    check("vangogh2photo", (64, 64));
}

#[test]
fn edges() {
    check("hed_vgg16", (64, 48));
}
