//! The real window, killed again and again while it keeps recovery copies: no stroke that was kept may be lost.

use std::path::Path;
use std::time::{Duration, Instant};

use daub::io::project::Project;
use tempfile::TempDir;

use crate::display::{Display, colourful, wait_for};
use crate::support::skip_unless;

/// Where the photograph is in a window of 1280x760.
const PHOTOGRAPH: [u32; 4] = [749, 284, 480, 230];

/// Every recovery copy on the disk, of any session; each must be whole.
fn copies(data: &Path) -> Vec<Project> {
    let mut found = Vec::new();
    for session in std::fs::read_dir(data.join("recovery")).into_iter().flatten().flatten() {
        for file in std::fs::read_dir(session.path()).into_iter().flatten().flatten() {
            let path = file.path();
            if path.extension().is_some_and(|ending| ending == "daub") {
                // One that is no longer needed may have gone meanwhile.
                let Ok(bytes) = std::fs::read(&path) else { continue };
                found.push(Project::from_bytes(&bytes).unwrap_or_else(|error| panic!("a copy is not whole: {error:#}")));
            }
            assert!(path.extension().is_none_or(|ending| ending != "broken"), "a start found a broken copy");
        }
    }
    found
}

/// Pixels that differ from what the drawing started with.
fn drawn(project: &Project) -> usize {
    project.content.paint.pixels().iter().zip(project.content.base.pixels()).filter(|(a, b)| a != b).count()
}

#[test]
fn a_program_killed_while_it_saves_loses_no_kept_stroke() {
    if !skip_unless("a window under Xvfb", &["Xvfb", "xdotool", "xwd"]) {
        return;
    }
    let folder = TempDir::new().unwrap();
    let display = Display::open();
    let mut most_drawn = 0;
    for round in 0..4_u32 {
        // Copies are written all the time, so that the kill meets one under way.
        let mut daub = display.daub(folder.path(), &[("DAUB_AUTOSAVE_MS", "1")]);
        wait_for(&display, &folder, "the first photograph", |screen| colourful(screen, PHOTOGRAPH));
        if round > 0 {
            // The recovered drawing is the last tab and the one that is shown; copies of it are kept at once.
            let kept = copies(folder.path()).iter().map(drawn).max().unwrap_or(0);
            assert!(kept >= most_drawn, "round {round}: {kept} pixels where {most_drawn} were kept");
        }
        let stroke = 390 + 14 * round;
        display.drag((260..=600).step_by(17).map(|x| (x, stroke)));
        let started = Instant::now();
        while copies(folder.path()).iter().map(drawn).max().unwrap_or(0) <= most_drawn {
            assert!(started.elapsed() < Duration::from_secs(30), "round {round}: the stroke was never kept");
            std::thread::sleep(Duration::from_millis(20));
        }
        most_drawn = copies(folder.path()).iter().map(drawn).max().unwrap_or(0);
        // More strokes keep the files thread busy; the kill comes at another moment in every round.
        display.xdotool(&format!("mousemove 300 {} mousedown 1 mousemove 420 {0} mousemove 520 {0}", stroke + 40));
        std::thread::sleep(Duration::from_millis(u64::from(round) * 7));
        daub.0.kill().unwrap();
        daub.0.wait().unwrap();
        display.xdotool("mouseup 1");
        most_drawn = copies(folder.path()).iter().map(drawn).max().unwrap_or(0).max(most_drawn);
    }
    // The last start offers everything, whole.
    let recovered = daub::io::recovery::Recovery::start(&folder.path().join("recovery")).unwrap().1;
    assert_eq!(recovered.iter().map(drawn).max(), Some(most_drawn));
}
