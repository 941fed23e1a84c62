//! Films: a folder of pictures, a GIF or an animated WebP, read and written frame by frame.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use image::codecs::gif::{GifDecoder, GifEncoder, Repeat};
use image::{AnimationDecoder as _, Delay, DynamicImage, ImageDecoder as _, RgbImage, RgbaImage};
use image_webp::{DecodingError, LoopCount, WebPDecoder};
use tempfile::NamedTempFile;

use super::pictures::{check_size, encode_rgb, limits, over_white, read_rgb};
use super::webp::AnimationWriter;
use super::{persist, temporary_beside, write_atomically};

/// What a film is kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// Pictures in a folder, in the order of their names, numbers counted as numbers.
    Folder,
    /// An animated GIF.
    Gif,
    /// An animated WebP.
    Webp,
}

impl Container {
    /// What a file of this name is, by its ending.
    pub fn of_file(path: &Path) -> Option<Self> {
        match path.extension()?.to_string_lossy().to_lowercase().as_str() {
            "gif" => Some(Self::Gif),
            "webp" => Some(Self::Webp),
            _ => None,
        }
    }
}

/// One frame.
pub struct Frame {
    /// Its colours.
    pub picture: RgbImage,
    /// How long it is shown; pictures in a folder do not say.
    pub milliseconds: u32,
    /// The file that it came from, for those in a folder.
    pub file: Option<PathBuf>,
}

/// A film that is read.
pub struct Film {
    /// What it is kept in.
    pub container: Container,
    /// Number of frames, where that is known before they are read.
    pub count: Option<usize>,
    /// How often it plays; 0 is for ever.
    pub loops: u16,
    /// The frames, read one at a time.
    pub frames: Box<dyn Iterator<Item = anyhow::Result<Frame>>>,
}

/// Opens a film.
///
/// # Errors
/// When it is missing, no film, or holds no frame.
pub fn open(path: &Path) -> anyhow::Result<Film> {
    let context = || format!("cannot read the frames of {}", path.display());
    if path.is_dir() {
        return open_folder(path);
    }
    let mut start = Vec::new();
    File::open(path).with_context(context)?.take(64).read_to_end(&mut start).with_context(context)?;
    if start.starts_with(b"GIF8") {
        open_gif(path).with_context(context)
    } else if start.starts_with(b"RIFF") && start.get(8..12) == Some(b"WEBP") {
        open_webp(path).with_context(context)
    } else {
        bail!("{} is neither a folder of pictures nor a GIF nor an animated WebP", path.display())
    }
}

fn open_folder(folder: &Path) -> anyhow::Result<Film> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read the folder {}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| is_picture(path)).collect();
    ensure!(!files.is_empty(), "there are no pictures (.png, .jpg or .webp) in {}", folder.display());
    files.sort_by_cached_key(|path| natural_key(&path.file_name().unwrap_or_default().to_string_lossy()));
    let count = Some(files.len());
    let frame = |file: PathBuf| Ok(Frame { picture: read_rgb(&file)?, milliseconds: 0, file: Some(file) });
    Ok(Film { container: Container::Folder, count, loops: 0, frames: Box::new(files.into_iter().map(frame)) })
}

fn is_picture(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    path.is_file() && matches!(ending.as_str(), "png" | "jpg" | "jpeg" | "webp")
}

/// A name cut into words and numbers, so that frame9 comes before frame10.
fn natural_key(name: &str) -> Vec<(String, u128)> {
    let mut key = vec![(String::new(), 0_u128)];
    let mut in_number = false;
    for letter in name.chars() {
        if letter.is_ascii_digit() != in_number && !in_number {
            in_number = true;
        } else if in_number && !letter.is_ascii_digit() {
            in_number = false;
            key.push((String::new(), 0));
        }
        if let Some((word, number)) = key.last_mut() {
            match letter.to_digit(10) {
                Some(digit) => *number = number.saturating_mul(10).saturating_add(u128::from(digit)),
                None => word.push(letter),
            }
        }
    }
    key
}

fn open_gif(path: &Path) -> anyhow::Result<Film> {
    let mut decoder = GifDecoder::new(BufReader::new(File::open(path)?))?;
    let (width, height) = decoder.dimensions();
    check_size(width, height)?;
    decoder.set_limits(limits())?;
    let frame = |frame: image::ImageResult<image::Frame>| {
        let frame = frame?;
        let (numerator, denominator) = frame.delay().numer_denom_ms();
        let picture = over_white(DynamicImage::from(frame.into_buffer()));
        Ok(Frame { picture, milliseconds: numerator / denominator.max(1), file: None })
    };
    let frames = Box::new(decoder.into_frames().map(frame));
    Ok(Film { container: Container::Gif, count: None, loops: gif_loops(path)?, frames })
}

