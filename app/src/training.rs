//! Training as the command line and the window start it: the files, folders and devices around [`daub_models::train`].

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use daub_models::train::run::{Event, Flow, Job, Outcome, run};
use daub_models::train::{self, Config, Site};

use crate::io::folders;

/// No training file is longer.
const MAX_CONFIG_BYTES: u64 = 1 << 20;

/// Reads a training file; paths in it are relative to its folder.
///
/// # Errors
/// When it cannot be read or holds what no training file has.
pub fn read_config(path: &Path) -> anyhow::Result<Config> {
    let context = || format!("cannot read the training file {}", path.display());
    let bytes = std::fs::metadata(path).with_context(context)?.len();
    anyhow::ensure!(bytes <= MAX_CONFIG_BYTES, "{}: it is {bytes} bytes long", context());
    let text = std::fs::read_to_string(path).with_context(context)?;
    let mut config = Config::parse(&text).map_err(|reason| anyhow::anyhow!("{}: {}", path.display(), reason.trim_end()))?;
    let base = std::path::absolute(path).with_context(context)?;
    rebase(&mut config, base.parent().unwrap_or(Path::new("")));
    Ok(config)
}

/// Makes every path of a configuration independent of the current folder.
pub fn rebase(config: &mut Config, base: &Path) {
    let paths = [&mut config.data.folder, &mut config.output.folder].into_iter();
    let optional = [&mut config.data.validation, &mut config.network.coarse, &mut config.output.models];
    for path in paths.chain(optional.into_iter().flatten()) {
        *path = base.join(&*path);
    }
}

/// The folder that the window lists models from and may write to.
///
/// # Errors
/// When the system knows no home.
pub fn models_folder() -> anyhow::Result<PathBuf> {
    let data = folders::data().context("the system names no folder for data; set output.models or DAUB_DATA")?;
    Ok(data.join("models"))
}

/// What a configuration asks for.
///
/// # Errors
/// When there is no folder for the finished model.
pub fn job(config: Config, resume: bool, steps: Option<u64>) -> anyhow::Result<Job> {
    let publish = match &config.output.models {
        Some(folder) => folder.clone(),
        None => models_folder()?,
    };
    Ok(Job { config, resume, steps, models: folders::models(), publish })
}

/// Carries a job out on this thread; `device` hears what computes.
///
/// # Errors
/// As [`run`], and when the device cannot be opened.
pub fn carry_out(job: &Job, device: &mut dyn FnMut(&str), hear: &mut dyn FnMut(Event<'_>) -> Flow) -> anyhow::Result<Outcome> {
    let mut opened = |config: &Config, info: &train::DataInfo| {
        let site = Site::open(config.device, job.models.clone())?;
        device(&site.device());
        train::open(config, info, &site)
    };
    Ok(run(job, &mut opened, hear)?)
}

/// A time as people say it.
pub fn spoken(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 3600, seconds / 60 % 60) {
        (0, 0) => format!("{seconds} s"),
        (0, minutes) => format!("{minutes} min {} s", seconds % 60),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_to_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cats.toml");
        std::fs::write(&path, "method = \"pix2pix\"\n[data]\nfolder = \"cats\"\nvalidation = \"/val\"\n").unwrap();
        let config = read_config(&path).unwrap();
        assert_eq!(config.data.folder, folder.path().join("cats"));
        assert_eq!(config.data.validation, Some("/val".into()));
        assert_eq!(config.output.folder, folder.path().join("run"));
        std::fs::write(&path, "method = \"pix2pix\"\n[data]\nfoder = \"cats\"\n").unwrap();
        let message = format!("{:#}", read_config(&path).unwrap_err());
        assert!(message.contains("cats.toml") && message.contains("foder"), "{message}");
    }
}
