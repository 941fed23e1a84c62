//! Which part of the composite changed since when, for whoever follows a document at a pace of their own.

use std::collections::VecDeque;

use super::Rect;

/// Changes beyond this are put together; asking for what lies further back gives too much, never too little. A frame
/// may have dozens, one for each sample of the pointer.
const MOST: usize = 1024;

/// The latest changes, the newest last.
#[derive(Debug, Clone, Default)]
pub(super) struct Changes {
    noted: VecDeque<(u64, Rect)>,
}

impl Changes {
    /// Notes the part that a revision changed; revisions come in order.
    pub(super) fn note(&mut self, revision: u64, rect: Rect) {
        self.noted.push_back((revision, rect));
        if self.noted.len() > MOST
            && let Some((_, oldest)) = self.noted.pop_front()
            && let Some((_, next)) = self.noted.front_mut()
        {
            *next = next.union(oldest);
        }
    }

    /// The parts that later revisions changed; what lies far apart is not put together.
    pub(super) fn since(&self, revision: u64) -> Vec<Rect> {
        let area = |rect: Rect| rect.width() * rect.height();
        let mut parts: Vec<Rect> = Vec::new();
        for (_, rect) in self.noted.iter().rev().take_while(|(changed, _)| *changed > revision) {
            match parts.last_mut() {
                Some(last) if area(last.union(*rect)) <= 2 * (area(*last) + area(*rect)) => *last = last.union(*rect),
                _ => parts.push(*rect),
            }
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dot(at: usize) -> Rect {
        Rect { left: at, top: 0, right: at + 1, bottom: 1 }
    }

    #[test]
    fn only_what_is_newer_counts_and_nothing_is_forgotten() {
        let mut changes = Changes::default();
        for revision in 1..=2000 {
            changes.note(revision, dot(revision as usize));
        }
        assert_eq!(changes.since(2000), []);
        assert_eq!(changes.since(1997), [Rect { left: 1998, top: 0, right: 2001, bottom: 1 }]);
        assert_eq!(changes.since(0), [Rect { left: 1, top: 0, right: 2001, bottom: 1 }]);
        assert!(changes.since(500)[0].left <= 501, "what lies far back may come with more");
        changes.note(2001, dot(9000));
        assert_eq!(changes.since(1998), [dot(9000), Rect { left: 1999, top: 0, right: 2001, bottom: 1 }]);
    }
}
