//! The real binary in a real window: a drag with the mouse must change the canvas, and then the photograph.
//!
//! Needs Xvfb and xdotool; without them it is skipped aloud, or fails when `DAUB_TESTS_REQUIRE_ALL=1`.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use image::{RgbImage, imageops};
use tempfile::TempDir;

use crate::support::{bundled_models, root, skip_unless};

/// A program that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _killed = self.0.kill();
        let _reaped = self.0.wait();
    }
}

/// A display of its own.
struct Display {
    _server: Running,
    name: String,
}

impl Display {
    fn open() -> Self {
        let mut server = Command::new("Xvfb");
        server.args(["-displayfd", "1", "-screen", "0", "1280x760x24", "-nolisten", "tcp"]);
        let mut child = server.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { _server: Running(child), name: format!(":{}", line.trim()) }
    }

    fn xdotool(&self, arguments: &str) {
        let done = Command::new("xdotool").args(arguments.split_whitespace()).env("DISPLAY", &self.name).status().unwrap();
        assert!(done.success(), "xdotool {arguments}");
    }

    /// The screen, through the X server's own dump.
    fn screenshot(&self, folder: &TempDir) -> RgbImage {
        let dump = Command::new("xwd").args(["-root", "-silent", "-display", &self.name]).output().unwrap().stdout;
        std::fs::write(folder.path().join("screen.xwd"), &dump).unwrap();
        picture_of(&dump)
    }
}

/// A 24-bit `ZPixmap` dump of xwd version 7 as a picture.
fn picture_of(dump: &[u8]) -> RgbImage {
    let field = |index: usize| u32::from_be_bytes(dump[index * 4..index * 4 + 4].try_into().unwrap());
    let (header, width, height, stride, colours) = (field(0), field(4), field(5), field(12), field(19));
    assert_eq!((field(1), field(11)), (7, 32), "an unknown dump");
    let pixels = &dump[(header + colours * 12) as usize..];
    RgbImage::from_fn(width, height, |x, y| {
        let at = (y * stride + x * 4) as usize;
        image::Rgb([pixels[at + 2], pixels[at + 1], pixels[at]])
    })
}

/// Mean difference of two pictures in a rectangle of the screen.
fn change(a: &RgbImage, b: &RgbImage, [x, y, width, height]: [u32; 4]) -> f32 {
    let part = |picture: &RgbImage| imageops::crop_imm(picture, x, y, width, height).to_image().into_raw();
    let (a, b) = (part(a), part(b));
    a.iter().zip(&b).map(|(a, b)| f32::from(a.abs_diff(*b))).sum::<f32>() / a.len() as f32
}

/// Takes screenshots until `done` says so.
fn wait_for(display: &Display, folder: &TempDir, what: &str, done: impl Fn(&RgbImage) -> bool) -> RgbImage {
    let started = Instant::now();
    loop {
        let screen = display.screenshot(folder);
        if done(&screen) {
            return screen;
        }
        assert!(started.elapsed() < Duration::from_secs(90), "{what} did not happen");
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn a_drag_changes_the_canvas_and_then_the_photograph() {
    if !skip_unless("a window under Xvfb", &["Xvfb", "xdotool", "xwd"]) {
        return;
    }
    let folder = TempDir::new().unwrap();
    let display = Display::open();
    let mut daub = Command::new(env!("CARGO_BIN_EXE_daub"));
    daub.current_dir(root()).env("DISPLAY", &display.name).env("DAUB_MODELS", bundled_models());
    // Without the hints of the first start, which would lie over the canvas.
    std::fs::write(folder.path().join("preferences.toml"), "tour_seen = true\n").unwrap();
    daub.env("DAUB_DATA", folder.path()).env("LC_ALL", "C").env_remove("WAYLAND_DISPLAY").stderr(Stdio::null());
    let mut daub = Running(daub.spawn().unwrap());
    // The window has no manager here and fills 1280x760: canvas and photograph are halves of what
    // the bars and panels leave.
    let (left, right) = ([240, 284, 480, 230], [749, 284, 480, 230]);
    let colourful = |screen: &RgbImage, [x, y, width, height]: [u32; 4]| {
        let part = imageops::crop_imm(screen, x, y, width, height).to_image();
        let mut levels: Vec<u8> = part.pixels().map(|pixel| pixel.0[1]).collect();
        levels.sort_unstable();
        levels[levels.len() * 9 / 10] - levels[levels.len() / 10] > 40
    };
    let before = wait_for(&display, &folder, "the first photograph", |screen| colourful(screen, right));
    // A pause, so that a preview has given way to the full picture.
    std::thread::sleep(Duration::from_secs(6));
    let before = if daub.0.try_wait().unwrap().is_none() { display.screenshot(&folder) } else { before };
    // A drag with vegetation across the road in the lower middle of the canvas.
    display.xdotool("mousemove 330 450 mousedown 1");
    for x in (330..=560).step_by(10) {
        display.xdotool(&format!("mousemove {x} 450"));
    }
    display.xdotool("mouseup 1 mousemove 20 740");
    let stroke = [340, 443, 210, 14];
    let drawn = wait_for(&display, &folder, "the stroke on the canvas", |screen| change(&before, screen, stroke) > 20.0);
    assert!(change(&before, &drawn, [240, 284, 480, 80]) < 2.0, "the canvas changed away from the stroke");
    let in_photograph = [860, 435, 190, 30];
    // A preview, if one comes first, differs everywhere; the full picture changes most where the stroke is.
    let painted = wait_for(&display, &folder, "the photograph", |screen| {
        let there = change(&before, screen, in_photograph);
        there > 6.0 && there > 1.5 * change(&before, screen, [749, 284, 480, 60])
    });
    assert!(colourful(&painted, left));
    // Undo by the keyboard brings the canvas back; no window manager gives the window its focus here.
    display.xdotool("search --name ^Daub$ windowfocus key ctrl+z");
    wait_for(&display, &folder, "undo", |screen| change(&before, screen, stroke) < 1.0);
    assert!(daub.0.try_wait().unwrap().is_none(), "the program ended by itself");
}

/// Without a display the one command of the README plays a drawing instead.
#[test]
fn without_a_display_a_drawing_is_played() {
    let folder = TempDir::new().unwrap();
    let mut daub = Command::new(env!("CARGO_BIN_EXE_daub"));
    daub.current_dir(folder.path()).env("DAUB_MODELS", bundled_models());
    let run = daub.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").env_remove("WAYLAND_SOCKET").output().unwrap();
    let said = String::from_utf8(run.stdout).unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    assert!(said.contains("no display") && said.contains("daub-demo"), "{said}");
    let pictures = std::fs::read_dir(folder.path().join("daub-demo")).unwrap();
    assert!(pictures.count() > 10);
}
