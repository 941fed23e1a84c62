//! `daub frames`: a film through a label, sketch or style model, steadied over time.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, bail, ensure};
use daub_models::flow::{Gray, Steady};
use daub_models::looks::Looks;
use daub_models::{Input, Interrupt, Model};
use image::RgbImage;
use indicatif::{ProgressBar, ProgressStyle};

use super::check_output;
use super::running::Running;
use super::style::{StyleChoice, styles};
use crate::document::Kind;
use crate::generate::{Options, Studio, Styles, Stylist};
use crate::io::frames::{Container, FilmWriter, Frame, open};
use crate::io::{folders, pictures};
use crate::styles::{Ground, Step};

/// Arguments of `daub frames`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A folder of pictures, a GIF or an animated WebP. For label models ids, or the colours of the model's labels.
    pub input: PathBuf,
    /// The same kind again: a folder, a .gif or a .webp.
    pub output: PathBuf,
    /// Name of a bundled model, or a weight file.
    #[arg(long, short, required_unless_present = "style")]
    pub model: Option<String>,
    /// A style over every frame, after the model if there is one; as for daub style.
    #[arg(long, short, value_name = "STYLE[:STRENGTH]")]
    pub style: Vec<StyleChoice>,
    /// How much of the picture before is carried along with the motion, against flicker: 0 to 0.95.
    #[arg(long, default_value_t = 0.7, value_parser = parse_blend, value_name = "SHARE")]
    pub blend: f32,
    /// Where and how the models run.
    #[command(flatten)]
    pub running: Running,
    /// Print size, time and flicker as JSON.
    #[arg(long)]
    pub json: bool,
}

fn parse_blend(text: &str) -> Result<f32, String> {
    let share: f32 = text.parse().map_err(|_| format!("\"{text}\" is not a number"))?;
    if (0.0..=0.95).contains(&share) { Ok(share) } else { Err("it must be between 0 and 0.95".to_owned()) }
}

/// Carries out `daub frames`.
#[expect(clippy::print_stdout, reason = "this is the command's answer")]
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let same = |path: &std::path::Path| path.canonicalize().ok();
    let overwrites = same(&arguments.input).is_some_and(|input| same(&arguments.output) == Some(input));
    ensure!(!overwrites, "{} would be overwritten; choose another output", arguments.input.display());
    let film = open(&arguments.input)?;
    if film.container != Container::Folder {
        check_output(&arguments.output)?;
    }
    let mut painter = Painter::open(arguments)?;
    let mut writer = FilmWriter::create(&arguments.output, film.container, film.loops)?;
    let stop = painter.interrupt.clone();
    ctrlc::set_handler(move || stop.set()).context("Ctrl+C cannot be caught")?;
    let progress = progress(film.count);
    let started = Instant::now();
    let (mut count, mut size) = (0, (0, 0));
    for frame in film.frames {
        let frame = frame.with_context(|| format!("frame {} of {}", count + 1, arguments.input.display()))?;
        let painted = painter.paint(&frame).and_then(|picture| {
            painter.interrupt.check()?;
            Ok(picture)
        });
        if painter.interrupt.is_set() {
            progress.abandon();
            let left = if film.container == Container::Folder { "these are kept" } else { "nothing was written" };
            bail!("stopped after {count} frames; {left}");
        }
        let picture = painted.with_context(|| format!("frame {} of {}", count + 1, arguments.input.display()))?;
        size = picture.dimensions();
        writer.push(Frame { picture, ..frame })?;
        count += 1;
        progress.inc(1);
    }
    ensure!(count > 0, "there is no frame in {}", arguments.input.display());
    writer.finish()?;
    progress.finish_and_clear();
    let seconds = started.elapsed().as_secs_f64();
    let flicker = painter.steady.flicker();
    let (width, height) = size;
    if arguments.json {
        let rounded = |value: f64| (value * 1e3).round() / 1e3;
        let report = serde_json::json!({
            "frames": count, "width": width, "height": height, "seconds": rounded(seconds), "blend": arguments.blend,
            "flicker_before": rounded(flicker.before), "flicker_after": rounded(flicker.after), "output": arguments.output,
        });
        println!("{report}");
    } else {
        println!("{} {count} frames {width}x{height} in {seconds:.1} s", arguments.output.display());
        if flicker.pairs > 0 {
            println!("flicker {:.2} levels without the blend, {:.2} with it", flicker.before, flicker.after);
        }
    }
    Ok(())
}

