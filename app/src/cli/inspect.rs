//! `daub inspect`: what a model file is.

use std::path::PathBuf;

use daub_models::Model;
use daub_models::checkpoint::Weights;
use daub_models::library::Inspection;

use super::parse_size;

/// Arguments of `daub inspect`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A weight file, or the name of a model.
    pub model: String,
    /// Picture size for the multiply-adds; without it the model's native size.
    #[arg(long, value_parser = parse_size, value_name = "WxH")]
    pub size: Option<(usize, usize)>,
    /// Print as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Carries out `daub inspect`.
#[expect(clippy::print_stdout, reason = "this is the command's answer")]
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let model = Model::find(&arguments.model, &crate::io::folders::models())?;
    let inspection = Inspection::of(&model.weights)?;
    let graph = model.graph(model.norm_stats())?;
    // Reading every tensor finds damaged files, not only wrong headers.
    Weights::load(&model.weights, &graph)?;
    let card = &model.card;
    let wanted = arguments.size.unwrap_or(card.size());
    let (width, height) = graph.fitted_size(wanted.0, wanted.1, card.multiple())?;
    let multiply_adds: u64 = graph.multiply_adds(width, height)?.iter().sum();
    let parameters = graph.parameter_count()?;
    if arguments.json {
        let report = serde_json::json!({
            "file": model.weights, "architecture": card.architecture, "task": card.task, "parameters": parameters,
            "tensors": graph.parameters()?.len(), "width": width, "height": height, "multiply_adds": multiply_adds,
            "licence": card.licence, "container": inspection.container.name(), "bytes": inspection.bytes,
            "reasons": inspection.recognised.reasons, "notes": inspection.notes,
            "questions": questions(&inspection),
        });
        println!("{}", serde_json::to_string_pretty(&report)?);
        return Ok(());
    }
    let architecture = &card.architecture;
    let row = |name: &str, value: String| println!("{name:16} {value}");
    row("file", PathBuf::from(&model.weights).display().to_string());
    row("family", name_of(&architecture.family)?);
    row("input", format!("{} planes ({})", architecture.total_input_channels(), name_of(&architecture.input)?));
    row("width", architecture.width.to_string());
    row("depth", architecture.depth.to_string());
    row("blocks", architecture.blocks.to_string());
    row("norm", name_of(&architecture.norm)?);
    row("parameters", format!("{:.2} million", parameters as f64 / 1e6));
    row("multiply-adds", format!("{:.2} thousand million at {width}x{height}", multiply_adds as f64 / 1e9));
    row("licence", card.licence.name.clone());
    row("container", format!("{}, {:.1} MiB", inspection.container.name(), inspection.bytes as f64 / f64::from(1 << 20)));
    for reason in &inspection.recognised.reasons {
        row("recognised by", reason.clone());
    }
    for note in &inspection.notes {
        row("note", note.clone());
    }
    for question in questions(&inspection) {
        row("left open", question);
    }
    Ok(())
}

/// What the tensors do not say, with the default answer.
fn questions(inspection: &Inspection) -> Vec<String> {
    let questions = inspection.recognised.questions.iter();
    questions
        .map(|question| format!("{} ({})", question.text, question.choices.first().map_or("", |choice| &choice.text)))
        .collect()
}

/// The name that a value has in cards.
fn name_of(value: &impl serde::Serialize) -> anyhow::Result<String> {
    Ok(serde_json::to_value(value)?.as_str().unwrap_or_default().to_owned())
}
