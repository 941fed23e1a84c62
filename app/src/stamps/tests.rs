//! Laws of stamps.

use daub_models::palette::{palette, palettes};
use proptest::prelude::*;

use super::*;
use crate::document::{Mask, Placement, Rect};

fn find(name: &str) -> &'static Stamp {
    bundled().iter().find(|stamp| stamp.name == name).unwrap()
}

const CANVAS: Rect = Rect::from_size(96, 64);

fn covered(masks: &[(&str, Mask)]) -> usize {
    masks.iter().map(|(_, mask)| mask.coverage().iter().filter(|coverage| **coverage > 0).count()).sum()
}

#[test]
fn every_stamp_is_named_sized_and_known_to_some_label_set() {
    for stamp in bundled() {
        let Stamp { name, title, edges: [left, top, right, bottom], .. } = &**stamp;
        assert!(!title.en.is_empty() && title.en.is_ascii() && title.en != *name, "{name} has no English title");
        assert!(!title.zh.is_empty() && !title.zh.is_ascii(), "{name} has no Chinese title");
        assert!(
            *left <= 0.0 && *right >= 0.0 && *top < 0.0 && *bottom >= 0.0,
            "the foot of {name} is outside: {:?}",
            stamp.edges
        );
        assert!((bottom - top - 1.0).abs() < 1e-4, "{name} is {} high", bottom - top);
        assert!(palettes().iter().any(|set| stamp.inks(&set.labels()).is_some()), "no label set knows {name}");
        assert_ne!(stamp.group, Group::Own, "{name} has no group");
    }
}

#[test]
fn stamps_are_offered_where_their_labels_are_known() {
    let offered = |set: &str, name: &str| {
        let labels = palette(set).unwrap().labels();
        let stamp = bundled().iter().find(|stamp| stamp.name == name).unwrap();
        let inks = stamp.inks(&labels)?.into_iter().flatten();
        Some(inks.map(|ink| labels[ink as usize].name.clone()).collect::<Vec<_>>().join(" "))
    };
    assert_eq!(offered("cityscapes-35", "cyclist-side").as_deref(), Some("bicycle rider"));
    assert_eq!(offered("ade20k-151", "cyclist-side").as_deref(), Some("bicycle person"));
    assert_eq!(offered("coco-stuff-182", "tree-round").as_deref(), Some("tree"));
    assert_eq!(offered("cmp-facades-12", "window-sill").as_deref(), Some("window sill"));
    // A sill is optional, a window is not.
    assert_eq!(offered("ade20k-151", "window-sill").as_deref(), Some("windowpane"));
    assert_eq!(offered("cityscapes-35", "window-sill"), None);
    assert_eq!(offered("celebamask-hq-19", "car-front"), None);
}

#[test]
fn a_street_and_a_house_have_much_to_choose_from() {
    let offered = |set: &str| {
        let labels = palette(set).unwrap().labels();
        bundled().iter().filter(|stamp| stamp.inks(&labels).is_some()).count()
    };
    assert!(offered("cityscapes-35") >= 80, "{}", offered("cityscapes-35"));
    assert!(offered("cmp-facades-12") >= 35, "{}", offered("cmp-facades-12"));
}

#[test]
fn a_silhouette_grows_with_its_height_and_stays_on_its_foot() {
    let bounds = Rect::from_size(1000, 700);
    for stamp in bundled() {
        let at = |height_px| stamp.silhouette(&Placement::upright([500.0, 600.0], height_px), bounds);
        let (small, large) = (covered(&at(60.0)), covered(&at(240.0)));
        // Sixteen times, but for lines that are a pixel wide already and for what the canvas cuts off.
        assert!(small > 0 && (2..=20).contains(&(large / small)), "{}: {small} and {large} pixels", stamp.name);
        let rect = at(240.0).iter().fold(Rect::EMPTY, |rect, (_, mask)| rect.union(mask.rect()));
        assert!(rect.height().abs_diff(240) <= 3, "{} is {} pixels high", stamp.name, rect.height());
    }
}

