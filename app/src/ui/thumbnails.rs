//! Textures of stamps, made when they are first seen.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, PoisonError};

use egui::{ColorImage, Id, Rect, TextureHandle, TextureId, TextureOptions, Vec2, pos2};

use crate::state::Offer;

/// All of a texture.
pub(super) const WHOLE: Rect = Rect { min: pos2(0.0, 0.0), max: pos2(1.0, 1.0) };

/// More textures than this are never of use at once; then all are made anew.
const MOST: usize = 600;
/// Longest side of a texture in pixels.
const LONGEST_PX: u32 = 1024;

/// Textures by stamp, colours and size; in egui's memory, which lives as long as they can.
#[derive(Clone, Default)]
struct Cache(Arc<Mutex<HashMap<u64, TextureHandle>>>);

/// The texture of a stamp in its colours, of this size in points.
pub(super) fn of(context: &egui::Context, offer: &Offer, size: Vec2) -> Option<TextureId> {
    let pixels = size * context.pixels_per_point();
    let [width, height] = [pixels.x, pixels.y].map(|side| (side.round().max(1.0) as u32).min(LONGEST_PX));
    let mut hasher = DefaultHasher::new();
    (&offer.stamp.name, &offer.colours, width, height).hash(&mut hasher);
    let key = hasher.finish();
    let cache = context.data_mut(|data| data.get_temp_mut_or_default::<Cache>(Id::unique("thumbnails of stamps")).clone());
    let mut cache = cache.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(texture) = cache.get(&key) {
        return Some(texture.id());
    }
    if cache.len() >= MOST {
        cache.clear();
    }
    let rgba = offer.stamp.thumbnail(&offer.colours, width, height);
    let size = [width as usize, height as usize];
    // A stamp that has nothing to show has no texture.
    if rgba.len() != size[0] * size[1] * 4 {
        return None;
    }
    let image = ColorImage::from_rgba_unmultiplied(size, &rgba);
    let texture = context.load_texture(format!("stamp {}", offer.stamp.name), image, TextureOptions::LINEAR);
    let id = texture.id();
    cache.insert(key, texture);
    Some(id)
}

/// A size of which there are few, at least as large: for a ghost that grows and shrinks on its way.
pub(super) fn coarse(size: Vec2) -> Vec2 {
    let longest = size.max_elem().max(1.0);
    size * (longest.log2().ceil().exp2() / longest)
}
