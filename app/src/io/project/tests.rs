use proptest::prelude::*;

use super::*;
use crate::document::{Layer, Mask, Object, Part, Picture, Placement, Rect, Shape};

/// A drawing with something in every layer, made from a seed.
fn project(kind: &Kind, width: usize, height: usize, seed: u32) -> Project {
    let limit = if kind.is_labels() { 35 } else { 1 << 24 };
    let noise = |salt: u32| (0..(width * height) as u32).map(move |i| ((i ^ salt).wrapping_mul(2_654_435_761) ^ seed) % limit);
    let canvas = |kind: &Kind, salt| Canvas::from_pixels(kind.clone(), width, height, noise(salt).collect()).unwrap();
    let number = |salt: u32, limit: usize| (seed.wrapping_add(salt).wrapping_mul(2_246_822_519) >> 7) as usize % limit.max(1);
    let mut content = Content::new(canvas(kind, 0), canvas(kind, 9));
    if !seed.is_multiple_of(3) {
        content.lines = Some(Canvas::from_pixels(Kind::Sketch, width, height, vec![seed % (1 << 24); width * height]).unwrap());
        content.extras.reference = Some(Arc::new(Picture::new(3, 2, (0..18).collect()).unwrap()));
    }
    if seed.is_multiple_of(2) {
        content.base = Arc::new(content.paint.clone());
    }
    content.extras.horizon = Horizon { y: seed as f32 / 7e6, on: seed.is_multiple_of(2) };
    content.extras.layers[Layer::Objects].locked = seed.is_multiple_of(5);
    content.extras.layers[Layer::Reference].opacity = 0.1 + (seed % 7) as f32 / 10.0;
    content.extras.hints.push(Hint { place: [seed as f32 / 1e7, 0.3], radius_px: 4.5, colour: [1, 2, 250] });
    for id in 0..(seed % 4) as usize {
        let (left, top) = (number(id as u32, width), number(id as u32 + 5, height));
        let rect = Rect { left, top, right: width.min(left + 7), bottom: height.min(top + 5) };
        let mask = |salt: usize| Arc::new(Mask::from_fn(rect, |x, y| if (x + y * salt).is_multiple_of(3) { 120 } else { 255 }));
        let parts =
            vec![Part { ink: seed % 30, mask: mask(1) }, Part { ink: 7, mask: if id == 2 { Arc::default() } else { mask(2) } }];
        let placement =
            Placement { foot: [seed as f32 / 3e7, -4.1], height_px: 17.3, stretch_x: 1.1, rotation_rad: 0.3, flipped: id == 1 };
        let shape = match id {
            0 => Shape::Stamp { name: "car-front".into(), parts: vec![0, 2] },
            1 => Shape::Free { masks: parts.iter().map(|part| part.mask.clone()).collect(), origin: placement },
            _ => Shape::free(vec![mask(3), Arc::default()]).unwrap(),
        };
        let (id, instance) = (id as u64 * 3 + 1, id as u32 + 4);
        content.objects.push(Arc::new(Object {
            id,
            name: "车".into(),
            shape,
            placement,
            parts,
            instance,
            visible: id > 1,
            locked: id == 1,
        }));
    }
    let view = if seed.is_multiple_of(2) {
        View::Fit
    } else {
        View::Free { zoom: 2.5, centre: egui::Vec2::new(seed as f32 / 1e6, 7.0) }
    };
    let settings = Settings { view, ..Settings::default() };
    let (left, top) = (number(3, width), number(4, height));
    let chosen = Rect { left, top, right: width, bottom: height };
    let selection = seed.is_multiple_of(5).then(|| Mask::from_fn(chosen, |x, y| (x * 7 + y * 3 + 1) as u8));
    let selection = selection.filter(|mask| !mask.is_empty());
    Project { title: "画".into(), model: "street".into(), content, settings, selection, candidates: Candidates::default() }
}

const STREET: &str = "cityscapes-35";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn what_is_saved_is_opened(width in 1usize..40, height in 1usize..40, seed in any::<u32>()) {
        for kind in [Kind::Labels(STREET.into()), Kind::Sketch] {
            let project = project(&kind, width, height, seed);
            prop_assert_eq!(Project::from_bytes(&project.to_bytes().unwrap()).unwrap(), project);
        }
    }

    #[test]
    fn broken_files_are_refused(cut in 0usize..6000, flip in 0usize..6000, bit in 0u8..8, seed in any::<u32>()) {
        let mut bytes = project(&Kind::Sketch, 20, 20, seed).to_bytes().unwrap();
        let flip = flip % bytes.len();
        bytes[flip] ^= 1 << bit;
        // Any answer will do, a panic will not.
        drop(Project::from_bytes(&bytes));
        bytes.truncate(cut % bytes.len());
        prop_assert!(Project::from_bytes(&bytes).is_err());
    }
}

/// A change of `project.json`.
type Edit = fn(&mut serde_json::Value);

/// The file of a street with `project.json` edited.
fn edited(edit: impl Fn(&mut serde_json::Value)) -> anyhow::Result<Project> {
    let bytes = project(&Kind::Labels(STREET.into()), 30, 20, 7).to_bytes()?;
    let mut reader = Reader::new(&bytes)?;
    let mut header: serde_json::Value = serde_json::from_slice(&reader.bytes("project.json")?)?;
    edit(&mut header);
    let mut writer = Writer::default();
    for name in reader.names() {
        let content = if name == "project.json" { serde_json::to_vec(&header)? } else { reader.bytes(&name)? };
        writer.add(&name, &content)?;
    }
    Project::from_bytes(&writer.finish()?)
}

#[test]
fn a_file_that_breaks_a_rule_is_refused_with_the_reason() {
    assert!(edited(|_| ()).is_ok());
    let cases: [(Edit, &str); 8] = [
        (|header| header["format"] = 3.into(), "format 3"),
        (|header| header["objects"][0]["parts"][0]["at"] = serde_json::json!([29, 0]), "outside the drawing"),
        (|header| header["objects"][0]["parts"][0]["ink"] = 256.into(), "an ink"),
        (|header| header["objects"][1]["id"] = header["objects"][0]["id"].clone(), "the number of another"),
        (|header| header["objects"][1]["instance"] = 1000.into(), "the number of another"),
        (|header| header["objects"][0]["placement"]["height_px"] = 0.into(), "stands nowhere"),
        (|header| header["objects"][0]["id"] = 77.into(), "objects/77-0.png"),
        (|header| header["hints"] = vec![header["hints"][0].clone(); MAX_HINTS + 1].into(), "10001 colour hints"),
    ];
    for (edit, reason) in cases {
        let error = format!("{:#}", edited(edit).unwrap_err());
        assert!(error.contains(reason), "{error} does not say {reason}");
    }
}

#[test]
fn version_1_still_opens() {
    let canvas = Canvas::from_pixels(Kind::Labels(STREET.into()), 4, 3, (0..12).collect()).unwrap();
    let base = Canvas::new(Kind::Labels(STREET.into()), 4, 3, 23);
    let mut writer = Writer::default();
    writer.add("project.json", br#"{"format": 1, "title": "old", "kind": "cityscapes-35", "model": "street"}"#).unwrap();
    writer.add_canvas("canvas.png", &canvas).unwrap();
    writer.add_canvas("base.png", &base).unwrap();
    let opened = Project::from_bytes(&writer.finish().unwrap()).unwrap();
    let content = Content::new(canvas, base);
    let (settings, candidates) = (Settings::default(), Candidates::default());
    let selection = None;
    assert_eq!(opened, Project { title: "old".into(), model: "street".into(), content, settings, selection, candidates });
}
