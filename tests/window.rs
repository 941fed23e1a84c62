//! The real binary in a real window: a drag with the mouse must change the canvas, and then the photograph.
//!
//! Needs Xvfb and xdotool; without them it is skipped aloud, or fails when `DAUB_TESTS_REQUIRE_ALL=1`.

use std::process::Command;

use tempfile::TempDir;

use crate::display::{Display, change, colourful, is_ready, wait_for};
use crate::support::{bundled_models, skip_unless};

#[test]
fn a_drag_changes_the_canvas_and_then_the_photograph() {
    if !skip_unless("a window under Xvfb", &["Xvfb", "xdotool", "xwd"]) {
        return;
    }
    let folder = TempDir::new().unwrap();
    let display = Display::open();
    let mut daub = display.daub(folder.path(), &[]);
    // The window has no manager here and fills 1280x760: canvas and photograph are halves of what
    // the bars and panels leave.
    let (left, right) = ([240, 284, 480, 230], [749, 284, 480, 230]);
    let before = wait_for(&display, &folder, "the first photograph", |screen| colourful(screen, right) && is_ready(screen));
    // A drag with vegetation across the road in the lower middle of the canvas.
    display.drag((330..=560).step_by(10).map(|x| (x, 450)));
    display.xdotool("mousemove 20 740");
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
    // Undo by the keyboard brings the canvas back.
    display.keys("ctrl+z");
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
