//! The real binary on the command line: good input, and every bad one with one clear line.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use daub_models::executor::level;
use daub_models::graph::Range;
use tempfile::TempDir;

use crate::support::{bundled_models, differences, golden, root};

fn daub(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_daub"));
    command.args(arguments).current_dir(root()).env("DAUB_MODELS", bundled_models());
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").output().unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Runs a command that must fail with one line that holds every one of `words`.
fn refused(arguments: &[&str], words: &[&str]) {
    let output = daub(arguments);
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success(), "{arguments:?} should have failed");
    assert_eq!(message.trim_end().lines().count(), 1, "{arguments:?} should say one line, not {message}");
    for word in words {
        assert!(message.contains(word), "{arguments:?} should speak of {word}: {message}");
    }
}

fn generate(model: &str, input: &Path, output: &Path) -> Vec<String> {
    ["generate", "--model", model, "--input", text(input), "--output", text(output)].map(ToOwned::to_owned).to_vec()
}

/// A generate command that must fail; the old output stays as it was.
fn generate_refused(model: &str, input: &Path, words: &[&str]) {
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("out.png");
    std::fs::write(&output, "precious").unwrap();
    let arguments = generate(model, input, &output);
    refused(&arguments.iter().map(String::as_str).collect::<Vec<_>>(), words);
    assert_eq!(std::fs::read_to_string(&output).unwrap(), "precious", "the old file was overwritten");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "a temporary file was left");
}

fn file(folder: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// The start of a PNG that claims a size.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut chunk = b"IHDR".to_vec();
    chunk.extend(width.to_be_bytes());
    chunk.extend(height.to_be_bytes());
    chunk.extend([8, 0, 0, 0, 0]);
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
    bytes.extend(&chunk);
    bytes.extend(crc32(&chunk).to_be_bytes());
    // The first pixels of a stream that never ends.
    bytes.extend(b"\0\0\x10\0IDAT\x78\x9c");
    bytes
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes
        .iter()
        .fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |c, _| if c & 1 == 1 { c >> 1 ^ 0xedb8_8320 } else { c >> 1 }))
}

#[test]
fn generate_paints_pytorchs_picture_and_reports() {
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("face.png");
    let mut arguments = generate("faces", &golden("face_input.png"), &output);
    arguments.push("--json".into());
    let run = daub(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let report: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!((report["width"].as_u64(), report["height"].as_u64()), (Some(256), Some(256)));
    assert!(report["milliseconds"].as_f64().unwrap() > 0.0);
    let bytes = |path: &Path| image::open(path).unwrap().to_rgb8().into_raw().into_iter().map(f32::from);
    let (mean, p999) = differences(bytes(&output), bytes(&golden("face_expected.png")));
    assert!(mean <= 0.1 && p999 <= 1.0, "{mean} {p999}");
}

#[test]
fn any_size_works() {
    let folder = TempDir::new().unwrap();
    let odd = folder.path().join("odd.png");
    image::open(golden("face_input.png")).unwrap().crop_imm(0, 0, 61, 37).save(&odd).unwrap();
    let size = |name: &str, model: &str, input: &Path, more: &[&str]| {
        let output = folder.path().join(name);
        let arguments = generate(model, input, &output);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).chain(more.iter().copied()).collect();
        let run = daub(&arguments);
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        image::image_dimensions(&output).unwrap()
    };
    assert_eq!(size("own.png", "faces", &odd, &[]), (61, 37));
    assert_eq!(size("given.jpg", "faces", &odd, &["--size", "45x70"]), (45, 70));
    assert_eq!(size("one.webp", "photo2vangogh", &golden("vangogh_input.png"), &["--size", "1x1"]), (1, 1));
    assert_eq!(size("unet.png", "cats", &golden("cat_input.png"), &["--size", "200x30"]), (200, 30));
}

#[test]
fn bad_inputs_are_refused_in_one_line() {
    let folder = TempDir::new().unwrap();
    let whole = std::fs::read(golden("street_input.png")).unwrap();
    generate_refused("street", &golden("cat_input.png"), &["label 255", "0 to 34"]);
    generate_refused("street", &golden("street_expected.png"), &["street_expected.png", "no label map"]);
    generate_refused("street", &file(&folder, "empty.png", b""), &["empty.png"]);
    generate_refused("cats", &file(&folder, "empty2.png", b""), &["empty2.png"]);
    generate_refused("street", &file(&folder, "cut.png", &whole[..whole.len() / 2]), &["cut.png"]);
    generate_refused("cats", &file(&folder, "cut2.png", &whole[..whole.len() / 2]), &["cut2.png"]);
    generate_refused("street", &file(&folder, "huge.png", &png_header(60_000, 60_000)), &["huge.png", "60000x60000"]);
    generate_refused("cats", &file(&folder, "huge2.png", &png_header(60_000, 60_000)), &["huge2.png", "60000x60000"]);
    generate_refused("street", &folder.path().join("nothing.png"), &["nothing.png"]);
    generate_refused("giraffe", &golden("street_input.png"), &["giraffe", "street"]);
    generate_refused(text(&file(&folder, "bad.safetensors", b"xx")), &golden("street_input.png"), &["bad.safetensors"]);
    let lost = folder.path().join("nowhere/out.png");
    let arguments = generate("street", &golden("street_input.png"), &lost);
    refused(&arguments.iter().map(String::as_str).collect::<Vec<_>>(), &["out.png", "no folder"]);
    let ending = folder.path().join("out.tiff");
    let arguments = generate("facades", &golden("facade_input.png"), &ending);
    refused(&arguments.iter().map(String::as_str).collect::<Vec<_>>(), &["out.tiff", ".png"]);
    assert!(!ending.exists());
}

