//! Which files simply open, and what is asked about the others.

use image::RgbImage;

use super::*;
use crate::io::pictures::encode_labels;

fn set(name: &str) -> LabelSet {
    let labels = daub_models::palette::palette(name).unwrap().labels();
    LabelSet { kind: Kind::from(name.to_owned()), title: name.to_owned(), labels }
}

fn street() -> Vec<LabelSet> {
    vec![set("cityscapes-35"), set("cmp-facades-12"), set("ade20k-151")]
}

const ROAD: [u8; 3] = [128, 64, 128];
const CAR: [u8; 3] = [0, 0, 142];
const SKY: [u8; 3] = [70, 130, 180];

fn stripes(colours: &[[u8; 3]]) -> RgbImage {
    RgbImage::from_fn(60, 30, |x, _| image::Rgb(colours[x as usize * colours.len() / 60]))
}

fn png(picture: &RgbImage) -> Vec<u8> {
    crate::io::pictures::encode_rgb(std::path::Path::new("a.png"), 60, 30, picture.as_raw()).unwrap()
}

fn labels(found: Found) -> Vec<Ink> {
    let Found::Labels(canvas) = found else { panic!("it should simply open: {found:?}") };
    [0, 20, 40].map(|x| canvas.get(x, 5).unwrap()).to_vec()
}

fn look(bytes: &[u8], sets: &[LabelSet]) -> Found {
    find(&Raw::from_bytes(bytes).unwrap(), sets, true, &Memory::default())
}

#[test]
fn colours_of_the_set_and_of_another_set_simply_open() {
    let cityscapes = png(&stripes(&[ROAD, CAR, SKY]));
    assert_eq!(labels(look(&cityscapes, &street())), [7, 26, 23]);
    let Found::Labels(canvas) = look(&cityscapes, &[set("cmp-facades-12"), set("cityscapes-35")]) else { panic!() };
    assert_eq!(*canvas.kind(), Kind::from("cityscapes-35".to_owned()));
    // Where sketches are painted, colours still speak for themselves, and black on white does not.
    let sketching = |picture: &RgbImage| find(&Raw::from_rgb(picture), &street(), false, &Memory::default());
    assert!(matches!(sketching(&stripes(&[ROAD, CAR, SKY])), Found::Labels(_)));
    assert_eq!(sketching(&stripes(&[[0; 3], [255; 3]])), Found::Photograph);
}

#[test]
fn gray_of_any_depth_can_be_a_picture() {
    let raw = Raw { width: 2, height: 1, ids: Some(vec![0, 1]), colours: None, white: 1 };
    assert_eq!(raw.to_rgb().into_raw(), [0, 0, 0, 255, 255, 255]);
}

#[test]
fn ids_open_in_gray_in_palettes_and_as_instances() {
    let ids: Vec<u8> = (0..1800).map(|at| [7, 26, 23][at % 60 / 20]).collect();
    let colours: Vec<[u8; 3]> = street()[0].labels.iter().map(|label| label.color).collect();
    // With the colours of the set, and with any others.
    for palette in [colours, (0..35).map(|i| [i * 7, 255 - i, 3]).collect()] {
        assert_eq!(labels(look(&encode_labels(60, 30, &ids, &palette).unwrap(), &street())), [7, 26, 23]);
    }
    let gray = stripes(&[[7; 3], [26; 3], [23; 3]]);
    assert_eq!(labels(look(&png(&gray), &street())), [7, 26, 23]);
    let instances = [7, 26_003, 23].repeat(20);
    let raw = Raw { width: 60, height: 1, ids: Some(instances), colours: None, white: 65_535 };
    let Found::Labels(canvas) = find(&raw, &street(), true, &Memory::default()) else { panic!() };
    assert_eq!(canvas.get(1, 0), Some(26));
}

#[test]
fn a_palette_in_any_order_is_read_by_its_colours() {
    let ids: Vec<u8> = (0..1800).map(|at| (at % 60 / 20) as u8).collect();
    let shuffled = encode_labels(60, 30, &ids, &[SKY, ROAD, CAR]).unwrap();
    assert_eq!(labels(look(&shuffled, &street())), [23, 7, 26]);
}

