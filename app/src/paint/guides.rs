//! What lies over the canvas on screen and is never fed to a model: guide lines and the reference photograph.

use std::sync::Arc;

use egui::{Color32, ColorImage, TextureHandle, TextureId, TextureOptions, Vec2};

use crate::document::{CLEAR, Canvas, Document, Picture, Rect};

/// The textures of both, which follow the document.
#[derive(Default)]
pub struct GuideTextures {
    lines: Option<TextureHandle>,
    /// Which drawing the lines are of.
    drawing: u64,
    reference: Option<(Arc<Picture>, TextureHandle)>,
}

/// What is there to be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Guides {
    /// As large as the canvas.
    pub lines: Option<TextureId>,
    /// With its size in its own pixels.
    pub reference: Option<(TextureId, Vec2)>,
}

impl GuideTextures {
    /// Brings the textures up to date; of the lines only what changed is uploaded.
    pub fn follow(&mut self, context: &egui::Context, drawing: u64, document: &mut Document) {
        let dirty = document.take_dirty_lines();
        match &document.content().lines {
            None => self.lines = None,
            Some(lines) => {
                let size = [lines.width(), lines.height()];
                match &mut self.lines {
                    Some(handle) if self.drawing == drawing && handle.size() == size => {
                        if !dirty.is_empty() {
                            handle.set_partial([dirty.left, dirty.top], clear_image(lines, dirty), TextureOptions::LINEAR);
                        }
                    }
                    handle => {
                        *handle = Some(context.load_texture("lines", clear_image(lines, lines.bounds()), TextureOptions::LINEAR));
                    }
                }
            }
        }
        self.drawing = drawing;
        let shown = self.reference.as_ref().map(|(picture, _)| picture);
        let wanted = document.extras().reference.as_ref();
        if !matches!((shown, wanted), (Some(shown), Some(wanted)) if Arc::ptr_eq(shown, wanted)) {
            self.reference = wanted.map(|picture| {
                let image = ColorImage::from_rgb([picture.width, picture.height], &picture.rgb);
                (picture.clone(), context.load_texture("reference", image, TextureOptions::LINEAR))
            });
        }
    }

    /// What is there now.
    pub fn shown(&self) -> Guides {
        let reference = self.reference.as_ref().map(|(_, handle)| (handle.id(), handle.size_vec2()));
        Guides { lines: self.lines.as_ref().map(TextureHandle::id), reference }
    }
}

/// Lines as dark as they are opaque; white is clear.
fn clear_image(lines: &Canvas, rect: Rect) -> ColorImage {
    let colour = |ink: u32| {
        if ink == CLEAR {
            return Color32::TRANSPARENT;
        }
        let [_, r, g, b] = ink.to_be_bytes();
        Color32::from_rgba_unmultiplied(r, g, b, 255 - r.min(g).min(b))
    };
    let pixels = (rect.top..rect.bottom).flat_map(|y| lines.row(y, rect.left, rect.right)).map(|ink| colour(*ink)).collect();
    ColorImage::new([rect.width(), rect.height()], pixels)
}
