//! The command line; one file a subcommand.

mod bench;
mod convert;
mod evaluate;
mod frames;
mod generate;
mod inspect;
mod models;
mod replay;
mod running;
mod style;
mod trace;
mod train;
mod walk;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

pub use replay::{DEMO_DRAWING, replay};

/// Painting that answers with photographs. Without a command it opens the window.
#[derive(Debug, Parser)]
#[command(name = "daub", version, max_term_width = 100)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Drawings, pictures or models to open in the window.
    pub files: Vec<PathBuf>,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Paint one picture from a label map, a sketch or a photograph.
    Generate(generate::Arguments),
    /// Lay styles over a photograph, everywhere or on some labels only.
    Style(style::Arguments),
    /// Paint every frame of a film: a folder of pictures, a GIF or an animated WebP.
    Frames(frames::Arguments),
    /// Film the pictures between random codes, for models that paint from nothing but a number.
    Walk(walk::Arguments),
    /// Trace a photograph into a sketch.
    Trace(trace::Arguments),
    /// List the models that can be used by name.
    Models(models::Arguments),
    /// Tell what a model file is: family, size, weights, cost of a picture.
    Inspect(inspect::Arguments),
    /// Play a recorded drawing and keep the picture after every stroke.
    Replay(replay::Arguments),
    /// Write any checkpoint as safetensors with a card.
    Convert(convert::Arguments),
    /// Measure how long pictures take.
    Bench(bench::Arguments),
    /// Train a model on pictures of your own.
    Train(train::Arguments),
    /// Compare two folders of pictures.
    Evaluate(evaluate::Arguments),
}

impl Command {
    /// Carries the command out.
    ///
    /// # Errors
    /// One sentence for the user, with causes.
    pub fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Generate(arguments) => generate::run(&arguments),
            Self::Style(arguments) => style::run(&arguments),
            Self::Frames(arguments) => frames::run(&arguments),
            Self::Walk(arguments) => walk::run(&arguments),
            Self::Trace(arguments) => trace::run(&arguments),
            Self::Models(arguments) => models::run(&arguments),
            Self::Inspect(arguments) => inspect::run(&arguments),
            Self::Replay(arguments) => replay::run(&arguments),
            Self::Convert(arguments) => convert::run(&arguments),
            Self::Bench(arguments) => bench::run(&arguments),
            Self::Train(arguments) => train::run(&arguments),
            Self::Evaluate(arguments) => evaluate::run(&arguments),
        }
    }
}

/// `WIDTHxHEIGHT` in pixels.
fn parse_size(text: &str) -> Result<(usize, usize), String> {
    let parts = text.split_once(['x', 'X']).and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
    let (width, height) = parts.ok_or_else(|| format!("\"{text}\" is not a size like 512x256"))?;
    if (1..=16384).contains(&width) && (1..=16384).contains(&height) {
        Ok((width, height))
    } else {
        Err("sides must be 1 to 16384 pixels".to_owned())
    }
}

/// Refuses an output that cannot be written before any work is done.
fn check_output(path: &std::path::Path) -> anyhow::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(std::path::Path::new("."));
    anyhow::ensure!(folder.is_dir(), "cannot write {}: there is no folder {}", path.display(), folder.display());
    anyhow::ensure!(!path.is_dir(), "cannot write {}: it is a folder", path.display());
    Ok(())
}
