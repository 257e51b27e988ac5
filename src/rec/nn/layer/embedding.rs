//! One trained vector for each of many things.

use ndarray::Array2;

use crate::rec::linalg::Real;
use crate::rec::nn::{Parameter, add_scaled, vectorised};

/// A vector for each user, or item.
#[derive(Debug, Clone)]
pub struct Embedding<F> {
    /// Shape: `[n, width]`.
    pub weight: Parameter<F>,
}

impl<F: Real> Embedding<F> {
    /// These vectors. Shape: `[n, width]`.
    pub fn new(weight: Array2<F>) -> Self {
        Self { weight: Parameter::new(weight) }
    }

    /// Adds the vectors of `rows` to `output`. Shapes: `rows` `[n_rows]`, `output` `[n_rows, width]`.
    pub fn add_to(&self, rows: &[u32], output: &mut Array2<F>) {
        for (&row, mut output) in rows.iter().zip(output.rows_mut()) {
            output += &self.weight.value.row(row as usize);
        }
    }

    /// Adds `upstream` `[n_rows, width]` to the gradients of the vectors of `rows`, of which some may be the same.
    pub fn backward(&mut self, rows: &[u32], upstream: &Array2<F>) {
        let mut touched = rows.to_vec();
        touched.sort_unstable();
        touched.dedup();
        let gradient = self.weight.gradient_rows(&touched);
        for (&row, upstream) in rows.iter().zip(upstream.rows()) {
            let mut sum = gradient.row_mut(row as usize);
            match (sum.as_slice_mut(), upstream.as_slice()) {
                (Some(sum), Some(upstream)) => vectorised(|| add_scaled(sum, F::one(), upstream)),
                _ => sum += &upstream,
            }
        }
    }
}
