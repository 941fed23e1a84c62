//! What fuzzing kept of drawings, and the seeds that it began with, once more: each is read or refused, and nothing panics.

use std::path::PathBuf;

use daub::document::{Kind, Placement, Rect};
use daub::drawing::Drawing;
use daub::io::import::{Found, LabelSet, Memory, Raw, find};
use daub::io::ora::Opened;
use daub::io::project::Project;
use daub::stamps::Stamp;
use daub_models::palette::palette;

use crate::support::root;

/// Every file that is kept for a target of `tests/fuzz`, with its name.
fn corpus(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = root().join("tests/fuzz/corpus").join(target);
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files: Vec<_> = files.map(|path| (path.clone(), std::fs::read(path).unwrap())).collect();
    assert!(files.len() >= 4, "only {} files were found for {target}", files.len());
    files
}

/// How many files of a target could be read; a refusal is one short line.
fn read(target: &str, read: impl Fn(&[u8]) -> Result<(), String>) -> usize {
    let mut good = 0;
    for (path, bytes) in corpus(target) {
        match read(&bytes) {
            Ok(()) => good += 1,
            Err(said) => assert!(said.len() < 600, "{}: {said}", path.display()),
        }
    }
    good
}

fn said(error: impl Into<anyhow::Error>) -> String {
    format!("{:#}", error.into())
}

#[test]
fn the_kept_corpus_of_drawings_is_harmless() {
    let projects = read("project", |bytes| {
        let project = Project::from_bytes(bytes).map_err(said)?;
        for candidate in project.candidates.iter() {
            let _read_or_refused = (candidate.project(), candidate.photograph());
        }
        Ok(())
    });
    let layered = read("ora", |bytes| Opened::from_bytes(bytes).map(drop).map_err(said));
    let set = |name: &str| {
        let labels = palette(name).unwrap().labels();
        LabelSet { kind: Kind::Labels(name.to_owned()), title: name.to_owned(), labels }
    };
    let sets = [set("cityscapes-35"), set("cmp-facades-12")];
    let maps = read("label_map", |bytes| {
        let raw = Raw::from_bytes(bytes).map_err(said)?;
        if let Found::Unknown(mut table) = find(&raw, &sets, true, &Memory::default()) {
            table.choose_set(1, &Memory::default());
            let _canvas = table.canvas();
        }
        let _picture = raw.to_rgb();
        Ok(())
    });
    let text = |bytes: &[u8]| std::str::from_utf8(bytes).map(str::to_owned).map_err(|error| error.to_string());
    let drawings = read("drawing", |bytes| {
        let drawing = Drawing::parse(&text(bytes)?).map_err(said)?;
        drawing.finished().map(drop).map_err(said)
    });
    let stamps = read("stamp", |bytes| {
        let stamp = Stamp::parse(&text(bytes)?, "stamp").map_err(said)?;
        let _silhouette = stamp.silhouette(&Placement::upright([40.0, 60.0], 50.0), Rect::from_size(80, 64));
        Ok(())
    });
    let good = [projects, layered, maps, drawings, stamps];
    assert!(good.iter().all(|good| *good >= 2), "too few of the seeds are read: {good:?}");
}
