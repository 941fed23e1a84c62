//! Telling a network from the names and shapes of its tensors alone.
//!
//! Rules follow the official layouts: pytorch-CycleGAN-and-pix2pix (`UnetGenerator`, `ResnetGenerator`)
//! and pix2pixHD (`GlobalGenerator`, `LocalEnhancer`).

use std::collections::HashMap;
use std::path::Path;

use crate::architecture::{Architecture, Family, InputKind, Norm};
use crate::card::{Card, FORMAT, Label, Licence, Task};
use crate::checkpoint::TensorInfo;

/// A network and the reasons for taking it for one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recognised {
    /// Its numbers.
    pub architecture: Architecture,
    /// One sentence for each clue.
    pub reasons: Vec<String>,
}

/// Recognises a generator.
///
/// # Errors
/// One sentence about what no rule fits.
pub fn recognise(tensors: &[TensorInfo]) -> Result<Recognised, &'static str> {
    let shapes: HashMap<&str, &[usize]> = tensors.iter().map(|info| (info.key.as_str(), info.shape.as_slice())).collect();
    let clues = Clues { shapes };
    if clues.has("conv1_1.weight") && clues.has("dsn1.weight") {
        let architecture = Architecture {
            output_channels: 1,
            norm: Norm::None,
            ..Architecture::new(Family::Vgg16Hed, InputKind::Rgb, 3, 64, 4, 0)
        };
        return Ok(Recognised { architecture, reasons: vec!["conv1_1 and dsn1 are VGG16 with edge outputs".to_owned()] });
    }
    if let Some([width, input, 4, 4]) = clues.shape("model.model.0.weight") {
        return unet(&clues, *width, *input);
    }
    if let Some([width, input, 7, 7]) = clues.shape("model1_1.1.weight") {
        return local_enhancer(&clues, *width, *input);
    }
    if let Some([width, input, 7, 7]) = clues.shape("model.1.weight") {
        return residual(&clues, *width, *input);
    }
    Err("no tensor is named as in pix2pix, CycleGAN, pix2pixHD or HED")
}

struct Clues<'a> {
    shapes: HashMap<&'a str, &'a [usize]>,
}

impl Clues<'_> {
    fn has(&self, key: &str) -> bool {
        self.shapes.contains_key(key)
    }

    fn shape(&self, key: &str) -> Option<&[usize]> {
        self.shapes.get(key).copied()
    }

    /// Number of consecutive halvings in `model` from index 4, three modules each.
    fn halvings(&self, width: usize) -> usize {
        let is_halving = |level: usize| {
            let expected = width.checked_shl(level as u32 + 1).map(|out| [out, out / 2, 3, 3]);
            expected.is_some_and(|expected| self.shape(&format!("model.{}.weight", 4 + 3 * level)) == Some(expected.as_slice()))
        };
        (0..10).take_while(|&level| is_halving(level)).count()
    }

    /// Number of consecutive residual blocks `prefix.{start}`, …
    fn blocks(&self, prefix: &str, start: usize) -> usize {
        (start..start + 64).take_while(|index| self.has(&format!("{prefix}.{index}.conv_block.1.weight"))).count()
    }
}

fn input_kind(channels: usize, output_channels: usize) -> InputKind {
    match (channels, output_channels) {
        (3, _) => InputKind::Rgb,
        (1, 2) => InputKind::Lightness,
        _ => InputKind::Labels,
    }
}

