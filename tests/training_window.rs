//! The training dialog: a run from the form to a model that paints, stopped and taken up again, and refused.

use std::path::Path;
use std::sync::Arc;

use daub::action::Training;
use daub::app::App;
use daub::io::dialogs::{Answer, Purpose};
use daub::state::training::{Form, Run, Status};
use daub::text::Language;
use daub_models::train::Method;
use daub_models::train::sheet::Sheet;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use crate::support::{found_all, root};
use crate::training::prepared;
use crate::user_interface::{has_vulkan, open, wait_for};

/// The dialog with the training file of a folder read, its model going into the folder.
fn opened(folder: &Path, more: &str) -> Harness<'static, App> {
    let file = folder.join("discs.toml");
    let text = std::fs::read_to_string(&file).unwrap() + more + "[output]\nmodels = \"models\"\ntitle = \"Discs\"\n";
    std::fs::write(&file, text).unwrap();
    let mut harness = open(Language::English, vec![Answer::Path(Purpose::OpenTraining, file)], Vec::new());
    harness.state_mut().act(Training::Open.into());
    harness.run_steps(3);
    harness.get_by_label("Open a training file…").click();
    wait_for(&mut harness, "reading the training file", |app| app.state.training.form.file.is_some());
    harness
}

fn run(app: &App) -> &Run {
    app.state.training.run.as_ref().unwrap()
}

fn is_over(app: &App) -> bool {
    !run(app).is_under_way()
}

fn start(harness: &mut Harness<'_, App>) {
    harness.get_by_label("Start training").click();
    wait_for(harness, "the start", |app| app.state.training.run.is_some());
}

#[test]
fn a_model_is_trained_and_painted_with() {
    let folder = prepared();
    let mut harness = opened(folder.path(), "");
    start(&mut harness);
    wait_for(&mut harness, "training", is_over);
    let (step, losses) = (run(harness.state()).step, run(harness.state()).losses.len());
    assert!(matches!(&run(harness.state()).status, Status::Ended(ended) if !ended.stopped), "{:?}", run(harness.state()).status);
    assert!(step == 6 && losses > 0 && run(harness.state()).sheet.is_some());
    assert!(harness.query_by_label("Losses").is_some() && harness.query_by_label("Samples").is_some());
    assert!(harness.state().state.models.iter().any(|model| model.card.name == "discs"), "the model is listed at once");
    assert!(folder.path().join("run/training.toml").is_file() && folder.path().join("run/report.html").is_file());
    harness.get_by_label("Paint with Discs").click();
    wait_for(&mut harness, "its picture", |app| {
        app.state.drawing().model.as_ref().is_some_and(|model| model.card.name == "discs") && !app.is_behind()
    });
    assert!(!harness.state().state.training.is_open);
}

#[test]
fn a_run_is_stopped_and_taken_up_again() {
    let folder = prepared();
    let mut harness = opened(folder.path(), "average = 0.9\n");
    let mut form = harness.state().state.training.form.clone();
    form.set_steps(1_000_000);
    harness.state_mut().act(Training::Edit(Box::new(form)).into());
    harness.run_steps(2);
    start(&mut harness);
    wait_for(&mut harness, "some steps", |app| run(app).step >= 2);
    harness.get_by_label("Go on in the background").click();
    harness.run_steps(2);
    assert!(!harness.state().state.training.is_open && run(harness.state()).is_under_way());
    harness.state_mut().act(Training::Open.into());
    harness.run_steps(3);
    harness.get_by_label("Stop and save").click();
    wait_for(&mut harness, "the end", is_over);
    let before = run(harness.state()).step;
    assert!(matches!(&run(harness.state()).status, Status::Ended(ended) if ended.stopped && ended.step == before));
    harness.get_by_label("Go on").click();
    wait_for(&mut harness, "more steps", |app| run(app).step > before);
    // The task of the status bar stops it as well.
    let task = harness.state().state.tasks.iter().next().map(|task| task.id).unwrap();
    harness.state_mut().act(daub::action::Interface::CancelTask(task).into());
    wait_for(&mut harness, "the end", is_over);
    harness.get_by_label("Back").click();
    harness.run_steps(3);
    assert!(harness.state().state.training.form.resume && harness.query_by_label("Start training").is_some());
}

