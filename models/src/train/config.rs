//! What a training run is told: one TOML file, each field with a default that depends on the method.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::architecture::{Family, Norm};

use super::sections::{Augment, Data, Output};

/// Which kind of training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// Pictures from a random code (Radford et al. 2016).
    Gan,
    /// Pairs of pictures (Isola et al. 2017).
    Pix2pix,
    /// Two collections without pairs (Zhu et al. 2017).
    Cyclegan,
    /// Pairs in high resolution, with instance edges and object styles (Wang et al. 2018).
    Pix2pixhd,
    /// Colours for the lightness of photographs, with optional hints (Zhang et al. 2017).
    Colorize,
}

/// A whole run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The method.
    pub method: Method,
    /// Stem of the files that are published.
    pub name: String,
    /// Seed of every random draw.
    pub seed: u64,
    /// Where it computes.
    pub device: DeviceChoice,
    /// How numbers are kept while the networks run.
    pub precision: Precision,
    /// Whether cheap values are computed again on the way back instead of being kept: less memory, more time.
    pub checkpointing: bool,
    /// The pictures.
    pub data: Data,
    /// The networks.
    pub network: Network,
    /// What is minimised.
    pub loss: Loss,
    /// How long, how fast.
    pub schedule: Schedule,
    /// What is done to the pictures before a step.
    pub augment: Augment,
    /// What is written, and where.
    pub output: Output,
}

/// Where training computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceChoice {
    /// A graphics card where there is one, else the processor.
    #[default]
    Auto,
    /// The graphics card, through Vulkan.
    Gpu,
    /// The processor; only here a resumed run repeats bit for bit.
    Cpu,
}

/// How numbers are kept while the networks run; weights, norms, losses and the optimiser are always float32.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// float32 throughout.
    #[default]
    Full,
    /// Convolutions in float16, with a loss scale that follows the gradients.
    Mixed,
}

/// The generator and its opponent.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the file, independent of the others")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// Family of the generator.
    pub generator: Family,
    /// Planes after its first layer (`ngf`); of the outermost enhancer where there are enhancers.
    pub width: usize,
    /// Number of times the picture is halved (doublings for a GAN).
    pub depth: usize,
    /// Residual blocks in the middle.
    pub blocks: usize,
    /// Residual blocks of each local enhancer.
    pub enhancer_blocks: usize,
    /// Normalisation of the generator.
    pub norm: Norm,
    /// Whether the generator has dropout.
    pub dropout: bool,
    /// Length of a GAN's random code.
    pub code: usize,
    /// Per-object feature planes from pix2pixHD's encoder; 0 trains without one.
    pub features: usize,
    /// Planes after the encoder's first layer (`nef`).
    pub encoder_width: usize,
    /// Number of times the encoder halves the picture.
    pub encoder_depth: usize,
    /// Typical styles kept for each class.
    pub clusters: usize,
    /// Whether an edge plane is made from the instance map.
    pub edges: bool,
    /// Whether a colouriser reads hints.
    pub hints: bool,
    /// Planes after the discriminator's first layer (`ndf`).
    pub discriminator_width: usize,
    /// Layers of the discriminator (`n_layers`): 3 sees 70x70 pixels.
    pub discriminator_layers: usize,
    /// Discriminators at halved sizes (`num_D`).
    pub scales: usize,
    /// Normalisation of the discriminator.
    pub discriminator_norm: Norm,
    /// Whether the discriminator's weights are divided by their spectral norm.
    pub spectral: bool,
    /// A trained coarse generator to start the inner part of a local enhancer from: a weight file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coarse: Option<PathBuf>,
}

/// What real and fake are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GanLoss {
    /// `log(1 - D(G))` is minimised, as in the game's definition (Goodfellow et al. 2014, eq. 1); gradients vanish early.
    Minimax,
    /// `-log D(G)` is minimised instead (ibid., section 3).
    NonSaturating,
    /// Binary cross-entropy on logits, `vanilla` in the official tools; the same function as non-saturating.
    Vanilla,
    /// Squared distance to 1 and 0 (Mao et al. 2017).
    Lsgan,
    /// Hinge (Lim and Ye 2017).
    Hinge,
}

