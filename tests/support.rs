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
