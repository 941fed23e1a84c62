//! Every method learns its toy, and does not when its loss is turned against it.

use super::toys::{batch, config, data, drawing, other_domain, painted, psnr, stripes};
use crate::train::{Config, Method, Precision, Site, Tile, Trainer, open};

/// Trains and gives the mean quality in dB of the samples, as `judge` finds it in row and seed.
fn trained(config: &Config, judge: impl Fn(&[Tile], u64) -> f64) -> f64 {
    let mut trainer = open(config, &data(config.method), &Site::cpu(Vec::new())).unwrap();
    let steps = config.schedule.steps + config.schedule.decay_steps;
    let count = config.schedule.batch as u64;
    let started = std::time::Instant::now();
    for step in 0..steps {
        let losses = trainer.step(&batch(config.method, (0..count).map(|sample| step * count + sample)), step).unwrap();
        if step + 1 == steps {
            println!("{:?}", losses.0);
        }
    }
    let found = quality(trainer.as_mut(), config.method, judge);
    println!("{:?}: {found:.1} dB after {steps} steps in {:.1} s", config.method, started.elapsed().as_secs_f64());
    found
}

fn quality(trainer: &mut dyn Trainer, method: Method, judge: impl Fn(&[Tile], u64) -> f64) -> f64 {
    // Drawings that were never trained on.
    let seeds = 500_000..500_008_u64;
    let rows = trainer.samples(&batch(method, seeds.clone())).unwrap();
    rows.iter().zip(seeds.clone()).map(|(row, seed)| judge(row, seed)).sum::<f64>() / seeds.count() as f64
}

fn tile<'a>(row: &'a [Tile], caption: &str) -> &'a Tile {
    row.iter().find(|tile| tile.caption == caption).unwrap()
}

/// Checks that the method reaches `wanted` dB, and that a game turned round, without other terms, stays below.
fn check(mut config: Config, wanted: f64, judge: impl Fn(&[Tile], u64) -> f64 + Copy) {
    let found = trained(&config, judge);
    assert!(found >= wanted, "{:?} reached {found:.1} dB of {wanted}", config.method);
    let loss = &mut config.loss;
    (loss.l1, loss.cycle, loss.feature_matching, loss.gan_weight) = (0.0, 0.0, 0.0, -1.0);
    // Enough to see where it goes.
    (config.schedule.steps, config.schedule.decay_steps) = (config.schedule.steps / 4, 0);
    let sabotaged = trained(&config, judge);
    assert!(sabotaged < wanted - 3.0, "{:?} reached {sabotaged:.1} dB with a loss against it", config.method);
}

fn paints_the_drawing(row: &[Tile], seed: u64) -> f64 {
    psnr(tile(row, "output"), &painted(&drawing(seed).0, |colour| colour))
}

#[test]
fn pix2pix_learns_colours_of_shapes() {
    check(config(Method::Pix2pix, 120), 17.5, paints_the_drawing);
}

#[test]
fn pix2pix_learns_in_mixed_precision() {
    let mut config = config(Method::Pix2pix, 60);
    config.precision = Precision::Mixed;
    let found = trained(&config, paints_the_drawing);
    assert!(found >= 13.0, "{found:.1} dB");
}

#[test]
fn pix2pixhd_learns_colours_of_shapes() {
    check(config(Method::Pix2pixhd, 120), 17.0, paints_the_drawing);
}

#[test]
fn colorize_learns_colours_from_lightness() {
    check(config(Method::Colorize, 120), 16.5, paints_the_drawing);
}

#[test]
fn cyclegan_learns_the_other_domain() {
    let other = |row: &[Tile], seed: u64| psnr(tile(row, "A to B"), &painted(&drawing(seed).0, other_domain));
    check(config(Method::Cyclegan, 200), 17.0, other);
}

#[test]
fn gan_learns_what_pictures_look_like() {
    let nearest =
        |row: &[Tile], _: u64| (0..40).map(|seed| psnr(tile(row, "output"), &stripes(seed))).fold(f64::NEG_INFINITY, f64::max);
    let mut config = config(Method::Gan, 800);
    config.schedule.batch = 8;
    check(config, 20.0, nearest);
}
