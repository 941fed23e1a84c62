//! `daub evaluate`: how near pictures are to what they should be.

use std::path::PathBuf;

use daub_models::Model;
use daub_models::evaluate::vgg::Vgg;
use daub_models::evaluate::{FRECHET_NAME, Figures, PERCEPTUAL_NAME, compare};

use crate::io::folders;

/// Arguments of `daub evaluate`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Folder of pictures.
    pub pictures: PathBuf,
    /// Folder of what they should be; files are matched by name without ending.
    pub reference: PathBuf,
    /// Leave out the figures that rest on VGG16, which take most of the time.
    #[arg(long)]
    pub no_features: bool,
    /// Show every pair, not only the means.
    #[arg(long)]
    pub each: bool,
    /// Print everything as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Carries out `daub evaluate`.
#[expect(clippy::print_stdout, reason = "this is the command's answer")]
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let weights = if arguments.no_features { None } else { Some(Model::find("hed_vgg16", &folders::models())?.weights) };
    let mut vgg = weights.map(|weights| Vgg::open(&weights)).transpose()?;
    let bar = indicatif::ProgressBar::new(0);
    let figures = compare(&arguments.pictures, &arguments.reference, vgg.as_mut(), |done, total| {
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    })?;
    bar.finish_and_clear();
    if arguments.json {
        let names = serde_json::json!({ "vgg16_distance": PERCEPTUAL_NAME, "vgg16_frechet_distance": FRECHET_NAME });
        println!("{}", serde_json::to_string_pretty(&serde_json::json!({ "figures": figures, "names": names }))?);
    } else {
        print_table(&figures, arguments.each);
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "this is the command's answer")]
fn print_table(figures: &Figures, each: bool) {
    let shown = |value: Option<f64>, digits: usize| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.digits$}"));
    if each {
        println!("{:24} {:>8} {:>9} {:>7} {:>8}", "picture", "L1", "PSNR dB", "SSIM", "VGG16");
        for pair in &figures.pairs {
            let (psnr, ssim, vgg) = (shown(pair.psnr_db, 2), shown(pair.ssim, 4), shown(pair.vgg16_distance, 4));
            println!("{:24} {:>8.4} {psnr:>9} {ssim:>7} {vgg:>8}", pair.name, pair.l1);
        }
        println!();
    }
    let (ours, theirs) = figures.unmatched;
    println!("{} pairs, means ({ours} pictures and {theirs} references without partner)", figures.pairs.len());
    println!("{:>10}  L1, 0 to 1", format!("{:.4}", figures.l1));
    println!("{:>10}  PSNR, dB", shown(figures.psnr_db, 2));
    println!("{:>10}  SSIM (Gaussian window 11, sigma 1.5)", shown(figures.ssim, 4));
    println!("{:>10}  {PERCEPTUAL_NAME}", shown(figures.vgg16_distance, 4));
    println!("{:>10}  {FRECHET_NAME}", shown(figures.vgg16_frechet_distance, 2));
}
