//! Chains over pictures, with the bundled styles.

use std::path::Path;

use super::*;
use crate::styles::Reach;

fn style(name: &str) -> Style {
    let card = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/models").join(format!("{name}.json"));
    Style { model: Arc::new(Model::open(&card).unwrap()), step: Step { feather_px: 0, ..Step::new(name) } }
}

const SIDE: usize = 32;

fn picture() -> Arc<[u8]> {
    (0..SIDE * SIDE * 3).map(|at| (at * 7 % 251) as u8).collect()
}

/// The upper half is tree, the lower half is road.
fn labels() -> Vec<u8> {
    (0..SIDE * SIDE).map(|at| if at < SIDE * SIDE / 2 { 21 } else { 7 }).collect()
}

fn apply(stylist: &mut Stylist, styles: &[Style]) -> Arc<[u8]> {
    let labels = labels();
    let ground = Ground { width: SIDE, height: SIDE, scale: 1, labels: Some(&labels), objects: &[] };
    let styles = Styles { steps: styles.to_vec(), of_drawing: false, objects: Vec::new() };
    stylist.apply(&picture(), &ground, &styles, Options::default(), &Interrupt::default()).unwrap()
}

#[test]
fn a_masked_style_changes_only_what_it_reaches() {
    let mut trees = style("photo2vangogh");
    trees.step.reach = Reach::Labels(vec![21]);
    let mut stylist = Stylist::default();
    let (before, after) = (picture(), apply(&mut stylist, &[trees.clone()]));
    let half = before.len() / 2;
    assert_eq!(before[half..], after[half..], "the road changed");
    assert_ne!(before[..half], after[..half], "the trees did not change");
    let everywhere = apply(&mut stylist, &[style("photo2vangogh")]);
    assert_eq!(everywhere[..half], after[..half]);
    trees.step.inverted = true;
    let road = apply(&mut stylist, &[trees]);
    assert_eq!((&road[..half], &road[half..]), (&before[..half], &everywhere[half..]));
}

#[test]
fn another_strength_or_mask_runs_no_network() {
    let mut stylist = Stylist::default();
    let mut chain = [style("photo2vangogh"), style("vangogh2photo")];
    let full = apply(&mut stylist, &chain);
    assert_eq!((stylist.open.len(), stylist.outputs.len()), (2, 2));
    // Without networks only what is kept can answer.
    stylist.open.clear();
    chain[1].step.strength = 0.5;
    let half = apply(&mut stylist, &chain);
    assert_ne!(half, full);
    chain[1].step.reach = Reach::Labels(vec![21]);
    assert_ne!(apply(&mut stylist, &chain), half);
    assert!(stylist.open.is_empty(), "a network was opened for a blend");
    // The second step reads another picture now, so its network runs again; the first one's does not.
    chain[0].step.strength = 0.5;
    apply(&mut stylist, &chain);
    assert_eq!(stylist.open.iter().map(|open| open.model.card.name.as_str()).collect::<Vec<_>>(), ["vangogh2photo"]);
}

#[test]
fn a_chain_stops_when_nobody_waits_and_memory_stays_bounded() {
    let mut stylist = Stylist::default();
    let ground = Ground { width: SIDE, height: SIDE, scale: 1, labels: None, objects: &[] };
    let styles = Styles { steps: vec![style("photo2vangogh")], of_drawing: false, objects: Vec::new() };
    let interrupt = Interrupt::default();
    interrupt.set();
    let stopped = stylist.apply(&picture(), &ground, &styles, Options::default(), &interrupt).unwrap_err();
    assert_eq!(stopped.downcast_ref(), Some(&daub_models::ExecuteError::Interrupted));
    for level in 0..12 {
        let picture: Arc<[u8]> = vec![level * 20; SIDE * SIDE * 3].into();
        stylist.apply(&picture, &ground, &styles, Options::default(), &Interrupt::default()).unwrap();
    }
    assert_eq!((stylist.outputs.len(), stylist.open.len()), (MOST_OUTPUTS, 1));
    assert!(stylist.expected_ms(&styles, Options::default(), 1 << 16).unwrap() > 0.0);
}
