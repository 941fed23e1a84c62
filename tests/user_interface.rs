//! The window without a window: clicks by label, keys, and a few strict pictures.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use daub::action::{Action, FileAction};
use daub::app::{App, Setup};
use daub::generate::{Device, Options, Pixels, Shared};
use daub::io::dialogs::{Answer, Dialogs, Purpose, Question};
use daub::io::export::Kind;
use daub::text::Language;
use daub::tool::Tool;
use egui::{Key, Modifiers, PointerButton, Pos2, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use tempfile::TempDir;

use crate::support::{bundled_models, found_all, golden, root};

/// Dialogs that answer by themselves.
#[derive(Default)]
pub(crate) struct Prepared(Vec<Answer>, Vec<Answer>);

impl Dialogs for Prepared {
    fn ask(&mut self, question: Question) {
        let answer = if self.0.is_empty() { Answer::Unavailable(question) } else { self.0.remove(0) };
        self.1.push(answer);
    }

    fn poll(&mut self) -> Option<Answer> {
        self.1.pop()
    }
}

/// A window with these answers of dialogs and these files.
pub(crate) fn open(language: Language, answers: Vec<Answer>, files: Vec<PathBuf>) -> Harness<'static, App> {
    let mut harness = Harness::builder().with_size(Vec2::new(1100.0, 640.0)).with_max_steps(40).build_eframe(move |cc| {
        let dialogs = Box::new(Prepared(answers, Vec::new()));
        let model_folders = vec![bundled_models()];
        App::new(&cc.egui_ctx, Setup { model_folders, language, files, ..Setup::bare(dialogs) }).unwrap()
    });
    harness.run_steps(3);
    harness
}

/// Steps until `done`, because files and pictures come from other threads.
pub(crate) fn wait_for(harness: &mut Harness<'_, App>, what: &str, done: impl Fn(&App) -> bool) {
    let started = Instant::now();
    while !done(harness.state()) {
        assert!(started.elapsed() < Duration::from_mins(1), "{what} did not happen");
        std::thread::sleep(Duration::from_millis(10));
        harness.run_steps(1);
    }
    harness.run_steps(2);
}

pub(crate) fn press(harness: &Harness<'_, App>, pos: Pos2, pressed: bool) {
    harness.event(egui::Event::PointerButton { pos, button: PointerButton::Primary, pressed, modifiers: Modifiers::NONE });
}

/// A drag within the canvas, with several samples in one frame.
pub(crate) fn drag(harness: &mut Harness<'_, App>, from: Vec2, to: Vec2) {
    let name = if harness.state().state.language == Language::English { "Canvas" } else { "画布" };
    let canvas = harness.get_by_label(name).rect();
    let place = |share: Vec2| canvas.min + canvas.size() * share;
    harness.event(egui::Event::PointerMoved(place(from)));
    harness.run_steps(1);
    press(harness, place(from), true);
    for step in 1..=20 {
        harness.event(egui::Event::PointerMoved(place(from + (to - from) * (step as f32 / 20.0))));
    }
    press(harness, place(to), false);
    harness.run_steps(2);
}

pub(crate) fn changed_pixels(harness: &Harness<'_, App>) -> usize {
    let document = &harness.state().state.drawing().document;
    document.canvas().pixels().iter().zip(document.base().pixels()).filter(|(a, b)| a != b).count()
}

pub(crate) const LEFT: Vec2 = Vec2::new(0.3, 0.5);
pub(crate) const RIGHT: Vec2 = Vec2::new(0.7, 0.5);

#[test]
fn a_stroke_is_drawn_undone_and_redone_by_clicks() {
    let mut harness = open(Language::English, Vec::new(), Vec::new());
    harness.get_by_label("car").click();
    harness.run_steps(2);
    drag(&mut harness, LEFT, RIGHT);
    let drawn = changed_pixels(&harness);
    assert!(drawn > 1000, "{drawn}");
    harness.get_by_label("Undo").click();
    harness.run_steps(2);
    assert_eq!(changed_pixels(&harness), 0);
    harness.get_by_label("Redo").click();
    harness.run_steps(2);
    assert_eq!(changed_pixels(&harness), drawn);
}

