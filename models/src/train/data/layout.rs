//! Finding out how pictures lie in a folder.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::DataError;
use super::files::{key_of, matched, pictures_in};
use crate::pictures::PictureError;
use crate::train::{Data, Direction, Layout, Method, Source};

/// The files of one sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Item {
    /// A label map and its photograph.
    Labels {
        /// One id a pixel.
        labels: PathBuf,
        /// The photograph.
        image: PathBuf,
        /// An instance map, if there is one.
        instances: Option<PathBuf>,
    },
    /// Two pictures, the input first.
    Pair(PathBuf, PathBuf),
    /// Input and target in one file; whether the input is on the left.
    SideBySide(PathBuf, bool),
    /// A photograph alone.
    Photo(PathBuf),
}

impl Item {
    /// The file that names the sample.
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Labels { image, .. } => image,
            Self::Pair(input, _) => input,
            Self::SideBySide(path, _) | Self::Photo(path) => path,
        }
    }
}

/// The files of a data set, before any is decoded.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Samples; the first domain of unpaired data.
    pub items: Vec<Item>,
    /// The second domain.
    pub second: Vec<Item>,
    /// Files without a partner, which are of no use.
    pub alone: Vec<PathBuf>,
}

/// Names that the two folders of a paired layout go by, the input's first.
const LABEL_FOLDERS: [(&str, &str); 2] = [("labels", "images"), ("train_label", "train_img")];
const PAIR_FOLDERS: [(&str, &str); 3] = [("A", "B"), ("train_A", "train_B"), ("trainA", "trainB")];
const INSTANCE_FOLDERS: [&str; 2] = ["instances", "train_inst"];
/// CycleGAN's names first; a folder of validation pictures has `testA`, `testB`.
const UNPAIRED_FOLDERS: [(&str, &str); 4] = [("trainA", "trainB"), ("testA", "testB"), ("A", "B"), ("valA", "valB")];

/// Lists the files under `folder` as `data` describes them.
///
/// # Errors
/// When the folder does not hold what the method needs.
pub(super) fn find(folder: &Path, data: &Data, method: Method) -> Result<Found, DataError> {
    if !folder.is_dir() {
        return Err(PictureError::new(folder, "there is no such folder (data.folder)").into());
    }
    let layout = if data.layout == Layout::Auto { guess(folder, data, method) } else { data.layout };
    let unsuitable = |needed: &str| {
        let found = layout_name(layout);
        DataError::Layout { folder: folder.to_owned(), reason: format!("{method:?} needs {needed}, and this folder has {found}") }
    };
    match method {
        Method::Cyclegan if layout != Layout::Unpaired => return Err(unsuitable("two collections (trainA and trainB)")),
        Method::Gan | Method::Colorize if layout != Layout::Photos => return Err(unsuitable("photographs")),
        Method::Pix2pix | Method::Pix2pixhd if layout == Layout::Unpaired => return Err(unsuitable("pairs")),
        Method::Pix2pix | Method::Pix2pixhd if layout == Layout::Photos && data.input == Source::Files => {
            return Err(unsuitable(
                "labels and images, A and B, or side-by-side files (or data.input = \"sketch\" or \"degraded\" to make the \
                 input from photographs)",
            ));
        }
        _ => {}
    }
    match layout {
        Layout::Labels => labels(folder),
        Layout::Pairs => pairs(folder, data.direction),
        Layout::SideBySide => {
            let left = data.direction == Direction::AToB;
            let files = pictures_in(&inner(folder))?;
            Ok(Found { items: files.into_iter().map(|path| Item::SideBySide(path, left)).collect(), ..Found::default() })
        }
        Layout::Unpaired => {
            let (a, b) = sides(folder, &UNPAIRED_FOLDERS)?;
            let photos = |folder: &Path| Ok::<_, DataError>(pictures_in(folder)?.into_iter().map(Item::Photo).collect());
            let (mut items, mut second) = (photos(&a)?, photos(&b)?);
            if data.direction == Direction::BToA {
                std::mem::swap(&mut items, &mut second);
            }
            Ok(Found { items, second, ..Found::default() })
        }
        Layout::Photos | Layout::Auto => {
            let images = folder.join("images");
            let files = pictures_in(if images.is_dir() { &images } else { folder }).or_else(|_| pictures_in(&inner(folder)))?;
            Ok(Found { items: files.into_iter().map(Item::Photo).collect(), ..Found::default() })
        }
    }
}

fn guess(folder: &Path, data: &Data, method: Method) -> Layout {
    let has = |names: &[(&str, &str)]| names.iter().any(|(a, b)| folder.join(a).is_dir() && folder.join(b).is_dir());
    match method {
        Method::Cyclegan => Layout::Unpaired,
        Method::Gan | Method::Colorize => Layout::Photos,
        _ if data.input != Source::Files => Layout::Photos,
        _ if has(&LABEL_FOLDERS) => Layout::Labels,
        _ if has(&PAIR_FOLDERS) => Layout::Pairs,
        _ => Layout::SideBySide,
    }
}

fn layout_name(layout: Layout) -> &'static str {
    match layout {
        Layout::Labels => "labels and images",
        Layout::Pairs => "pairs in A and B",
        Layout::SideBySide => "side-by-side files",
        Layout::Unpaired => "two collections without pairs",
        Layout::Photos | Layout::Auto => "photographs alone",
    }
}

/// The folder's `train` where it has one, as official data sets do.
fn inner(folder: &Path) -> PathBuf {
    let train = folder.join("train");
    if train.is_dir() { train } else { folder.to_owned() }
}

/// The first two folders of these names that are there.
fn sides(folder: &Path, names: &[(&str, &str)]) -> Result<(PathBuf, PathBuf), DataError> {
    let there = names.iter().map(|(a, b)| (folder.join(a), folder.join(b))).find(|(a, b)| a.is_dir() && b.is_dir());
    there.ok_or_else(|| {
        let wanted: Vec<String> = names.iter().map(|(a, b)| format!("{a} and {b}")).collect();
        DataError::Layout { folder: folder.to_owned(), reason: format!("it needs the folders {}", wanted.join(", or ")) }
    })
}

fn labels(folder: &Path) -> Result<Found, DataError> {
    let (label_folder, image_folder) = sides(folder, &LABEL_FOLDERS)?;
    let found = matched(pictures_in(&label_folder)?, pictures_in(&image_folder)?);
    let instance_folder = INSTANCE_FOLDERS.iter().map(|name| folder.join(name)).find(|folder| folder.is_dir());
    let instance_files = instance_folder.as_deref().map(pictures_in).transpose()?.unwrap_or_default();
    let instances: HashMap<String, PathBuf> = instance_files.into_iter().map(|path| (key_of(&path), path)).collect();
    let mut alone = found.alone;
    let mut items = Vec::new();
    for (labels, image) in found.pairs {
        let own = instances.get(&key_of(&labels)).cloned();
        if instance_folder.is_some() && own.is_none() {
            alone.push(labels);
        } else {
            items.push(Item::Labels { labels, image, instances: own });
        }
    }
    Ok(Found { items, alone, ..Found::default() })
}

fn pairs(folder: &Path, direction: Direction) -> Result<Found, DataError> {
    let (a, b) = sides(folder, &PAIR_FOLDERS)?;
    let found = matched(pictures_in(&a)?, pictures_in(&b)?);
    let item = |(a, b)| if direction == Direction::AToB { Item::Pair(a, b) } else { Item::Pair(b, a) };
    Ok(Found { items: found.pairs.into_iter().map(item).collect(), alone: found.alone, ..Found::default() })
}
