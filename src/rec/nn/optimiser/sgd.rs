//! Stochastic gradient descent with momentum: `v ← μ v + g`, `θ ← θ − η v`.
//!
//! B. T. Polyak, *Some methods of speeding up the convergence of iteration methods*, USSR Computational Mathematics and
//! Mathematical Physics 4(5), 1964, <https://doi.org/10.1016/0041-5553(64)90137-5>.

use ndarray::Array2;

use super::sweep::{Rule, sweep};
use super::{Optimiser, named, zeros};
use crate::rec::linalg::Real;
use crate::rec::nn::Parameter;

/// Gradient descent with momentum.
#[derive(Debug, Clone)]
pub struct Sgd<F> {
    momentum: F,
    velocities: Vec<Array2<F>>,
}

impl<F: Real> Sgd<F> {
    /// For these parameters; `momentum` is μ, 0 for plain gradient descent.
    pub fn new(parameters: &[&mut Parameter<F>], momentum: f64) -> Self {
        Self { momentum: F::rounded(momentum), velocities: zeros(parameters) }
    }
}

impl<F: Real> Optimiser<F> for Sgd<F> {
    fn step(&mut self, parameters: &mut [&mut Parameter<F>], learning_rate: f64) {
        let rule = Step { momentum: self.momentum, rate: F::rounded(learning_rate) };
        for (parameter, velocity) in parameters.iter_mut().zip(&mut self.velocities) {
            sweep(parameter, [velocity], rule);
        }
    }

    fn memory(&mut self) -> Vec<(String, &mut Array2<F>)> {
        named("velocity", &mut self.velocities).collect()
    }
}

/// The constants of one step.
#[derive(Debug, Clone, Copy)]
struct Step<F> {
    momentum: F,
    rate: F,
}

impl<F: Real> Rule<F, 1> for Step<F> {
    #[inline(always)]
    fn step(self, value: F, gradient: F, [velocity]: [F; 1]) -> (F, [F; 1]) {
        let velocity = self.momentum * velocity + gradient;
        (value - self.rate * velocity, [velocity])
    }
}
