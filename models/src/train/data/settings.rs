//! What a training file says of its pictures, checked as far as the parser cannot.

use super::DataError;
use crate::card::Label;
use crate::palette;
use crate::recognise::distinct_colour;
use crate::train::{Config, Data, Method, Source};

/// What the parser cannot see.
pub(super) fn check(config: &Config) -> Result<(), DataError> {
    let refuse = |what: &str| Err(DataError::Config(what.to_owned()));
    let (data, augment) = (&config.data, &config.augment);
    if data.size.iter().any(|side| !(8..=8192).contains(side)) {
        return refuse("data.size must be 8 to 8192 pixels on both sides");
    }
    if !(1.0..=4.0).contains(&augment.zoom) {
        return refuse("augment.zoom must be 1 to 4");
    }
    if !(0.0..=1.0).contains(&augment.jitter) {
        return refuse("augment.jitter must be 0 to 1");
    }
    let ranges = [(augment.sketch_threshold, 0.0, 1.0), (augment.sketch_width, 1.0, 16.0)];
    if ranges.iter().any(|([least, most], from, to)| !(from <= least && least <= most && most <= to)) {
        return refuse("augment.sketch_threshold must rise within 0 to 1, augment.sketch_width within 1 to 16");
    }
    if !(0.0..=1.0).contains(&augment.noise) || !(0.0..=20.0).contains(&augment.blur_px) || !(0.0..=1.0).contains(&augment.fog) {
        return refuse("augment.noise and augment.fog must be 0 to 1, augment.blur_px 0 to 20");
    }
    if data.input != Source::Files && matches!(config.method, Method::Gan | Method::Cyclegan) {
        return refuse("data.input makes the input of pairs; gan and cyclegan have none");
    }
    if config.method == Method::Colorize && data.input != Source::Photo {
        return refuse("colorize reads the photograph itself: data.input must be \"photo\"");
    }
    if data.classes > 256 {
        return refuse("data.classes must be at most 256, because a label map has one byte a pixel");
    }
    Ok(())
}

/// The labels of the published set that the configuration names.
pub(super) fn labels_of(data: &Data) -> Result<Vec<Label>, DataError> {
    if data.label_set.is_empty() {
        return Ok(Vec::new());
    }
    let known = || palette::palettes().iter().map(|palette| palette.name.as_str()).collect::<Vec<_>>().join(", ");
    let palette = palette::palette(&data.label_set);
    let palette = palette
        .ok_or_else(|| DataError::Config(format!("data.label_set \"{}\" is not known; known are {}", data.label_set, known())))?;
    if data.classes != 0 && data.classes != palette.len() {
        let (classes, set, len) = (data.classes, &data.label_set, palette.len());
        return Err(DataError::Config(format!("data.classes is {classes} and the label set {set} has {len}")));
    }
    Ok(palette.labels())
}

/// One label a class: of the set, or numbered; those that no map holds are marked as not trained.
pub(super) fn named(classes: usize, set: Vec<Label>, seen: &[bool; 256]) -> Vec<Label> {
    let numbered = |id: u8| Label { id, name: format!("label_{id}"), color: distinct_colour(id), trained: true };
    let labels = if set.is_empty() { (0..=255).take(classes).map(numbered).collect() } else { set };
    labels.into_iter().map(|label| Label { trained: seen[usize::from(label.id)], ..label }).collect()
}
