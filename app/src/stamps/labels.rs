//! Names of labels that mean the same thing in different label sets.

use daub_models::card::Label;

use crate::document::Ink;

/// Names that mean the same: Cityscapes, CMP facades, ADE20K and COCO-Stuff call things differently.
const SAME: &[&[&str]] = &[
    &["vegetation", "tree", "trees"],
    &["bush", "plant", "plant_other", "shrub"],
    &["person", "pedestrian", "people", "human"],
    &["motorcycle", "minibike", "motorbike"],
    &["bicycle", "bike"],
    &["traffic_light", "trafficlight", "traffic_signal"],
    &["traffic_sign", "street_sign", "signboard", "stop_sign"],
    &["streetlight", "street_light", "street_lamp"],
    &["pole", "post"],
    &["window", "windowpane", "window_other"],
    &["door", "door_stuff", "screen_door"],
    &["blind", "window_blind", "shutter"],
    &["pillar", "column"],
    &["railing", "bannister", "banister", "guard_rail"],
    &["wall", "wall_other", "wall_concrete"],
    &["building", "building_other", "house"],
];

/// The label with this name or one that means the same; labels that the model was trained on come first.
pub fn resolve(name: &str, labels: &[Label]) -> Option<Ink> {
    let name = normalised(name);
    let same = SAME.iter().find(|names| names.contains(&name.as_str())).copied().unwrap_or_default();
    // The name itself comes before others; then they count in the order of the table.
    let rank = |label: &Label| {
        let other = normalised(&label.name);
        let among = same.iter().position(|same| *same == other);
        if other == name { Some(0) } else { among.map(|place| place + 1) }
    };
    let found = labels.iter().filter_map(|label| Some((!label.trained, rank(label)?, label.id)));
    found.min().map(|(_, _, id)| Ink::from(id))
}

/// A label's name as words.
pub(super) fn words(name: &str) -> String {
    name.replace(['_', '-'], " ")
}

/// Lower case, words joined by underscores.
fn normalised(name: &str) -> String {
    name.trim().to_lowercase().replace([' ', '-'], "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(names: &[(&str, bool)]) -> Vec<Label> {
        let label = |(id, (name, trained)): (usize, &(&str, bool))| Label {
            id: id as u8,
            name: (*name).to_owned(),
            color: [0; 3],
            trained: *trained,
        };
        names.iter().enumerate().map(label).collect()
    }

    #[test]
    fn names_are_found_in_other_sets() {
        let set = labels(&[("road", true), ("tree", true), ("street_sign", true), ("stop_sign", true)]);
        assert_eq!(resolve("vegetation", &set), Some(1));
        assert_eq!(resolve("traffic sign", &set), Some(2));
        assert_eq!(resolve("Stop-Sign", &set), Some(3));
        assert_eq!(resolve("bus", &set), None);
    }

    #[test]
    fn trained_labels_come_first() {
        assert_eq!(resolve("window", &labels(&[("window", false), ("windowpane", true)])), Some(1));
        assert_eq!(resolve("window", &labels(&[("window", false)])), Some(0));
    }
}