#[test]
fn unknown_colours_are_asked_about_and_remembered() {
    let strange = png(&stripes(&[ROAD, [1, 2, 140], [6, 230, 230]]));
    let Found::Unknown(mut table) = look(&strange, &street()) else { panic!("it should ask") };
    assert_eq!(table.chosen().kind, Kind::from("cityscapes-35".to_owned()));
    let row = |table: &Table, colour| table.rows.iter().find(|row| row.value == Value::Colour(colour)).cloned().unwrap();
    assert_eq!(row(&table, ROAD), Row { value: Value::Colour(ROAD), colour: Some(ROAD), count: 600, label: 7, certain: true });
    assert_eq!(row(&table, [1, 2, 140]).label, 26, "the nearest colour");
    assert_eq!(row(&table, [6, 230, 230]).label, 23, "the sky of ADE20K by its name");
    assert!(!table.rows[0].certain && table.rows[2].certain, "what is asked comes first");
    let blue = table.rows.iter().position(|row| row.colour == Some([1, 2, 140])).unwrap();
    table.rows[blue].label = 28;
    assert_eq!(table.canvas().unwrap().get(20, 3), Some(28));
    let mut memory = Memory::default();
    memory.learn(&table);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/memory.json");
    memory.write(&path).unwrap();
    let Found::Unknown(again) = find(&Raw::from_bytes(&strange).unwrap(), &street(), true, &Memory::read(&path)) else {
        panic!()
    };
    assert_eq!(row(&again, [1, 2, 140]).label, 28);
    std::fs::write(&path, "{ broken").unwrap();
    assert_eq!(Memory::read(&path), Memory::default());
}

#[test]
fn ids_that_the_set_lacks_are_asked_about() {
    let ids: Vec<u8> = (0..1800).map(|at| [1, 200, 2][at % 60 / 20]).collect();
    let raw =
        Raw { width: 60, height: 30, ids: Some(ids.iter().map(|id| u32::from(*id)).collect()), colours: None, white: 65_535 };
    let Found::Unknown(mut table) = find(&raw, &street(), true, &Memory::default()) else { panic!("it should ask") };
    assert_eq!(table.rows.iter().filter(|row| !row.certain).map(|row| row.value).collect::<Vec<_>>(), [Value::Id(200)]);
    table.choose_set(1, &Memory::default());
    assert_eq!(table.canvas().unwrap().get(0, 0), Some(1));
}

#[test]
fn a_lossy_map_is_smeared_and_a_photograph_is_none() {
    let mut jpeg = std::io::Cursor::new(Vec::new());
    let map = RgbImage::from_fn(160, 96, |x, y| image::Rgb([ROAD, CAR, SKY][((x / 23 + y / 17) % 3) as usize]));
    map.write_with_encoder(image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 80)).unwrap();
    let Found::Unknown(table) = look(jpeg.get_ref(), &street()) else { panic!("it should ask") };
    assert!(table.smeared);
    let canvas = table.canvas().unwrap();
    let right = map.enumerate_pixels().filter(|(x, y, pixel)| {
        let expected = street()[0].exact(pixel.0).map(Ink::from);
        canvas.get(*x as usize, *y as usize) == expected
    });
    assert!(right.count() > 160 * 96 * 9 / 10);
    let noise = RgbImage::from_fn(160, 96, |x, y| {
        let value = (x * 7919 + y * 104_729).wrapping_mul(2_654_435_761);
        image::Rgb([200 + (value % 56) as u8, (value >> 8) as u8 / 2 + 120, 250 - (value >> 24) as u8 / 8])
    });
    assert_eq!(find(&Raw::from_rgb(&noise), &street()[..2], true, &Memory::default()), Found::Photograph);
}

#[test]
fn broken_files_are_refused() {
    let whole = png(&stripes(&[ROAD, CAR]));
    for cut in [0, 7, 30, whole.len() / 2, whole.len() - 20] {
        assert!(Raw::from_bytes(&whole[..cut]).is_err(), "{cut}");
    }
}
