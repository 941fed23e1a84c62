//! Measures between two pictures of equal size: L1, PSNR and SSIM.

use image::RgbImage;

/// Side of SSIM's window in pixels and the standard deviation of its weights (Wang et al. 2004, section III-C).
const WINDOW: usize = 11;
const SIGMA: f64 = 1.5;

/// SSIM's constants for values from 0 to 255: `(0.01 L)^2` and `(0.03 L)^2`.
const C1: f64 = 6.5025;
const C2: f64 = 58.5225;

/// Mean absolute difference of the 8-bit levels, as a share of 255.
pub fn l1(a: &RgbImage, b: &RgbImage) -> f64 {
    let sum: u64 = a.as_raw().iter().zip(b.as_raw()).map(|(&a, &b)| u64::from(a.abs_diff(b))).sum();
    sum as f64 / a.as_raw().len().max(1) as f64 / 255.0
}

/// Mean squared difference of the 8-bit levels.
pub fn squared_error(a: &RgbImage, b: &RgbImage) -> f64 {
    let sum: u64 = a.as_raw().iter().zip(b.as_raw()).map(|(&a, &b)| u64::from(a.abs_diff(b)).pow(2)).sum();
    sum as f64 / a.as_raw().len().max(1) as f64
}

/// Peak signal-to-noise ratio in dB; infinite for equal pictures.
pub fn psnr(a: &RgbImage, b: &RgbImage) -> f64 {
    10.0 * (255.0 * 255.0 / squared_error(a, b)).log10()
}

/// Structural similarity (Wang et al. 2004), the mean over colours and over all windows that lie within the picture.
///
/// None for a picture smaller than the window of 11 pixels.
pub fn ssim(a: &RgbImage, b: &RgbImage) -> Option<f64> {
    let (width, height) = (a.width() as usize, a.height() as usize);
    if width < WINDOW || height < WINDOW {
        return None;
    }
    let weights = gaussian();
    let channels = (0..3).map(|channel| {
        let plane = |picture: &RgbImage| -> Vec<f64> {
            picture.as_raw().iter().skip(channel).step_by(3).map(|&value| f64::from(value)).collect()
        };
        channel_ssim(&plane(a), &plane(b), width, &weights)
    });
    Some(channels.sum::<f64>() / 3.0)
}

fn gaussian() -> [f64; WINDOW] {
    let centre = (WINDOW / 2) as f64;
    let weights: [f64; WINDOW] = std::array::from_fn(|at| (-(at as f64 - centre).powi(2) / (2.0 * SIGMA * SIGMA)).exp());
    let sum: f64 = weights.iter().sum();
    weights.map(|weight| weight / sum)
}

fn channel_ssim(a: &[f64], b: &[f64], width: usize, weights: &[f64; WINDOW]) -> f64 {
    let product = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).collect::<Vec<f64>>();
    let smooth = |plane: &[f64]| smoothed(plane, width, weights);
    let (mean_a, mean_b) = (smooth(a), smooth(b));
    let (aa, bb, ab) = (smooth(&product(a, a)), smooth(&product(b, b)), smooth(&product(a, b)));
    let index = |at: usize| {
        let (ma, mb) = (mean_a[at], mean_b[at]);
        let (va, vb, covariance) = (aa[at] - ma * ma, bb[at] - mb * mb, ab[at] - ma * mb);
        (2.0 * ma * mb + C1) * (2.0 * covariance + C2) / ((ma * ma + mb * mb + C1) * (va + vb + C2))
    };
    (0..mean_a.len()).map(index).sum::<f64>() / mean_a.len() as f64
}

/// Weighted means over every window within the plane: `width - 10` columns, `height - 10` rows.
fn smoothed(plane: &[f64], width: usize, weights: &[f64; WINDOW]) -> Vec<f64> {
    let columns = width - WINDOW + 1;
    let across: Vec<f64> = plane
        .chunks_exact(width)
        .flat_map(|row| row.windows(WINDOW).map(|window| window.iter().zip(weights).map(|(value, weight)| value * weight).sum()))
        .collect();
    let rows = plane.len() / width - WINDOW + 1;
    let value = |row: usize, column: usize| -> f64 {
        weights.iter().enumerate().map(|(at, weight)| across[(row + at) * columns + column] * weight).sum()
    };
    (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))).map(|(row, column)| value(row, column)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pattern that the reference script draws as well.
    fn pattern(seed: u32) -> RgbImage {
        RgbImage::from_fn(40, 24, |x, y| {
            image::Rgb([0, 1, 2].map(|channel| ((x * 7 + y * 13 + channel * 29 + seed * (x * y % 11 + 1)) % 256) as u8))
        })
    }

    #[test]
    fn equal_pictures_are_equal() {
        let picture = pattern(3);
        assert!(l1(&picture, &picture).abs() < 1e-12 && psnr(&picture, &picture).is_infinite());
        assert!((ssim(&picture, &picture).unwrap() - 1.0).abs() < 1e-12);
        assert_eq!(ssim(&RgbImage::new(10, 40), &RgbImage::new(10, 40)), None);
    }

    /// Reference values of scikit-image 0.26 (`peak_signal_noise_ratio`; `structural_similarity` with `gaussian_weights`,
    /// `sigma=1.5`, `use_sample_covariance=False`, `data_range=255`, its border of 5 pixels left out, mean over channels).
    #[test]
    fn psnr_and_ssim_are_scikit_images() {
        let (a, b) = (pattern(0), pattern(5));
        assert!((psnr(&a, &b) - PSNR).abs() < 1e-9, "{}", psnr(&a, &b));
        assert!((ssim(&a, &b).unwrap() - SSIM).abs() < 1e-9, "{:?}", ssim(&a, &b));
    }

    const PSNR: f64 = 10.524_791_049_689_75;
    const SSIM: f64 = 0.410_148_100_186_245_7;
}
