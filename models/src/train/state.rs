//! Everything that a run needs to go on where it stopped, as named arrays.

use std::collections::BTreeMap;

/// Named arrays; names begin with the network they belong to (`generator/model.1.weight`, `adam.generator/m/…`).
pub type State = BTreeMap<String, Array>;

/// One array.
#[derive(Debug, Clone, PartialEq)]
pub struct Array {
    /// Dimensions, the slowest first; empty for a single number.
    pub shape: Vec<usize>,
    /// Values in row-major order.
    pub values: Values,
}

/// The numbers of an array; bits are kept as they are.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Weights, moments, averages, pictures.
    F32(Vec<f32>),
    /// Counters.
    U64(Vec<u64>),
}

impl Array {
    /// An array of numbers.
    pub fn floats(shape: &[usize], values: Vec<f32>) -> Self {
        debug_assert_eq!(shape.iter().product::<usize>(), values.len());
        Self { shape: shape.to_vec(), values: Values::F32(values) }
    }

    /// A counter.
    pub fn counter(value: u64) -> Self {
        Self { shape: Vec::new(), values: Values::U64(vec![value]) }
    }

    /// The numbers, if they are floats.
    pub fn as_floats(&self) -> Option<&[f32]> {
        match &self.values {
            Values::F32(values) => Some(values),
            Values::U64(_) => None,
        }
    }

    /// The counter, if it is one.
    pub fn as_counter(&self) -> Option<u64> {
        match &self.values {
            Values::U64(values) => values.first().copied(),
            Values::F32(_) => None,
        }
    }
}