#[test]
fn a_refusal_is_a_sentence_that_names_the_file() {
    let folder = prepared();
    let mut harness = opened(folder.path(), "");
    std::fs::write(folder.path().join("pairs/images/2.png"), "no picture").unwrap();
    start(&mut harness);
    wait_for(&mut harness, "the refusal", is_over);
    let Status::Failed(message) = run(harness.state()).status.clone() else { panic!("{:?}", run(harness.state())) };
    assert!(message.contains("2.png") && message.lines().count() == 1, "{message}");
    assert!(harness.query_by_label(&message).is_some());
    harness.get_by_label("Back").click();
    harness.run_steps(3);
    assert!(harness.query_by_label("Start training").is_some());
}

#[test]
fn every_option_goes_into_a_file() {
    let folder = prepared();
    let file = folder.path().join("all.toml");
    let answers = vec![
        Answer::Path(Purpose::TrainingFolder, folder.path().join("pairs")),
        Answer::Path(Purpose::SaveTraining, file.clone()),
    ];
    let mut harness = open(Language::English, answers, Vec::new());
    harness.state_mut().act(Training::Open.into());
    harness.run_steps(3);
    harness.get_by_label("Choose…").click();
    wait_for(&mut harness, "the folder", |app| app.state.training.form.is_complete());
    harness.get_by_label("Write every option to a file…").click();
    wait_for(&mut harness, "the file", |_| file.exists());
    let written = daub::training::read_config(&file).unwrap();
    let form = harness.state().state.training.form.clone();
    assert_eq!(written, daub_models::train::Config { output: written.output.clone(), ..form.config });
}

/// Strict pictures of the dialog; the run is made up, because speeds and pictures differ from machine to machine.
#[test]
fn the_dialog_looks_as_it_did() {
    let missing = if has_vulkan() { Vec::new() } else { vec!["a Vulkan driver".to_owned()] };
    if !found_all("pictures of the training dialog", &missing) {
        return;
    }
    let picture = image::RgbImage::from_fn(300, 140, |x, y| image::Rgb([(x / 2) as u8, y as u8, 120]));
    let sheet = Sheet { captions: ["input", "output", "target"].map(str::to_owned).into(), picture };
    let curve = |of: fn(f64) -> f64| (1..100).map(|step| [f64::from(step) * 40.0, of(f64::from(step) / 10.0)]).collect();
    let made_up = Run {
        status: Status::Learning,
        step: 4000,
        end: 20_000,
        speed: 21.3,
        left_s: 754,
        device: "CPU".to_owned(),
        memory: Some(412 << 20),
        losses: vec![("l1", curve(|x| 0.4 / (1.0 + x))), ("gan", curve(|x| 0.7 + 0.1 * x.sin()))],
        sheet: Some((3900, Arc::new(sheet), Some(19.4))),
        ..Run::new("discs".to_owned())
    };
    for (language, suffix) in [(Language::English, "english"), (Language::Chinese, "chinese")] {
        for (name, run) in [("form", None), ("run", Some(made_up.clone()))] {
            let mut harness = open(language, Vec::new(), Vec::new());
            harness.state_mut().act(Training::Open.into());
            harness.state_mut().act(Training::Edit(Box::new(Form::of(Method::Pix2pix))).into());
            harness.state_mut().state.training.run = run;
            harness.run_steps(8);
            let mut screen = harness.render().unwrap();
            let dialog = image::imageops::crop(&mut screen, 274, 28, 552, if name == "form" { 370 } else { 560 }).to_image();
            let options = egui_kittest::SnapshotOptions::default().output_path(root().join("tests/snapshots"));
            egui_kittest::try_image_snapshot_options(&dialog, format!("training_{name}_{suffix}"), &options).unwrap();
        }
    }
}
