//! Products of dense matrices, on all threads of the pool.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayRef2, Axis};
use rayon::prelude::*;

use super::blas::pin_blas;
use super::real::Real;

/// Rows or columns of the result that are one task, at least: a narrower block would spend its time on packing.
const LEAST_WIDTH: usize = 128;
/// Tasks that a large product is cut into.
const TASKS: usize = 8;
/// Multiplications below which a product is one task.
const WORTH_SHARING: usize = 1 << 20;

/// `A B`. Shapes: `a` `[m, k]`, `b` `[k, n]`; either may be a transposed view.
pub fn product<F: Real>(a: &ArrayRef2<F>, b: &ArrayRef2<F>) -> Array2<F> {
    let mut c = Array2::zeros((a.nrows(), b.ncols()));
    product_into(F::one(), a, b, F::zero(), &mut c);
    c
}

/// `C = alpha A B + beta C`. Shapes: `a` `[m, k]`, `b` `[k, n]`, `c` `[m, n]`; `a` and `b` may be transposed views.
///
/// With `beta` 0 the old content of `c` does not matter, not even if it is not finite.
///
/// # Panics
///
/// If the shapes do not fit together.
pub fn product_into<F: Real>(alpha: F, a: &ArrayRef2<F>, b: &ArrayRef2<F>, beta: F, c: &mut ArrayRef2<F>) {
    pin_blas();
    let (rows, columns) = c.dim();
    if rows * columns * a.ncols() < WORTH_SHARING {
        general_mat_mul(alpha, a, b, beta, c);
    } else if columns >= rows {
        let width = width(columns);
        c.axis_chunks_iter_mut(Axis(1), width)
            .into_par_iter()
            .zip(b.axis_chunks_iter(Axis(1), width))
            .for_each(|(mut c, b)| general_mat_mul(alpha, a, &b, beta, &mut c));
    } else {
        let width = width(rows);
        c.axis_chunks_iter_mut(Axis(0), width)
            .into_par_iter()
            .zip(a.axis_chunks_iter(Axis(0), width))
            .for_each(|(mut c, a)| general_mat_mul(alpha, &a, b, beta, &mut c));
    }
}

/// The width of the blocks that an axis of this length is cut into; a multiple of what the kernels work on at once.
fn width(length: usize) -> usize {
    length.div_ceil(TASKS).next_multiple_of(32).max(LEAST_WIDTH)
}

#[cfg(test)]
mod tests {
    use super::{product, product_into};
    use ndarray::Array2;

    fn matrix(rows: usize, columns: usize, salt: usize) -> Array2<f64> {
        Array2::from_shape_fn((rows, columns), |(i, j)| ((i * 31 + j * 17 + salt * 7) % 23) as f64 - 11.0)
    }

    #[test]
    fn blocks_together_are_the_whole_product() {
        for (m, k, n) in [(3, 4, 5), (130, 70, 400), (700, 65, 129), (1, 2000, 2000)] {
            let (a, b, c) = (matrix(m, k, 1), matrix(k, n, 2), matrix(m, n, 3));
            let whole = a.dot(&b);
            assert_eq!(product(&a, &b), whole);
            let (a_t, b_t) = (a.t().as_standard_layout().into_owned(), b.t().as_standard_layout().into_owned());
            let mut sum = c.clone();
            product_into(2.0, &a_t.t(), &b_t.t(), -1.0, &mut sum);
            assert_eq!(sum, whole * 2.0 - &c);
        }
    }
}
