//! The layers of a drawing as other programs see them.

use image::{DynamicImage, Pixel as _, RgbImage, Rgba, RgbaImage, imageops};

use super::{HINTS, LINES, Layer, OBJECT, PAINT, PHOTOGRAPH, REFERENCE, START};
use crate::document::{CLEAR, Canvas, Content, Hint, Ink, Layer as Of, LayerState, Object, Picture, Rect, SOLID};
use crate::io::export::colours;

/// Every layer of a drawing from the top, with its photograph over them.
pub fn layers_of(content: &Content, palette: &[[u8; 3]], photograph: Option<&RgbImage>) -> Vec<Layer> {
    let (width, height) = (content.paint.width() as u32, content.paint.height() as u32);
    let state = |layer| content.extras.layers[layer];
    let mut layers = Vec::new();
    if let Some(photograph) = photograph {
        layers.push(Layer { locked: true, ..whole(PHOTOGRAPH, fitted(photograph, width, height), LayerState::default()) });
    }
    if !content.extras.hints.is_empty() {
        layers.push(whole(HINTS, dots(&content.extras.hints, width, height), state(Of::Hints)));
    }
    if let Some(reference) = &content.extras.reference {
        layers.extend(reference_layer(reference, width, height, state(Of::Reference)));
    }
    if let Some(lines) = &content.lines {
        layers.push(whole(LINES, clear(lines), state(Of::Lines)));
    }
    layers.extend(content.objects.iter().rev().filter_map(|object| object_layer(content, object, palette)));
    let opaque = |canvas: &Canvas| DynamicImage::from(colours(canvas, palette)).to_rgba8();
    layers.push(whole(PAINT, opaque(&content.paint), state(Of::Paint)));
    if !state(Of::Paint).visible {
        // What is seen in place of hidden paint.
        layers.push(whole(START, opaque(&content.base), LayerState::default()));
    }
    layers
}

fn whole(name: &str, picture: RgbaImage, state: LayerState) -> Layer {
    let LayerState { visible, locked, opacity } = state;
    Layer { name: name.to_owned(), left: 0, top: 0, picture, opacity, visible, locked }
}

/// A photograph in the size of the canvas.
fn fitted(picture: &RgbImage, width: u32, height: u32) -> RgbaImage {
    let scaled = (picture.dimensions() != (width, height))
        .then(|| imageops::resize(picture, width, height, imageops::FilterType::CatmullRom));
    DynamicImage::from(scaled.unwrap_or_else(|| picture.clone())).to_rgba8()
}

/// Hints as discs of their colour, the newest on top.
fn dots(hints: &[Hint], width: u32, height: u32) -> RgbaImage {
    let mut picture = RgbaImage::new(width, height);
    for hint in hints {
        let [r, g, b] = hint.colour;
        for (x, y) in hint.pixels(width as usize, height as usize) {
            picture.put_pixel(x as u32, y as u32, Rgba([r, g, b, 255]));
        }
    }
    picture
}

/// A reference photograph, as large as fits the canvas and in its middle, as the window shows it.
fn reference_layer(reference: &Picture, width: u32, height: u32, state: LayerState) -> Option<Layer> {
    let picture = RgbImage::from_raw(reference.width as u32, reference.height as u32, reference.rgb.clone())?;
    let place = Rect::from_size(width as usize, height as usize).fitting(reference.width, reference.height);
    let picture = fitted(&picture, place.width() as u32, place.height() as u32);
    Some(Layer { left: place.left as u32, top: place.top as u32, ..whole(REFERENCE, picture, state) })
}

/// Guide lines without the white between them.
fn clear(lines: &Canvas) -> RgbaImage {
    RgbaImage::from_fn(lines.width() as u32, lines.height() as u32, |x, y| {
        let ink = lines.get(x as usize, y as usize).unwrap_or(CLEAR);
        let [_, r, g, b] = ink.to_be_bytes();
        if ink == CLEAR { Rgba([r, g, b, 0]) } else { Rgba([r, g, b, 255 - r.min(g).min(b)]) }
    })
}

/// What an object covers; none where that is nothing.
fn object_layer(content: &Content, object: &Object, palette: &[[u8; 3]]) -> Option<Layer> {
    let bounds = object.bounds();
    if bounds.is_empty() {
        return None;
    }
    let labels = content.paint.kind().is_labels();
    let colour = |ink: Ink| {
        let [_, r, g, b] = ink.to_be_bytes();
        if labels { palette.get(ink as usize).copied().unwrap_or_default() } else { [r, g, b] }
    };
    let mut picture = RgbaImage::new(bounds.width() as u32, bounds.height() as u32);
    for part in &object.parts {
        let [r, g, b] = colour(part.ink);
        for (x, y, pixel) in picture.enumerate_pixels_mut() {
            let coverage = part.mask.get(bounds.left + x as usize, bounds.top + y as usize);
            // Labels have no halves.
            let alpha = if labels { u8::from(coverage >= SOLID) * 255 } else { coverage };
            if alpha > 0 {
                pixel.blend(&Rgba([r, g, b, alpha]));
            }
        }
    }
    let group = content.extras.layers[Of::Objects];
    Some(Layer {
        name: format!("{OBJECT}{}", object.name),
        left: bounds.left as u32,
        top: bounds.top as u32,
        picture,
        opacity: 1.0,
        visible: group.visible && object.visible,
        locked: group.locked || object.locked,
    })
}
