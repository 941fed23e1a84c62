//! A discriminator with its loss, in all methods but the unconditional GAN on patches and pyramids.

use burn::tensor::{Device, Tensor};

use crate::executor::ExecuteError;
use crate::families::patch_gan::PatchGan;
use crate::graph::Graph;

use super::learner::{Learner, learn};
use super::losses::{feature_matching, generator_loss, judge_loss};
use super::net::{Feed, Tensors};
use super::{Config, GanLoss, Precision, TrainError};

/// The graph of a patch discriminator for pictures of `channels` planes.
pub(crate) fn patches(channels: usize, config: &Config) -> Graph {
    let network = &config.network;
    let patches = PatchGan {
        channels,
        width: network.discriminator_width,
        layers: network.discriminator_layers,
        norm: network.discriminator_norm,
        spectral: network.spectral,
    };
    // pix2pixHD names its layers in its own way even where there is only one scale.
    if config.uses_pyramid() { patches.pyramid(network.scales) } else { patches.single() }
}

/// A discriminator.
pub(crate) struct Judge {
    pub(crate) learner: Learner,
    loss: GanLoss,
    scales: usize,
    half: bool,
    rate: f64,
    /// Factor of the losses of real and fake together.
    share: f64,
}

impl Judge {
    /// A patch discriminator for pictures of `channels` planes, with as many scales as the configuration says.
    pub(crate) fn new(name: &'static str, channels: usize, config: &Config, device: &Device) -> Result<Self, TrainError> {
        Ok(Self {
            learner: Learner::new(name, patches(channels, config), config, device, false)?,
            loss: config.loss.gan,
            scales: config.network.scales,
            half: config.precision == Precision::Mixed,
            rate: config.schedule.discriminator_rate,
            share: 0.5,
        })
    }

    /// A judge of whole pictures with a graph of its own, which learns from the sum of both losses, as in the game.
    pub(crate) fn single(graph: Graph, config: &Config, device: &Device) -> Result<Self, TrainError> {
        Ok(Self {
            learner: Learner::new("discriminator", graph, config, device, false)?,
            loss: config.loss.gan,
            scales: 1,
            half: config.precision == Precision::Mixed,
            rate: config.schedule.discriminator_rate,
            share: 1.0,
        })
    }

    /// Features and logits of every scale.
    fn outputs(&mut self, values: &Tensors, x: Tensor<4>) -> Result<Vec<Tensor<4>>, ExecuteError> {
        self.learner.net.forward(values, &Feed::judged(x, self.half))
    }

    /// The last output of each scale.
    fn logits<'a>(&self, outputs: &'a [Tensor<4>]) -> Vec<&'a Tensor<4>> {
        outputs.chunks(outputs.len() / self.scales).filter_map(<[_]>::last).collect()
    }

    /// What a generator minimises: the game, and the distance from the features of `real` if asked for.
    pub(crate) fn opinion(
        &mut self,
        fake: Tensor<4>,
        real: Option<Tensor<4>>,
    ) -> Result<(Tensor<1>, Option<Tensor<1>>), ExecuteError> {
        let constants = self.learner.net.values.clone();
        let fake = self.outputs(&constants, fake)?;
        let matching = match real {
            Some(real) => Some(feature_matching(&fake, &self.outputs(&constants, real)?, self.scales)),
            None => None,
        };
        Ok((generator_loss(self.loss, &self.logits(&fake)), matching))
    }

    /// One step of telling `fake` from `real`; gives the losses of real and fake.
    pub(crate) fn learn(
        &mut self,
        fake: Tensor<4>,
        real: Tensor<4>,
        rate: f64,
        step: u64,
    ) -> Result<[Tensor<1>; 2], ExecuteError> {
        let leaves = self.learner.leaves(|_| false);
        let fake = self.outputs(&leaves, fake.inner())?;
        let fake = judge_loss(self.loss, &self.logits(&fake), false);
        let real = self.outputs(&leaves, real.inner())?;
        let real = judge_loss(self.loss, &self.logits(&real), true);
        let both = (fake.clone() + real.clone()) * self.share;
        learn(&both, &mut [(&mut self.learner, &leaves)], rate * self.rate, step);
        Ok([real.inner(), fake.inner()])
    }
}
