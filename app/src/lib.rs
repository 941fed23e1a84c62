//! Daub: painting that answers with photographs.
//!
//! # From a stroke to a photograph
//!
//! ```text
//! pointer ─▶ ui::canvas ──Action──▶ State::apply ──▶ Document (revision + 1, dirty rectangle)
//!                                                      │
//!                       canvas texture ◀── paint ◀─────┤
//!                                                      │  whole desired state, newest wins
//!                                                      ▼
//!                              generate::Generator.want(Request)        "generator" thread
//!                                                      ▼
//!          daub_shaders::Engine on the window's device, or daub_models::cpu::Cpu, reading the same Graph
//!                                                      ▼
//!                              picture texture ─▶ request_repaint
//! ```
//!
//! # Modules, in reading order
//!
//! * [`document`]: what is being painted. [`paint`]: strokes and shapes on a canvas. [`pen`]: from pointer samples to
//!   smooth lines. [`tool`], [`drawing`], [`scenes`], [`stamps`].
//! * [`action`], [`state`]: everything a user can ask for, and the one function that carries it out. [`preferences`].
//! * [`candidates`]: kept pictures with their drawings. [`timelapse`]: how a drawing came about.
//! * [`styles`]: which styles lie over a picture, how strongly and where.
//! * [`trace`]: from a photograph to a sketch. [`training`]: from pictures to a model, on a thread of its own that outlives
//!   the dialog (`state::training`, `app::training`, `ui::training`).
//! * [`generate`]: requests, the painting thread, the choice of an executor. [`latency`]: from the hand to the photograph.
//! * [`io`]: files and dialogs. [`app`], [`ui`], [`window`]: the window. [`cli`]: the command line.
//!
//! The networks live in the crate `daub_models`, the graphics engine in `daub_shaders`.
//! The tests at the outer boundaries are in the top-level folder `tests`; they are a target of this package,
//! because only so they are given the real binary.
//!
//! # Which pictures come when
//!
//! A quick picture is simply painted. When a full pass takes longer than 150 ms, something quicker comes first: during
//! a stroke an edit (only what changed and its surroundings, with everything else kept), otherwise a half-size preview,
//! marked as such; the exact picture follows when the pen is up. On a graphics card the picture stays in the texture that
//! the engine's last pass wrote; bytes are read back for exports only. When the device is lost, the window closes and
//! [`window::open`] opens another with the same state; after a second loss models run on the processor.
//!
//! # Invariants
//!
//! * `document` knows nothing of egui, wgpu or burn; it cannot fail and does no input or output.
//! * The window's thread never waits for a generator, a disk or a dialog.
//! * At most one pass is in flight; the newest request wins; the last one always arrives.
//! * The same document, model and seed give the same picture.
//! * A picture becomes 8 bits in one way everywhere: `floor(clamp((y + 1) / 2, 0, 1) * 255)`.
//! * Files are written under another name and renamed; sizes are checked before memory is taken.

pub mod action;
pub mod app;
pub mod candidates;
pub mod cli;
pub mod document;
pub mod drawing;
pub mod generate;
pub mod io;
pub mod latency;
pub mod log;
pub mod look_strip;
pub mod paint;
pub mod pen;
pub mod picture;
pub mod preferences;
pub mod scenes;
pub mod stamps;
pub mod state;
pub mod styles;
pub mod text;
pub mod timelapse;
pub mod tool;
pub mod trace;
pub mod training;
pub mod ui;
pub mod window;

use std::path::Path;

/// Carries out a command line.
///
/// # Errors
/// One sentence for the user, with causes.
pub fn run(arguments: cli::Arguments) -> anyhow::Result<()> {
    let opens_nothing = arguments.files.is_empty();
    match arguments.command {
        Some(command) => command.run(),
        None => match window::open(arguments.files) {
            Err(window::NoWindow::NoDisplay) if opens_nothing => demo(),
            opened => Ok(opened?),
        },
    }
}

/// Without a display: plays the bundled street drawing, so that the one command shows something anywhere.
#[expect(clippy::print_stdout, reason = "this is the command's answer")]
fn demo() -> anyhow::Result<()> {
    println!("There is no display to open a window on, so Daub plays a recorded drawing into daub-demo instead.");
    let drawing = scenes::find(cli::DEMO_DRAWING).ok_or_else(|| anyhow::anyhow!("the bundled drawing is missing"))?;
    cli::replay(drawing, &drawing.model, generate::Options::default(), Path::new("daub-demo"))
}