pub(super) fn progress(count: Option<usize>) -> ProgressBar {
    // Where standard error is no terminal these draw nothing.
    let bar = count.map_or_else(ProgressBar::new_spinner, |count| ProgressBar::new(count as u64));
    let template =
        if count.is_some() { "{wide_bar} {pos}/{len} frames, {eta} left" } else { "{spinner} {pos} frames, {elapsed}" };
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Everything that a frame goes through.
struct Painter {
    model: Option<Arc<Model>>,
    studio: Studio,
    styles: Styles,
    stylist: Stylist,
    options: Options,
    steady: Steady,
    interrupt: Interrupt,
}

impl Painter {
    fn open(arguments: &Arguments) -> anyhow::Result<Self> {
        let model = arguments.model.as_ref().map(|name| Model::find(name, &folders::models())).transpose()?.map(Arc::new);
        let styles = styles(&arguments.style, &Step::default())?;
        let options = arguments.running.options();
        let (studio, stylist) = (Studio::default(), Stylist::default());
        let (steady, interrupt) = (Steady::new(arguments.blend), Interrupt::default());
        Ok(Self { model, studio, styles, stylist, options, steady, interrupt })
    }

    fn paint(&mut self, frame: &Frame) -> anyhow::Result<RgbImage> {
        let (width, height) = (frame.picture.width() as usize, frame.picture.height() as usize);
        // Motion is looked for in what the model reads, in colours: a map of ids has no brightness.
        let mut seen = frame.picture.clone();
        let mut labels: Option<Arc<[u8]>> = None;
        let mut picture: Arc<[u8]> = frame.picture.as_raw().as_slice().into();
        if let Some(model) = &self.model {
            let input = if Kind::from(model.card.drawing_kind()).is_labels() {
                let ids = label_ids(frame, model)?;
                let colour = |id: &u8| model.card.labels.get(usize::from(*id)).map_or([0; 3], |label| label.color);
                let colours = ids.iter().flat_map(colour).collect();
                seen = RgbImage::from_raw(width as u32, height as u32, colours).context("the label map has another size")?;
                labels = Some(ids.clone());
                Input::from_labels(width, height, ids)
            } else {
                Input::from_rgb(width, height, picture)
            };
            (picture, ..) = self.studio.paint(model, self.options, &input, &Looks::default())?;
        }
        let ground = Ground { width, height, scale: 1, labels: labels.as_deref(), objects: &[] };
        let picture = self.stylist.apply(&picture, &ground, &self.styles, self.options, &self.interrupt)?;
        let steady = self.steady.next(Gray::from_rgb(width, height, &seen), &picture);
        RgbImage::from_raw(width as u32, height as u32, steady).context("a picture has the wrong size")
    }
}

/// The ids of a frame for a label model: those in the file, or the labels that have its colours.
fn label_ids(frame: &Frame, model: &Model) -> anyhow::Result<Arc<[u8]>> {
    let labels = &model.card.labels;
    let map = frame.file.as_ref().and_then(|file| pictures::read_labels(file).ok());
    let Some(map) = map else {
        let mut ids = Vec::with_capacity(frame.picture.len() / 3);
        for (x, y, colour) in frame.picture.enumerate_pixels() {
            let found = labels.iter().find(|label| label.color == colour.0);
            let [r, g, b] = colour.0;
            let name = &model.card.name;
            let label = found.with_context(|| format!("#{r:02x}{g:02x}{b:02x} at {x}, {y} is no label's colour in {name}"))?;
            ids.push(label.id);
        }
        return Ok(ids.into());
    };
    let input = pictures::labels_input(&map);
    input.check_labels(labels.len().max(1))?;
    input.labels.context("a label map has no labels")
}