#[test]
fn keys_choose_tools_labels_and_brushes() {
    let mut harness = open(Language::English, Vec::new(), Vec::new());
    harness.key_press(Key::R);
    harness.key_press(Key::Num2);
    harness.run_steps(2);
    let state = &harness.state().state;
    // The second trained label of the street is the road.
    assert_eq!((state.tool, state.drawing().ink), (Tool::Rectangle, 7));
    let before = state.radius_px;
    harness.key_press(Key::CloseBracket);
    harness.run_steps(2);
    assert!(harness.state().state.radius_px > before);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    drag(&mut harness, LEFT, RIGHT + Vec2::new(0.0, 0.1));
    assert!(changed_pixels(&harness) > 0);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    harness.run_steps(2);
    assert_eq!(changed_pixels(&harness), 0);
}

#[test]
fn every_label_that_was_trained_is_shown_and_the_rest_on_demand() {
    let mut harness = open(Language::English, Vec::new(), Vec::new());
    assert!(harness.query_by_label("caravan").is_none());
    harness.get_by_label("More labels").click();
    harness.run_steps(2);
    assert!(harness.query_by_label("caravan").is_some());
}

#[test]
fn choosing_another_model_opens_its_scene_and_shows_its_licence() {
    let mut harness = open(Language::English, Vec::new(), Vec::new());
    drag(&mut harness, LEFT, RIGHT);
    harness.get_by_label("Model").click();
    harness.run_steps(3);
    assert!(harness.query_all_by_label_contains("CC-BY-NC-4.0").next().is_some(), "the licence is seen before choosing");
    harness.get_by_label("Cat").click();
    harness.run_steps(3);
    let state = &harness.state().state;
    assert_eq!((state.drawings.len(), state.current), (2, 1));
    assert_eq!(state.drawing().model.as_ref().unwrap().card.name, "cats");
    harness.get_by_label("Avenue •").click();
    harness.run_steps(2);
    assert_eq!(harness.state().state.current, 0);
    assert!(changed_pixels(&harness) > 0, "the old drawing is as it was");
}

#[test]
fn a_drawing_is_saved_opened_and_exported() {
    let folder = TempDir::new().unwrap();
    let (project, picture, map) = (folder.path().join("a.daub"), folder.path().join("a.jpg"), folder.path().join("map.png"));
    let answers = vec![
        Answer::Path(Purpose::SaveProject, project.clone()),
        Answer::Path(Purpose::Export(Kind::Picture), picture.clone()),
        Answer::Path(Purpose::Export(Kind::Canvas), map.clone()),
        Answer::Path(Purpose::OpenDrawing, project.clone()),
    ];
    let mut harness = open(Language::English, answers, vec![golden("face_input.png")]);
    let facades = harness.state().state.models.iter().find(|model| model.card.name == "facades").cloned();
    harness.state_mut().act(Action::SelectModel(facades.unwrap()));
    harness.run_steps(2);
    drag(&mut harness, LEFT, RIGHT);
    let drawn = harness.state().state.drawing().document.canvas().clone();
    harness.state_mut().act(Action::Save);
    wait_for(&mut harness, "saving", |app| !app.state.drawing().document.is_unsaved());
    harness.state_mut().act(Action::File(FileAction::Export(Kind::Picture)));
    wait_for(&mut harness, "the export of the picture", |_| picture.exists());
    harness.state_mut().act(Action::File(FileAction::Export(Kind::Canvas)));
    wait_for(&mut harness, "the export of the map", |_| map.exists());
    assert_eq!(image::image_dimensions(&picture).unwrap(), (256, 256));
    let ids: Vec<u32> = daub::io::pictures::read_labels(&map).unwrap().ids;
    assert_eq!(ids, drawn.pixels());
    let open_before = harness.state().state.drawings.len();
    harness.state_mut().act(Action::Open);
    wait_for(&mut harness, "opening", |app| app.state.drawings.len() == open_before + 1);
    assert_eq!(harness.state().state.drawing().document.canvas(), &drawn);
    assert_eq!(harness.state().state.drawing().file.as_ref(), Some(&project));
}

