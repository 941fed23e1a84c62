//! pix2pix (Isola et al. 2017): pairs, a judge of patches, and the mean absolute difference.

use super::bundle::Bundle;
use super::conditional::{Conditional, First, Lesson};
use super::feeds::{feed, image_tile, images, input_tile, tiles};
use super::{Batch, Config, DataInfo, Losses, Site, State, Tile, TrainError, Trainer};

/// A pix2pix run.
pub(super) struct Pix2pix(pub(super) Conditional);

impl Pix2pix {
    pub(super) fn new(config: &Config, data: &DataInfo, site: &Site) -> Result<Self, TrainError> {
        Ok(Self(Conditional::new(config, data, site)?))
    }
}

impl Trainer for Pix2pix {
    fn step(&mut self, batch: &Batch, step: u64) -> Result<Losses, TrainError> {
        let this = &mut self.0;
        let inputs: Vec<_> = batch.pairs.iter().map(|pair| &pair.input).collect();
        let target = images(batch.pairs.iter().map(|pair| &pair.target), &this.device)?;
        let lesson = Lesson { feed: feed(this.generator.net.graph(), &inputs, &this.device)?, photo: None, target };
        this.step(lesson, step, First::Judge, |_| false)
    }

    fn samples(&mut self, batch: &Batch) -> Result<Vec<Vec<Tile>>, TrainError> {
        let this = &mut self.0;
        let row = |pair: &super::Pair| {
            let feed = feed(this.generator.net.graph(), &[&pair.input], &this.device)?;
            let mut row = vec![input_tile(&pair.input, &this.data)];
            row.extend(tiles("output", &this.paint(feed, None)?));
            row.push(image_tile("target", &pair.target));
            Ok(row)
        };
        batch.pairs.iter().map(row).collect()
    }

    fn state(&self) -> State {
        self.0.state()
    }

    fn restore(&mut self, state: &State) -> Result<(), TrainError> {
        self.0.restore(state)
    }

    fn bundles(&self) -> Vec<Bundle> {
        vec![self.0.bundle()]
    }
}
