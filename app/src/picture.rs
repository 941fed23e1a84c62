//! The photograph on screen.

use eframe::{egui_wgpu, wgpu};
use egui::{ColorImage, Rect, TextureHandle, TextureId, TextureOptions, Vec2};

use crate::generate::{Pixels, Shown};
use crate::latency::Latency;
use crate::look_strip::LookStrip;

/// The newest picture and its texture.
#[derive(Default)]
pub struct PictureTexture {
    shown: Option<Shown>,
    /// For pictures that come as bytes.
    handle: Option<TextureHandle>,
    /// The picture before styles, while there are any.
    before: Option<TextureHandle>,
    /// The engine's textures that egui knows; there is one for each size in use.
    registered: Vec<(wgpu::TextureView, TextureId)>,
    /// Whether a newer picture is being painted.
    pub busy: bool,
    /// How long photographs take.
    pub latency: Latency,
    /// The looks that are offered for an object.
    pub looks: LookStrip,
}

/// More of the engine's textures than this are not kept: a full picture, its preview, and those of the model before.
const MOST_REGISTERED: usize = 4;

impl PictureTexture {
    /// Shows a picture; one on the device is shown from where it is.
    pub fn show(&mut self, context: &egui::Context, renderer: Option<&egui_wgpu::RenderState>, shown: Shown) {
        let size = [shown.width, shown.height];
        match &shown.before {
            Some(rgb) => upload(context, &mut self.before, "picture before styles", size, rgb),
            None => self.before = None,
        }
        match (&shown.pixels, renderer) {
            (Pixels::Bytes(rgb), _) => upload(context, &mut self.handle, "picture", size, rgb),
            (Pixels::Texture { view, .. }, Some(renderer)) => self.register(renderer, view),
            // A picture on the window's device cannot come without a window.
            (Pixels::Texture { .. }, None) => return,
        }
        self.shown = Some(shown);
    }

    fn register(&mut self, renderer: &egui_wgpu::RenderState, view: &wgpu::TextureView) {
        if self.registered.iter().any(|(known, _)| known == view) {
            return;
        }
        let mut egui_renderer = renderer.renderer.write();
        while self.registered.len() >= MOST_REGISTERED {
            let (_, oldest) = self.registered.remove(0);
            egui_renderer.free_texture(&oldest);
        }
        let id = egui_renderer.register_native_texture(&renderer.device, view, wgpu::FilterMode::Linear);
        self.registered.push((view.clone(), id));
    }

    /// What is shown.
    pub fn shown(&self) -> Option<&Shown> {
        self.shown.as_ref()
    }

    /// The picture before styles, if there are any in the picture.
    pub fn before(&self) -> Option<TextureId> {
        self.before.as_ref().map(TextureHandle::id)
    }

    /// The texture, once there is one, and the part of it that is the picture.
    pub fn texture(&self) -> Option<(TextureId, Rect)> {
        let whole = |size: Vec2| Rect::from_min_size(egui::Pos2::ZERO, size);
        match &self.shown.as_ref()?.pixels {
            Pixels::Bytes(_) => Some((self.handle.as_ref()?.id(), whole(Vec2::splat(1.0)))),
            Pixels::Texture { view, shown } => {
                let (_, id) = self.registered.iter().find(|(known, _)| known == view)?;
                Some((*id, whole(Vec2::from(*shown))))
            }
        }
    }
}

fn upload(context: &egui::Context, handle: &mut Option<TextureHandle>, name: &str, size: [usize; 2], rgb: &[u8]) {
    let image = ColorImage::from_rgb(size, rgb);
    match handle {
        Some(handle) => handle.set(image, TextureOptions::LINEAR),
        None => *handle = Some(context.load_texture(name, image, TextureOptions::LINEAR)),
    }
}
