//! How parameters move against their gradients.

use ndarray::Array2;

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
