//! pix2pixHD (Wang et al. 2018): judges at several sizes, their features and VGG16's, instance edges, object styles,
//! and a coarse generator that becomes the inner part of a fine one.

use std::path::PathBuf;

use crate::Model;
use crate::architecture::Family;
use crate::features::{clusters_path, encoder_path};
use crate::graph::NormStats;
use crate::input::Input;

use super::bundle::{Bundle, Companion};
use super::conditional::{Conditional, First, Lesson};
use super::feeds::{feed, image_tile, images, input_tile, tiles, with_instances};
use super::net::Feed;
use super::styles::Styles;
use super::{Batch, Config, DataInfo, Losses, Pair, Site, State, Tile, TrainError, Trainer};

/// A pix2pixHD run.
pub(super) struct Pix2pixHd {
    pub(super) shared: Conditional,
    /// Styles that the encoder lately saw, for the file of typical ones.
    styles: Option<Styles>,
}

impl Pix2pixHd {
    pub(super) fn new(config: &Config, data: &DataInfo, site: &Site) -> Result<Self, TrainError> {
        let mut shared = Conditional::new(config, data, site)?;
        if let Some(path) = &config.network.coarse {
            if shared.architecture.family != Family::Pix2pixhdLocal {
                let reason = "network.coarse is for network.generator = \"pix2pixhd_local\"";
                return Err(TrainError::Config(reason.to_owned()));
            }
            let refuse = |reason: String| TrainError::Config(format!("network.coarse: {reason}"));
            let model = Model::open(path).map_err(|error| refuse(error.to_string()))?;
            let loaded = model.load(NormStats::Image).map_err(|error| refuse(error.to_string()))?;
            let inner = shared.generator.net.parameters().iter().filter(|p| p.key.starts_with("model.")).count();
            let fitted = shared.generator.net.adopt(&loaded.weights);
            if fitted < inner {
                let text = "has another width, depth or input: {fitted} of {inner} tensors fit the inner generator";
                let text = text.replace("{fitted}", &fitted.to_string()).replace("{inner}", &inner.to_string());
                return Err(refuse(format!("{} {text}", path.display())));
            }
            shared.generator.reset_average();
        }
        let styles = shared.encoder.is_some().then(|| Styles::new(shared.architecture.feature_channels));
        Ok(Self { shared, styles })
    }

    fn inputs(&self, pairs: &[Pair]) -> Vec<Input> {
        let objects = self.shared.architecture.instance_edges || self.shared.encoder.is_some();
        pairs.iter().map(|pair| if objects { with_instances(&pair.input) } else { pair.input.clone() }).collect()
    }

    fn feed(&self, inputs: &[Input]) -> Result<Feed, TrainError> {
        let feed = feed(self.shared.generator.net.graph(), &inputs.iter().collect::<Vec<_>>(), &self.shared.device)?;
        let instances = inputs.iter().filter_map(|input| input.instances.clone()).collect();
        Ok(Feed { instances, ..feed })
    }
}

impl Trainer for Pix2pixHd {
    fn step(&mut self, batch: &Batch, step: u64) -> Result<Losses, TrainError> {
        let inputs = self.inputs(&batch.pairs);
        let feed = self.feed(&inputs)?;
        let target = images(batch.pairs.iter().map(|pair| &pair.target), &self.shared.device)?;
        let fixed_steps = self.shared.config.schedule.fixed_steps(self.shared.data.count);
        let fine = (self.shared.architecture.family == Family::Pix2pixhdLocal).then(|| "model1_".to_owned());
        let fixing = fine.is_some() && step < fixed_steps;
        if fine.is_some() && step == fixed_steps && step > 0 {
            // The official trainer begins with a new optimiser when the coarse part joins in.
            self.shared.generator.reset_optimiser();
        }
        let photo = self.shared.encoder.is_some().then(|| target.clone());
        let fixed = |key: &str| fixing && fine.as_ref().is_some_and(|prefix| !key.starts_with(prefix.as_str()));
        let losses = self.shared.step(Lesson { feed, photo, target }, step, First::Generator, fixed)?;
        if let (Some(styles), Some(features)) = (&mut self.styles, &self.shared.features) {
            styles.observe(features, &inputs);
        }
        Ok(losses)
    }

    fn samples(&mut self, batch: &Batch) -> Result<Vec<Vec<Tile>>, TrainError> {
        let row = |pair: &Pair| {
            let inputs = self.inputs(std::slice::from_ref(pair));
            let feed = self.feed(&inputs)?;
            let photo = images([&pair.target], &self.shared.device)?;
            let mut row = vec![input_tile(&pair.input, &self.shared.data)];
            row.extend(tiles("output", &self.shared.paint(feed, Some(photo))?));
            row.push(image_tile("target", &pair.target));
            Ok(row)
        };
        batch.pairs.iter().map(row).collect()
    }

    fn state(&self) -> State {
        let mut state = self.shared.state();
        if let Some(styles) = &self.styles {
            styles.save(&mut state);
        }
        state
    }

    fn restore(&mut self, state: &State) -> Result<(), TrainError> {
        self.shared.restore(state)?;
        match &mut self.styles {
            Some(styles) => styles.restore(state),
            None => Ok(()),
        }
    }

    fn bundles(&self) -> Vec<Bundle> {
        let mut bundle = self.shared.bundle();
        if let (Some(styles), Some(encoder)) = (&self.styles, &self.shared.encoder) {
            let (weights, clusters) = (PathBuf::from(&bundle.card.file), self.shared.config.network.clusters);
            let name = |path: PathBuf| path.display().to_string();
            let encoder = encoder.net.published(encoder.best());
            bundle.companions.push((name(encoder_path(&weights)), Companion::Weights(encoder)));
            let styles = styles.clustered(clusters, self.shared.config.seed).to_npy();
            bundle.companions.push((name(clusters_path(&weights, clusters)), Companion::Bytes(styles)));
        }
        vec![bundle]
    }
}