#[test]
fn without_a_system_dialog_the_window_asks_for_the_path() {
    let folder = TempDir::new().unwrap();
    let mut harness = open(Language::English, Vec::new(), Vec::new());
    harness.state_mut().act(Action::SaveAs);
    wait_for(&mut harness, "the path field", |app| app.state.path_field.is_some());
    let path = folder.path().join("typed.daub");
    harness.state_mut().act(Action::TypePath(path.display().to_string()));
    harness.run_steps(2);
    harness.get_by_label("OK").click();
    wait_for(&mut harness, "saving", |_| path.exists());
    assert!(harness.state().state.path_field.is_none());
}

#[test]
fn a_broken_file_is_told_and_nothing_is_lost() {
    let folder = TempDir::new().unwrap();
    let broken = folder.path().join("broken.daub");
    std::fs::write(&broken, "no zip").unwrap();
    let mut harness = open(Language::English, Vec::new(), vec![broken]);
    wait_for(&mut harness, "the message", |app| app.state.notices.last().is_some());
    let notice = harness.state().state.notices.last().cloned().unwrap();
    assert!(notice.is_error && notice.message.contains("broken.daub"), "{notice:?}");
    assert_eq!(harness.state().state.drawings.len(), 1);
}

#[test]
fn the_photograph_follows_the_last_stroke() {
    let mut harness = open(Language::English, Vec::new(), Vec::new());
    wait_for(&mut harness, "the first picture", |app| !app.is_behind());
    let first = harness.state().shown().unwrap().pixels.clone();
    assert_eq!(harness.state().latency(), None, "no hand asked for the first picture");
    for step in 0..5 {
        drag(&mut harness, Vec2::new(0.3, 0.4 + 0.02 * step as f32), RIGHT);
    }
    wait_for(&mut harness, "the picture of the last stroke", |app| !app.is_behind());
    let app = harness.state();
    assert_ne!(app.shown().unwrap().pixels, first);
    assert_eq!(app.shown().unwrap().stamp, app.state.drawing().stamp());
    let [newest, median, slowest] = app.latency().unwrap();
    assert!(newest <= slowest && median <= slowest && slowest < Duration::from_mins(1), "{newest:?} {median:?} {slowest:?}");
    let label = format!("pen {} ms", newest.as_millis());
    assert!(harness.query_by_label(&label).is_some(), "{label} is not shown");
}

/// Strict pictures of parts whose pixels depend on nothing but our own drawing code.
#[test]
fn the_window_looks_as_it_did() {
    let missing = if has_vulkan() { Vec::new() } else { vec!["a Vulkan driver".to_owned()] };
    if !found_all("pictures of the window", &missing) {
        return;
    }
    for (language, name) in [(Language::English, "window_english"), (Language::Chinese, "window_chinese")] {
        let mut harness = open(language, Vec::new(), Vec::new());
        drag(&mut harness, LEFT, RIGHT);
        let mut screen = harness.render().unwrap();
        // The side panel and the canvas; the photograph and its time differ from machine to machine.
        let side = image::imageops::crop(&mut screen, 0, 24, 600, 580).to_image();
        let options = egui_kittest::SnapshotOptions::default().output_path(root().join("tests/snapshots"));
        egui_kittest::try_image_snapshot_options(&side, name, &options).unwrap();
    }
}

