//! The last layer of a network of which only some outputs are wanted.

use ndarray::{Array2, ArrayRef2, Axis};

use super::sparse_product::{add_sampled_products, add_sparse_dense, add_transposed_sparse_dense};
use crate::rec::linalg::{Real, product, product_into};
use crate::rec::nn::{Parameter, SparseRows};

/// `H Wᵀ + b`, at given entries or everywhere. `W` has one row an output, so that an entry reads one row.
#[derive(Debug, Clone)]
pub struct EntryOutput<F> {
    /// `W`. Shape: `[n_outputs, width]`.
    pub weight: Parameter<F>,
    /// `b`. Shape: `[n_outputs, 1]`.
    pub bias: Parameter<F>,
}

impl<F: Real> EntryOutput<F> {
    /// A layer of these weights `[n_outputs, width]` and this bias `[n_outputs, 1]`.
    ///
    /// # Panics
    ///
    /// If the shapes do not fit together.
    pub fn new(weight: Array2<F>, bias: Array2<F>) -> Self {
        assert_eq!(bias.dim(), (weight.nrows(), 1), "one bias for each output");
        Self { weight: Parameter::new(weight), bias: Parameter::new(bias) }
    }

    /// The outputs at the entries of `entries`, whose values play no part. Shape: `[n_entries]`.
    pub fn forward(&self, hidden: &Array2<F>, entries: &SparseRows<F>) -> Vec<F> {
        let mut outputs: Vec<F> =
            entries.columns().iter().map(|&column| self.bias.value[[column as usize, 0]]).collect();
        add_sampled_products(hidden, entries, &self.weight.value, &mut outputs);
        outputs
    }

    /// Adds the gradients by an `upstream` at the entries: rows of `∂W` and `∂b` only where `entries` has columns.
    pub fn backward(&mut self, hidden: &Array2<F>, entries: &SparseRows<F>, upstream: &[F]) {
        let columns = entries.by_column();
        let gradient = self.weight.gradient_rows(columns.columns());
        add_transposed_sparse_dense(&columns, upstream, hidden, gradient);
        let gradient = self.bias.gradient_rows(columns.columns());
        for (index, &column) in columns.columns().iter().enumerate() {
            let (_, entries) = columns.column(index);
            gradient[[column as usize, 0]] += entries.iter().map(|&entry| upstream[entry as usize]).sum::<F>();
        }
    }

    /// The gradient by `hidden` of an `upstream` at the entries. Shape: `[n_rows, width]`.
    pub fn hidden_gradient(&self, entries: &SparseRows<F>, upstream: &[F]) -> Array2<F> {
        let mut gradient = Array2::zeros((entries.n_rows(), self.weight.value.ncols()));
        add_sparse_dense(entries, upstream, &self.weight.value, &mut gradient);
        gradient
    }

    /// The layer of some outputs alone, without gradients.
    #[must_use]
    pub fn part(&self, outputs: &[u32]) -> Self {
        let rows: Vec<usize> = outputs.iter().map(|&output| output as usize).collect();
        Self::new(self.weight.value.select(Axis(0), &rows), self.bias.value.select(Axis(0), &rows))
    }

    /// Adds the gradients of a [`Self::part`] of these outputs (rising).
    pub fn add_gradients_of_part(&mut self, outputs: &[u32], part: &Self) {
        for (whole, part) in [(&mut self.weight, &part.weight), (&mut self.bias, &part.bias)] {
            let gradient = whole.gradient_rows(outputs);
            for (&output, of_part) in outputs.iter().zip(part.gradient().rows()) {
                let mut row = gradient.row_mut(output as usize);
                row += &of_part;
            }
        }
    }

    /// All outputs. Shape: `[n_rows, n_outputs]`.
    pub fn dense(&self, hidden: &ArrayRef2<F>) -> Array2<F> {
        let mut outputs = Array2::zeros((hidden.nrows(), self.weight.value.nrows()));
        self.dense_into(hidden, &mut outputs);
        outputs
    }

    /// All outputs, into an array of shape `[n_rows, n_outputs]`.
    pub fn dense_into(&self, hidden: &ArrayRef2<F>, outputs: &mut ArrayRef2<F>) {
        outputs.rows_mut().into_iter().for_each(|mut row| row.assign(&self.bias.value.column(0)));
        product_into(F::one(), hidden, &self.weight.value.t(), F::one(), outputs);
    }

    /// Adds the gradients by an `upstream` at all outputs, of shape `[n_rows, n_outputs]`.
    pub fn dense_backward(&mut self, hidden: &ArrayRef2<F>, upstream: &ArrayRef2<F>) {
        let (gradient, old) = self.weight.whole_gradient();
        product_into(F::one(), &upstream.t(), hidden, old, gradient);
        let (gradient, old) = self.bias.whole_gradient();
        let ones = Array2::ones((upstream.nrows(), 1));
        product_into(F::one(), &upstream.t(), &ones, old, gradient);
    }

    /// The gradient by `hidden` of an `upstream` at all outputs. Shape: `[n_rows, width]`.
    pub fn dense_hidden_gradient(&self, upstream: &ArrayRef2<F>) -> Array2<F> {
        product(upstream, &self.weight.value)
    }
}
