//! Exports, label maps from elsewhere, kept pictures and the clipboard, in the window without a window.

use std::path::{Path, PathBuf};

use daub::action::{Action, CandidateAction, FileAction, StyleAction};
use daub::app::{App, Setup};
use daub::document::{Canvas, Kind as Holds, Rect};
use daub::io::dialogs::{Answer, Purpose};
use daub::io::export::Kind;
use daub::io::project::Project;
use daub::io::{frames, ora, pictures};
use daub::state::Pick;
use daub::text::Language;
use daub::timelapse;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use image::RgbImage;
use tempfile::TempDir;

use crate::support::bundled_models;
use crate::user_interface::{LEFT, Prepared, RIGHT, changed_pixels, drag, open, wait_for};

fn act(harness: &mut Harness<'_, App>, action: FileAction) {
    harness.state_mut().act(Action::File(action));
    harness.run_steps(2);
}

/// A window on the face scene, whose model is quick, with answers to the questions for paths.
fn faces(answers: Vec<Answer>) -> Harness<'static, App> {
    let mut harness = open(Language::English, answers, Vec::new());
    let faces = harness.state().state.models.iter().find(|model| model.card.name == "faces").cloned();
    harness.state_mut().act(Action::SelectModel(faces.unwrap()));
    harness.run_steps(2);
    harness
}

fn read_film(path: &Path) -> Vec<RgbImage> {
    frames::open(path).unwrap().frames.map(|frame| frame.unwrap().picture).collect()
}

#[test]
fn every_kind_of_export_is_written_from_the_dialog() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    let files = [
        (Kind::Picture, path("a.png")),
        (Kind::Canvas, path("labels.png")),
        (Kind::Instances, path("instances.png")),
        (Kind::SideBySide, path("both.webp")),
        (Kind::Layers, path("layers.ora")),
        (Kind::Timelapse, path("film.webp")),
        (Kind::Timelapse, path("film.gif")),
    ];
    let answers = files.iter().map(|(kind, path)| Answer::Path(Purpose::Export(*kind), path.clone())).collect();
    let mut harness = faces(answers);
    for row in 0..2 {
        drag(&mut harness, LEFT + egui::vec2(0.0, 0.1 * row as f32), RIGHT);
    }
    for (kind, path) in &files {
        act(&mut harness, FileAction::ShowExports);
        act(&mut harness, FileAction::ChooseExport(*kind));
        harness.get_by_label("Choose a file…").click();
        wait_for(&mut harness, "an export", |_| path.exists());
    }
    let canvas = harness.state().state.drawing().document.canvas().clone();
    let both = image::open(path("both.webp")).unwrap().to_rgb8();
    assert_eq!(both.dimensions(), (512, 256));
    let photograph = image::open(path("a.png")).unwrap().to_rgb8();
    assert_eq!(both.get_pixel(256 + 77, 99), photograph.get_pixel(77, 99));
    assert_eq!(pictures::read_labels(&path("labels.png")).unwrap().ids, canvas.pixels());
    assert_eq!(pictures::read_instances(&path("instances.png")).unwrap().ids.len(), canvas.pixels().len());
    let ora::Opened::Project(project) = ora::read(&path("layers.ora")).unwrap() else { panic!("our own layers come back") };
    assert_eq!(project.content.paint, canvas);
    let film = read_film(&path("film.webp"));
    assert_eq!((film.len(), film[0].dimensions()), (3, (512, 256)));
    let last = &film[2];
    let as_exported = photograph.enumerate_pixels().all(|(x, y, pixel)| last.get_pixel(256 + x, y) == pixel);
    assert!(as_exported, "the film ends with the photograph that is exported");
    assert_eq!(read_film(&path("film.gif")).len(), 3);
}

#[test]
fn a_film_shows_each_state_in_the_styles_that_it_had() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("film.webp");
    let mut harness = faces(vec![Answer::Path(Purpose::Export(Kind::Timelapse), path.clone())]);
    drag(&mut harness, LEFT, RIGHT);
    harness.state_mut().act(StyleAction::Add("photo2vangogh".into()).into());
    harness.run_steps(2);
    act(&mut harness, FileAction::Export(Kind::Timelapse));
    wait_for(&mut harness, "the film", |_| path.exists());
    let film = read_film(&path);
    assert_eq!(film.len(), 3);
    let photograph = |frame: &RgbImage| image::imageops::crop_imm(frame, 256, 0, 256, 256).to_image();
    let change = |a: &RgbImage, b: &RgbImage| {
        let sum: u64 = a.as_raw().iter().zip(b.as_raw()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        sum as f64 / a.as_raw().len() as f64
    };
    let frames: Vec<RgbImage> = film.iter().map(photograph).collect();
    // The last step changed nothing but the style: with it over every frame there would be no difference.
    let style = change(&frames[1], &frames[2]);
    assert!(style > 8.0, "the style changed {style} levels");
}

