//! The starter scenes and recorded drawings that come with the program.

use std::sync::LazyLock;

use crate::document::Kind;
use crate::drawing::Drawing;

macro_rules! drawings {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../assets/scenes/", $name, ".json")))),*]
    };
}

/// Every bundled drawing; of several for one kind the first scene is the starter.
const FILES: &[(&str, &str)] = drawings![
    "street-avenue",
    "street-busy",
    "street-crossing",
    "street-suburb",
    "facade-townhouse",
    "facade-palace",
    "face-front",
    "face-hair",
    "cat-front",
    "cat-round",
    "cat-outline",
    "landscape-lake",
    "play-street",
    "play-facades",
    "play-faces",
    "play-cats",
    "play-photo2vangogh",
    "play-vangogh2photo",
    "play-hed_vgg16",
];

/// The drawings that could be read; a test makes sure that this is all of them.
static DRAWINGS: LazyLock<Vec<Drawing>> = LazyLock::new(|| {
    let parse = |(name, text): &(&str, &str)| {
        Drawing::parse(text).inspect_err(|error| tracing::error!("the bundled drawing {name} is broken: {error:#}")).ok()
    };
    FILES.iter().filter_map(parse).collect()
});

/// Every bundled drawing.
pub fn all() -> &'static [Drawing] {
    &DRAWINGS
}

/// A bundled drawing by name.
pub fn find(name: &str) -> Option<&'static Drawing> {
    DRAWINGS.iter().find(|drawing| drawing.name == name)
}

/// The starter scenes for drawings of a kind.
pub fn of_kind(kind: &Kind) -> impl Iterator<Item = &'static Drawing> + use<'_> {
    DRAWINGS.iter().filter(move |drawing| drawing.scene.is_none() && drawing.kind == *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bundled_drawing_plays() {
        assert_eq!(all().len(), FILES.len());
        for (drawing, (name, _)) in all().iter().zip(FILES) {
            assert_eq!(drawing.name, *name);
            let (start, end) = (drawing.start().unwrap(), drawing.finished().unwrap());
            assert_ne!(start, end, "{name} changes nothing");
            let stamps = crate::stamps::Library::default();
            assert!(drawing.objects.iter().all(|object| stamps.find(&object.stamp).is_some()), "{name} has an unknown stamp");
        }
    }
}
