//! How parameters move against their gradients.

mod adagrad;
mod adam;
mod kind;
mod rprop;
mod sgd;
mod sweep;
#[cfg(test)]
mod tests;

use ndarray::Array2;

pub use adagrad::AdaGrad;
pub use adam::Adam;
pub use kind::OptimiserKind;
pub use rprop::RProp;
pub use sgd::Sgd;

use super::Parameter;
use crate::rec::linalg::Real;

/// A rule that moves parameters against their gradients, with what it remembers of earlier ones.
///
/// The gradient of a parameter is its [`Parameter::gradient`], zero in rows that are not filled, plus `l2 · value`.
pub trait Optimiser<F: Real>: Send {
    /// Moves every parameter once. The parameters are always the same, in the same order.
    fn step(&mut self, parameters: &mut [&mut Parameter<F>], learning_rate: f64);

    /// Everything it remembers, to be stored and put back: named arrays, one for each parameter or of shape `[1, 1]`.
    fn memory(&mut self) -> Vec<(String, &mut Array2<F>)>;
}

/// A zero for each number of each parameter.
fn zeros<F: Real>(parameters: &[&mut Parameter<F>]) -> Vec<Array2<F>> {
    parameters.iter().map(|parameter| Array2::zeros(parameter.value.dim())).collect()
}

/// `arrays` under the names `name-0`, `name-1`, …
fn named<'a, F>(name: &str, arrays: &'a mut [Array2<F>]) -> impl Iterator<Item = (String, &'a mut Array2<F>)> {
    arrays.iter_mut().enumerate().map(move |(index, array)| (format!("{name}-{index}"), array))
}
