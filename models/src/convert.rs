//! Turning any checkpoint into safetensors with a card.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Map, json};

use crate::card::CardError;
use crate::checkpoint::writing::{replace, write_weights};
use crate::checkpoint::{CheckpointError, File, Tensor};
use crate::features::{self, Clusters, clusters_path, encoder_path};
use crate::graph::{Graph, NormStats, Op, Parameter, Weight};
use crate::library::{Model, ModelError};

/// Why a checkpoint could not be converted.
#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    /// The original is broken.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The original's weights are broken.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The card cannot be written.
    #[error(transparent)]
    Card(#[from] CardError),
    /// The new file cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The new file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The new file must end so, or it would not be recognised again.
    #[error("{} must end in .safetensors", path.display())]
    Extension {
        /// The new file.
        path: PathBuf,
    },
    /// A value is too large for 16 bits.
    #[error("{key} holds {value}, which float16 cannot; convert without --f16")]
    Range {
        /// Key of the tensor.
        key: String,
        /// The value.
        value: f32,
    },
}

/// One tensor of the new file and what it is made from.
struct Planned {
    key: String,
    shape: Vec<usize>,
    /// Prefix of a weight under spectral norm that is divided by it.
    spectral: Option<String>,
    half: bool,
}

/// Writes the network's tensors to `out` and a card beside it; unused tensors are left behind, spectral norm is divided out.
///
/// With `half`, kernels become float16; vectors (biases, statistics) stay float32, as they are small and may be large in value.
/// Memory is that of the largest tensor. The file appears only when it is complete. An encoder and clustered styles that
/// lie beside the original come along, under the new file's name.
///
/// # Errors
/// When the original is broken, the new files cannot be written, or a kernel does not fit into float16.
pub fn convert(model: &Model, out: &Path, half: bool) -> Result<(), ConvertError> {
    if out.extension().is_none_or(|extension| extension != "safetensors") {
        return Err(ConvertError::Extension { path: out.to_owned() });
    }
    let mut file = File::open(&model.weights)?;
    // Running statistics go along where the file has them.
    let running = model.graph(NormStats::Running)?;
    let kept = running.parameters().map_err(CheckpointError::from)?.iter().all(|p| file.info(&p.key).is_some());
    let graph = if kept { running } else { model.graph(NormStats::Image)? };
    file.check(&stored(&graph)?)?;
    let plan = plan(&graph, half)?;
    let part = out.with_extension("safetensors.part");
    if let Err(error) = write(&mut file, &plan, &part, out) {
        // What is half written is of no use; that it cannot be removed changes nothing for the caller.
        std::fs::remove_file(&part).ok();
        return Err(error);
    }
    let mut card = model.card.clone();
    card.architecture.spectral = false;
    card.file = out.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    card.name = out.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    carry_companions(model, out)?;
    card.write(&out.with_extension("json"))?;
    Ok(())
}

/// Writes the encoder and the typical styles of a generator that reads any beside its new weights.
fn carry_companions(model: &Model, out: &Path) -> Result<(), ConvertError> {
    let architecture = &model.card.architecture;
    let (encoder, clusters) = features::companions(&model.weights);
    let reads_styles = architecture.feature_channels > 0;
    if let Some(path) = encoder.filter(|_| reads_styles || architecture.code_channels > 0) {
        let mut file = File::open(&path)?;
        // Counters of batches are of no use to a network that no longer learns.
        let keys = file.infos().into_iter().map(|info| info.key).filter(|key| !key.ends_with("num_batches_tracked"));
        let keys: Vec<String> = keys.collect();
        let read = |key: String| file.read_finite(&key).map(|tensor| (key, tensor));
        let tensors = keys.into_iter().map(read).collect::<Result<Vec<_>, CheckpointError>>()?;
        let path = encoder_path(out);
        write_weights(&path, &tensors).map_err(|source| ConvertError::Write { path, source })?;
    }
    if let Some(path) = clusters.filter(|_| reads_styles) {
        let clusters = Clusters::read(&path)?;
        let most = clusters.by_class.values().map(crate::npy::Rows::len).max().unwrap_or(0);
        let path = clusters_path(out, most);
        replace(&path, &clusters.to_npy()).map_err(|source| ConvertError::Write { path, source })?;
    }
    Ok(())
}

