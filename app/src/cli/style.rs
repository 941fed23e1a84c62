//! `daub style`: a photograph through one style or several.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use daub_models::card::Task;
use daub_models::palette::{palette, palettes};
use daub_models::{Interrupt, Model};

use super::check_output;
use super::running::Running;
use crate::generate::{Style, Styles, Stylist};
use crate::io::{folders, pictures, write_atomically};
use crate::styles::{Ground, MAX_STEPS, Reach, Step};

/// Arguments of `daub style`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The photograph.
    #[arg(long, short)]
    pub input: PathBuf,
    /// A photo-to-photo model's name or file and its strength, photo2vangogh or photo2vangogh:0.8; several in order.
    #[arg(long, short, required = true, value_name = "STYLE[:STRENGTH]")]
    pub style: Vec<StyleChoice>,
    /// Where the picture goes; .png, .jpg or .webp.
    #[arg(long, short)]
    pub output: PathBuf,
    /// What is where on the photograph: an 8-bit PNG of ids, as large as the photograph.
    #[arg(long)]
    pub labels: Option<PathBuf>,
    /// Change only what has these labels, by name or id: vegetation,sky.
    #[arg(long, value_delimiter = ',', requires = "labels")]
    pub only: Vec<String>,
    /// Change everything but what has these labels.
    #[arg(long, value_delimiter = ',', requires = "labels", conflicts_with = "only")]
    pub except: Vec<String>,
    /// The label set that the names are of.
    #[arg(long, default_value = "cityscapes-35", value_name = "NAME")]
    pub label_set: String,
    /// Radius of the soft edge in pixels.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u64).range(0..=64), value_name = "PIXELS")]
    pub feather: u64,
    /// Where and how the models run.
    #[command(flatten)]
    pub running: Running,
    /// Print size, device and time as JSON.
    #[arg(long)]
    pub json: bool,
}

/// A style on the command line.
#[derive(Debug, Clone, PartialEq)]
pub struct StyleChoice {
    /// The model's name or file.
    pub name: String,
    /// From 0 to 1.
    pub strength: f32,
}

impl std::str::FromStr for StyleChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // A path may hold a colon itself; only a number after the last one is a strength.
        let parts = text.rsplit_once(':').and_then(|(name, strength)| Some((name, strength.parse::<f32>().ok()?)));
        let (name, strength) = parts.unwrap_or((text, 1.0));
        if name.is_empty() {
            return Err("a style has a name".to_owned());
        }
        if !(0.0..=1.0).contains(&strength) {
            return Err(format!("the strength {strength} is not between 0 and 1"));
        }
        Ok(Self { name: name.to_owned(), strength })
    }
}

/// Finds the models of styles; `step` is what they have in common.
///
/// # Errors
/// When one is missing or paints from something other than photographs.
pub(super) fn styles(choices: &[StyleChoice], step: &Step) -> anyhow::Result<Styles> {
    ensure!(choices.len() <= MAX_STEPS, "at most {MAX_STEPS} styles can follow each other");
    let style = |StyleChoice { name, strength }: &StyleChoice| {
        let model = Arc::new(Model::find(name, &folders::models())?);
        ensure!(model.card.task == Task::PhotoToPhoto, "{name} is no style: it does not turn photographs into pictures");
        Ok(Style { model, step: Step { style: name.clone(), strength: *strength, ..step.clone() } })
    };
    let steps = choices.iter().map(style).collect::<anyhow::Result<Vec<Style>>>()?;
    Ok(Styles { steps, of_drawing: true, objects: Vec::new() })
}

/// Carries out `daub style`.
#[expect(clippy::print_stdout, reason = "this is the command's answer")]
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    check_output(&arguments.output)?;
    pictures::format_of(&arguments.output)?;
    let picture = pictures::read_rgb(&arguments.input)?;
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let labels = arguments.labels.as_ref().map(|path| {
        let map = pictures::read_labels(path)?;
        ensure!(
            (map.width, map.height) == (width, height),
            "{} is {}x{} and the photograph {width}x{height}; they must be equal",
            path.display(),
            map.width,
            map.height,
        );
        Ok(map.ids.into_iter().map(|id| id as u8).collect::<Vec<u8>>())
    });
    let labels = labels.transpose()?;
    let step = Step { feather_px: arguments.feather as usize, ..reach(arguments)? };
    let styles = styles(&arguments.style, &step)?;
    let options = arguments.running.options();
    let mut stylist = Stylist::default();
    let started = Instant::now();
    let ground = Ground { width, height, scale: 1, labels: labels.as_deref(), objects: &[] };
    let styled = stylist.apply(&picture.into_raw().into(), &ground, &styles, options, &Interrupt::default())?;
    let milliseconds = started.elapsed().as_secs_f64() * 1e3;
    write_atomically(&arguments.output, &pictures::encode_rgb(&arguments.output, width, height, &styled)?)?;
    let device = stylist.device().unwrap_or_else(|| "no device".to_owned());
    if arguments.json {
        let names: Vec<&str> = styles.steps.iter().map(|style| style.model.card.name.as_str()).collect();
        let report = serde_json::json!({
            "styles": names, "width": width, "height": height, "device": device,
            "milliseconds": (milliseconds * 10.0).round() / 10.0, "output": arguments.output,
        });
        println!("{report}");
    } else {
        println!("{} {width}x{height} on {device} in {milliseconds:.0} ms", arguments.output.display());
    }
    Ok(())
}

/// A step that reaches where the arguments say.
fn reach(arguments: &Arguments) -> anyhow::Result<Step> {
    let (names, inverted) = if arguments.except.is_empty() { (&arguments.only, false) } else { (&arguments.except, true) };
    if names.is_empty() {
        ensure!(arguments.labels.is_none(), "--labels says what is where; add --only or --except to say what to change");
        return Ok(Step::default());
    }
    let known = || palettes().iter().map(|palette| palette.name.as_str()).collect::<Vec<_>>().join(", ");
    let set = palette(&arguments.label_set)
        .with_context(|| format!("there is no label set {}; known are: {}", arguments.label_set, known()))?;
    let labels = set.labels();
    let id = |name: &String| {
        let name = name.trim();
        let found = labels.iter().find(|label| label.name == name || label.name.replace('_', " ") == name);
        found.map(|label| label.id).or_else(|| name.parse().ok()).with_context(|| {
            let known: Vec<&str> = labels.iter().map(|label| label.name.as_str()).collect();
            format!("{} has no label {name}; it has {}", set.name, known.join(", "))
        })
    };
    let ids = names.iter().map(id).collect::<anyhow::Result<Vec<u8>>>()?;
    Ok(Step { reach: Reach::Labels(ids), inverted, ..Step::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_has_a_name_and_perhaps_a_strength() {
        let choice = |text: &str| text.parse::<StyleChoice>().map(|choice| (choice.name, choice.strength));
        assert_eq!(choice("photo2vangogh"), Ok(("photo2vangogh".to_owned(), 1.0)));
        assert_eq!(choice("photo2vangogh:0.25"), Ok(("photo2vangogh".to_owned(), 0.25)));
        assert_eq!(choice("C:/styles/a.pth"), Ok(("C:/styles/a.pth".to_owned(), 1.0)));
        assert!(choice("photo2vangogh:1.5").is_err() && choice(":0.5").is_err() && choice("a:-1").is_err());
    }
}
