//! The photograph on screen.

use egui::{ColorImage, TextureHandle, TextureId, TextureOptions};

use crate::generate::Shown;

/// The newest picture and its texture.
#[derive(Default)]
pub struct PictureTexture {
    shown: Option<Shown>,
    handle: Option<TextureHandle>,
    /// Whether a newer picture is being painted.
    pub busy: bool,
}

impl PictureTexture {
    /// Shows a picture.
    pub fn show(&mut self, context: &egui::Context, shown: Shown) {
        let image = ColorImage::from_rgb([shown.width, shown.height], &shown.rgb);
        match &mut self.handle {
            Some(handle) => handle.set(image, TextureOptions::LINEAR),
            None => self.handle = Some(context.load_texture("picture", image, TextureOptions::LINEAR)),
        }
        self.shown = Some(shown);
    }

    /// What is shown.
    pub fn shown(&self) -> Option<&Shown> {
        self.shown.as_ref()
    }

    /// The texture, once there is one.
    pub fn id(&self) -> Option<TextureId> {
        self.handle.as_ref().map(TextureHandle::id)
    }
}
