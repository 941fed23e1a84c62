//! CIE Lab under D65 and back, for networks that colour a photograph's lightness.

/// Rows of the matrix from linear sRGB to XYZ (IEC 61966-2-1), as skimage rounds it.
const XYZ_FROM_RGB: [[f64; 3]; 3] =
    [[0.412_453, 0.357_580, 0.180_423], [0.212_671, 0.715_160, 0.072_169], [0.019_334, 0.119_193, 0.950_227]];

/// Its inverse.
const RGB_FROM_XYZ: [[f64; 3]; 3] = [
    [3.240_481_343_200_75, -1.537_151_516_271_32, -0.498_536_326_168_888],
    [-0.969_254_949_996_568, 1.875_990_001_489_89, 0.041_555_926_558_293],
    [0.055_646_639_135_177, -0.204_041_338_366_511, 1.057_311_069_645_34],
];

/// X and Z of the D65 white point; its Y is 1.
const WHITE_X: f64 = 0.950_47;
const WHITE_Z: f64 = 1.088_83;

/// L* in 0..100 of an sRGB pixel.
pub fn lightness(rgb: [u8; 3]) -> f32 {
    let y = XYZ_FROM_RGB[1].iter().zip(rgb.map(linear)).map(|(weight, value)| weight * value).sum::<f64>();
    (116.0 * lab_curve(y) - 16.0) as f32
}

/// a* and b* of an sRGB pixel.
pub fn ab_from_rgb(rgb: [u8; 3]) -> [f32; 2] {
    let linear = rgb.map(linear);
    let xyz = XYZ_FROM_RGB.map(|row| row.iter().zip(linear).map(|(weight, value)| weight * value).sum::<f64>());
    let [x, y, z] = [xyz[0] / WHITE_X, xyz[1], xyz[2] / WHITE_Z].map(lab_curve);
    [500.0 * (x - y), 200.0 * (y - z)].map(|value| value as f32)
}

/// Linear light in 0..1 of an sRGB value.
fn linear(value: u8) -> f64 {
    let value = f64::from(value) / 255.0;
    if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

/// The curve of CIE Lab: a cube root with a straight start.
fn lab_curve(value: f64) -> f64 {
    if value > 0.008_856 { value.cbrt() } else { 7.787 * value + 16.0 / 116.0 }
}

/// sRGB in 0..1, clamped to what a screen shows, of L* in 0..100, a* and b*.
pub fn rgb_from_lab(lightness: f32, a: f32, b: f32) -> [f32; 3] {
    let fy = (f64::from(lightness) + 16.0) / 116.0;
    let f = [f64::from(a) / 500.0 + fy, fy, (fy - f64::from(b) / 200.0).max(0.0)];
    let linear = f.map(|f| if f > 0.206_896_6 { f * f * f } else { (f - 16.0 / 116.0) / 7.787 });
    let xyz = [linear[0] * WHITE_X, linear[1], linear[2] * WHITE_Z];
    RGB_FROM_XYZ.map(|row| {
        let value: f64 = row.iter().zip(xyz).map(|(weight, value)| weight * value).sum();
        let value = if value > 0.003_130_8 { 1.055 * value.powf(1.0 / 2.4) - 0.055 } else { 12.92 * value };
        value.clamp(0.0, 1.0) as f32
    })
}

/// A photograph's lightness with the colours that a network gave it.
///
/// `rgb` has three bytes a pixel, `ab` the planes `a/110` and `b/110`; the result has three planes in [-1, 1].
pub fn coloured(rgb: &[u8], ab: &[f32]) -> Vec<f32> {
    let pixels = rgb.len() / 3;
    let mut planes = vec![0.0; 3 * pixels];
    for (at, &pixel) in rgb.as_chunks().0.iter().enumerate() {
        let colour = rgb_from_lab(lightness(pixel), ab[at] * 110.0, ab[pixels + at] * 110.0);
        for (channel, value) in colour.into_iter().enumerate() {
            planes[channel * pixels + at] = value * 2.0 - 1.0;
        }
    }
    planes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_colours() {
        assert!((lightness([255; 3]) - 100.0).abs() < 1e-3 && lightness([0; 3]).abs() < 1e-3);
        // skimage.color.rgb2lab of pure red is [53.24, 80.09, 67.20].
        let red = rgb_from_lab(lightness([255, 0, 0]), 80.0924, 67.2032);
        assert!((red[0] - 1.0).abs() < 2e-3 && red[1] < 0.02 && red[2] < 0.02, "{red:?}");
        let gray = rgb_from_lab(lightness([90; 3]), 0.0, 0.0);
        assert!(gray.iter().all(|value| (value * 255.0 - 90.0).abs() < 0.1), "{gray:?}");
    }
}
