//! The real window and its twin in this process, given the same input.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use daub::app::{App, Setup};
use daub::document::{Content, Document};
use daub::generate::{LookPicture, LookRequest, Painter, Pixels, Quality, Request, Shown, Step};
use daub::io::export::Kind;
use daub::io::project::Project;
use daub::state::State;
use daub_models::Interrupt;
use egui::{Event, Key, Modifiers, PointerButton, Pos2, Vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use image::RgbImage;
use tempfile::TempDir;

use crate::display::{Display, Running, change, colourful, is_ready, wait_for};
use crate::support::bundled_models;
use crate::user_interface::Prepared;

/// The colour of what is chosen, in the dark theme.
const CHOSEN: [u8; 3] = [128, 66, 42];

/// The real window, its twin, and where the real one keeps its data.
pub(super) struct Session<'a> {
    pub(super) display: &'a Display,
    pub(super) folder: &'a TempDir,
    pub(super) daub: Running,
    pub(super) twin: Harness<'static, App>,
    /// How long the real window took to answer the pointer last.
    latency: Duration,
}

impl<'a> Session<'a> {
    /// Starts both on the same preferences and recovery copies.
    pub(super) fn start(display: &'a Display, folder: &'a TempDir) -> Self {
        let (data, twins) = (folder.path().join("data"), tempfile::tempdir_in(folder.path()).unwrap().keep());
        std::fs::create_dir_all(data.join("recovery")).unwrap();
        copy_folder(&data, &twins);
        // Without a bus and without zenity there is no dialog of the system: the window asks for paths itself.
        let settings = [("DAUB_AUTOSAVE_MS", "50"), ("PATH", ""), ("DBUS_SESSION_BUS_ADDRESS", ""), ("XDG_RUNTIME_DIR", "")];
        let daub = display.daub(&data, &settings);
        let twin = Harness::builder().with_size(Vec2::new(1280.0, 760.0)).with_max_steps(40).build_eframe(move |cc| {
            let setup = Setup::bare(Box::new(Prepared::default()));
            let preferences_file = Some(twins.join("preferences.toml"));
            let recovery_folder = Some(twins.join("recovery"));
            let painter: Option<Box<dyn Painter>> = Some(Box::new(Blank));
            let setup = Setup { model_folders: vec![bundled_models()], preferences_file, recovery_folder, painter, ..setup };
            App::new(&cc.egui_ctx, setup).unwrap()
        });
        let mut session = Self { display, folder, daub, twin, latency: Duration::ZERO };
        session.twin.run_steps(4);
        let canvas = session.twin.get_by_label("Canvas").rect();
        let middle = [canvas.left() as u32 + 20, canvas.center().y as u32 - 80, canvas.width() as u32 - 40, 160];
        wait_for(display, folder, "the window", |screen| colourful(screen, middle));
        session.display.xdotool("search --name ^Daub$ windowfocus");
        session
    }

    pub(super) fn state(&self) -> &State {
        &self.twin.state().state
    }

    pub(super) fn document(&self) -> &Document {
        &self.state().drawing().document
    }

    pub(super) fn object(&self, number: usize) -> &daub::document::Object {
        &self.document().objects()[number]
    }

    /// The real window once its photograph is that of the drawing.
    pub(super) fn painted(&self) -> RgbImage {
        loop {
            wait_for(self.display, self.folder, "a photograph", is_ready);
            // Ready and not just not begun yet.
            self.pause();
            self.pause();
            let screen = self.display.screenshot(self.folder);
            if is_ready(&screen) {
                return screen;
            }
        }
    }

    fn event(&mut self, event: Event) {
        self.twin.event(event);
        self.twin.run_steps(1);
    }

    pub(super) fn point(&mut self, at: Pos2) {
        self.display.xdotool(&format!("mousemove {} {}", at.x, at.y));
        self.event(Event::PointerMoved(at));
    }

    fn button(&mut self, at: Pos2, pressed: bool) {
        self.display.xdotool(if pressed { "mousedown 1" } else { "mouseup 1" });
        let (button, modifiers) = (PointerButton::Primary, Modifiers::NONE);
        self.event(Event::PointerButton { pos: at, button, pressed, modifiers });
    }

    pub(super) fn click_at(&mut self, at: Pos2) {
        let at = at.round();
        self.point(at);
        self.button(at, true);
        self.button(at, false);
        self.twin.run_steps(3);
        self.pause();
    }

    /// The real window draws a frame or two.
    pub(super) fn pause(&self) {
        std::thread::sleep(Duration::from_millis(100).max(2 * self.latency));
    }