#[test]
fn a_flipped_stamp_is_a_mirror_image() {
    let stamp = find("pickup-side");
    let placement = Placement::upright([48.0, 60.0], 20.0);
    let drawn = stamp.silhouette(&placement, CANVAS);
    let flipped = stamp.silhouette(&Placement { flipped: true, ..placement }, CANVAS);
    let differing = (0..64).flat_map(|y| (0..96).map(move |x| (x, y)));
    let differing = differing.filter(|&(x, y)| drawn[0].1.get(x, y) != flipped[0].1.get(95 - x, y)).count();
    assert!(differing <= 8, "{differing} pixels differ");
    assert_ne!(drawn, flipped);
}

#[test]
fn poles_stay_whole_in_the_distance() {
    for x in [20.0, 20.3, 20.5, 20.8] {
        let mask = &find("pole").silhouette(&Placement::upright([x, 60.0], 30.0), CANVAS)[0].1;
        let rows = (31..59).filter(|y| (0..96).any(|x| mask.get(x, *y) > 0)).count();
        assert_eq!(rows, 28, "the pole at {x} has gaps");
    }
}

#[test]
fn lines_hide_what_lies_behind() {
    let stamp = find("cyclist-side");
    let placement = Placement::upright([48.0, 62.0], 60.0);
    let (lines, parts) = (stamp.lines(&placement, 1.0, CANVAS), stamp.silhouette(&placement, CANVAS));
    let drawn = lines.coverage().iter().filter(|coverage| **coverage > 0).count();
    assert!(drawn > 150 && drawn < covered(&parts), "{drawn} pixels of lines, {} of parts", covered(&parts));
    // The middle of the rider's back is blank, although the saddle is behind it.
    assert_eq!((parts[1].1.get(48, 20), lines.get(48, 20)), (255, 0));
}

#[test]
fn a_thumbnail_shows_parts_in_their_colours() {
    let stamp = find("cyclist-side");
    let rgba = stamp.thumbnail(&[Some([10, 20, 30]), Some([200, 0, 0])], 60, 48);
    assert_eq!(rgba.len(), 60 * 48 * 4);
    let count = |colour: [u8; 4]| rgba.as_chunks().0.iter().filter(|pixel| **pixel == colour).count();
    assert!(count([10, 20, 30, 255]) > 20 && count([200, 0, 0, 255]) > 60 && count([0; 4]) > 1000);
}

proptest! {
    #[test]
    fn no_placement_is_too_wild(
        index in any::<prop::sample::Index>(), foot in prop::array::uniform2(wild()), height_px in wild(),
        stretch_x in wild(), rotation_rad in wild(), flipped in any::<bool>(),
    ) {
        let stamp = index.get(bundled());
        let placement = Placement { foot, height_px, stretch_x, rotation_rad, flipped };
        let masks = stamp.silhouette(&placement, CANVAS);
        prop_assert_eq!(masks.len(), stamp.parts.len());
        for (_, mask) in masks.into_iter().chain([("lines", stamp.lines(&placement, 1.0, CANVAS))]) {
            prop_assert_eq!(mask.rect().intersection(CANVAS), mask.rect());
            prop_assert!(mask.coverage().iter().all(|coverage| matches!(coverage, 0 | 255)), "an edge is soft");
        }
    }

    #[test]
    fn no_text_is_too_wild(
        index in any::<prop::sample::Index>(), cuts in prop::collection::vec((any::<prop::sample::Index>(), "\\PC{0,6}"), 1..6),
    ) {
        let mut svg: Vec<char> = index.get(bundled()).svg.chars().collect();
        for (place, replacement) in cuts {
            let at = place.index(svg.len());
            let end = (at + replacement.len()).min(svg.len());
            svg.splice(at..end, replacement.chars().rev());
        }
        if let Ok(stamp) = Stamp::parse(&svg.iter().collect::<String>(), "wild") {
            stamp.silhouette(&Placement::upright([48.0, 60.0], 40.0), CANVAS);
        }
    }
}

/// Any number, and often one that might be meant.
fn wild() -> impl Strategy<Value = f32> {
    prop_oneof![any::<f32>(), -300f32..300.0, -1e6f32..1e6, Just(0.0), Just(f32::NAN), Just(f32::INFINITY)]
}

