//! Fakes of earlier steps, so that a discriminator does not forget them (Shrivastava et al. 2017; `ImagePool`).

use burn::tensor::{Device, Tensor, TensorData};

use super::draws::draws;
use super::net::floats;
use super::{Array, State, TrainError, Values};

/// A store of fakes; part of the checkpoint.
pub(super) struct Pool {
    name: &'static str,
    size: usize,
    /// `[1, 3, height, width]` each, without gradients.
    kept: Vec<Tensor<4>>,
}

impl Pool {
    pub(super) fn new(name: &'static str, size: usize) -> Self {
        Self { name, size, kept: Vec::new() }
    }

    /// What the discriminator is shown instead of `fresh`: while the pool fills the same pictures, later for every other
    /// one an older picture whose place it takes.
    pub(super) fn exchange(&mut self, fresh: &Tensor<4>, seed: u64, step: u64) -> Tensor<4> {
        if self.size == 0 {
            return fresh.clone();
        }
        let shown = (0..fresh.dims()[0]).map(|sample| {
            let picture = fresh.clone().narrow(0, sample, 1);
            if self.kept.len() < self.size {
                self.kept.push(picture.clone());
                return picture;
            }
            let mut stream = draws(seed, step, sample as u64, self.name);
            if stream.uniform() <= 0.5 {
                return picture;
            }
            let at = (stream.uniform() * self.size as f32) as usize;
            std::mem::replace(&mut self.kept[at], picture)
        });
        Tensor::cat(shown.collect(), 0)
    }

    pub(super) fn save(&self, state: &mut State) {
        for (at, picture) in self.kept.iter().enumerate() {
            state.insert(format!("{}/{at:05}", self.name), Array::floats(&picture.dims(), floats(picture)));
        }
    }

    pub(super) fn restore(&mut self, state: &State, device: &Device) -> Result<(), TrainError> {
        let prefix = format!("{}/", self.name);
        let arrays = state.range(prefix.clone()..).take_while(|(name, _)| name.starts_with(&prefix));
        let picture = |(name, array): (&String, &Array)| match (&array.values, <[usize; 4]>::try_from(array.shape.as_slice())) {
            (Values::F32(values), Ok(shape)) => Ok(Tensor::from_data(TensorData::new(values.clone(), shape), device)),
            _ => Err(TrainError::State(format!("{name} is no picture"))),
        };
        self.kept = arrays.map(picture).collect::<Result<_, _>>()?;
        Ok(())
    }
}
