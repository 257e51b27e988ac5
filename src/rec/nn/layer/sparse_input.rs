//! The first layer of a network whose input is sparse.

use ndarray::{Array2, ArrayRef2};

use super::add_row_sums;
use super::sparse_product::{add_sparse_dense, add_transposed_sparse_dense};
use crate::rec::linalg::{Real, product_into};
use crate::rec::nn::{Parameter, SparseRows};

/// `X W + b` for a sparse `X`: each stored entry adds one row of `W`.
#[derive(Debug, Clone)]
pub struct SparseInput<F> {
    /// `W`. Shape: `[n_inputs, width]`.
    pub weight: Parameter<F>,
    /// `b`. Shape: `[1, width]`.
    pub bias: Parameter<F>,
}

impl<F: Real> SparseInput<F> {
    /// A layer of these weights `[n_inputs, width]` and this bias `[1, width]`.
    ///
    /// # Panics
    ///
    /// If the shapes do not fit together.
    pub fn new(weight: Array2<F>, bias: Array2<F>) -> Self {
        assert_eq!(bias.dim(), (1, weight.ncols()), "one bias for each unit");
        Self { weight: Parameter::new(weight), bias: Parameter::new(bias) }
    }

    /// `X W + b`. Shape: `[n_rows, width]`.
    pub fn forward(&self, input: &SparseRows<F>) -> Array2<F> {
        let bias = &self.bias.value;
        let mut output = Array2::zeros((input.n_rows(), bias.ncols()));
        output.rows_mut().into_iter().for_each(|mut row| row.assign(&bias.row(0)));
        add_sparse_dense(input, input.values(), &self.weight.value, &mut output);
        output
    }

    /// Adds the gradients, `∂W = Xᵀ upstream`, which has rows only where `X` has columns, and `∂b`.
    pub fn backward(&mut self, input: &SparseRows<F>, upstream: &Array2<F>) {
        let columns = input.by_column();
        let gradient = self.weight.gradient_rows(columns.columns());
        add_transposed_sparse_dense(&columns, input.values(), upstream, gradient);
        add_row_sums(&mut self.bias, upstream);
    }

    /// `X W + b` for a dense `X`. Shapes: `input` `[n_rows, n_inputs]`, the result `[n_rows, width]`.
    pub fn dense_forward(&self, input: &ArrayRef2<F>) -> Array2<F> {
        let bias = &self.bias.value;
        let mut output = Array2::zeros((input.nrows(), bias.ncols()));
        output.rows_mut().into_iter().for_each(|mut row| row.assign(&bias.row(0)));
        product_into(F::one(), input, &self.weight.value, F::one(), &mut output);
        output
    }

    /// Adds the gradients for a dense `X`.
    pub fn dense_backward(&mut self, input: &ArrayRef2<F>, upstream: &ArrayRef2<F>) {
        let (gradient, old) = self.weight.whole_gradient();
        product_into(F::one(), &input.t(), upstream, old, gradient);
        add_row_sums(&mut self.bias, upstream);
    }
}