#[test]
fn a_film_that_is_cancelled_writes_nothing() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("film.webp");
    let mut harness = faces(vec![Answer::Path(Purpose::Export(Kind::Timelapse), path.clone())]);
    for row in 0..200 {
        harness.state_mut().state.drawing_mut().document.draw(|canvas, _| {
            let width = canvas.width();
            canvas.row_mut(row, 0, width).fill(1);
            Rect { left: 0, top: row, right: width, bottom: row + 1 }
        });
    }
    act(&mut harness, FileAction::SetTimelapse(timelapse::Settings { steps_per_second: 8, longest_px: 400 }));
    act(&mut harness, FileAction::Export(Kind::Timelapse));
    wait_for(&mut harness, "the task", |app| app.state.tasks.iter().any(daub::state::Task::is_worth_showing));
    harness.get_by_label("Cancel: Writing film.webp").click();
    wait_for(&mut harness, "the end of the task", |app| app.state.tasks.iter().next().is_none());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    assert!(harness.state().state.notices.iter().all(|(_, notice)| !notice.is_error));
}

#[test]
fn a_file_that_is_there_is_replaced_only_when_told() {
    let folder = TempDir::new().unwrap();
    // The dialog was told a name without an ending, so it could not ask about this file.
    let (told, there) = (folder.path().join("street"), folder.path().join("street.daub"));
    std::fs::write(&there, "precious").unwrap();
    let mut harness = faces(vec![Answer::Path(Purpose::SaveProject, told)]);
    drag(&mut harness, LEFT, RIGHT);
    harness.state_mut().act(Action::Save);
    wait_for(&mut harness, "the question", |app| app.state.filing.replacing.is_some());
    harness.get_by_label("Cancel").click();
    harness.run_steps(3);
    assert_eq!(std::fs::read_to_string(&there).unwrap(), "precious");
    harness.state_mut().act(Action::PathChosen(Purpose::SaveProject, there.clone()));
    wait_for(&mut harness, "the question", |app| app.state.filing.replacing.is_some());
    harness.get_by_label("Replace").click();
    wait_for(&mut harness, "saving", |app| !app.state.drawing().document.is_unsaved());
    assert!(daub::io::project::Project::read(&there).is_ok());
}

/// A picture of three stripes.
fn stripes(colours: [[u8; 3]; 3]) -> RgbImage {
    RgbImage::from_fn(120, 60, |x, _| image::Rgb(colours[x as usize / 40]))
}

fn saved(folder: &TempDir, name: &str, picture: &RgbImage) -> PathBuf {
    let path = folder.path().join(name);
    picture.save(&path).unwrap();
    path
}

#[test]
fn a_map_in_known_colours_opens_and_one_in_unknown_colours_asks() {
    let folder = TempDir::new().unwrap();
    let known = saved(&folder, "known.png", &stripes([[128, 64, 128], [0, 0, 142], [70, 130, 180]]));
    let unknown = saved(&folder, "unknown.png", &stripes([[128, 64, 128], [250, 0, 250], [70, 130, 180]]));
    let mut harness = open(Language::English, Vec::new(), vec![known]);
    wait_for(&mut harness, "opening", |app| app.state.drawings.len() == 2);
    let labels = |harness: &Harness<'_, App>| {
        let canvas = harness.state().state.drawing().document.canvas().clone();
        [5, 60, 100].map(|x| canvas.get(x, 30).unwrap())
    };
    assert_eq!(labels(&harness), [7, 26, 23]);
    assert!(harness.state().state.drawing().model.is_some());
    let mut harness = open(Language::English, Vec::new(), vec![unknown]);
    wait_for(&mut harness, "the question", |app| app.state.filing.meaning.is_some());
    assert!(harness.query_by_label("#fa00fa").is_some() && harness.query_all_by_label("33.3 %").count() == 3);
    harness.get_by_label("Label #fa00fa").click();
    harness.run_steps(3);
    // One is in the list that has opened, beyond what is seen of it, and one in the palette.
    harness.query_all_by_label("bus").for_each(|label| label.click_accesskit());
    harness.run_steps(3);
    harness.get_by_label("Open").click();
    wait_for(&mut harness, "opening", |app| app.state.drawings.len() == 2);
    assert_eq!(labels(&harness), [7, 28, 23]);
}

#[test]
fn a_photograph_opens_beside_and_a_pasted_map_as_labels() {
    let folder = TempDir::new().unwrap();
    let photo = saved(&folder, "photo.png", &image::open(crate::support::golden("vangogh_input.png")).unwrap().to_rgb8());
    let mut harness = open(Language::English, Vec::new(), vec![photo]);
    wait_for(&mut harness, "opening", |app| app.state.drawings.len() == 2);
    assert_eq!(*harness.state().state.drawing().document.canvas().kind(), Holds::Photo);
    let map = stripes([[128, 64, 128], [0, 0, 142], [70, 130, 180]]);
    let image = egui::ColorImage::from_rgb([120, 60], map.as_raw());
    harness.event(egui::Event::PasteImage(image.into()));
    wait_for(&mut harness, "pasting", |app| app.state.drawings.len() == 3);
    assert_eq!(harness.state().state.drawing().document.canvas().get(60, 9), Some(26));
}

/// A file that is let go over the window.
#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

