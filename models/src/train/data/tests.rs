use std::path::Path;

use image::{GrayImage, Luma, Rgb, RgbImage};

use super::loader::Loader;
use super::*;
use crate::train::{Direction, Fit};

fn colours(seed: u32, side: u32) -> RgbImage {
    RgbImage::from_fn(side, side, |x, y| Rgb([(x * 5 + seed * 31) as u8, (y * 7 + seed) as u8, (x * y) as u8]))
}

/// Pairs of a label map and a photograph.
fn labelled(count: u32) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["labels", "images"] {
        std::fs::create_dir(folder.path().join(name)).unwrap();
    }
    for number in 1..=count {
        let map = GrayImage::from_fn(40, 40, |x, _| Luma([(x / 14) as u8]));
        map.save(folder.path().join(format!("labels/{number}.png"))).unwrap();
        colours(number, 40).save(folder.path().join(format!("images/{number}.png"))).unwrap();
    }
    folder
}

fn config(method: Method, folder: &Path) -> Config {
    let mut config = Config::new(method);
    config.data.folder = folder.to_owned();
    config.data.size = [32, 32];
    config.schedule.batch = 3;
    config
}

fn open(config: &Config) -> Result<Dataset, TrainError> {
    Dataset::open(config, &config.data.folder, &[], &|_, _| true)
}

fn message(config: &Config) -> String {
    open(config).map(drop).unwrap_err().to_string()
}

fn assert_has(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(word), "{word} is not in: {text}");
    }
}

#[test]
fn labels_are_counted_and_follow_the_picture() {
    let folder = labelled(5);
    let mut config = config(Method::Pix2pix, folder.path());
    let dataset = open(&config).unwrap();
    let info = dataset.info();
    assert_eq!((info.input, info.labels.len(), info.count, info.width), (InputKind::Labels, 3, 5, 32));
    assert!(info.labels.iter().all(|label| label.trained));
    config.augment.jitter = 0.0;
    config.augment.zoom = 1.0;
    // With nothing but mirroring, the first column is of label 0 or mirrored.
    for step in 0..6 {
        for pair in open(&config).unwrap().batch(step).unwrap().pairs {
            let labels = pair.input.labels.unwrap();
            assert_eq!((pair.target.rgb.len(), labels.len()), (3 * 32 * 32, 32 * 32));
            assert_eq!(labels[0] > labels[31], labels[0] == 2);
        }
    }
}

#[test]
fn batches_are_the_same_on_any_number_of_threads_and_after_a_restart() {
    let folder = labelled(7);
    let mut config = config(Method::Pix2pix, folder.path());
    config.augment.jitter = 0.2;
    // Some samples fit into memory and some are read again; that must not matter.
    let mut all = Vec::new();
    for (threads, cache_mib) in [(1, 0), (2, 1024), (5, 0)] {
        config.data.cache_mib = cache_mib;
        let dataset = Arc::new(open(&config).unwrap());
        let mut loader = Loader::start(dataset, 0, threads).unwrap();
        all.push((0..12).map(|_| loader.next_batch().unwrap()).collect::<Vec<_>>());
    }
    assert_eq!(all[0], all[1]);
    assert_eq!(all[0], all[2]);
    let mut resumed = Loader::start(Arc::new(open(&config).unwrap()), 8, 3).unwrap();
    (8..12).for_each(|step| assert_eq!(resumed.next_batch().unwrap(), all[0][step]));
    assert_ne!(all[0][0].pairs[0], all[0][1].pairs[0]);
}

#[test]
fn bad_files_are_named_refused_or_skipped() {
    let folder = labelled(4);
    std::fs::write(folder.path().join("images/2.png"), "no picture").unwrap();
    let mut config = config(Method::Pix2pix, folder.path());
    assert_has(&message(&config), &["2.png", "data.bad_files"]);
    GrayImage::from_pixel(40, 40, Luma([9])).save(folder.path().join("labels/3.png")).unwrap();
    config.data.classes = 4;
    assert_has(&message(&config), &["2.png", "1 more"]);
    config.data.bad_files = BadFiles::Skip;
    let dataset = open(&config).unwrap();
    assert_eq!((dataset.info().count, dataset.skipped.len(), dataset.classes()), (2, 2, 4));
    assert_has(&dataset.skipped[1].to_string(), &["3.png", "label 9 at column 0, row 0", "0 to 3"]);
    assert!(!dataset.info().labels[3].trained, "no map holds label 3");
    for number in [1, 4] {
        colours(number, 20).save(folder.path().join(format!("images/{number}.png"))).unwrap();
    }
    assert_has(&message(&config), &["none of the files", "20x20", "40x40"]);
}

#[test]
fn files_without_a_partner_are_named() {
    let folder = labelled(3);
    std::fs::remove_file(folder.path().join("images/2.png")).unwrap();
    assert_has(&message(&config(Method::Pix2pix, folder.path())), &["2.png", "no partner"]);
}

#[test]
fn missing_and_unsuitable_folders_are_named() {
    let folder = tempfile::tempdir().unwrap();
    assert_has(&message(&config(Method::Pix2pix, &folder.path().join("nowhere"))), &["nowhere", "no such folder"]);
    for method in [Method::Gan, Method::Pix2pix, Method::Pix2pixhd, Method::Colorize] {
        let said = message(&config(method, folder.path()));
        assert_has(&said, &[&folder.path().display().to_string()]);
    }
    assert_has(&message(&config(Method::Gan, folder.path())), &["no pictures"]);
    assert_has(&message(&config(Method::Cyclegan, folder.path())), &["trainA and trainB"]);
    let folder = labelled(2);
    let mut wrong = config(Method::Pix2pix, folder.path());
    wrong.data.label_set = "unknown".to_owned();
    assert_has(&message(&wrong), &["unknown", "cityscapes-35"]);
}

