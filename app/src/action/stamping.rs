//! What can be asked of the panel of stamps.

use super::Action;
use crate::stamps::Stamp;

/// A wish about stamps; laying one down is a wish about objects.
#[derive(Debug, Clone, PartialEq)]
pub enum Stamping {
    /// Has a stamp of the user's own at hand.
    Add(Box<Stamp>),
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
