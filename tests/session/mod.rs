//! What an artist would do, from the first car to the last export, in the real window with the real pointer and keys.
//!
//! A twin of the window in this process is given the same input: it knows where every control is, and what the drawing
//! must be afterwards. The real program's recovery copies and files must say the same.

mod twin;

use std::path::Path;
use std::time::{Duration, Instant};

use daub::document::Content;
use daub::io::export::Kind;
use daub::io::project::Project;
use daub::io::{frames, ora, pictures};
use daub::styles::Reach;
use egui::{Pos2, Vec2};
use egui_kittest::kittest::Queryable as _;
use image::RgbImage;
use tempfile::TempDir;

use crate::display::{Display, change, is_ready, wait_for};
use crate::support::skip_unless;
use twin::{Session, copies, kill_during_an_autosave};

const VEGETATION: u8 = 21;
const CAR: u32 = 26;
const WALL: u32 = 12;

#[test]
fn an_artist_draws_is_interrupted_and_exports_everything() {
    if !skip_unless("a session under Xvfb", &["Xvfb", "xdotool", "xwd"]) {
        return;
    }
    let folder = TempDir::new().unwrap();
    let display = Display::open();
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    std::fs::write(data.join("preferences.toml"), "tour_seen = true\nside_panels = [\"stamps\", \"objects\"]\n").unwrap();
    let mut session = Session::start(&display, &folder);
    // While the first picture is painted frames are slow, and a quick drag could fall into one of them.
    session.painted();
    let start = session.document().content().clone();
    two_cars_and_a_tree(&mut session);
    move_and_relabel(&mut session);
    style_the_trees(&mut session);
    undo_and_redo(&mut session, &start);
    let saved = folder.path().join("street.daub");
    save(&mut session, &saved);
    let drawn = session.document().content().clone();

    session.key("b");
    kill_during_an_autosave(&mut session);
    let kept = copies(folder.path());
    assert!(!kept.is_empty(), "nothing was kept before the kill");
    drop(session);
    let mut session = Session::start(&display, &folder);
    recovered(&mut session, &kept, &drawn);
    export_everything(&mut session);
    assert!(session.daub.0.try_wait().unwrap().is_none(), "the program ended by itself");
    // What was saved before the kill is as it was.
    assert_eq!(Project::read(&saved).unwrap().content, drawn);
}

fn two_cars_and_a_tree(session: &mut Session<'_>) {
    let lay = |session: &mut Session<'_>, words: &str, name: &str, x: f32, y: f32| {
        session.click("Search stamps");
        session.key("ctrl+a");
        session.type_text(words);
        // The list of objects, below, has the same names.
        let tiles = session.twin.query_all_by_label(name).map(|node| node.rect().center());
        let tile = tiles.min_by(|a, b| a.y.total_cmp(&b.y)).unwrap();
        session.hover(tile);
        session.drag(tile, session.place(x, y));
    };
    lay(session, "car", "City car, side", 200.0, 190.0);
    session.agree("the first car");
    lay(session, "car", "City car, side", 330.0, 170.0);
    session.agree("the second car");
    lay(session, "conifer", "Conifer", 440.0, 165.0);
    session.agree("the tree");
    let inks: Vec<u32> = session.document().objects().iter().map(|object| object.parts[0].ink).collect();
    assert_eq!(inks, [CAR, CAR, u32::from(VEGETATION)]);
    assert_eq!(session.seen(session.middle(0)), [0, 0, 142], "the first car is not seen");
    assert_eq!(session.seen(session.middle(2)), [107, 142, 35], "the tree is not seen");
}

fn move_and_relabel(session: &mut Session<'_>) {
    session.key("v");
    let (from, foot) = (session.middle(0), session.object(0).placement.foot);
    session.click_at(from);
    session.drag(from, from + Vec2::new(-50.0, 12.0));
    let moved = session.object(0).placement.foot;
    assert!(moved[0] < foot[0] - 30.0 && moved[1] > foot[1] + 5.0, "{foot:?} to {moved:?}");
    session.agree("the car that moved");
    session.click("Label");
    session.pause();
    // Something that is seen of the list without scrolling it; the palette has the same names, further left.
    session.click("wall");
    assert_eq!(session.object(0).parts[0].ink, WALL);
    session.agree("the car that is a wall");
    assert_eq!(session.seen(session.middle(0)), [102, 102, 156]);
}

fn style_the_trees(session: &mut Session<'_>) {
    // The panel of styles has the height to itself.
    session.click("Close Objects");
    session.click("Close Stamps");
    let before = session.painted();
    session.key("F6");
    session.pause();
    session.click("+ Van Gogh");
    session.click("Where");
    session.click("Labels");
    let steps = &session.document().extras().styles.steps;
    assert!(matches!(&steps[0].reach, Reach::Labels(chosen) if chosen == &[VEGETATION]), "{steps:?}");
    session.key("F6");
    // With the panel away again everything is where it was.
    let (trees, road) = trees_and_road(session);
    std::thread::sleep(Duration::from_millis(300));
    session.point(Pos2::new(640.0, 740.0));
    let styled = wait_for(session.display, session.folder, "the styled trees", |screen| {
        is_ready(screen) && change(&before, screen, trees) > 8.0
    });
    assert!(change(&before, &styled, road) < 1.0, "the style reached the road");
}

