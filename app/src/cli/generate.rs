//! `daub generate`: one picture.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};
use daub_models::graph::{NormStats, Plane};
use daub_models::looks::{Look, Looks, Object};
use daub_models::style::Objects;
use daub_models::{Graph, Input, Model, random};

use super::running::Running;
use super::{check_output, parse_size};
use crate::generate::{Options, Studio, input_of};
use crate::io::import::{self, Found, LabelSet, Memory, Raw};
use crate::io::{folders, photo_style, pictures, write_atomically};
use crate::log;

/// Arguments of `daub generate`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Name of a bundled model, or a weight file.
    #[arg(long, short)]
    pub model: String,
    /// What to paint from: for label models a PNG of ids or in the labels' colours, any picture for others; models that
    /// paint from a random code need none.
    #[arg(long, short)]
    pub input: Option<PathBuf>,
    /// Where the picture goes; .png, .jpg or .webp.
    #[arg(long, short)]
    pub output: PathBuf,
    /// Instance ids for models with an edge plane or object styles; a PNG as large as the input.
    #[arg(long)]
    pub instances: Option<PathBuf>,
    /// Draw the random code of models that read one, or the looks that nothing else settles, from this seed; with
    /// --style-photo a code around the photograph's.
    #[arg(long, visible_alias = "code-seed")]
    pub seed: Option<u64>,
    /// Give an object of the instance map one of the looks in the model's `features_clustered` file; again for more objects.
    #[arg(long, value_parser = parse_look, value_name = "ID=LOOK")]
    pub look: Vec<(u32, usize)>,
    /// Take the style of a photograph, measured by the encoder beside the model (`latest_net_E.pth`).
    #[arg(long, value_name = "PHOTO")]
    pub style_photo: Option<PathBuf>,
    /// Size of the picture; without it the input's own size.
    #[arg(long, value_parser = parse_size, value_name = "WxH")]
    pub size: Option<(usize, usize)>,
    /// Where and how the model runs.
    #[command(flatten)]
    pub running: Running,
    /// Whose statistics batch norms use: the picture's own, or the checkpoint's; without it as the model's card says.
    #[arg(long, value_parser = parse_stats, value_name = "image|running")]
    pub norm_stats: Option<NormStats>,
    /// Turn dropout layers on, drawn from this seed.
    #[arg(long, value_name = "SEED")]
    pub dropout_seed: Option<u64>,
    /// Print size, device and time as JSON.
    #[arg(long)]
    pub json: bool,
}

fn parse_stats(text: &str) -> Result<NormStats, String> {
    match text {
        "image" => Ok(NormStats::Image),
        "running" => Ok(NormStats::Running),
        _ => Err("it is image or running".to_owned()),
    }
}

/// Carries out `daub generate`.
#[expect(clippy::print_stdout, reason = "this is the command's answer")]
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    check_output(&arguments.output)?;
    pictures::format_of(&arguments.output)?;
    let model = Arc::new(Model::find(&arguments.model, &folders::models())?);
    let Arguments { norm_stats, dropout_seed, .. } = *arguments;
    let options = Options { norm_stats, dropout_seed, ..arguments.running.options() };
    let graph = model.graph(NormStats::Image)?;
    note_unused(arguments, &model, &graph);
    let input = read_input(arguments, &model, &graph)?;
    // Before a device is opened: a wrong map should not have to wait for that.
    let labels = input.check_labels(model.card.labels.len().max(1));
    labels.with_context(|| {
        let path = arguments.input.as_deref().unwrap_or(Path::new("the input"));
        format!("{} does not suit {}", path.display(), model.card.name)
    })?;
    let input = arguments.size.map_or(input.clone(), |(width, height)| input.resized(width, height));
    let looks = looks(arguments, &model, &input)?;
    let mut studio = Studio::default();
    studio.check_looks(&model, options, &input, &looks)??;
    let (rgb, milliseconds, device) = studio.paint(&model, options, &input, &looks)?;
    let (width, height) = (input.width, input.height);
    let bytes = pictures::encode_rgb(&arguments.output, width, height, &rgb)?;
    write_atomically(&arguments.output, &bytes)?;
    if arguments.json {
        let report = serde_json::json!({
            "model": model.card.name, "width": width, "height": height, "device": device,
            "milliseconds": (milliseconds * 10.0).round() / 10.0, "output": arguments.output,
        });
        println!("{report}");
    } else {
        println!("{} {width}x{height} on {device} in {milliseconds:.0} ms", arguments.output.display());
    }
    Ok(())
}

/// `ID=LOOK`: an instance id and the number of a look.
fn parse_look(text: &str) -> Result<(u32, usize), String> {
    let parts = text.split_once('=').and_then(|(id, look)| Some((id.parse().ok()?, look.parse().ok()?)));
    parts.ok_or_else(|| format!("\"{text}\" is not an object and a look like 26001=3"))
}

