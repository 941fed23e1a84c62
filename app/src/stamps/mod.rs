//! Stamps: silhouettes of cars, people, trees, windows that are laid on a drawing whole.
//!
//! A [`Stamp`] is a vector drawing of one or more *parts*, each with names of labels of its own: a rider on a bicycle is
//! `rider` and `bicycle`. Where it stands is a [`Placement`](crate::document::Placement); [`Stamp::silhouette`] gives the
//! pixels of every part. Labels are names and not numbers, so that one stamp serves every label set that knows them
//! ([`Stamp::inks`]); see [`labels`] for names that mean the same.
//!
//! # The file format
//!
//! One SVG file a stamp, which any vector editor opens. The bundled ones are in `assets/stamps`; others are read from the
//! folder `stamps` in the user's data folder.
//!
//! ```xml
//! <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 360 420" data-format="1" data-name="cyclist-side"
//!      data-group="two-wheeler" data-height-m="1.75" data-keywords="bike ride 单车">
//!   <title>Cyclist, side</title>
//!   <title lang="zh">骑车人（侧面）</title>
//!   <g id="bicycle" data-label="bicycle" fill="#770b20"> … </g>
//!   <g id="rider" data-label="rider person" fill="#ff0000"> … </g>
//!   <circle id="foot" cx="180" cy="420" r="3"/>
//! </svg>
//! ```
//!
//! * `data-format` is 1. `data-name` is lower-case words joined by hyphens and stands for the stamp in files.
//! * `<title>` is the name for people, in English and with `lang="zh"` in Chinese; `data-keywords` are further words to
//!   search for. `data-group` is one of [`Group::name`]; the user's own stamps are shown together, whatever theirs is.
//! * A part is an element with an `id` and a `data-label`: names of labels, the most fitting first, of which a drawing
//!   takes the first that its label set knows. `data-optional="true"` marks a part that may be left out where no name is
//!   known; with any other part unknown, the stamp is not offered. Later parts lie over earlier ones.
//! * What is in the group with the id `details` is drawn in thumbnails and as lines in sketches, but is no part: a car
//!   is a car, windows included. Anything else is a guide for the illustrator.
//! * Colours do not matter, but it matters whether something is filled or stroked. A stroke is at least one pixel wide on
//!   the canvas, so that poles and wheels do not vanish in the distance.
//! * The centre of the mark with the id `foot` is the anchor, the place that stands on the ground; without one it is the
//!   middle of the lower edge. `data-height-m` is how high the whole silhouette is in life, in metres.
//! * A stamp is shapes, paths and groups. Pictures, text, references, style sheets, scripts and document types are
//!   refused, and so is what is out of all proportion; see [`StampError`].

pub mod labels;
mod library;
mod parse;
mod raster;
mod search;
mod thumbnail;

pub use library::{Library, bundled};
pub use parse::{MAX_FILE_BYTES, StampError};
pub use search::search;

use std::sync::Arc;

use daub_models::card::Label;

use crate::document::Ink;
use crate::drawing::Title;
use crate::text::{Text, text};
use raster::Shape;

/// A silhouette that can be laid on drawings.
#[derive(Debug, Clone, PartialEq)]
pub struct Stamp {
    /// Stands for the stamp in files: `car-hatchback-side`.
    pub name: String,
    /// Name for people.
    pub title: Title,
    /// More words to search for.
    pub keywords: Vec<String>,
    /// Where it is shown.
    pub group: Group,
    /// Height in life, in metres.
    pub height_m: f32,
    /// What it is made of; later parts lie over earlier ones.
    pub parts: Vec<Part>,
    /// What is inside the silhouette, to be recognised by: windows of a car, panes of a window. In heights from the foot.
    details: Vec<Shape>,
    /// Left, top, right and bottom in heights from the foot; bottom minus top is 1.
    pub edges: [f32; 4],
    /// The file that it was read from, so that a drawing can keep stamps that are not bundled.
    pub svg: Arc<str>,
}

/// A part of a stamp that is painted with one label.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Names of labels, the most fitting first; never empty.
    pub labels: Vec<String>,
    /// Whether the stamp is whole without it.
    pub optional: bool,
    /// In heights from the foot.
    shapes: Vec<Shape>,
}

/// What stamps are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// The user's own.
    Own,
    /// Cars and vans.
    Car,
    /// Trucks and buses.
    Truck,
    /// Bicycles and motorcycles, with and without riders.
    TwoWheeler,
    /// People on foot.
    Person,
    /// Trees, bushes and hedges.
    Plant,
    /// Poles, signs and lights.
    Street,
    /// Windows.
    Window,
    /// Doors and shop fronts.
    Door,
    /// Balconies, pillars, cornices and what else adorns a house.
    Facade,
}

impl Group {
    /// Every group in the order in which they are shown.
    pub const ALL: [Self; 10] = [
        Self::Own,
        Self::Car,
        Self::Truck,
        Self::TwoWheeler,
        Self::Person,
        Self::Plant,
        Self::Street,
        Self::Window,
        Self::Door,
        Self::Facade,
    ];

    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Car => "car",
            Self::Truck => "truck",
            Self::TwoWheeler => "two-wheeler",
            Self::Person => "person",
            Self::Plant => "plant",
            Self::Street => "street",
            Self::Window => "window",
            Self::Door => "door",
            Self::Facade => "facade",
            Self::Own => "own",
        }
    }

    /// The name for people.
    pub fn title(self) -> Text {
        match self {
            Self::Car => text("Cars", "汽车"),
            Self::Truck => text("Trucks and buses", "卡车与公交"),
            Self::TwoWheeler => text("Bicycles and motorcycles", "自行车与摩托车"),
            Self::Person => text("People", "人物"),
            Self::Plant => text("Trees and bushes", "树木"),
            Self::Street => text("Poles, signs and lights", "杆、标志与灯"),
            Self::Window => text("Windows", "窗"),
            Self::Door => text("Doors and shops", "门与店铺"),
            Self::Facade => text("Balconies and ornaments", "阳台与装饰"),
            Self::Own => text("Own stamps", "自己的图章"),
        }
    }
}

impl Stamp {
    /// The ink of every part in a label set: `None` for an optional part that the set has no name for. `None` altogether
    /// when the set lacks a part that is needed, or knows no part at all.
    pub fn inks(&self, labels: &[Label]) -> Option<Vec<Option<Ink>>> {
        let resolved = |part: &Part| part.labels.iter().find_map(|name| labels::resolve(name, labels));
        let inks: Vec<Option<Ink>> = self.parts.iter().map(resolved).collect();
        let whole = inks.iter().zip(&self.parts).all(|(ink, part)| ink.is_some() || part.optional);
        (whole && inks.iter().any(Option::is_some)).then_some(inks)
    }

    /// Width over height, as drawn.
    pub fn aspect(&self) -> f32 {
        let [left, _, right, _] = self.edges;
        right - left
    }
}

#[cfg(test)]
mod tests;
