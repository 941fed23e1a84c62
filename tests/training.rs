//! Training and evaluation by the real binary: from a starting file to a model that paints.

use std::path::Path;
use std::process::{Command, Output};

use image::{GrayImage, Luma, Rgb, RgbImage};
use tempfile::TempDir;

use crate::support::{bundled_models, root};

fn daub(arguments: &[&str], data: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_daub"));
    command.args(arguments).current_dir(root()).env("DAUB_MODELS", bundled_models()).env("DAUB_DATA", data);
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").output().unwrap()
}

fn said(output: &Output) -> String {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    let text = String::from_utf8(text).unwrap();
    assert!(output.status.success(), "{text}");
    text
}

fn refused(output: &Output, words: &[&str]) {
    let message = String::from_utf8(output.stderr.clone()).unwrap();
    assert!(!output.status.success());
    assert_eq!(message.trim_end().lines().count(), 1, "{message}");
    for word in words {
        assert!(message.contains(word), "{word} is not in: {message}");
    }
}

/// A training file for small pairs of shapes, on the processor.
pub(crate) fn prepared() -> TempDir {
    let folder = TempDir::new().unwrap();
    for name in ["labels", "images"] {
        std::fs::create_dir_all(folder.path().join("pairs").join(name)).unwrap();
    }
    for number in 0..4_u32 {
        let is_disc = |x: u32, y: u32| (x as i32 - 8 - number as i32).pow(2) + (y as i32 - 16).pow(2) < 50;
        let map = GrayImage::from_fn(32, 32, |x, y| Luma([u8::from(is_disc(x, y))]));
        map.save(folder.path().join(format!("pairs/labels/{number}.png"))).unwrap();
        let photo = RgbImage::from_fn(32, 32, |x, y| if is_disc(x, y) { Rgb([220, 60, 40]) } else { Rgb([40, 90, 200]) });
        photo.save(folder.path().join(format!("pairs/images/{number}.png"))).unwrap();
    }
    let text = "method = \"pix2pix\"\nname = \"discs\"\ndevice = \"cpu\"\n\
                [data]\nfolder = \"pairs\"\nsize = [32, 32]\n[network]\nwidth = 4\ndepth = 5\ndiscriminator_width = 4\n\
                [schedule]\nsteps = 4\ndecay_steps = 2\n";
    std::fs::write(folder.path().join("discs.toml"), text).unwrap();
    folder
}

#[test]
fn a_starting_file_is_written_once() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("start.toml");
    for method in ["pix2pix", "cyclegan", "pix2pixhd", "gan", "colorize"] {
        let printed = said(&daub(&["train", "init", method], folder.path()));
        assert!(printed.contains(&format!("method = \"{method}\"")), "{printed}");
    }
    said(&daub(&["train", "init", "gan", "--output", path.to_str().unwrap()], folder.path()));
    refused(
        &daub(&["train", "init", "gan", "--output", path.to_str().unwrap()], folder.path()),
        &["start.toml", "not overwritten"],
    );
    refused(&daub(&["train", path.to_str().unwrap()], folder.path()), &["pictures", "no such folder"]);
}

#[test]
fn a_model_is_trained_in_two_pieces_listed_and_used() {
    let folder = prepared();
    let (config, data) = (folder.path().join("discs.toml"), folder.path().join("data"));
    let config = config.to_str().unwrap();
    let first = said(&daub(&["train", config, "--steps", "2"], &data));
    assert!(first.contains("4 pictures at 32x32") && first.contains("done after 2 steps"), "{first}");
    refused(&daub(&["train", config], &data), &["discs"]);
    let second = said(&daub(&["train", config, "--resume"], &data));
    assert!(second.contains("from step 2") && second.contains("done after 6 steps"), "{second}");
    let page = std::fs::read_to_string(folder.path().join("run/report.html")).unwrap();
    assert!(page.contains("6 of 6") && page.contains("data:image/png;base64,"));
    assert!(said(&daub(&["models"], &data)).contains("discs"));
    let (map, out) = (folder.path().join("pairs/labels/0.png"), folder.path().join("out.png"));
    said(&daub(&["generate", "--model", "discs", "--input", map.to_str().unwrap(), "--output", out.to_str().unwrap()], &data));
    assert_eq!(image::image_dimensions(out).unwrap(), (32, 32));
}

#[test]
fn a_gan_is_walked_through() {
    let folder = prepared();
    let (data, path) = (folder.path().join("data"), folder.path().join("walk.toml"));
    let text = "method = \"gan\"\nname = \"blobs\"\ndevice = \"cpu\"\n[data]\nfolder = \"pairs/images\"\nsize = [32, 32]\n\
                [network]\nwidth = 4\ndepth = 3\ncode = 8\ndiscriminator_width = 4\n[schedule]\nsteps = 12\ndecay_steps = 0\nbatch = 2\nrate = 0.02\n";
    std::fs::write(&path, text).unwrap();
    said(&daub(&["train", path.to_str().unwrap()], &data));
    for (name, seeds, frames) in [("walk.gif", "1,2,3", 12), ("walk.webp", "1,2", 8), ("walk", "5,6", 8)] {
        let out = folder.path().join(name);
        let arguments = ["walk", "--model", "blobs", "--seeds", seeds, "--steps", "4", "--output", out.to_str().unwrap()];
        assert!(said(&daub(&arguments, &data)).contains(&format!("{frames} frames 32x32")));
        let film = daub::io::frames::open(&out).unwrap();
        let pictures: Vec<RgbImage> = film.frames.map(|frame| frame.unwrap().picture).collect();
        assert_eq!(pictures.len(), frames);
        assert!(pictures.iter().all(|picture| picture.dimensions() == (32, 32)) && pictures[0] != pictures[4]);
    }
    // The walk passes the very picture of a seed.
    let (first, alone) = (folder.path().join("walk/00001.png"), folder.path().join("five.png"));
    said(&daub(&["generate", "--model", "blobs", "--seed", "5", "--output", alone.to_str().unwrap()], &data));
    assert_eq!(image::open(first).unwrap().to_rgb8(), image::open(alone).unwrap().to_rgb8());
    let refusal = folder.path().join("no.gif");
    refused(&daub(&["walk", "--model", "facades", "--output", refusal.to_str().unwrap()], &data), &["facades", "random code"]);
}

#[test]
fn bad_pictures_are_named_before_the_first_step() {
    let folder = prepared();
    let (config, data) = (folder.path().join("discs.toml"), folder.path().join("data"));
    let config = config.to_str().unwrap();
    std::fs::write(folder.path().join("pairs/images/2.png"), "no picture").unwrap();
    refused(&daub(&["train", config], &data), &["2.png", "data.bad_files"]);
    assert!(!data.join("models/discs.json").exists());
}

#[test]
fn folders_are_compared() {
    let folder = prepared();
    let images = folder.path().join("pairs/images");
    let images = images.to_str().unwrap();
    let table = said(&daub(&["evaluate", images, images, "--no-features", "--each"], folder.path()));
    assert!(table.contains("4 pairs") && table.contains("SSIM"), "{table}");
    let report = daub(&["evaluate", images, images, "--json"], folder.path());
    let report: serde_json::Value = serde_json::from_slice(&report.stdout).unwrap();
    assert!(report["figures"]["vgg16_distance"].as_f64().unwrap() < 1e-6);
    assert!(report["figures"]["vgg16_frechet_distance"].as_f64().unwrap() < 1e-3);
    assert!(report["names"]["vgg16_frechet_distance"].as_str().unwrap().contains("not comparable with Inception FID"));
}