/// The looks that the arguments ask for.
fn looks(arguments: &Arguments, model: &Model, input: &Input) -> anyhow::Result<Looks> {
    let Arguments { look, style_photo, seed, .. } = arguments;
    let architecture = &model.card.architecture;
    ensure!(
        look.is_empty() || architecture.feature_channels > 0,
        "{} reads no object styles, so --look has nothing to choose",
        model.card.name
    );
    let mut looks = Looks { seed: seed.unwrap_or(0), ..Looks::default() };
    if let Some(photo) = style_photo {
        let from_labels = || input.labels.as_ref().map(|ids| ids.iter().map(|id| u32::from(*id)).collect());
        let ids = input.instances.clone().or_else(from_labels).unwrap_or_else(|| vec![0; input.pixels()].into());
        let objects = Objects { width: input.width, height: input.height, ids };
        looks.wear(photo_style::measure(model, photo, objects, None)?, *seed);
    }
    looks.chosen.extend(look.iter().map(|&(id, look)| (Object::Instance(id), Look::Usual(look))));
    Ok(looks)
}

/// Says which arguments change nothing for this model.
fn note_unused(arguments: &Arguments, model: &Model, graph: &Graph) {
    let reads_instances =
        graph.planes().any(|plane| matches!(plane, Plane::InstanceEdges | Plane::Instances | Plane::Features { .. }));
    if arguments.instances.is_some() && !reads_instances {
        log::note(&format!("{} reads neither object edges nor styles, so --instances is not used", model.card.name));
    }
}

fn read_input(arguments: &Arguments, model: &Model, graph: &Graph) -> anyhow::Result<Input> {
    let code = graph.planes().find_map(|plane| match plane {
        Plane::Code { channels } => Some(random::code(arguments.seed.unwrap_or_default(), channels)),
        _ => None,
    });
    let styled = graph.planes().any(|plane| matches!(plane, Plane::Features { .. }));
    let drawn = code.is_some() || styled;
    ensure!(arguments.seed.is_none() || drawn, "{} reads no random code, so --seed means nothing", arguments.model);
    if let Some((width, height)) = graph.fixed_size() {
        let unused = arguments.input.is_none() && arguments.instances.is_none() && arguments.size.is_none();
        ensure!(unused, "{} paints {width}x{height} pixels from --seed alone", arguments.model);
        return Ok(Input { width, height, code, ..Input::default() });
    }
    let path = arguments.input.as_ref().with_context(|| format!("{} needs something to paint from: --input", arguments.model))?;
    let mut input = if graph.classes().is_some() {
        read_labels(path, model)?
    } else {
        let picture = pictures::read_rgb(path)?;
        Input::from_rgb(picture.width() as usize, picture.height() as usize, picture.into_raw())
    };
    if let Some(path) = &arguments.instances {
        let map = pictures::read_instances(path)?;
        ensure!(
            (map.width, map.height) == (input.width, input.height),
            "{} is {}x{} and the input {}x{}; they must be equal",
            path.display(),
            map.width,
            map.height,
            input.width,
            input.height
        );
        input.instances = Some(map.ids.into());
    }
    Ok(input)
}

/// More unknown colours than this are not listed.
const MOST_NAMED: usize = 3;

/// Ids as they are, or the labels whose colours a picture has.
fn read_labels(path: &Path, model: &Model) -> anyhow::Result<Input> {
    let raw = Raw::read(path)?;
    let sets: Vec<LabelSet> = LabelSet::of(&model.card).into_iter().collect();
    let found = import::find(&raw, &sets, true, &Memory::default());
    if let Found::Labels(canvas) = &found {
        return Ok(input_of(canvas));
    }
    if raw.colours.is_none() {
        // Says which id is too large.
        return Ok(pictures::labels_input(&pictures::read_labels(path)?));
    }
    let name = &model.card.name;
    match found {
        Found::Unknown(table) if !table.smeared => {
            let unknown: Vec<String> = table.rows.iter().filter(|row| !row.certain).map(|row| row.value.to_string()).collect();
            let more = if unknown.len() > MOST_NAMED { ", …" } else { "" };
            let named = unknown[..unknown.len().min(MOST_NAMED)].join(", ");
            bail!(
                "{} has colours that are no labels of {name} ({named}{more}); open it in Daub's window to say what they mean",
                path.display()
            )
        }
        Found::Unknown(_) => bail!(
            "{} is in the colours of {name}'s labels, but a lossy format smeared them; save it as PNG, or open it in Daub's window",
            path.display()
        ),
        _ => bail!("{} is no label map: its colours are not those of {name}'s labels", path.display()),
    }
}
