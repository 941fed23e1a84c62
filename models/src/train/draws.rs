//! Random numbers of a run, each from its own place: nothing depends on how many were drawn before.

use crate::random::Draws;

/// The stream for one use of one sample in one step.
///
/// # Example
/// ```
/// use daub_models::train::draws;
/// let coin = draws(1, 7, 0, "flip").uniform() < 0.5;
/// assert_eq!(coin, draws(1, 7, 0, "flip").uniform() < 0.5);
/// ```
pub fn draws(seed: u64, step: u64, sample: u64, usage: &str) -> Draws {
    // FNV-1a of the use, then one multiplication for each number, so that no two places share a stream by addition.
    let place =
        usage.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let place = (place ^ step).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    Draws::new(seed, (place ^ sample).wrapping_mul(0xd6e8_feb8_6659_fd93))
}

/// One number for everything of one use in one step: the seed of a pass's dropout.
pub(super) fn step_seed(seed: u64, step: u64, usage: &str) -> u64 {
    let mut stream = draws(seed, step, 0, usage);
    let bits = |stream: &mut Draws| (stream.uniform() * (1_u32 << 24) as f32) as u64;
    (bits(&mut stream) << 40) | (bits(&mut stream) << 16) | (bits(&mut stream) >> 8)
}
