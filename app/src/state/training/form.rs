//! What is to be trained: a whole training file, of which the dialog shows what most people change.

use std::path::{Path, PathBuf};

use daub_models::architecture::Family;
use daub_models::train::{Config, Method};

/// What a user chooses. Everything that the dialog does not show has the method's defaults, or the file's.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// Every option.
    pub config: Config,
    /// The training file that the options are from; its folders stay what they are.
    pub file: Option<PathBuf>,
    /// Whether to go on from the checkpoint in the run's folder.
    pub resume: bool,
}

impl Default for Form {
    fn default() -> Self {
        Self::of(Method::Pix2pix)
    }
}

/// Sides of pictures that can be chosen, in pixels.
pub const SIDES: [usize; 5] = [32, 64, 128, 256, 512];

/// Most of the official tools' sizes ask for a large graphics card; these suit a first try, and can be raised.
const FIRST_WIDTH: usize = 32;
const FIRST_BATCH: usize = 16;
const FIRST_STEPS: u64 = 20_000;

impl Form {
    /// The form for a method, with its defaults.
    pub fn of(method: Method) -> Self {
        let mut config = Config::new(method);
        config.data.folder = PathBuf::new();
        config.network.width = FIRST_WIDTH;
        config.network.discriminator_width = FIRST_WIDTH;
        config.schedule.batch = config.schedule.batch.min(FIRST_BATCH);
        config.output.sheet_minutes = 0.5;
        config.output.checkpoint_minutes = 5.0;
        let mut form = Self { config, file: None, resume: false };
        form.set_steps(FIRST_STEPS);
        form
    }

    /// The form of a training file.
    pub fn of_file(config: Config, file: PathBuf, resume: bool) -> Self {
        Self { config, file: Some(file), resume }
    }

    /// The same wishes for another method; what only the old one has is left behind.
    #[must_use]
    pub fn with_method(&self, method: Method) -> Self {
        let mut form = Self::of(method);
        form.config.data.folder.clone_from(&self.config.data.folder);
        form.config.name.clone_from(&self.config.name);
        form.config.device = self.config.device;
        if let Some(steps) = self.steps() {
            form.set_steps(steps);
        }
        form
    }

    /// Whether the form says enough to start.
    pub fn is_complete(&self) -> bool {
        !self.config.data.folder.as_os_str().is_empty() && !self.config.name.is_empty()
    }

    /// Steps in all; none where passes over the pictures count instead.
    pub fn steps(&self) -> Option<u64> {
        let schedule = &self.config.schedule;
        Some(schedule.steps + schedule.decay_steps).filter(|steps| *steps > 0)
    }

    /// So many steps, of which the rate falls over the second half.
    pub fn set_steps(&mut self, steps: u64) {
        let schedule = &mut self.config.schedule;
        (schedule.steps, schedule.decay_steps) = (steps.max(1).div_ceil(2), steps.max(1) / 2);
    }

    /// Square pictures of this side, and networks that suit them.
    pub fn set_side(&mut self, side: usize) {
        self.config.data.size = [side; 2];
        let network = &mut self.config.network;
        let halvings = side.max(8).ilog2() as usize;
        match network.generator {
            // A U-Net ends at one pixel, a DCGAN begins with four.
            Family::Unet => network.depth = halvings.min(8),
            Family::Dcgan => network.depth = halvings - 2,
            // Nine blocks are for large pictures, as in the official tools.
            _ => network.blocks = if side < 256 { network.blocks.min(6) } else { network.blocks.max(9) },
        }
    }

    /// The whole run: what comes from no file has a folder of its own under `runs`, and a title like its name.
    pub fn config(&self, runs: &Path) -> Config {
        let mut config = self.config.clone();
        if self.file.is_none() {
            config.output.folder = runs.join(&config.name);
            config.output.title = config.name.replace('_', " ");
        }
        config
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_describes_networks_of_the_right_depth() {
        let wanted = [(Method::Pix2pix, 64, 6), (Method::Pix2pix, 512, 8), (Method::Gan, 32, 3), (Method::Cyclegan, 64, 2)];
        for (method, side, depth) in wanted {
            let mut form = Form::of(method);
            form.set_side(side);
            form.set_steps(101);
            let config = form.config(Path::new("/runs"));
            assert_eq!((config.network.depth, config.schedule.total_steps(1)), (depth, 101), "{method:?}");
            assert_eq!(config.output.folder, Path::new("/runs/my_model"));
            assert!(!form.is_complete(), "no pictures are named");
        }
    }

    #[test]
    fn the_folders_of_a_training_file_stay() {
        let mut config = Config::new(Method::Gan);
        config.output.folder = "/mine".into();
        let form = Form::of_file(config, "/mine.toml".into(), false);
        assert_eq!(form.steps(), None, "epochs count");
        assert_eq!(form.config(Path::new("/runs")), form.config);
        assert_eq!(form.with_method(Method::Pix2pix).file, None);
    }
}
