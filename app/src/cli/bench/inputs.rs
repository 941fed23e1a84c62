//! What is painted while measuring: layouts with random weights, scenes, and strokes over them.

use daub_models::architecture::{Architecture, Family, InputKind, Norm};
use daub_models::graph::Plane;
use daub_models::random::Draws;
use daub_models::{Graph, Input};

use crate::document::{Canvas, Kind, Rect};
use crate::drawing::Drawing;
use crate::generate::input_of;
use crate::paint::{self, Fill, Point};
use crate::scenes;

pub(super) fn layout(name: &str) -> Option<(Architecture, (usize, usize))> {
    let labels = |family, width, depth, blocks| {
        let edges = Architecture::new(family, InputKind::Labels, 35, width, depth, blocks);
        Architecture { instance_edges: true, ..edges }
    };
    if name == "pix2pixhd-local" {
        let layout = labels(Family::Pix2pixhdLocal, 32, 4, 9);
        return Some((Architecture { enhancers: 1, enhancer_blocks: 3, ..layout }, (2048, 1024)));
    }
    let (family, width) = name.rsplit_once('-')?;
    let width = width.parse().ok()?;
    let rgb = |family, depth, blocks| Architecture::new(family, InputKind::Rgb, 3, width, depth, blocks);
    match family {
        "unet" => Some((Architecture { norm: Norm::Batch, ..rgb(Family::Unet, 8, 0) }, (256, 256))),
        "resnet9" => Some((rgb(Family::Resnet, 2, 9), (256, 256))),
        "resnet6" => Some((rgb(Family::Resnet, 2, 6), (256, 256))),
        "pix2pixhd-global" => Some((labels(Family::Pix2pixhdGlobal, width, 4, 9), (1024, 512))),
        _ => None,
    }
}

/// A bundled scene where the network has its labels, else blocks of random labels or colours; never one flat value.
pub(super) fn input_for(graph: &Graph, width: usize, height: usize) -> Input {
    let street = scenes::find("street-avenue").filter(|_| graph.classes() == Some(35));
    if let Some(Ok(canvas)) = street.map(Drawing::finished) {
        let mut input = input_of(&canvas).resized(width, height);
        input.instances = input.labels.as_ref().map(|ids| ids.iter().map(|id| u32::from(*id)).collect());
        return input;
    }
    let classes = graph.classes().unwrap_or(256) as f32;
    let block = |x: usize, y: usize, salt: u64| Draws::new(((x / 16) << 16 | (y / 16)) as u64, salt).uniform();
    let places = || (0..height).flat_map(move |y| (0..width).map(move |x| (x, y)));
    let ids: Vec<u8> = places().map(|(x, y)| (block(x, y, 0) * classes) as u8).collect();
    let has_labels = graph.classes().is_some();
    let instances = graph.planes().any(|plane| plane == Plane::InstanceEdges);
    Input {
        width,
        height,
        instances: instances.then(|| ids.iter().map(|id| u32::from(*id)).collect()),
        labels: has_labels.then(|| ids.into()),
        rgb: graph.reads_rgb().then(|| places().flat_map(|(x, y)| (0..3).map(move |c| (block(x, y, c) * 255.0) as u8)).collect()),
        ..Input::default()
    }
}

/// The same picture with a few other pixels, so that no executor can answer from memory.
pub(super) fn varied(input: &Input, run: u32) -> Input {
    let mut varied = input.clone();
    let shift = run as usize % 8;
    if let Some(labels) = &input.labels {
        let mut ids = labels.to_vec();
        let other = ids[0];
        ids[shift * 16..shift * 16 + 16].fill(other);
        let middle = ids.len() / 2;
        ids.swap(middle + shift, shift);
        varied.labels = Some(ids.into());
    }
    if let Some(rgb) = &input.rgb {
        let mut bytes = rgb.to_vec();
        bytes[shift] = bytes[shift].wrapping_add(40);
        varied.rgb = Some(bytes.into());
    }
    varied
}

/// The picture after a round stroke that covers a share of it, and the rectangle around the stroke.
pub(super) fn stroked(input: &Input, percent: f64, run: u32) -> (Input, Rect) {
    let mut edited = input.clone();
    let (width, height) = (input.width, input.height);
    let pixels = (width * height) as f64 * percent / 100.0;
    // A brush a twentieth of the height wide, as long as the share asks for.
    let radius = (height as f64 / 40.0).max(2.0);
    let length = ((pixels - std::f64::consts::PI * radius * radius) / (2.0 * radius)).max(0.0);
    let mut draws = Draws::new(u64::from(run), 7);
    let x = radius + f64::from(draws.uniform()) * (width as f64 - length - 2.0 * radius).max(0.0);
    let y = height as f64 * (0.2 + 0.6 * f64::from(draws.uniform()));
    let kind = if input.labels.is_some() { Kind::Labels(String::new()) } else { Kind::Photo };
    let mut canvas = Canvas::new(kind, width, height, 0);
    let ends = [x, x + length].map(|x| Point { x: x as f32, y: y as f32 });
    let place = paint::brush_segment(&mut canvas, ends[0], ends[1], radius as f32, Fill::Ink(1));
    let covered = |at: usize| canvas.pixels()[at] == 1;
    if let Some(labels) = &input.labels {
        // Vegetation in a street, some other label elsewhere.
        let ink = labels.iter().max().map_or(0, |most| (*most).min(21));
        edited.labels = Some(labels.iter().enumerate().map(|(at, id)| if covered(at) { ink } else { *id }).collect());
        edited.instances =
            input.instances.as_ref().and(edited.labels.as_ref()).map(|ids| ids.iter().map(|id| u32::from(*id)).collect());
    }
    if let Some(rgb) = &input.rgb {
        edited.rgb = Some(rgb.iter().enumerate().map(|(at, value)| if covered(at / 3) { 255 - value } else { *value }).collect());
    }
    (edited, place)
}

/// Peak signal to noise ratio of two pictures within a rectangle.
pub(super) fn psnr_db(a: &[u8], b: &[u8], width: usize, place: Rect) -> f64 {
    let rows = (place.top..place.bottom).flat_map(|y| (y * width + place.left) * 3..(y * width + place.right) * 3);
    let (count, sum) = rows.fold((0.0, 0.0), |(count, sum), at| (count + 1.0, sum + f64::from(a[at].abs_diff(b[at])).powi(2)));
    20.0 * 255_f64.log10() - 10.0 * (sum / f64::max(count, 1.0)).max(1e-9).log10()
}
