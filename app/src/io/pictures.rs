//! Pictures and label maps in files; [`daub_models::pictures`] reads them within limits.

use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Seek};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};
use daub_models::Input;
use daub_models::pictures as files;
pub use daub_models::pictures::IdMap;
pub(crate) use daub_models::pictures::over_white;
pub(super) use daub_models::pictures::{MAX_DECODED_BYTES, limits};
use image::{ImageFormat, RgbImage, RgbaImage};

use crate::document::{Canvas, Kind, Picture};

/// Reads a picture as colours: transparency over white, gray as equal channels.
///
/// # Errors
/// When the file is missing, broken or too large.
pub fn read_rgb(path: &Path) -> anyhow::Result<RgbImage> {
    let read = || rgb_from(BufReader::new(File::open(path)?));
    read().with_context(|| format!("cannot read the picture {}", path.display()))
}

/// Longest side of a reference photograph in pixels; larger ones are made smaller.
const MAX_REFERENCE_SIDE: u32 = 2048;

/// Reads a photograph to draw by.
///
/// # Errors
/// As [`read_rgb`].
pub fn read_reference(path: &Path) -> anyhow::Result<Picture> {
    let photo = within(read_rgb(path)?, MAX_REFERENCE_SIDE);
    let (width, height) = (photo.width() as usize, photo.height() as usize);
    Picture::new(width, height, photo.into_raw()).context("the picture is empty")
}

/// The picture, made smaller if a side is longer than `longest_px`.
pub fn within(picture: RgbImage, longest_px: u32) -> RgbImage {
    if picture.width().max(picture.height()) <= longest_px {
        return picture;
    }
    let (width, height) = size_within(picture.dimensions(), longest_px);
    image::imageops::resize(&picture, width, height, image::imageops::FilterType::Triangle)
}

/// Width and height in the same proportions, each from 1 to `longest_px` and no larger than they were.
pub fn size_within((width, height): (u32, u32), longest_px: u32) -> (u32, u32) {
    let longest = width.max(height).max(1);
    let scaled = |side: u32| (u64::from(side) * u64::from(longest_px.min(longest)) / u64::from(longest)).max(1) as u32;
    (scaled(width), scaled(height))
}

/// Whether a file may be a photograph by its ending; over a drawing of labels a PNG is taken for a label map.
pub fn may_be_photo(path: &Path, labels: bool) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    matches!(ending.as_str(), "jpg" | "jpeg" | "webp") || (ending == "png" && !labels)
}

/// Decodes a picture as colours.
///
/// # Errors
/// When it is broken or too large.
pub fn rgb_from(source: impl BufRead + Seek) -> anyhow::Result<RgbImage> {
    files::rgb_from(source).map_err(anyhow::Error::msg)
}

/// Decodes a picture with its transparency.
///
/// # Errors
/// When it is broken or too large.
pub fn rgba_from(source: impl BufRead + Seek) -> anyhow::Result<RgbaImage> {
    Ok(files::decoded(source).map_err(anyhow::Error::msg)?.into_rgba8())
}

pub(super) fn check_size(width: u32, height: u32) -> anyhow::Result<()> {
    files::check_size(width, height).map_err(anyhow::Error::msg)
}

/// Reads a label map: an 8-bit gray or palette PNG whose values are ids.
///
/// # Errors
/// When the file is missing, broken, too large or has colours.
pub fn read_labels(path: &Path) -> anyhow::Result<IdMap> {
    let map = open_ids(path).with_context(|| format!("cannot read the label map {}", path.display()))?;
    if let Some(id) = map.ids.iter().find(|id| **id > 255) {
        bail!("{} holds the id {id}; a label map has ids up to 255 (is it an instance map?)", path.display());
    }
    Ok(map)
}

/// Reads an instance map: an 8 or 16-bit gray or palette PNG whose values are ids.
///
/// # Errors
/// As [`read_labels`].
pub fn read_instances(path: &Path) -> anyhow::Result<IdMap> {
    open_ids(path).with_context(|| format!("cannot read the instance map {}", path.display()))
}

fn open_ids(path: &Path) -> anyhow::Result<IdMap> {
    ids_from(BufReader::new(File::open(path)?))
}

/// Raw values of a PNG, palette indices included.
///
/// # Errors
/// When it is broken, too large or has colours.
pub fn ids_from(source: impl BufRead + Seek) -> anyhow::Result<IdMap> {
    files::ids_from(source).map_err(anyhow::Error::msg)
}

/// A canvas of ids.
///
/// # Errors
/// When an id is above 255.
pub fn labels_canvas(kind: Kind, map: IdMap) -> anyhow::Result<Canvas> {
    ensure!(map.ids.iter().all(|id| *id < 256), "a label map has ids up to 255");
    Canvas::from_pixels(kind, map.width, map.height, map.ids).context("the picture is empty")
}

