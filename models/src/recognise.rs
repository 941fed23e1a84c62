//! Telling a network from the names and shapes of its tensors alone.
//!
//! Rules follow the official layouts: pytorch-CycleGAN-and-pix2pix (`UnetGenerator`, `ResnetGenerator`),
//! pix2pixHD (`GlobalGenerator`, `LocalEnhancer`, `Encoder`), SPADE (`SPADEGenerator`) and pix2pix-tensorflow.
//! What names and shapes cannot say becomes a [`Question`] with a good default.

use std::collections::HashMap;
use std::path::Path;

use crate::architecture::{Architecture, Family, InputKind, Norm};
use crate::card::Card;
use crate::checkpoint::TensorInfo;
use crate::families::spade::HIDDEN;
use crate::options::Options;
use crate::questions::{Answer, Question, questions};
pub use crate::unknown::{distinct_colour, unknown_card};

/// A network and the reasons for taking it for one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recognised {
    /// Its numbers, with the default answers to the questions in place.
    pub architecture: Architecture,
    /// One sentence for each clue.
    pub reasons: Vec<String>,
    /// What the tensors do not say; in each the first choice is the default.
    pub questions: Vec<Question>,
    /// The default answers, also where there was only one.
    pub answers: Vec<Answer>,
}

impl Recognised {
    /// Makes the choices that the official tool's options agree with the defaults.
    pub(crate) fn settle(&mut self, options: &Options) {
        for question in &mut self.questions {
            let Some(at) = question.choices.iter().position(|choice| options.agree(&choice.answer)) else { continue };
            question.choices[..=at].rotate_right(1);
            let answer = &question.choices[0].answer;
            self.reasons.push(format!("opt.txt beside the file says: {}", question.choices[0].text));
            answer.apply(&mut self.architecture);
            let same = |old: &&mut Answer| std::mem::discriminant(&**old) == std::mem::discriminant(answer);
            if let Some(old) = self.answers.iter_mut().find(same) {
                old.clone_from(answer);
            }
        }
    }

    /// A card with the default answers; nothing is claimed about data or terms.
    pub fn card(&self, path: &Path) -> Card {
        let mut card = unknown_card(path, self.architecture.clone());
        self.answers.iter().for_each(|answer| card.answer(answer));
        card
    }
}

/// Recognises a generator.
///
/// # Errors
/// One sentence about what no rule fits.
pub fn recognise(tensors: &[TensorInfo]) -> Result<Recognised, &'static str> {
    let shapes = tensors.iter().map(|info| (info.key.as_str(), info.shape.as_slice())).collect();
    let clues = Clues { shapes };
    let (mut architecture, reasons) = if clues.has("conv1_1.weight") && clues.has("dsn1.weight") {
        let vgg = Architecture::new(Family::Vgg16Hed, InputKind::Rgb, 3, 64, 4, 0);
        let reasons = vec!["conv1_1 and dsn1 are VGG16 with edge outputs".to_owned()];
        (Architecture { output_channels: 1, norm: Norm::None, ..vgg }, reasons)
    } else if let Some([width, input, 4, 4]) = clues.shape("model.model.0.weight") {
        unet(&clues, *width, *input)?
    } else if clues.has("head_0.norm_0.mlp_shared.0.weight") {
        spade(&clues)?
    } else if clues.has("model1_1.1.weight") {
        local_enhancer(&clues)?
    } else if let Some([width, input, 7, 7]) = clues.shape("model.1.weight") {
        residual(&clues, *width, *input)?
    } else if clues.has("generator.encoder_1.conv2d.weight") {
        pict(&clues)?
    } else if clues.has("main.0.weight") && clues.has("main.1.weight") {
        dcgan(&clues)?
    } else {
        return Err(stranger(&clues));
    };
    let mut questions = questions(&mut architecture, &clues);
    let answers = questions.iter().filter_map(|question| Some(question.choices.first()?.answer.clone())).collect();
    questions.retain(|question| question.choices.len() > 1);
    Ok(Recognised { architecture, reasons, questions, answers })
}

/// What a file of another kind is, as far as its keys tell.
fn stranger(clues: &Clues<'_>) -> &'static str {
    let starts = |prefix: &str| clues.starts_with(prefix);
    let discriminates = ["model.0.weight", "main.2.weight"].iter().any(|key| clues.has(key));
    if discriminates || starts("scale0_layer0") || starts("discriminator_") {
        "it is a discriminator, which only serves training; the generator's file is named latest_net_G"
    } else if starts("model_down_seg") {
        "it is vid2vid's video generator, which needs earlier frames; only its single-image generators paint"
    } else if clues.has("layer1.0.weight_orig") || clues.has("fc_mu.weight") {
        "it is SPADE's encoder of styles, which serves beside its generator, latest_net_G, when a style is taken from a photograph"
    } else if starts("features.0") || starts("slice1.0") {
        "it is a classifier (VGG), not a generator"
    } else {
        "no tensor is named as in pix2pix, CycleGAN, pix2pixHD, SPADE, pix2pix-tensorflow or HED"
    }
}

/// Names and shapes, for looking things up.
pub(crate) struct Clues<'a> {
    shapes: HashMap<&'a str, &'a [usize]>,
}