/// Tensors that must be in the original; the right vector of spectral norm can be made.
fn stored(graph: &Graph) -> Result<Vec<Parameter>, CheckpointError> {
    let mut stored = graph.parameters()?;
    stored.retain(|parameter| !parameter.key.ends_with(".weight_v"));
    Ok(stored)
}

fn plan(graph: &Graph, half: bool) -> Result<Vec<Planned>, CheckpointError> {
    let spectral: Vec<&str> = graph
        .nodes
        .iter()
        .filter_map(|node| match &node.op {
            Op::Conv { weight: Weight::Spectral(prefix), .. }
            | Op::ConvTranspose { weight: Weight::Spectral(prefix), .. }
            | Op::Linear { weight: Weight::Spectral(prefix), .. } => Some(prefix.as_str()),
            _ => None,
        })
        .collect();
    let planned = stored(graph)?.into_iter().filter_map(|Parameter { key, shape }| {
        let half = half && shape.len() > 1;
        let owner = spectral.iter().find(|prefix| key.strip_prefix(**prefix).is_some_and(|rest| rest.starts_with(".weight_")));
        match owner {
            Some(_) if key.ends_with(".weight_u") => None,
            Some(prefix) => Some(Planned { key: format!("{prefix}.weight"), shape, spectral: Some((*prefix).to_owned()), half }),
            None => Some(Planned { key, shape, spectral: None, half }),
        }
    });
    Ok(planned.collect())
}

fn write(file: &mut File, plan: &[Planned], part: &Path, out: &Path) -> Result<(), ConvertError> {
    let write_error = |source| ConvertError::Write { path: out.to_owned(), source };
    let mut header = Map::new();
    let mut end = 0_usize;
    for planned in plan {
        let start = end;
        end += planned.shape.iter().product::<usize>() * if planned.half { 2 } else { 4 };
        let dtype = if planned.half { "F16" } else { "F32" };
        header.insert(planned.key.clone(), json!({ "dtype": dtype, "shape": planned.shape, "data_offsets": [start, end] }));
    }
    let mut header = serde_json::Value::Object(header).to_string();
    // The data begins at a multiple of eight bytes.
    while !header.len().is_multiple_of(8) {
        header.push(' ');
    }
    let mut target = std::fs::File::create(part).map_err(write_error)?;
    target.write_all(&(header.len() as u64).to_le_bytes()).map_err(write_error)?;
    target.write_all(header.as_bytes()).map_err(write_error)?;
    for planned in plan {
        let tensor = tensor(file, planned)?;
        if planned.half {
            let halves: Vec<half::f16> = tensor.values.iter().map(|&value| half::f16::from_f32(value)).collect();
            if let Some(at) = halves.iter().position(|value| !value.is_finite()) {
                return Err(ConvertError::Range { key: planned.key.clone(), value: tensor.values[at] });
            }
            target.write_all(bytemuck::cast_slice(&halves)).map_err(write_error)?;
        } else {
            target.write_all(bytemuck::cast_slice(&tensor.values)).map_err(write_error)?;
        }
    }
    target.sync_all().map_err(write_error)?;
    std::fs::rename(part, out).map_err(write_error)
}

/// Reads a tensor, divided by its spectral norm where it is under one.
fn tensor(file: &mut File, planned: &Planned) -> Result<Tensor, CheckpointError> {
    let Some(prefix) = &planned.spectral else { return file.read_finite(&planned.key) };
    let weight = file.read_finite(&format!("{prefix}.weight_orig"))?;
    let u = file.read_finite(&format!("{prefix}.weight_u"))?;
    let v_key = format!("{prefix}.weight_v");
    let v = if file.info(&v_key).is_some() {
        file.read_finite(&v_key)?.values
    } else {
        crate::checkpoint::right_vector(&weight.values, &u.values)
    };
    let dot = |row: &[f32]| row.iter().zip(v.iter()).map(|(&w, &v)| f64::from(w) * f64::from(v)).sum::<f64>();
    let rows = weight.values.chunks_exact(v.len().max(1));
    let sigma = rows.zip(u.values.iter()).map(|(row, &u)| dot(row) * f64::from(u)).sum::<f64>();
    let values = weight.values.iter().map(|&value| (f64::from(value) / sigma) as f32).collect();
    Ok(Tensor { shape: weight.shape, values })
}
