//! All that a drawing consists of: what undo brings back and files hold.

use std::ops::{Index, IndexMut};
use std::sync::Arc;

use daub_models::looks::Looks;
use serde::{Deserialize, Serialize};

use super::{Canvas, Kind, Object, Rect};
use crate::styles::Chain;

/// All that a drawing consists of.
#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    /// The painted pixels.
    pub paint: Canvas,
    /// The pixels that the drawing started with; the eraser brings them back.
    pub base: Arc<Canvas>,
    /// Guide lines, dark on white where white is clear, once there are any.
    pub lines: Option<Canvas>,
    /// What lies over the paint, from below to above.
    pub objects: Vec<Arc<Object>>,
    /// Everything small.
    pub extras: Extras,
}

/// The small parts of a drawing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Extras {
    /// What is shown and what can be changed.
    pub layers: Layers,
    /// Colours that a model should use at some places, the newest last.
    pub hints: Vec<Hint>,
    /// A photograph to draw by.
    pub reference: Option<Arc<Picture>>,
    /// Where the ground meets the sky.
    pub horizon: Horizon,
    /// How objects look, for models that leave that open.
    pub looks: Looks,
    /// The styles over its picture.
    pub styles: Chain,
}

/// The layers of a drawing, from below to above.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// The painted pixels.
    Paint,
    /// Things over the paint.
    Objects,
    /// Guide lines over both; no model ever reads them. A sketch's own lines are its paint.
    Lines,
    /// A photograph to draw by; no model ever reads it.
    Reference,
    /// Colours for models that read them.
    Hints,
}

impl Layer {
    /// Every layer, from below to above.
    pub const ALL: [Self; 5] = [Self::Paint, Self::Objects, Self::Lines, Self::Reference, Self::Hints];

    /// Whether what is shown of it can be faint.
    pub fn has_opacity(self) -> bool {
        matches!(self, Self::Lines | Self::Reference)
    }
}

/// How one layer is shown and whether it can be changed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LayerState {
    /// Whether it is there. Without paint the pixels that the drawing started with are there.
    pub visible: bool,
    /// Whether it is kept from changes.
    pub locked: bool,
    /// 0 to 1, where the layer has an opacity.
    pub opacity: f32,
}

impl Default for LayerState {
    fn default() -> Self {
        Self { visible: true, locked: false, opacity: 1.0 }
    }
}

/// The states of all layers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Layers {
    paint: LayerState,
    objects: LayerState,
    lines: LayerState,
    reference: LayerState,
    hints: LayerState,
}

impl Default for Layers {
    fn default() -> Self {
        let state = LayerState::default();
        let reference = LayerState { opacity: 0.5, ..state };
        Self { paint: state, objects: state, lines: state, reference, hints: state }
    }
}

impl Index<Layer> for Layers {
    type Output = LayerState;

    fn index(&self, layer: Layer) -> &LayerState {
        match layer {
            Layer::Paint => &self.paint,
            Layer::Objects => &self.objects,
            Layer::Lines => &self.lines,
            Layer::Reference => &self.reference,
            Layer::Hints => &self.hints,
        }
    }
}

impl IndexMut<Layer> for Layers {
    fn index_mut(&mut self, layer: Layer) -> &mut LayerState {
        match layer {
            Layer::Paint => &mut self.paint,
            Layer::Objects => &mut self.objects,
            Layer::Lines => &mut self.lines,
            Layer::Reference => &mut self.reference,
            Layer::Hints => &mut self.hints,
        }
    }
}

/// A dot of colour that a model should use there.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Hint {
    /// Its centre in canvas pixels.
    pub place: [f32; 2],
    /// Its radius in canvas pixels.
    pub radius_px: f32,
    /// sRGB.
    pub colour: [u8; 3],
}

impl Hint {
    /// The pixels of a canvas that its disc covers: those whose centre lies within.
    pub fn pixels(&self, width: usize, height: usize) -> impl Iterator<Item = (usize, usize)> + use<> {
        let ([cx, cy], radius) = (self.place, self.radius_px.max(0.5));
        let span = |centre: f32, side: usize| {
            (centre - radius).floor().max(0.0) as usize..((centre + radius).ceil().max(0.0) as usize).min(side)
        };
        let columns = span(cx, width);
        let places = span(cy, height).flat_map(move |y| columns.clone().map(move |x| (x, y)));
        places.filter(move |(x, y)| (*x as f32 + 0.5 - cx).hypot(*y as f32 + 0.5 - cy) <= radius)
    }
}

/// A picture in colours, three bytes a pixel, rows from the top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// sRGB.
    pub rgb: Vec<u8>,
}

