//! How a drawing came about: its undo history played from the start, canvas left, photograph right.

use std::path::Path;

use anyhow::Context as _;
use image::RgbImage;

use crate::document::Document;
use crate::io::export::{colours, side_by_side};
use crate::io::frames::{Container, FilmWriter, Frame};
use crate::io::pictures::within;
use crate::state::Progress;

/// More steps than this are thinned out evenly: nobody watches longer, and every frame costs a pass of the model.
const MOST_FRAMES: usize = 600;

/// How long the finished drawing stays before the film begins again.
const END_MS: u32 = 2000;

/// Longest side that every format can hold.
const LONGEST_SIDE_PX: u32 = 16_384;

/// How the film is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Steps of the drawing a second.
    pub steps_per_second: u32,
    /// Longest side of a frame in pixels; larger ones are scaled down.
    pub longest_px: u32,
}

impl Settings {
    /// Speeds that can be chosen.
    pub const SPEEDS: std::ops::RangeInclusive<u32> = 1..=30;
}

impl Default for Settings {
    fn default() -> Self {
        Self { steps_per_second: 4, longest_px: 1024 }
    }
}

/// Plays a drawing into a GIF or animated WebP, by the file's ending; `paint` makes the photograph of a state.
///
/// # Errors
/// What `paint` says, [`crate::state::Cancelled`], or when the place cannot be written.
pub fn render(
    mut document: Document,
    palette: &[[u8; 3]],
    settings: Settings,
    path: &Path,
    paint: &mut dyn FnMut(&Document) -> anyhow::Result<RgbImage>,
    progress: &Progress,
) -> anyhow::Result<()> {
    let container = Container::of_file(path).with_context(|| format!("{} should end in .gif or .webp", path.display()))?;
    let mut writer = FilmWriter::create(path, container, 0)?;
    // A gesture that is under way is a step as well.
    document.commit();
    let mut steps = 0;
    while document.can_undo() {
        document.undo();
        steps += 1;
    }
    let shown = shown_steps(steps);
    let frames = shown.len();
    let mut next = shown.into_iter().enumerate().peekable();
    for step in 0..=steps {
        if step > 0 {
            document.redo();
        }
        let Some((number, _)) = next.next_if(|(_, shown)| *shown == step) else { continue };
        progress.check()?;
        let both = side_by_side(&colours(document.composite(), palette), &paint(&document)?);
        let picture = within(both, settings.longest_px.min(LONGEST_SIDE_PX));
        let milliseconds = if step == steps { END_MS } else { 1000 / settings.steps_per_second.max(1) };
        writer.push(Frame { picture, milliseconds, file: None })?;
        progress.set((number + 1) as f32 / frames as f32);
    }
    progress.check()?;
    writer.finish()
}

/// Which of the states 0 to `steps` are shown; the first and the last always.
fn shown_steps(steps: usize) -> Vec<usize> {
    let frames = (steps + 1).min(MOST_FRAMES);
    (0..frames).map(|frame| frame * steps / (frames - 1).max(1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Canvas, Kind, Rect};
    use crate::io::frames::open;
    use crate::state::{Cancelled, Tasks};

    fn drawing(steps: u32) -> Document {
        let mut document = Document::new("film", Canvas::new(Kind::Labels("x".into()), 20, 10, 0));
        for step in 1..=steps {
            document.draw(|canvas, _| {
                let row = canvas.row_mut(step as usize % 10, 0, 20);
                row.fill(step % 3 + 1);
                Rect::from_size(20, 10)
            });
        }
        document
    }

    #[expect(clippy::unnecessary_wraps, reason = "painting may fail")]
    fn photograph(document: &Document) -> anyhow::Result<RgbImage> {
        let ink = document.canvas().get(3, 1).unwrap_or(0) as u8;
        Ok(RgbImage::from_pixel(20, 10, image::Rgb([ink * 50, 9, 9])))
    }

    const PALETTE: [[u8; 3]; 4] = [[0; 3], [10, 0, 0], [0, 20, 0], [0, 0, 30]];

    #[test]
    fn every_step_is_a_frame_with_canvas_and_photograph() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("film.webp");
        let (document, settings) = (drawing(5), Settings { steps_per_second: 10, longest_px: 1024 });
        let progress = Tasks::default().start("film");
        render(document, &PALETTE, settings, &path, &mut photograph, &progress).unwrap();
        let frames: Vec<Frame> = open(&path).unwrap().frames.map(Result::unwrap).collect();
        let times: Vec<u32> = frames.iter().map(|frame| frame.milliseconds).collect();
        assert_eq!(times, [100, 100, 100, 100, 100, END_MS]);
        assert_eq!(frames[0].picture.dimensions(), (40, 10));
        assert_eq!((frames[0].picture.get_pixel(3, 1).0, frames[0].picture.get_pixel(25, 1).0), ([0; 3], [0, 9, 9]));
        assert_eq!((frames[1].picture.get_pixel(3, 1).0, frames[1].picture.get_pixel(25, 1).0), (PALETTE[2], [100, 9, 9]));
    }

    #[test]
    fn what_was_taken_back_is_not_shown_and_a_film_can_be_cancelled() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("film.gif");
        let mut document = drawing(4);
        document.undo();
        document.undo();
        let (mut tasks, mut painted) = (Tasks::default(), 0);
        let progress = tasks.start("film");
        let mut paint = |document: &Document| {
            painted += 1;
            photograph(document)
        };
        render(document.clone(), &PALETTE, Settings::default(), &path, &mut paint, &progress).unwrap();
        let task = tasks.iter().next().unwrap();
        assert_eq!((painted, task.fraction()), (3, Some(1.0)));
        tasks.cancel(task.id);
        let other = folder.path().join("other.gif");
        let cancelled = render(document, &PALETTE, Settings::default(), &other, &mut photograph, &progress).unwrap_err();
        assert!(cancelled.downcast_ref::<Cancelled>().is_some());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "something was left of the cancelled film");
    }

    #[test]
    fn long_drawings_are_thinned_and_large_ones_scaled() {
        let steps = shown_steps(5000);
        assert_eq!((steps.len(), steps[0], steps[MOST_FRAMES - 1]), (MOST_FRAMES, 0, 5000));
        assert_eq!((shown_steps(0), shown_steps(2)), (vec![0], vec![0, 1, 2]));
        assert_eq!(within(RgbImage::new(4096, 1024), 1024).dimensions(), (1024, 256));
    }
}