/// What is minimised; a weight of 0 leaves a term out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Loss {
    /// The game between generator and discriminator.
    pub gan: GanLoss,
    /// Weight of the game for the generator.
    pub gan_weight: f32,
    /// Weight of the mean absolute difference from the target.
    pub l1: f32,
    /// Weight of the distance between the discriminator's features.
    pub feature_matching: f32,
    /// Weight of the distance between VGG16's features.
    pub perceptual: f32,
    /// Weight of the way there and back (CycleGAN `lambda_A`, `lambda_B`).
    pub cycle: f32,
    /// Weight of leaving a picture of the right domain alone, as a part of `cycle`.
    pub identity: f32,
    /// Fakes kept for the discriminator (CycleGAN `pool_size`).
    pub pool: usize,
}

/// How long, how fast.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Pictures a step.
    pub batch: usize,
    /// Passes over the pictures at the full rate.
    pub epochs: u64,
    /// Passes over which the rate then falls to zero in a straight line.
    pub decay_epochs: u64,
    /// Steps at the full rate; if not 0, this and `decay_steps` count instead of epochs.
    pub steps: u64,
    /// Steps over which the rate then falls.
    pub decay_steps: u64,
    /// Step size of Adam.
    pub rate: f64,
    /// Step size of the discriminator, as a multiple of `rate`.
    pub discriminator_rate: f64,
    /// Decay of Adam's first moment.
    pub beta1: f64,
    /// Decay of Adam's second moment.
    pub beta2: f64,
    /// Decay of the generator's moving average a step; 0 keeps none.
    pub average: f64,
    /// Epochs in which only the local enhancer learns (`niter_fix_global`).
    pub fix_coarse_epochs: u64,
    /// The same in steps; counts instead of epochs where `steps` is not 0.
    pub fix_coarse_steps: u64,
}

impl Config {
    /// The defaults of a method: those of the official tools where there is one.
    pub fn new(method: Method) -> Self {
        Self {
            method,
            name: "my_model".to_owned(),
            seed: 1,
            device: DeviceChoice::Auto,
            precision: Precision::Full,
            checkpointing: false,
            data: Data::new(method),
            network: Network::new(method),
            loss: Loss::new(method),
            schedule: Schedule::new(method),
            augment: Augment::new(method),
            output: Output::default(),
        }
    }

    /// Reads a TOML text over the defaults of its method; unknown fields are errors.
    ///
    /// # Errors
    /// One message with line and column, as the parser gives it.
    pub fn parse(text: &str) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Head {
            method: Method,
        }
        let head: Head = toml::from_str(text).map_err(|error| error.to_string())?;
        let given: toml::Table = toml::from_str(text).map_err(|error| error.to_string())?;
        let mut whole = toml::Table::try_from(Self::new(head.method)).map_err(|error| error.to_string())?;
        merge(&mut whole, given);
        whole.try_into().map_err(|error: toml::de::Error| error.to_string())
    }
}

/// Lays `over` onto `base`, table by table.
fn merge(base: &mut toml::Table, over: toml::Table) {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            (Some(toml::Value::Table(inner)), toml::Value::Table(value)) => merge(inner, value),
            // Whole numbers may stand where a fraction is meant.
            (Some(old @ toml::Value::Float(_)), toml::Value::Integer(value)) => *old = toml::Value::Float(value as f64),
            (_, value) => drop(base.insert(key, value)),
        }
    }
}

impl Network {
    fn new(method: Method) -> Self {
        let base = Self {
            generator: Family::Unet,
            width: 64,
            depth: 8,
            blocks: 0,
            enhancer_blocks: 0,
            norm: Norm::Batch,
            dropout: true,
            code: 0,
            features: 0,
            encoder_width: 16,
            encoder_depth: 4,
            clusters: 10,
            edges: false,
            hints: false,
            discriminator_width: 64,
            discriminator_layers: 3,
            scales: 1,
            discriminator_norm: Norm::Batch,
            spectral: false,
            coarse: None,
        };
        let residual =
            Self { blocks: 9, norm: Norm::Instance, dropout: false, discriminator_norm: Norm::Instance, ..base.clone() };
        match method {
            Method::Gan => Self { generator: Family::Dcgan, depth: 4, code: 100, dropout: false, ..base },
            Method::Pix2pix => base,
            Method::Cyclegan => Self { generator: Family::Resnet, depth: 2, ..residual },
            Method::Pix2pixhd => {
                Self { generator: Family::Pix2pixhdGlobal, depth: 4, enhancer_blocks: 3, edges: true, scales: 2, ..residual }
            }
            Method::Colorize => Self { hints: true, dropout: false, ..base },
        }
    }
}