/// How often a GIF plays: its NETSCAPE2.0 extension says how often it is repeated; without one it plays once.
///
/// The decoder only knows this after the first frame, when the output has begun.
fn gif_loops(path: &Path) -> anyhow::Result<u16> {
    let mut start = Vec::new();
    File::open(path)?.take(4096).read_to_end(&mut start)?;
    let name = b"NETSCAPE2.0\x03\x01";
    let found = start.windows(name.len() + 2).find(|bytes| bytes.starts_with(name));
    Ok(match found.map(|bytes| u16::from_le_bytes([bytes[name.len()], bytes[name.len() + 1]])) {
        None => 1,
        Some(0) => 0,
        // Repeated once is played twice.
        Some(repeats) => repeats.saturating_add(1),
    })
}

fn open_webp(path: &Path) -> anyhow::Result<Film> {
    let mut decoder = WebPDecoder::new(BufReader::new(File::open(path)?))?;
    let (width, height) = decoder.dimensions();
    check_size(width, height)?;
    ensure!(decoder.is_animated(), "it holds one picture; daub generate and daub style take those");
    let loops = match decoder.loop_count() {
        LoopCount::Forever => 0,
        LoopCount::Times(times) => times.get(),
    };
    let count = Some(decoder.num_frames() as usize);
    let channels = if decoder.has_alpha() { 4 } else { 3 };
    let mut buffer = vec![0; width as usize * height as usize * channels];
    let next = move || match decoder.read_frame(&mut buffer) {
        Err(DecodingError::NoMoreFrames) => None,
        Err(error) => Some(Err(error.into())),
        Ok(milliseconds) => {
            let picture = if channels == 4 {
                RgbaImage::from_raw(width, height, buffer.clone()).map(|picture| over_white(picture.into()))
            } else {
                RgbImage::from_raw(width, height, buffer.clone())
            };
            Some(picture.context("a frame has the wrong size").map(|picture| Frame { picture, milliseconds, file: None }))
        }
    };
    Ok(Film { container: Container::Webp, count, loops, frames: Box::new(std::iter::from_fn(next)) })
}

/// A film that is written; a GIF or WebP appears under its name once it is complete.
pub struct FilmWriter {
    path: PathBuf,
    sink: Sink,
}

enum Sink {
    /// A PNG for each frame; the names that were given so far.
    Folder(HashSet<PathBuf>),
    Gif {
        file: NamedTempFile,
        encoder: Box<GifEncoder<BufWriter<File>>>,
    },
    /// Begun with the first frame, whose size it takes.
    Webp {
        file: NamedTempFile,
        writer: Option<Box<AnimationWriter<BufWriter<File>>>>,
        loops: u16,
    },
}

/// Speed of the search for a GIF's colours, 1 (best) to 30.
const GIF_SPEED: i32 = 5;

