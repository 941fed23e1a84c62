//! Reading stamps from SVG files, which may be anybody's.

use std::collections::HashSet;
use std::sync::Arc;

use tiny_skia::{FillRule, LineCap, LineJoin, Stroke, Transform};
use usvg::roxmltree::{Document, Node, ParsingOptions};

use super::raster::Shape;
use super::{Group, Part, Stamp};
use crate::drawing::Title;

/// No silhouette needs more; longer files are refused before they are read.
pub const MAX_FILE_BYTES: usize = 256 << 10;

const SVG: &str = "http://www.w3.org/2000/svg";
const MAX_NODES: u32 = 4096;
const MAX_DEPTH: usize = 24;
const MAX_PARTS: usize = 16;
/// Points of all paths together, control points included.
const MAX_POINTS: usize = 50_000;
/// Largest coordinate in the units of the picture.
const MAX_UNITS: f32 = 1e5;
/// Longer side over shorter side.
const MAX_ASPECT: f32 = 200.0;
/// How far the foot may lie outside the silhouette, in longer sides.
const FOOT_REACH: f32 = 2.0;
const HEIGHTS_M: std::ops::RangeInclusive<f32> = 0.05..=200.0;

/// What stamps may be drawn with.
const DRAWN: [&str; 8] = ["g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon"];
/// The id of the mark whose centre is the foot.
const FOOT: &str = "foot";
/// The id of the group of what is drawn for recognition only.
const DETAILS: &str = "details";
/// What may stand beside the drawing.
const TOLD: [&str; 3] = ["title", "desc", "metadata"];

/// Why a file is not a stamp.
#[derive(Debug, thiserror::Error)]
pub enum StampError {
    /// Too long.
    #[error("the file has {0} bytes; a stamp has at most {MAX_FILE_BYTES}")]
    TooLong(usize),
    /// Not text, not XML, or with a document type.
    #[error("it is no SVG file: {0}")]
    NoSvg(String),
    /// Made for another version of the format.
    #[error("data-format is {0:?}, and this program knows format 1; see the description of the format")]
    Format(String),
    /// An attribute is missing or makes no sense.
    #[error("{0} is missing or not as it should be: {1}")]
    Attribute(&'static str, &'static str),
    /// Something that is not a shape.
    #[error("<{0}> does not belong in a stamp; convert everything to paths")]
    Element(String),
    /// Nothing to paint.
    #[error("no part is there to be painted; give a shape or group an id and a data-label")]
    NoPart,
    /// Nested or split up too far.
    #[error("it has too many {0}; at most {1} are allowed")]
    TooMany(&'static str, usize),
    /// Two elements with one id.
    #[error("the id {0:?} occurs twice")]
    Twice(String),
    /// A foot that belongs to another drawing.
    #[error("its foot lies far outside the silhouette")]
    Foot,
    /// Coordinates out of all proportion.
    #[error("its silhouette has no size, or is out of all proportion")]
    Size,
}

impl Stamp {
    /// Reads a stamp from the text of an SVG file; `name` stands in for a missing `data-name`.
    ///
    /// # Errors
    /// One sentence on what is wrong with it. The text may be anything.
    pub fn parse(svg: &str, name: &str) -> Result<Self, StampError> {
        if svg.len() > MAX_FILE_BYTES {
            return Err(StampError::TooLong(svg.len()));
        }
        // A document type could declare entities; `allow_dtd` is off.
        let options = ParsingOptions { nodes_limit: MAX_NODES, ..ParsingOptions::default() };
        let document = Document::parse_with_options(svg, options).map_err(|error| StampError::NoSvg(error.to_string()))?;
        let root = document.root_element();
        let mut parts = named_parts(root)?;
        let format = root.attribute("data-format").unwrap_or_default();
        if format != "1" {
            return Err(StampError::Format(format.to_owned()));
        }
        let tree = usvg::Tree::from_xmltree(&document, &harmless())?;
        parts.push(NamedPart { id: DETAILS.to_owned(), labels: Vec::new(), optional: true, shapes: Vec::new() });
        let mut collector = Collector { parts: &mut parts, foot: None, points: 0 };
        collector.collect(tree.root(), None);
        let (foot, points) = (collector.foot, collector.points);
        if points > MAX_POINTS {
            return Err(StampError::TooMany("points", MAX_POINTS));
        }
        let mut details = parts.pop().map(|part| part.shapes).unwrap_or_default();
        parts.retain(|part| !part.shapes.is_empty());
        if parts.is_empty() {
            return Err(StampError::NoPart);
        }
        let edges = into_heights(&mut parts, &mut details, foot)?;
        let title = |language: Option<&str>| {
            let titles = root.children().filter(|node| node.tag_name().name() == "title");
            let mut titles = titles.filter(|node| node.attribute("lang") == language).filter_map(|node| node.text());
            titles.next().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
        };
        let english = title(None).or_else(|| title(Some("en"))).unwrap_or_else(|| name.to_owned());
        let group = match root.attribute("data-group") {
            Some(name) => *Group::ALL.iter().find(|group| group.name() == name).ok_or(BAD_GROUP)?,
            None => Group::Own,
        };
        let height_m: f32 = root.attribute("data-height-m").and_then(|text| text.trim().parse().ok()).ok_or(BAD_HEIGHT)?;
        if !HEIGHTS_M.contains(&height_m) {
            return Err(BAD_HEIGHT);
        }
        Ok(Self {
            name: stamp_name(root.attribute("data-name").unwrap_or(name))?,
            title: Title { zh: title(Some("zh")).unwrap_or_else(|| english.clone()), en: english },
            keywords: words(root.attribute("data-keywords")),
            group,
            height_m,
            parts: parts
                .into_iter()
                .map(|NamedPart { labels, optional, shapes, .. }| Part { labels, optional, shapes })
                .collect(),
            details,
            edges,
            svg: Arc::from(svg),
        })
    }
}

const BAD_GROUP: StampError = StampError::Attribute("data-group", "one of the groups that the format describes");
const BAD_HEIGHT: StampError = StampError::Attribute("data-height-m", "metres, from 0.05 to 200");
const BAD_NAME: StampError = StampError::Attribute("data-name", "at most 64 letters, digits and hyphens");
const BAD_LABEL: StampError = StampError::Attribute("data-label", "one to eight names of labels");

impl From<usvg::Error> for StampError {
    fn from(error: usvg::Error) -> Self {
        Self::NoSvg(error.to_string())
    }
}

/// Options with which nothing is read but the text itself.
fn harmless() -> usvg::Options<'static> {
    let nothing = usvg::ImageHrefResolver { resolve_data: Box::new(|_, _, _| None), resolve_string: Box::new(|_, _| None) };
    usvg::Options { image_href_resolver: nothing, ..usvg::Options::default() }
}