fn unet(clues: &Clues<'_>, width: usize, input: usize) -> Result<Recognised, &'static str> {
    let mut prefix = "model.model.1.model".to_owned();
    let mut depth = 1;
    while clues.has(&format!("{prefix}.1.weight")) && depth < 12 {
        depth += 1;
        prefix.push_str(".3.model");
    }
    let Some([_, output, 4, 4]) = clues.shape("model.model.3.weight") else { return Err("the U-Net has no outermost layer") };
    let norm = if clues.has("model.model.1.model.2.weight") { Norm::Batch } else { Norm::Instance };
    let architecture = Architecture {
        output_channels: *output,
        norm,
        ..Architecture::new(Family::Unet, input_kind(input, *output), input, width, depth, 0)
    };
    let reasons = vec![
        format!("model.model.0 is a 4x4 convolution to {width} planes: a U-Net"),
        format!("{depth} nested levels"),
        format!("norms {}", if norm == Norm::Batch { "have weights: batch norm" } else { "have no weights: instance norm" }),
    ];
    Ok(Recognised { architecture, reasons })
}

fn residual(clues: &Clues<'_>, width: usize, input: usize) -> Result<Recognised, &'static str> {
    let depth = clues.halvings(width);
    let start = 4 + 3 * depth;
    let blocks = clues.blocks("model", start);
    let head = format!("model.{}.weight", start + blocks + 3 * depth + 1);
    let Some([output, _, 7, 7]) = clues.shape(&head) else { return Err("the residual generator has no last 7x7 layer") };
    let family =
        if depth == 2 && input_kind(input, *output) != InputKind::Labels { Family::Resnet } else { Family::Pix2pixhdGlobal };
    let architecture = Architecture {
        output_channels: *output,
        norm: if clues.has("model.2.weight") { Norm::Batch } else { Norm::Instance },
        dropout: clues.has(&format!("model.{start}.conv_block.6.weight")),
        ..Architecture::new(family, input_kind(input, *output), input, width, depth, blocks)
    };
    let reasons = vec![
        format!("model.1 is a 7x7 convolution to {width} planes: a residual generator"),
        format!("{depth} halvings and {blocks} residual blocks"),
    ];
    Ok(Recognised { architecture, reasons })
}

fn local_enhancer(clues: &Clues<'_>, _: usize, _: usize) -> Result<Recognised, &'static str> {
    let enhancers = (1..=4).take_while(|n| clues.has(&format!("model{n}_1.1.weight"))).count();
    let Some([width, input, 7, 7]) = clues.shape(&format!("model{enhancers}_1.1.weight")) else {
        return Err("the local enhancer has no first layer");
    };
    let up = format!("model{enhancers}_2");
    let enhancer_blocks = clues.blocks(&up, 0);
    let depth = clues.halvings(width << enhancers);
    let blocks = clues.blocks("model", 4 + 3 * depth);
    let Some([output, _, 7, 7]) = clues.shape(&format!("{up}.{}.weight", enhancer_blocks + 4)) else {
        return Err("the local enhancer has no last 7x7 layer");
    };
    let architecture = Architecture {
        output_channels: *output,
        enhancers,
        enhancer_blocks,
        norm: if clues.has("model.2.weight") { Norm::Batch } else { Norm::Instance },
        ..Architecture::new(Family::Pix2pixhdLocal, input_kind(*input, *output), *input, *width, depth, blocks)
    };
    let reasons = vec![
        format!("model1_1 stands beside model: pix2pixHD with {enhancers} local enhancer(s)"),
        format!("coarse part with {depth} halvings and {blocks} residual blocks"),
    ];
    Ok(Recognised { architecture, reasons })
}

/// A card for a file that came without one: nothing is claimed about data or terms.
pub fn unknown_card(path: &Path, architecture: Architecture) -> Card {
    let stem = path.file_stem().map_or("model".to_owned(), |stem| stem.to_string_lossy().into_owned());
    let (task, classes) = match architecture.input {
        InputKind::Labels => (Task::LabelsToPhoto, architecture.input_channels),
        _ if architecture.family == Family::Vgg16Hed => (Task::PhotoToEdges, 0),
        InputKind::Rgb | InputKind::Lightness => (Task::PhotoToPhoto, 0),
    };
    let multiple = 1_u32 << (architecture.depth + architecture.enhancers).min(12);
    let label = |id: u8| Label { id, name: format!("label_{id}"), color: distinct_colour(id), trained: true };
    Card {
        format: FORMAT,
        name: stem.clone(),
        title: stem,
        file: path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        task,
        native_size: [256, 256],
        size_multiple: if architecture.family == Family::Vgg16Hed { 1 } else { multiple },
        architecture,
        label_set: None,
        labels: (0..=255).take(classes).map(label).collect(),
        data: "unknown".to_owned(),
        licence: Licence { name: "unknown".to_owned(), spdx: None, url: None, commercial: false },
        training: "unknown".to_owned(),
        weaknesses: vec!["This file came without a card: nothing is known about its data and terms.".to_owned()],
    }
}

/// The bits of an id spread over red, green and blue, so that neighbours differ (as the PASCAL VOC colour map).
pub fn distinct_colour(id: u8) -> [u8; 3] {
    let mut rest = id;
    let mut colour = [0; 3];
    for bit in (5..8).rev() {
        for (channel, value) in colour.iter_mut().enumerate() {
            *value |= ((rest >> channel) & 1) << bit;
        }
        rest >>= 3;
    }
    colour
}
