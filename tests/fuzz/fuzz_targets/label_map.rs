//! Reads the input as a picture that may be a label map of streets or facades, and takes the values that it holds for labels.
#![no_main]

use daub_fuzz::document::Kind;
use daub_fuzz::io::import::{Found, LabelSet, Memory, Raw, find};
use daub_fuzz::palette::palette;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let set = |name: &str| LabelSet {
        kind: Kind::Labels(name.to_owned()),
        title: name.to_owned(),
        labels: palette(name).map(|palette| palette.labels()).unwrap_or_default(),
    };
    if let Ok(raw) = Raw::from_bytes(bytes) {
        let sets = [set("cityscapes-35"), set("cmp-facades-12")];
        if let Found::Unknown(mut table) = find(&raw, &sets, true, &Memory::default()) {
            table.choose_set(1, &Memory::default());
            let _ = table.canvas();
        }
        let _ = raw.to_rgb();
    }
});
