//! A layer in which every input reaches every unit.

use ndarray::{Array2, ArrayRef2};

use super::add_row_sums;
use crate::rec::linalg::{Real, product, product_into};
use crate::rec::nn::Parameter;

/// `X W + b`.
#[derive(Debug, Clone)]
pub struct Dense<F> {
    /// `W`. Shape: `[n_inputs, n_units]`.
    pub weight: Parameter<F>,
    /// `b`. Shape: `[1, n_units]`.
    pub bias: Parameter<F>,
}

impl<F: Real> Dense<F> {
    /// A layer of these weights `[n_inputs, n_units]` and this bias `[1, n_units]`.
    ///
    /// # Panics
    ///
    /// If the shapes do not fit together.
    pub fn new(weight: Array2<F>, bias: Array2<F>) -> Self {
        assert_eq!(bias.dim(), (1, weight.ncols()), "one bias for each unit");
        Self { weight: Parameter::new(weight), bias: Parameter::new(bias) }
    }

    /// `X W + b`. Shape: `[n_rows, n_units]`.
    pub fn forward(&self, input: &ArrayRef2<F>) -> Array2<F> {
        let mut output = Array2::zeros((input.nrows(), self.bias.value.ncols()));
        output.rows_mut().into_iter().for_each(|mut row| row.assign(&self.bias.value.row(0)));
        product_into(F::one(), input, &self.weight.value, F::one(), &mut output);
        output
    }

    /// Adds the gradients, `∂W = Xᵀ upstream` and `∂b`.
    pub fn backward(&mut self, input: &ArrayRef2<F>, upstream: &ArrayRef2<F>) {
        let (gradient, old) = self.weight.whole_gradient();
        product_into(F::one(), &input.t(), upstream, old, gradient);
        add_row_sums(&mut self.bias, upstream);
    }

    /// `upstream Wᵀ`. Shape: `[n_rows, n_inputs]`.
    pub fn input_gradient(&self, upstream: &ArrayRef2<F>) -> Array2<F> {
        product(upstream, &self.weight.value.t())
    }
}
