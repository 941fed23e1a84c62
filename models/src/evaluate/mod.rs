//! How near pictures are to what they should be: figures over two folders.
//!
//! Pictures with equal names are compared pair by pair ([`similarity`], [`vgg`]); the folders as wholes by a Fréchet
//! distance ([`frechet`]), which needs no pairs. Sizes must agree pair by pair; nothing is resized in silence.

pub mod frechet;
pub mod similarity;
pub mod vgg;

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::checkpoint::CheckpointError;
use crate::executor::ExecuteError;
use crate::pictures::{PictureError, read_rgb};
use crate::train::data::files::{pictures_in, stem_of};
use vgg::Vgg;

/// What the Fréchet figure is called wherever it is shown.
pub const FRECHET_NAME: &str = "VGG16 Fréchet distance (not comparable with Inception FID)";

/// What the perceptual figure is called wherever it is shown.
pub const PERCEPTUAL_NAME: &str = "VGG16 feature distance (LPIPS without learned weights)";

/// Why two folders cannot be compared.
#[derive(Debug, thiserror::Error)]
pub enum EvaluateError {
    /// A picture is missing or broken.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// The feature weights are missing or broken.
    #[error(transparent)]
    Weights(#[from] CheckpointError),
    /// The feature network cannot run.
    #[error(transparent)]
    Execute(#[from] ExecuteError),
    /// Nothing to compare.
    #[error("{} and {} have no picture of the same name in common", first.display(), second.display())]
    NoPairs {
        /// Folder of pictures.
        first: PathBuf,
        /// Folder of references.
        second: PathBuf,
    },
    /// A pair of different sizes.
    #[error("{} is {}x{} pixels and its reference {}x{}; they must be equal", path.display(), found.0, found.1, expected.0, expected.1)]
    Sizes {
        /// The picture.
        path: PathBuf,
        /// Its size.
        found: (u32, u32),
        /// The size of its reference.
        expected: (u32, u32),
    },
}

/// Figures of one pair.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairFigures {
    /// Name without ending.
    pub name: String,
    /// Mean absolute difference, 0 to 1.
    pub l1: f64,
    /// In dB; none for equal pictures, where it is infinite.
    pub psnr_db: Option<f64>,
    /// Structural similarity; none for pictures below 11 pixels.
    pub ssim: Option<f64>,
    /// Distance of VGG16 features, if the weights were there.
    pub vgg16_distance: Option<f64>,
}

/// Figures of two folders.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// Pictures on the two sides that had no partner; they count for the Fréchet distance only.
    pub unmatched: (usize, usize),
    /// Mean over pairs, 0 to 1.
    pub l1: f64,
    /// Mean over the pairs that differ, in dB.
    pub psnr_db: Option<f64>,
    /// Mean over pairs.
    pub ssim: Option<f64>,
    /// Mean over pairs.
    pub vgg16_distance: Option<f64>,
    /// Between the two folders as wholes.
    pub vgg16_frechet_distance: Option<f64>,
    /// Pair by pair, in natural order.
    pub pairs: Vec<PairFigures>,
}

/// Compares the pictures of `folder` with those of `reference`.
///
/// `vgg` gives the feature figures; without it they are left out. `progress` hears of each finished picture and the total.
///
/// # Errors
/// When folders have no picture in common, or a picture is broken or of another size than its reference.
pub fn compare(
    folder: &Path,
    reference: &Path,
    mut vgg: Option<&mut Vgg>,
    mut progress: impl FnMut(usize, usize),
) -> Result<Figures, EvaluateError> {
    let (ours, theirs) = (pictures_in(folder)?, pictures_in(reference)?);
    let partner = |path: &PathBuf| theirs.iter().find(|other| stem_of(other) == stem_of(path));
    let matched: Vec<(&PathBuf, &PathBuf)> = ours.iter().filter_map(|path| Some((path, partner(path)?))).collect();
    if matched.is_empty() {
        return Err(EvaluateError::NoPairs { first: folder.to_owned(), second: reference.to_owned() });
    }
    let total = ours.len() + theirs.len() - matched.len();
    let (mut summaries, mut reference_summaries) = (Vec::new(), Vec::new());
    let mut pairs = Vec::with_capacity(matched.len());
    for (path, other) in &matched {
        let (picture, expected) = (read_rgb(path)?, read_rgb(other)?);
        if picture.dimensions() != expected.dimensions() {
            let (found, expected) = (picture.dimensions(), expected.dimensions());
            return Err(EvaluateError::Sizes { path: (*path).clone(), found, expected });
        }
        let mut vgg16_distance = None;
        if let Some(vgg) = &mut vgg {
            let (seen, wanted) = (vgg.look(&picture)?, vgg.look(&expected)?);
            vgg16_distance = Some(seen.distance(&wanted));
            summaries.push(seen.summary());
            reference_summaries.push(wanted.summary());
        }
        pairs.push(PairFigures {
            name: stem_of(path),
            l1: similarity::l1(&picture, &expected),
            psnr_db: Some(similarity::psnr(&picture, &expected)).filter(|psnr| psnr.is_finite()),
            ssim: similarity::ssim(&picture, &expected),
            vgg16_distance,
        });
        progress(pairs.len(), total);
    }
    let mut done = pairs.len();
    for (paths, used, summaries) in [(&ours, 0, &mut summaries), (&theirs, 1, &mut reference_summaries)] {
        let is_used = |path: &&PathBuf| matched.iter().any(|pair| *[pair.0, pair.1][used] == **path);
        for path in paths.iter().filter(|path| !is_used(path)) {
            if let Some(vgg) = &mut vgg {
                summaries.push(vgg.look(&read_rgb(path)?)?.summary());
            }
            done += 1;
            progress(done, total);
        }
    }
    // Two pictures on each side are the least that has a spread; without them there is no figure, which is no error.
    let frechet = frechet::distance(&summaries, &reference_summaries).ok();
    let unmatched = (ours.len() - pairs.len(), theirs.len() - pairs.len());
    Ok(Figures { unmatched, vgg16_frechet_distance: frechet, ..means(pairs) })
}

