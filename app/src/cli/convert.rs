//! `daub convert`: any checkpoint into a bundle of safetensors and card.

use std::path::PathBuf;

use daub_models::Model;
use daub_models::convert::convert;

use super::check_output;
use crate::io::folders;

/// Arguments of `daub convert`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A weight file, or the name of a model.
    pub input: String,
    /// The file to write; a card is written beside it.
    #[arg(value_name = "OUT.safetensors")]
    pub output: PathBuf,
    /// Keep kernels as float16, at half the size.
    #[arg(long)]
    pub f16: bool,
}

/// Carries out `daub convert`.
#[expect(clippy::print_stdout, reason = "this is the command's answer")]
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    check_output(&arguments.output)?;
    let model = Model::find(&arguments.input, &folders::models())?;
    convert(&model, &arguments.output, arguments.f16)?;
    println!("{} and its card are written", arguments.output.display());
    Ok(())
}
