//! Tiny tasks: pictures of 32x32 pixels that a network of a few thousand weights can learn.

use std::sync::Arc;

use crate::Input;
use crate::architecture::{Family, InputKind, Norm};
use crate::card::Label;
use crate::random::Draws;
use crate::train::{Batch, Config, DataInfo, Image, Method, Pair, Schedule, Tile};

/// Side of every toy picture in pixels.
pub(super) const SIDE: usize = 32;

/// Colours of the toy classes, in [-1, 1].
const COLOURS: [[f32; 3]; 4] = [[-0.6, -0.4, 0.6], [0.8, -0.2, -0.7], [0.2, 0.7, -0.5], [0.9, 0.9, 0.7]];

/// A drawing of two rectangles and a disc over a background: the class of each pixel, and a number for each object.
pub(super) fn drawing(seed: u64) -> (Vec<u8>, Vec<u32>) {
    let mut draws = Draws::new(seed, 77);
    let (mut labels, mut instances) = (vec![0_u8; SIDE * SIDE], vec![0_u32; SIDE * SIDE]);
    for object in 1..=3_u32 {
        let class = 1 + (draws.uniform() * 3.0) as u8;
        let [x, y] = [draws.uniform(), draws.uniform()].map(|at| at * SIDE as f32);
        let [w, h] = [draws.uniform(), draws.uniform()].map(|side| 4.0 + side * 10.0);
        for at in 0..SIDE * SIDE {
            let (dx, dy) = ((at % SIDE) as f32 - x, (at / SIDE) as f32 - y);
            let inside = if object == 3 { dx * dx + dy * dy < w * w / 2.0 } else { dx.abs() < w / 2.0 && dy.abs() < h / 2.0 };
            if inside {
                (labels[at], instances[at]) = (class, u32::from(class) * 1000 + object);
            }
        }
    }
    (labels, instances)
}

/// The drawing in its colours, each changed by `colour`.
pub(super) fn painted(labels: &[u8], colour: impl Fn([f32; 3]) -> [f32; 3]) -> Image {
    let rgb: Arc<[f32]> =
        (0..3).flat_map(|c| labels.iter().map(|&id| colour(COLOURS[usize::from(id)])[c]).collect::<Vec<_>>()).collect();
    Image { width: SIDE, height: SIDE, rgb }
}

/// The second domain: another order of the channels.
pub(super) fn other_domain([r, g, b]: [f32; 3]) -> [f32; 3] {
    [b, r, g]
}

fn bytes(image: &Image) -> Vec<u8> {
    let pixels = image.width * image.height;
    let byte = |value: f32| (f32::midpoint(value, 1.0) * 255.0).round() as u8;
    (0..pixels).flat_map(|at| [0, 1, 2].map(|c| byte(image.rgb[c * pixels + at]))).collect()
}

/// Sample `seed` as every method wants it.
fn sample(method: Method, seed: u64) -> Pair {
    let (labels, instances) = drawing(seed);
    let target = painted(&labels, |colour| colour);
    let input = match method {
        Method::Colorize => Input::from_rgb(SIDE, SIDE, bytes(&target)),
        _ => Input { instances: Some(instances.into()), ..Input::from_labels(SIDE, SIDE, labels) },
    };
    Pair { input, target }
}

/// A batch of the samples `seeds`.
pub(super) fn batch(method: Method, seeds: impl Iterator<Item = u64>) -> Batch {
    let seeds: Vec<u64> = seeds.collect();
    let names = seeds.iter().map(u64::to_string).collect();
    match method {
        Method::Cyclegan => {
            let a = seeds.iter().map(|&seed| painted(&drawing(seed).0, |colour| colour)).collect();
            // Never the same drawing as in the first domain.
            let b = seeds.iter().map(|&seed| painted(&drawing(seed + 1_000_000).0, other_domain)).collect();
            Batch { unpaired: (a, b), names, ..Batch::default() }
        }
        Method::Gan => {
            let pictures = seeds.iter().map(|&seed| stripes(seed)).collect();
            Batch { unpaired: (pictures, Vec::new()), names, ..Batch::default() }
        }
        _ => Batch { pairs: seeds.iter().map(|&seed| sample(method, seed)).collect(), names, ..Batch::default() },
    }
}

/// What the GAN learns: an upper half of one brightness, a lower half of the opposite one.
pub(super) fn stripes(seed: u64) -> Image {
    let level = 0.5 + 0.4 * Draws::new(seed, 5).uniform();
    let value = |at: usize| if at % (SIDE * SIDE) < SIDE * SIDE / 2 { level } else { -level };
    Image { width: SIDE, height: SIDE, rgb: (0..3 * SIDE * SIDE).map(value).collect() }
}

/// What a trainer is told of the toys.
pub(super) fn data(method: Method) -> DataInfo {
    let label = |id: u8| Label { id, name: format!("shape_{id}"), color: [60 * id; 3], trained: true };
    let labelled = matches!(method, Method::Pix2pix | Method::Pix2pixhd);
    DataInfo {
        input: if labelled { InputKind::Labels } else { InputKind::Rgb },
        labels: if labelled { (0..4).map(label).collect() } else { Vec::new() },
        label_set: None,
        instances: labelled,
        width: SIDE,
        height: SIDE,
        count: 1000,
        sketches: false,
    }
}

/// A configuration small enough for a test.
pub(super) fn config(method: Method, steps: u64) -> Config {
    let mut config = Config::new(method);
    let network = &mut config.network;
    (network.width, network.depth, network.discriminator_width, network.discriminator_layers) = (8, 1, 8, 2);
    match method {
        Method::Gan => (network.depth, network.code) = (3, 8),
        Method::Pix2pix | Method::Colorize => {
            (network.generator, network.norm, network.blocks) = (Family::Resnet, Norm::Instance, 1);
            network.dropout = false;
        }
        Method::Cyclegan => network.blocks = 1,
        Method::Pix2pixhd => {
            network.blocks = 1;
            (network.features, network.encoder_width, network.encoder_depth) = (2, 4, 1);
            config.loss.perceptual = 0.0;
        }
    }
    config.schedule = Schedule {
        batch: 4,
        steps: steps / 2,
        decay_steps: steps - steps / 2,
        rate: 2e-3,
        average: if method == Method::Gan { 0.0 } else { 0.9 },
        ..config.schedule
    };
    config
}

/// Peak signal to noise ratio of a tile and what it should be, in dB.
pub(super) fn psnr(tile: &Tile, wanted: &Image) -> f64 {
    let wanted = bytes(wanted);
    let squares: f64 = tile.rgb.iter().zip(&wanted).map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2)).sum();
    10.0 * (255.0 * 255.0 / (squares / wanted.len() as f64).max(1e-9)).log10()
}