impl Picture {
    /// A picture from its bytes; `None` when there are none or their number does not fit.
    pub fn new(width: usize, height: usize, rgb: Vec<u8>) -> Option<Self> {
        let bytes = width.checked_mul(height).and_then(|pixels| pixels.checked_mul(3));
        (bytes == Some(rgb.len()) && !rgb.is_empty()).then_some(Self { width, height, rgb })
    }
}

/// Where the ground meets the sky: what moves towards it becomes smaller.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Horizon {
    /// Row of the line in canvas pixels.
    pub y: f32,
    /// Whether moved objects are scaled by it.
    pub on: bool,
}

impl Default for Horizon {
    fn default() -> Self {
        Self { y: 0.0, on: false }
    }
}

/// Where the horizon lies in photographs of streets taken from a car, from the top, as a share of the height.
const STREET_HORIZON: f32 = 0.42;

impl Horizon {
    /// The horizon of a new drawing: on for streets, ready at the same place elsewhere.
    pub fn of(canvas: &Canvas) -> Self {
        let is_street = matches!(canvas.kind(), Kind::Labels(name) if name.starts_with("cityscapes"));
        Self { y: (canvas.height() as f32 * STREET_HORIZON).round(), on: is_street }
    }

    /// How much larger a thing seems whose foot comes from row `from_y` to row `to_y`: in proportion to the foot's
    /// distance below the horizon. A foot at or above the line says nothing of distance, and its thing keeps its size.
    pub fn scale(&self, from_y: f32, to_y: f32) -> f32 {
        let from = from_y - self.y;
        if !self.on || from < NEAREST_PX {
            return 1.0;
        }
        (to_y - self.y).max(NEAREST_PX) / from
    }
}

/// Closer to the horizon than this everything is equally far.
const NEAREST_PX: f32 = 3.0;

impl Content {
    /// A drawing that started as `base`, of the same size, and has been painted to `paint`.
    pub fn new(paint: Canvas, base: Canvas) -> Self {
        let extras = Extras { horizon: Horizon::of(&paint), ..Extras::default() };
        Self { paint, base: Arc::new(base), lines: None, objects: Vec::new(), extras }
    }

    /// The whole drawing.
    pub fn bounds(&self) -> Rect {
        self.paint.bounds()
    }

    /// No guide lines yet.
    pub(super) fn clear_lines(&self) -> Canvas {
        Canvas::new(Kind::Sketch, self.paint.width(), self.paint.height(), CLEAR)
    }

    /// Whether objects are drawn.
    fn shows_objects(&self) -> bool {
        self.extras.layers[Layer::Objects].visible
    }

    /// Brings a rectangle of the composite up to date.
    pub(super) fn compose(&self, composite: &mut Canvas, rect: Rect) {
        let paint = if self.extras.layers[Layer::Paint].visible { &self.paint } else { &*self.base };
        composite.copy_from(paint, rect);
        if self.shows_objects() {
            for object in self.objects.iter().filter(|object| object.visible && !object.bounds().intersection(rect).is_empty()) {
                object.draw(composite, rect);
            }
        }
    }

    /// An id for every pixel: `class * 1000 + k` within objects, the ink itself elsewhere, as pix2pixHD has it.
    pub fn instance_map(&self, composite: &Canvas) -> Vec<u32> {
        let mut ids = vec![0; composite.pixels().len()];
        self.number(composite, &mut ids, composite.bounds());
        ids
    }

    /// Brings a rectangle of an instance map of the drawing's size up to date.
    pub(super) fn number(&self, composite: &Canvas, ids: &mut [u32], rect: Rect) {
        let width = composite.width();
        for y in rect.top..rect.bottom {
            ids[y * width + rect.left..y * width + rect.right].copy_from_slice(composite.row(y, rect.left, rect.right));
        }
        if self.shows_objects() {
            for object in self.objects.iter().filter(|object| object.visible) {
                object.number(ids, width, rect);
            }
        }
    }
}

/// Where there is no guide line.
pub const CLEAR: super::Ink = 0x00ff_ffff;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn size_follows_the_distance_below_the_horizon() {
        let horizon = Horizon { y: 100.0, on: true };
        assert!((horizon.scale(120.0, 140.0) - 2.0).abs() < 1e-6);
        assert!((horizon.scale(140.0, 50.0) - NEAREST_PX / 40.0).abs() < 1e-6);
        assert!((horizon.scale(80.0, 200.0) - 1.0).abs() < 1e-6, "a lamp above the horizon keeps its size");
        assert!((Horizon { on: false, ..horizon }.scale(120.0, 140.0) - 1.0).abs() < 1e-6);
    }
}
