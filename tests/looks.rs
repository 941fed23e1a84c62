//! Looks of objects and codes of pictures through the real binary, held against PyTorch.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use daub_models::executor::level;
use daub_models::graph::Range;
use daub_models::npy::read_array;
use tempfile::TempDir;

use crate::support::{bundled_models, differences, golden, root};

/// `daub generate` for a case of the official checkpoints.
fn paint(case: &str, instances: bool, output: &Path, more: &[&str]) -> Output {
    let folder = golden("official").join(case);
    let mut command = Command::new(env!("CARGO_BIN_EXE_daub"));
    command.current_dir(root()).env("DAUB_MODELS", bundled_models());
    command.args(["generate", "--device", "cpu", "--model"]).arg(folder.join("latest_net_G.pth"));
    command.arg("--input").arg(folder.join("input.png")).arg("--output").arg(output).args(more);
    if instances {
        command.arg("--instances").arg(folder.join("instance.png"));
    }
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").output().unwrap()
}

fn painted(case: &str, output: &Path, more: &[&str]) -> Vec<u8> {
    let run = paint(case, true, output, more);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    image::open(output).unwrap().to_rgb8().into_raw()
}

/// Mean and 99.9th percentile of the differences from PyTorch's picture, in levels.
fn from_pytorch(case: &str, rgb: &[u8]) -> (f32, f32) {
    let (shape, values) = read_array(&golden("official").join(case).join("expected.npy")).unwrap();
    let pixels = shape[1] * shape[2];
    let expected =
        (0..pixels).flat_map(|at| [0, 1, 2].map(|plane| f32::from(level(values[plane * pixels + at], Range::Symmetric))));
    differences(rgb.iter().map(|value| f32::from(*value)), expected)
}

fn photo(case: &str) -> String {
    golden("official").join(case).join("style.png").to_str().unwrap().to_owned()
}

#[test]
fn the_style_of_a_photograph_gives_pytorchs_pictures() {
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("out.png");
    for case in ["hd_global_features", "spade_coco_vae_half"] {
        let (mean, p999) = from_pytorch(case, &painted(case, &output, &["--style-photo", &photo(case)]));
        println!("{case} with the encoder's style: mean {mean:.4}, 99.9th percentile {p999} levels");
        assert!(mean <= 1.0 && p999 <= 4.0, "{case}: {mean} {p999}");
        let (other, _) = from_pytorch(case, &painted(case, &output, &[]));
        assert!(other > 3.0, "{case} looks the same without the photograph: {other}");
    }
}

#[test]
fn looks_and_codes_follow_their_arguments_and_nothing_else() {
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("out.png");
    // The case's own things are of classes without usual looks; here two of them are cars.
    let mut instances = image::open(golden("official/hd_global_features/instance.png")).unwrap().to_luma16();
    for id in instances.iter_mut().filter(|id| matches!(**id, 31_001 | 33_000)) {
        *id = 26_000 + *id % 1000;
    }
    let things = folder.path().join("things.png");
    instances.save(&things).unwrap();
    let features = |more: &[&str]| {
        let more = [&["--instances", things.to_str().unwrap()], more].concat();
        let run = paint("hd_global_features", false, &output, &more);
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        image::open(&output).unwrap().to_rgb8().into_raw()
    };
    assert_eq!(features(&[]), features(&[]));
    // Some seeds draw the same looks as none.
    let plain = features(&[]);
    assert!((1..8).any(|seed| features(&["--code-seed", &seed.to_string()]) != plain));
    let object = 26_001;
    let look = |number: u32| format!("{object}={number}");
    assert_ne!(features(&["--look", &look(0)]), features(&["--look", &look(1)]));
    assert_eq!(features(&["--look", &look(1)]), features(&["--look", &look(1)]));
    let codes = |more: &[&str]| painted("spade_coco_vae_half", &output, more);
    assert_eq!(codes(&["--code-seed", "3"]), codes(&["--code-seed", "3"]));
    assert_ne!(codes(&["--code-seed", "3"]), codes(&["--code-seed", "4"]));
    let around = photo("spade_coco_vae_half");
    assert_ne!(codes(&["--style-photo", &around]), codes(&["--style-photo", &around, "--code-seed", "4"]));
}

#[test]
fn wishes_that_a_model_cannot_follow_are_said_in_one_line() {
    let folder = TempDir::new().unwrap();
    let output: PathBuf = folder.path().join("out.png");
    let refused = |case: &str, more: &[&str], words: &str| {
        let run = paint(case, true, &output, more);
        let said = String::from_utf8(run.stderr).unwrap();
        assert!(!run.status.success() && said.trim_end().lines().count() == 1 && said.contains(words), "{said}");
        assert!(!output.exists());
    };
    refused("hd_local_edges", &["--look", "7=0"], "reads no object styles");
    refused("hd_global_features", &["--look", "34999=0"], "no object 34999");
    refused("hd_local_edges", &["--style-photo", &photo("hd_global_features")], "one style only");
    refused("hd_local_features", &["--style-photo", &photo("hd_global_features")], "which is not there");
    refused("hd_global_features", &["--style-photo", "nothing.png"], "nothing.png");
    // Arguments that change nothing are pointed out, and the picture is painted.
    let instances = golden("official/hd_local_edges/instance.png");
    refused("hd_local_edges", &["--seed", "1"], "--seed means nothing");
    let run = paint("hd_global_batch_legacy", false, &output, &["--instances", instances.to_str().unwrap()]);
    let said = String::from_utf8(run.stderr).unwrap();
    assert!(run.status.success() && output.is_file(), "{said}");
    assert!(said.trim_end().lines().count() == 1 && said.contains("--instances is not used"), "{said}");
}

/// A bundle takes its encoder and its typical styles along: the same looks and the same pictures as the official files.
#[test]
fn a_converted_model_still_offers_looks() {
    let folder = TempDir::new().unwrap();
    for case in ["hd_global_features", "spade_coco_vae_half"] {
        let original = golden("official").join(case).join("latest_net_G.pth");
        let weights = folder.path().join(format!("{case}.safetensors"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_daub"));
        let run = command.arg("convert").arg(&original).arg(&weights).current_dir(root()).output().unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        let before = paint_by(&original, case, &folder.path().join("before.png"));
        assert_eq!(paint_by(&weights, case, &folder.path().join("after.png")), before, "{case}");
    }
    let (encoder, clusters) = daub_models::features::companions(&folder.path().join("hd_global_features.safetensors"));
    assert!(encoder.is_some());
    let official = golden("official/hd_global_features/features_clustered_010.npy");
    let read = |path: &Path| daub_models::features::Clusters::read(path).unwrap();
    assert_eq!(read(&clusters.unwrap()), read(&official));
}

fn paint_by(weights: &Path, case: &str, output: &Path) -> Vec<u8> {
    let folder = golden("official").join(case);
    let mut command = Command::new(env!("CARGO_BIN_EXE_daub"));
    command.current_dir(root()).args(["generate", "--device", "cpu", "--model"]).arg(weights).arg("--output").arg(output);
    command.arg("--input").arg(folder.join("input.png")).arg("--instances").arg(folder.join("instance.png"));
    let run = command.arg("--style-photo").arg(folder.join("style.png")).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    image::open(output).unwrap().to_rgb8().into_raw()
}
