//! One step of each method against PyTorch (`tests/peers/train.py`), from the same weights and pictures.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use burn::tensor::{Device, Tensor, TensorData};

use super::toys::{SIDE, config, data};
use crate::Input;
use crate::architecture::{Family, Norm};
use crate::checkpoint::{File, Tensor as Stored};
use crate::train::adam::Adam;
use crate::train::colorize::Colorize;
use crate::train::cyclegan::CycleGan;
use crate::train::gan::Gan;
use crate::train::learner::Learner;
use crate::train::net::{flat, floats};
use crate::train::pix2pix::Pix2pix;
use crate::train::pix2pix_hd::Pix2pixHd;
use crate::train::{Array, Batch, Config, GanLoss, Image, Losses, Method, Pair, Site, Trainer};

/// A file of `tests/golden/train`.
struct Golden {
    name: String,
    tensors: BTreeMap<String, Stored>,
}

impl Golden {
    fn open(name: &str) -> Self {
        let path = root().join("tests/golden/train").join(format!("{name}.safetensors"));
        let mut file = File::open(&path).unwrap();
        let keys: Vec<String> = file.infos().into_iter().map(|info| info.key).collect();
        let tensors = keys.into_iter().map(|key| (key.clone(), file.read(&key).unwrap())).collect();
        Self { name: name.to_owned(), tensors }
    }

    /// Everything whose name begins so, without the beginning.
    fn part(&self, prefix: &str) -> impl Iterator<Item = (&str, &Stored)> {
        self.tensors.iter().filter_map(move |(key, tensor)| Some((key.strip_prefix(prefix)?, tensor)))
    }

    fn images(&self, name: &str) -> Vec<Image> {
        let values = &self.tensors[&format!("input:{name}")].values;
        values.chunks(3 * SIDE * SIDE).map(|rgb| Image { width: SIDE, height: SIDE, rgb: rgb.into() }).collect()
    }

    fn pairs(&self) -> Vec<Pair> {
        let ids = |name: &str| -> Option<Vec<Vec<u32>>> {
            let values = &self.tensors.get(&format!("input:{name}"))?.values;
            Some(values.chunks(SIDE * SIDE).map(|ids| ids.iter().map(|&id| id as u32).collect()).collect())
        };
        let (labels, instances) = (ids("labels").unwrap(), ids("instances"));
        let pair = |(at, target): (usize, Image)| {
            let bytes: Arc<[u8]> = labels[at].iter().map(|&id| id as u8).collect();
            let input = Input::from_labels(SIDE, SIDE, bytes);
            let instances = instances.as_ref().map(|maps| maps[at].clone().into());
            Pair { input: Input { instances, ..input }, target }
        };
        self.images("target").into_iter().enumerate().map(pair).collect()
    }

    fn tensor(&self, name: &str) -> Tensor<4> {
        let stored = &self.tensors[&format!("input:{name}")];
        let shape: [usize; 4] = stored.shape.clone().try_into().unwrap();
        Tensor::from_data(TensorData::new(stored.values.to_vec(), shape), &Device::flex())
    }

    /// Gives the trainer PyTorch's weights; both must name the same tensors.
    fn load(&self, trainer: &mut dyn Trainer) {
        let mut state = trainer.state();
        for (key, tensor) in self.part("state:") {
            let old = state.get(key).unwrap_or_else(|| panic!("{}: the trainer has no {key}", self.name));
            assert_eq!(old.shape, tensor.shape, "{}: {key}", self.name);
            state.insert(key.to_owned(), Array::floats(&tensor.shape, tensor.values.to_vec()));
        }
        let nets = ["generator", "discriminator", "encoder"];
        let learned = state.keys().filter(|key| nets.iter().any(|net| key.starts_with(net)) && key.contains('/'));
        let missing: Vec<&String> = learned.filter(|key| !self.tensors.contains_key(&format!("state:{key}"))).collect();
        assert!(missing.is_empty(), "{}: PyTorch has no {missing:?}", self.name);
        trainer.restore(&state).unwrap();
    }

    fn check_losses(&self, losses: &Losses) {
        assert_eq!(losses.0.len(), self.part("loss:").count(), "{}", self.name);
        for (name, found) in &losses.0 {
            let wanted = self.tensors[&format!("loss:{name}")].values[0];
            let error = (found - wanted).abs() / wanted.abs();
            assert!(error <= 1e-5, "{}: {name} is {found}, PyTorch has {wanted}: {error:e} apart", self.name);
        }
    }

