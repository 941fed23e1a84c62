//! Which networks a configuration asks for, and the cards of what they become.

use crate::architecture::{Architecture, Family, InputKind, Norm};
use crate::card::{Card, FORMAT, Task};
use crate::graph::{Graph, NormStats};

use super::{Config, DataInfo, GanLoss, Method, Network, TrainError};

impl Config {
    /// Whether discriminators have pix2pixHD's layer names and sizes.
    pub(super) fn uses_pyramid(&self) -> bool {
        self.method == Method::Pix2pixhd || self.network.scales > 1
    }

    /// The generator's numbers; CycleGAN has two of them.
    ///
    /// # Errors
    /// When the configuration contradicts itself or the data, in one sentence.
    pub fn architecture(&self, data: &DataInfo) -> Result<Architecture, TrainError> {
        let network = &self.network;
        let refuse = |reason: String| Err(TrainError::Config(reason));
        let (input, channels) = match self.method {
            Method::Gan => (InputKind::Code, network.code),
            Method::Cyclegan => (InputKind::Rgb, 3),
            Method::Colorize => (InputKind::Lightness, 1),
            Method::Pix2pix | Method::Pix2pixhd => match data.input {
                InputKind::Labels => (InputKind::Labels, data.labels.len()),
                other => (other, 3),
            },
        };
        let allowed: &[Family] = match self.method {
            Method::Gan => &[Family::Dcgan],
            Method::Pix2pixhd => &[Family::Pix2pixhdGlobal, Family::Pix2pixhdLocal],
            _ => &[Family::Unet, Family::Resnet],
        };
        if !allowed.contains(&network.generator) {
            return refuse(format!(
                "network.generator {:?} does not belong to this method; use one of {allowed:?}",
                network.generator
            ));
        }
        let has_objects = data.instances || input == InputKind::Labels;
        let styled = self.method == Method::Pix2pixhd && has_objects;
        let local = network.generator == Family::Pix2pixhdLocal;
        let architecture = Architecture {
            output_channels: if self.method == Method::Colorize { 2 } else { 3 },
            norm: network.norm,
            dropout: network.dropout && matches!(network.generator, Family::Unet | Family::Resnet),
            // Without an instance map each label counts as one thing; without labels either there are no objects.
            instance_edges: network.edges && styled,
            feature_channels: if styled { network.features } else { 0 },
            hints: self.method == Method::Colorize && network.hints,
            code_channels: if self.method == Method::Gan { network.code } else { 0 },
            enhancers: usize::from(local),
            enhancer_blocks: if local { network.enhancer_blocks } else { 0 },
            ..Architecture::new(network.generator, input, channels, network.width, network.depth, network.blocks)
        };
        let graph = architecture.graph(NormStats::Image)?;
        match graph.fixed_size() {
            Some(size) if size != (data.width, data.height) => {
                let depth = network.depth;
                return refuse(format!(
                    "a DCGAN of depth {depth} makes pictures of {}x{} pixels, but data.size is {}x{}",
                    size.0, size.1, data.width, data.height
                ));
            }
            Some(_) if network.norm != Norm::Batch => return refuse("a DCGAN needs network.norm = \"batch\"".to_owned()),
            _ => {}
        }
        graph.shapes(data.width, data.height)?;
        Ok(architecture)
    }

    /// The encoder of object styles, if one learns along.
    pub(super) fn encoder(&self, architecture: &Architecture) -> Option<Architecture> {
        if architecture.feature_channels == 0 {
            return None;
        }
        let Network { encoder_width, encoder_depth, norm, .. } = self.network;
        let output_channels = architecture.feature_channels;
        let plain = Architecture::new(Family::Pix2pixhdEncoder, InputKind::Rgb, 3, encoder_width, encoder_depth, 0);
        Some(Architecture { output_channels, norm, ..plain })
    }

    /// The card of a generator, named `name`; `steps` is how long it learned.
    pub(super) fn card(&self, data: &DataInfo, architecture: Architecture, name: String, steps: u64) -> Card {
        let task = match (architecture.input, data.sketches) {
            (InputKind::Labels, _) => Task::LabelsToPhoto,
            (InputKind::Code, _) => Task::CodeToPhoto,
            (InputKind::Rgb, true) if self.method != Method::Cyclegan => Task::SketchToPhoto,
            (InputKind::Rgb | InputKind::Lightness, _) => Task::PhotoToPhoto,
        };
        let labelled = task == Task::LabelsToPhoto;
        let fallback = || format!("{} pictures, not described", data.count);
        Card {
            format: FORMAT,
            title: self.output.title.clone(),
            file: format!("{name}.safetensors"),
            name,
            task,
            label_set: data.label_set.clone().filter(|_| labelled),
            labels: if labelled { data.labels.clone() } else { Vec::new() },
            native_size: [data.width as u32, data.height as u32],
            size_multiple: architecture.size_multiple() as u32,
            norm_stats: None,
            data: Some(self.output.data.clone()).filter(|text| !text.is_empty()).unwrap_or_else(fallback),
            licence: self.output.licence.clone(),
            training: self.in_words(steps),
            weaknesses: Vec::new(),
            architecture,
        }
    }

    /// How the model was trained, in one line.
    fn in_words(&self, steps: u64) -> String {
        let Self { loss, schedule, .. } = self;
        let terms = [
            ("L1", loss.l1),
            ("feature matching", loss.feature_matching),
            ("VGG16 perceptual", loss.perceptual),
            ("cycle", loss.cycle),
            ("identity (of cycle)", loss.identity),
        ];
        let terms = terms.iter().filter(|(_, weight)| *weight > 0.0).map(|(name, weight)| format!(", {name} x{weight}"));
        let average = if schedule.average > 0.0 { format!(", moving average {}", schedule.average) } else { String::new() };
        format!(
            "Daub, {}: {} loss x{}{}. Adam {} ({}, {}), linear decay{average}. Batch {}; {steps} steps.",
            match self.method {
                Method::Gan => "DCGAN",
                Method::Pix2pix => "pix2pix",
                Method::Cyclegan => "CycleGAN",
                Method::Pix2pixhd => "pix2pixHD",
                Method::Colorize => "colourisation",
            },
            match loss.gan {
                GanLoss::Minimax => "minimax GAN",
                GanLoss::NonSaturating => "non-saturating GAN",
                GanLoss::Vanilla => "GAN",
                GanLoss::Lsgan => "least-squares GAN",
                GanLoss::Hinge => "hinge GAN",
            },
            loss.gan_weight,
            terms.collect::<String>(),
            schedule.rate,
            schedule.beta1,
            schedule.beta2,
            schedule.batch,
        )
    }
}

/// A generator's graph as it learns: batch norms by the batch.
pub(super) fn learning(architecture: &Architecture) -> Result<Graph, TrainError> {
    Ok(architecture.graph(NormStats::Image)?)
}
