//! Checkpoints of the official repositories' own networks paint what PyTorch paints: recognised from their tensors alone,
//! on the CPU. `tests/peers/official.py` makes them.

use std::path::{Path, PathBuf};

use crate::architecture::Family;
use crate::cpu::{Cpu, CpuOptions};
use crate::flex::Flex;
use crate::graph::NormStats;
use crate::looks::Looks;
use crate::style::{Objects, Photo, Style, of_photo};
use crate::{Executor, Input, Interrupt, Model, Picture, generate, npy};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/official").join(name)
}

fn weights(name: &str) -> PathBuf {
    let files = ["latest_net_G.pth", "latest_net_E.pth", "model.pict"].map(|file| folder(name).join(file));
    files.into_iter().find(|path| path.is_file()).unwrap()
}

/// Every plane that lies in the folder of a case.
fn input(name: &str, labelled: bool) -> Input {
    let open = |file: &str| image::open(folder(name).join(file)).ok();
    let picture = open("input.png").unwrap();
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let mut input = if labelled {
        Input::from_labels(width, height, picture.to_luma8().into_raw())
    } else {
        Input::from_rgb(width, height, picture.to_rgb8().into_raw())
    };
    let instances = open("instance.png").map(|ids| ids.to_luma16().into_raw());
    input.instances = instances.map(|ids| ids.into_iter().map(u32::from).collect());
    let array = |file: &str| npy::read_array(&folder(name).join(file)).ok().map(|(_, values)| values.into());
    input.features = array("features.npy");
    input.code = array("code.npy");
    input
}

/// The pictures of the reference executor and of the fast one.
fn paint(model: &Model, name: &str, stats: NormStats) -> [Picture; 2] {
    let loaded = model.load(stats).unwrap();
    let input = input(name, loaded.graph.classes().is_some());
    let fast = Cpu::new(loaded.graph.clone(), loaded.weights.clone(), CpuOptions::default()).unwrap();
    let reference = Flex::new(loaded.graph.clone(), loaded.weights, None);
    let executors: [Box<dyn Executor>; 2] = [Box::new(reference), Box::new(fast)];
    executors.map(|mut executor| {
        executor.prepare(input.width, input.height).unwrap();
        generate(executor.as_mut(), &loaded.graph, model.card.multiple(), &input, &Interrupt::default()).unwrap()
    })
}

/// Mean and 99.9th percentile of the differences in 8-bit levels.
fn differences(picture: &Picture, expected: &Path) -> (f32, f32) {
    let (shape, expected) = npy::read_array(expected).unwrap();
    assert_eq!(shape, [picture.outputs[0].channels, picture.height, picture.width]);
    let level = |value: f32| (f32::midpoint(value, 1.0).clamp(0.0, 1.0) * 255.0).floor();
    let values = picture.outputs[0].values.iter().zip(&expected);
    let mut all: Vec<f32> = values.map(|(&value, &expected)| (level(value) - level(expected)).abs()).collect();
    all.sort_by(f32::total_cmp);
    (all.iter().sum::<f32>() / all.len() as f32, all[(all.len() - 1) * 999 / 1000])
}

fn check_model(model: &Model, name: &str, stats: NormStats, expected: &str) {
    for picture in paint(model, name, stats) {
        let (mean, p999) = differences(&picture, &folder(name).join(expected));
        println!("{name}: mean {mean:.4}, 99.9th percentile {p999} levels");
        assert!(mean <= 1.0 && p999 <= 4.0, "{name} differs by {mean} levels, 99.9th percentile {p999}");
    }
}

fn check(name: &str, family: Family) -> Model {
    let model = Model::open(&weights(name)).unwrap();
    assert_eq!(model.card.architecture.family, family, "{name}");
    check_model(&model, name, model.norm_stats(), "expected.npy");
    // The converted bundle paints the same, up to float16's rounding.
    let to = tempfile::tempdir().unwrap();
    let bundle = to.path().join("bundle.safetensors");
    for half in [false, true] {
        crate::convert::convert(&model, &bundle, half).unwrap();
        let converted = Model::open(&bundle).unwrap();
        assert_eq!(converted.card.labels, model.card.labels);
        check_model(&converted, name, converted.norm_stats(), "expected.npy");
    }
    model
}

