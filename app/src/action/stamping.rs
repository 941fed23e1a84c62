//! What can be asked of the panel of stamps.

use super::Action;

/// A wish about stamps; laying one down is a wish about objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stamping {
    /// Show the stamps that fit these words.
    Search(String),
    /// Take the stamp of this name into the hand: the next click on the canvas lays it down. Without a name, put it away.
    Take(Option<String>),
}

impl From<Stamping> for Action {
    fn from(wish: Stamping) -> Self {
        Self::Stamping(wish)
    }
}
