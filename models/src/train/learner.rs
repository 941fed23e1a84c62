//! A network with what makes it learn: its optimiser, its moving average, and the scale of its losses.

use burn::tensor::{Device, Tensor};

use crate::graph::Graph;

use super::adam::Adam;
use super::net::{Net, Tensors, floats, stored};
use super::{Array, Config, Precision, State, TrainError};

/// Loss scale that float16 gradients begin with, and the steps without overflow after which it doubles.
const FIRST_SCALE: f32 = 4096.0;
const CALM_STEPS: u64 = 1000;

/// One learning network.
pub(crate) struct Learner {
    name: &'static str,
    pub(crate) net: Net,
    adam: Adam,
    average: Option<Average>,
    scale: Option<Scale>,
    checkpointing: bool,
    /// The last gradients, for tests that compare them.
    #[cfg(test)]
    pub(crate) seen: Vec<Option<Tensor<1>>>,
}

/// A moving average of the values, which paints better than the last ones.
struct Average {
    decay: f64,
    values: Tensors,
}

/// What the loss is multiplied with, so that small gradients survive float16; follows what does not overflow.
struct Scale {
    factor: f32,
    calm: u64,
}

impl Learner {
    /// A new network under `name`, which its draws and its part of the state carry; generators are `averaged`.
    pub(crate) fn new(
        name: &'static str,
        graph: Graph,
        config: &Config,
        device: &Device,
        averaged: bool,
    ) -> Result<Self, TrainError> {
        let net = Net::new(graph, name, config.seed, device)?;
        let adam = Adam::new(&net.values, config.schedule.beta1, config.schedule.beta2);
        let decay = config.schedule.average;
        let average = (averaged && decay > 0.0).then(|| Average { decay, values: net.values.clone() });
        let scale = (config.precision == Precision::Mixed).then_some(Scale { factor: FIRST_SCALE, calm: 0 });
        Ok(Self {
            name,
            net,
            adam,
            average,
            scale,
            checkpointing: config.checkpointing,
            #[cfg(test)]
            seen: Vec::new(),
        })
    }

    /// The values on a new gradient tape; those that `fixed` names stay constants.
    pub(crate) fn leaves(&self, fixed: impl Fn(&str) -> bool) -> Tensors {
        self.net.leaves(self.checkpointing, fixed)
    }

    /// What paints: the moving average, or the last values without one.
    pub(crate) fn best(&self) -> &Tensors {
        self.average.as_ref().map_or(&self.net.values, |average| &average.values)
    }

    /// Forgets the optimiser's moments.
    pub(crate) fn reset_optimiser(&mut self) {
        self.adam.reset();
    }

    /// Starts the average anew at the last values.
    pub(crate) fn reset_average(&mut self) {
        if let Some(average) = &mut self.average {
            average.values.clone_from(&self.net.values);
        }
    }

    /// The factor that a loss of this network is multiplied with before [`learn`], if it is scaled.
    fn factor(&self) -> Option<f32> {
        self.scale.as_ref().map(|scale| scale.factor)
    }

    /// Takes one step along gradients that were multiplied with `factor`.
    fn follow(&mut self, mut gradients: Vec<Option<Tensor<1>>>, factor: f32, rate: f64, step: u64) {
        if let Some(scale) = &mut self.scale {
            let squares = gradients.iter().flatten().map(|gradient| (gradient.clone() * gradient.clone()).sum());
            let total = squares.reduce(|a, b| a + b).map_or(0.0, |total| floats(&total).first().copied().unwrap_or(f32::NAN));
            if !total.is_finite() {
                // An overflow: this step is left out, and the next ones are more careful.
                *scale = Scale { factor: (scale.factor / 2.0).max(1.0), calm: 0 };
                return;
            }
            scale.calm += 1;
            if scale.calm >= CALM_STEPS {
                *scale = Scale { factor: (scale.factor * 2.0).min(65_536.0), calm: 0 };
            }
            gradients.iter_mut().flatten().for_each(|gradient| *gradient = gradient.clone() / factor);
        }
        #[cfg(test)]
        self.seen.clone_from(&gradients);
        self.adam.step(&mut self.net.values, gradients, rate);
        if let Some(average) = &mut self.average {
            // Early on the average follows closely, or it would remember the random start for a thousand steps.
            let decay = average.decay.min((1.0 + step as f64) / (10.0 + step as f64));
            for (old, new) in average.values.iter_mut().zip(&self.net.values) {
                *old = old.clone() * decay + new.clone() * (1.0 - decay);
            }
        }
    }

    pub(crate) fn save(&self, state: &mut State) {
        self.net.save(self.name, state);
        self.adam.save(&format!("adam.{}", self.name), state);
        for (parameter, value) in self.net.parameters().iter().zip(self.average.iter().flat_map(|average| &average.values)) {
            state.insert(format!("average.{}/{}", self.name, parameter.key), Array::floats(&parameter.shape, floats(value)));
        }
        if let Some(scale) = &self.scale {
            state.insert(format!("scale.{}/factor", self.name), Array::floats(&[1], vec![scale.factor]));
            state.insert(format!("scale.{}/calm", self.name), Array::counter(scale.calm));
        }
    }

    pub(crate) fn restore(&mut self, state: &State) -> Result<(), TrainError> {
        self.net.restore(self.name, state)?;
        self.adam.restore(&format!("adam.{}", self.name), state)?;
        let keys: Vec<String> = self.net.parameters().iter().map(|p| format!("average.{}/{}", self.name, p.key)).collect();
        for (key, value) in keys.iter().zip(self.average.iter_mut().flat_map(|average| &mut average.values)) {
            *value = stored(state, key, value.dims()[0], &value.device())?;
        }
        if let Some(scale) = &mut self.scale {
            let name = format!("scale.{}", self.name);
            let factor = state.get(&format!("{name}/factor")).and_then(|array| array.as_floats()?.first().copied());
            let calm = state.get(&format!("{name}/calm")).and_then(Array::as_counter);
            let missing = || TrainError::State(format!("{name} is missing"));
            *scale = Scale { factor: factor.ok_or_else(missing)?, calm: calm.ok_or_else(missing)? };
        }
        Ok(())
    }
}

/// Goes back from a loss to every network in `learners` whose leaves it was computed from, and takes a step in each.
pub(crate) fn learn(loss: &Tensor<1>, learners: &mut [(&mut Learner, &Tensors)], rate: f64, step: u64) {
    let factor = learners.first().and_then(|(learner, _)| learner.factor());
    let mut gradients = factor.map_or_else(|| loss.backward(), |factor| (loss.clone() * factor).backward());
    let factor = factor.unwrap_or(1.0);
    for (learner, leaves) in learners {
        let found = leaves.iter().map(|leaf| if leaf.is_autodiff() { leaf.grad_remove(&mut gradients) } else { None }).collect();
        learner.follow(found, factor, rate, step);
    }
}
