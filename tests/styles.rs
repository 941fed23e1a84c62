//! Styles, tracing and films: on the command line with the real binary, and in the window by clicks.

use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use daub::action::{Action, Interface, StyleAction, TraceAction};
use daub::app::{App, Setup};
use daub::generate::{Pixels, Shown};
use daub::io::dialogs::{Answer, Dialogs, Purpose, Question};
use daub::io::frames::{Container, FilmWriter, Frame, open};
use daub::styles::{Reach, Step};
use egui::Vec2;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use image::RgbImage;
use tempfile::TempDir;

use crate::support::{bundled_models, golden, root};

fn daub(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_daub"));
    command.args(arguments).current_dir(root()).env("DAUB_MODELS", bundled_models());
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").output().unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn done(arguments: &[&str]) -> String {
    let output = daub(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Runs a command that must fail with one line that holds every one of `words`.
fn refused(arguments: &[&str], words: &[&str]) {
    let output = daub(arguments);
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success(), "{arguments:?} should have failed");
    assert_eq!(message.trim_end().lines().count(), 1, "{arguments:?} should say one line, not {message}");
    assert!(words.iter().all(|word| message.contains(word)), "{arguments:?} should speak of {words:?}: {message}");
}

/// A cut of a golden photograph, small enough to be painted fast.
fn photo(left: u32) -> RgbImage {
    image::open(golden("vangogh_input.png")).unwrap().crop_imm(left, 60, 96, 64).to_rgb8()
}

#[test]
fn a_style_changes_only_the_labels_it_is_for() {
    let folder = TempDir::new().unwrap();
    let (input, labels, output) = (folder.path().join("a.png"), folder.path().join("ids.png"), folder.path().join("b.png"));
    photo(0).save(&input).unwrap();
    let before = photo(0).into_raw();
    // Sky above, vegetation below.
    let ids: Vec<u8> = (0..96 * 64).map(|at| if at < 96 * 32 { 23 } else { 21 }).collect();
    std::fs::write(&labels, daub::io::pictures::encode_labels(96, 64, &ids, &[]).unwrap()).unwrap();
    let style = |more: &[&str]| {
        let fixed = ["style", "--input", text(&input), "--style", "photo2vangogh", "--output", text(&output)];
        done(&[&fixed[..], more].concat());
        image::open(&output).unwrap().to_rgb8().into_raw()
    };
    let half = before.len() / 2;
    let everywhere = style(&[]);
    assert!(everywhere.iter().zip(before.iter()).filter(|(a, b)| a != b).count() > before.len() / 2);
    let only = style(&["--labels", text(&labels), "--only", "vegetation", "--feather", "0"]);
    assert_eq!((&only[..half], &only[half..]), (&before[..half], &everywhere[half..]));
    let except = style(&["--labels", text(&labels), "--except", "21", "--feather", "0"]);
    assert_eq!((&except[..half], &except[half..]), (&everywhere[..half], &before[half..]));
    let none =
        done(&["style", "-i", text(&input), "-s", "photo2vangogh:0", "-s", "vangogh2photo:0", "-o", text(&output), "--json"]);
    assert_eq!(image::open(&output).unwrap().to_rgb8().into_raw(), before, "without strength nothing changes");
    let report: serde_json::Value = serde_json::from_str(&none).unwrap();
    assert_eq!(report["styles"], serde_json::json!(["photo2vangogh", "vangogh2photo"]));

    let fixed = ["style", "-i", text(&input), "-o", text(&output), "-s"];
    refused(&[&fixed[..], &["street"]].concat(), &["street", "no style"]);
    refused(&[&fixed[..], &["giraffe2zebra"]].concat(), &["giraffe2zebra", "photo2vangogh"]);
    refused(
        &[&fixed[..], &["photo2vangogh", "--labels", text(&labels), "--only", "giraffe"]].concat(),
        &["giraffe", "vegetation"],
    );
    let large = golden("street_input.png");
    refused(&[&fixed[..], &["photo2vangogh", "--labels", text(&large), "--only", "sky"]].concat(), &["512x256", "96x64"]);
}

/// A pan over a golden photograph, three pixels a frame.
fn pan(path: &Path, container: Container, count: u32) {
    let mut writer = FilmWriter::create(path, container, 2).unwrap();
    for frame in 0..count {
        let file = Some(format!("shot{frame}.png").into());
        writer.push(Frame { picture: photo(frame * 3), milliseconds: 40 + 20 * frame, file }).unwrap();
    }
    writer.finish().unwrap();
}

#[test]
fn films_of_every_kind_come_out_as_they_went_in_and_calmer() {
    let folder = TempDir::new().unwrap();
    for (name, container) in [("a.webp", Container::Webp), ("a.gif", Container::Gif), ("frames", Container::Folder)] {
        let (input, output) = (folder.path().join(name), folder.path().join(format!("out-{name}")));
        pan(&input, container, 4);
        let report = done(&["frames", text(&input), text(&output), "--style", "photo2vangogh", "--json"]);
        let report: serde_json::Value = serde_json::from_str(&report).unwrap();
        let (before, after) = (report["flicker_before"].as_f64().unwrap(), report["flicker_after"].as_f64().unwrap());
        assert!(after < before * 0.6, "{name}: the blend leaves {after} of {before} levels");
        let film = open(&output).unwrap();
        assert_eq!((film.container, film.loops), (container, if container == Container::Folder { 0 } else { 2 }));
        let frames: Vec<Frame> = film.frames.map(Result::unwrap).collect();
        assert!(frames.iter().all(|frame| frame.picture.dimensions() == (96, 64)));
        let times: Vec<u32> = frames.iter().map(|frame| frame.milliseconds).collect();
        assert_eq!(times, if container == Container::Folder { [0; 4] } else { [40, 60, 80, 100] }, "{name}");
        refused(&["frames", text(&input), text(&input), "--style", "photo2vangogh"], &["overwritten"]);
    }
    let (webp, gif) = (folder.path().join("a.webp"), folder.path().join("b.gif"));
    refused(&["frames", text(&webp), text(&gif), "--style", "photo2vangogh"], &["b.gif", ".webp"]);
    refused(&["frames", text(&golden("cat_input.png")), text(&gif), "--model", "cats"], &["cat_input.png", "neither"]);
    // Photographs have no label's colours.
    let out = folder.path().join("c.webp");
    refused(&["frames", text(&webp), text(&out), "--model", "facades"], &["frame 1", "no label's colour"]);
    assert!(!out.exists(), "half a film was left");
}

#[test]
fn label_maps_become_a_film_by_ids_or_colours() {
    let folder = TempDir::new().unwrap();
    let ids = |frame: usize| -> Vec<u8> { (0..64 * 32).map(|at| if at % 64 < 20 + 4 * frame { 1 } else { 2 }).collect() };
    let by_id = folder.path().join("ids");
    std::fs::create_dir(&by_id).unwrap();
    let film = folder.path().join("colours.webp");
    let mut writer = FilmWriter::create(&film, Container::Webp, 0).unwrap();
    for frame in 0..2 {
        // The colours of the facades' wall and window.
        let colours = ids(frame).into_iter().flat_map(|id| if id == 1 { [0, 0, 255] } else { [0, 85, 255] }).collect();
        let picture = RgbImage::from_raw(64, 32, colours).unwrap();
        writer.push(Frame { picture, milliseconds: 50, file: None }).unwrap();
        let map = daub::io::pictures::encode_labels(64, 32, &ids(frame), &[]).unwrap();
        std::fs::write(by_id.join(format!("{frame}.png")), map).unwrap();
    }
    writer.finish().unwrap();
    let painted = |input: &Path, output: &Path| -> Vec<RgbImage> {
        done(&["frames", text(input), text(output), "--model", "facades", "--blend", "0"]);
        open(output).unwrap().frames.map(|frame| frame.unwrap().picture).collect()
    };
    let (a, b) = (painted(&by_id, &folder.path().join("a")), painted(&film, &folder.path().join("b.webp")));
    assert_eq!((a.len(), &a), (2, &b));
    assert_ne!(a[0], a[1]);
}

#[test]
fn a_photograph_is_traced_into_a_sketch_of_its_own() {
    let folder = TempDir::new().unwrap();
    let sketch = folder.path().join("sketch.png");
    let trace = |more: &[&str]| {
        done(&[&["trace", text(&golden("cat_expected.png")), text(&sketch)], more].concat());
        let picture = image::open(&sketch).unwrap().to_rgb8();
        assert!(picture.pixels().all(|pixel| pixel.0[0] == pixel.0[1] && pixel.0[1] == pixel.0[2]));
        picture.pixels().filter(|pixel| pixel.0[0] < 128).count()
    };
    let usual = trace(&[]);
    assert!((300..6000).contains(&usual), "{usual} pixels of ink");
    assert!(trace(&["--threshold", "0.1"]) > usual);
    assert!(trace(&["--threshold", "0.8"]) < usual);
    assert!(trace(&["--width", "4"]) > usual * 3 / 2);
    assert!(trace(&["--thick"]) != usual);
    trace(&["--size", "64x80"]);
    assert_eq!(image::image_dimensions(&sketch).unwrap(), (64, 80));
    refused(&["trace", text(&folder.path().join("nothing.jpg")), text(&sketch)], &["nothing.jpg"]);
    refused(&["trace", text(&golden("cat_expected.png")), text(&sketch), "--model", "giraffe"], &["giraffe"]);
}

/// Dialogs that answer by themselves.
struct Prepared(Vec<Answer>, Vec<Answer>);

impl Dialogs for Prepared {
    fn ask(&mut self, question: Question) {
        let answer = if self.0.is_empty() { Answer::Unavailable(question) } else { self.0.remove(0) };
        self.1.push(answer);
    }

    fn poll(&mut self) -> Option<Answer> {
        self.1.pop()
    }
}

fn window(answers: Vec<Answer>) -> Harness<'static, App> {
    let mut harness = Harness::builder().with_size(Vec2::new(1300.0, 760.0)).with_max_steps(40).build_eframe(move |cc| {
        let dialogs = Box::new(Prepared(answers, Vec::new()));
        App::new(&cc.egui_ctx, Setup { model_folders: vec![bundled_models()], ..Setup::bare(dialogs) }).unwrap()
    });
    harness.run_steps(3);
    harness
}

