//! CycleGAN (Zhu et al. 2017): two collections, a generator each way, and the way there and back.

use burn::tensor::{Device, Tensor};

use crate::architecture::Architecture;
use crate::graph::Plane;

use super::batch::Image;
use super::blueprint::learning;
use super::bundle::Bundle;
use super::conditional::{read, steps_of};
use super::draws::step_seed;
use super::feeds::{image_tile, images, tiles};
use super::judge::Judge;
use super::learner::{Learner, learn};
use super::losses::l1;
use super::net::{Feed, Tensors};
use super::pool::Pool;
use super::{Array, Batch, Config, DataInfo, Losses, Precision, Site, State, Tile, TrainError, Trainer};

/// A CycleGAN run.
pub(super) struct CycleGan {
    config: Config,
    data: DataInfo,
    device: Device,
    architecture: Architecture,
    /// From the first domain to the second, and back (`G_A`, `G_B`).
    pub(super) generators: [Learner; 2],
    /// Of the second domain and of the first (`D_A`, `D_B`): each judges what the generator of the same place makes.
    pub(super) judges: [Judge; 2],
    pools: [Pool; 2],
    steps: u64,
}

/// Names of what is made by each generator.
const DIRECTIONS: [&str; 2] = ["a2b", "b2a"];

impl CycleGan {
    pub(super) fn new(config: &Config, data: &DataInfo, site: &Site) -> Result<Self, TrainError> {
        let architecture = config.architecture(data)?;
        let device = site.device.clone();
        let generator = |name| Learner::new(name, learning(&architecture)?, config, &device, true);
        let generators = [generator("generator_a")?, generator("generator_b")?];
        let judge = |name| Judge::new(name, 3, config, &device);
        let judges = [judge("discriminator_a")?, judge("discriminator_b")?];
        let pools = ["pool_a", "pool_b"].map(|name| Pool::new(name, config.loss.pool));
        let (config, data) = (config.clone(), data.clone());
        Ok(Self { config, data, device, architecture, generators, judges, pools, steps: 0 })
    }

    fn feed(&self, x: &Tensor<4>, dropout: Option<u64>) -> Feed {
        let [_, _, height, width] = x.dims();
        let half = self.config.precision == Precision::Mixed;
        let training = dropout.is_some();
        Feed { planes: vec![(Plane::Rgb, x.clone())], size: (width, height), half, training, dropout, ..Feed::default() }
    }

    fn run(&mut self, way: usize, values: &Tensors, x: &Tensor<4>, dropout: Option<u64>) -> Result<Tensor<4>, TrainError> {
        let feed = self.feed(x, dropout);
        Ok(self.generators[way].net.forward(values, &feed)?.swap_remove(0))
    }
}

impl Trainer for CycleGan {
    fn step(&mut self, batch: &Batch, step: u64) -> Result<Losses, TrainError> {
        let rate = self.config.schedule.rate_at(step, self.data.count);
        let seed = self.config.seed;
        // Each pass has its own dropout.
        let dropout = |usage: &str| Some(step_seed(seed, step, usage));
        let real = [images(&batch.unpaired.0, &self.device)?, images(&batch.unpaired.1, &self.device)?];
        let leaves = [0, 1].map(|way| self.generators[way].leaves(|_| false));
        let fake = [self.run(0, &leaves[0], &real[0], dropout("fake b"))?, self.run(1, &leaves[1], &real[1], dropout("fake a"))?];
        let back = [self.run(1, &leaves[1], &fake[0], dropout("back a"))?, self.run(0, &leaves[0], &fake[1], dropout("back b"))?];
        let loss = self.config.loss.clone();
        let mut parts: Vec<(&'static str, Tensor<1>, f32)> = Vec::new();
        for (way, name) in [(0, "G_A"), (1, "G_B")] {
            let (game, _) = self.judges[way].opinion(fake[way].clone(), None)?;
            parts.push((name, game, loss.gan_weight));
        }
        for (way, name) in [(0, "cycle_A"), (1, "cycle_B")] {
            parts.push((name, l1(back[way].clone(), real[way].clone()), loss.cycle));
        }
        if loss.identity > 0.0 {
            // A picture that is already of the wanted domain should come through as it is.
            for (way, name, usage) in [(0, "idt_A", "same b"), (1, "idt_B", "same a")] {
                let same = self.run(way, &leaves[way], &real[1 - way], dropout(usage))?;
                parts.push((name, l1(same, real[1 - way].clone()), loss.cycle * loss.identity));
            }
        }
        if let Some(total) = parts.iter().map(|(_, value, weight)| value.clone() * *weight).reduce(|a, b| a + b) {
            let [first, second] = &mut self.generators;
            learn(&total, &mut [(first, &leaves[0]), (second, &leaves[1])], rate, step);
        }
        let mut told = Vec::new();
        for (way, name) in [(0, "D_A"), (1, "D_B")] {
            let shown = self.pools[way].exchange(&fake[way].clone().inner(), seed, step);
            let [sure_real, sure_fake] = self.judges[way].learn(shown, real[1 - way].clone(), rate, step)?;
            told.push((name, (sure_real + sure_fake) * 0.5));
        }
        self.steps += 1;
        read(step, parts.into_iter().map(|(name, value, _)| (name, value)).chain(told))
    }

    fn samples(&mut self, batch: &Batch) -> Result<Vec<Vec<Tile>>, TrainError> {
        let values = [0, 1].map(|way| self.generators[way].best().clone());
        let mut rows = Vec::new();
        let captions = [["A", "A to B", "A to B to A"], ["B", "B to A", "B to A to B"]];
        let mut row = |way: usize, picture: &Image| -> Result<(), TrainError> {
            let x = images([picture], &self.device)?;
            let there = self.run(way, &values[way], &x, None)?;
            let back = self.run(1 - way, &values[1 - way], &there, None)?;
            let mut row = vec![image_tile(captions[way][0], picture)];
            row.extend(tiles(captions[way][1], &there));
            row.extend(tiles(captions[way][2], &back));
            rows.push(row);
            Ok(())
        };
        batch.unpaired.0.iter().try_for_each(|picture| row(0, picture))?;
        batch.unpaired.1.iter().try_for_each(|picture| row(1, picture))?;
        Ok(rows)
    }

    fn state(&self) -> State {
        let mut state = State::new();
        self.generators.iter().for_each(|generator| generator.save(&mut state));
        self.judges.iter().for_each(|judge| judge.learner.save(&mut state));
        self.pools.iter().for_each(|pool| pool.save(&mut state));
        state.insert("steps".to_owned(), Array::counter(self.steps));
        state
    }

    fn restore(&mut self, state: &State) -> Result<(), TrainError> {
        self.generators.iter_mut().try_for_each(|generator| generator.restore(state))?;
        self.judges.iter_mut().try_for_each(|judge| judge.learner.restore(state))?;
        self.pools.iter_mut().try_for_each(|pool| pool.restore(state, &self.device))?;
        self.steps = steps_of(state)?;
        Ok(())
    }

    fn bundles(&self) -> Vec<Bundle> {
        let bundle = |(generator, direction): (&Learner, &str)| {
            let name = format!("{}_{direction}", self.config.name);
            let mut card = self.config.card(&self.data, self.architecture.clone(), name, self.steps);
            card.title = format!("{} ({direction})", card.title);
            Bundle { card, tensors: generator.net.published(generator.best()), companions: Vec::new() }
        };
        self.generators.iter().zip(DIRECTIONS).map(bundle).collect()
    }
}
