//! `daub walk`: a film through the pictures between random codes.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, bail, ensure};
use daub_models::graph::{NormStats, Plane};
use daub_models::looks::Looks;
use daub_models::{Input, Interrupt, Model, random};
use image::RgbImage;

use super::check_output;
use super::frames::progress;
use super::running::Running;
use crate::generate::Studio;
use crate::io::folders;
use crate::io::frames::{Container, FilmWriter, Frame};

/// Arguments of `daub walk`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Name of a model that paints from a random code, or a weight file; daub train init gan trains one.
    #[arg(long, short)]
    pub model: String,
    /// A .gif, a .webp, or a folder for one PNG a frame.
    #[arg(long, short)]
    pub output: PathBuf,
    /// The pictures that the walk passes, by the seeds of their codes; it ends at the first one again.
    #[arg(long, value_delimiter = ',', default_value = "1,2,3,4", value_name = "N,N,…")]
    pub seeds: Vec<u64>,
    /// Frames from one of them to the next.
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub steps: u32,
    /// Time of a frame in milliseconds.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(10..=10_000))]
    pub milliseconds: u32,
    /// Where and how the model runs.
    #[command(flatten)]
    pub running: Running,
}

/// Carries out `daub walk`.
#[expect(clippy::print_stdout, reason = "this is the command's answer")]
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let container = match Container::of_file(&arguments.output) {
        Some(container) => container,
        None if arguments.output.extension().is_none() => Container::Folder,
        None => bail!("{} should end in .gif or .webp, or name a folder", arguments.output.display()),
    };
    if container != Container::Folder {
        check_output(&arguments.output)?;
    }
    let model = Arc::new(Model::find(&arguments.model, &folders::models())?);
    let graph = model.graph(NormStats::Image)?;
    let channels = graph.planes().find_map(|plane| if let Plane::Code { channels } = plane { Some(channels) } else { None });
    let (channels, (width, height)) = channels.zip(graph.fixed_size()).with_context(|| {
        format!("{} paints from a drawing; a walk needs a model that paints from a random code alone", arguments.model)
    })?;
    let codes: Vec<Arc<[f32]>> = arguments.seeds.iter().map(|seed| random::code(*seed, channels)).collect();
    let (options, looks, mut studio) = (arguments.running.options(), Looks::default(), Studio::default());
    let interrupt = Interrupt::default();
    let stop = interrupt.clone();
    ctrlc::set_handler(move || stop.set()).context("Ctrl+C cannot be caught")?;
    let mut writer = FilmWriter::create(&arguments.output, container, 0)?;
    // One code alone is a picture that stands still.
    let count = if codes.len() == 1 { 1 } else { codes.len() * arguments.steps as usize };
    let (bar, started) = (progress(Some(count)), Instant::now());
    for number in 0..count {
        ensure!(!interrupt.is_set(), "stopped after {number} frames");
        let (leg, along) = (number / arguments.steps as usize, number % arguments.steps as usize);
        let (from, to) = (&codes[leg], &codes[(leg + 1) % codes.len()]);
        let code = random::between(from, to, along as f32 / arguments.steps as f32);
        let input = Input { width, height, code: Some(code.into()), ..Input::default() };
        let (rgb, ..) = studio.paint(&model, options, &input, &looks)?;
        let picture = RgbImage::from_raw(width as u32, height as u32, rgb.to_vec()).context("a picture has the wrong size")?;
        let file = Some(PathBuf::from(format!("{:05}.png", number + 1)));
        writer.push(Frame { picture, milliseconds: arguments.milliseconds, file })?;
        bar.inc(1);
    }
    writer.finish()?;
    bar.finish_and_clear();
    println!("{} {count} frames {width}x{height} in {:.1} s", arguments.output.display(), started.elapsed().as_secs_f64());
    Ok(())
}
