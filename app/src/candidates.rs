//! Kept pictures, each with the drawing that it shows, to compare and to go back to.

use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use image::{RgbImage, imageops};

use crate::io::pictures;
use crate::io::project::Project;

/// The oldest are forgotten beyond this size: a hundred and more of 512x256 pixels, some thirty of 2048x1024.
pub const MAX_BYTES: usize = 128 << 20;

/// Longest side of a thumbnail in pixels.
const THUMBNAIL_SIDE: u32 = 224;

/// One kept picture. Both parts are held as their files' bytes, so that saving costs nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Its number within the drawing; later ones are larger.
    pub id: u64,
    /// The drawing as a project file, without kept pictures of its own.
    pub drawing: Arc<[u8]>,
    /// The photograph as a PNG file.
    pub picture: Arc<[u8]>,
    /// The photograph in small.
    pub thumbnail: Arc<RgbImage>,
}

/// The kept pictures of a drawing, the oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Candidates(Vec<Candidate>);

impl Candidate {
    /// Packs a drawing and its photograph; takes a while for large ones.
    ///
    /// # Errors
    /// When either cannot be encoded.
    pub fn new(id: u64, project: &Project, photograph: &RgbImage) -> anyhow::Result<Self> {
        let alone = Project { candidates: Candidates::default(), ..project.clone() };
        let (width, height) = (photograph.width() as usize, photograph.height() as usize);
        let picture = pictures::encode_rgb(Path::new("picture.png"), width, height, photograph.as_raw())?;
        let thumbnail = Arc::new(in_small(photograph));
        Ok(Self { id, drawing: alone.to_bytes()?.into(), picture: picture.into(), thumbnail })
    }

    /// A candidate from a project file.
    ///
    /// # Errors
    /// When the picture is broken.
    pub fn restore(id: u64, drawing: Vec<u8>, picture: Vec<u8>) -> anyhow::Result<Self> {
        let photograph = pictures::rgb_from(Cursor::new(&picture)).context("its picture is broken")?;
        Ok(Self { id, drawing: drawing.into(), picture: picture.into(), thumbnail: Arc::new(in_small(&photograph)) })
    }

    /// The photograph.
    ///
    /// # Errors
    /// When the file was broken from the start.
    pub fn photograph(&self) -> anyhow::Result<RgbImage> {
        pictures::rgb_from(Cursor::new(&self.picture[..])).context("a kept picture is broken")
    }

    /// The drawing.
    ///
    /// # Errors
    /// When the file was broken from the start.
    pub fn project(&self) -> anyhow::Result<Project> {
        Project::from_bytes(&self.drawing).context("a kept drawing is broken")
    }

    fn bytes(&self) -> usize {
        self.drawing.len() + self.picture.len() + self.thumbnail.as_raw().len()
    }
}

impl Candidates {
    /// All of them, the oldest first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Candidate> {
        self.0.iter()
    }

    /// Whether none is kept.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The one with this number.
    pub fn get(&self, id: u64) -> Option<&Candidate> {
        self.0.iter().find(|candidate| candidate.id == id)
    }

    /// The number for the next one.
    pub fn next_id(&self) -> u64 {
        self.0.iter().map(|candidate| candidate.id.saturating_add(1)).max().unwrap_or(1)
    }

    /// Adds one; the oldest go when all would take more than [`MAX_BYTES`], and never the new one.
    pub fn push(&mut self, candidate: Candidate) {
        self.0.push(candidate);
        while self.0.len() > 1 && self.0.iter().map(Candidate::bytes).sum::<usize>() > MAX_BYTES {
            self.0.remove(0);
        }
    }

    /// Forgets one.
    pub fn remove(&mut self, id: u64) {
        self.0.retain(|candidate| candidate.id != id);
    }
}

fn in_small(photograph: &RgbImage) -> RgbImage {
    let (width, height) = pictures::size_within(photograph.dimensions(), THUMBNAIL_SIDE);
    imageops::thumbnail(photograph, width, height)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Canvas, Kind};

    fn project(side: usize) -> Project {
        let canvas = Canvas::new(Kind::Sketch, side, side, 7);
        Project::new("cat", "cats", canvas)
    }

    #[test]
    fn candidates_survive_the_project_file() {
        let mut drawing = project(40);
        let photograph = RgbImage::from_fn(40, 40, |x, y| image::Rgb([x as u8, y as u8, 3]));
        for _ in 0..3 {
            let candidate = Candidate::new(drawing.candidates.next_id(), &drawing, &photograph).unwrap();
            drawing.candidates.push(candidate);
        }
        drawing.candidates.remove(2);
        let read = Project::from_bytes(&drawing.to_bytes().unwrap()).unwrap();
        assert_eq!(read, drawing);
        let kept: Vec<u64> = read.candidates.iter().map(|candidate| candidate.id).collect();
        assert_eq!((kept, read.candidates.next_id()), (vec![1, 3], 4));
        let last = read.candidates.get(3).unwrap();
        assert_eq!((last.photograph().unwrap(), last.project().unwrap()), (photograph, project(40)));
    }

    #[test]
    fn memory_is_bounded_and_the_newest_stays() {
        let mut kept = Candidates::default();
        let large: Arc<[u8]> = vec![0; MAX_BYTES / 3].into();
        for id in 1..=5 {
            let thumbnail = Arc::new(RgbImage::new(1, 1));
            kept.push(Candidate { id, drawing: large.clone(), picture: Vec::new().into(), thumbnail });
        }
        assert_eq!(kept.iter().map(|candidate| candidate.id).collect::<Vec<_>>(), [4, 5]);
    }
}