#[test]
fn the_three_published_examples() {
    let unet = check("c01_unet256_batch", Family::Unet);
    check_model(&unet, "c01_unet256_batch", NormStats::Running, "expected_eval.npy");
    check("c04_resnet9_instance", Family::Resnet);
    let hd = check("c08_pix2pixhd_global", Family::Pix2pixhdGlobal);
    assert!(hd.card.architecture.instance_edges && hd.card.label_set.as_deref() == Some("cityscapes-35"));
}

#[test]
fn unets_of_any_depth_and_norm() {
    check("unet128_instance", Family::Unet);
    check("unet32_batch_legacy", Family::Unet);
    check("unet64_batch_dropout", Family::Unet);
    let model = Model::open(&weights("unet64_batch_eval_half")).unwrap();
    check_model(&model, "unet64_batch_eval_half", NormStats::Running, "expected.npy");
}

#[test]
fn residual_generators_with_dropout_and_old_statistics() {
    let model = check("resnet6_batch_dropout", Family::Resnet);
    assert!(model.card.architecture.dropout && model.card.architecture.blocks == 6);
    check("resnet9_old_statistics_legacy", Family::Resnet);
}

#[test]
fn views_of_shared_and_transposed_storages() {
    check("resnet3_views", Family::Resnet);
    check("resnet3_views_legacy", Family::Resnet);
}

#[test]
fn colours_for_a_photographs_lightness() {
    check("colour_unet32", Family::Unet);
}

#[test]
fn pix2pix_hd_with_enhancers_edges_and_batch_norm() {
    let model = check("hd_local_edges", Family::Pix2pixhdLocal);
    assert!(model.card.architecture.instance_edges && model.card.labels[7].name == "road");
    let model = check("hd_local2_rgb", Family::Pix2pixhdLocal);
    assert_eq!(model.card.architecture.enhancers, 2);
    let model = check("hd_local2_edges", Family::Pix2pixhdLocal);
    assert!(model.card.architecture.enhancers == 2 && model.card.architecture.instance_edges);
    check("hd_global_batch_legacy", Family::Pix2pixhdGlobal);
}

#[test]
fn object_styles_from_an_encoder_and_from_clusters() {
    check("hd_encoder", Family::Pix2pixhdEncoder);
    let local = check("hd_local_features", Family::Pix2pixhdLocal);
    assert_eq!((local.card.architecture.input_channels, local.card.architecture.feature_channels), (35, 3));
    let model = check("hd_global_features", Family::Pix2pixhdGlobal);
    assert_eq!((model.card.architecture.input_channels, model.card.architecture.feature_channels), (35, 3));
    let (_, clusters) = crate::features::companions(&model.weights);
    let clusters = crate::features::Clusters::read(&clusters.unwrap()).unwrap();
    assert_eq!([26_001, 24_000, 7, 11, 8].map(|instance| clusters.choices(instance)), [10, 3, 2, 1, 0]);
    assert_eq!(clusters.channels(), 3);
}

#[test]
fn the_single_image_generators_of_vid2vid() {
    check("vid2vid_global", Family::Pix2pixhdGlobal);
    let model = check("vid2vid_local", Family::Pix2pixhdLocal);
    assert!(!model.card.architecture.instance_edges && model.card.label_set.as_deref() == Some("cityscapes-35"));
}

