//! What the user should know now: messages that stack, so that none hides another.

/// A message to the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What happened.
    pub message: String,
    /// Whether something went wrong; errors stay until they are dismissed.
    pub is_error: bool,
}

impl Notice {
    /// News that go away by themselves.
    pub fn news(message: impl Into<String>) -> Self {
        Self { message: message.into(), is_error: false }
    }

    /// Something that went wrong.
    pub fn error(message: impl Into<String>) -> Self {
        Self { message: message.into(), is_error: true }
    }
}

/// More than this many at once would cover the picture; the oldest news give way first.
const MOST: usize = 5;

/// The messages that are shown, the oldest first.
#[derive(Debug, Clone, Default)]
pub struct Notices {
    shown: Vec<(u64, Notice)>,
    next: u64,
}

impl Notices {
    /// Shows a message; one that is shown already comes to the end again.
    pub fn tell(&mut self, notice: Notice) {
        self.shown.retain(|(_, known)| *known != notice);
        self.shown.push((self.next, notice));
        self.next += 1;
        while self.shown.len() > MOST {
            let news = self.shown.iter().position(|(_, notice)| !notice.is_error);
            self.shown.remove(news.unwrap_or(0));
        }
    }

    /// Takes a message away.
    pub fn dismiss(&mut self, id: u64) {
        self.shown.retain(|(known, _)| *known != id);
    }

    /// The messages with what stands for them, the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &Notice)> {
        self.shown.iter().map(|(id, notice)| (*id, notice))
    }

    /// The newest message.
    pub fn last(&self) -> Option<&Notice> {
        self.shown.last().map(|(_, notice)| notice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_outlast_news_and_nothing_is_told_twice() {
        let mut notices = Notices::default();
        notices.tell(Notice::error("the disk is full"));
        for index in 0..20 {
            notices.tell(Notice::news(format!("saved {}", index % 7)));
        }
        assert_eq!(notices.iter().count(), MOST);
        let (first, notice) = notices.iter().next().unwrap();
        assert_eq!(notice, &Notice::error("the disk is full"));
        let mut messages: Vec<&str> = notices.iter().map(|(_, notice)| notice.message.as_str()).collect();
        messages.sort_unstable();
        messages.dedup();
        assert_eq!(messages.len(), MOST);
        notices.dismiss(first);
        assert!(notices.iter().all(|(_, notice)| !notice.is_error));
    }
}
