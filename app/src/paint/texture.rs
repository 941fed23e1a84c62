//! The canvas on screen: a texture whose changed rectangle follows the document.

use egui::{Color32, ColorImage, TextureHandle, TextureOptions};

use crate::document::{Canvas, Document, Rect};

/// The texture of the drawing that is shown.
#[derive(Default)]
pub struct CanvasTexture {
    handle: Option<TextureHandle>,
    /// Which drawing and colours it holds.
    drawing: u64,
    palette: Vec<[u8; 3]>,
}

impl CanvasTexture {
    /// Brings the texture up to date; only what changed is uploaded.
    pub fn follow(&mut self, context: &egui::Context, drawing: u64, document: &mut Document, palette: &[[u8; 3]]) {
        let dirty = document.take_dirty();
        let canvas = document.composite();
        let size = [canvas.width(), canvas.height()];
        let same = self.drawing == drawing && self.palette == palette;
        match &mut self.handle {
            Some(handle) if same && handle.size() == size => {
                if !dirty.is_empty() {
                    handle.set_partial([dirty.left, dirty.top], image_of(canvas, dirty, palette), OPTIONS);
                }
            }
            Some(handle) => handle.set(image_of(canvas, canvas.bounds(), palette), OPTIONS),
            None => self.handle = Some(context.load_texture("canvas", image_of(canvas, canvas.bounds(), palette), OPTIONS)),
        }
        if !same {
            self.drawing = drawing;
            self.palette = palette.to_vec();
        }
    }

    /// The texture, once there is one.
    pub fn id(&self) -> Option<egui::TextureId> {
        self.handle.as_ref().map(TextureHandle::id)
    }
}

/// Labels have no colours between them, so a magnified canvas shows its pixels.
const OPTIONS: TextureOptions = TextureOptions { magnification: egui::TextureFilter::Nearest, ..TextureOptions::LINEAR };

/// The pixels of a rectangle in the colours of the screen.
pub(crate) fn image_of(canvas: &Canvas, rect: Rect, palette: &[[u8; 3]]) -> ColorImage {
    let labels = canvas.kind().is_labels();
    let colour = |ink: u32| match palette.get(ink as usize) {
        Some([r, g, b]) if labels => Color32::from_rgb(*r, *g, *b),
        _ if labels => Color32::from_gray(ink as u8),
        _ => {
            let [_, r, g, b] = ink.to_be_bytes();
            Color32::from_rgb(r, g, b)
        }
    };
    let pixels = (rect.top..rect.bottom).flat_map(|y| canvas.row(y, rect.left, rect.right)).map(|ink| colour(*ink)).collect();
    ColorImage::new([rect.width(), rect.height()], pixels)
}
