//! `daub trace`: a photograph into a sketch.

use std::path::PathBuf;

use daub_models::trace::LineStyle;

use super::{check_output, parse_size};
use crate::generate::{Device, Options};
use crate::io::{pictures, write_atomically};
use crate::trace::{self, EDGE_MODEL};

/// Arguments of `daub trace`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The photograph.
    pub photo: PathBuf,
    /// Where the sketch goes; .png, .jpg or .webp.
    pub sketch: PathBuf,
    /// How sure an edge must be somewhere to become a line, 0 to 1; lower finds more.
    #[arg(long, default_value_t = LineStyle::default().threshold, value_parser = parse_share)]
    pub threshold: f32,
    /// Width of the lines in pixels.
    #[arg(long, default_value_t = LineStyle::default().width_px, value_parser = parse_width, value_name = "PIXELS")]
    pub width: f32,
    /// Leave out lines of fewer pixels.
    #[arg(long, default_value_t = LineStyle::default().min_length_px, value_name = "PIXELS")]
    pub min_length: usize,
    /// Ink edges as wide as they are instead of thinning them to lines.
    #[arg(long)]
    pub thick: bool,
    /// Cut the middle of the photograph to this size first, such as 256x256 for the cats.
    #[arg(long, value_parser = parse_size, value_name = "WxH")]
    pub size: Option<(usize, usize)>,
    /// The edge detector, by name or file.
    #[arg(long, default_value = EDGE_MODEL)]
    pub model: String,
    /// Where the model runs.
    #[arg(long, value_enum, default_value_t)]
    pub device: Device,
}

fn parse_share(text: &str) -> Result<f32, String> {
    let share: f32 = text.parse().map_err(|_| format!("\"{text}\" is not a number"))?;
    if (0.0..=1.0).contains(&share) { Ok(share) } else { Err("it must be between 0 and 1".to_owned()) }
}

fn parse_width(text: &str) -> Result<f32, String> {
    let width: f32 = text.parse().map_err(|_| format!("\"{text}\" is not a number"))?;
    if (1.0..=64.0).contains(&width) { Ok(width) } else { Err("it must be between 1 and 64".to_owned()) }
}

/// Carries out `daub trace`.
#[expect(clippy::print_stdout, reason = "this is the command's answer")]
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    check_output(&arguments.sketch)?;
    pictures::format_of(&arguments.sketch)?;
    let photo = trace::framed(pictures::read_rgb(&arguments.photo)?, arguments.size);
    let options = Options { device: arguments.device, ..Options::default() };
    let edges = trace::edges(&arguments.model, &photo, options)?;
    let style = LineStyle {
        threshold: arguments.threshold,
        thin: !arguments.thick,
        min_length_px: arguments.min_length,
        width_px: arguments.width,
    };
    let sketch = trace::sketch(&edges, &style)?;
    let (width, height) = (sketch.width(), sketch.height());
    let rgb = crate::generate::rgb_of(sketch.pixels());
    write_atomically(&arguments.sketch, &pictures::encode_rgb(&arguments.sketch, width, height, &rgb)?)?;
    let inked = sketch.pixels().iter().filter(|ink| **ink & 0xff < 128).count() * 100 / (width * height).max(1);
    println!("{} {width}x{height}, {inked} % of it ink", arguments.sketch.display());
    Ok(())
}
