//! What a run publishes opens like any other model and paints what the sample sheet showed.

use std::sync::Arc;

use super::toys::{SIDE, batch, config, data};
use crate::architecture::{Family, InputKind};
use crate::cpu::{Cpu, CpuOptions};
use crate::features::{Clusters, companions};
use crate::flex::Flex;
use crate::library::Inspection;
use crate::looks::Looks;
use crate::train::gan::Gan;
use crate::train::{Batch, Bundle, Config, Memory, Method, Site, Tile, Trainer, open};
use crate::{Executor, Input, Interrupt, Model, generate};

/// What the published model makes of an input, at the size of the toys.
fn paint(bundle: &Bundle, input: &Input) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = bundle.write(folder.path()).unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2 + bundle.companions.len(), "nothing unfinished stays");
    let model = Model::open(&path).unwrap();
    assert_eq!(model.card, bundle.card);
    model.card.check().unwrap();
    // Without its card it is taken for the same network; a ResNet on labels is the very one that pix2pixHD has.
    let found = Inspection::of(&path).unwrap().recognised.architecture;
    let wanted = &bundle.card.architecture;
    let same = found.family == wanted.family || (wanted.family == Family::Resnet && wanted.input == InputKind::Labels);
    assert!(same && (found.width, found.depth) == (wanted.width, wanted.depth), "{found:?} for {wanted:?}");
    let loaded = model.load(model.norm_stats()).unwrap();
    let mut flex = Flex::new(loaded.graph.clone(), loaded.weights.clone(), None);
    let mut cpu = Cpu::new(loaded.graph.clone(), loaded.weights, CpuOptions::default()).unwrap();
    let [painted, fast] = [&mut flex as &mut dyn Executor, &mut cpu]
        .map(|executor| generate(executor, &loaded.graph, model.card.multiple(), input, &Interrupt::default()).unwrap().rgb8());
    assert!(painted.iter().zip(&fast).all(|(a, b)| a.abs_diff(*b) <= 1), "the fast executor paints another picture");
    painted
}

/// CycleGAN's generator halves twice; with one halving its tensors could be pix2pixHD's.
fn halving_twice(method: Method) -> Config {
    let mut config = config(method, 10);
    config.network.depth = 2;
    config
}

fn taught(config: &Config) -> (Box<dyn Trainer>, Batch) {
    let mut trainer = open(config, &data(config.method), &Site::cpu(Vec::new())).unwrap();
    let batch = batch(config.method, 0..2);
    trainer.step(&batch, 0).unwrap();
    trainer.step(&batch, 1).unwrap();
    (trainer, batch)
}

fn tile(row: &[Tile], caption: &str) -> Vec<u8> {
    row.iter().find(|tile| tile.caption == caption).unwrap().rgb.clone()
}

#[test]
fn pix2pix_paints_its_samples() {
    let (mut trainer, batch) = taught(&halving_twice(Method::Pix2pix));
    let rows = trainer.samples(&batch).unwrap();
    let painted = paint(&trainer.bundles()[0], &batch.pairs[1].input);
    assert!(painted == tile(&rows[1], "output"), "the published model paints another picture");
}

#[test]
fn cyclegan_publishes_both_ways() {
    let (mut trainer, batch) = taught(&halving_twice(Method::Cyclegan));
    let rows = trainer.samples(&batch).unwrap();
    let bundles = trainer.bundles();
    assert_eq!(bundles.iter().map(|bundle| bundle.card.name.as_str()).collect::<Vec<_>>(), ["my_model_a2b", "my_model_b2a"]);
    for (bundle, row) in bundles.iter().zip([&rows[0], &rows[2]]) {
        let input = Input::from_rgb(SIDE, SIDE, row[0].rgb.clone());
        let painted = paint(bundle, &input);
        // The sheet's pictures were not rounded to bytes first.
        let worst = painted.iter().zip(&row[1].rgb).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(worst <= Some(2), "{worst:?}");
    }
}

#[test]
fn a_colouriser_paints_with_and_without_hints() {
    let (mut trainer, batch) = taught(&halving_twice(Method::Colorize));
    let rows = trainer.samples(&batch).unwrap();
    let bundle = &trainer.bundles()[0];
    let input = |hints: Vec<f32>| Input { hints: Some(hints.into()), ..batch.pairs[0].input.clone() };
    let plain = paint(bundle, &input(vec![0.0; 3 * SIDE * SIDE]));
    let worst = plain.iter().zip(&tile(&rows[0], "output")).map(|(a, b)| a.abs_diff(*b)).max();
    assert!(worst <= Some(1), "{worst:?}");
    // In the upper half alone: instance norm takes away what is the same everywhere.
    let upper = |value: f32| (0..SIDE * SIDE).map(move |at| if at < SIDE * SIDE / 2 { value } else { 0.0 });
    let hinted = upper(0.5).chain(upper(0.5)).chain(upper(1.0)).collect();
    assert!(paint(bundle, &input(hinted)) != plain, "hints change nothing");
}

