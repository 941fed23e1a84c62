//! Cards for files that came without one.

use std::path::Path;

use crate::architecture::{Architecture, Family, InputKind};
use crate::card::{Card, FORMAT, Label, Licence, Task};

/// A card for a file that came without one: nothing is claimed about data or terms.
pub fn unknown_card(path: &Path, architecture: Architecture) -> Card {
    let name = model_name(path);
    let (task, classes) = match architecture.input {
        InputKind::Labels => (Task::LabelsToPhoto, architecture.input_channels),
        _ if architecture.family == Family::Vgg16Hed => (Task::PhotoToEdges, 0),
        InputKind::Rgb | InputKind::Lightness => (Task::PhotoToPhoto, 0),
        InputKind::Code => (Task::CodeToPhoto, 0),
    };
    let fixed = (architecture.input == InputKind::Code).then(|| architecture.size_multiple() as u32);
    let label = |id: u8| Label { id, name: format!("label_{id}"), color: distinct_colour(id), trained: true };
    Card {
        format: FORMAT,
        name: name.clone(),
        title: name,
        file: path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        task,
        native_size: [fixed.unwrap_or(256); 2],
        size_multiple: architecture.size_multiple() as u32,
        architecture,
        label_set: None,
        labels: (0..=255).take(classes).map(label).collect(),
        norm_stats: None,
        data: "unknown".to_owned(),
        licence: Licence { name: "unknown".to_owned(), spdx: None, url: None, commercial: false },
        training: "unknown".to_owned(),
        weaknesses: vec!["This file came without a card: nothing is known about its data and terms.".to_owned()],
    }
}

/// The file's stem; the folder's name for the official tools' `latest_net_G`, which says nothing.
fn model_name(path: &Path) -> String {
    let text = |part: &std::ffi::OsStr| part.to_string_lossy().into_owned();
    let stem = path.file_stem().map_or("model".to_owned(), text);
    let folder = path.parent().and_then(Path::file_name).map(text);
    match (stem.split_once("_net_"), folder) {
        (Some((_, which)), Some(folder)) => format!("{folder}{}", which.strip_prefix('G').unwrap_or(which)),
        _ => stem,
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