impl FilmWriter {
    /// Begins a film of the same kind as the one that is read.
    ///
    /// # Errors
    /// When the ending does not suit the container or the place cannot be written.
    pub fn create(path: &Path, container: Container, loops: u16) -> anyhow::Result<Self> {
        let has_ending = |wanted: &str| path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case(wanted));
        let sink = match container {
            Container::Folder => {
                ensure!(!path.is_file(), "{} is a file; the frames of a folder go into a folder", path.display());
                std::fs::create_dir_all(path).with_context(|| format!("cannot make the folder {}", path.display()))?;
                Sink::Folder(HashSet::new())
            }
            Container::Gif => {
                ensure!(has_ending("gif"), "a film of this kind is a GIF, so {} should end in .gif", path.display());
                let file = temporary_beside(path)?;
                let mut encoder = GifEncoder::new_with_speed(BufWriter::new(file.reopen()?), GIF_SPEED);
                match loops {
                    0 => encoder.set_repeat(Repeat::Infinite)?,
                    1 => {}
                    plays => encoder.set_repeat(Repeat::Finite(plays - 1))?,
                }
                Sink::Gif { file, encoder: Box::new(encoder) }
            }
            Container::Webp => {
                ensure!(has_ending("webp"), "a film of this kind is a WebP, so {} should end in .webp", path.display());
                Sink::Webp { file: temporary_beside(path)?, writer: None, loops }
            }
        };
        Ok(Self { path: path.to_owned(), sink })
    }

    /// Adds a frame.
    ///
    /// # Errors
    /// When it cannot be encoded or written.
    pub fn push(&mut self, frame: Frame) -> anyhow::Result<()> {
        let (width, height) = frame.picture.dimensions();
        let context = || format!("cannot write {}", self.path.display());
        match &mut self.sink {
            Sink::Folder(names) => {
                let source = frame.file.context("a frame has no name")?;
                let path = self.path.join(source.file_stem().unwrap_or_default()).with_added_extension("png");
                ensure!(names.insert(path.clone()), "two frames would be called {}; rename one of them", path.display());
                let bytes = encode_rgb(&path, width as usize, height as usize, &frame.picture)?;
                write_atomically(&path, &bytes)
            }
            Sink::Gif { encoder, .. } => {
                let delay = Delay::from_numer_denom_ms(frame.milliseconds, 1);
                let picture = DynamicImage::from(frame.picture).to_rgba8();
                encoder.encode_frame(image::Frame::from_parts(picture, 0, 0, delay)).with_context(context)
            }
            Sink::Webp { file, writer, loops } => {
                let writer = if let Some(writer) = writer {
                    writer
                } else {
                    let to = BufWriter::new(file.reopen().with_context(context)?);
                    writer.insert(Box::new(AnimationWriter::new(to, width, height, *loops).with_context(context)?))
                };
                writer.push(&frame.picture, frame.milliseconds).with_context(context)
            }
        }
    }

    /// Ends the film and gives it its name.
    ///
    /// # Errors
    /// When there was no frame or the place cannot be written.
    pub fn finish(self) -> anyhow::Result<()> {
        let context = || format!("cannot write {}", self.path.display());
        let file = match self.sink {
            Sink::Folder(_) => return Ok(()),
            Sink::Gif { mut file, encoder } => {
                // The encoder writes its last byte when it is dropped and cannot tell whether that went well.
                drop(encoder);
                let mut last = [0];
                let ended = file.seek(SeekFrom::End(-1)).and_then(|_| file.read_exact(&mut last));
                ensure!(ended.is_ok() && last == *b";", "{}: the disk may be full", context());
                file
            }
            Sink::Webp { file, writer, .. } => {
                writer.context("there was no frame").with_context(context)?.finish().with_context(context)?;
                file
            }
        };
        persist(file, &self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(seed: u32) -> RgbImage {
        RgbImage::from_fn(24, 18, |x, y| image::Rgb([(x / 2 * 18 + seed * 40) as u8, (y / 2 * 26) as u8, (seed * 60) as u8]))
    }

    /// Writes a film of three frames and reads it back.
    fn round_trip(name: &str, container: Container, loops: u16) -> (Film, Vec<Frame>, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        let mut writer = FilmWriter::create(&path, container, loops).unwrap();
        for (seed, milliseconds) in [(0, 40), (1, 120), (2, 1000)] {
            let file = Some(PathBuf::from(format!("frame{}.jpg", 8 + seed)));
            writer.push(Frame { picture: picture(seed), milliseconds, file }).unwrap();
        }
        writer.finish().unwrap();
        let mut film = open(&path).unwrap();
        let frames = film.frames.by_ref().map(Result::unwrap).collect();
        (film, frames, folder)
    }

    #[test]
    fn every_container_keeps_frames_times_and_loops() {
        for (name, container, loops) in [("a.gif", Container::Gif, 0), ("b.gif", Container::Gif, 3), ("c.gif", Container::Gif, 1)]
        {
            let (film, frames, _folder) = round_trip(name, container, loops);
            assert_eq!((film.container, film.loops), (container, loops), "{name}");
            assert_eq!(frames.iter().map(|frame| frame.milliseconds).collect::<Vec<_>>(), [40, 120, 1000]);
            // A GIF has 256 colours, more than these pictures.
            let off: u32 = frames[1].picture.iter().zip(picture(1).iter()).map(|(a, b)| u32::from(a.abs_diff(*b))).sum();
            let mean = off as f32 / frames[1].picture.len() as f32;
            assert!(mean < 3.0, "{name}: {mean}");
        }
        let (film, frames, _folder) = round_trip("d.webp", Container::Webp, 2);
        assert_eq!((film.container, film.loops, film.count), (Container::Webp, 2, Some(3)));
        let read: Vec<(u32, RgbImage)> = frames.into_iter().map(|frame| (frame.milliseconds, frame.picture)).collect();
        assert_eq!(read, [(40, picture(0)), (120, picture(1)), (1000, picture(2))]);
        let (film, frames, _folder) = round_trip("folder", Container::Folder, 0);
        assert_eq!((film.container, film.count), (Container::Folder, Some(3)));
        // frame8 to frame10: numbers are numbers.
        assert_eq!(frames.iter().map(|frame| frame.picture.clone()).collect::<Vec<_>>(), [picture(0), picture(1), picture(2)]);
    }

    #[test]
    fn nothing_is_left_behind_by_a_film_that_was_not_finished() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("film.webp");
        let mut writer = FilmWriter::create(&path, Container::Webp, 0).unwrap();
        writer.push(Frame { picture: picture(0), milliseconds: 40, file: None }).unwrap();
        drop(writer);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        assert!(FilmWriter::create(&path, Container::Gif, 0).is_err(), "a GIF called .webp");
        assert!(FilmWriter::create(&path, Container::Webp, 0).unwrap().finish().is_err(), "a film without a frame");
    }

    #[test]
    fn what_is_no_film_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let refused = |name: &str, bytes: &[u8], word: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            let opened = open(&path).and_then(|film| film.frames.collect::<anyhow::Result<Vec<_>>>());
            let message = format!("{:#}", opened.err().unwrap());
            assert!(message.contains(word), "{message}");
        };
        refused("a.gif", b"GIF89a", "a.gif");
        refused("b.txt", b"words", "neither a folder");
        let mut still = Vec::new();
        image_webp::WebPEncoder::new(&mut still).encode(&picture(0), 24, 18, image_webp::ColorType::Rgb8).unwrap();
        refused("c.webp", &still, "one picture");
        assert!(open(&folder.path().join("nothing")).is_err());
        std::fs::create_dir(folder.path().join("empty")).unwrap();
        assert!(open(&folder.path().join("empty")).is_err());
    }
}
