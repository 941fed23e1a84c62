//! Styles from photographs in files, for models with an encoder beside them.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use daub_models::Model;
use daub_models::looks::Object;
use daub_models::style::{Objects, Photo, Style, of_photo};

use super::pictures;

/// An object's own photograph is measured at this many pixels a side at most: its style is one mean over all of it.
const OBJECT_PHOTO_SIDE_PX: usize = 512;

/// Least side of a photograph that is measured: the encoder halves it four times.
const LEAST_SIDE_PX: usize = 16;

/// The style of a photograph for a whole drawing, or for one object, which then is all of the photograph.
///
/// # Errors
/// When the photograph cannot be read or the model has no encoder that suits.
pub fn measure(model: &Model, path: &Path, drawing: Objects, object: Option<Object>) -> anyhow::Result<Style> {
    let picture = pictures::read_rgb(path)?;
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let photo = Photo { width, height, rgb: picture.into_raw().into() };
    let objects = match object {
        None => drawing,
        Some(object) => {
            let longest = width.max(height).max(OBJECT_PHOTO_SIDE_PX);
            let [width, height] = [width, height].map(|side| (side * OBJECT_PHOTO_SIDE_PX / longest).max(LEAST_SIDE_PX));
            let ids: Arc<[u32]> = vec![object.id(); width * height].into();
            Objects { width, height, ids }
        }
    };
    of_photo(model, &photo, &objects).with_context(|| format!("cannot take the style of {}", path.display()))
}