/// The engine paints on the window's own device, and its texture is shown without being read back.
#[test]
fn the_engine_shares_the_windows_device() {
    let missing = if has_vulkan() { Vec::new() } else { vec!["a Vulkan driver".to_owned()] };
    if !found_all("the engine in the window", &missing) {
        return;
    }
    let mut harness = Harness::builder().with_size(Vec2::new(900.0, 520.0)).wgpu().build_eframe(|cc| {
        let dialogs = Box::new(Prepared(Vec::new(), Vec::new()));
        let state = cc.wgpu_render_state.as_ref().unwrap();
        let shared = Shared::new(&state.adapter, &state.device, &state.queue).unwrap();
        let setup = Setup { model_folders: vec![bundled_models()], shared: Some(shared), ..Setup::bare(dialogs) };
        App::new(&cc.egui_ctx, setup).unwrap()
    });
    let facades = harness.state().state.models.iter().find(|model| model.card.name == "facades").cloned();
    harness.state_mut().act(Action::SetOptions(Options { device: Device::Gpu, ..Options::default() }));
    harness.state_mut().act(Action::SelectModel(facades.unwrap()));
    harness.run_steps(2);
    wait_for(&mut harness, "the picture on the device", |app| !app.is_behind());
    assert!(matches!(harness.state().shown().unwrap().pixels, Pixels::Texture { .. }));
    let photograph = harness.get_by_label("Photograph").rect();
    let screen = harness.render().unwrap();
    let at = |x: f32, y: f32| {
        screen
            .get_pixel((photograph.left() + photograph.width() * x) as u32, (photograph.top() + photograph.height() * y) as u32)
            .0
    };
    let colours: std::collections::HashSet<[u8; 4]> =
        (0..100).map(|i| at(0.3 + 0.004 * i as f32, 0.4 + 0.002 * i as f32)).collect();
    assert!(colours.len() > 30, "the texture on screen is no photograph: {} colours", colours.len());
}

pub(crate) fn has_vulkan() -> bool {
    let instance = eframe::wgpu::Instance::new(eframe::wgpu::InstanceDescriptor::new_without_display_handle());
    let adapters = pollster::block_on(instance.enumerate_adapters(eframe::wgpu::Backends::VULKAN));
    !adapters.is_empty()
}

#[test]
fn a_window_with_unsaved_drawings_asks_before_it_closes() {
    let mut harness = open(Language::English, Vec::new(), Vec::new());
    drag(&mut harness, LEFT, RIGHT);
    harness.state_mut().act(Action::AskToQuit);
    harness.run_steps(3);
    assert!(harness.query_by_label("Some drawings are not saved.").is_some());
    harness.get_by_label("Cancel").click();
    harness.run_steps(2);
    assert!(!harness.state().state.quitting);
    assert!(changed_pixels(&harness) > 0);
}

#[test]
fn an_export_waits_for_the_model_that_is_chosen_now() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("style.png");
    let answers = vec![Answer::Path(Purpose::Export(Kind::Picture), path.clone())];
    let mut harness = open(Language::English, answers, Vec::new());
    let named = |harness: &Harness<'_, App>, name: &str| {
        harness.state().state.models.iter().find(|model| model.card.name == name).cloned().unwrap()
    };
    let (first, second) = (named(&harness, "photo2vangogh"), named(&harness, "vangogh2photo"));
    harness.state_mut().act(Action::SelectModel(first));
    wait_for(&mut harness, "the first style", |app| !app.is_behind());
    let old = harness.state().shown().unwrap().pixels.clone();
    harness.state_mut().act(Action::SelectModel(second));
    harness.state_mut().act(Action::File(FileAction::Export(Kind::Picture)));
    wait_for(&mut harness, "the export", |_| path.exists());
    let written = image::open(&path).unwrap().to_rgb8().into_raw();
    assert_ne!(Pixels::Bytes(written.into()), old, "the picture of the old model was written");
}