/// A picture whose header asks for 10 GB is refused before memory is taken.
#[cfg(target_os = "linux")]
#[test]
fn bad_inputs_take_little_memory() {
    let folder = TempDir::new().unwrap();
    let huge = file(&folder, "huge.png", &png_header(60_000, 60_000));
    let arguments = generate("street", &huge, &folder.path().join("out.png"));
    // The shell's limit of 1 GiB of address space would abort a larger allocation, which is no one-line error.
    let line = format!("ulimit -v 1048576; exec \"$0\" {}", arguments.join(" "));
    let run = Command::new("sh").args(["-c", &line, env!("CARGO_BIN_EXE_daub")]).current_dir(root()).output().unwrap();
    let message = String::from_utf8_lossy(&run.stderr);
    assert_eq!(run.status.code(), Some(1), "{message}");
    assert!(message.contains("60000x60000"), "{message}");
}

#[test]
fn models_and_inspect_tell_what_there_is() {
    let cards: Vec<serde_json::Value> = serde_json::from_slice(&daub(&["models", "--json"]).stdout).unwrap();
    let names: Vec<&str> = cards.iter().filter_map(|card| card["name"].as_str()).collect();
    assert_eq!(names, ["cats", "facades", "facades_hd", "faces", "hed_vgg16", "photo2vangogh", "street", "vangogh2photo"]);
    let report: serde_json::Value =
        serde_json::from_slice(&daub(&["inspect", "street", "--size", "512x256", "--json"]).stdout).unwrap();
    assert_eq!(report["parameters"].as_u64(), Some(11_455_875));
    assert_eq!(report["architecture"]["family"], "pix2pixhd_global");
    let multiply_adds = report["multiply_adds"].as_f64().unwrap() / 1e9;
    assert!((multiply_adds - 33.0).abs() < 0.5, "{multiply_adds}");
}

#[test]
fn a_drawing_is_replayed_with_a_picture_after_every_stroke() {
    let folder = TempDir::new().unwrap();
    let drawing = file(
        &folder,
        "two.json",
        br#"{"format": 1, "name": "two", "title": {"en": "Two", "zh": "x"}, "kind": "cmp-facades-12", "model": "facades",
             "width": 64, "height": 48, "background": 1, "strokes": [
             {"at_ms": 0, "tool": "rectangle", "ink": 2, "points": [[10, 10], [30, 30]]},
             {"at_ms": 500, "tool": "brush", "ink": 3, "radius_px": 3, "points": [[40, 5], [40, 40]]}]}"#,
    );
    let output = folder.path().join("played");
    let run = daub(&["replay", text(&drawing), "--output", text(&output)]);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let map = daub::io::pictures::read_labels(&output.join("labels.png")).unwrap();
    assert_eq!((map.ids[20 * 64 + 20], map.ids[20 * 64 + 40], map.ids[0]), (2, 3, 1));
    let pictures: Vec<_> = (0..3).map(|i| std::fs::read(output.join(format!("picture-{i:02}.png"))).unwrap()).collect();
    assert!(pictures[0] != pictures[1] && pictures[1] != pictures[2]);
    assert_eq!(image::image_dimensions(output.join("drawing.gif")).unwrap(), (128, 48));
    assert_eq!(std::fs::read_to_string(output.join("latency.csv")).unwrap().lines().count(), 4);
    refused(&["replay", text(&drawing), "--output", text(&output), "--model", "cats"], &["cats"]);
    refused(&["replay", "nothing-such", "--output", text(&output)], &["nothing-such"]);
}

/// The float32 values of a NumPy file of version 1.
fn npy_values(path: &Path) -> Vec<f32> {
    let bytes = std::fs::read(path).unwrap();
    let header = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    bytes[10 + header..].as_chunks().0.iter().map(|chunk| f32::from_le_bytes(*chunk)).collect()
}

#[test]
fn an_official_checkpoint_opens_paints_and_converts() {
    let folder = TempDir::new().unwrap();
    let case = root().join("tests/golden/official/c04_resnet9_instance");
    let weights = case.join("latest_net_G.pth");
    let (output, bundle) = (folder.path().join("out.png"), folder.path().join("bundle.safetensors"));
    let converted = daub(&["convert", text(&weights), text(&bundle)]);
    assert!(converted.status.success(), "{}", String::from_utf8_lossy(&converted.stderr));
    assert!(bundle.with_extension("json").is_file(), "a bundle has a card");
    for model in [&weights, &bundle] {
        let arguments = generate(text(model), &case.join("input.png"), &output);
        let run = daub(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        let painted = image::open(&output).unwrap().to_rgb8();
        let expected = npy_values(&case.join("expected.npy"));
        let pixels = expected.len() / 3;
        let expected = (0..pixels)
            .flat_map(|at| [0, 1, 2].map(|channel| f32::from(level(expected[channel * pixels + at], Range::Symmetric))));
        let (mean, p999) = differences(painted.into_raw().into_iter().map(f32::from), expected);
        assert!(mean <= 1.0 && p999 <= 4.0, "{mean} {p999}");
    }
    let report: serde_json::Value = serde_json::from_slice(&daub(&["inspect", text(&weights), "--json"]).stdout).unwrap();
    assert_eq!(report["architecture"]["family"], "resnet");
    assert!(!report["reasons"].as_array().unwrap().is_empty());
}
