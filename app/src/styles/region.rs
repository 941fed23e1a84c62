//! A mask in JSON: its rectangle and the lengths of its runs, which are few because most masks are flat.

use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::document::{Mask, Rect};

/// Longest side of the rectangle of a mask in a file.
const MAX_SIDE: usize = 8192;

#[derive(Serialize, Deserialize)]
struct Runs {
    /// Left, top, right, bottom.
    rect: [usize; 4],
    /// Coverage and number of pixels, row after row.
    runs: Vec<(u8, usize)>,
}

pub(super) fn serialize<S: Serializer>(mask: &Arc<Mask>, serializer: S) -> Result<S::Ok, S::Error> {
    let Rect { left, top, right, bottom } = mask.rect();
    let runs = mask.coverage().chunk_by(|a, b| a == b).map(|run| (run[0], run.len())).collect();
    Runs { rect: [left, top, right, bottom], runs }.serialize(serializer)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<Mask>, D::Error> {
    let Runs { rect: [left, top, right, bottom], runs } = Runs::deserialize(deserializer)?;
    let sound = left <= right && top <= bottom && right <= MAX_SIDE && bottom <= MAX_SIDE;
    let rect = Rect { left, top, right, bottom };
    // Lengths are checked before memory is taken: a file may claim anything.
    let pixels = runs.iter().try_fold(0_usize, |sum, (_, length)| sum.checked_add(*length));
    if !sound || pixels != Some(rect.width() * rect.height()) {
        return Err(D::Error::custom("the runs of a mask do not fit its rectangle"));
    }
    let coverage = runs.into_iter().flat_map(|(value, length)| std::iter::repeat_n(value, length)).collect();
    Mask::new(rect, coverage).map(Arc::new).ok_or_else(|| D::Error::custom("a mask has the wrong size"))
}

#[cfg(test)]
mod tests {
    use crate::styles::Reach;

    #[test]
    fn masks_that_lie_about_their_size_are_refused() {
        for runs in ["[[255, 5]]", "[[255, 18446744073709551615], [0, 2]]", "[[1, 2], [3, 1]]"] {
            let text = format!(r#"{{"region": {{"rect": [0, 0, 2, 2], "runs": {runs}}}}}"#);
            assert!(serde_json::from_str::<Reach>(&text).is_err(), "{runs}");
        }
        let huge = r#"{"region": {"rect": [0, 0, 100000, 100000], "runs": [[255, 10000000000]]}}"#;
        assert!(serde_json::from_str::<Reach>(huge).is_err());
        assert!(serde_json::from_str::<Reach>(r#"{"region": {"rect": [0, 0, 2, 2], "runs": [[9, 4]]}}"#).is_ok());
    }
}
