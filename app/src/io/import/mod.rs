//! Label maps from elsewhere: PNGs of ids, pictures in the colours of a label set, palette PNGs, instance maps.
//!
//! A file is read into a [`Raw`] (what each pixel holds), which is then measured against the label sets of the models
//! that are there ([`LabelSet`]). Where every value is known the map simply opens; otherwise it becomes a [`Table`]
//! of the values that were found, and the user says what they mean.

mod memory;
mod raw;
mod table;

pub use memory::Memory;
pub use raw::{Raw, Value};
pub use table::{Row, Table};

use daub_models::card::{Card, Label};

use crate::document::{Canvas, Ink, Kind};

/// More values than this are colours of a photograph, or smeared by a lossy format.
pub const MAX_VALUES: usize = 256;

/// The labels that a map may hold, with their colours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelSet {
    /// What drawings with these labels hold.
    pub kind: Kind,
    /// Name for people.
    pub title: String,
    /// The labels by id, without gaps.
    pub labels: Vec<Label>,
}

/// What came of measuring a file against label sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Every pixel's label is known.
    Labels(Canvas),
    /// Some values are unknown: the user should be asked.
    Unknown(Table),
    /// So many colours, and so far from every label's, that it is no label map.
    Photograph,
}

impl LabelSet {
    /// The labels that a model with this card paints; `None` for models that read colours.
    pub fn of(card: &Card) -> Option<Self> {
        let kind = Kind::from(card.drawing_kind());
        kind.is_labels().then(|| Self { kind, title: card.title.clone(), labels: card.labels.clone() })
    }

    /// One set for every kind of label drawing that models can paint, `preferred` first.
    pub fn all<'a>(cards: impl IntoIterator<Item = &'a Card>, preferred: &Kind) -> Vec<Self> {
        let mut sets: Vec<Self> = Vec::new();
        for set in cards.into_iter().filter_map(Self::of) {
            if !sets.iter().any(|known| known.kind == set.kind) {
                sets.push(set);
            }
        }
        sets.sort_by_key(|set| set.kind != *preferred);
        sets
    }

    /// The label with exactly this colour. Several share black in Cityscapes: one that models know comes first.
    fn exact(&self, colour: [u8; 3]) -> Option<u8> {
        let mut same = self.labels.iter().filter(|label| label.color == colour);
        let first = same.clone().next()?;
        Some(same.find(|label| label.trained).unwrap_or(first).id)
    }

    /// The label whose colour is nearest, and its squared distance.
    fn nearest(&self, colour: [u8; 3]) -> Option<(u8, u32)> {
        let squared = |other: [u8; 3]| colour.iter().zip(other).map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum::<u32>();
        let distance = |label: &&Label| (squared(label.color), !label.trained);
        self.labels.iter().min_by_key(distance).map(|label| (label.id, squared(label.color)))
    }

    /// The label that an id stands for; ids from 1000 on are instances, `class * 1000 + number`.
    fn label_of_id(&self, id: u32) -> Option<u8> {
        let class = if id >= 1000 { id / 1000 } else { id };
        ((class as usize) < self.labels.len()).then_some(class as u8)
    }
}

/// Measures a file against label sets. Where labels are painted the first set is that of the drawing, and unknown values
/// are worth asking about; elsewhere only a picture wholly in the colours of a set is a label map.
pub fn find(raw: &Raw, sets: &[LabelSet], paints_labels: bool, memory: &Memory) -> Found {
    let canvas = |set: &LabelSet, ids: Vec<Ink>| Canvas::from_pixels(set.kind.clone(), raw.width, raw.height, ids);
    for (index, set) in sets.iter().enumerate() {
        // Any small ids fit any set, so only the set that is painted with may claim them; colours speak for themselves.
        let own = index == 0 && paints_labels;
        let ids = own.then(|| exact_ids(raw, set)).flatten();
        let speaking = || exact_colours(raw, set).filter(|_| own || is_telling(raw));
        if let Some(canvas) = ids.or_else(speaking).and_then(|ids| canvas(set, ids)) {
            return Found::Labels(canvas);
        }
    }
    let table = paints_labels.then(|| Table::of(raw, sets, memory)).flatten();
    table.map_or(Found::Photograph, Found::Unknown)
}

/// Ids as they are, when the set has a label for each and the file's colours do not tell otherwise.
fn exact_ids(raw: &Raw, set: &LabelSet) -> Option<Vec<Ink>> {
    let ids = raw.ids.as_ref()?;
    let labels: Vec<Ink> = ids.iter().map(|id| set.label_of_id(*id).map(Ink::from)).collect::<Option<_>>()?;
    if let Some(colours) = &raw.colours {
        // A palette PNG, or gray as colours. Its indices are ids unless its colours are those of other labels.
        let agree = |(label, colour): (&Ink, &[u8; 3])| set.labels[*label as usize].color == *colour;
        let known = colours.iter().filter(|colour| set.exact(**colour).is_some()).count();
        if known * 2 > colours.len() && !labels.iter().zip(colours).all(agree) {
            return None;
        }
    }
    Some(labels)
}

fn exact_colours(raw: &Raw, set: &LabelSet) -> Option<Vec<Ink>> {
    let mut last = None;
    let label = |colour: &[u8; 3]| {
        // Neighbours are mostly equal.
        match last {
            Some((known, label)) if known == *colour => Some(label),
            _ => {
                let label = Ink::from(set.exact(*colour)?);
                last = Some((*colour, label));
                Some(label)
            }
        }
    };
    raw.colours.as_ref()?.iter().map(label).collect()
}

/// Whether a file has enough different colours to say which set it belongs to; black on white fits several.
fn is_telling(raw: &Raw) -> bool {
    let Some(colours) = &raw.colours else { return false };
    let mut seen: Vec<[u8; 3]> = Vec::new();
    for colour in colours {
        if !seen.contains(colour) {
            seen.push(*colour);
        }
        if seen.len() >= 3 {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests;
