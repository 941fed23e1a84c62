//! A display of its own, the real binary on it, and eyes.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use image::{RgbImage, imageops};
use tempfile::TempDir;

use crate::support::{bundled_models, root};

/// A program that ends with the test.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _killed = self.0.kill();
        let _reaped = self.0.wait();
    }
}

/// A display of its own.
pub(crate) struct Display {
    _server: Running,
    pub(crate) name: String,
}

impl Display {
    pub(crate) fn open() -> Self {
        let mut server = Command::new("Xvfb");
        server.args(["-displayfd", "1", "-screen", "0", "1280x760x24", "-nolisten", "tcp"]);
        let mut child = server.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { _server: Running(child), name: format!(":{}", line.trim()) }
    }

    pub(crate) fn xdotool(&self, arguments: &str) {
        let done = Command::new("xdotool").args(arguments.split_whitespace()).env("DISPLAY", &self.name).status().unwrap();
        assert!(done.success(), "xdotool {arguments}");
    }

    /// A program that goes on moving the pointer.
    pub(crate) fn hand(&self, arguments: &str) -> Running {
        let mut xdotool = Command::new("xdotool");
        Running(xdotool.args(arguments.split_whitespace()).env("DISPLAY", &self.name).spawn().unwrap())
    }

    /// The program on this display, with its data in `data`.
    pub(crate) fn daub(&self, data: &Path, settings: &[(&str, &str)]) -> Running {
        // Without the hints of the first start, which would lie over the canvas.
        let preferences = data.join("preferences.toml");
        if !preferences.exists() {
            std::fs::write(preferences, "tour_seen = true\n").unwrap();
        }
        let mut daub = Command::new(env!("CARGO_BIN_EXE_daub"));
        daub.current_dir(root()).env("DISPLAY", &self.name).env("DAUB_MODELS", bundled_models()).env("DAUB_DATA", data);
        daub.envs(settings.iter().copied());
        daub.env("LC_ALL", "C").env_remove("WAYLAND_DISPLAY").stderr(Stdio::null());
        Running(daub.spawn().unwrap())
    }

    /// A drag with the first button through places on the screen.
    pub(crate) fn drag(&self, places: impl IntoIterator<Item = (u32, u32)>) {
        let mut pressed = false;
        for (x, y) in places {
            self.xdotool(&format!("mousemove {x} {y}"));
            if !pressed {
                self.xdotool("mousedown 1");
                pressed = true;
            }
        }
        self.xdotool("mouseup 1");
    }

    /// Keys for the window, which no window manager gives the focus here.
    pub(crate) fn keys(&self, keys: &str) {
        self.xdotool(&format!("search --name ^Daub$ windowfocus key {keys}"));
    }

    /// The screen, through the X server's own dump.
    pub(crate) fn screenshot(&self, folder: &TempDir) -> RgbImage {
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
pub(crate) fn change(a: &RgbImage, b: &RgbImage, [x, y, width, height]: [u32; 4]) -> f32 {
    let part = |picture: &RgbImage| imageops::crop_imm(picture, x, y, width, height).to_image().into_raw();
    let (a, b) = (part(a), part(b));
    a.iter().zip(&b).map(|(a, b)| f32::from(a.abs_diff(*b))).sum::<f32>() / a.len() as f32
}

/// How long anything may take on a slow machine that does something else as well.
const PATIENCE: Duration = Duration::from_mins(2);

/// Takes screenshots until `done` says so.
pub(crate) fn wait_for(display: &Display, folder: &TempDir, what: &str, done: impl Fn(&RgbImage) -> bool) -> RgbImage {
    let started = Instant::now();
    loop {
        let screen = display.screenshot(folder);
        if done(&screen) {
            return screen;
        }
        if started.elapsed() > PATIENCE {
            let seen = Path::new(env!("CARGO_TARGET_TMPDIR")).join("seen.png");
            screen.save(&seen).unwrap();
            panic!("{what} did not happen; the screen is in {}", seen.display());
        }
        std::thread::sleep(Duration::from_millis(60));
    }
}

/// Whether a part of the screen holds many brightnesses, as a photograph or a scene does and an empty pane does not.
pub(crate) fn colourful(screen: &RgbImage, [x, y, width, height]: [u32; 4]) -> bool {
    let part = imageops::crop_imm(screen, x, y, width, height).to_image();
    let mut levels: Vec<u8> = part.pixels().map(|pixel| pixel.0[1]).collect();
    levels.sort_unstable();
    levels[levels.len() * 9 / 10] - levels[levels.len() / 10] > 40
}

/// Whether the status line says that no picture is being painted: its mark has the accent's colour meanwhile.
pub(crate) fn is_ready(screen: &RgbImage) -> bool {
    let mark = imageops::crop_imm(screen, 0, screen.height() - 30, 30, 30).to_image();
    let accent = |pixel: &image::Rgb<u8>| pixel.0[0] > 200 && pixel.0[1] < 160 && pixel.0[2] < 110;
    !mark.pixels().any(accent)
}
