//! The label sets that official models were trained on, with names and colours.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::card::Label;

/// A published set of labels.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Palette {
    /// Name in a card's `label_set`.
    pub name: String,
    /// Name for people.
    pub title: String,
    /// Where names, order and colours come from.
    pub source: String,
    labels: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Entry {
    id: u8,
    name: String,
    color: [u8; 3],
}

impl Palette {
    /// Number of labels.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no label.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The labels as a card lists them, all taken for trained.
    pub fn labels(&self) -> Vec<Label> {
        let label = |entry: &Entry| Label { id: entry.id, name: entry.name.clone(), color: entry.color, trained: true };
        self.labels.iter().map(label).collect()
    }
}

static PALETTES: LazyLock<Vec<Palette>> = LazyLock::new(|| {
    let files = [
        include_str!("../../assets/palettes/cityscapes-35.json"),
        include_str!("../../assets/palettes/coco-stuff-182.json"),
        include_str!("../../assets/palettes/ade20k-151.json"),
        include_str!("../../assets/palettes/ade20k-150-shifted.json"),
        include_str!("../../assets/palettes/cmp-facades-12.json"),
        include_str!("../../assets/palettes/cmp-facades-13.json"),
        include_str!("../../assets/palettes/celebamask-hq-19.json"),
    ];
    files.into_iter().filter_map(|text| serde_json::from_str(text).ok()).collect()
});

/// Every published set.
pub fn palettes() -> &'static [Palette] {
    &PALETTES
}

/// The set with this name.
pub fn palette(name: &str) -> Option<&'static Palette> {
    palettes().iter().find(|palette| palette.name == name)
}

/// Sets that a network with this many label planes may have been trained on, the likeliest first.
///
/// COCO-Stuff's 182 classes have an optional plane for unlabelled pixels.
pub fn fitting(classes: usize) -> Vec<&'static Palette> {
    let fits = |palette: &&Palette| palette.len() == classes || (palette.name == "coco-stuff-182" && classes == 182);
    palettes().iter().filter(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_read_and_counts_without_gaps() {
        let lengths: Vec<(&str, usize)> = palettes().iter().map(|palette| (palette.name.as_str(), palette.len())).collect();
        let expected = [
            ("cityscapes-35", 35),
            ("coco-stuff-182", 183),
            ("ade20k-151", 151),
            ("ade20k-150-shifted", 151),
            ("cmp-facades-12", 12),
            ("cmp-facades-13", 13),
            ("celebamask-hq-19", 19),
        ];
        assert_eq!(lengths, expected);
        for palette in palettes() {
            assert!(palette.labels.iter().zip(0_u8..).all(|(label, id)| label.id == id), "{}", palette.name);
            assert!(palette.labels.iter().all(|label| !label.name.is_empty()), "{}", palette.name);
        }
    }

    #[test]
    fn known_colours_are_in_place() {
        let colour = |set: &str, id: usize| {
            let label = &palette(set).map(Palette::labels).unwrap_or_default()[id];
            (label.name.clone(), label.color)
        };
        assert_eq!(colour("cityscapes-35", 7), ("road".to_owned(), [128, 64, 128]));
        assert_eq!(colour("ade20k-151", 3), ("sky".to_owned(), [6, 230, 230]));
        assert_eq!(colour("coco-stuff-182", 0), ("person".to_owned(), [128, 0, 0]));
        assert_eq!(colour("coco-stuff-182", 156), ("sky_other".to_owned(), [192, 96, 128]));
        assert_eq!(colour("celebamask-hq-19", 13).0, "hair");
    }
}
