//! The small pictures of looks on screen.

use daub_models::looks::Object;
use egui::{ColorImage, TextureHandle, TextureOptions};

use crate::generate::LookPicture;

/// Pictures of the looks that one object can have; they arrive one by one.
#[derive(Default)]
pub struct LookStrip {
    /// The drawing and its object.
    wanted: Option<(u64, Object)>,
    /// Number of looks, once it is known.
    choices: Option<usize>,
    /// The pictures so far, first look first.
    textures: Vec<TextureHandle>,
}

impl LookStrip {
    /// The drawing and the object that pictures are wanted of.
    pub fn wanted(&self) -> Option<(u64, Object)> {
        self.wanted
    }

    /// Starts anew for another object.
    pub fn want(&mut self, wanted: Option<(u64, Object)>) {
        *self = Self { wanted, ..Self::default() };
    }

    /// Takes a picture; one of another object is of no use any more.
    pub fn show(&mut self, context: &egui::Context, look: LookPicture) {
        if self.wanted != Some((look.stamp.document, look.object)) {
            return;
        }
        self.choices = Some(look.choices);
        if let (Some(picture), true) = (look.picture, look.index == self.textures.len()) {
            let size = [picture.width() as usize, picture.height() as usize];
            let image = ColorImage::from_rgb(size, picture.as_raw());
            self.textures.push(context.load_texture(format!("look {}", look.index), image, TextureOptions::LINEAR));
        }
    }

    /// Number of looks, once it is known.
    pub fn choices(&self) -> Option<usize> {
        self.choices
    }

    /// The picture of a look, once it is there.
    pub fn texture(&self, index: usize) -> Option<&TextureHandle> {
        self.textures.get(index)
    }
}