/// A part before its shapes are known, in the order of the file.
struct NamedPart {
    id: String,
    labels: Vec<String>,
    optional: bool,
    shapes: Vec<Shape>,
}

/// Checks every element and lists the parts, still without shapes.
fn named_parts(root: Node<'_, '_>) -> Result<Vec<NamedPart>, StampError> {
    if root.tag_name().name() != "svg" || root.tag_name().namespace() != Some(SVG) {
        return Err(StampError::NoSvg("its first element is not <svg>".to_owned()));
    }
    let mut parts = Vec::new();
    let mut ids: HashSet<&str> = HashSet::new();
    let mut waiting: Vec<(Node<'_, '_>, usize)> = root.children().rev().map(|child| (child, 1)).collect();
    while let Some((node, depth)) = waiting.pop() {
        // Editors keep notes of their own in other namespaces; they paint nothing.
        if !node.is_element() || node.tag_name().namespace() != Some(SVG) {
            continue;
        }
        let tag = node.tag_name().name();
        if TOLD.contains(&tag) || (tag == "defs" && !node.has_children()) {
            continue;
        }
        if !DRAWN.contains(&tag) {
            return Err(StampError::Element(tag.chars().take(40).collect()));
        }
        if depth > MAX_DEPTH {
            return Err(StampError::TooMany("groups within groups", MAX_DEPTH));
        }
        if let Some(id) = node.attribute("id") {
            if !ids.insert(id) {
                return Err(StampError::Twice(id.chars().take(40).collect()));
            }
            if let Some(label) = node.attribute("data-label") {
                let labels = words(Some(label));
                if labels.is_empty() || labels.len() > 8 {
                    return Err(BAD_LABEL);
                }
                let optional = node.attribute("data-optional") == Some("true");
                parts.push(NamedPart { id: id.to_owned(), labels, optional, shapes: Vec::new() });
            }
        } else if node.has_attribute("data-label") {
            return Err(StampError::Attribute("id", "an element with a data-label needs one of its own"));
        }
        waiting.extend(node.children().rev().map(|child| (child, depth + 1)));
    }
    if parts.len() > MAX_PARTS {
        return Err(StampError::TooMany("parts", MAX_PARTS));
    }
    Ok(parts)
}

/// What a tree holds: shapes for the parts, and the foot.
struct Collector<'a> {
    parts: &'a mut [NamedPart],
    foot: Option<[f32; 2]>,
    points: usize,
}