/// A stamp with this in place of its drawing.
fn written(attributes: &str, drawing: &str) -> Result<Stamp, StampError> {
    let name = r#"xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10" data-format="1" data-name="x" data-height-m="1""#;
    Stamp::parse(&format!("<svg {name} {attributes}><title>X</title>{drawing}</svg>"), "x")
}

const SQUARE: &str = r#"<rect id="a" data-label="car" width="4" height="8"/>"#;

fn near(edges: [f32; 4], wanted: [f32; 4]) -> bool {
    edges.iter().zip(wanted).all(|(edge, wanted)| (edge - wanted).abs() < 1e-5)
}

#[test]
fn files_of_others_are_read_or_refused_with_a_reason() {
    let stamp = written("", SQUARE).unwrap();
    assert_eq!(stamp.group, Group::Own);
    assert!(near(stamp.edges, [-0.25, -1.0, 0.25, 0.0]));
    let foot = written("", &format!(r#"{SQUARE}<circle id="foot" cx="0" cy="4" r="1"/>"#)).unwrap();
    assert!(near(foot.edges, [0.0, -0.5, 0.5, 0.5]));
    // An editor's notes, a size in millimetres and a transform change nothing.
    let edited = format!(r#"<e:view xmlns:e="urn:editor" e:zoom="3"/><g transform="translate(3 -7) scale(2)">{SQUARE}</g>"#);
    let edited = written(r#"width="80mm" height="40mm""#, &edited).unwrap();
    assert!(near(edited.edges, [-0.25, -1.0, 0.25, 0.0]));

    let refused = |attributes: &str, drawing: &str| written(attributes, drawing).unwrap_err().to_string();
    assert!(refused("", "").contains("no part"));
    assert!(refused("", r#"<rect id="a" width="4" height="8"/>"#).contains("no part"));
    assert!(refused("", r#"<rect data-label="car" width="4" height="8"/>"#).contains("id"));
    assert!(refused("", &format!("{SQUARE}{SQUARE}")).contains("twice"));
    for element in ["image href='x.png'", "use href='#a'", "script", "style", "text", "foreignObject", "pattern", "svg"] {
        let name = element.split(' ').next().unwrap();
        assert!(refused("", &format!("{SQUARE}<{element}/>")).contains(&format!("<{name}>")), "{element}");
    }
    assert!(refused(r#"data-group="cars""#, SQUARE).contains("data-group"));
    assert!(refused("", r#"<rect id="a" data-label="car" width="1e9" height="1e9"/>"#).contains("proportion"));
    assert!(refused("", r#"<rect id="a" data-label="car" width="0.001" height="9"/>"#).contains("proportion"));
    assert!(refused("", &format!(r#"{SQUARE}<circle id="foot" cx="900" cy="4" r="1"/>"#)).contains("foot"));
    let (open, close) = ("<g>".repeat(40), "</g>".repeat(40));
    assert!(refused("", &format!("{open}{SQUARE}{close}")).contains("groups within groups"));
    let points = "l1 1".repeat(60_000);
    assert!(refused("", &format!(r#"<path id="a" data-label="car" d="M0 0{points}"/>"#)).contains("points"));
    let nodes = "<g/>".repeat(5000);
    assert!(refused("", &format!("{SQUARE}{nodes}")).contains("nodes"));
}

#[test]
fn what_is_no_svg_is_refused() {
    let refused = |svg: &str| Stamp::parse(svg, "x").unwrap_err().to_string();
    assert!(refused("").contains("no SVG"));
    assert!(refused("<html/>").contains("no SVG"));
    assert!(refused("<!DOCTYPE svg [<!ENTITY a 'b'>]><svg xmlns='http://www.w3.org/2000/svg'>&a;</svg>").contains("no SVG"));
    assert!(refused("<svg xmlns='http://www.w3.org/2000/svg' data-format='2'/>").contains("data-format"));
    assert!(refused(&" ".repeat(MAX_FILE_BYTES + 1)).contains("bytes"));
    assert!(refused(&"<g>".repeat(80_000)).contains("no SVG"));
}
