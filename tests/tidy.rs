//! The rules of the house, as tests.

use std::fs;
use std::path::{Path, PathBuf};

use daub_models::architecture::InputKind;
use daub_models::checkpoint::Weights;
use daub_models::graph::NormStats;
use daub_models::library;
use daub_models::recognise::recognise;

use crate::support::{bundled_models, root};

/// Every file under a folder of the repository with one of these endings.
fn files(folder: &str, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| endings.iter().any(|wanted| ending == *wanted)) {
                found.push(path);
            }
        }
    }
    found
}

/// No file under `folder` may mention any of `words` in its code.
fn forbid(folder: &str, words: &[&str]) {
    for path in files(folder, &["rs"]) {
        let text = fs::read_to_string(&path).unwrap();
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            for word in words {
                assert!(!code.contains(word), "{}:{}: {word} does not belong here", path.display(), number + 1);
            }
        }
    }
}

#[test]
fn layers_import_only_what_they_may() {
    forbid("models/src", &["egui", "wgpu::", "daub_shaders", "daub::"]);
    forbid("shaders/src", &["egui", "burn", "daub::"]);
    forbid("app/src/document", &["egui", "wgpu", "burn", "std::fs", "thread"]);
    forbid("app/src/paint", &["wgpu::", "burn", "std::fs", "thread"]);
    forbid("app/src/stamps", &["egui", "wgpu", "burn", "thread"]);
    forbid("app/src/ui", &["burn", "wgpu::", "std::fs", "thread::"]);
    forbid("app/src/state", &["burn", "wgpu::", "std::fs", "thread::"]);
}

#[test]
fn files_stay_short() {
    for folder in ["app/src", "models/src", "shaders/src", "shaders/wgsl", "tests"] {
        for path in files(folder, &["rs", "wgsl"]) {
            let lines = fs::read_to_string(&path).unwrap().lines().count();
            assert!(lines <= 400, "{} has {lines} lines; perhaps it holds two ideas", path.display());
        }
    }
}

/// The only modules that may hold unsafe code.
const UNSAFE_MODULES: &[&str] = &["models/src/cpu/mod.rs", "shaders/src/adapter.rs", "shaders/src/context.rs"];

#[test]
fn unsafe_code_is_listed() {
    let holders: Vec<String> = ["app", "models", "shaders"]
        .iter()
        .flat_map(|folder| files(&format!("{folder}/src"), &["rs"]))
        .filter(|path| fs::read_to_string(path).unwrap().contains("expect(unsafe_code"))
        .map(|path| path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned())
        .collect();
    let mut unlisted = holders.iter().filter(|holder| !UNSAFE_MODULES.contains(&holder.as_str()));
    assert_eq!(unlisted.next(), None);
    assert_eq!(holders.len(), UNSAFE_MODULES.len(), "a listed module has no unsafe code any more");
}

#[test]
fn the_root_holds_only_what_it_should() {
    let allowed = ["Cargo.toml", "Cargo.lock", "app", "assets", "models", "shaders", "tests", "README.md", "CHANGELOG.md"];
    // What builds and runs leave behind is ignored by git.
    let made = ["target", "daub-demo"];
    for entry in fs::read_dir(root()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let known = allowed.contains(&name.as_str()) || made.contains(&name.as_str());
        assert!(known || name.starts_with('.') || name.starts_with("LICENSE"), "{name} does not belong in the root");
    }
}

#[test]
fn every_weight_file_has_a_complete_card_that_fits_it() {
    let models = library::list(&[bundled_models()]);
    let weights = files("assets/models", &["safetensors"]);
    assert_eq!(models.len(), weights.len());
    let terms = fs::read_to_string(root().join("LICENSE-MODELS.md")).unwrap();
    for (path, model) in models {
        let model = model.unwrap();
        let card = &model.card;
        let name = path.display();
        assert_eq!(card.name, path.file_stem().unwrap().to_str().unwrap());
        let graph = model.graph(NormStats::Image).unwrap();
        Weights::load(&model.weights, &graph).unwrap();
        let infos = daub_models::checkpoint::safetensors::File::open(&model.weights).unwrap().infos();
        assert_eq!(recognise(&infos).unwrap().architecture.family, card.architecture.family, "{name}");
        assert_eq!(infos.len(), graph.parameters().unwrap().len(), "{name}: the file holds tensors that the network lacks");
        let (width, height) = card.size();
        assert_eq!(graph.fitted_size(width, height, card.multiple()), Ok((width, height)), "{name}");
        assert!(card.licence.spdx.is_some() || card.licence.url.is_some(), "{name} needs an SPDX id or a URL");
        assert!(!card.data.is_empty() && !card.training.is_empty() && !card.weaknesses.is_empty(), "{name} is not complete");
        assert_eq!(card.label_set.is_some(), card.architecture.input == InputKind::Labels, "{name}");
        assert!(terms.contains(&card.file), "LICENSE-MODELS.md does not speak of {}", card.file);
    }
}

#[test]
fn prose_and_code_name_no_place_outside_the_repository() {
    let roots = ["app", "models", "shaders", "assets", "tests"];
    let sources = roots.iter().flat_map(|folder| files(folder, &["rs", "wgsl", "md", "toml", "json", "py", "html"]));
    let outside = ["../sha", "/wor", "/roo"].map(str::to_owned);
    let outside: Vec<String> = outside.iter().zip(["red", "k/", "t/"]).map(|(a, b)| format!("{a}{b}")).collect();
    for path in sources.chain(["README.md", "CHANGELOG.md"].map(|name| root().join(name))) {
        let text = fs::read_to_string(&path).unwrap();
        for word in &outside {
            assert!(!text.contains(word), "{} names {word}", path.display());
        }
    }
    assert!(Path::new(&root()).join(".ci/run").is_file());
}
