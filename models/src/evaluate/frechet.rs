//! The Fréchet distance between two sets of feature vectors, each taken for a normal distribution.
//!
//! `|m1 - m2|² + tr S1 + tr S2 - 2 tr (S1 S2)^(1/2)` with sample means `m` and covariances `S` (Dowson and Landau 1982;
//! Heusel et al. 2017 with Inception's features). The trace of the root needs no root of a matrix: for any `A`, `B` with
//! `Aᵀ A = S1` and `Bᵀ B = S2` it is the sum of the singular values of `A Bᵀ`. The centred vectors themselves are such an
//! `A` when they are few, a Cholesky factor is one when they are many. All sums are in f64.

/// A square or rectangular matrix, row after row.
#[derive(Debug, Clone, PartialEq)]
struct Matrix {
    columns: usize,
    values: Vec<f64>,
}

/// Why there is no distance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrechetError {
    /// A covariance needs two vectors.
    #[error("a Fréchet distance needs at least two pictures on each side")]
    TooFew,
    /// Vectors of different lengths.
    #[error("feature vectors differ in length")]
    Lengths,
}

/// The Fréchet distance (squared, as published figures are) between two sets of vectors of one length.
///
/// # Errors
/// When a set has fewer than two vectors, or lengths differ.
pub fn distance(first: &[Vec<f32>], second: &[Vec<f32>]) -> Result<f64, FrechetError> {
    if first.len() < 2 || second.len() < 2 {
        return Err(FrechetError::TooFew);
    }
    let length = first[0].len();
    if first.iter().chain(second).any(|vector| vector.len() != length) {
        return Err(FrechetError::Lengths);
    }
    let (mean_a, a) = centred(first);
    let (mean_b, b) = centred(second);
    let between: f64 = mean_a.iter().zip(&mean_b).map(|(a, b)| (a - b).powi(2)).sum();
    let trace = |matrix: &Matrix| matrix.values.iter().map(|value| value * value).sum::<f64>();
    let traces = trace(&a) + trace(&b);
    let product = factor(a).times_transposed(&factor(b));
    // Rounding can bring the distance of equal sets a hair below zero.
    Ok((between + traces - 2.0 * product.singular_value_sum()).max(0.0))
}

/// The mean, and the vectors less their mean over `sqrt(n - 1)`: their `Aᵀ A` is the sample covariance.
fn centred(vectors: &[Vec<f32>]) -> (Vec<f64>, Matrix) {
    let (count, columns) = (vectors.len() as f64, vectors[0].len());
    let mean: Vec<f64> =
        (0..columns).map(|column| vectors.iter().map(|vector| f64::from(vector[column])).sum::<f64>() / count).collect();
    let scale = (count - 1.0).sqrt();
    let values =
        vectors.iter().flat_map(|vector| vector.iter().zip(&mean).map(|(&value, mean)| (f64::from(value) - mean) / scale));
    let matrix = Matrix { columns, values: values.collect() };
    (mean, matrix)
}

/// The same matrix, or one with fewer rows and the same `Aᵀ A`.
fn factor(a: Matrix) -> Matrix {
    if a.rows() <= a.columns { a } else { a.gram().cholesky() }
}

impl Matrix {
    fn rows(&self) -> usize {
        self.values.len() / self.columns.max(1)
    }

    fn row(&self, row: usize) -> &[f64] {
        &self.values[row * self.columns..][..self.columns]
    }

    /// `A Bᵀ`.
    fn times_transposed(&self, other: &Self) -> Self {
        let values = (0..self.rows()).flat_map(|row| (0..other.rows()).map(move |column| (row, column)));
        let values = values.map(|(row, column)| dot(self.row(row), other.row(column))).collect();
        Self { columns: other.rows(), values }
    }

    /// `Aᵀ A`.
    fn gram(&self) -> Self {
        let n = self.columns;
        let mut values = vec![0.0; n * n];
        for row in self.values.chunks_exact(n) {
            for (x, line) in row.iter().zip(values.chunks_exact_mut(n)) {
                for (value, y) in line.iter_mut().zip(row) {
                    *value += x * y;
                }
            }
        }
        Self { columns: n, values }
    }