/// Steps until `done`, because files and pictures come from other threads.
fn wait_for(harness: &mut Harness<'_, App>, what: &str, done: impl Fn(&App) -> bool) {
    let started = Instant::now();
    while !done(harness.state()) {
        assert!(started.elapsed() < Duration::from_mins(2), "{what} did not happen");
        std::thread::sleep(Duration::from_millis(10));
        harness.run_steps(1);
    }
    harness.run_steps(2);
}

fn bytes(shown: &Shown) -> Vec<u8> {
    match &shown.pixels {
        Pixels::Bytes(rgb) => rgb.to_vec(),
        Pixels::Texture { .. } => panic!("a styled picture should be in memory"),
    }
}

#[test]
fn a_style_is_added_by_a_click_and_masked_to_the_trees() {
    let mut harness = window(Vec::new());
    harness.state_mut().act(Interface::ToggleSidePanel("styles").into());
    wait_for(&mut harness, "the street", |app| !app.is_behind());
    let plain = bytes(harness.state().shown().unwrap());
    harness.get_by_label("+ Van Gogh").click();
    wait_for(&mut harness, "the styled street", |app| !app.is_behind() && !app.state.styles().is_empty());
    let app = harness.state();
    let styled = bytes(app.shown().unwrap());
    assert_eq!(app.shown().unwrap().before.as_deref(), Some(plain.as_slice()), "the picture before the style is kept");
    assert!(styled.iter().zip(&plain).filter(|(a, b)| a != b).count() > plain.len() / 2);
    let vegetation = Step { reach: Reach::Labels(vec![21]), feather_px: 0, ..Step::new("photo2vangogh") };
    harness.state_mut().act(StyleAction::Edit { at: 0, step: vegetation, goes_on: false }.into());
    harness.run_steps(1);
    wait_for(&mut harness, "the styled trees", |app| !app.is_behind());
    let app = harness.state();
    let trees = bytes(app.shown().unwrap());
    for (at, ink) in app.state.drawing().document.canvas().pixels().iter().enumerate() {
        let expected = if *ink == 21 { &styled } else { &plain };
        assert_eq!(trees[at * 3..at * 3 + 3], expected[at * 3..at * 3 + 3], "pixel {at} with label {ink}");
    }
    // Labels are chips that can be clicked; the reverse of a pair is one click away.
    harness.get_all_by_label_contains("sky").next().unwrap().click();
    harness.run_steps(2);
    assert_eq!(
        harness.state().state.drawing().document.extras().styles.steps[0].reach,
        Reach::Labels(vec![21]),
        "the palette's sky is an ink"
    );
    harness.get_by_label("The other direction").click();
    harness.run_steps(2);
    assert_eq!(harness.state().state.drawing().document.extras().styles.steps[0].style, "vangogh2photo");
    harness.get_by_label("Remove this style").click();
    wait_for(&mut harness, "the street without styles", |app| !app.is_behind());
    assert_eq!(bytes(harness.state().shown().unwrap()), plain);
}