    /// Moves the pointer onto a control that lights up, and notes how long that took.
    pub(super) fn hover(&mut self, at: Pos2) {
        self.point(Pos2::new(640.0, 740.0));
        self.pause();
        let before = self.display.screenshot(self.folder);
        let started = Instant::now();
        self.point(at.round());
        let around = [at.x as u32 - 30, at.y as u32 - 22, 60, 44];
        wait_for(self.display, self.folder, "an answer to the pointer", |screen| change(&before, screen, around) > 1.0);
        self.latency = started.elapsed().min(Duration::from_millis(300));
    }

    /// Clicks the control with this name; of several the one furthest to the right, where the panels are.
    pub(super) fn click(&mut self, name: &str) {
        let places = self.twin.query_all_by_label(name).map(|node| node.rect().center());
        let at = places.max_by(|a, b| a.x.total_cmp(&b.x)).unwrap_or_else(|| panic!("there is no {name}"));
        self.click_at(at);
    }

    pub(super) fn drag(&mut self, from: Pos2, to: Pos2) {
        let (from, to) = (from.round(), to.round());
        self.point(from);
        self.pause();
        self.button(from, true);
        self.pause();
        for step in 1..=4 {
            self.point((from + (to - from) * (step as f32 / 4.0)).round());
        }
        self.pause();
        self.button(to, false);
        self.twin.run_steps(3);
    }

    /// A key with its modifiers, such as `ctrl+shift+z`.
    pub(super) fn key(&mut self, keys: &str) {
        self.display.xdotool(&format!("key {keys}"));
        let (mut modifiers, mut key) = (Modifiers::NONE, None);
        for part in keys.split('+') {
            match part {
                "ctrl" => modifiers |= Modifiers::COMMAND | Modifiers::CTRL,
                "shift" => modifiers |= Modifiers::SHIFT,
                name => key = Key::from_name(&name.to_uppercase()).or(Key::from_name(name)),
            }
        }
        self.twin.key_press_modifiers(modifiers, key.unwrap());
        self.twin.run_steps(3);
    }

    pub(super) fn type_text(&mut self, text: &str) {
        self.display.xdotool(&format!("type --delay 4 {text}"));
        self.event(Event::Text(text.to_owned()));
        self.twin.run_steps(3);
        self.pause();
    }

    /// Where a pixel of the canvas is in the window.
    pub(super) fn place(&self, x: f32, y: f32) -> Pos2 {
        let (pane, canvas) = (self.twin.get_by_label("Canvas").rect(), self.document().canvas());
        let size = Vec2::new(canvas.width() as f32, canvas.height() as f32);
        let rect = self.state().drawing().view.canvas_rect(pane, size);
        rect.min + Vec2::new(x, y) / size * rect.size()
    }

    /// The middle of an object, in the window.
    pub(super) fn middle(&self, number: usize) -> Pos2 {
        let bounds = self.object(number).bounds();
        self.place((bounds.left + bounds.right) as f32 / 2.0, (bounds.top + bounds.bottom) as f32 / 2.0)
    }

    /// The colour on the real screen.
    pub(super) fn seen(&self, at: Pos2) -> [u8; 3] {
        self.display.screenshot(self.folder).get_pixel(at.x as u32, at.y as u32).0
    }

