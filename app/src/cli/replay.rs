//! `daub replay`: a recorded drawing through the real document and generator.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use daub_models::Model;
use daub_models::looks::Looks;
use image::RgbImage;

use super::check_output;
use super::running::Running;
use crate::document::{Canvas, Document, Kind};
use crate::drawing::Drawing;
use crate::generate::{Options, Studio, input_of, rgb_of};
use crate::io::export::{colours, side_by_side};
use crate::io::frames::{Container, FilmWriter, Frame};
use crate::io::{folders, pictures, write_atomically};
use crate::scenes;

/// The drawing that is played where there is no display.
pub const DEMO_DRAWING: &str = "play-street";

/// Arguments of `daub replay`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A drawing file, or the name of a bundled one such as play-street.
    pub drawing: String,
    /// Folder for the pictures; made if it is not there.
    #[arg(long, short)]
    pub output: PathBuf,
    /// Paint with another model of the same kind.
    #[arg(long, short)]
    pub model: Option<String>,
    /// Where and how the model runs.
    #[command(flatten)]
    pub running: Running,
}

/// Carries out `daub replay`.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let drawing = match scenes::find(&arguments.drawing) {
        Some(bundled) => bundled.clone(),
        None => Drawing::read(Path::new(&arguments.drawing))
            .with_context(|| format!("{} is neither a bundled drawing nor a file that can be played", arguments.drawing))?,
    };
    let model = arguments.model.as_ref().unwrap_or(&drawing.model);
    replay(&drawing, model, arguments.running.options(), &arguments.output)
}

/// Plays a drawing into `folder`: `labels.png` (or `sketch.png`), `picture-NN.png` after every stroke,
/// `drawing.gif` with canvas and picture side by side, and `latency.csv`.
///
/// # Errors
/// When the model is missing or does not suit the drawing, or the folder cannot be written.
#[expect(clippy::print_stdout, reason = "this is the command's answer")]
pub fn replay(drawing: &Drawing, model: &str, options: Options, folder: &Path) -> anyhow::Result<()> {
    let model = Arc::new(Model::find(model, &folders::models())?);
    let kind = Kind::from(model.card.drawing_kind());
    ensure!(kind == drawing.kind, "the model {} cannot paint this drawing, which is for {}", model.card.name, drawing.model);
    let broken = || format!("the drawing {} cannot be played", drawing.name);
    let (start, strokes) = (drawing.start().with_context(broken)?, drawing.strokes().with_context(broken)?);
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    check_output(&folder.join("drawing.gif"))?;
    let palette: Vec<[u8; 3]> = model.card.labels.iter().map(|label| label.color).collect();
    let mut document = Document::new(drawing.name.clone(), start);
    let mut studio = Studio::default();
    let mut film = FilmWriter::create(&folder.join("drawing.gif"), Container::Gif, 0)?;
    let mut table = "stroke,tool,at_ms,picture_ms\n".to_owned();
    let times = drawing.strokes.iter().map(|stroke| stroke.at_ms);
    for step in 0..=strokes.len() {
        if let Some(stroke) = step.checked_sub(1).map(|at| &strokes[at]) {
            document.begin();
            stroke.lay(&mut document, 0);
            document.commit();
        }
        let started = Instant::now();
        let input = input_of(document.composite());
        let (rgb, _, device) = studio.paint(&model, options, &input, &Looks::default())?;
        let milliseconds = started.elapsed().as_secs_f64() * 1e3;
        let path = folder.join(format!("picture-{step:02}.png"));
        write_atomically(&path, &pictures::encode_rgb(&path, input.width, input.height, &rgb)?)?;
        let at = times.clone().nth(step.saturating_sub(1)).unwrap_or(0);
        let next = times.clone().nth(step).unwrap_or(at + 2000);
        let shown_ms = if step == 0 { next.max(300) } else { next.saturating_sub(at).clamp(100, 3000) };
        let picture = RgbImage::from_raw(input.width as u32, input.height as u32, rgb.to_vec());
        let picture = picture.context("the picture has another size than the canvas")?;
        let picture = side_by_side(&colours(document.composite(), &palette), &picture);
        film.push(Frame { picture, milliseconds: shown_ms, file: None })?;
        let tool = step.checked_sub(1).map_or("start".to_owned(), |stroke| format!("{:?}", strokes[stroke].tool).to_lowercase());
        writeln!(table, "{step},{tool},{at},{milliseconds:.1}")?;
        println!("stroke {step:2} {tool:10} {milliseconds:8.1} ms on {device}");
    }
    write_canvas(document.composite(), &palette, folder)?;
    write_atomically(&folder.join("latency.csv"), table.as_bytes())?;
    film.finish()?;
    println!("{} pictures and drawing.gif are in {}", strokes.len() + 1, folder.display());
    Ok(())
}

fn write_canvas(canvas: &Canvas, palette: &[[u8; 3]], folder: &Path) -> anyhow::Result<()> {
    let (width, height) = (canvas.width(), canvas.height());
    if canvas.kind().is_labels() {
        let ids: Vec<u8> = canvas.pixels().iter().map(|ink| *ink as u8).collect();
        return write_atomically(&folder.join("labels.png"), &pictures::encode_labels(width, height, &ids, palette)?);
    }
    let path = folder.join("sketch.png");
    write_atomically(&path, &pictures::encode_rgb(&path, width, height, &rgb_of(canvas.pixels()))?)
}