impl Collector<'_> {
    /// Gives every shape to the part that it is in, in the units of the picture.
    fn collect(&mut self, group: &usvg::Group, part: Option<usize>) {
        for node in group.children() {
            match node {
                usvg::Node::Group(inner) => self.collect(inner, self.named(inner.id()).or(part)),
                usvg::Node::Path(path) if path.id() == FOOT => {
                    let area = path.abs_bounding_box();
                    self.foot = Some([f32::midpoint(area.left(), area.right()), f32::midpoint(area.top(), area.bottom())]);
                }
                usvg::Node::Path(path) if path.is_visible() => {
                    self.points += path.data().points().len();
                    if let Some(part) = self.named(path.id()).or(part) {
                        self.parts[part].shapes.extend(shapes(path));
                    }
                }
                usvg::Node::Path(_) | usvg::Node::Image(_) | usvg::Node::Text(_) => {}
            }
        }
    }

    fn named(&self, id: &str) -> Option<usize> {
        self.parts.iter().position(|part| part.id == id)
    }
}

/// The fill and the stroke of a path, in the units of the picture.
fn shapes(path: &usvg::Path) -> impl Iterator<Item = Shape> + use<> {
    let outline = path.data().clone().transform(path.abs_transform());
    let filled = path.fill().zip(outline.clone()).map(|(fill, outline)| {
        let rule = if fill.rule() == usvg::FillRule::EvenOdd { FillRule::EvenOdd } else { FillRule::Winding };
        Shape::Filled(outline, rule)
    });
    let stroked = path.stroke().zip(outline).map(|(stroke, outline)| {
        let transform = path.abs_transform();
        // Lines get thicker and thinner with their drawing as a whole.
        let scale = (transform.sx * transform.sy - transform.kx * transform.ky).abs().sqrt();
        let stroke = Stroke {
            width: stroke.width().get() * scale,
            miter_limit: stroke.miterlimit().get(),
            line_cap: match stroke.linecap() {
                usvg::LineCap::Butt => LineCap::Butt,
                usvg::LineCap::Round => LineCap::Round,
                usvg::LineCap::Square => LineCap::Square,
            },
            line_join: match stroke.linejoin() {
                usvg::LineJoin::Miter => LineJoin::Miter,
                usvg::LineJoin::MiterClip => LineJoin::MiterClip,
                usvg::LineJoin::Round => LineJoin::Round,
                usvg::LineJoin::Bevel => LineJoin::Bevel,
            },
            dash: None,
        };
        Shape::Stroked(outline, stroke)
    });
    filled.into_iter().chain(stroked)
}

/// Brings every shape into heights from the foot; returns the edges of the silhouette in them.
fn into_heights(parts: &mut [NamedPart], details: &mut [Shape], foot: Option<[f32; 2]>) -> Result<[f32; 4], StampError> {
    let areas = parts.iter().flat_map(|part| &part.shapes).filter_map(Shape::area);
    let [left, top, right, bottom] = areas
        .map(|area| [area.left(), area.top(), area.right(), area.bottom()])
        .reduce(|[l, t, r, b], [left, top, right, bottom]| [l.min(left), t.min(top), r.max(right), b.max(bottom)])
        .ok_or(StampError::Size)?;
    let (width, height) = (right - left, bottom - top);
    let sound = [left, top, right, bottom].iter().all(|edge| edge.abs() <= MAX_UNITS) && width > 0.0 && height > 0.0;
    if !sound || width.max(height) / width.min(height) > MAX_ASPECT {
        return Err(StampError::Size);
    }
    let [x, y] = foot.unwrap_or([f32::midpoint(left, right), bottom]);
    let reach = FOOT_REACH * height.max(width);
    if !(left - reach..=right + reach).contains(&x) || !(top - reach..=bottom + reach).contains(&y) {
        return Err(StampError::Foot);
    }
    let scale = height.recip();
    let heights_from_units = Transform::from_row(scale, 0.0, 0.0, scale, -x * scale, -y * scale);
    for shape in parts.iter_mut().flat_map(|part| &mut part.shapes).chain(details) {
        let (path, stroke) = match shape {
            Shape::Filled(path, _) => (path, None),
            Shape::Stroked(path, stroke) => (path, Some(stroke)),
        };
        *path = path.clone().transform(heights_from_units).ok_or(StampError::Size)?;
        if let Some(stroke) = stroke {
            stroke.width *= scale;
        }
    }
    Ok([(left - x) * scale, (top - y) * scale, (right - x) * scale, (bottom - y) * scale])
}

fn stamp_name(name: &str) -> Result<String, StampError> {
    let sound = |letter: char| letter.is_alphanumeric() || letter == '-' || letter == '_';
    let fits = !name.is_empty() && name.chars().count() <= 64 && name.chars().all(sound);
    if fits { Ok(name.to_lowercase()) } else { Err(BAD_NAME) }
}

fn words(text: Option<&str>) -> Vec<String> {
    text.into_iter().flat_map(str::split_whitespace).map(str::to_lowercase).collect()
}
