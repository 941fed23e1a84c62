//! A run that was stopped repeats the unbroken one, bit for bit.

use super::toys::{batch, config, data};
use crate::architecture::Family;
use crate::train::{Config, GanLoss, Method, Site, State, open};

/// Batches depend on nothing but the step.
fn run(config: &Config, steps: std::ops::Range<u64>, from: Option<&State>) -> (State, Vec<u32>) {
    let data = data(config.method);
    let mut trainer = open(config, &data, &Site::cpu(Vec::new())).unwrap();
    if let Some(state) = from {
        trainer.restore(state).unwrap();
    }
    let mut losses = Vec::new();
    for step in steps {
        let found = trainer.step(&batch(config.method, (0..2).map(|sample| step * 2 + sample)), step).unwrap();
        losses.extend(found.0.iter().map(|(_, value)| value.to_bits()));
    }
    (trainer.state(), losses)
}

fn check(config: &Config) {
    let (whole, losses) = run(config, 0..6, None);
    let (half, first) = run(config, 0..3, None);
    let (resumed, last) = run(config, 3..6, Some(&half));
    assert_eq!([first, last].concat(), losses, "{:?}: losses differ", config.method);
    let differing: Vec<&String> = whole.iter().filter(|(name, array)| resumed.get(*name) != Some(array)).map(|p| p.0).collect();
    assert_eq!((whole.len(), differing.first()), (resumed.len(), None), "{:?}", config.method);
    assert_ne!(half, whole, "{:?}: nothing was learned in three steps", config.method);
}

#[test]
fn gan_resumes_bit_for_bit() {
    check(&config(Method::Gan, 6));
}

#[test]
fn pix2pix_resumes_bit_for_bit() {
    // With everything that has a state of its own: dropout, batch norm, spectral norm, a loss scale.
    let mut config = config(Method::Pix2pix, 6);
    (config.network.generator, config.network.depth, config.network.dropout) = (Family::Unet, 5, true);
    config.network.norm = crate::architecture::Norm::Batch;
    (config.network.spectral, config.loss.gan) = (true, GanLoss::Hinge);
    check(&config);
}

#[test]
fn cyclegan_resumes_bit_for_bit() {
    let mut config = config(Method::Cyclegan, 6);
    // A pool that is full before the break, so that what it gives back matters.
    config.loss.pool = 3;
    check(&config);
}

#[test]
fn pix2pixhd_resumes_bit_for_bit() {
    let mut config = config(Method::Pix2pixhd, 6);
    (config.network.generator, config.network.enhancer_blocks) = (Family::Pix2pixhdLocal, 1);
    // The coarse part joins in after the break.
    config.schedule.fix_coarse_steps = 4;
    check(&config);
}

#[test]
fn colorize_resumes_bit_for_bit() {
    check(&config(Method::Colorize, 6));
}

#[test]
fn a_state_of_another_network_is_refused() {
    let config = config(Method::Colorize, 6);
    let (mut state, _) = run(&config, 0..1, None);
    let mut trainer = open(&config, &data(Method::Colorize), &Site::cpu(Vec::new())).unwrap();
    let key = "adam.generator/first/0".to_owned();
    state.insert(key.clone(), crate::train::Array::floats(&[1], vec![0.0]));
    let error = trainer.restore(&state).unwrap_err().to_string();
    assert!(error.contains(&key), "{error}");
    state.remove("discriminator/model.0.weight");
    assert!(trainer.restore(&state).is_err());
}
