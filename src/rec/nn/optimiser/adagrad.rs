//! AdaGrad: each number's steps shrink with the gradients that it has seen, `θ ← θ − η g / √(β + Σ g²)`.
//!
//! J. Duchi, E. Hazan, Y. Singer, *Adaptive subgradient methods for online learning and stochastic optimization*, JMLR 12,
//! 2011, <https://jmlr.org/papers/v12/duchi11a.html>; the offset β as in Y. Wu et al., WSDM 2016, where it is 1.
//!
//! It is lazy: rows that are not filled stay as they are, so that a step costs what the mini-batch touches. Their penalty
//! waits until they are touched, too; a number that is rarely touched is hence penalised less.

use ndarray::Array2;

use super::sweep::{Rule, sweep_filled};
use super::{Optimiser, named, zeros};
use crate::rec::linalg::Real;
use crate::rec::nn::Parameter;

/// AdaGrad, on the filled rows only.
#[derive(Debug, Clone)]
pub struct AdaGrad<F> {
    offset: F,
    sums: Vec<Array2<F>>,
}

impl<F: Real> AdaGrad<F> {
    /// For these parameters; `offset` is β, positive.
    pub fn new(parameters: &[&mut Parameter<F>], offset: f64) -> Self {
        Self { offset: F::rounded(offset), sums: zeros(parameters) }
    }
}

impl<F: Real> Optimiser<F> for AdaGrad<F> {
    fn step(&mut self, parameters: &mut [&mut Parameter<F>], learning_rate: f64) {
        let rule = Step { offset: self.offset, rate: F::rounded(learning_rate) };
        for (parameter, sum) in parameters.iter_mut().zip(&mut self.sums) {
            sweep_filled(parameter, [sum], rule);
        }
    }

    fn memory(&mut self) -> Vec<(String, &mut Array2<F>)> {
        named("sum", &mut self.sums).collect()
    }
}

/// The constants of one step.
#[derive(Debug, Clone, Copy)]
struct Step<F> {
    offset: F,
    rate: F,
}

impl<F: Real> Rule<F, 1> for Step<F> {
    #[inline(always)]
    fn step(self, value: F, gradient: F, [sum]: [F; 1]) -> (F, [F; 1]) {
        let sum = sum + gradient * gradient;
        (value - self.rate * gradient / (self.offset + sum).sqrt(), [sum])
    }
}
