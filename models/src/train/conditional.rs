//! What pix2pix, pix2pixHD and colourisation share: a generator that is told what to paint, and a judge that sees both.

use burn::tensor::{Device, Tensor};

use crate::architecture::Architecture;
use crate::executor::ExecuteError;
use crate::graph::Plane;

use super::blueprint::learning;
use super::bundle::Bundle;
use super::draws::step_seed;
use super::feeds::condition;
use super::judge::Judge;
use super::learner::{Learner, learn};
use super::losses::l1;
use super::net::{Feed, Tensors, floats};
use super::perceptual::Perceptual;
use super::{Config, DataInfo, Losses, Precision, Site, State, TrainError};

/// A generator, its judge, and what else it is measured by.
pub(super) struct Conditional {
    pub(super) config: Config,
    pub(super) data: DataInfo,
    pub(super) device: Device,
    pub(super) architecture: Architecture,
    pub(super) generator: Learner,
    pub(super) judge: Judge,
    /// pix2pixHD's encoder of object styles.
    pub(super) encoder: Option<Learner>,
    /// What the encoder gave in the last step.
    pub(super) features: Option<Tensor<4>>,
    perceptual: Option<Perceptual>,
    /// Steps taken.
    steps: u64,
}

/// What one step is about.
pub(super) struct Lesson {
    /// What the generator reads.
    pub(super) feed: Feed,
    /// The photograph that the encoder looks at.
    pub(super) photo: Option<Tensor<4>>,
    /// What should come out.
    pub(super) target: Tensor<4>,
}

/// Who learns first in a step: the official pix2pix teaches the judge first, pix2pixHD the generator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum First {
    Judge,
    Generator,
}

impl Conditional {
    pub(super) fn new(config: &Config, data: &DataInfo, site: &Site) -> Result<Self, TrainError> {
        let architecture = config.architecture(data)?;
        let device = site.device.clone();
        let generator = Learner::new("generator", learning(&architecture)?, config, &device, true)?;
        let shown = architecture.input_channels + usize::from(architecture.instance_edges);
        let judge = Judge::new("discriminator", shown + architecture.output_channels, config, &device)?;
        let encoder = config.encoder(&architecture);
        let encoder = encoder.map(|encoder| Learner::new("encoder", learning(&encoder)?, config, &device, true)).transpose()?;
        let three = architecture.output_channels == 3;
        let perceptual = (config.loss.perceptual > 0.0 && three).then(|| Perceptual::open(&site.models, &device)).transpose()?;
        let (config, data) = (config.clone(), data.clone());
        Ok(Self { config, data, device, architecture, generator, judge, encoder, features: None, perceptual, steps: 0 })
    }

    fn half(&self) -> bool {
        self.config.precision == Precision::Mixed
    }

    /// One step of everyone; parameters of the generator that `fixed` names stay.
    pub(super) fn step(
        &mut self,
        mut lesson: Lesson,
        step: u64,
        first: First,
        fixed: impl Fn(&str) -> bool,
    ) -> Result<Losses, TrainError> {
        let rate = self.config.schedule.rate_at(step, self.data.count);
        let (half, seed) = (self.half(), step_seed(self.config.seed, step, "dropout"));
        lesson.feed = Feed { training: true, half, dropout: Some(seed), ..lesson.feed };
        let shown = condition(&lesson.feed);
        let styles = match (&mut self.encoder, lesson.photo) {
            (Some(encoder), Some(photo)) => {
                let leaves = encoder.leaves(|_| false);
                let features = encode(encoder, &leaves, photo, &lesson.feed)?;
                self.features = Some(features.clone().inner());
                lesson.feed.planes.push((Plane::Features { channels: features.dims()[1] }, features));
                Some(leaves)
            }
            _ => None,
        };
        let leaves = self.generator.leaves(fixed);
        let fake = self.generator.net.forward(&leaves, &lesson.feed)?.swap_remove(0);
        let with_condition = |picture: Tensor<4>| Tensor::cat(vec![shown.clone(), picture], 1);
        let (judged, real) = (with_condition(fake.clone()), with_condition(lesson.target.clone()));
        let mut told = Vec::new();
        if first == First::Judge {
            told.extend(self.judge.learn(judged.clone(), real.clone(), rate, step)?);
        }
        // What the generator minimises, term by term.
        let loss = self.config.loss.clone();
        let matched = (loss.feature_matching > 0.0).then(|| real.clone());
        let (game, matching) = self.judge.opinion(judged.clone(), matched)?;
        let mut parts = vec![("G_GAN", game, loss.gan_weight)];
        if let Some(matching) = matching {
            parts.push(("G_GAN_Feat", matching, loss.feature_matching));
        }
        if let Some(perceptual) = &mut self.perceptual {
            parts.push(("G_VGG", perceptual.distance(fake.clone(), lesson.target.clone(), half)?, loss.perceptual));
        }
        if loss.l1 > 0.0 {
            parts.push(("G_L1", l1(fake.clone(), lesson.target.clone()), loss.l1));
        }
        let total = parts.iter().map(|(_, value, weight)| value.clone() * *weight).reduce(|a, b| a + b);
        if let Some(total) = total {
            match (&mut self.encoder, &styles) {
                (Some(encoder), Some(styles)) => {
                    learn(&total, &mut [(&mut self.generator, &leaves), (encoder, styles)], rate, step);
                }
                _ => learn(&total, &mut [(&mut self.generator, &leaves)], rate, step),
            }
        }
        if first == First::Generator {
            told.extend(self.judge.learn(judged, real, rate, step)?);
        }
        let parts = parts.into_iter().map(|(name, value, _)| (name, value));
        self.steps += 1;
        read(step, parts.chain(["D_real", "D_fake"].into_iter().zip(told)))
    }