impl Clues<'_> {
    pub(crate) fn has(&self, key: &str) -> bool {
        self.shapes.contains_key(key)
    }

    pub(crate) fn shape(&self, key: &str) -> Option<&[usize]> {
        self.shapes.get(key).copied()
    }

    /// Whether a key ends so; used for running statistics, which lie beside every norm or none.
    pub(crate) fn any_ends_with(&self, suffix: &str) -> bool {
        self.shapes.keys().any(|key| key.ends_with(suffix))
    }

    fn starts_with(&self, prefix: &str) -> bool {
        self.shapes.keys().any(|key| key.starts_with(prefix))
    }

    /// First index and number of the residual blocks in `prefix`; one that lacks some tensors counts, so that the
    /// error is about those.
    fn blocks(&self, prefix: &str) -> Option<(usize, usize)> {
        let indices = self.shapes.keys().filter_map(|key| {
            let (index, rest) = key.strip_prefix(prefix)?.strip_prefix('.')?.split_once('.')?;
            rest.starts_with("conv_block.").then(|| index.parse::<usize>().ok())?
        });
        let (first, last) = indices.fold((usize::MAX, 0), |(first, last), index| (first.min(index), last.max(index)));
        (first <= last).then(|| (first, (last - first).saturating_add(1)))
    }

    /// Number of halvings in `model` and of the residual blocks behind them.
    fn halvings_and_blocks(&self, width: usize) -> (usize, usize) {
        if let Some((first, count)) = self.blocks("model") {
            // Three modules each, from index 4 on.
            return (first.saturating_sub(4) / 3, count);
        }
        let is_halving = |level: usize| {
            let expected = width.checked_mul(2 << level).map(|out| [out, out / 2, 3, 3]);
            expected.is_some_and(|expected| self.shape(&format!("model.{}.weight", 4 + 3 * level)) == Some(expected.as_slice()))
        };
        ((0..10).take_while(|&level| is_halving(level)).count(), 0)
    }

    /// Norm by the tensors of the first one; without any, a bias before it tells instance norm from none.
    fn norm(&self, norm: &str, conv: &str) -> Norm {
        if self.has(&format!("{norm}.weight")) {
            Norm::Batch
        } else if self.has(&format!("{conv}.bias")) {
            Norm::Instance
        } else {
            Norm::None
        }
    }
}

type Found = Result<(Architecture, Vec<String>), &'static str>;

fn unet(clues: &Clues<'_>, width: usize, input: usize) -> Found {
    let mut prefix = "model.model.1.model".to_owned();
    let mut depth = 1;
    while clues.starts_with(&format!("{prefix}.")) && depth < 12 {
        depth += 1;
        prefix.push_str(".3.model");
    }
    let Some([_, output, 4, 4]) = clues.shape("model.model.3.weight") else { return Err("the U-Net has no outermost layer") };
    // The innermost level has a norm too, at another index, where there is no level within.
    let norm = match clues.norm("model.model.1.model.2", "model.model.0") {
        Norm::None if clues.has("model.model.1.model.4.weight") && depth == 2 => Norm::Batch,
        norm => norm,
    };
    let architecture = Architecture {
        output_channels: *output,
        norm,
        // No tensor tells; the official default is on, and without a seed it does nothing.
        dropout: true,
        ..Architecture::new(Family::Unet, InputKind::Rgb, input, width, depth, 0)
    };
    let architecture = colouriser(architecture);
    let reasons = vec![
        format!("model.model.0 is a 4x4 convolution from {input} to {width} planes: a pix2pix U-Net"),
        format!("{depth} nested levels: unet_{}", 1_u64 << depth),
        norm_reason(norm),
    ];
    Ok((architecture, reasons))
}