fn undo_and_redo(session: &mut Session<'_>, start: &Content) {
    let (drawn, car) = (session.document().content().clone(), session.middle(1));
    let mut steps = 0;
    while session.document().can_undo() {
        session.key("ctrl+z");
        steps += 1;
    }
    // Three things that were laid, one that moved, one that was relabelled, and the style.
    assert!(steps >= 6, "{steps}");
    assert_eq!(session.document().content(), start);
    session.agree("undo to the start");
    assert_ne!(session.seen(car), [0, 0, 142], "an undone car is seen");
    while session.document().can_redo() {
        session.key("ctrl+shift+z");
    }
    assert_eq!(session.document().content(), &drawn);
    session.agree("redo to the end");
    assert_eq!(session.seen(car), [0, 0, 142]);
}

fn save(session: &mut Session<'_>, path: &Path) {
    session.answer(path, "key ctrl+s");
    let started = Instant::now();
    while !path.exists() {
        assert!(started.elapsed() < Duration::from_secs(10), "the drawing was not saved");
        std::thread::sleep(Duration::from_millis(20));
    }
    let saved = Project::read(path).unwrap();
    let twin = session.state().drawing().project();
    assert_eq!((&saved.content, &saved.settings), (&twin.content, &twin.settings));
    assert_eq!(saved.model, "street");
}

fn recovered(session: &mut Session<'_>, kept: &[Project], drawn: &Content) {
    let twin = session.state().drawing().project();
    assert!(twin.title.contains("(recovered)"), "{}", twin.title);
    assert!(kept.iter().any(|copy| copy.content == twin.content));
    assert_eq!(twin.content.objects, drawn.objects);
    assert_ne!(twin.content.paint, drawn.paint, "the strokes before the kill are lost");
    assert_eq!(twin.content.extras.styles.steps.len(), 1);
    session.agree("what was recovered");
    assert_eq!(session.seen(session.middle(1)), [0, 0, 142]);
    // Drawing goes on.
    session.key("b");
    session.drag(session.place(60.0, 235.0), session.place(140.0, 235.0));
    session.agree("a stroke after recovery");
}

/// Every kind.
fn export_everything(session: &mut Session<'_>) {
    let path = |name: &str| session.folder.path().join(name);
    let files = [
        (Kind::Picture, path("picture.png")),
        (Kind::Canvas, path("labels.png")),
        (Kind::Instances, path("instances.png")),
        (Kind::SideBySide, path("both.webp")),
        (Kind::Layers, path("layers.ora")),
        (Kind::Timelapse, path("film.webp")),
    ];
    for (kind, path) in &files {
        session.export(*kind, path);
    }
    let document = session.document();
    let (width, height) = (document.canvas().width() as u32, document.canvas().height() as u32);
    let picture = image::open(&files[0].1).unwrap().to_rgb8();
    assert_eq!(picture.dimensions(), (width, height));
    assert_eq!(pictures::read_labels(&files[1].1).unwrap().ids, document.composite().pixels());
    let instances = pictures::read_instances(&files[2].1).unwrap().ids;
    assert_eq!(instances, document.instance_map());
    assert!(instances.contains(&(WALL * 1000)) && instances.contains(&(CAR * 1000 + 1)));
    let both = image::open(&files[3].1).unwrap().to_rgb8();
    let right = image::imageops::crop_imm(&both, width, 0, width, height).to_image();
    assert_eq!(both.dimensions(), (2 * width, height));
    assert_eq!(right, picture);
    let ora::Opened::Project(project) = ora::read(&files[4].1).unwrap() else { panic!("our own layers come back") };
    assert_eq!(&project.content, document.content());
    // Recovery begins a new history: the film shows the drawing before and after the one stroke since then.
    let film: Vec<RgbImage> = frames::open(&files[5].1).unwrap().frames.map(|frame| frame.unwrap().picture).collect();
    assert_eq!(film.len(), 2);
    assert_eq!(film[1].dimensions(), (2 * width, height));
    assert_eq!(image::imageops::crop_imm(&film[1], width, 0, width, height).to_image(), picture);
}

/// Where the photograph shows vegetation, and where it does not, in the window.
fn trees_and_road(session: &Session<'_>) -> ([u32; 4], [u32; 4]) {
    let photograph = session.twin.get_by_label("Photograph").rect();
    let canvas = session.document().canvas();
    let size = Vec2::new(canvas.width() as f32, canvas.height() as f32);
    let rect = session.state().drawing().view.canvas_rect(photograph, size);
    let part = |x: f32, y: f32, w: f32, h: f32| {
        let at = rect.min + rect.size() * Vec2::new(x, y);
        [at.x as u32, at.y as u32, (rect.width() * w) as u32, (rect.height() * h) as u32]
    };
    (part(0.1, 0.08, 0.15, 0.15), part(0.3, 0.68, 0.3, 0.15))
}