    /// `Lᵀ` with `L Lᵀ` equal to this symmetric matrix without negative eigenvalues; directions without variance give zeros.
    fn cholesky(&self) -> Self {
        let n = self.columns;
        let largest = (0..n).map(|at| self.values[at * n + at]).fold(0.0, f64::max);
        let mut upper = vec![0.0; n * n];
        for row in 0..n {
            for column in row..n {
                let known: f64 = (0..row).map(|above| upper[above * n + row] * upper[above * n + column]).sum();
                let left = self.values[row * n + column] - known;
                upper[row * n + column] = if column == row {
                    // Below this the pivot is rounding, and dividing by its root would blow it up.
                    if left > largest * 1e-13 { left.sqrt() } else { 0.0 }
                } else if upper[row * n + row] > 0.0 {
                    left / upper[row * n + row]
                } else {
                    0.0
                };
            }
        }
        Self { columns: n, values: upper }
    }

    /// Sum of the singular values by one-sided Jacobi rotations of the rows (Hestenes 1958): rows that are all at right
    /// angles have the singular values for lengths.
    fn singular_value_sum(mut self) -> f64 {
        let n = self.columns;
        // A handful of sweeps is usual; the limit only guards against values that are not numbers.
        for _sweep in 0..60 {
            let mut rotated = false;
            for second in 1..self.rows() {
                let (upper, lower) = self.values.split_at_mut(second * n);
                let y = &mut lower[..n];
                for x in upper.chunks_exact_mut(n) {
                    rotated |= made_orthogonal(x, y);
                }
            }
            if !rotated {
                break;
            }
        }
        self.values.chunks_exact(n).map(|row| dot(row, row).sqrt()).sum()
    }
}

/// Rotates two rows against each other until they are at right angles; whether they were not.
fn made_orthogonal(x: &mut [f64], y: &mut [f64]) -> bool {
    let (xx, yy, xy) = (dot(x, x), dot(y, y), dot(x, y));
    if xy.abs() <= 1e-14 * (xx * yy).sqrt() || xy == 0.0 {
        return false;
    }
    let zeta = (yy - xx) / (2.0 * xy);
    let tangent = zeta.signum() / (zeta.abs() + (1.0 + zeta * zeta).sqrt());
    let cosine = 1.0 / (1.0 + tangent * tangent).sqrt();
    let sine = cosine * tangent;
    for (x, y) in x.iter_mut().zip(y) {
        (*x, *y) = (cosine * *x - sine * *y, sine * *x + cosine * *y);
    }
    true
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors that the reference script makes as well.
    fn vectors(count: usize, length: usize, k: usize) -> Vec<Vec<f32>> {
        let value = |i: usize, j: usize| ((i * 37 + j * 101 + i * j * 17 + k * (i + 3) * (j + 5)) % 97) as f32 / 97.0;
        (0..count).map(|i| (0..length).map(|j| value(i, j)).collect()).collect()
    }

    /// `numpy.cov` and `scipy.linalg.sqrtm` 1.17 on the same vectors; where there are fewer vectors than values the root is
    /// only known to 1e-8 there, because the product has no full rank.
    #[test]
    fn the_distance_is_scipys() {
        let many = distance(&vectors(40, 6, 0), &vectors(50, 6, 3)).unwrap();
        assert!((many - 0.036_567_400_860_454_18).abs() < 1e-7, "{many}");
        let few = distance(&vectors(7, 12, 0), &vectors(9, 12, 3)).unwrap();
        assert!((few - 1.079_859_84).abs() < 1e-6, "{few}");
    }

    #[test]
    fn equal_sets_have_no_distance_and_shifted_ones_the_shift() {
        let vectors = vectors(20, 8, 1);
        assert!(distance(&vectors, &vectors).unwrap() < 1e-9);
        let shifted: Vec<Vec<f32>> = vectors.iter().map(|vector| vector.iter().map(|value| value + 0.5).collect()).collect();
        assert!((distance(&vectors, &shifted).unwrap() - 8.0 * 0.25).abs() < 1e-6);
        assert_eq!(distance(&vectors[..1], &vectors), Err(FrechetError::TooFew));
    }

    #[test]
    fn a_flat_direction_does_no_harm() {
        let mut flat = vectors(30, 5, 2);
        for vector in &mut flat {
            vector[3] = 1.0;
        }
        let found = distance(&flat, &vectors(30, 5, 4)).unwrap();
        assert!(found.is_finite() && found > 0.0);
    }
}
