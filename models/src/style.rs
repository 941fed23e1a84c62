//! Style from a photograph: what the encoder beside a generator measures in it.
//!
//! pix2pixHD's encoder gives each object of the drawing the style that the photograph has at its place; SPADE's gives one
//! code for the whole picture. Both run on the processor, once for each photograph.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::architecture::Family;
use crate::checkpoint::{CheckpointError, File, Weights};
use crate::cpu::{Cpu, CpuOptions};
use crate::executor::{ExecuteError, Executor as _, Interrupt, generate};
use crate::families::spade_encoder::{SIDE_PX, SpadeEncoder};
use crate::features::{companions, styles_of};
use crate::flex::Flex;
use crate::input::Input;
use crate::library::{Model, ModelError};
use crate::looks::Looks;

/// What an encoder measured.
#[derive(Debug, Clone, PartialEq)]
pub enum Style {
    /// A style for each instance id: a value for each feature plane.
    Objects(BTreeMap<u32, Vec<f32>>),
    /// A code for the whole picture, as a normal distribution.
    Code {
        /// The likeliest code.
        mean: Vec<f32>,
        /// Logarithm of the variance around it.
        log_variance: Vec<f32>,
    },
}

/// Why a photograph gives no style.
#[derive(Debug, thiserror::Error)]
pub enum StyleError {
    /// The generator leaves nothing open.
    #[error("{0} paints in one style only: it reads neither object styles nor a code")]
    NoStyles(String),
    /// There is no encoder.
    #[error("a style from a photograph needs the model's encoder, {}, which is not there", .0.display())]
    NoEncoder(PathBuf),
    /// The encoder belongs to another generator.
    #[error("{} gives {found} values for a style and {generator} reads {wanted}", path.display())]
    Mismatch {
        /// The encoder.
        path: PathBuf,
        /// Values that it gives.
        found: usize,
        /// Name of the generator.
        generator: String,
        /// Values that the generator reads.
        wanted: usize,
    },
    /// The file is no encoder.
    #[error("{} is no encoder of styles", .0.display())]
    NotAnEncoder(PathBuf),
    /// The encoder cannot be loaded.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The encoder's weights are broken.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The encoder cannot be run on this photograph.
    #[error(transparent)]
    Execute(#[from] ExecuteError),
}

/// A photograph, three bytes a pixel, rows from the top.
#[derive(Debug, Clone, PartialEq)]
pub struct Photo {
    /// Columns in pixels.
    pub width: usize,
    /// Rows in pixels.
    pub height: usize,
    /// The pixels.
    pub rgb: Arc<[u8]>,
}

/// The objects of a drawing: an instance id for each pixel.
#[derive(Debug, Clone, PartialEq)]
pub struct Objects {
    /// Columns in pixels.
    pub width: usize,
    /// Rows in pixels.
    pub height: usize,
    /// Instance ids, rows from the top.
    pub ids: Arc<[u32]>,
}

impl Looks {
    /// Takes a style over; with a seed the code is drawn from the photograph's distribution, else it is the likeliest one.
    pub fn wear(&mut self, style: Style, drawn_from: Option<u64>) {
        match style {
            Style::Objects(styles) => {
                // The photograph now says what chosen looks said before.
                self.chosen.clear();
                self.measured = styles;
            }
            Style::Code { mean, log_variance } => {
                let noise = drawn_from.map(|seed| crate::random::code(seed, mean.len()));
                let spread = |at: usize| noise.as_ref().map_or(0.0, |noise| noise[at] * (0.5 * log_variance[at]).exp());
                self.code = Some(mean.iter().enumerate().map(|(at, mean)| mean + spread(at)).collect());
            }
        }
    }
}

/// Measures a photograph for a generator, whose encoder must lie beside it.
///
/// The photograph is stretched over the drawing's objects; a generator that reads a code does not need those.
///
/// # Errors
/// When the generator has no styles, the encoder is missing, broken or another generator's, or cannot be run.
pub fn of_photo(generator: &Model, photo: &Photo, objects: &Objects) -> Result<Style, StyleError> {
    let architecture = &generator.card.architecture;
    let wanted = architecture.feature_channels.max(architecture.code_channels);
    if wanted == 0 {
        return Err(StyleError::NoStyles(generator.card.name.clone()));
    }
    let Some(path) = companions(&generator.weights).0 else {
        let name = generator.weights.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let name = if name.contains("net_G") { name.replace("net_G", "net_E") } else { "latest_net_E.pth".to_owned() };
        return Err(StyleError::NoEncoder(generator.weights.with_file_name(name)));
    };
    let (style, found) = if architecture.feature_channels > 0 {
        let styles = object_styles(&path, photo, objects)?;
        let found = styles.values().next().map_or(0, Vec::len);
        (Style::Objects(styles), found)
    } else {
        let (mean, log_variance) = code(&path, photo)?;
        let found = mean.len();
        (Style::Code { mean, log_variance }, found)
    };
    if found != wanted {
        return Err(StyleError::Mismatch { path, found, generator: generator.card.name.clone(), wanted });
    }
    Ok(style)
}

fn object_styles(path: &Path, photo: &Photo, objects: &Objects) -> Result<BTreeMap<u32, Vec<f32>>, StyleError> {
    let encoder = Model::open(path)?;
    if encoder.card.architecture.family != Family::Pix2pixhdEncoder {
        return Err(StyleError::NotAnEncoder(path.to_owned()));
    }
    let loaded = encoder.load(encoder.norm_stats())?;
    let mut input = Input::from_rgb(photo.width, photo.height, photo.rgb.clone()).resized(objects.width, objects.height);
    input.instances = Some(objects.ids.clone());
    let mut cpu = Cpu::new(loaded.graph.clone(), loaded.weights.clone(), CpuOptions::default())?;
    let measured = generate(&mut cpu, &loaded.graph, encoder.card.multiple(), &input, &Interrupt::default())?;
    Ok(measured.outputs.first().map_or_else(BTreeMap::new, |plate| styles_of(&plate.values, &objects.ids)))
}

/// Mean and logarithm of the variance of a photograph's code.
fn code(path: &Path, photo: &Photo) -> Result<(Vec<f32>, Vec<f32>), StyleError> {
    let infos = File::open(path)?.infos();
    let shape = |key: &str| infos.iter().find(|info| info.key == key).map(|info| info.shape.as_slice());
    let first = shape("layer1.0.weight_orig").map(|first| (first, true));
    let first = first.or_else(|| shape("layer1.0.weight").map(|first| (first, false)));
    let (Some((&[width @ 1..=1024, 3, 3, 3], spectral)), Some(&[code @ 1..=4096, _])) = (first, shape("fc_mu.weight")) else {
        return Err(StyleError::NotAnEncoder(path.to_owned()));
    };
    let graph = SpadeEncoder { width, code, spectral }.graph();
    let weights = Weights::load(path, &graph)?;
    let input = Input::from_rgb(photo.width, photo.height, photo.rgb.clone()).resized(SIDE_PX, SIDE_PX);
    // A small network that runs once: the reference executor will do.
    let mut reference = Flex::new(Arc::new(graph), Arc::new(weights), None);
    let measured = reference.run(&input, &Interrupt::default())?;
    let mut values = measured.outputs.into_iter().map(|plate| plate.values);
    Ok((values.next().unwrap_or_default(), values.next().unwrap_or_default()))
}
