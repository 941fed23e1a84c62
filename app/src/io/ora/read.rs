//! Reading OpenRaster: our own drawing if it is in there and still true, the painted layers, or the merged image.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};
use std::path::Path;

use anyhow::{Context as _, ensure};
use image::{RgbImage, RgbaImage, imageops};
use usvg::roxmltree::{self, Node};
use zip::ZipArchive;

use super::{CHECKS, MIME_TYPE, OBJECT, PAINT, PROJECT, START};
use crate::document::MAX_OBJECTS;
use crate::io::pictures;
use crate::io::project::{MAX_ENTRY_BYTES, MAX_FILE_BYTES, Project};

/// No honest list of layers is longer.
const MAX_STACK_BYTES: u64 = 4 << 20;

/// What an OpenRaster file holds for us.
#[derive(Debug, Clone, PartialEq)]
pub enum Opened {
    /// A drawing of ours with all its layers.
    Project(Box<Project>),
    /// A picture: our paint and objects after another program changed them, or the merged image of a foreign file.
    Picture(RgbImage),
}

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// Reads a file.
///
/// # Errors
/// When it is missing, broken, too large or no OpenRaster file.
pub fn read(path: &Path) -> anyhow::Result<Opened> {
    let context = || format!("cannot open {}", path.display());
    let length = std::fs::metadata(path).with_context(context)?.len();
    ensure!(length <= MAX_FILE_BYTES, "{}: it is {length} bytes long", context());
    Opened::from_bytes(&std::fs::read(path).with_context(context)?).with_context(context)
}

impl Opened {
    /// Reads the bytes of a file.
    ///
    /// # Errors
    /// As [`read`].
    pub fn from_bytes(bytes: &[u8]) -> anyhow::Result<Self> {
        let mut zip = ZipArchive::new(Cursor::new(bytes)).context("it is not an OpenRaster file")?;
        let mime_type = entry(&mut zip, "mimetype", 256).unwrap_or_default();
        ensure!(mime_type.trim_ascii() == MIME_TYPE.as_bytes(), "it is not an OpenRaster file");
        if checks_hold(&mut zip)
            && let Ok(project) = entry(&mut zip, PROJECT, MAX_ENTRY_BYTES).and_then(|bytes| Project::from_bytes(&bytes))
        {
            return Ok(Self::Project(Box::new(project)));
        }
        if let Some(painted) = painted_layers(&mut zip) {
            return Ok(Self::Picture(painted));
        }
        let merged = entry(&mut zip, "mergedimage.png", MAX_ENTRY_BYTES)?;
        Ok(Self::Picture(pictures::rgb_from(Cursor::new(merged)).context("mergedimage.png is broken")?))
    }
}

/// An entry's content; what is read is bounded, whatever size the archive claims.
fn entry(zip: &mut Archive<'_>, name: &str, limit: u64) -> anyhow::Result<Vec<u8>> {
    let file = zip.by_name(name).with_context(|| format!("it has no {name}"))?;
    let mut content = Vec::new();
    file.take(limit + 1).read_to_end(&mut content).with_context(|| format!("{name} is broken"))?;
    ensure!(content.len() as u64 <= limit, "{name} is longer than {} MiB", limit >> 20);
    Ok(content)
}

/// Whether every layer is as it was when the project was put in, and no layer was added.
fn checks_hold(zip: &mut Archive<'_>) -> bool {
    let Ok(text) = entry(zip, CHECKS, MAX_STACK_BYTES) else { return false };
    let Ok(checks) = serde_json::from_slice::<BTreeMap<String, u32>>(&text) else { return false };
    let layers = zip.file_names().flatten().filter(|name| name.starts_with("data/")).count();
    layers == checks.len() && checks.iter().all(|(name, check)| zip.by_name(name).is_ok_and(|file| file.crc32() == *check))
}

/// The layers that Daub calls its paint and its objects, from below, on a white canvas of the file's size; none in a file
/// without such paint.
fn painted_layers(zip: &mut Archive<'_>) -> Option<RgbImage> {
    let xml = String::from_utf8(entry(zip, "stack.xml", MAX_STACK_BYTES).ok()?).ok()?;
    let tree = roxmltree::Document::parse(&xml).ok()?;
    let image = tree.root_element();
    let number = |node: Node<'_, '_>, name: &str| node.attribute(name)?.parse::<i64>().ok();
    let side = |name| number(image, name).and_then(|side| u32::try_from(side).ok());
    let (width, height) = (side("w")?, side("h")?);
    pictures::check_size(width, height).ok()?;
    let named = |node: &Node<'_, '_>, wanted: &dyn Fn(&str) -> bool| node.attribute("name").is_some_and(wanted);
    let layers: Vec<_> = tree.descendants().filter(|node| node.has_tag_name("layer")).collect();
    layers.iter().find(|node| named(node, &|name| name == PAINT))?;
    let ours = |node: &&Node<'_, '_>| {
        let hidden = node.attribute("visibility") == Some("hidden");
        !hidden && named(node, &|name| name == PAINT || name == START || name.starts_with(OBJECT))
    };
    let mut canvas = RgbaImage::from_pixel(width, height, image::Rgba([255; 4]));
    // Every layer is a picture to decode, and no honest drawing has more.
    for layer in layers.iter().rev().filter(ours).take(MAX_OBJECTS + 2) {
        let bytes = entry(zip, layer.attribute("src")?, MAX_ENTRY_BYTES).ok()?;
        let picture = pictures::rgba_from(Cursor::new(bytes)).ok()?;
        imageops::overlay(&mut canvas, &picture, number(*layer, "x").unwrap_or(0), number(*layer, "y").unwrap_or(0));
    }
    Some(image::DynamicImage::from(canvas).to_rgb8())
}