    /// What the generator paints now: no dropout, each picture alone, by the moving average.
    pub(super) fn paint(&mut self, mut feed: Feed, photo: Option<Tensor<4>>) -> Result<Tensor<4>, TrainError> {
        if let (Some(encoder), Some(photo)) = (&mut self.encoder, photo) {
            let values = encoder.best().clone();
            let features = encode(encoder, &values, photo, &feed)?;
            feed.planes.push((Plane::Features { channels: features.dims()[1] }, features));
        }
        let values = self.generator.best().clone();
        Ok(self.generator.net.forward(&values, &feed)?.swap_remove(0))
    }

    pub(super) fn state(&self) -> State {
        let mut state = State::new();
        self.generator.save(&mut state);
        self.judge.learner.save(&mut state);
        if let Some(encoder) = &self.encoder {
            encoder.save(&mut state);
        }
        state.insert("steps".to_owned(), super::Array::counter(self.steps));
        state
    }

    pub(super) fn restore(&mut self, state: &State) -> Result<(), TrainError> {
        self.generator.restore(state)?;
        self.judge.learner.restore(state)?;
        if let Some(encoder) = &mut self.encoder {
            encoder.restore(state)?;
        }
        self.steps = steps_of(state)?;
        Ok(())
    }

    /// The generator to publish.
    pub(super) fn bundle(&self) -> Bundle {
        let card = self.config.card(&self.data, self.architecture.clone(), self.config.name.clone(), self.steps);
        Bundle { card, tensors: self.generator.net.published(self.generator.best()), companions: Vec::new() }
    }
}

/// The encoder's features of a photograph, constant on each instance.
fn encode(encoder: &mut Learner, values: &Tensors, photo: Tensor<4>, feed: &Feed) -> Result<Tensor<4>, ExecuteError> {
    let feed = Feed { planes: vec![(Plane::Rgb, photo)], ..feed.clone() };
    Ok(encoder.net.forward(values, &feed)?.swap_remove(0))
}

/// How long a state's run had learned.
pub(super) fn steps_of(state: &State) -> Result<u64, TrainError> {
    let steps = state.get("steps").and_then(super::Array::as_counter);
    steps.ok_or_else(|| TrainError::State("steps is missing".to_owned()))
}

/// The losses as numbers, read from the device at once.
pub(super) fn read(step: u64, parts: impl Iterator<Item = (&'static str, Tensor<1>)>) -> Result<Losses, TrainError> {
    let (names, tensors): (Vec<&'static str>, Vec<Tensor<1>>) = parts.map(|(name, value)| (name, value.inner())).unzip();
    let values = floats(&Tensor::cat(tensors, 0));
    match names.iter().zip(&values).find(|(_, value)| !value.is_finite()) {
        Some((loss, _)) => Err(TrainError::NotFinite { loss, step }),
        None => Ok(Losses(names.into_iter().zip(values).collect())),
    }
}
