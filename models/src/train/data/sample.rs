//! One sample as it lies in its files, decoded and checked.

use std::path::Path;

use image::RgbImage;

use super::layout::Item;
use crate::pictures::{IdMap, PictureError, read_ids, read_rgb};

/// What is in the files of a sample, all planes of one size.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Raw {
    /// The picture wanted, or the only one.
    pub target: RgbImage,
    /// What is given.
    pub input: RawInput,
    /// Instance ids, rows from the top.
    pub instances: Option<Vec<u32>>,
}

/// What is given beside the target.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum RawInput {
    /// Nothing: it is made from the target, if at all.
    None,
    /// One id a pixel.
    Labels(Vec<u8>),
    /// A picture.
    Picture(RgbImage),
    /// Edge strengths of the target, 0 to 255, to trace lines from.
    Edges(Vec<u8>),
}

impl Raw {
    /// Memory that it takes.
    pub(super) fn bytes(&self) -> usize {
        let input = match &self.input {
            RawInput::None => 0,
            RawInput::Labels(ids) | RawInput::Edges(ids) => ids.len(),
            RawInput::Picture(picture) => picture.as_raw().len(),
        };
        self.target.as_raw().len() + input + self.instances.as_ref().map_or(0, |ids| ids.len() * 4)
    }

    /// Reads and checks the files of a sample; `classes` is the number of labels that are allowed, 256 where it is not known.
    ///
    /// # Errors
    /// When a file cannot be decoded, sizes differ, or an id is out of range; the message names the file.
    pub(super) fn read(item: &Item, classes: usize) -> Result<Self, PictureError> {
        match item {
            Item::Photo(path) => Ok(Self { target: read_rgb(path)?, input: RawInput::None, instances: None }),
            Item::Pair(input, target) => {
                let (given, wanted) = (read_rgb(input)?, read_rgb(target)?);
                same_size(input, size_of(&given), target, size_of(&wanted))?;
                Ok(Self { target: wanted, input: RawInput::Picture(given), instances: None })
            }
            Item::SideBySide(path, input_is_left) => {
                let both = read_rgb(path)?;
                let (width, height) = both.dimensions();
                if width % 2 != 0 {
                    return Err(PictureError::new(path, format!("a side-by-side picture has an even width, not {width}")));
                }
                let half = |x| image::imageops::crop_imm(&both, x, 0, width / 2, height).to_image();
                let (left, right) = (half(0), half(width / 2));
                let (given, target) = if *input_is_left { (left, right) } else { (right, left) };
                Ok(Self { target, input: RawInput::Picture(given), instances: None })
            }
            Item::Labels { labels, image, instances } => {
                let (map, target) = (read_ids(labels)?, read_rgb(image)?);
                same_size(labels, (map.width, map.height), image, size_of(&target))?;
                let ids = label_ids(labels, &map, classes)?;
                let instances = match instances {
                    Some(path) => {
                        let map = read_ids(path)?;
                        same_size(path, (map.width, map.height), image, size_of(&target))?;
                        Some(map.ids)
                    }
                    None => None,
                };
                Ok(Self { target, input: RawInput::Labels(ids), instances })
            }
        }
    }
}

fn size_of(picture: &RgbImage) -> (usize, usize) {
    (picture.width() as usize, picture.height() as usize)
}

fn same_size(path: &Path, size: (usize, usize), other: &Path, expected: (usize, usize)) -> Result<(), PictureError> {
    if size == expected {
        return Ok(());
    }
    let (other, (w, h), (ow, oh)) = (other.display(), size, expected);
    Err(PictureError::new(path, format!("it is {w}x{h} pixels and {other} is {ow}x{oh}; files of a pair must be equal in size")))
}

/// The ids of a label map as bytes.
fn label_ids(path: &Path, map: &IdMap, classes: usize) -> Result<Vec<u8>, PictureError> {
    let limit = classes.min(256) as u32;
    if let Some(at) = map.ids.iter().position(|id| *id >= limit) {
        let (id, x, y) = (map.ids[at], at % map.width, at / map.width);
        let reason = format!("the label {id} at column {x}, row {y} is out of range; labels are 0 to {}", limit - 1);
        return Err(PictureError::new(path, reason));
    }
    Ok(map.ids.iter().map(|id| *id as u8).collect())
}