#[test]
fn a_gan_paints_from_a_code() {
    let config = config(Method::Gan, 10);
    let mut gan = Gan::new(&config, &data(config.method), &Site::cpu(Vec::new())).unwrap();
    let batch = batch(Method::Gan, 0..2);
    gan.step(&batch, 0).unwrap();
    let rows = gan.samples(&batch).unwrap();
    let code = crate::train::net::floats(&gan.codes(1, 0, "sample"));
    let input = Input { width: SIDE, height: SIDE, code: Some(code.into()), ..Input::default() };
    assert_eq!(paint(&gan.bundles()[0], &input), tile(&rows[0], "output"));
}

#[test]
fn pix2pixhd_publishes_styles_that_the_official_tools_read() {
    let mut config = config(Method::Pix2pixhd, 10);
    (config.network.generator, config.network.enhancer_blocks, config.network.clusters) = (Family::Pix2pixhdLocal, 1, 4);
    let (trainer, batch) = taught(&config);
    let bundle = &trainer.bundles()[0];
    let folder = tempfile::tempdir().unwrap();
    let path = bundle.write(folder.path()).unwrap();
    let (encoder, clusters) = companions(&path);
    assert_eq!(Model::open(&encoder.unwrap()).unwrap().card.architecture.family, Family::Pix2pixhdEncoder);
    let clusters = Clusters::read(&clusters.unwrap()).unwrap();
    assert_eq!(clusters.channels(), 2);
    let instances: Arc<[u32]> = batch.pairs[0].input.instances.clone().unwrap();
    let present = |id: &u32| clusters.choices(*id) > 0;
    assert!(instances.iter().all(present), "every class that was seen has styles");
    let features = Looks::default().planes(Some(&clusters), &instances, batch.pairs[0].input.width, 2);
    let input = Input { features: Some(features), ..batch.pairs[0].input.clone() };
    assert_eq!(paint(bundle, &input).len(), 3 * SIDE * SIDE);
}

#[test]
fn a_coarse_generator_becomes_the_inner_part_of_a_fine_one() {
    let mut coarse = config(Method::Pix2pixhd, 10);
    (coarse.network.features, coarse.network.width) = (0, 16);
    let (trainer, _) = taught(&coarse);
    let folder = tempfile::tempdir().unwrap();
    let bundle = &trainer.bundles()[0];
    let path = bundle.write(folder.path()).unwrap();
    let mut fine = coarse.clone();
    (fine.network.generator, fine.network.width, fine.network.enhancer_blocks) = (Family::Pix2pixhdLocal, 8, 1);
    fine.network.coarse = Some(path);
    fine.schedule.fix_coarse_steps = 2;
    let (fixed, batch) = taught(&fine);
    let (state, key) = (fixed.state(), "model.1.weight");
    let trained = bundle.tensors.iter().find(|(name, _)| name == key).unwrap().1.values.to_vec();
    assert_eq!(state[&format!("generator/{key}")].as_floats(), Some(trained.as_slice()), "the coarse part is fixed");
    let mut free = fixed;
    free.step(&batch, 2).unwrap();
    assert_ne!(free.state()[&format!("generator/{key}")].as_floats(), Some(trained.as_slice()), "later it learns too");
    fine.network.width = 6;
    let error = open(&fine, &data(Method::Pix2pixhd), &Site::cpu(Vec::new())).err().unwrap().to_string();
    assert!(error.contains("of 10 tensors fit"), "{error}");
}

#[test]
fn what_cannot_work_is_refused_before_the_first_step() {
    let refusal = |change: &dyn Fn(&mut Config), method: Method| {
        let mut config = config(method, 10);
        change(&mut config);
        open(&config, &data(method), &Site::cpu(Vec::new())).err().unwrap().to_string()
    };
    let family = refusal(&|config| config.network.generator = Family::Spade, Method::Pix2pix);
    assert!(family.contains("Spade does not belong to this method"), "{family}");
    let size = refusal(&|config| config.network.depth = 4, Method::Gan);
    assert!(size.contains("64x64 pixels, but data.size is 32x32"), "{size}");
    let vgg = refusal(&|config| config.loss.perceptual = 10.0, Method::Pix2pix);
    assert!(vgg.contains("hed_vgg16.safetensors"), "{vgg}");
    let average = refusal(&|config| config.schedule.average = 0.5, Method::Gan);
    assert!(average.contains("schedule.average = 0"), "{average}");
}

#[test]
fn memory_grows_with_the_batch_and_shrinks_with_checkpointing() {
    let config = Config::new(Method::Pix2pix);
    let data = crate::train::DataInfo { width: 256, height: 256, ..data(Method::Pix2pix) };
    let one = Memory::of(&config, &data).unwrap();
    // 54.4 and 2.8 million weights, each with gradient, moments and for the generator an average.
    assert!((1.05e9..1.25e9).contains(&(one.weights as f64)), "{one:?}");
    let mut eight = config.clone();
    eight.schedule.batch = 8;
    let eight = Memory::of(&eight, &data).unwrap();
    assert_eq!((eight.values, eight.weights), (8 * one.values, one.weights));
    let mut sparing = config;
    sparing.checkpointing = true;
    assert!(Memory::of(&sparing, &data).unwrap().values < one.values);
}