/// A canvas of colours.
///
/// # Errors
/// When the picture is empty.
pub fn rgb_canvas(kind: Kind, picture: &RgbImage) -> anyhow::Result<Canvas> {
    let pixels = picture.pixels().map(|image::Rgb([r, g, b])| u32::from_be_bytes([0, *r, *g, *b])).collect();
    Canvas::from_pixels(kind, picture.width() as usize, picture.height() as usize, pixels).context("the picture is empty")
}

/// The input of a label model.
pub fn labels_input(map: &IdMap) -> Input {
    Input::from_labels(map.width, map.height, map.ids.iter().map(|id| *id as u8).collect::<Arc<[u8]>>())
}

/// Encodes colours, three bytes a pixel, by the file's ending: `png`, `jpg`, `jpeg` or `webp`.
///
/// # Errors
/// When the ending is none of these.
pub fn encode_rgb(path: &Path, width: usize, height: usize, rgb: &[u8]) -> anyhow::Result<Vec<u8>> {
    let format = format_of(path)?;
    let picture = RgbImage::from_raw(width as u32, height as u32, rgb.to_vec()).context("the picture has the wrong size")?;
    let mut bytes = Cursor::new(Vec::new());
    if format == ImageFormat::Jpeg {
        // The default quality of 75 shows blocks in skies.
        picture.write_with_encoder(image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 92))?;
    } else {
        picture.write_to(&mut bytes, format)?;
    }
    Ok(bytes.into_inner())
}

/// The format of a picture to be written, by its file's ending.
///
/// # Errors
/// When the ending is not `png`, `jpg`, `jpeg` or `webp`.
pub fn format_of(path: &Path) -> anyhow::Result<ImageFormat> {
    let format = ImageFormat::from_path(path).ok();
    let format = format.filter(|format| matches!(format, ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP));
    format.with_context(|| format!("{} should end in .png, .jpg or .webp", path.display()))
}

/// Encodes a label map as a palette PNG: the values are ids, the colours are for people.
///
/// # Errors
/// When the size does not fit the ids.
pub fn encode_labels(width: usize, height: usize, ids: &[u8], palette: &[[u8; 3]]) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width as u32, height as u32);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    let mut colours = palette.to_vec();
    let highest = ids.iter().max().map_or(0, |id| usize::from(*id));
    colours.resize(colours.len().max(highest + 1), [0; 3]);
    encoder.set_palette(colours.concat());
    let mut writer = encoder.write_header()?;
    writer.write_image_data(ids)?;
    writer.finish()?;
    Ok(bytes)
}

/// Encodes instance ids as a 16-bit grey PNG.
///
/// # Errors
/// When the size does not fit the ids, or one has more than 16 bits.
pub fn encode_instances(width: usize, height: usize, ids: &[u32]) -> anyhow::Result<Vec<u8>> {
    let narrow = |id: &u32| u16::try_from(*id).map(u16::to_be_bytes).with_context(|| format!("instance {id} is too large"));
    let values: Vec<[u8; 2]> = ids.iter().map(narrow).collect::<anyhow::Result<_>>()?;
    encode_shades(width, height, png::BitDepth::Sixteen, values.as_flattened())
}

/// Encodes shades as a grey PNG.
///
/// # Errors
/// When the size does not fit the shades.
pub fn encode_grey(width: usize, height: usize, shades: &[u8]) -> anyhow::Result<Vec<u8>> {
    encode_shades(width, height, png::BitDepth::Eight, shades)
}

fn encode_shades(width: usize, height: usize, depth: png::BitDepth, shades: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width as u32, height as u32);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(depth);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(shades)?;
    writer.finish()?;
    Ok(bytes)
}

/// Columns and rows that a PNG claims to have, without decoding it.
///
/// # Errors
/// When it is no PNG, or has too many.
pub fn png_size(bytes: &[u8]) -> anyhow::Result<(usize, usize)> {
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    let info = decoder.read_header_info().context("it is not a PNG file, or a broken one")?;
    check_size(info.width, info.height)?;
    Ok((info.width as usize, info.height as usize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_map_survives_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("map.png");
        let bytes = encode_labels(3, 2, &[0, 1, 2, 34, 2, 1], &[[1, 2, 3]; 35]).unwrap();
        crate::io::write_atomically(&path, &bytes).unwrap();
        assert_eq!(read_labels(&path).unwrap().ids, [0, 1, 2, 34, 2, 1]);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "a temporary file was left");
    }

    #[test]
    fn an_instance_map_survives_a_file() {
        let bytes = encode_instances(3, 1, &[7, 26_001, 23]).unwrap();
        assert_eq!(ids_from(Cursor::new(bytes)).unwrap().ids, [7, 26_001, 23]);
        assert!(encode_instances(1, 1, &[70_000]).is_err());
    }
}
