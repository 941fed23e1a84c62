//! Small pictures of the looks that an object can have, to choose from.

use daub_models::looks::Object;
use image::RgbImage;
use image::imageops::{FilterType, crop_imm, resize};

use super::{Request, Stamp};

/// What looks are wanted of.
#[derive(Debug, Clone, PartialEq)]
pub struct LookRequest {
    /// The picture that the object is in.
    pub request: Request,
    /// The object.
    pub object: Object,
}

/// One look that an object can have.
#[derive(Debug, Clone, PartialEq)]
pub struct LookPicture {
    /// The state that it shows.
    pub stamp: Stamp,
    /// The object.
    pub object: Object,
    /// Which look.
    pub index: usize,
    /// Number of looks that there are; 0 when the model offers none for this class.
    pub choices: usize,
    /// The object and its surroundings in this look; none when there are no looks.
    pub picture: Option<RgbImage>,
}

/// Width and height of a small picture in pixels.
pub(super) const LOOK_SIZE_PX: [u32; 2] = [128, 96];

/// At least this much of the half-size picture is shown, so that a small thing is seen with its surroundings.
const LEAST_SIDE_PX: usize = 64;

/// Cuts an object out of a picture of half the drawing's size: the rectangle around it, of the small pictures' shape.
///
/// `pixels` are the object's places in the drawing, which is `width` columns wide.
pub(super) fn cut_out(rgb: &[u8], size: (usize, usize), pixels: &[usize], width: usize) -> RgbImage {
    let [out_width, out_height] = LOOK_SIZE_PX;
    let columns = pixels.iter().map(|at| at % width / 2);
    let rows = pixels.iter().map(|at| at / width / 2);
    let span = |values: &mut dyn Iterator<Item = usize>| {
        values.fold((usize::MAX, 0), |(least, most), value| (least.min(value), most.max(value)))
    };
    let (left, right) = span(&mut columns.clone());
    let (top, bottom) = span(&mut rows.clone());
    if left > right {
        return RgbImage::new(out_width, out_height);
    }
    // As wide as both sides of the object ask for, in the shape of the result.
    let across = (right - left + 1).max(LEAST_SIDE_PX).max((bottom - top + 1) * out_width as usize / out_height as usize);
    let across = (across + across / 8).min(size.0);
    let down = (across * out_height as usize / out_width as usize).clamp(1, size.1);
    let across = across.min(down * out_width as usize / out_height as usize).max(1);
    let start = |least: usize, most: usize, length: usize, limit: usize| {
        (usize::midpoint(least, most)).saturating_sub(length / 2).min(limit - length)
    };
    let (x, y) = (start(left, right, across, size.0), start(top, bottom, down, size.1));
    let picture = RgbImage::from_raw(size.0 as u32, size.1 as u32, rgb.to_vec());
    let Some(picture) = picture else { return RgbImage::new(out_width, out_height) };
    let part = crop_imm(&picture, x as u32, y as u32, across as u32, down as u32).to_image();
    resize(&part, out_width, out_height, FilterType::Triangle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_cut_out_with_its_surroundings() {
        // A picture of 256x128 whose red is the column; the object is at columns 200 to 219 of the drawing's half.
        let (columns, rows) = (256, 128);
        let rgb: Vec<u8> = (0..rows * columns).flat_map(|at| [(at % columns) as u8, 0, 0]).collect();
        let object: Vec<usize> = (400..440).map(|x| 100 * 512 + x).collect();
        let cut = cut_out(&rgb, (columns, rows), &object, 512);
        assert_eq!(cut.dimensions(), (LOOK_SIZE_PX[0], LOOK_SIZE_PX[1]));
        let (left, right) = (cut.get_pixel(0, 48).0[0], cut.get_pixel(127, 48).0[0]);
        assert!((170..=176).contains(&left) && (240..=248).contains(&right), "{left} {right}");
        // What covers everything is shown whole as far as the shape allows.
        let all: Vec<usize> = (0..512 * 256).collect();
        let cut = cut_out(&rgb, (columns, rows), &all, 512);
        assert!(cut.get_pixel(0, 0).0[0] < 60 && cut.get_pixel(127, 95).0[0] > 195);
    }
}
