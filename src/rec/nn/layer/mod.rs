//! Layers: parameters, what they compute, and its gradients.
//!
//! Every layer has the same three movements. `forward` gives the output, `backward` adds the gradients of the layer's own
//! parameters, given the gradient of the loss by the output (`upstream`), and `input_gradient` or `hidden_gradient` gives
//! the gradient by the layer's input, for the layer below.

mod dense;
mod embedding;
mod entry_output;
mod gru;
mod sparse_input;
mod sparse_product;
mod stack;

#[cfg(test)]
mod tests;

pub use dense::Dense;
pub use embedding::Embedding;
pub use entry_output::EntryOutput;
pub use gru::{Gru, GruTrace};
pub use sparse_input::SparseInput;
pub use stack::Stack;

use ndarray::{ArrayRef2, Axis};

use super::{Parameter, add_scaled, vectorised};
use crate::rec::linalg::Real;

/// Adds the sum of the rows of `upstream` to the gradient of a bias of shape `[1, width]`.
fn add_row_sums<F: Real>(bias: &mut Parameter<F>, upstream: &ArrayRef2<F>) {
    let gradient = bias.gradient_rows(&[0]);
    let mut sums = gradient.row_mut(0);
    for row in upstream.axis_iter(Axis(0)) {
        match (sums.as_slice_mut(), row.as_slice()) {
            (Some(sums), Some(row)) => vectorised(|| add_scaled(sums, F::one(), row)),
            _ => sums += &row,
        }
    }
}