impl Loss {
    fn new(method: Method) -> Self {
        let base = Self {
            gan: GanLoss::Vanilla,
            gan_weight: 1.0,
            l1: 0.0,
            feature_matching: 0.0,
            perceptual: 0.0,
            cycle: 0.0,
            identity: 0.0,
            pool: 0,
        };
        match method {
            Method::Gan => Self { gan: GanLoss::NonSaturating, ..base },
            Method::Pix2pix | Method::Colorize => Self { l1: 100.0, ..base },
            Method::Cyclegan => Self { gan: GanLoss::Lsgan, cycle: 10.0, identity: 0.5, pool: 50, ..base },
            Method::Pix2pixhd => Self { gan: GanLoss::Lsgan, feature_matching: 10.0, perceptual: 10.0, ..base },
        }
    }
}

impl Schedule {
    fn new(method: Method) -> Self {
        let base = Self {
            batch: 1,
            epochs: 100,
            decay_epochs: 100,
            steps: 0,
            decay_steps: 0,
            rate: 2e-4,
            discriminator_rate: 1.0,
            beta1: 0.5,
            beta2: 0.999,
            average: 0.999,
            fix_coarse_epochs: 0,
            fix_coarse_steps: 0,
        };
        match method {
            Method::Gan => Self { batch: 64, average: 0.0, ..base },
            Method::Colorize => Self { batch: 8, ..base },
            Method::Pix2pixhd => Self { fix_coarse_epochs: 10, ..base },
            Method::Pix2pix | Method::Cyclegan => base,
        }
    }

    /// Steps of one pass over `count` pictures.
    pub fn epoch_steps(&self, count: usize) -> u64 {
        count.div_ceil(self.batch.max(1)).max(1) as u64
    }

    /// Steps at the full rate, steps while it falls, and steps in which the coarse part is fixed.
    fn counted(&self, count: usize) -> [u64; 3] {
        if self.steps + self.decay_steps > 0 {
            return [self.steps, self.decay_steps, self.fix_coarse_steps];
        }
        [self.epochs, self.decay_epochs, self.fix_coarse_epochs].map(|epochs| epochs.saturating_mul(self.epoch_steps(count)))
    }

    /// Steps of the whole run over `count` pictures.
    pub fn total_steps(&self, count: usize) -> u64 {
        let [full, decay, _] = self.counted(count);
        full.saturating_add(decay)
    }

    /// Steps from the start in which only the local enhancer learns.
    pub fn fixed_steps(&self, count: usize) -> u64 {
        self.counted(count)[2]
    }

    /// The rate of Adam in this step, counted from 0: full, then down to zero in a straight line.
    pub fn rate_at(&self, step: u64, count: usize) -> f64 {
        let [full, decay, _] = self.counted(count);
        let past = step.saturating_sub(full) as f64;
        self.rate * (1.0 - past / (decay as f64 + 1.0)).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_lies_over_the_defaults_of_its_method() {
        let config = Config::parse("method = \"cyclegan\"\n[loss]\ncycle = 5\n[schedule]\nrate = 1e-3\n").unwrap();
        assert_eq!((config.loss.cycle, config.loss.identity, config.loss.pool), (5.0, 0.5, 50));
        assert_eq!((config.network.generator, config.network.blocks), (Family::Resnet, 9));
        let error = Config::parse("method = \"pix2pix\"\n[loss]\ncycl = 5\n").unwrap_err();
        assert!(error.contains("cycl"), "{error}");
    }

    #[test]
    fn the_rate_falls_in_a_straight_line() {
        let schedule = Schedule { steps: 10, decay_steps: 4, rate: 1.0, ..Schedule::new(Method::Pix2pix) };
        let rates: Vec<f64> = [0, 9, 10, 11, 12, 13].map(|step| schedule.rate_at(step, 1)).into();
        let wanted = [1.0, 1.0, 1.0, 0.8, 0.6, 0.4];
        assert!(rates.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-12), "{rates:?}");
        assert_eq!((schedule.total_steps(7), Schedule::new(Method::Gan).total_steps(65)), (14, 400));
    }
}
