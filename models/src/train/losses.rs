//! What is minimised, each as a tensor of one value.

use burn::tensor::{Tensor, activation};

use super::GanLoss;

/// How badly a discriminator tells these logits' pictures for what they are; summed over scales.
pub(crate) fn judge_loss(kind: GanLoss, logits: &[&Tensor<4>], real: bool) -> Tensor<1> {
    let one = |x: Tensor<4>| match kind {
        // The discriminator's part of the game is the same in all three: -log of the right answer's probability.
        GanLoss::Minimax | GanLoss::NonSaturating | GanLoss::Vanilla => softplus(if real { -x } else { x }).mean(),
        GanLoss::Lsgan => squared(if real { x - 1.0 } else { x }).mean(),
        GanLoss::Hinge => activation::relu(if real { -x + 1.0 } else { x + 1.0 }).mean(),
    };
    summed(logits.iter().map(|&x| one(x.clone())))
}

/// How far a discriminator is from taking a generator's pictures for real; summed over scales.
pub(crate) fn generator_loss(kind: GanLoss, logits: &[&Tensor<4>]) -> Tensor<1> {
    let one = |x: Tensor<4>| match kind {
        GanLoss::Minimax => -softplus(x).mean(),
        GanLoss::NonSaturating | GanLoss::Vanilla => softplus(-x).mean(),
        GanLoss::Lsgan => squared(x - 1.0).mean(),
        GanLoss::Hinge => -x.mean(),
    };
    summed(logits.iter().map(|&x| one(x.clone())))
}

/// Mean absolute difference.
pub(crate) fn l1(a: Tensor<4>, b: Tensor<4>) -> Tensor<1> {
    (a - b).abs().mean()
}

/// Distance between a discriminator's features of fake and real (pix2pixHD, eq. 4), scale by scale, layer by layer.
///
/// With the official weights: `4 / (layers + 1)` for each layer but the logits, over the number of scales.
pub(crate) fn feature_matching(fake: &[Tensor<4>], real: &[Tensor<4>], scales: usize) -> Tensor<1> {
    // The layers of a scale and its logits.
    let outputs = fake.len() / scales;
    let layers = outputs - 2;
    let weight = 4.0 / (layers as f64 + 1.0) / scales as f64;
    let features = fake.iter().zip(real).enumerate().filter(|(at, _)| at % outputs != outputs - 1);
    summed(features.map(|(_, (fake, real))| l1(fake.clone(), real.clone().inner()))) * weight
}

/// The sum of all; there is at least one.
pub(crate) fn summed(losses: impl IntoIterator<Item = Tensor<1>>) -> Tensor<1> {
    losses.into_iter().reduce(|a, b| a + b).unwrap_or_else(|| Tensor::zeros([1], &burn::tensor::Device::flex()))
}

fn squared(x: Tensor<4>) -> Tensor<4> {
    x.clone() * x
}

/// `log(1 + e^x)` without overflow.
fn softplus(x: Tensor<4>) -> Tensor<4> {
    activation::relu(x.clone()) + (-x.abs()).exp().log1p()
}
