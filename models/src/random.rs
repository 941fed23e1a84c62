//! Random numbers that depend on nothing but a seed and a place, so that any picture can be made again.

/// A stream of draws for one use.
#[derive(Debug, Clone)]
pub struct Draws {
    state: u64,
}

impl Draws {
    /// The stream of `seed` for the use `place`.
    pub fn new(seed: u64, place: u64) -> Self {
        Self { state: mixed(seed ^ mixed(place)) }
    }

    /// Uniform in [0, 1).
    pub fn uniform(&mut self) -> f32 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        (mixed(self.state) >> 40) as f32 / (1_u64 << 24) as f32
    }

    /// Standard normal (Box and Muller 1958).
    pub fn normal(&mut self) -> f32 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f32::consts::TAU * self.uniform()).cos()
    }

    /// Zero with this probability, else `1 / (1 - probability)`.
    pub fn dropout_mask(mut self, count: usize, probability: f32) -> Vec<f32> {
        let kept = 1.0 / (1.0 - probability);
        (0..count).map(|_| if self.uniform() < probability { 0.0 } else { kept }).collect()
    }
}

/// A random code for a network that reads one ([`crate::graph::Plane::Code`]): standard normal values.
pub fn code(seed: u64, channels: usize) -> std::sync::Arc<[f32]> {
    let mut draws = Draws::new(seed, channels as u64);
    (0..channels).map(|_| draws.normal()).collect()
}

/// The code at a share of the way between two, along the great circle (White 2016), where codes are as long as those that
/// a network was trained with; a straight line would pass nearer to the middle.
pub fn between(from: &[f32], to: &[f32], share: f32) -> Vec<f32> {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    let lengths = (dot(from, from) * dot(to, to)).sqrt();
    let angle = if lengths > 0.0 { (dot(from, to) / lengths).clamp(-1.0, 1.0).acos() } else { 0.0 };
    let share = f64::from(share);
    let (first, second) = match angle.sin() {
        // Codes in one direction, or opposite ones, have no circle.
        sine if sine < 1e-6 => (1.0 - share, share),
        sine => (((1.0 - share) * angle).sin() / sine, (share * angle).sin() / sine),
    };
    from.iter().zip(to).map(|(a, b)| (first * f64::from(*a) + second * f64::from(*b)) as f32).collect()
}

/// The output step of splitmix64 (Steele et al. 2014).
fn mixed(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_between_codes_keeps_their_length() {
        let (from, to) = (code(1, 128), code(2, 128));
        let length = |code: &[f32]| code.iter().map(|value| value * value).sum::<f32>().sqrt();
        assert_eq!(between(&from, &to, 0.0), from.to_vec());
        let middle = length(&between(&from, &to, 0.5));
        assert!((middle - f32::midpoint(length(&from), length(&to))).abs() < 0.05 * middle, "{middle}");
        assert_eq!(between(&from, &from, 0.3).len(), 128);
        assert!(between(&from, &from, 0.3).iter().zip(&*from).all(|(a, b)| (a - b).abs() < 1e-5));
    }

    #[test]
    fn codes_are_standard_normal_and_follow_the_seed() {
        let values = code(3, 4096);
        let mean = values.iter().sum::<f32>() / 4096.0;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f32>() / 4096.0;
        assert!(mean.abs() < 0.05 && (variance - 1.0).abs() < 0.1, "{mean} {variance}");
        assert_eq!(values, code(3, 4096));
        assert_ne!(values, code(4, 4096));
    }
}
