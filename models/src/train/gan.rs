//! Pictures from a random code: the game between a DCGAN generator and its opponent (Goodfellow et al. 2014).

use burn::tensor::{Device, Tensor, TensorData};

use crate::architecture::{Architecture, Norm};
use crate::families::dcgan;
use crate::graph::{NormStats, Plane};

use super::blueprint::learning;
use super::bundle::Bundle;
use super::conditional::{read, steps_of};
use super::draws::{draws, step_seed};
use super::feeds::{images, tiles};
use super::judge::Judge;
use super::learner::{Learner, learn};
use super::net::Feed;
use super::{Array, Batch, Config, DataInfo, Losses, Precision, Site, State, Tile, TrainError, Trainer};

/// An unconditional GAN.
pub(super) struct Gan {
    config: Config,
    data: DataInfo,
    device: Device,
    architecture: Architecture,
    pub(super) generator: Learner,
    pub(super) judge: Judge,
    steps: u64,
}

impl Gan {
    pub(super) fn new(config: &Config, data: &DataInfo, site: &Site) -> Result<Self, TrainError> {
        if config.schedule.average > 0.0 {
            let reason = "a GAN's norms keep the statistics of its last weights, which do not suit averaged ones: \
                set schedule.average = 0";
            return Err(TrainError::Config(reason.to_owned()));
        }
        let architecture = config.architecture(data)?;
        let device = site.device.clone();
        let generator = Learner::new("generator", learning(&architecture)?, config, &device, false)?;
        let network = &config.network;
        let norm = if network.discriminator_norm == Norm::None { Norm::None } else { Norm::Batch };
        let opponent = dcgan::discriminator(3, network.discriminator_width, network.depth, norm);
        let judge = Judge::single(opponent, config, &device)?;
        let (config, data) = (config.clone(), data.clone());
        Ok(Self { config, data, device, architecture, generator, judge, steps: 0 })
    }

    /// Codes of a batch, each drawn for its own sample.
    pub(super) fn codes(&self, count: usize, step: u64, usage: &str) -> Tensor<4> {
        let length = self.architecture.code_channels;
        let code = |sample: u64| {
            let mut stream = draws(self.config.seed, step, sample, usage);
            (0..length).map(move |_| stream.normal())
        };
        let values: Vec<f32> = (0..count as u64).flat_map(code).collect();
        Tensor::from_data(TensorData::new(values, [count, length, 1, 1]), &self.device)
    }

    fn feed(&self, codes: Tensor<4>) -> Feed {
        let plane = Plane::Code { channels: self.architecture.code_channels };
        let half = self.config.precision == Precision::Mixed;
        Feed { planes: vec![(plane, codes)], size: (1, 1), half, ..Feed::default() }
    }

    /// One round: the judge learns first, then the generator from what it thinks now.
    pub(super) fn play(&mut self, codes: Tensor<4>, real: Tensor<4>, step: u64) -> Result<Losses, TrainError> {
        let rate = self.config.schedule.rate_at(step, self.data.count);
        let dropout = Some(step_seed(self.config.seed, step, "dropout"));
        let feed = Feed { training: true, dropout, ..self.feed(codes) };
        let leaves = self.generator.leaves(|_| false);
        let fake = self.generator.net.forward(&leaves, &feed)?.swap_remove(0);
        let [sure_real, sure_fake] = self.judge.learn(fake.clone(), real, rate, step)?;
        let (game, _) = self.judge.opinion(fake, None)?;
        learn(&(game.clone() * self.config.loss.gan_weight), &mut [(&mut self.generator, &leaves)], rate, step);
        self.steps += 1;
        read(step, [("G", game), ("D_real", sure_real), ("D_fake", sure_fake)].into_iter())
    }
}

impl Trainer for Gan {
    fn step(&mut self, batch: &Batch, step: u64) -> Result<Losses, TrainError> {
        let real = images(&batch.unpaired.0, &self.device)?;
        let codes = self.codes(real.dims()[0], step, "code");
        self.play(codes, real, step)
    }

    /// One picture for each sample of the batch, always from the same codes, by the statistics that will be published.
    fn samples(&mut self, batch: &Batch) -> Result<Vec<Vec<Tile>>, TrainError> {
        let codes = self.codes(batch.len().max(1), 0, "sample");
        let feed = Feed { stats: NormStats::Running, ..self.feed(codes) };
        let values = self.generator.best().clone();
        let pictures = self.generator.net.forward(&values, &feed)?.swap_remove(0);
        Ok(tiles("output", &pictures).into_iter().map(|tile| vec![tile]).collect())
    }

    fn state(&self) -> State {
        let mut state = State::new();
        self.generator.save(&mut state);
        self.judge.learner.save(&mut state);
        state.insert("steps".to_owned(), Array::counter(self.steps));
        state
    }

    fn restore(&mut self, state: &State) -> Result<(), TrainError> {
        self.generator.restore(state)?;
        self.judge.learner.restore(state)?;
        self.steps = steps_of(state)?;
        Ok(())
    }

    fn bundles(&self) -> Vec<Bundle> {
        let card = self.config.card(&self.data, self.architecture.clone(), self.config.name.clone(), self.steps);
        vec![Bundle { card, tensors: self.generator.net.published(self.generator.best()), companions: Vec::new() }]
    }
}
