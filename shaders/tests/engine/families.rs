//! Every family in both precisions.

use std::sync::Arc;

use daub_models::architecture::{Architecture, Family, InputKind, Norm};
use daub_models::checkpoint::Weights;
use daub_models::graph::NormStats;
use daub_shaders::{Engine, Options, Precision};

use crate::support::{compare, compare_on, emulated_context};

/// Checks both precisions; a tuple of size is columns, rows.
fn check(name: &str, architecture: &Architecture, size: (usize, usize)) {
    for (precision, least) in [(Precision::F32, 50.0), (Precision::F16, 40.0)] {
        let graph = architecture.graph(NormStats::Image).expect("a possible network");
        let Some(found) = compare(graph, size, precision, None) else { continue };
        println!("{name} {size:?} {precision:?}: {found:.1?} dB");
        assert!(found.iter().all(|&decibels| decibels >= least), "{name} {precision:?}: {found:?} dB");
    }
}

#[test]
fn unet() {
    let mut architecture = Architecture::new(Family::Unet, InputKind::Rgb, 3, 16, 5, 0);
    check("unet", &architecture, (64, 32));
    architecture.norm = Norm::Batch;
    check("unet with batch norm", &architecture, (64, 32));
}

#[test]
fn resnet() {
    check("resnet", &Architecture::new(Family::Resnet, InputKind::Rgb, 3, 16, 2, 2), (64, 32));
}

#[test]
fn pix2pixhd_global() {
    let mut architecture = Architecture::new(Family::Pix2pixhdGlobal, InputKind::Labels, 35, 24, 2, 2);
    check("global", &architecture, (64, 32));
    architecture.instance_edges = true;
    architecture.feature_channels = 3;
    check("global with edges and features", &architecture, (64, 32));
}

#[test]
fn pix2pixhd_local() {
    let mut architecture = Architecture::new(Family::Pix2pixhdLocal, InputKind::Labels, 35, 8, 2, 2);
    (architecture.enhancers, architecture.enhancer_blocks) = (1, 2);
    architecture.instance_edges = true;
    check("local", &architecture, (64, 32));
}

#[test]
fn dcgan() {
    let architecture = Architecture::new(Family::Dcgan, InputKind::Code, 16, 8, 3, 0);
    check("dcgan", &Architecture { code_channels: 16, norm: Norm::Batch, ..architecture }, (32, 32));
}

#[test]
fn edges() {
    check("hed", &Architecture::new(Family::Vgg16Hed, InputKind::Rgb, 3, 64, 4, 0), (48, 32));
}

#[test]
fn sizes_that_no_tile_divides() {
    check("resnet", &Architecture::new(Family::Resnet, InputKind::Rgb, 3, 12, 2, 1), (52, 36));
    check(
        "local",
        &{
            let mut architecture = Architecture::new(Family::Pix2pixhdLocal, InputKind::Labels, 7, 6, 1, 1);
            (architecture.enhancers, architecture.enhancer_blocks) = (1, 1);
            architecture
        },
        (44, 28),
    );
    check("hed", &Architecture::new(Family::Vgg16Hed, InputKind::Rgb, 3, 64, 4, 0), (37, 29));
}

/// Only the products themselves are emulated; tiles, borders, weights, statistics and stores are those of the kernel.
#[test]
fn the_kernel_for_matrix_units_agrees() {
    let Some(context) = emulated_context() else { return };
    let mut global = Architecture::new(Family::Pix2pixhdGlobal, InputKind::Labels, 35, 24, 2, 2);
    global.instance_edges = true;
    let unet = Architecture::new(Family::Unet, InputKind::Rgb, 3, 24, 4, 0);
    for (name, architecture, size) in [("global", global, (64, 44)), ("unet", unet, (64, 48))] {
        let graph = architecture.graph(NormStats::Image).expect("a possible network");
        let weights = Weights::random(&graph, 7).expect("weights");
        let shared = Arc::new(graph.clone());
        let engine = Engine::compile(&context, &shared, &weights, size, Precision::F16, Options::default()).expect("an engine");
        assert!(engine.pass_names().any(|pass| pass.starts_with("convolution_matrix")), "{name} uses matrix units");
        let Some(found) = compare_on(context.clone(), graph, size, Precision::F16, None) else { return };
        println!("{name} {size:?} on emulated matrix units: {found:.1?} dB");
        assert!(found.iter().all(|&decibels| decibels >= 40.0), "{name}: {found:?} dB");
    }
}
