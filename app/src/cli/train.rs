//! `daub train`: a model from a training file, and `daub train init`: such a file to start from.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use daub_models::train::run::{Event, Flow, Outcome, Started, Step};
use daub_models::train::template::template;
use daub_models::train::{DeviceChoice, Method};
use indicatif::{ProgressBar, ProgressStyle};

use super::check_output;
use crate::io::write_atomically;
use crate::training;

/// Arguments of `daub train`.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, arg_required_else_help = true, after_long_help = FOR_PYTORCH)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Subcommand>,
    /// The training file; `daub train init` writes one.
    #[arg(required = true)]
    config: Option<PathBuf>,
    /// Go on from the checkpoint in the run's folder.
    #[arg(long)]
    resume: bool,
    /// Stop once so many steps are done in all; the schedule stays as it is.
    #[arg(long, value_name = "N")]
    steps: Option<u64>,
    /// Where to train, in place of the file's device.
    #[arg(long, value_enum)]
    device: Option<Device>,
}

const FOR_PYTORCH: &str = "\
The result is NAME.safetensors with the official PyTorch code's own key names, and a card. To go on with it there:
  from safetensors.torch import load_file
  netG.load_state_dict(load_file(\"NAME.safetensors\"))
  torch.save(netG.state_dict(), \"latest_net_G.pth\")     # for tools that want a .pth
The card NAME.json holds the numbers that netG is built with (width is ngf, depth the number of halvings).";

#[derive(Debug, clap::Subcommand)]
enum Subcommand {
    /// Write a training file with every option, its default and a comment.
    Init(Init),
}

#[derive(Debug, clap::Args)]
struct Init {
    /// What is to be trained.
    #[arg(value_enum)]
    method: MethodName,
    /// Where it goes; without it the file is printed.
    #[arg(long, short)]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum MethodName {
    /// Pairs: labels, sketches or photographs into photographs.
    Pix2pix,
    /// Two collections of pictures into each other, without pairs.
    Cyclegan,
    /// Pairs in high resolution, with object edges and styles.
    Pix2pixhd,
    /// Pictures out of nothing but a number.
    Gan,
    /// Colours for gray photographs.
    Colorize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Device {
    /// A graphics card where there is one.
    Auto,
    /// The processor.
    Cpu,
    /// The graphics card.
    Gpu,
}

/// Carries out `daub train`.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    if let Some(Subcommand::Init(init)) = &arguments.command {
        return write_template(init);
    }
    let path = arguments.config.as_ref().context("name a training file")?;
    let mut config = training::read_config(path)?;
    if let Some(device) = arguments.device {
        config.device = match device {
            Device::Auto => DeviceChoice::Auto,
            Device::Cpu => DeviceChoice::Cpu,
            Device::Gpu => DeviceChoice::Gpu,
        };
    }
    ensure!(arguments.steps != Some(0), "--steps must be at least 1");
    let job = training::job(config, arguments.resume, arguments.steps)?;
    let stop = stop_flag()?;
    let mut teller = Teller::new();
    let mut device = String::new();
    let outcome = training::carry_out(&job, &mut |name| name.clone_into(&mut device), &mut |event| {
        teller.hear(&event);
        if stop.load(Ordering::Relaxed) { Flow::Stop } else { Flow::Go }
    });
    teller.end();
    tell_outcome(&outcome?, &device);
    Ok(())
}

#[expect(clippy::print_stdout, reason = "this is the command's answer")]
fn write_template(init: &Init) -> anyhow::Result<()> {
    let method = match init.method {
        MethodName::Pix2pix => Method::Pix2pix,
        MethodName::Cyclegan => Method::Cyclegan,
        MethodName::Pix2pixhd => Method::Pix2pixhd,
        MethodName::Gan => Method::Gan,
        MethodName::Colorize => Method::Colorize,
    };
    let Some(output) = &init.output else {
        print!("{}", template(method));
        return Ok(());
    };
    check_output(output)?;
    ensure!(!output.exists(), "{} is there already; it is not overwritten", output.display());
    write_atomically(output, template(method).as_bytes())?;
    println!("{} is written: name your pictures in it (data.folder), then run daub train {}", output.display(), output.display());
    Ok(())
}

/// Set by the first Ctrl+C, which asks for an orderly end; the second ends the program on the spot.
fn stop_flag() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    })
    .context("cannot listen for Ctrl+C")?;
    Ok(stop)
}

