//! Objects of a drawing as the instances that official checkpoints read.

use std::collections::BTreeMap;
use std::sync::Arc;

use daub::document::{Canvas, Document, Kind, Mask, NewObject, Part, Rect, Shape};
use daub::generate::{Device, Options, Studio, input_of_document};
use daub_models::Model;
use daub_models::input::instance_edges;
use daub_models::npy::read_array;

use crate::support::golden;

/// The street of the published example, with its countable things as objects over the bare street.
fn street(labels: &[u8], instances: &[u32], width: usize, height: usize) -> Document {
    let bounds = Rect::from_size(width, height);
    // Beneath the things lies road, which must never be seen.
    let bare = labels.iter().zip(instances).map(|(label, id)| if *id < 1000 { u32::from(*label) } else { 7 }).collect();
    let canvas = Canvas::from_pixels(Kind::Labels("cityscapes-35".into()), width, height, bare).unwrap();
    let mut document = Document::new("street", canvas);
    let mut things = BTreeMap::<u32, Vec<usize>>::new();
    for (at, id) in instances.iter().enumerate().filter(|(_, id)| **id >= 1000) {
        things.entry(*id).or_default().push(at);
    }
    assert!(things.len() > 1, "the example has no two things");
    for (id, places) in things {
        let mask = Arc::new(Mask::from_fn(bounds, |x, y| if places.binary_search(&(y * width + x)).is_ok() { 255 } else { 0 }));
        let Some(shape @ Shape::Free { origin: placement, .. }) = Shape::free(vec![mask.clone()]) else {
            unreachable!("a thing")
        };
        let parts = vec![Part { ink: id / 1000, mask }];
        document.add_object(NewObject { name: id.to_string(), shape, placement, parts }).unwrap();
    }
    document
}

#[test]
fn objects_are_the_instances_that_pix2pix_hd_was_trained_with() {
    let folder = golden("official/c08_pix2pixhd_global");
    let picture = image::open(folder.join("input.png")).unwrap().to_luma8();
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let labels = picture.into_raw();
    let instances: Vec<u32> =
        image::open(folder.join("instance.png")).unwrap().to_luma16().into_raw().into_iter().map(u32::from).collect();
    let document = street(&labels, &instances, width, height);
    let model = Arc::new(Model::open(&folder.join("latest_net_G.pth")).unwrap());
    let input = input_of_document(&document, &model.card.architecture);
    assert_eq!(input.labels.as_deref(), Some(labels.as_slice()));
    let edges = |ids: &[u32]| instance_edges(ids, width, height);
    let labels_only: Vec<u32> = labels.iter().map(|label| u32::from(*label)).collect();
    assert_eq!(edges(input.instances.as_deref().unwrap()), edges(&instances));
    // Where things of one class touch, labels alone have no edge.
    let differ = edges(&labels_only) != edges(&instances);
    let options = Options { device: Device::Cpu, ..Options::default() };
    let (rgb, _, _) = Studio::default().paint(&model, options, &input, &daub_models::looks::Looks::default()).unwrap();
    let (_, expected) = read_array(&folder.join("expected.npy")).unwrap();
    let pixels = width * height;
    let level = |value: f32| (f32::midpoint(value, 1.0).clamp(0.0, 1.0) * 255.0).floor();
    let off = rgb.iter().enumerate().map(|(at, byte)| (f32::from(*byte) - level(expected[at % 3 * pixels + at / 3])).abs());
    let mean = off.sum::<f32>() / rgb.len() as f32;
    println!("objects as instances: mean {mean:.3} levels; labels alone have other edges: {differ}");
    assert!(mean <= 1.0, "{mean}");
}