    /// Waits until the real program has kept a copy of the very drawing that the twin has.
    pub(super) fn agree(&self, what: &str) {
        let started = Instant::now();
        let wanted = self.document().content();
        loop {
            let kept = copies(self.folder.path());
            if kept.iter().any(|copy| copy.content == *wanted) {
                return;
            }
            let late = started.elapsed() > Duration::from_secs(15);
            assert!(!late, "{what}: {}", kept.last().map_or("no copy".into(), |copy| difference(&copy.content, wanted)));
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Writes the drawing as something, by the dialog; only the real window does.
    pub(super) fn export(&mut self, kind: Kind, path: &Path) {
        let before = self.display.screenshot(self.folder);
        self.key("ctrl+e");
        // A click into a window that does not show the dialog yet would be lost.
        let dialog = [420, 200, 440, 360];
        wait_for(self.display, self.folder, "the choice of exports", |screen| change(&before, screen, dialog) > 5.0);
        self.pause();
        let name = kind.label().of(self.state().language).trim_end_matches('…');
        let row = |session: &Self| session.twin.get_by_role_and_label(egui::accesskit::Role::RadioButton, name).rect();
        self.click_at(row(self).center());
        // The dialog may have grown, and its rows have moved.
        self.twin.run_steps(4);
        let chosen = (row(self).left() as u32 + 5, row(self).center().y as u32);
        wait_for(self.display, self.folder, name, |screen| screen.get_pixel(chosen.0, chosen.1).0 == CHOSEN);
        self.answer(path, "key Return");
        self.twin.key_press(Key::Escape);
        self.twin.run_steps(3);
        let started = Instant::now();
        while !path.exists() {
            assert!(started.elapsed() < Duration::from_mins(5), "{} was not written", path.display());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Has the real window ask for a path, and types it.
    pub(super) fn answer(&self, path: &Path, asking: &str) {
        let before = self.display.screenshot(self.folder);
        self.display.xdotool(asking);
        let dialog = [400, 300, 480, 160];
        wait_for(self.display, self.folder, "the question for a path", |screen| change(&before, screen, dialog) > 1.0);
        // The field takes keys once it has the focus: then the suggested name can be selected.
        self.pause();
        self.pause();
        let open = self.display.screenshot(self.folder);
        wait_for(self.display, self.folder, "the selection of the suggested path", |screen| {
            self.display.xdotool("key ctrl+a");
            change(&open, screen, dialog) > 0.3
        });
        self.display.xdotool(&format!("type --delay 4 {}", path.display()));
        self.display.xdotool("key Return");
    }
}

/// Paints grey pictures at once, so that the real window has the processor for itself.
struct Blank;

impl Painter for Blank {
    fn steps(&mut self, _request: &Request) -> anyhow::Result<Vec<Step>> {
        Ok(vec![Step { quality: Quality::Full, styled: true, stoppable: false }])
    }

    fn paint(&mut self, request: &Request, step: Step, _interrupt: &Interrupt) -> anyhow::Result<Shown> {
        let Request { stamp, model, options, styles, input, .. } = request.clone();
        let (width, height) = (input.width, input.height);
        let pixels = Pixels::Bytes(vec![128; width * height * 3].into());
        let (quality, device) = (step.quality, String::new());
        Ok(Shown { stamp, model, options, quality, width, height, pixels, styles, before: None, milliseconds: 0.0, device })
    }

    fn look(&mut self, _wish: &LookRequest, _index: usize, _interrupt: &Interrupt) -> anyhow::Result<LookPicture> {
        anyhow::bail!("nothing has a look here")
    }

    fn reset(&mut self) {}
}

fn copy_folder(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Folders of the running program and of those that were killed.
fn sessions(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder.join("data/recovery")).unwrap();
    entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
}

/// Every recovery copy of the real program; each must be whole.
pub(super) fn copies(folder: &Path) -> Vec<Project> {
    let files = sessions(folder).into_iter().flat_map(|session| std::fs::read_dir(session).unwrap().flatten());
    let copies = files.map(|file| file.path()).filter(|path| path.extension().is_some_and(|ending| ending == "daub"));
    // One that is no longer needed may have gone meanwhile.
    let bytes = copies.filter_map(|path| std::fs::read(path).ok());
    bytes.map(|bytes| Project::from_bytes(&bytes).unwrap_or_else(|error| panic!("a copy is not whole: {error:#}"))).collect()
}

/// Draws stroke after stroke and kills the program while it is writing a copy.
pub(super) fn kill_during_an_autosave(session: &mut Session<'_>) {
    let mut strokes = "mousemove 640 740".to_owned();
    for number in 0..40 {
        let y = 200.0 + number as f32;
        let places = [110.0, 180.0, 250.0, 320.0].map(|x| session.place(x, y).round());
        for (at, then) in places.iter().zip(["mousedown 1", "", "", "mouseup 1"]) {
            write!(strokes, " mousemove {} {} sleep 0.05 {then} sleep 0.05", at.x, at.y).unwrap();
        }
    }
    let mut hand = session.display.hand(&strokes);
    let started = Instant::now();
    let is_copy_under_way = || {
        let files = sessions(session.folder.path()).into_iter().flat_map(|session| std::fs::read_dir(session).unwrap().flatten());
        files.into_iter().any(|file| file.file_name().to_string_lossy().starts_with(".daub-"))
    };
    // At least one whole stroke must have been kept before.
    while started.elapsed() < Duration::from_secs(1) || !is_copy_under_way() {
        assert!(started.elapsed() < Duration::from_secs(20), "no copy was ever seen under way");
    }
    session.daub.0.kill().unwrap();
    session.daub.0.wait().unwrap();
    hand.0.kill().unwrap();
    session.display.xdotool("mouseup 1");
}

fn difference(a: &Content, b: &Content) -> String {
    let objects = |content: &Content| {
        let one = |object: &std::sync::Arc<daub::document::Object>| format!("{} {:?}", object.name, object.placement);
        content.objects.iter().map(one).collect::<Vec<_>>()
    };
    let paint = a.paint.pixels().iter().zip(b.paint.pixels()).filter(|(a, b)| a != b).count();
    format!("{paint} pixels differ; {:?} and {:?}; {:?} and {:?}", objects(a), objects(b), a.extras, b.extras)
}
