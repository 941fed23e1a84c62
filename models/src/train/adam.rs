//! Adam with PyTorch's arithmetic (Kingma and Ba 2015; `torch.optim.Adam`), on flat vectors.

use burn::tensor::Tensor;

use super::net::{Tensors, floats, stored};
use super::{Array, State, TrainError};

/// Added to the root of the second moment.
const EPSILON: f64 = 1e-8;

/// The moments of one network's parameters.
pub(crate) struct Adam {
    beta1: f64,
    beta2: f64,
    /// Steps taken.
    count: u64,
    first: Tensors,
    second: Tensors,
}

impl Adam {
    pub(crate) fn new(values: &Tensors, beta1: f64, beta2: f64) -> Self {
        let zeros = || values.iter().map(Tensor::zeros_like).collect();
        Self { beta1, beta2, count: 0, first: zeros(), second: zeros() }
    }

    /// Forgets everything, as the official trainers do when more parameters begin to learn.
    pub(crate) fn reset(&mut self) {
        *self = Self::new(&self.first, self.beta1, self.beta2);
    }

    /// One step; a parameter without a gradient stays, with its moments.
    pub(crate) fn step(&mut self, values: &mut Tensors, gradients: Vec<Option<Tensor<1>>>, rate: f64) {
        self.count += 1;
        let correction = |beta: f64| 1.0 - beta.powf(self.count as f64);
        let (step_size, root) = (rate / correction(self.beta1), correction(self.beta2).sqrt());
        for (at, gradient) in gradients.into_iter().enumerate() {
            let Some(gradient) = gradient else { continue };
            let first = self.first[at].clone() * self.beta1 + gradient.clone() * (1.0 - self.beta1);
            let second = self.second[at].clone() * self.beta2 + gradient.clone() * gradient * (1.0 - self.beta2);
            values[at] = values[at].clone() - first.clone() / (second.clone().sqrt() / root + EPSILON) * step_size;
            (self.first[at], self.second[at]) = (first, second);
        }
    }

    pub(crate) fn save(&self, name: &str, state: &mut State) {
        state.insert(format!("{name}/count"), Array::counter(self.count));
        for (kind, vectors) in [("first", &self.first), ("second", &self.second)] {
            for (at, vector) in vectors.iter().enumerate() {
                let values = floats(vector);
                state.insert(format!("{name}/{kind}/{at}"), Array::floats(&[values.len()], values));
            }
        }
    }

    pub(crate) fn restore(&mut self, name: &str, state: &State) -> Result<(), TrainError> {
        let count = state.get(&format!("{name}/count")).and_then(Array::as_counter);
        self.count = count.ok_or_else(|| TrainError::State(format!("{name}/count is missing")))?;
        for (kind, vectors) in [("first", &mut self.first), ("second", &mut self.second)] {
            for (at, vector) in vectors.iter_mut().enumerate() {
                *vector = stored(state, &format!("{name}/{kind}/{at}"), vector.dims()[0], &vector.device())?;
            }
        }
        Ok(())
    }
}
