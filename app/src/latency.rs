//! How long it takes from the hand to the photograph on screen.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::generate::Stamp;

/// States without a photograph that are remembered at most; a pen at rest makes none.
const MOST_WAITING: usize = 512;

/// Times that are kept for the median and the slowest.
const RECENT: usize = 100;

/// Times from the frame that received the pointer's samples to the end of the frame that shows their photograph.
///
/// The system hands samples over at the beginning of a frame: they may have waited one frame longer than is measured.
/// A state that was passed over, because a newer one was there, is not counted: its photograph never was.
#[derive(Debug, Default)]
pub struct Latency {
    /// States of the drawing that no photograph shows yet, with the beginning of the frame that made them.
    waiting: VecDeque<(Stamp, Instant)>,
    /// The newest state that was noticed.
    newest: Option<Stamp>,
    /// When the state was made whose photograph the frame under way draws.
    drawing: Option<Instant>,
    /// The last times, the newest at the end.
    recent: VecDeque<Duration>,
}

impl Latency {
    /// A frame begins, so what the frame before it drew is on screen. Returns that photograph's time, if there was one.
    pub fn frame_began(&mut self, now: Instant) -> Option<Duration> {
        let time = now.saturating_duration_since(self.drawing.take()?);
        if self.recent.len() == RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(time);
        Some(time)
    }

    /// The drawing is in this state in a frame that began at `frame`; only a new state counts.
    ///
    /// The first state of a drawing was made by no hand.
    pub fn is_at(&mut self, stamp: Stamp, frame: Instant) {
        let before = self.newest.replace(stamp);
        if before.is_some_and(|before| before.document == stamp.document && before.revision != stamp.revision) {
            if self.waiting.len() == MOST_WAITING {
                self.waiting.pop_front();
            }
            self.waiting.push_back((stamp, frame));
        }
    }

    /// The frame under way draws the photograph of this state, full or preview; only the first one counts.
    pub fn shows(&mut self, stamp: Stamp) {
        if let Some(at) = self.waiting.iter().position(|(waiting, _)| *waiting == stamp) {
            self.drawing = self.waiting.drain(..=at).next_back().map(|(_, frame)| frame);
        }
    }

    /// The newest time, the median and the slowest of the last hundred.
    pub fn times(&self) -> Option<[Duration; 3]> {
        let mut sorted: Vec<Duration> = self.recent.iter().copied().collect();
        sorted.sort_unstable();
        Some([*self.recent.back()?, sorted[sorted.len() / 2], *sorted.last()?])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(document: u64, revision: u64) -> Stamp {
        Stamp { document, revision }
    }

    #[test]
    fn a_photograph_is_timed_from_the_frame_of_its_samples_to_the_next_frame() {
        let start = Instant::now();
        let at = |ms: u64| start + Duration::from_millis(ms);
        let mut latency = Latency::default();
        latency.is_at(stamp(1, 7), at(0));
        latency.shows(stamp(1, 7));
        assert_eq!(latency.frame_began(at(10)), None, "the picture of a drawing that was opened has no hand to wait for");
        for revision in 8..12 {
            latency.is_at(stamp(1, revision), at(10 * (revision - 7)));
            latency.is_at(stamp(1, revision), at(500));
        }
        // Three states were passed over; the photograph shows the one of the frame at 30.
        latency.shows(stamp(1, 10));
        assert_eq!(latency.frame_began(at(75)), Some(Duration::from_millis(45)));
        latency.shows(stamp(1, 10));
        assert_eq!(latency.frame_began(at(90)), None, "the full picture after the preview is not the first");
        latency.shows(stamp(1, 11));
        assert_eq!(latency.frame_began(at(140)), Some(Duration::from_millis(100)));
        assert_eq!(latency.times(), Some([100, 100, 100].map(Duration::from_millis)), "newest, median and slowest");
        // Another drawing comes to the front with a picture that is there already.
        latency.is_at(stamp(2, 3), at(150));
        latency.shows(stamp(2, 3));
        assert_eq!(latency.frame_began(at(160)), None);
    }

    #[test]
    fn a_pen_without_a_model_takes_no_memory() {
        let mut latency = Latency::default();
        for revision in 0..10_000 {
            latency.is_at(stamp(1, revision), Instant::now());
        }
        assert!(latency.waiting.len() <= MOST_WAITING);
    }
}
