//! Our own icons: small drawings in `assets/icons`, turned into white coverage at the size that the screen needs.

use egui::{Color32, ColorImage, Id, Rect, TextureHandle, TextureOptions};
use tiny_skia::{FillRule, Paint, Pixmap, Transform};

macro_rules! icons {
    ($($name:ident => $file:literal),* $(,)?) => {
        /// What an icon shows.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[allow(dead_code, reason = "the set is drawn in one style for panels to choose from")]
        pub(super) enum Icon { $($name),* }

        impl Icon {
            /// Every icon.
            #[cfg(test)]
            const ALL: &[Self] = &[$(Self::$name),*];

            /// The drawing, 24 units square.
            fn svg(self) -> &'static str {
                match self { $(Self::$name => include_str!(concat!("../../../assets/icons/", $file, ".svg"))),* }
            }
        }
    };
}

icons! {
    Brush => "brush",
    Eraser => "eraser",
    Line => "line",
    Rectangle => "rectangle",
    Ellipse => "ellipse",
    Polygon => "polygon",
    Fill => "fill",
    Eyedropper => "eyedropper",
    SelectRectangle => "select_rectangle",
    Lasso => "lasso",
    SelectBrush => "select_brush",
    Wand => "wand",
    Move => "move",
    Cursor => "cursor",
    Undo => "undo",
    Redo => "redo",
    Swap => "swap",
    MirrorVertical => "mirror_vertical",
    MirrorHorizontal => "mirror_horizontal",
    Pen => "pen",
    Search => "search",
    Close => "close",
    Settings => "settings",
    Keyboard => "keyboard",
    Split => "split",
    Overlay => "overlay",
    Fit => "fit",
    Plus => "plus",
    Minus => "minus",
    Eye => "eye",
    EyeOff => "eye_off",
    Lock => "lock",
    Unlock => "unlock",
    Trash => "trash",
    Duplicate => "duplicate",
    Layers => "layers",
    Objects => "objects",
    Stamp => "stamp",
    Style => "style",
    Film => "film",
    Photo => "photo",
    Info => "info",
    Warning => "warning",
    ChevronDown => "chevron_down",
    ChevronRight => "chevron_right",
    Up => "up",
    Down => "down",
    Flip => "flip",
    Pin => "pin",
    Contiguous => "contiguous",
    Trained => "trained",
}

/// Side of an icon's drawing in its own units.
const UNITS: f32 = 24.0;

/// Draws an icon into a square, in one colour.
pub(super) fn paint(painter: &egui::Painter, icon: Icon, rect: Rect, colour: Color32) {
    let context = painter.ctx();
    // Whole pixels: an icon between pixels would be blurred.
    let scale = context.pixels_per_point();
    let side_px = (rect.width() * scale).round().max(1.0);
    let corner = (rect.center() - egui::Vec2::splat(side_px / scale / 2.0)) * scale;
    let min = egui::pos2(corner.x.round(), corner.y.round()) / scale;
    let rect = Rect::from_min_size(min, egui::Vec2::splat(side_px / scale));
    let id = Id::unique(("icon", icon, side_px as u32));
    let known = context.data(|data| data.get_temp::<TextureHandle>(id));
    let texture = known.unwrap_or_else(|| {
        let texture = context.load_texture(format!("{icon:?}"), image_of(icon, side_px as u32), TextureOptions::NEAREST);
        context.data_mut(|data| data.insert_temp(id, texture.clone()));
        texture
    });
    painter.image(texture.id(), rect, Rect::from_min_max(egui::pos2(0.0, 0.0), egui::pos2(1.0, 1.0)), colour);
}

/// An icon in white on nothing; nothing at all if its drawing is broken, which a test rules out.
fn image_of(icon: Icon, side_px: u32) -> ColorImage {
    let side = side_px as usize;
    let coverage = coverage_of(icon.svg(), side_px).unwrap_or_else(|| vec![0; side * side]);
    ColorImage::new([side, side], coverage.into_iter().map(Color32::from_white_alpha).collect())
}

fn coverage_of(svg: &str, side_px: u32) -> Option<Vec<u8>> {
    let tree = usvg::Tree::from_str(svg, &usvg::Options::default()).ok()?;
    let mut pixmap = Pixmap::new(side_px, side_px)?;
    let scale = side_px as f32 / UNITS;
    draw(tree.root(), &mut pixmap, Transform::from_scale(scale, scale));
    Some(pixmap.pixels().iter().map(|pixel| pixel.alpha()).collect())
}

fn draw(group: &usvg::Group, pixmap: &mut Pixmap, screen_from_svg: Transform) {
    for node in group.children() {
        match node {
            usvg::Node::Group(group) => draw(group, pixmap, screen_from_svg),
            usvg::Node::Path(path) => {
                let transform = screen_from_svg.pre_concat(path.abs_transform());
                let mut paint = Paint { anti_alias: true, ..Paint::default() };
                if let Some(fill) = path.fill() {
                    paint.set_color_rgba8(0, 0, 0, (fill.opacity().get() * 255.0) as u8);
                    pixmap.fill_path(path.data(), &paint, FillRule::Winding, transform, None);
                }
                if let Some(stroke) = path.stroke() {
                    paint.set_color_rgba8(0, 0, 0, (stroke.opacity().get() * 255.0) as u8);
                    pixmap.stroke_path(path.data(), &paint, &stroke.to_tiny_skia(), transform, None);
                }
            }
            // Our icons hold neither pictures nor text.
            usvg::Node::Image(_) | usvg::Node::Text(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_icon_can_be_drawn_and_fits_its_square() {
        for icon in Icon::ALL {
            let coverage = coverage_of(icon.svg(), 48).unwrap_or_else(|| panic!("{icon:?} is broken"));
            let covered = coverage.iter().filter(|alpha| **alpha > 128).count();
            assert!(covered > 48, "{icon:?} shows nothing");
            let rim = (0..48).flat_map(|i| [coverage[i], coverage[47 * 48 + i], coverage[i * 48], coverage[i * 48 + 47]]);
            assert!(rim.max() <= Some(64), "{icon:?} is cut off");
        }
    }
}
