//! Training pictures: found in folders, checked before the first step, varied, and put into batches.
//!
//! A [`Dataset`] is a function from a step's number to its [`Batch`]: nothing in it depends on what was asked for before,
//! so [`loader`] may ask on several threads and a resumed run sees the pictures that the unbroken one would have seen.

pub mod files;
mod geometry;
mod layout;
pub mod loader;
mod order;
mod sample;
mod settings;
mod sketch;
mod spoil;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use image::RgbImage;
use rayon::prelude::*;

use super::{Augment, BadFiles, Batch, Config, Data, DataInfo, Image, Method, Pair, Source, TrainError, draws};
use crate::Input;
use crate::architecture::InputKind;
use crate::card::Label;
use crate::pictures::PictureError;
use crate::planes::symmetric;
use crate::random::Draws;
use geometry::Piece;
use layout::Item;
use order::{picture_at, uses};
use sample::{Raw, RawInput};
use settings::{check, labels_of, named};
use sketch::Tracer;

/// Name of the weights of the edge detector, looked for in the folders of models.
pub const EDGE_WEIGHTS: &str = "hed_vgg16.safetensors";

/// Why pictures cannot be trained on.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// A file or folder is missing, broken or does not fit.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// A folder does not hold what the method needs.
    #[error("{}: {reason}", folder.display())]
    Layout {
        /// The folder.
        folder: PathBuf,
        /// What is missing.
        reason: String,
    },
    /// Some files are of no use and the run was told to refuse.
    #[error(
        "{first}{}; set data.bad_files = \"skip\" to train without such files",
        if *more > 0 { format!(" (and {more} more files cannot be used)") } else { String::new() }
    )]
    Bad {
        /// The first of them.
        first: PictureError,
        /// How many others there are.
        more: usize,
    },
    /// Every file is of no use.
    #[error("none of the files in {} can be used; the first: {first}", folder.display())]
    Nothing {
        /// The folder.
        folder: PathBuf,
        /// The first of them.
        first: PictureError,
    },
    /// The configuration is wrong.
    #[error("{0}")]
    Config(String),
}

/// Samples of one domain.
struct Domain {
    items: Vec<Item>,
    /// Decoded samples that fitted into memory, by number.
    kept: Vec<Option<Arc<Raw>>>,
    /// The order of the epoch that was asked for last.
    order: Mutex<Option<(u64, Vec<u32>)>>,
}

/// The pictures of a run.
pub struct Dataset {
    data: Data,
    augment: Augment,
    method: Method,
    seed: u64,
    batch: usize,
    classes: usize,
    labels: Vec<Label>,
    first: Domain,
    second: Domain,
    /// Files that are left out, and why.
    pub skipped: Vec<PictureError>,
}

/// The random numbers of one use for the sample at hand; none where nothing is to be varied.
type Stream<'a> = dyn Fn(&str) -> Option<Draws> + 'a;