    /// `‖a − b‖ ≤ 1e-3 · max(‖b‖, 1e-4 · ‖all gradients of that step‖)` for each tensor: a bias before an instance norm
    /// has no gradient but rounding noise. What one optimiser moves is given together.
    fn check_gradients(&self, learners: &[(&str, &Learner)]) {
        let values = |name: &str| {
            let prefix = format!("gradient:{name}/");
            self.part(&prefix).flat_map(|(_, tensor)| tensor.values.to_vec()).collect::<Vec<f32>>()
        };
        let all: Vec<f32> = learners.iter().flat_map(|(name, _)| values(name)).collect();
        let all = all.iter().map(|&value| f64::from(value).powi(2)).sum::<f64>().sqrt();
        for (name, learner) in learners {
            self.check_each_gradient(name, learner, all);
        }
    }

    fn check_each_gradient(&self, name: &str, learner: &Learner, all: f64) {
        let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|value| value * value).sum::<f64>().sqrt();
        let prefix = format!("gradient:{name}/");
        assert_eq!(learner.seen.len(), self.part(&prefix).count(), "{}: {name}", self.name);
        let mut worst = 0.0_f64;
        for (parameter, found) in learner.net.parameters().iter().zip(&learner.seen) {
            let wanted = &self.tensors[&format!("{prefix}{}", parameter.key)].values;
            let found = floats(found.as_ref().unwrap());
            let apart = norm(&mut found.iter().zip(wanted.iter()).map(|(a, b)| f64::from(a - b)));
            let size = norm(&mut wanted.iter().map(|&value| f64::from(value)));
            let error = apart / size.max(1e-4 * all);
            worst = worst.max(error);
            assert!(error <= 1e-3, "{}: {name}/{} is {error:e} apart of {size:e}", self.name, parameter.key);
        }
        println!("{}: gradients of {name} are at most {worst:.1e} apart", self.name);
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn site() -> Site {
    Site::cpu(vec![root().join("assets/models")])
}

/// The sizes that `train.py` uses.
fn small(method: Method, loss: GanLoss, width: usize, judge: [usize; 2]) -> Config {
    let mut config = config(method, 10);
    config.loss.gan = loss;
    (config.network.width, config.schedule.rate) = (width, 2e-4);
    [config.network.discriminator_width, config.network.discriminator_layers] = judge;
    config
}

fn check_pix2pix(name: &str, config: &Config) {
    let golden = Golden::open(name);
    let mut trainer = Pix2pix::new(config, &data(config.method), &site()).unwrap();
    golden.load(&mut trainer);
    let batch = Batch { pairs: golden.pairs(), ..Batch::default() };
    golden.check_losses(&trainer.step(&batch, 0).unwrap());
    golden.check_gradients(&[("generator", &trainer.0.generator)]);
    golden.check_gradients(&[("discriminator", &trainer.0.judge.learner)]);
}

#[test]
fn pix2pix_with_a_unet_and_vanilla_loss() {
    let mut config = small(Method::Pix2pix, GanLoss::Vanilla, 2, [3, 2]);
    (config.network.generator, config.network.depth, config.network.norm) = (Family::Unet, 5, Norm::Batch);
    config.network.discriminator_norm = Norm::Batch;
    check_pix2pix("pix2pix_vanilla", &config);
}

#[test]
fn pix2pix_with_spectral_norm_and_hinge_loss() {
    let mut config = small(Method::Pix2pix, GanLoss::Hinge, 3, [3, 2]);
    config.network.norm = Norm::Batch;
    (config.network.discriminator_norm, config.network.spectral) = (Norm::Instance, true);
    check_pix2pix("pix2pix_hinge", &config);
}

#[test]
fn pix2pix_with_a_resnet_and_least_squares() {
    let mut config = small(Method::Pix2pix, GanLoss::Lsgan, 3, [3, 3]);
    config.network.discriminator_norm = Norm::Instance;
    check_pix2pix("pix2pix_lsgan", &config);
}

#[test]
fn gradient_checkpointing_changes_nothing() {
    let mut config = small(Method::Pix2pix, GanLoss::Lsgan, 3, [3, 3]);
    (config.network.discriminator_norm, config.checkpointing) = (Norm::Instance, true);
    check_pix2pix("pix2pix_lsgan", &config);
}

#[test]
fn cyclegan_with_least_squares() {
    let golden = Golden::open("cyclegan_lsgan");
    let config = small(Method::Cyclegan, GanLoss::Lsgan, 3, [4, 2]);
    let mut trainer = CycleGan::new(&config, &data(config.method), &site()).unwrap();
    golden.load(&mut trainer);
    let batch = Batch { unpaired: (golden.images("a"), golden.images("b")), ..Batch::default() };
    golden.check_losses(&trainer.step(&batch, 0).unwrap());
    let [first, second] = &trainer.generators;
    golden.check_gradients(&[("generator_a", first), ("generator_b", second)]);
    let [first, second] = &trainer.judges;
    golden.check_gradients(&[("discriminator_a", &first.learner), ("discriminator_b", &second.learner)]);
}

#[test]
fn gan_with_both_of_its_losses() {
    for (name, loss) in [("gan_minimax", GanLoss::Minimax), ("gan_non_saturating", GanLoss::NonSaturating)] {
        let golden = Golden::open(name);
        let mut config = small(Method::Gan, loss, 2, [3, 2]);
        config.network.code = 6;
        let mut trainer = Gan::new(&config, &data(config.method), &site()).unwrap();
        golden.load(&mut trainer);
        golden.check_losses(&trainer.play(golden.tensor("code"), golden.tensor("real"), 0).unwrap());
        golden.check_gradients(&[("generator", &trainer.generator)]);
        golden.check_gradients(&[("discriminator", &trainer.judge.learner)]);
    }
}

#[test]
fn pix2pixhd_with_edges_styles_features_and_vgg() {
    let golden = Golden::open("pix2pixhd_lsgan");
    let mut config = small(Method::Pix2pixhd, GanLoss::Lsgan, 2, [3, 2]);
    (config.network.generator, config.network.enhancer_blocks) = (Family::Pix2pixhdLocal, 1);
    (config.network.encoder_width, config.loss.perceptual) = (3, 10.0);
    let mut trainer = Pix2pixHd::new(&config, &data(config.method), &site()).unwrap();
    golden.load(&mut trainer);
    let batch = Batch { pairs: golden.pairs(), ..Batch::default() };
    golden.check_losses(&trainer.step(&batch, 0).unwrap());
    let encoder = trainer.shared.encoder.as_ref().unwrap();
    golden.check_gradients(&[("generator", &trainer.shared.generator), ("encoder", encoder)]);
    golden.check_gradients(&[("discriminator", &trainer.shared.judge.learner)]);
}

#[test]
fn colorize_with_hints() {
    let golden = Golden::open("colorize_vanilla");
    let mut config = small(Method::Colorize, GanLoss::Vanilla, 2, [3, 2]);
    (config.network.generator, config.network.depth, config.network.norm) = (Family::Unet, 5, Norm::Batch);
    config.network.discriminator_norm = Norm::Batch;
    let mut trainer = Colorize::new(&config, &data(config.method), &site()).unwrap();
    golden.load(&mut trainer);
    let planes = |name: &str| golden.tensors[&format!("input:{name}")].values.chunks(3 * SIDE * SIDE);
    let inputs = planes("photo").zip(planes("hints")).map(|(photo, hints)| {
        let byte = |at: usize| [0, 1, 2].map(|plane| photo[plane * SIDE * SIDE + at] as u8);
        let rgb: Vec<u8> = (0..SIDE * SIDE).flat_map(byte).collect();
        Input { hints: Some(hints.into()), ..Input::from_rgb(SIDE, SIDE, rgb) }
    });
    golden.check_losses(&trainer.learn(&inputs.collect::<Vec<_>>(), 0).unwrap());
    golden.check_gradients(&[("generator", &trainer.0.generator)]);
    golden.check_gradients(&[("discriminator", &trainer.0.judge.learner)]);
}

#[test]
fn adam_takes_pytorchs_steps() {
    let golden = Golden::open("adam");
    let device = Device::flex();
    let vectors = |prefix: &str| golden.part(prefix).map(|(_, tensor)| flat(tensor.values.to_vec(), &device)).collect();
    let mut values: Vec<Tensor<1>> = vectors("start/");
    let mut adam = Adam::new(&values, 0.5, 0.999);
    for step in 0..3 {
        let gradients: Vec<Tensor<1>> = vectors(&format!("gradient/{step}/"));
        adam.step(&mut values, gradients.into_iter().map(Some).collect(), 2e-4);
        let wanted: Vec<Tensor<1>> = vectors(&format!("after/{step}/"));
        for (found, wanted) in values.iter().zip(&wanted) {
            let worst = floats(found).iter().zip(floats(wanted)).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst <= 1e-6, "step {step}: {worst:e} apart");
        }
    }
}