fn residual(clues: &Clues<'_>, width: usize, input: usize) -> Found {
    let (depth, blocks) = clues.halvings_and_blocks(width);
    if depth > 10 || blocks > 64 {
        return Err("the residual generator has impossibly many layers");
    }
    let start = 4 + 3 * depth;
    let head = format!("model.{}.weight", start + blocks + 3 * depth + 1);
    let Some([output, _, 7, 7]) = clues.shape(&head) else { return Err("the residual generator has no last 7x7 layer") };
    let norm = clues.norm("model.2", "model.1");
    // pix2pixHD keeps biases before batch norms and halves more often; CycleGAN knows pictures only.
    let is_hd =
        depth != 2 || !matches!((input, *output), (1 | 3, _) | (4, 2)) || (norm == Norm::Batch && clues.has("model.1.bias"));
    let family = match (is_hd, blocks) {
        (_, 0) => Family::Pix2pixhdEncoder,
        (true, _) => Family::Pix2pixhdGlobal,
        (false, _) => Family::Resnet,
    };
    // At this place stands the second convolution with dropout, and its norm without.
    let dropout = clues.shape(&format!("model.{start}.conv_block.6.weight")).is_some_and(|shape| shape.len() == 4);
    let architecture = Architecture {
        output_channels: *output,
        norm,
        dropout,
        ..Architecture::new(family, InputKind::Rgb, input, width, depth, blocks)
    };
    let architecture = colouriser(architecture);
    let mut reasons = vec![
        format!("model.1 is a 7x7 convolution from {input} to {width} planes: a residual generator"),
        format!(
            "{depth} halvings and {blocks} residual blocks: {}",
            match family {
                Family::Resnet => "a CycleGAN ResNet",
                Family::Pix2pixhdEncoder => "pix2pixHD's encoder of object styles",
                _ => "pix2pixHD's global generator",
            }
        ),
        norm_reason(norm),
    ];
    if dropout {
        reasons.push("the second convolution of a block is its sixth module: built with dropout".to_owned());
    }
    if norm == Norm::Instance && clues.any_ends_with("running_mean") {
        reasons.push("running statistics of instance norms are leftovers of old versions and are not used".to_owned());
    }
    Ok((architecture, reasons))
}

fn local_enhancer(clues: &Clues<'_>) -> Found {
    let enhancers = (1..=4).take_while(|n| clues.has(&format!("model{n}_1.1.weight"))).count();
    let Some([width, input, 7, 7]) = clues.shape(&format!("model{enhancers}_1.1.weight")) else {
        return Err("the local enhancer has no first layer");
    };
    let up = format!("model{enhancers}_2");
    let enhancer_blocks = clues.blocks(&up).map_or(0, |(_, count)| count);
    let inner = width.checked_mul(1 << enhancers).ok_or("the local enhancer is impossibly wide")?;
    let (depth, blocks) = clues.halvings_and_blocks(inner);
    if depth > 10 || blocks > 64 || enhancer_blocks > 64 {
        return Err("the local enhancer has impossibly many layers");
    }
    let Some([output, _, 7, 7]) = clues.shape(&format!("{up}.{}.weight", enhancer_blocks + 4)) else {
        return Err("the local enhancer has no last 7x7 layer");
    };
    let norm = clues.norm("model.2", "model.1");
    let architecture = Architecture {
        output_channels: *output,
        enhancers,
        enhancer_blocks,
        norm,
        ..Architecture::new(Family::Pix2pixhdLocal, InputKind::Rgb, *input, *width, depth, blocks)
    };
    let reasons = vec![
        format!("model1_1 stands beside model: pix2pixHD with {enhancers} local enhancer(s) of {enhancer_blocks} blocks"),
        format!("coarse part with {depth} halvings and {blocks} residual blocks"),
        norm_reason(norm),
    ];
    Ok((architecture, reasons))
}

