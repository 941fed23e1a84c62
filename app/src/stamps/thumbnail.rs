//! Small pictures of stamps, for panels and for the ghost under the pointer.

use tiny_skia::{Color, FillRule, Paint, Pixmap, PremultipliedColorU8, Transform};

use super::Stamp;
use super::raster::Shape;

/// How much white is mixed into what is drawn for recognition only.
const DETAIL_WHITE: f32 = 0.38;

impl Stamp {
    /// The stamp as large as fits a picture of this size, with smooth edges: RGBA with alpha not multiplied in, rows from
    /// the top. `colours` is one colour a part; a part without one is left out.
    pub fn thumbnail(&self, colours: &[Option<[u8; 3]>], width: u32, height: u32) -> Vec<u8> {
        let Some(mut pixmap) = Pixmap::new(width, height) else { return Vec::new() };
        let [left, top, right, bottom] = self.edges;
        let scale = (width as f32 / (right - left)).min(height as f32 / (bottom - top));
        let (x, y) = ((width as f32 - (left + right) * scale) / 2.0, (height as f32 - (top + bottom) * scale) / 2.0);
        let picture_from_stamp = Transform::from_row(scale, 0.0, 0.0, scale, x, y);
        let mut draw = |shape: &Shape, colour: Color| {
            let mut paint = Paint::default();
            paint.set_color(colour);
            match shape {
                Shape::Filled(path, rule) => pixmap.fill_path(path, &paint, *rule, picture_from_stamp, None),
                Shape::Stroked(path, stroke) => {
                    let least = 0.8 / scale;
                    let stroke = tiny_skia::Stroke { width: stroke.width.max(least), ..stroke.clone() };
                    if let Some(outline) = path.stroke(&stroke, scale) {
                        pixmap.fill_path(&outline, &paint, FillRule::Winding, picture_from_stamp, None);
                    }
                }
            }
        };
        for (part, [r, g, b]) in self.parts.iter().zip(colours).filter_map(|(part, colour)| Some((part, (*colour)?))) {
            for shape in &part.shapes {
                draw(shape, Color::from_rgba8(r, g, b, 255));
            }
        }
        let white = Color::from_rgba(1.0, 1.0, 1.0, DETAIL_WHITE).unwrap_or(Color::WHITE);
        for shape in &self.details {
            draw(shape, white);
        }
        let pixels = pixmap.pixels().iter().map(PremultipliedColorU8::demultiply);
        pixels.flat_map(|pixel| [pixel.red(), pixel.green(), pixel.blue(), pixel.alpha()]).collect()
    }
}
