//! Which stamps the drawing that is shown can take, and the one in the hand.

use std::sync::Arc;

use daub_models::card::Label;

use super::{State, objects};
use crate::action::Stamping;
use crate::document::{Kind, Placement};
use crate::stamps::{self, Stamp};

/// The panel of stamps.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shelf {
    /// What is searched for.
    pub search: String,
    /// The name of the stamp in the hand.
    taken: Option<String>,
}

/// A stamp that the drawing can take, with the colour of every part; a part without one is left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// The stamp.
    pub stamp: Arc<Stamp>,
    /// What it is shown with, sRGB.
    pub colours: Vec<Option<[u8; 3]>>,
}

/// What stamps are shown with where they are drawn as lines.
const LINE_COLOUR: [u8; 3] = [110, 110, 116];

impl State {
    /// The stamps that fit the drawing and what is searched for, the best first or group by group.
    pub fn offers(&self) -> Vec<Offer> {
        stamps::search(self.stamps.all(), &self.shelf.search).into_iter().filter_map(|stamp| self.offer(stamp)).collect()
    }

    /// A stamp in the colours of the drawing, if the drawing can take it.
    fn offer(&self, stamp: &Arc<Stamp>) -> Option<Offer> {
        let drawing = self.drawing();
        let colours = match drawing.document.canvas().kind() {
            Kind::Labels(_) => {
                let labels = drawing.model.as_ref().map_or(&[][..], |model| &model.card.labels);
                let colour = |ink| labels.iter().find(|label: &&Label| u32::from(label.id) == ink).map(|label| label.color);
                stamp.inks(labels)?.into_iter().map(|ink| ink.and_then(colour)).collect()
            }
            Kind::Sketch | Kind::Photo => vec![Some(LINE_COLOUR); stamp.parts.len()],
        };
        Some(Offer { stamp: stamp.clone(), colours })
    }

    /// The stamp in the hand, if the drawing can take it.
    pub fn taken(&self) -> Option<Offer> {
        self.offer_of(self.shelf.taken.as_deref()?)
    }

    /// The stamp of this name, if the drawing can take it.
    pub fn offer_of(&self, name: &str) -> Option<Offer> {
        self.offer(self.stamps.find(name)?)
    }

    /// How a stamp would stand with its foot at a canvas place, in pixels.
    pub fn standing_at(&self, stamp: &Stamp, foot: [f32; 2]) -> Placement {
        Placement::upright(foot, objects::natural_height_px(stamp, foot, &self.drawing().document))
    }

    pub(super) fn apply_to_stamps(&mut self, wish: Stamping) {
        match wish {
            Stamping::Add(stamp) => self.stamps.add(*stamp),
            Stamping::Search(words) => self.shelf.search = words,
            Stamping::Take(name) => self.shelf.taken = name,
        }
    }
}