#[test]
fn a_photograph_becomes_a_sketch_to_draw_on() {
    let mut harness = window(vec![Answer::Path(Purpose::TracePhoto, golden("cat_expected.png"))]);
    harness.state_mut().act(Action::Trace(TraceAction::Ask));
    wait_for(&mut harness, "the first lines", |app| app.state.tracing.as_ref().is_some_and(|tracing| !tracing.is_behind()));
    let tracing = harness.state().state.tracing.clone().unwrap();
    let mut style = tracing.style;
    style.width_px = 4.0;
    harness.state_mut().act(Action::Trace(TraceAction::SetStyle(style)));
    harness.run_steps(1);
    wait_for(&mut harness, "wider lines", |app| app.state.tracing.as_ref().is_some_and(|tracing| !tracing.is_behind()));
    let wider = harness.state().state.tracing.clone().unwrap();
    let ink = |tracing: &daub::state::Tracing| {
        tracing.sketch.as_ref().unwrap().pixels().iter().filter(|ink| **ink & 0xff < 128).count()
    };
    assert!(ink(&wider) > ink(&tracing));
    harness.get_by_label("Draw on it").click();
    harness.run_steps(3);
    let drawing = harness.state().state.drawing();
    assert_eq!(drawing.model.as_ref().unwrap().card.name, "cats");
    assert_eq!(drawing.document.canvas(), &**wider.sketch.as_ref().unwrap());
    assert!(drawing.document.is_unsaved());
    wait_for(&mut harness, "a cat", |app| !app.is_behind());
}
