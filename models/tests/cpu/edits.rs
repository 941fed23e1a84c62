//! Pictures of edits against exact ones.

use daub_models::cpu::CpuOptions;
use daub_models::{ExecuteError, Executor as _, Input, Interrupt, Picture};

use super::{example, psnr, street};

/// `input` with a round stroke of label 8.
fn stroked(input: &Input, radius: f32) -> Input {
    let mut labels = input.labels.as_deref().expect("labels").to_vec();
    for (at, label) in labels.iter_mut().enumerate() {
        let (x, y) = ((at % input.width) as f32 - 70.0, (at / input.width) as f32 - 40.0);
        if x.hypot(y) < radius {
            *label = 8;
        }
    }
    Input { labels: Some(labels.into()), ..input.clone() }
}

#[test]
fn an_incremental_picture_is_close_to_the_exact_one() {
    let (graph, mut cpu) = street(CpuOptions { margin: Some(2), ..CpuOptions::default() });
    let before = example(&graph, 320, 192, 3);
    let after = stroked(&before, 12.0);
    let (interrupt, mut picture) = (Interrupt::default(), Picture::default());
    cpu.run_into(&before, &interrupt, &mut picture).expect("a picture");
    let untouched = picture.clone();
    cpu.run_incremental(&after, &interrupt, &mut picture).expect("a picture");
    let exact = cpu.run(&after, &interrupt).expect("a picture");
    let edited = |picture: &Picture| {
        let mut picture = picture.clone();
        let plate = &mut picture.outputs[0];
        let places = (0..plate.values.len())
            .filter(|at| before.labels.as_ref().map(|l| l[at % l.len()]) != after.labels.as_ref().map(|l| l[at % l.len()]));
        plate.values = places.map(|at| plate.values[at]).collect();
        picture
    };
    let (changed, kept) = (psnr(&edited(&exact), &edited(&picture)), psnr(&edited(&exact), &edited(&untouched)));
    assert!(changed > kept + 6.0, "{changed:.1} dB against {kept:.1} dB without the edit");
    // Without an edit nothing is computed and nothing changes.
    let mut same = Picture::default();
    cpu.run_incremental(&after, &interrupt, &mut same).expect("a picture");
    assert_eq!(same, exact);
}

#[test]
fn an_interrupted_edit_is_made_up_for() {
    let (graph, mut cpu) = street(CpuOptions { margin: Some(2), ..CpuOptions::default() });
    let before = example(&graph, 320, 192, 3);
    let (interrupt, mut picture) = (Interrupt::default(), Picture::default());
    cpu.run_into(&before, &interrupt, &mut picture).expect("a picture");
    let stop = Interrupt::default();
    stop.set();
    let stopped = cpu.run_incremental(&stroked(&before, 14.0), &stop, &mut Picture::default());
    assert_eq!(stopped, Err(ExecuteError::Interrupted));
    // The stroke was undone before anything was computed: its place must not stay half painted.
    let mut restored = Picture::default();
    cpu.run_incremental(&before, &interrupt, &mut restored).expect("a picture");
    assert!(psnr(&picture, &restored) > 60.0);
}

/// How far statistics may go from the last exact pass counts all edits since then, however small each of them is.
#[test]
fn edits_that_change_the_whole_picture_are_exact() {
    let (graph, mut cpu) = street(CpuOptions { margin: Some(2), ..CpuOptions::default() });
    let (_, mut other) = street(CpuOptions::default());
    let before = example(&graph, 320, 192, 3);
    let (interrupt, mut picture) = (Interrupt::default(), Picture::default());
    cpu.run_into(&before, &interrupt, &mut picture).expect("a picture");
    let at_once = stroked(&before, 36.0);
    cpu.run_incremental(&at_once, &interrupt, &mut picture).expect("a picture");
    let exact = other.run(&at_once, &interrupt).expect("a picture");
    assert!(psnr(&exact, &picture) > 90.0, "{:.1} dB", psnr(&exact, &picture));

    cpu.run_into(&before, &interrupt, &mut picture).expect("a picture");
    let bit_by_bit = [2.0, 8.0, 14.0, 20.0, 26.0, 32.0].map(|radius| {
        let edited = stroked(&before, radius);
        cpu.run_incremental(&edited, &interrupt, &mut picture).expect("a picture");
        let exact = other.run(&edited, &interrupt).expect("a picture");
        psnr(&exact, &picture)
    });
    assert!(bit_by_bit[0] < 90.0, "a dot was painted exactly");
    assert!(bit_by_bit.iter().any(|db| *db > 90.0), "{bit_by_bit:.1?}");
}