/// How often a line is printed where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Tells how far a run is: a bar on a terminal, plain lines elsewhere.
struct Teller {
    bar: Option<ProgressBar>,
    last_line: Option<Instant>,
    /// Smoothed losses; single steps jump about too much to be read.
    losses: Vec<(&'static str, f64)>,
}

impl Teller {
    fn new() -> Self {
        let bar = std::io::stderr().is_terminal().then(|| ProgressBar::new(0));
        Self { bar, last_line: None, losses: Vec::new() }
    }

    #[expect(clippy::print_stdout, reason = "this is the command's answer")]
    fn say(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.println(line),
            None => println!("{line}"),
        }
    }

    fn hear(&mut self, event: &Event<'_>) {
        match event {
            Event::Checking { done, total } => {
                if let Some(bar) = &self.bar {
                    bar.set_style(style("reading pictures {bar:30} {pos}/{len}"));
                    bar.set_length(*total as u64);
                    bar.set_position(*done as u64);
                }
            }
            Event::Started(started) => self.started(started),
            Event::Step(step) => self.step(step),
            Event::Sheet { step, psnr_db: Some(psnr), .. } => self.say(&format!("sample sheet after step {step}: {psnr:.2} dB")),
            Event::Sheet { .. } => {}
            Event::Checkpoint { step, path } => self.say(&format!("checkpoint after step {step}: {}", path.display())),
            Event::Warning(text) => self.say(&format!("warning: {text}")),
        }
    }

    fn started(&mut self, started: &Started) {
        let Started { info, step, end, skipped, changed, memory } = started;
        let from = if *step > 0 { format!(", from step {step}") } else { String::new() };
        let mib = memory.map(|bytes| format!(", about {} MiB of memory", bytes >> 20)).unwrap_or_default();
        self.say(&format!("{} pictures at {}x{}, {end} steps{from}{mib}", info.count, info.width, info.height));
        for (count, file) in skipped.iter().enumerate().take(3) {
            let more = if count == 2 && skipped.len() > 3 { format!(" (and {} more)", skipped.len() - 3) } else { String::new() };
            self.say(&format!("left out: {file}{more}"));
        }
        for change in changed {
            self.say(&format!("changed since the checkpoint: {change}"));
        }
        if let Some(bar) = &self.bar {
            bar.set_style(style("{bar:30} {pos}/{len} {msg}"));
            bar.set_length(*end);
            bar.set_position(*step);
        }
    }

    fn step(&mut self, step: &Step<'_>) {
        self.losses.resize(step.losses.0.len(), ("", 0.0));
        for (mean, (name, value)) in self.losses.iter_mut().zip(&step.losses.0) {
            let value = f64::from(*value);
            *mean = (name, if mean.0 == *name { mean.1 + 0.05 * (value - mean.1) } else { value });
        }
        let losses: Vec<String> = self.losses.iter().map(|(name, value)| format!("{name} {value:.3}")).collect();
        let line =
            format!("{:.1} pictures/s, {} left  {}", step.images_per_second, training::spoken(step.left), losses.join("  "));
        if let Some(bar) = &self.bar {
            bar.set_position(step.step);
            bar.set_message(line);
        } else if step.step == step.end || self.last_line.is_none_or(|last| last.elapsed() >= LINE_EVERY) {
            self.last_line = Some(Instant::now());
            self.say(&format!("step {}/{}  {line}", step.step, step.end));
        }
    }

    fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

#[expect(clippy::print_stdout, reason = "this is the command's answer")]
fn tell_outcome(outcome: &Outcome, device: &str) {
    let Outcome { step, stopped, seconds, models, report } = outcome;
    let how = if *stopped { "stopped" } else { "done" };
    println!("{how} after {step} steps in {} on {device}", training::spoken(Duration::from_secs_f64(*seconds)));
    for model in models {
        println!("model   {}", model.display());
    }
    println!("report  {}", report.display());
}

fn style(template: &str) -> ProgressStyle {
    // The templates are our own; one that does not parse would only look plain.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