#[test]
fn a_file_that_is_dropped_opens_and_is_recent() {
    let folder = TempDir::new().unwrap();
    let map = folder.path().join("map.daub");
    let canvas = Canvas::new(Holds::Labels("cityscapes-35".into()), 120, 60, 26);
    std::fs::write(&map, Project::new("map", "street", canvas).to_bytes().unwrap()).unwrap();
    let mut harness = open(Language::English, Vec::new(), Vec::new());
    harness.input_mut().dropped_files.push(std::sync::Arc::new(Dropped(map.clone())));
    wait_for(&mut harness, "opening", |app| app.state.drawings.len() == 2);
    assert_eq!(harness.state().state.drawing().document.canvas().get(60, 9), Some(26));
    assert_eq!(harness.state().state.preferences.recent, std::slice::from_ref(&map));
    harness.get_by_label("File").click();
    harness.run_steps(3);
    harness.get_by_label_contains("Open recent").click();
    harness.run_steps(3);
    harness.get_by_label("map.daub").click();
    wait_for(&mut harness, "opening", |app| app.state.drawings.len() == 3);
}

#[test]
fn a_window_that_loses_the_focus_keeps_a_copy() {
    let folder = TempDir::new().unwrap();
    let recovery = folder.path().to_owned();
    let mut harness = Harness::builder().with_size(egui::vec2(1100.0, 640.0)).with_max_steps(40).build_eframe(move |cc| {
        let setup = Setup::bare(Box::new(Prepared::default()));
        let recovery_folder = Some(recovery.clone());
        App::new(&cc.egui_ctx, Setup { model_folders: vec![bundled_models()], recovery_folder, ..setup }).unwrap()
    });
    harness.run_steps(3);
    drag(&mut harness, LEFT, RIGHT);
    let copy = || {
        let sessions = std::fs::read_dir(folder.path()).unwrap().flatten();
        sessions.map(|session| session.path().join("1.daub")).find(|copy| copy.exists())
    };
    assert_eq!(copy(), None, "a copy is kept at once");
    harness.event(egui::Event::WindowFocused(false));
    harness.input_mut().focused = false;
    wait_for(&mut harness, "the copy", |_| copy().is_some());
    let kept = Project::read(&copy().unwrap()).unwrap();
    assert_eq!(&kept.content, harness.state().state.drawing().document.content());
}

#[test]
fn kept_pictures_are_compared_and_lead_back() {
    let mut harness = faces(Vec::new());
    wait_for(&mut harness, "the first picture", |app| !app.is_behind());
    let first = harness.state().state.drawing().document.canvas().clone();
    harness.key_press(egui::Key::K);
    wait_for(&mut harness, "keeping", |app| !app.state.drawing().candidates.is_empty());
    drag(&mut harness, LEFT, RIGHT);
    assert!(changed_pixels(&harness) > 100);
    harness.key_press(egui::Key::K);
    wait_for(&mut harness, "keeping", |app| app.state.drawing().candidates.iter().len() == 2);
    let kept = |harness: &Harness<'_, App>, at: usize| harness.state().state.drawing().candidates.iter().nth(at).unwrap().clone();
    assert_ne!(kept(&harness, 0).photograph().unwrap(), kept(&harness, 1).photograph().unwrap());
    harness.get_by_label("Kept pictures 1").click();
    wait_for(&mut harness, "unpacking", |app| {
        app.state.filmstrip.comparison.as_ref().is_some_and(|shown| !shown.pictures.is_empty())
    });
    let shown = harness.state().state.filmstrip.comparison.clone().unwrap();
    assert_eq!((shown.left, shown.right), (Pick::Kept(kept(&harness, 0).id), Pick::Current));
    assert!(harness.query_by_label("Place of the divider").is_some());
    let wish = CandidateAction::GoBack(kept(&harness, 0).id);
    harness.state_mut().act(Action::Candidate(wish));
    wait_for(&mut harness, "going back", |app| app.state.drawing().document.canvas() == &first);
    assert!(harness.state().state.filmstrip.comparison.is_none());
    harness.get_by_label("Undo").click();
    harness.run_steps(2);
    assert!(changed_pixels(&harness) > 100, "going back is one step of undo");
    let wish = CandidateAction::OpenBeside(kept(&harness, 0).id);
    harness.state_mut().act(Action::Candidate(wish));
    let before = harness.state().state.drawings.len();
    wait_for(&mut harness, "a new tab", |app| app.state.drawings.len() == before + 1);
    assert_eq!(harness.state().state.drawing().document.canvas(), &first);
}

#[test]
fn the_photograph_goes_into_the_clipboard() {
    let mut harness = faces(Vec::new());
    act(&mut harness, FileAction::CopyPicture);
    let copied = |harness: &Harness<'_, App>| {
        harness.output().platform_output.commands.iter().any(|command| matches!(command, egui::OutputCommand::CopyImage(_)))
    };
    let started = std::time::Instant::now();
    while !copied(&harness) {
        assert!(started.elapsed().as_secs() < 60, "the photograph was never copied");
        std::thread::sleep(std::time::Duration::from_millis(5));
        harness.run_steps(1);
    }
}
