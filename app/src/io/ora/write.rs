//! Writing OpenRaster.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use anyhow::Context as _;
use image::{ImageFormat, Rgba, RgbaImage, imageops};
use zip::{CompressionMethod, ZipArchive, ZipWriter, write::SimpleFileOptions};

use super::{CHECKS, Layer, MIME_TYPE, PROJECT};
use crate::io::pictures::size_within;
use crate::io::project::Project;

/// Longest side of the thumbnail.
const THUMBNAIL_SIDE: u32 = 256;

/// The bytes of an OpenRaster file; the layers come from the top.
///
/// # Errors
/// When a picture cannot be encoded.
pub fn write(width: u32, height: u32, layers: &[Layer], project: &Project) -> anyhow::Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    // PNG is compressed already, and the mimetype must not be.
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut put = |name: &str, bytes: &[u8]| -> anyhow::Result<()> {
        zip.start_file(name, stored)?;
        Ok(zip.write_all(bytes)?)
    };
    put("mimetype", MIME_TYPE.as_bytes())?;
    put("stack.xml", stack(width, height, layers).as_bytes())?;
    for (number, layer) in layers.iter().enumerate() {
        put(&source(number), &png(&layer.picture)?)?;
    }
    let merged = merged(width, height, layers);
    put("mergedimage.png", &png(&merged)?)?;
    put("Thumbnails/thumbnail.png", &png(&thumbnail(&merged))?)?;
    let layered = zip.finish()?;

    let mut archive = ZipArchive::new(layered)?;
    let mut checks = BTreeMap::new();
    for number in 0..layers.len() {
        checks.insert(source(number), archive.by_name(&source(number))?.crc32());
    }
    let mut zip = ZipWriter::new_append(archive.into_inner()).context("the layers cannot be packed")?;
    for (name, bytes) in [(PROJECT, project.to_bytes()?), (CHECKS, serde_json::to_vec(&checks)?)] {
        zip.start_file(name, stored)?;
        zip.write_all(&bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

fn source(number: usize) -> String {
    format!("data/layer{number:03}.png")
}

fn stack(width: u32, height: u32, layers: &[Layer]) -> String {
    let mut xml = "<?xml version='1.0' encoding='UTF-8'?>\n".to_owned();
    // Writing to a string cannot fail.
    let _ = writeln!(xml, "<image version=\"0.0.3\" w=\"{width}\" h=\"{height}\" xres=\"72\" yres=\"72\">\n  <stack>");
    for (number, layer) in layers.iter().enumerate() {
        let (name, src) = (escaped(&layer.name), source(number));
        let visibility = if layer.visible { "visible" } else { "hidden" };
        let Layer { left, top, opacity, locked, .. } = layer;
        let _ = writeln!(
            xml,
            "    <layer name=\"{name}\" src=\"{src}\" x=\"{left}\" y=\"{top}\" opacity=\"{opacity:.3}\" \
             visibility=\"{visibility}\" composite-op=\"svg:src-over\" edit-locked=\"{locked}\"/>"
        );
    }
    xml.push_str("  </stack>\n</image>\n");
    xml
}

/// Text for an XML attribute; control characters, which XML forbids, are left out.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars().filter(|letter| !letter.is_control()) {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            other => safe.push(other),
        }
    }
    safe
}

/// What is seen of the layers, from the lowest up.
fn merged(width: u32, height: u32, layers: &[Layer]) -> RgbaImage {
    let mut canvas = RgbaImage::from_pixel(width, height, Rgba([255, 255, 255, 0]));
    for layer in layers.iter().rev().filter(|layer| layer.visible) {
        let mut picture = layer.picture.clone();
        if layer.opacity < 1.0 {
            picture.pixels_mut().for_each(|pixel| pixel.0[3] = (f32::from(pixel.0[3]) * layer.opacity).round() as u8);
        }
        imageops::overlay(&mut canvas, &picture, i64::from(layer.left), i64::from(layer.top));
    }
    canvas
}

fn thumbnail(merged: &RgbaImage) -> RgbaImage {
    let (width, height) = size_within(merged.dimensions(), THUMBNAIL_SIDE);
    imageops::thumbnail(merged, width, height)
}

fn png(picture: &RgbaImage) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png)?;
    Ok(bytes.into_inner())
}
