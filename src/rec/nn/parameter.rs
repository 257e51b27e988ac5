//! Trained arrays and their gradients.

use ndarray::Array2;

use crate::rec::linalg::Real;

/// A trained array with its gradient.
///
/// Vectors are matrices of one row or one column. The gradient is that of the current pass: whoever trains calls
/// [`Self::clear_gradient`] before a pass, and each layer that uses the parameter adds its part.
#[derive(Debug, Clone)]
pub struct Parameter<F> {
    /// What is trained.
    pub value: Array2<F>,
    /// Strength λ of the penalty `λ/2 ‖value‖²` in the objective of the current pass; it is the optimiser that adds its
    /// gradient, `λ value`.
    pub l2: F,
    gradient: Array2<F>,
    filled: Filled,
}

/// The rows of a gradient that hold something; the others are zero, whatever is in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filled {
    /// All rows.
    All,
    /// These rows, rising.
    Rows(Vec<u32>),
}

impl<F: Real> Parameter<F> {
    /// A parameter of this value, without a penalty.
    pub fn new(value: Array2<F>) -> Self {
        Self { value, l2: F::zero(), gradient: Array2::zeros((0, 0)), filled: Filled::Rows(Vec::new()) }
    }

    /// Sets the gradient to zero. Costs nothing.
    pub fn clear_gradient(&mut self) {
        self.filled = Filled::Rows(Vec::new());
    }

    /// The rows of the gradient that hold something.
    pub fn filled(&self) -> &Filled {
        &self.filled
    }

    /// The gradient; only the rows that [`Self::filled`] names mean something. Shape: that of the value.
    pub fn gradient(&self) -> &Array2<F> {
        &self.gradient
    }

    /// Value, gradient and filled rows, for an optimiser.
    pub fn parts_mut(&mut self) -> (&mut Array2<F>, &Array2<F>, &Filled) {
        (&mut self.value, &self.gradient, &self.filled)
    }

    /// The gradient to add to, with all rows filled, and the factor of what is in it: 0 if that is to be overwritten, 1
    /// if it counts.
    pub fn whole_gradient(&mut self) -> (&mut Array2<F>, F) {
        self.allocate();
        let old = match std::mem::replace(&mut self.filled, Filled::All) {
            Filled::All => F::one(),
            Filled::Rows(rows) if rows.is_empty() => F::zero(),
            Filled::Rows(rows) => {
                let mut rows = rows.into_iter().peekable();
                for (index, mut row) in self.gradient.rows_mut().into_iter().enumerate() {
                    if rows.next_if_eq(&(index as u32)).is_none() {
                        row.fill(F::zero());
                    }
                }
                F::one()
            }
        };
        (&mut self.gradient, old)
    }

    /// The gradient to add to in these rows (rising), which are zeroed first if they were not filled. The others must
    /// not be written.
    pub fn gradient_rows(&mut self, rows: &[u32]) -> &mut Array2<F> {
        self.allocate();
        if let Filled::Rows(filled) = &self.filled {
            let mut merged = Vec::with_capacity(filled.len() + rows.len());
            let mut old = filled.iter().copied().peekable();
            for &row in rows {
                while let Some(before) = old.next_if(|&before| before < row) {
                    merged.push(before);
                }
                if old.next_if_eq(&row).is_none() {
                    self.gradient.row_mut(row as usize).fill(F::zero());
                }
                merged.push(row);
            }
            merged.extend(old);
            self.filled = Filled::Rows(merged);
        }
        &mut self.gradient
    }

    /// Adds the gradient of `strength · count / 2 ‖row‖²` for each of these rows (rising) with its count.
    pub fn penalise_rows(&mut self, rows: &[u32], counts: &[u32], strength: F) {
        self.gradient_rows(rows);
        for (&row, &count) in rows.iter().zip(counts) {
            let factor = strength * F::from_count(count);
            self.gradient.row_mut(row as usize).scaled_add(factor, &self.value.row(row as usize));
        }
    }

    /// The gradient with zeros where nothing was added.
    #[cfg(test)]
    pub(crate) fn dense_gradient(&mut self) -> Array2<F> {
        let (gradient, old) = self.whole_gradient();
        if old == F::zero() {
            gradient.fill(F::zero());
        }
        gradient.clone()
    }

    /// Gives the gradient its memory; a model that is not trained needs none.
    fn allocate(&mut self) {
        if self.gradient.dim() != self.value.dim() {
            self.gradient = Array2::zeros(self.value.dim());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Filled, Parameter};
    use ndarray::{Array2, array};

    #[test]
    fn parts_add_up_wherever_they_overlap() {
        let mut parameter = Parameter::new(Array2::<f64>::zeros((4, 1)));
        for _ in 0..2 {
            parameter.clear_gradient();
            for rows in [[1, 2], [0, 2]] {
                let gradient = parameter.gradient_rows(&rows);
                for row in rows {
                    gradient[[row as usize, 0]] += 1.0;
                }
            }
            assert_eq!(parameter.filled(), &Filled::Rows(vec![0, 1, 2]));
            assert_eq!(parameter.dense_gradient(), array![[1.0], [1.0], [2.0], [0.0]]);
            assert_eq!(parameter.gradient_rows(&[3])[[3, 0]], 0.0);
            assert_eq!(parameter.whole_gradient().1, 1.0);
        }
        parameter.clear_gradient();
        assert_eq!(parameter.whole_gradient().1, 0.0);
    }

    #[test]
    fn penalties_pull_towards_zero() {
        let mut parameter = Parameter::new(array![[1.0], [-2.0], [3.0]]);
        parameter.gradient_rows(&[1])[[1, 0]] = 0.5;
        parameter.penalise_rows(&[1, 2], &[2, 1], 0.1);
        assert_eq!(parameter.filled(), &Filled::Rows(vec![1, 2]));
        assert_eq!(parameter.dense_gradient(), array![[0.0], [0.5 - 0.1 * 2.0 * 2.0], [0.1 * 3.0]]);
    }
}
