//! What several tests need.

use std::path::{Path, PathBuf};

use daub_models::checkpoint::safetensors;

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A file under `tests/golden`.
pub(crate) fn golden(name: &str) -> PathBuf {
    root().join("tests/golden").join(name)
}

/// The bundled models.
pub(crate) fn bundled_models() -> PathBuf {
    root().join("assets/models")
}

/// The only tensor of a golden file.
pub(crate) fn golden_values(name: &str) -> Vec<f32> {
    safetensors::File::open(&golden(name)).unwrap().read("output").unwrap().values.to_vec()
}

/// Mean and 99.9th percentile of the absolute differences.
pub(crate) fn differences(a: impl IntoIterator<Item = f32>, b: impl IntoIterator<Item = f32>) -> (f32, f32) {
    let mut all: Vec<f32> = a.into_iter().zip(b).map(|(a, b)| (a - b).abs()).collect();
    all.sort_by(f32::total_cmp);
    let mean = all.iter().map(|&d| f64::from(d)).sum::<f64>() / all.len() as f64;
    (mean as f32, all[(all.len() - 1) * 999 / 1000])
}

/// Whether these programs are there; says aloud what is skipped without them, and fails where nothing may be skipped.
pub(crate) fn skip_unless(what: &str, programs: &[&str]) -> bool {
    let paths: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect();
    let missing: Vec<&&str> = programs.iter().filter(|name| !paths.iter().any(|path| path.join(name).is_file())).collect();
    found_all(what, &missing.iter().map(|name| (**name).to_owned()).collect::<Vec<_>>())
}

/// As [`skip_unless`], with what is missing found out by the caller.
pub(crate) fn found_all(what: &str, missing: &[String]) -> bool {
    if missing.is_empty() {
        return true;
    }
    let required = std::env::var("DAUB_TESTS_REQUIRE_ALL").is_ok_and(|value| value == "1");
    assert!(!required, "{what} cannot be tested: {} missing", missing.join(", "));
    println!("SKIPPED: {what} (missing: {})", missing.join(", "));
    false
}