#[test]
fn a_picture_that_claims_to_be_huge_takes_no_memory() {
    let folder = labelled(2);
    let mut chunk = b"IHDR".to_vec();
    chunk.extend([60_000_u32.to_be_bytes(), 60_000_u32.to_be_bytes()].concat());
    chunk.extend([8, 2, 0, 0, 0]);
    let crc = chunk.iter().fold(!0_u32, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
    });
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
    bytes.extend(chunk);
    bytes.extend((!crc).to_be_bytes());
    // An empty first piece of data, which ends the header.
    bytes.extend(b"\0\0\0\0IDAT\x35\xaf\x06\x1e");
    std::fs::write(folder.path().join("images/1.png"), bytes).unwrap();
    assert_has(&message(&config(Method::Pix2pix, folder.path())), &["1.png", "60000x60000"]);
}

#[test]
fn side_by_side_files_are_cut_in_the_middle() {
    let folder = tempfile::tempdir().unwrap();
    let both = RgbImage::from_fn(80, 40, |x, _| Rgb([if x < 40 { 0 } else { 255 }; 3]));
    both.save(folder.path().join("1.png")).unwrap();
    let mut config = config(Method::Pix2pix, folder.path());
    let first = |config: &Config| open(config).unwrap().batch(0).unwrap().pairs.remove(0);
    let pair = first(&config);
    assert_eq!((pair.input.rgb.unwrap()[0], pair.target.rgb[0] > 0.99), (0, true));
    config.data.direction = Direction::BToA;
    let pair = first(&config);
    assert_eq!((pair.input.rgb.unwrap()[0], pair.target.rgb[0] < -0.99), (255, true));
    RgbImage::new(81, 40).save(folder.path().join("2.png")).unwrap();
    assert_has(&message(&config), &["2.png", "even width"]);
}

#[test]
fn two_collections_need_not_be_equally_large() {
    let folder = tempfile::tempdir().unwrap();
    for (name, count) in [("trainA", 3), ("trainB", 5)] {
        std::fs::create_dir(folder.path().join(name)).unwrap();
        (0..count).for_each(|number| colours(number, 36).save(folder.path().join(format!("{name}/{number}.png"))).unwrap());
    }
    let dataset = open(&config(Method::Cyclegan, folder.path())).unwrap();
    assert_eq!(dataset.info().count, 5);
    let batch = dataset.batch(4).unwrap();
    assert_eq!((batch.unpaired.0.len(), batch.unpaired.1.len(), batch.pairs.len()), (3, 3, 0));
}

#[test]
fn photographs_become_pairs_for_enhancement_and_colouring() {
    let folder = tempfile::tempdir().unwrap();
    (0..2).for_each(|number| colours(number, 50).save(folder.path().join(format!("{number}.jpg"))).unwrap());
    let mut enhance = config(Method::Pix2pixhd, folder.path());
    enhance.data.input = Source::Degraded;
    enhance.data.fit = Fit::Stretch;
    let pair = open(&enhance).unwrap().batch(1).unwrap().pairs.remove(0);
    let target: Vec<f32> = pair.target.rgb.to_vec();
    let input: Vec<f32> = (0..3)
        .flat_map(|c| pair.input.rgb.as_ref().unwrap().iter().skip(c).step_by(3).map(|&v| symmetric(v)).collect::<Vec<_>>())
        .collect();
    assert_ne!(input, target);
    let colour = config(Method::Colorize, folder.path());
    let dataset = open(&colour).unwrap();
    assert_eq!(dataset.info().input, InputKind::Lightness);
    let pair = dataset.batch(0).unwrap().pairs.remove(0);
    assert_eq!(symmetric(pair.input.rgb.unwrap()[0]).to_bits(), pair.target.rgb[0].to_bits());
}

#[test]
fn photographs_become_sketches() {
    let folder = tempfile::tempdir().unwrap();
    let disc =
        RgbImage::from_fn(64, 64, |x, y| Rgb([if (x as i32 - 32).pow(2) + (y as i32 - 32).pow(2) < 400 { 230 } else { 40 }; 3]));
    disc.save(folder.path().join("disc.png")).unwrap();
    let mut config = config(Method::Pix2pix, folder.path());
    config.data.input = Source::Sketch;
    config.data.size = [64, 64];
    config.augment.zoom = 1.0;
    let models = [Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/models")];
    let dataset = Dataset::open(&config, folder.path(), &models, &|_, _| true).unwrap();
    assert!(dataset.info().sketches);
    let sketch = dataset.fixed(1).unwrap().pairs.remove(0).input.rgb.unwrap();
    let black: Vec<(i32, i32)> =
        (0..64 * 64).filter(|at| sketch[at * 3] == 0).map(|at| (at as i32 % 64 - 32, at as i32 / 64 - 32)).collect();
    assert!((40..500).contains(&black.len()), "{} black pixels", black.len());
    let on_rim = black.iter().filter(|(x, y)| (14.0..26.0).contains(&f64::from(x * x + y * y).sqrt())).count();
    assert!(on_rim * 10 > black.len() * 8, "{on_rim} of {} are on the rim", black.len());
    let missing = Dataset::open(&config, folder.path(), &[], &|_, _| true).map(drop).unwrap_err().to_string();
    assert_has(&missing, &[EDGE_WEIGHTS]);
}