fn means(pairs: Vec<PairFigures>) -> Figures {
    let mean = |values: Vec<f64>| (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64);
    let of = |figure: fn(&PairFigures) -> Option<f64>| mean(pairs.iter().filter_map(figure).collect());
    Figures {
        unmatched: (0, 0),
        l1: of(|pair| Some(pair.l1)).unwrap_or_default(),
        psnr_db: of(|pair| pair.psnr_db),
        ssim: of(|pair| pair.ssim),
        vgg16_distance: of(|pair| pair.vgg16_distance),
        vgg16_frechet_distance: None,
        pairs,
    }
}

#[cfg(test)]
mod tests {
    use image::RgbImage;

    use super::*;

    fn folder(pictures: &[(&str, u32, u8)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, side, level) in pictures {
            RgbImage::from_pixel(*side, *side, image::Rgb([*level; 3])).save(folder.path().join(name)).unwrap();
        }
        folder
    }

    #[test]
    fn pairs_are_found_by_name_and_averaged() {
        let ours = folder(&[("a.png", 16, 100), ("b.png", 16, 50), ("c.png", 16, 0)]);
        let theirs = folder(&[("a.png", 16, 110), ("b.png", 16, 50)]);
        let mut calls = Vec::new();
        let figures = compare(ours.path(), theirs.path(), None, |done, total| calls.push((done, total))).unwrap();
        assert_eq!(figures.unmatched, (1, 0));
        assert_eq!(calls.last(), Some(&(3, 3)));
        assert!((figures.l1 - 5.0 / 255.0).abs() < 1e-12);
        assert!((figures.psnr_db.unwrap() - 28.130_803_608_679_31).abs() < 1e-9);
        assert_eq!((figures.pairs[1].psnr_db, figures.pairs[1].ssim), (None, Some(1.0)));
        assert_eq!(figures.vgg16_frechet_distance, None);
    }

    #[test]
    fn different_sizes_and_no_pairs_are_told() {
        let ours = folder(&[("a.png", 16, 1)]);
        let message = compare(ours.path(), folder(&[("a.png", 20, 1)]).path(), None, |_, _| ()).unwrap_err().to_string();
        assert!(message.contains("a.png") && message.contains("16x16") && message.contains("20x20"), "{message}");
        let message = compare(ours.path(), folder(&[("b.png", 16, 1)]).path(), None, |_, _| ()).unwrap_err().to_string();
        assert!(message.contains("no picture of the same name"), "{message}");
    }

    #[test]
    fn features_tell_equal_from_different() {
        let weights = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/models/hed_vgg16.safetensors");
        let mut vgg = Vgg::open(&weights).unwrap();
        let striped =
            |step: u32| RgbImage::from_fn(32, 32, |x, _| image::Rgb([if (x / step).is_multiple_of(2) { 220 } else { 30 }; 3]));
        let (fine, coarse) = (vgg.look(&striped(2)).unwrap(), vgg.look(&striped(8)).unwrap());
        assert!(fine.distance(&fine) < 1e-9);
        assert!(fine.distance(&coarse) > 0.5, "{}", fine.distance(&coarse));
        assert_eq!(fine.summary().len(), 512);
        assert!(fine.summary().iter().any(|value| *value > 0.0));
    }
}
