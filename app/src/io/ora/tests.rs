//! What the specification asks, and what comes back.

use std::io::{Cursor, Read as _, Write as _};

use image::{Rgba, RgbaImage};
use proptest::prelude::*;
use zip::{CompressionMethod, ZipArchive, ZipWriter, write::SimpleFileOptions};

use super::*;
use crate::document::{Canvas, Kind};
use crate::io::project::Project;

fn project() -> Project {
    let canvas = Canvas::from_pixels(Kind::Labels("cityscapes-35".into()), 12, 8, (0..96).map(|i| i % 35).collect()).unwrap();
    Project::new("Avenue", "street", canvas)
}

fn layer(name: &str, colour: [u8; 4], opacity: f32, visible: bool) -> Layer {
    let picture = RgbaImage::from_pixel(6, 4, Rgba(colour));
    Layer { name: name.to_owned(), left: 2, top: 3, picture, opacity, visible, locked: false }
}

fn file() -> Vec<u8> {
    let layers = [layer("a <&\"> b", [0, 0, 255, 255], 1.0, false), layer(PAINT, [255, 0, 0, 255], 0.5, true)];
    write::write(12, 8, &layers, &project()).unwrap()
}

/// A copy of a file with some entries changed or left out.
fn edited(bytes: &[u8], change: impl Fn(&str, Vec<u8>) -> Option<Vec<u8>>) -> Vec<u8> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index).unwrap();
        let (name, mut content) = (entry.name().unwrap().into_owned(), Vec::new());
        entry.read_to_end(&mut content).unwrap();
        let Some(content) = change(&name, content) else { continue };
        out.start_file(name, SimpleFileOptions::default().compression_method(CompressionMethod::Stored)).unwrap();
        out.write_all(&content).unwrap();
    }
    out.finish().unwrap().into_inner()
}

#[test]
fn the_file_is_laid_out_as_the_specification_says() {
    let bytes = file();
    // The first entry is found at a fixed place, uncompressed: so `file` and desktops know what it is.
    assert_eq!(&bytes[30..38], b"mimetype");
    assert_eq!(&bytes[38..54], b"image/openraster");
    let mut zip = ZipArchive::new(Cursor::new(&bytes)).unwrap();
    let names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
    let expected = [
        "mimetype",
        "stack.xml",
        "data/layer000.png",
        "data/layer001.png",
        "mergedimage.png",
        "Thumbnails/thumbnail.png",
        "daub/project.daub",
        "daub/layers.json",
    ];
    assert_eq!(names, expected);
    let mut xml = String::new();
    zip.by_name("stack.xml").unwrap().read_to_string(&mut xml).unwrap();
    let tree = usvg::roxmltree::Document::parse(&xml).unwrap();
    let layers: Vec<_> = tree.descendants().filter(|node| node.has_tag_name("layer")).collect();
    assert_eq!(layers[0].attribute("name"), Some("a <&\"> b"));
    assert_eq!((layers[0].attribute("visibility"), layers[1].attribute("visibility")), (Some("hidden"), Some("visible")));
    assert_eq!((layers[1].attribute("x"), layers[1].attribute("opacity")), (Some("2"), Some("0.500")));
    let mut merged = Vec::new();
    zip.by_name("mergedimage.png").unwrap().read_to_end(&mut merged).unwrap();
    let merged = image::load_from_memory(&merged).unwrap().to_rgba8();
    assert_eq!(merged.dimensions(), (12, 8));
    assert_eq!((merged.get_pixel(0, 0).0[3], merged.get_pixel(3, 4).0), (0, [255, 0, 0, 128]));
}

#[test]
fn our_own_layers_come_back_and_others_changes_win() {
    assert_eq!(Opened::from_bytes(&file()).unwrap(), Opened::Project(Box::new(project())));
    let green = || {
        let mut png = Cursor::new(Vec::new());
        image::RgbImage::from_pixel(12, 8, image::Rgb([0, 200, 0])).write_to(&mut png, image::ImageFormat::Png).unwrap();
        png.into_inner()
    };
    let picture = |bytes: &[u8]| match Opened::from_bytes(bytes).unwrap() {
        Opened::Picture(picture) => picture,
        Opened::Project(_) => panic!("the layers no longer show this project"),
    };
    // Another program painted on our layer but kept what it did not know.
    let painted = edited(&file(), |name, old| Some(if name == "data/layer001.png" { green() } else { old }));
    let painted = picture(&painted);
    assert_eq!((painted.dimensions(), painted.get_pixel(2, 3).0, painted.get_pixel(0, 0).0), ((12, 8), [0, 200, 0], [255; 3]));
    // A foreign file has its merged image.
    let foreign = edited(&file(), |name, old| {
        (!name.starts_with("daub/") && name != "stack.xml").then(|| if name == "mergedimage.png" { green() } else { old })
    });
    assert_eq!(picture(&foreign).get_pixel(5, 5).0, [0, 200, 0]);
    let empty = edited(&file(), |name, old| (name == "mimetype").then_some(old));
    assert!(Opened::from_bytes(&empty).unwrap_err().to_string().contains("mergedimage.png"));
    assert!(Opened::from_bytes(&project().to_bytes().unwrap()).is_err(), "another zip is none");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn broken_files_end_in_an_error_or_a_picture(flips in prop::collection::vec((any::<usize>(), 0u8..8), 1..5), cut in any::<usize>()) {
        let mut bytes = file();
        let length = bytes.len();
        for (at, bit) in flips {
            bytes[at % length] ^= 1 << bit;
        }
        // Any answer will do, a panic will not.
        drop(Opened::from_bytes(&bytes));
        bytes.truncate(cut % length);
        prop_assert!(Opened::from_bytes(&bytes).is_err());
    }
}