/// A photograph of a case's folder and the objects of its drawing.
fn photo_and_objects(name: &str) -> (Photo, Objects) {
    let photo = image::open(folder(name).join("style.png")).unwrap().to_rgb8();
    let (width, height) = (photo.width() as usize, photo.height() as usize);
    let drawing = input(name, true);
    let ids = drawing.instances.unwrap();
    (Photo { width, height, rgb: photo.into_raw().into() }, Objects { width: drawing.width, height: drawing.height, ids })
}

#[test]
fn the_style_of_a_photograph_is_what_the_official_encoders_say() {
    let model = Model::open(&weights("hd_global_features")).unwrap();
    let (photo, objects) = photo_and_objects("hd_global_features");
    let mut looks = Looks::default();
    looks.wear(of_photo(&model, &photo, &objects).unwrap(), None);
    let planes = looks.planes(None, &objects.ids, objects.width, 3);
    let (_, expected) = npy::read_array(&folder("hd_global_features").join("features.npy")).unwrap();
    let furthest = planes.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(planes.len() == expected.len() && furthest < 1e-4, "{furthest}");

    let model = Model::open(&weights("spade_coco_vae_half")).unwrap();
    let (photo, objects) = photo_and_objects("spade_coco_vae_half");
    let style = of_photo(&model, &photo, &objects).unwrap();
    let Style::Code { mean, log_variance } = &style else { panic!("{style:?}") };
    for (values, file) in [(mean, "code.npy"), (log_variance, "log_variance.npy")] {
        let (_, expected) = npy::read_array(&folder("spade_coco_vae_half").join(file)).unwrap();
        let furthest = values.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(values.len() == 256 && furthest < 1e-3, "{file}: {furthest}");
    }
    looks.wear(style.clone(), None);
    assert_eq!(looks.code(256).as_ref(), mean.as_slice());
    looks.wear(style.clone(), Some(1));
    assert_ne!(looks.code(256).as_ref(), mean.as_slice(), "a seed draws around the mean");
}

#[test]
fn photographs_without_a_suitable_encoder_are_refused_in_one_line() {
    let (photo, objects) = photo_and_objects("hd_global_features");
    let refused = |path: &Path| of_photo(&Model::open(path).unwrap(), &photo, &objects).unwrap_err().to_string();
    assert!(refused(&weights("hd_local_edges")).contains("one style only"));
    assert!(refused(&weights("hd_local_features")).contains("latest_net_E.pth, which is not there"));
    let copies = tempfile::tempdir().unwrap();
    let (generator, encoder) = (copies.path().join("latest_net_G.pth"), copies.path().join("latest_net_E.pth"));
    std::fs::copy(weights("hd_global_features"), &generator).unwrap();
    std::fs::copy(weights("hd_local_edges"), &encoder).unwrap();
    assert!(refused(&generator).contains("latest_net_E.pth is no encoder"));
    std::fs::copy(weights("spade_coco_vae_half"), &generator).unwrap();
    assert!(refused(&generator).contains("latest_net_E.pth is no encoder"));
    std::fs::copy(weights("spade_ade20k_vae_half"), &generator).unwrap();
    std::fs::copy(folder("spade_coco_vae_half").join("latest_net_E.pth"), &encoder).unwrap();
    assert!(refused(&generator).contains("gives 256 values for a style and"), "{}", refused(&generator));
}

#[test]
fn spade_with_edges_code_and_every_number_of_doublings() {
    let model = check("spade_cityscapes", Family::Spade);
    assert_eq!((model.card.architecture.depth, model.card.size()), (6, (512, 256)));
    check("spade_ade20k_plain_half", Family::Spade);
    let model = check("spade_coco_vae_half", Family::Spade);
    assert_eq!((model.card.architecture.code_channels, model.card.architecture.code_size), (256, [2, 2]));
    check("spade_cityscapes_vae_half", Family::Spade);
    check("spade_ade20k_vae_half", Family::Spade);
    check("spade_coco_half", Family::Spade);
    check("spade_facades_most_instance_old", Family::Spade);
}

#[test]
fn quantised_tensorflow() {
    check("pict_unet256", Family::Pict);
}
