//! What differs from the last input, brought to the device.

use std::collections::BTreeMap;

use daub_models::Input;
use daub_models::executor::ExecuteError;
use daub_models::input::InputError;
use daub_models::planes::plane_values;

use super::Engine;
use crate::pass::Upload;

/// One uploaded plane as the device has it.
pub(super) struct Plane {
    kind: Upload,
    words: Vec<u32>,
}

impl Plane {
    pub(super) fn new(kind: Upload) -> Self {
        Self { kind, words: Vec::new() }
    }
}

impl Engine {
    /// Writes the words between the first and the last that differ, plane by plane.
    pub(super) fn upload(&mut self, input: &Input) -> Result<(), ExecuteError> {
        for (plane, buffer) in self.planes.iter_mut().zip(&self.bound.uploads) {
            let words = words(input, plane.kind)?;
            let known = plane.words.len() == words.len();
            let differs = |at: &usize| !known || plane.words[*at] != words[*at];
            let first = (0..words.len()).find(differs);
            if let Some(first) = first {
                let last = (0..words.len()).rfind(differs).unwrap_or(first);
                let changed = bytemuck::cast_slice(&words[first..=last]);
                self.context.queue.write_buffer(buffer, first as u64 * 4, changed);
            }
            plane.words = words;
        }
        Ok(())
    }
}

/// A plane as the shaders read it.
fn words(input: &Input, kind: Upload) -> Result<Vec<u32>, ExecuteError> {
    let missing = |name| ExecuteError::Input(InputError::MissingPlane(name));
    match kind {
        Upload::Labels => {
            let labels = input.labels.as_deref().ok_or(missing("a label map"))?;
            let word = |labels: &[u8]| labels.iter().rev().fold(0, |word, &label| word << 8 | u32::from(label));
            Ok(labels.chunks(4).map(word).collect())
        }
        Upload::Planes(plane) => Ok(plane_values(input, plane)?.into_iter().map(f32::to_bits).collect()),
        Upload::Instances => Ok(runs(input.instances.as_deref().ok_or(missing("an instance map"))?)),
    }
}

/// Ends of each instance's run, as many as there are pixels, then the pixels sorted by instance.
fn runs(instances: &[u32]) -> Vec<u32> {
    let mut places: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (at, &id) in (0..).zip(instances) {
        places.entry(id).or_default().push(at);
    }
    let pixels = instances.len() as u32;
    let mut ends: Vec<u32> = places
        .values()
        .scan(0, |end, members| {
            *end += members.len() as u32;
            Some(*end)
        })
        .collect();
    ends.resize(instances.len(), pixels);
    ends.extend(places.into_values().flatten());
    ends
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_packed_from_the_low_byte() {
        let input = Input::from_labels(5, 1, vec![1, 2, 3, 4, 5]);
        assert_eq!(words(&input, Upload::Labels).unwrap(), [0x0403_0201, 5]);
    }

    #[test]
    fn instances_become_runs() {
        assert_eq!(runs(&[7, 3, 7, 7]), [1, 4, 4, 4, 1, 0, 2, 3]);
    }
}