/// A panic cannot leave what is locked here half changed: every change is one assignment.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Dataset {
    /// Finds, decodes and checks the pictures of `folder`; what fits into memory stays there.
    ///
    /// `models` are folders that the edge detector's weights may lie in. `progress` hears of every checked file and the total;
    /// its answer says whether to go on.
    ///
    /// # Errors
    /// When the folder does not hold what the method needs, or files are of no use and are not to be skipped.
    pub fn open(
        config: &Config,
        folder: &Path,
        models: &[PathBuf],
        progress: &(dyn Fn(usize, usize) -> bool + Sync),
    ) -> Result<Self, TrainError> {
        let data = config.data.clone();
        check(config)?;
        let found = layout::find(folder, &data, config.method)?;
        let set = labels_of(&data)?;
        let classes = if set.is_empty() { data.classes } else { set.len() };
        let allowed = if classes == 0 { 256 } else { classes };
        let tracer = (data.input == Source::Sketch).then(|| open_tracer(models)).transpose()?.map(Mutex::new);
        let mut bad: Vec<PictureError> =
            found.alone.iter().map(|path| PictureError::new(path, "it has no partner of the same name")).collect();
        let budget = AtomicUsize::new(data.cache_mib << 20);
        let total = found.items.len() + found.second.len();
        let done = AtomicUsize::new(0);
        let seen = Mutex::new([false; 256]);
        let read = |items: Vec<Item>, bad: &mut Vec<PictureError>| -> Result<Domain, TrainError> {
            let read = |item: &Item| -> Result<Result<Option<Arc<Raw>>, PictureError>, TrainError> {
                let checked = done.fetch_add(1, Ordering::Relaxed) + 1;
                if !progress(checked, total) {
                    return Err(TrainError::Stopped);
                }
                let raw = match Raw::read(item, allowed) {
                    Ok(raw) => raw,
                    Err(error) => return Ok(Err(error)),
                };
                if let RawInput::Labels(ids) = &raw.input {
                    let mut seen = locked(&seen);
                    for id in ids {
                        seen[usize::from(*id)] = true;
                    }
                }
                let raw = with_edges(raw, tracer.as_ref())?;
                let fits = budget.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(raw.bytes()));
                // Traced edges cost a second each and are always kept.
                let keep = fits.is_ok() || matches!(raw.input, RawInput::Edges(_));
                Ok(Ok(keep.then(|| Arc::new(raw))))
            };
            let results = items.par_iter().map(read).collect::<Result<Vec<_>, TrainError>>()?;
            let mut domain = Domain { items: Vec::new(), kept: Vec::new(), order: Mutex::default() };
            for (item, result) in items.into_iter().zip(results) {
                match result {
                    Ok(raw) => {
                        domain.items.push(item);
                        domain.kept.push(raw);
                    }
                    Err(error) => bad.push(error),
                }
            }
            Ok(domain)
        };
        let has_second = !found.second.is_empty();
        let (first, second) = (read(found.items, &mut bad)?, read(found.second, &mut bad)?);
        if (first.items.is_empty() || (has_second && second.items.is_empty())) && !bad.is_empty() {
            return Err(DataError::Nothing { folder: folder.to_owned(), first: bad.swap_remove(0) }.into());
        }
        if data.bad_files == BadFiles::Refuse && !bad.is_empty() {
            let more = bad.len() - 1;
            return Err(DataError::Bad { first: bad.swap_remove(0), more }.into());
        }
        let seen = *locked(&seen);
        let labelled = first.items.iter().any(|item| matches!(item, Item::Labels { .. }));
        let held = seen.iter().rposition(|seen| *seen).map_or(0, |highest| highest + 1);
        let classes = if classes == 0 { held } else { classes };
        let labels = if labelled { named(classes, set, &seen) } else { Vec::new() };
        let (method, seed, batch) = (config.method, config.seed, config.schedule.batch.max(1));
        let augment = config.augment.clone();
        Ok(Self { data, augment, method, seed, batch, classes, labels, first, second, skipped: bad })
    }

    /// What a trainer must know before it sees a picture.
    pub fn info(&self) -> DataInfo {
        let labelled = !self.labels.is_empty();
        let input = match (labelled, self.method) {
            (true, _) => InputKind::Labels,
            (_, Method::Colorize) => InputKind::Lightness,
            _ => InputKind::Rgb,
        };
        let has_instances = |item: &Item| matches!(item, Item::Labels { instances: Some(_), .. });
        DataInfo {
            input,
            labels: self.labels.clone(),
            label_set: Some(self.data.label_set.clone()).filter(|set| labelled && !set.is_empty()),
            instances: self.first.items.iter().any(has_instances),
            width: self.data.size[0],
            height: self.data.size[1],
            count: self.first.items.len().max(self.second.items.len()),
            sketches: self.data.input == Source::Sketch,
        }
    }

    /// Number of classes of label maps; 0 without label maps.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// The varied pictures of a step, counted from 0.
    ///
    /// # Errors
    /// When a file that was readable at the start no longer is.
    pub fn batch(&self, step: u64) -> Result<Batch, TrainError> {
        let places: Vec<(usize, usize)> = (0..self.batch)
            .map(|sample| {
                let at = step * self.batch as u64 + sample as u64;
                let pick = |domain: &Domain, usage| match domain.items.len() {
                    0 => 0,
                    count => picture_at(at, count, self.seed, usage, &mut locked(&domain.order)),
                };
                (pick(&self.first, uses::ORDER[0]), pick(&self.second, uses::ORDER[1]))
            })
            .collect();
        self.gathered(&places, Some(step))
    }

    /// The first `count` pictures of a fixed choice, not varied: for sample sheets.
    ///
    /// # Errors
    /// As [`Dataset::batch`].
    pub fn fixed(&self, count: usize) -> Result<Batch, TrainError> {
        let count = count.min(self.first.items.len());
        let at = |place: usize, domain: &Domain| match domain.items.len() {
            0 => 0,
            // Spread over the whole, because neighbours are often alike.
            items => place * items / count.max(1) % items,
        };
        let places: Vec<(usize, usize)> = (0..count).map(|place| (at(place, &self.first), at(place, &self.second))).collect();
        self.gathered(&places, None)
    }

    fn gathered(&self, places: &[(usize, usize)], step: Option<u64>) -> Result<Batch, TrainError> {
        let mut batch = Batch::default();
        for (sample, &(first, second)) in places.iter().enumerate() {
            let stream = |usage: &str| step.map(|step| draws(self.seed, step, sample as u64, usage));
            batch.names.push(files::stem_of(self.first.items[first].path()));
            match self.method {
                Method::Gan => batch.unpaired.0.push(self.alone(0, first, &stream)?),
                Method::Cyclegan => {
                    batch.unpaired.0.push(self.alone(0, first, &stream)?);
                    batch.unpaired.1.push(self.alone(1, second, &stream)?);
                }
                _ => batch.pairs.push(self.pair(first, &stream)?),
            }
        }
        Ok(batch)
    }

    fn raw(&self, domain: &Domain, at: usize) -> Result<Arc<Raw>, TrainError> {
        if let Some(raw) = &domain.kept[at] {
            return Ok(Arc::clone(raw));
        }
        let allowed = if self.classes == 0 { 256 } else { self.classes };
        Ok(Arc::new(Raw::read(&domain.items[at], allowed).map_err(DataError::from)?))
    }

    /// Which piece of a picture is taken; the middle where nothing is drawn.
    fn piece(&self, raw: &Raw, draws: Option<Draws>) -> (Piece, (usize, usize)) {
        let from = (raw.target.width() as usize, raw.target.height() as usize);
        let to = (self.data.size[0], self.data.size[1]);
        let piece = match draws {
            Some(mut draws) => Piece::drawn(from, to, self.data.fit, &self.augment, &mut draws),
            None => Piece::centred(from, to, self.data.fit),
        };
        (piece, to)
    }

    /// A picture of domain 0 or 1.
    fn alone(&self, domain: usize, at: usize, stream: &Stream<'_>) -> Result<Image, TrainError> {
        let raw = self.raw([&self.first, &self.second][domain], at)?;
        let (piece, to) = self.piece(&raw, stream(uses::GEOMETRY[domain]));
        let mut picture = piece.smooth(&raw.target, to);
        if let Some(jitter) = self.jitter(stream(uses::JITTER[domain])) {
            jitter.apply(&mut picture);
        }
        Ok(image_of(&picture))
    }

    fn jitter(&self, draws: Option<Draws>) -> Option<spoil::Jitter> {
        let mut draws = draws.filter(|_| self.augment.jitter > 0.0)?;
        Some(spoil::Jitter::drawn(self.augment.jitter, &mut draws))
    }

    fn pair(&self, at: usize, stream: &Stream<'_>) -> Result<Pair, TrainError> {
        let raw = self.raw(&self.first, at)?;
        let (piece, to) = self.piece(&raw, stream(uses::GEOMETRY[0]));
        let columns = raw.target.width() as usize;
        let mut target = piece.smooth(&raw.target, to);
        let jitter = self.jitter(stream(uses::JITTER[0]));
        if let Some(jitter) = jitter {
            jitter.apply(&mut target);
        }
        let mut input = match (&raw.input, self.data.input) {
            (RawInput::Labels(ids), _) => Input::from_labels(to.0, to.1, piece.nearest(ids, columns, to)),
            (RawInput::Edges(edges), _) => {
                // Strengths are brought to size before lines are traced, so that a pen's width means the same at any size.
                let gray = |at: usize| image::Rgb([edges[at]; 3]);
                let plane =
                    RgbImage::from_fn(raw.target.width(), raw.target.height(), |x, y| gray(y as usize * columns + x as usize));
                let strengths: Vec<u8> = piece.smooth(&plane, to).into_raw().into_iter().step_by(3).collect();
                Input::from_rgb(to.0, to.1, sketch::traced(&strengths, to.0, &self.augment, stream(uses::SKETCH).as_mut()))
            }
            (RawInput::Picture(picture), _) => {
                let mut picture = piece.smooth(picture, to);
                if let Some(jitter) = jitter {
                    jitter.apply(&mut picture);
                }
                Input::from_rgb(to.0, to.1, picture.into_raw())
            }
            (RawInput::None, Source::Degraded) => {
                // Sheets show one fixed set of faults.
                let mut draws = stream(uses::DEGRADE).unwrap_or_else(|| draws(self.seed, 0, at as u64, uses::DEGRADE));
                Input::from_rgb(to.0, to.1, spoil::degraded(&target, &self.augment, &mut draws).into_raw())
            }
            (RawInput::None, _) => Input::from_rgb(to.0, to.1, target.as_raw().as_slice()),
        };
        input.instances = raw.instances.as_ref().map(|ids| piece.nearest(ids, columns, to).into());
        Ok(Pair { input, target: image_of(&target) })
    }
}

fn open_tracer(models: &[PathBuf]) -> Result<Tracer, TrainError> {
    let weights = models.iter().map(|folder| folder.join(EDGE_WEIGHTS)).find(|path| path.is_file());
    let weights = weights.ok_or_else(|| {
        DataError::Config(format!("{EDGE_WEIGHTS}, which sketches are traced with, is in none of the folders of models"))
    })?;
    Tracer::open(&weights)
}

fn with_edges(raw: Raw, tracer: Option<&Mutex<Tracer>>) -> Result<Raw, TrainError> {
    let Some(tracer) = tracer.filter(|_| raw.input == RawInput::None) else { return Ok(raw) };
    let edges = locked(tracer).edges(&raw.target)?;
    Ok(Raw { input: RawInput::Edges(edges), ..raw })
}

/// Bytes as the networks' numbers.
fn image_of(picture: &RgbImage) -> Image {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let channel = |channel: usize| picture.as_raw().iter().skip(channel).step_by(3).map(|&level| symmetric(level));
    Image { width, height, rgb: (0..3).flat_map(channel).collect() }
}
