//! `daub models`: what can be used by name.

use daub_models::library;

use crate::io::folders;

/// Arguments of `daub models`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Print every card as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Carries out `daub models`.
#[expect(clippy::print_stdout, reason = "this is the command's answer")]
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let folders = folders::models();
    let mut broken = 0;
    let mut cards = Vec::new();
    for (path, model) in library::list(&folders) {
        match model {
            Ok(model) => cards.push(model.card),
            Err(error) => {
                broken += 1;
                tracing::warn!("{}: {error}", path.display());
            }
        }
    }
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&cards)?);
        return Ok(());
    }
    for card in &cards {
        let [width, height] = card.native_size;
        let terms = if card.licence.commercial { "" } else { " (not for commercial use)" };
        println!("{:16} {} {width}x{height}, sides a multiple of {}", card.name, card.title, card.size_multiple);
        println!("{:16} {}{terms}", "", card.licence.name);
        let labels: Vec<&str> = card.labels.iter().filter(|label| label.trained).map(|label| label.name.as_str()).collect();
        if !labels.is_empty() {
            println!("{:16} labels: {}", "", labels.join(", "));
        }
        println!();
    }
    anyhow::ensure!(
        !cards.is_empty() || broken > 0,
        "no models were found; run from the repository, or name their folder in DAUB_MODELS"
    );
    Ok(())
}
