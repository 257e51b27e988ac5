//! Adam: steps of the learning rate's size along the mean gradient, each number's by how much its gradients vary.
//!
//! D. P. Kingma, J. Ba, *Adam: A method for stochastic optimization*, ICLR 2015, <https://arxiv.org/abs/1412.6980>,
//! algorithm 1. The penalty counts as a part of the gradient.

use ndarray::Array2;

use super::sweep::{Rule, sweep};
use super::{Optimiser, named, zeros};
use crate::rec::linalg::Real;
use crate::rec::nn::Parameter;

/// Decay of the mean gradient, β₁.
const MEAN_DECAY: f64 = 0.9;
/// Decay of the mean squared gradient, β₂.
const SQUARE_DECAY: f64 = 0.999;
/// What keeps divisors from zero, ε.
const OFFSET: f64 = 1e-8;

/// Adam with the paper's constants β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸.
#[derive(Debug, Clone)]
pub struct Adam<F> {
    /// Number of steps, exact as long as it matters. Shape: `[1, 1]`.
    steps: Array2<F>,
    means: Vec<Array2<F>>,
    squares: Vec<Array2<F>>,
}

impl<F: Real> Adam<F> {
    /// For these parameters.
    pub fn new(parameters: &[&mut Parameter<F>]) -> Self {
        Self { steps: Array2::zeros((1, 1)), means: zeros(parameters), squares: zeros(parameters) }
    }
}

impl<F: Real> Optimiser<F> for Adam<F> {
    fn step(&mut self, parameters: &mut [&mut Parameter<F>], learning_rate: f64) {
        // In single precision it stays at 2²⁴, where the corrections are long 1.
        self.steps[[0, 0]] += F::one();
        let steps = self.steps[[0, 0]].to_double();
        let rule = Step {
            mean_decay: F::rounded(MEAN_DECAY),
            mean_share: F::rounded(1.0 - MEAN_DECAY),
            square_decay: F::rounded(SQUARE_DECAY),
            square_share: F::rounded(1.0 - SQUARE_DECAY),
            rate: F::rounded(learning_rate / (1.0 - MEAN_DECAY.powf(steps))),
            square_correction: F::rounded(1.0 / (1.0 - SQUARE_DECAY.powf(steps)).sqrt()),
            offset: F::rounded(OFFSET),
        };
        for ((parameter, mean), square) in parameters.iter_mut().zip(&mut self.means).zip(&mut self.squares) {
            sweep(parameter, [mean, square], rule);
        }
    }

    fn memory(&mut self) -> Vec<(String, &mut Array2<F>)> {
        let steps = std::iter::once(("steps".to_owned(), &mut self.steps));
        steps.chain(named("mean", &mut self.means)).chain(named("square", &mut self.squares)).collect()
    }
}

/// The constants of one step.
#[derive(Debug, Clone, Copy)]
struct Step<F> {
    mean_decay: F,
    mean_share: F,
    square_decay: F,
    square_share: F,
    /// η / (1 − β₁ᵗ).
    rate: F,
    /// 1 / √(1 − β₂ᵗ).
    square_correction: F,
    offset: F,
}

impl<F: Real> Rule<F, 2> for Step<F> {
    #[inline(always)]
    fn step(self, value: F, gradient: F, [mean, square]: [F; 2]) -> (F, [F; 2]) {
        let mean = self.mean_decay * mean + self.mean_share * gradient;
        let square = self.square_decay * square + self.square_share * (gradient * gradient);
        (value - self.rate * mean / (square.sqrt() * self.square_correction + self.offset), [mean, square])
    }
}