fn spade(clues: &Clues<'_>) -> Found {
    let Some([HIDDEN, input, 3, 3]) = clues.shape("head_0.norm_0.mlp_shared.0.weight") else {
        return Err("its modulation layers are not 3x3 with 128 planes, as SPADE's are");
    };
    // Files from before PyTorch 1.0 keep the divided weight too, and without `weight_v` that is the one to use.
    let spectral =
        clues.has("head_0.conv_0.weight_orig") && (clues.has("head_0.conv_0.weight_v") || !clues.has("head_0.conv_0.weight"));
    let Some([width, _, 3, 3]) = clues.shape("up_3.conv_0.bias").and_then(|_| clues.shape("up_3.norm_s.mlp_gamma.weight")) else {
        return Err("the SPADE generator lacks its last block");
    };
    // The shortcut's norm works on the planes that enter the block: twice the width.
    let width = width / 2;
    let Some([output, _, 3, 3]) = clues.shape("conv_img.weight") else { return Err("the SPADE generator has no last layer") };
    let norm = if clues.has("head_0.norm_0.param_free_norm.running_mean") { Norm::Batch } else { Norm::Instance };
    let code = match clues.shape("fc.weight") {
        Some([_, _, 3, 3]) => None,
        Some([rows, code]) => Some((*rows, *code)),
        _ => return Err("the SPADE generator has no first layer"),
    };
    let most = clues.has("up_4.conv_0.bias");
    let mut architecture = Architecture {
        output_channels: *output,
        norm,
        spectral,
        ..Architecture::new(Family::Spade, InputKind::Labels, *input, width, if most { 7 } else { 5 }, 0)
    };
    let mut reasons = vec![
        format!("head_0 has modulation layers that read {input} planes: a SPADE generator"),
        format!("up_3 ends with {width} planes{}", if most { ", and up_4 follows: most doublings" } else { "" }),
    ];
    reasons.push(if norm == Norm::Batch {
        "norms have running statistics and nothing learned: synchronised batch norm".to_owned()
    } else {
        "norms have no tensors: instance norm".to_owned()
    });
    if spectral {
        reasons.push("weights are kept under spectral norm and are divided by the stored vectors".to_owned());
    }
    if let Some((rows, code)) = code {
        architecture.code_channels = code;
        architecture.code_size = code_size(rows, width).ok_or("its first layer fits no picture")?;
        reasons.push(format!("fc is linear: the start is made from a random code of {code} values"));
    }
    Ok((architecture, reasons))
}

/// Two planes out of four are `a` and `b` of Lab, out of lightness and three planes of hints.
fn colouriser(architecture: Architecture) -> Architecture {
    if (architecture.input_channels, architecture.output_channels) == (4, 2) {
        return Architecture { input: InputKind::Lightness, input_channels: 1, hints: true, ..architecture };
    }
    architecture
}

fn dcgan(clues: &Clues<'_>) -> Found {
    let layer = |level: usize| clues.shape(&format!("main.{}.weight", 3 * level));
    let depth = (1..=8).take_while(|&level| layer(level).is_some()).count();
    let Some([code, _, 4, 4]) = layer(0) else { return Err("the first layer of the DCGAN is not 4x4") };
    let Some([width, output, 4, 4]) = layer(depth).filter(|_| depth > 0) else { return Err("the DCGAN has no last layer") };
    let architecture = Architecture {
        output_channels: *output,
        norm: Norm::Batch,
        code_channels: *code,
        ..Architecture::new(Family::Dcgan, InputKind::Code, *code, *width, depth, 0)
    };
    let reasons = vec![
        format!("main.0 makes 4x4 pixels from {code} numbers: a DCGAN, whose picture begins with a random code"),
        format!("{depth} doublings: {0}x{0} pixels", 4_usize << depth),
        norm_reason(Norm::Batch),
    ];
    Ok((architecture, reasons))
}

/// Rows and columns of a start of `outputs` values: a square, or twice as wide as high.
fn code_size(outputs: usize, width: usize) -> Option<[usize; 2]> {
    let pixels = outputs / width.checked_mul(16).filter(|&planes| planes > 0 && outputs.is_multiple_of(planes))?;
    (1..=64_usize).find_map(|rows| match pixels {
        _ if rows * rows == pixels => Some([rows, rows]),
        _ if 2 * rows * rows == pixels => Some([rows, 2 * rows]),
        _ => None,
    })
}

fn pict(clues: &Clues<'_>) -> Found {
    let depth = (1..=12).take_while(|level| clues.has(&format!("generator.encoder_{level}.conv2d.weight"))).count();
    let Some([width, input, 4, 4]) = clues.shape("generator.encoder_1.conv2d.weight") else {
        return Err("the encoder's first layer is not 4x4");
    };
    let Some([_, output, 4, 4]) = clues.shape("generator.decoder_1.conv2d_transpose.weight") else {
        return Err("the decoder has no last layer");
    };
    let architecture = Architecture {
        output_channels: *output,
        norm: Norm::Batch,
        ..Architecture::new(Family::Pict, InputKind::Rgb, *input, *width, depth, 0)
    };
    let reasons = vec![
        format!("generator/encoder_1 is a 4x4 convolution from {input} to {width} planes: pix2pix-tensorflow"),
        format!("{depth} encoders"),
        "norms use the picture's own statistics, as the browser demo does".to_owned(),
    ];
    Ok((architecture, reasons))
}

fn norm_reason(norm: Norm) -> String {
    match norm {
        Norm::Batch => "norms have weights: batch norm",
        Norm::Instance => "norms have no weights and convolutions before them have a bias: instance norm",
        Norm::None => "there are neither norms' weights nor biases before them: no norm",
    }
    .to_owned()
}

#[cfg(test)]
#[path = "recognise_tests.rs"]
mod tests;
