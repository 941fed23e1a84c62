//! The values of a label map that nobody knows yet, and what each is taken for.

use std::collections::HashMap;
use std::sync::Arc;

use daub_models::palette::palettes;

use super::{LabelSet, MAX_VALUES, Memory, Raw, Value};
use crate::document::{Canvas, Ink};

/// A map is taken for smeared by a lossy format, and not for a photograph, up to this mean distance from the labels'
/// colours (root of the mean square over three channels). JPEG at quality 75 moves flat colours by about 4.
const MAX_SMEAR: f64 = 24.0;

/// The values of a label map, most frequent first, and what each means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Columns of the map.
    pub width: usize,
    /// Rows of the map.
    pub height: usize,
    /// One row a value.
    pub rows: Vec<Row>,
    /// Label sets to choose from; never empty.
    pub sets: Vec<LabelSet>,
    /// The chosen one.
    pub set: usize,
    /// Whether colours were smeared, so that each pixel was taken for the nearest label's.
    pub smeared: bool,
    /// For each pixel the number of its row.
    pixels: Arc<[u16]>,
}

/// One value and what it is taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What the file holds.
    pub value: Value,
    /// The colour that the file shows it in, if any.
    pub colour: Option<[u8; 3]>,
    /// Pixels that hold it.
    pub count: usize,
    /// The label.
    pub label: u8,
    /// Whether the label is certain (its own colour or id), and not the nearest or a remembered one.
    pub certain: bool,
}

impl Table {
    /// The values of a file; `None` when there are far too many and they are far from every label.
    pub(super) fn of(raw: &Raw, sets: &[LabelSet], memory: &Memory) -> Option<Self> {
        let (width, height) = (raw.width, raw.height);
        let table = |rows, pixels, set, smeared| Self { width, height, rows, sets: sets.to_vec(), set, smeared, pixels };
        if let Some((rows, pixels)) = counted(raw.values()) {
            let share = |set: &LabelSet| -> usize {
                rows.iter().filter(|row| certain(row.value, set).is_some()).map(|row| row.count).sum()
            };
            // The first of equals is the one that the user paints with.
            let set = (0..sets.len()).rev().max_by_key(|index| share(&sets[*index])).unwrap_or(0);
            let mut table = table(rows, pixels, set, false);
            table.guess(memory);
            return Some(table);
        }
        let colours = raw.colours.as_ref()?;
        let smears = sets.iter().map(|set| smear(colours, set)).collect::<Vec<f64>>();
        let set = (0..sets.len()).min_by(|a, b| smears[*a].total_cmp(&smears[*b]))?;
        if smears[set] > MAX_SMEAR {
            return None;
        }
        let nearest =
            |colour: &[u8; 3]| sets[set].nearest(*colour).map_or(*colour, |(id, _)| sets[set].labels[usize::from(id)].color);
        let (rows, pixels) = counted(colours.iter().map(|colour| Value::Colour(nearest(colour))))?;
        let mut table = table(rows, pixels, set, true);
        table.guess(memory);
        Some(table)
    }

    /// Chooses another label set and takes a guess at every row.
    pub fn choose_set(&mut self, set: usize, memory: &Memory) {
        if set < self.sets.len() {
            self.set = set;
            self.guess(memory);
        }
    }

    /// The chosen label set.
    pub fn chosen(&self) -> &LabelSet {
        &self.sets[self.set]
    }

    /// The label of each pixel by the rows as they are; `None` only for a table without pixels.
    pub fn canvas(&self) -> Option<Canvas> {
        let labels = self.pixels.iter().map(|row| Ink::from(self.rows[usize::from(*row)].label)).collect();
        Canvas::from_pixels(self.chosen().kind.clone(), self.width, self.height, labels)
    }

    /// The share of pixels in a row.
    pub fn share(&self, row: &Row) -> f32 {
        row.count as f32 / self.pixels.len().max(1) as f32
    }

    fn guess(&mut self, memory: &Memory) {
        let set = &self.sets[self.set];
        for row in &mut self.rows {
            let sure = certain(row.value, set);
            row.certain = sure.is_some();
            row.label = sure
                .or_else(|| memory.recall(set, row.value))
                .or_else(|| same_name(row.colour?, set))
                .or_else(|| Some(set.nearest(row.colour?)?.0))
                .unwrap_or(0);
        }
        // What is asked comes first, then the largest.
        let mut order: Vec<usize> = (0..self.rows.len()).collect();
        order.sort_by_key(|&index| (self.rows[index].certain, std::cmp::Reverse(self.rows[index].count)));
        let mut places = vec![0_u16; order.len()];
        for (place, &index) in (0..).zip(&order) {
            places[index] = place;
        }
        self.rows = order.iter().map(|&index| self.rows[index].clone()).collect();
        self.pixels = self.pixels.iter().map(|&row| places[usize::from(row)]).collect();
    }
}

/// The label that a value stands for beyond doubt.
fn certain(value: Value, set: &LabelSet) -> Option<u8> {
    match value {
        Value::Id(id) => set.label_of_id(id),
        Value::Colour(colour) => set.exact(colour),
    }
}

/// Rows for the different values, and for each pixel its row; `None` when they are too many.
fn counted(values: impl Iterator<Item = Value>) -> Option<(Vec<Row>, Arc<[u16]>)> {
    let mut numbers: HashMap<Value, u16> = HashMap::new();
    let mut rows: Vec<Row> = Vec::new();
    let mut pixels = Vec::new();
    for value in values {
        let number = *numbers.entry(value).or_insert(rows.len() as u16);
        if usize::from(number) == rows.len() {
            if rows.len() == MAX_VALUES {
                return None;
            }
            let colour = if let Value::Colour(colour) = value { Some(colour) } else { None };
            rows.push(Row { value, colour, count: 0, label: 0, certain: false });
        }
        rows[usize::from(number)].count += 1;
        pixels.push(number);
    }
    Some((rows, pixels.into()))
}

/// Root of the mean squared distance of a sample of pixels from the nearest label's colour.
fn smear(colours: &[[u8; 3]], set: &LabelSet) -> f64 {
    let step = (colours.len() / 20_000).max(1);
    let distances = colours.iter().step_by(step).filter_map(|colour| set.nearest(*colour)).map(|(_, squared)| f64::from(squared));
    let (sum, count) = distances.fold((0.0, 0), |(sum, count), squared| (sum + squared, count + 1));
    if count == 0 { f64::INFINITY } else { (sum / f64::from(count) / 3.0).sqrt() }
}

/// The label that is called as the one with this colour in a published set: sky is sky in all of them.
fn same_name(colour: [u8; 3], set: &LabelSet) -> Option<u8> {
    palettes().iter().find_map(|palette| {
        let name = palette.labels().into_iter().find(|label| label.color == colour)?.name;
        set.labels.iter().find(|label| label.name == name).map(|label| label.id)
    })
}
