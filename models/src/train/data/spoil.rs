//! Colour jitter, and making a good photograph worse: the degraded side of pairs for enhancement and dehazing.

use std::io::Cursor;

use image::{ImageReader, RgbImage};

use crate::random::Draws;
use crate::train::Augment;

/// Changes of colour that are drawn once and may be applied to several pictures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Jitter {
    brightness: f32,
    contrast: f32,
    saturation: f32,
}

impl Jitter {
    /// Factors within `1 ± amount`.
    pub(super) fn drawn(amount: f32, draws: &mut Draws) -> Self {
        let mut factor = || 1.0 + amount * (2.0 * draws.uniform() - 1.0);
        Self { brightness: factor(), contrast: factor(), saturation: factor() }
    }

    /// Applies brightness, contrast around middle gray, and saturation around the pixel's own lightness.
    pub(super) fn apply(self, picture: &mut RgbImage) {
        for pixel in picture.pixels_mut() {
            let levels = pixel.0.map(|level| (f32::from(level) * self.brightness - 127.5) * self.contrast + 127.5);
            let gray = 0.299 * levels[0] + 0.587 * levels[1] + 0.114 * levels[2];
            pixel.0 = levels.map(|level| rounded(gray + (level - gray) * self.saturation));
        }
    }
}

fn rounded(level: f32) -> u8 {
    level.round().clamp(0.0, 255.0) as u8
}

/// A worse copy: fog, blur, noise and JPEG in the order in which a camera meets them, each as strong as is drawn.
pub(super) fn degraded(picture: &RgbImage, augment: &Augment, draws: &mut Draws) -> RgbImage {
    let mut worse = picture.clone();
    if augment.fog > 0.0 {
        fog(&mut worse, augment.fog * draws.uniform(), 0.75 + 0.25 * draws.uniform());
    }
    let sigma = augment.blur_px * draws.uniform();
    // Below this nothing can be seen, and the filter's window would be a single pixel.
    if sigma > 0.2 {
        worse = image::imageops::blur(&worse, sigma);
    }
    let noise = augment.noise * draws.uniform() * 255.0;
    if noise > 0.0 {
        worse.iter_mut().for_each(|level| *level = rounded(f32::from(*level) + noise * draws.normal()));
    }
    if augment.jpeg < 100 {
        let quality = f32::from(augment.jpeg.max(1)) + (100.0 - f32::from(augment.jpeg.max(1))) * draws.uniform();
        worse = through_jpeg(worse, quality.round() as u8);
    }
    worse
}

/// Haze that thickens with distance, which in most photographs grows towards the top: the picture fades into light of
/// level `air` (0 to 1), by the share `strongest` in the first row and by nothing in the last.
fn fog(picture: &mut RgbImage, strongest: f32, air: f32) {
    let height = picture.height().max(2) - 1;
    // Koschmieder's law with a distance that grows in a straight line from the last row to the first.
    let depth = -(1.0 - strongest.clamp(0.0, 0.99)).ln();
    for (_, y, pixel) in picture.enumerate_pixels_mut() {
        let clear = (-depth * (1.0 - y as f32 / height as f32)).exp();
        pixel.0 = pixel.0.map(|level| rounded(f32::from(level) * clear + 255.0 * air * (1.0 - clear)));
    }
}

fn through_jpeg(picture: RgbImage, quality: u8) -> RgbImage {
    let mut bytes = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, quality);
    let (width, height) = picture.dimensions();
    let encoded = picture.write_with_encoder(encoder).is_ok();
    let decoded = ImageReader::with_format(Cursor::new(bytes), image::ImageFormat::Jpeg).decode();
    match decoded {
        Ok(decoded) if encoded && (decoded.width(), decoded.height()) == (width, height) => decoded.into_rgb8(),
        // Sides above 65535 pixels do not fit into a JPEG; such a picture stays as it is.
        _ => picture,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::Method;

    fn photograph() -> RgbImage {
        RgbImage::from_fn(32, 32, |x, y| image::Rgb([(x * 8) as u8, (y * 8) as u8, 90]))
    }

    fn difference(a: &RgbImage, b: &RgbImage) -> f64 {
        crate::evaluate::similarity::l1(a, b)
    }

    #[test]
    fn nothing_asked_for_changes_nothing() {
        let none = Augment { noise: 0.0, blur_px: 0.0, jpeg: 100, fog: 0.0, ..Augment::new(Method::Pix2pix) };
        assert_eq!(degraded(&photograph(), &none, &mut Draws::new(1, 1)), photograph());
        let mut same = photograph();
        Jitter::drawn(0.0, &mut Draws::new(1, 1)).apply(&mut same);
        assert_eq!(same, photograph());
    }

    #[test]
    fn each_fault_makes_it_worse_and_follows_the_seed() {
        let none = Augment { noise: 0.0, blur_px: 0.0, jpeg: 100, fog: 0.0, ..Augment::new(Method::Pix2pix) };
        let faults = [
            Augment { noise: 0.2, ..none.clone() },
            Augment { blur_px: 3.0, ..none.clone() },
            Augment { jpeg: 5, ..none.clone() },
            Augment { fog: 0.9, ..none },
        ];
        for fault in faults {
            let spoilt = |place| degraded(&photograph(), &fault, &mut Draws::new(1, place));
            assert_eq!(spoilt(7), spoilt(7));
            // How strong a fault is, is drawn; some draws are near nothing.
            let most = (0..8).map(|place| difference(&spoilt(place), &photograph())).fold(0.0, f64::max);
            assert!(most > 0.002, "{fault:?}: {most}");
        }
    }

    #[test]
    fn fog_is_thickest_at_the_top() {
        let mut foggy = RgbImage::from_pixel(4, 16, image::Rgb([0; 3]));
        fog(&mut foggy, 0.8, 1.0);
        let column: Vec<u8> = (0..16).map(|y| foggy.get_pixel(0, y).0[0]).collect();
        assert_eq!((column[0], column[15]), (204, 0));
        assert!(column.is_sorted_by(|a, b| a > b));
    }
}
