//! `OpenRaster` (`.ora`): layers that Krita, GIMP, `MyPaint` and others open.
//!
//! After the baseline of the specification (<https://www.openraster.org/baseline/file-layout-spec.html>): a zip whose
//! first entry is `mimetype`, stored; `stack.xml` lists the layers from the top; `data/` holds a PNG each;
//! `mergedimage.png` shows all of them, `Thumbnails/thumbnail.png` the same within 256 pixels.
//! A file of ours also holds the project, `daub/project.daub`, and the check sums of the layers that it belongs to:
//! as long as no other program changed a layer, opening the file gives back the very drawing. Afterwards it gives the
//! paint with the objects over it.

mod layers;
mod read;
mod write;

pub use layers::layers_of;
pub use read::{Opened, read};
pub use write::write;

use image::RgbaImage;

/// Name of the layer with the photograph.
pub const PHOTOGRAPH: &str = "Photograph";

/// Name of the layer with what was painted.
pub const PAINT: &str = "Paint";

/// How the names of objects' layers begin.
const OBJECT: &str = "Object: ";

/// Names of the other layers: guide lines, the reference photograph, colour hints, what paint was laid over.
const LINES: &str = "Lines";
const REFERENCE: &str = "Reference";
const HINTS: &str = "Hints";
const START: &str = "Start";

const MIME_TYPE: &str = "image/openraster";
const PROJECT: &str = "daub/project.daub";
const CHECKS: &str = "daub/layers.json";

/// One layer.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// Name for people.
    pub name: String,
    /// Column of its left edge on the canvas.
    pub left: u32,
    /// Row of its upper edge.
    pub top: u32,
    /// Its pixels.
    pub picture: RgbaImage,
    /// How much it covers, 0 to 1.
    pub opacity: f32,
    /// Whether it is seen.
    pub visible: bool,
    /// Whether programs should keep it from being painted on.
    pub locked: bool,
}

#[cfg(test)]
mod tests;
