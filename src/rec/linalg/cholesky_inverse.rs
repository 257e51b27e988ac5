//! Inverse of a symmetric positive definite matrix, in place.
//!
//! LAPACK's way is three passes (Cholesky factor, its inverse, their product). Here one pass over block columns does all
//! of it, the block form of the sweep operator (J. H. Goodnight, A tutorial on the SWEEP operator, The American
//! Statistician 33, 1979): with the pivot block `P` (inverted by LAPACK `potrf` and `potri`) and the pivot's rows `R`, every
//! other block becomes `H - RᵀP⁻¹R`, or `H + RᵀP⁻¹R` where it is inverted already, and the pivot's rows become `P⁻¹R`. It
//! takes the same n³ floating point operations as `potrf` + `potri` and a few more for `P⁻¹R`, and since each update is as
//! large as the first, one kernel (`gemm`) does nearly all of the work and any number of threads can share it. For
//! positive definite matrices elimination of this kind needs no exchange of pivots.

use std::ops::Range;

use ndarray::{ArrayViewMut2, aview_mut1};
use ndarray_linalg::{MatrixLayout, UPLO};
use rayon::prelude::*;

use super::blas::pin_blas;
use super::blocks::{Block, Columns, SharedMatrix, pieces};
use super::real::Real;
use crate::rec::{Interrupted, Monitor};

/// Width of a pivot block. The wider, the faster `gemm` runs; but multiplying by the pivot's inverse comes on top of the n³ operations,
/// a share of `2 PIVOT / n`.
const PIVOT: usize = 256;
/// Width and height of the blocks of an update: the unit of parallel work.
const UPDATE: usize = 512;
/// Height of the strips in which blocks on the diagonal are updated.
const STRIP: usize = 64;

/// Why a matrix could not be inverted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InverseError {
    /// The matrix is not positive definite.
    #[error("the matrix is not positive definite: its leading minor of order {minor} is not positive")]
    NotPositiveDefinite {
        /// Order of the first leading minor that is not positive, counted from 1.
        minor: usize,
    },
    /// The caller asked for an end.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
}

/// Replaces the upper triangle of a symmetric positive definite matrix by that of its inverse.
///
/// The strict lower triangle is neither read nor meaningful afterwards. Shape: `[n, n]`, row-major. Tells `monitor` of
/// each block column; after an error the content is undefined.
///
/// # Panics
///
/// If the matrix is not square or not row-major.
pub fn cholesky_inverse<F: Real>(matrix: ArrayViewMut2<'_, F>, monitor: &dyn Monitor) -> Result<(), InverseError> {
    assert!(matrix.is_square(), "a symmetric matrix is square");
    pin_blas();
    let n = matrix.nrows();
    let matrix = SharedMatrix::new(matrix);
    let mut panels = Panels::new(n);
    for pivot in pieces(0..n, PIVOT) {
        monitor.check()?;
        let done = pivot.end as u64;
        sweep(&matrix, n, pivot, &mut panels)?;
        monitor.progress(done, n as u64, "inverse");
    }
    Ok(())
}

/// What [`cholesky_inverse`] allocates beside the matrix, in bytes.
pub fn cholesky_inverse_bytes<F: Real>(n: usize) -> u64 {
    (PIVOT.min(n) * (2 * n + PIVOT) * size_of::<F>()) as u64
}

/// The pivot's rows before a step, and their products with the inverse of the pivot block. Shape of both: `[PIVOT, n]`.
struct Panels<F> {
    rows: Vec<F>,
    products: Vec<F>,
}

impl<F: Real> Panels<F> {
    fn new(n: usize) -> Self {
        let panel = vec![F::from_count(0); PIVOT.min(n) * n];
        Self { rows: panel.clone(), products: panel }
    }
}

/// Takes the pivot's rows and columns into the inverted part, which is what stands before them.
#[expect(unsafe_code, reason = "the tasks of one parallel loop write disjoint blocks")]
fn sweep<F: Real>(
    matrix: &SharedMatrix<'_, F>,
    n: usize,
    pivot: Range<usize>,
    panels: &mut Panels<F>,
) -> Result<(), InverseError> {
    let width = pivot.len();
    let inverse = invert_pivot(matrix, &pivot)?;
    let (rows, products) = (&mut panels.rows[..width * n], &mut panels.products[..width * n]);
    let ranges: Vec<_> = pieces(0..pivot.start, UPDATE).chain(pieces(pivot.end..n, UPDATE)).collect();

    let shared_rows = SharedMatrix::new(aview_mut1(rows).into_shape_with_order((width, n)).expect("dense rows"));
    ranges.par_iter().for_each(|range| {
        // SAFETY: each task has columns of its own.
        load(matrix, &pivot, range, &mut unsafe { shared_rows.block(0..width, range.clone()) });
    });
    products.fill(F::from_count(0));
    let shared_products =
        SharedMatrix::new(aview_mut1(products).into_shape_with_order((width, n)).expect("dense rows"));
    ranges.par_iter().for_each(|range| {
        // SAFETY: each task has columns of its own.
        let mut block = unsafe { shared_products.block(0..width, range.clone()) };
        let columns = Columns::new(rows, n, range.clone());
        F::gemm_tn(F::rounded(1.0), Columns::new(&inverse, width, 0..width), columns, &mut block);
    });

    let pairs = (0..ranges.len()).flat_map(|i| (i..ranges.len()).map(move |j| (i, j)));
    pairs.collect::<Vec<_>>().into_par_iter().for_each(|(i, j)| {
        let (above, right) = (&ranges[i], &ranges[j]);
        // Both inverted already: the inverse grows; else the Schur complement, or its product with the inverse, shrinks.
        let alpha = F::rounded(if right.end <= pivot.start { 1.0 } else { -1.0 });
        // On the diagonal narrow strips, so that little is computed below it.
        for strip in pieces(above.clone(), if i == j { STRIP } else { UPDATE }) {
            let columns = if i == j { strip.start..right.end } else { right.clone() };
            // SAFETY: each task has a pair of its own, and its strips do not overlap.
            let mut block = unsafe { matrix.block(strip.clone(), columns.clone()) };
            F::gemm_tn(alpha, Columns::new(rows, n, strip), Columns::new(products, n, columns), &mut block);
        }
    });

    ranges.par_iter().for_each(|range| store(matrix, &pivot, range, products, n));
    // SAFETY: no other block is alive.
    let mut block = unsafe { matrix.block(pivot.clone(), pivot.clone()) };
    (0..width).for_each(|row| block.row_mut(row).copy_from_slice(&inverse[row * width..][..width]));
    Ok(())
}

/// Copies the pivot's rows at `range` into `block`; what stands before the pivot is found mirrored.
#[expect(unsafe_code, reason = "each task reads elements of its own")]
fn load<F: Real>(matrix: &SharedMatrix<'_, F>, pivot: &Range<usize>, range: &Range<usize>, block: &mut Block<'_, F>) {
    if range.start >= pivot.end {
        // SAFETY: each task has a range of its own, and nothing else is touched meanwhile.
        let source = unsafe { matrix.block(pivot.clone(), range.clone()) };
        (0..pivot.len()).for_each(|a| block.row_mut(a).copy_from_slice(source.row(a)));
    } else {
        // SAFETY: as above.
        let source = unsafe { matrix.block(range.clone(), pivot.clone()) };
        for b in 0..range.len() {
            source.row(b).iter().enumerate().for_each(|(a, &value)| block.row_mut(a)[b] = value);
        }
    }
}

/// Copies the products' columns at `range` to the pivot's rows; what stands before the pivot is mirrored and changes its
/// sign.
#[expect(unsafe_code, reason = "each task writes elements of its own")]
fn store<F: Real>(matrix: &SharedMatrix<'_, F>, pivot: &Range<usize>, range: &Range<usize>, products: &[F], n: usize) {
    if range.start >= pivot.end {
        // SAFETY: each task has a range of its own, and nothing else is touched meanwhile.
        let mut target = unsafe { matrix.block(pivot.clone(), range.clone()) };
        (0..pivot.len()).for_each(|a| target.row_mut(a).copy_from_slice(&products[a * n..][range.clone()]));
    } else {
        // SAFETY: as above.
        let mut target = unsafe { matrix.block(range.clone(), pivot.clone()) };
        for (b, column) in range.clone().enumerate() {
            target.row_mut(b).iter_mut().enumerate().for_each(|(a, value)| *value = -products[a * n + column]);
        }
    }
}

/// The inverse of the pivot block, dense and symmetric.
#[expect(unsafe_code, reason = "one block is read while no task runs")]
fn invert_pivot<F: Real>(matrix: &SharedMatrix<'_, F>, pivot: &Range<usize>) -> Result<Vec<F>, InverseError> {
    let width = pivot.len();
    // SAFETY: no other block is alive.
    let block = unsafe { matrix.block(pivot.clone(), pivot.clone()) };
    let mut inverse = Vec::with_capacity(width * width);
    (0..width).for_each(|row| inverse.extend_from_slice(block.row(row)));
    // LAPACK counts by columns: the upper triangle by rows is its lower triangle.
    let layout = MatrixLayout::F { col: width as i32, lda: width as i32 };
    match F::cholesky(layout, UPLO::Lower, &mut inverse) {
        Ok(()) => {}
        Err(lax::error::Error::LapackComputationalFailure { return_code }) => {
            return Err(InverseError::NotPositiveDefinite { minor: pivot.start + return_code as usize });
        }
        Err(other) => panic!("the arguments of potrf are valid: {other}"),
    }
    F::inv_cholesky(layout, UPLO::Lower, &mut inverse).expect("a Cholesky factor has a positive diagonal");
    for a in 0..width {
        for b in a + 1..width {
            inverse[b * width + a] = inverse[a * width + b];
        }
    }
    Ok(inverse)
}

#[cfg(test)]
mod tests {
    use super::{InverseError, cholesky_inverse};
    use crate::rec::linalg::Real;
    use crate::rec::{Silent, stream};
    use ndarray::Array2;
    use rand::RngExt;
    use rayon::ThreadPoolBuilder;

    /// `XᵀX + I` of a random `[n + 5, n]` matrix.
    fn positive_definite(n: usize) -> Array2<f64> {
        let mut random = stream(1, "positive-definite", &[n as u64]);
        let x = Array2::from_shape_fn((n + 5, n), |_| random.random_range(-1.0..1.0));
        x.t().dot(&x) + Array2::<f64>::eye(n)
    }

    fn inverse<F: Real>(matrix: &Array2<f64>) -> Array2<f64> {
        let mut inverse = matrix.mapv(F::rounded);
        cholesky_inverse(inverse.view_mut(), &Silent).unwrap();
        Array2::from_shape_fn(inverse.dim(), |(i, j)| f64::from(inverse[[i.min(j), i.max(j)]].to_single()))
    }

    #[test]
    fn the_product_with_the_matrix_is_the_identity() {
        for n in [1, 2, 37, 255, 256, 257, 512, 700] {
            let matrix = positive_definite(n);
            let mut full = matrix.clone();
            cholesky_inverse(full.view_mut(), &Silent).unwrap();
            let symmetric = Array2::from_shape_fn((n, n), |(i, j)| full[[i.min(j), i.max(j)]]);
            let residual = (matrix.dot(&symmetric) - Array2::<f64>::eye(n)).mapv(f64::abs);
            let largest = residual.iter().copied().fold(0.0, f64::max);
            assert!(largest < 1e-11, "n = {n}: {largest:e}");
        }
    }

    #[test]
    fn precisions_agree() {
        let matrix = positive_definite(600);
        let difference = (inverse::<f32>(&matrix) - inverse::<f64>(&matrix)).mapv(f64::abs);
        assert!(difference.iter().all(|&d| d < 2e-4));
    }

    #[test]
    fn any_number_of_threads_gives_the_same_bytes() {
        let matrix = positive_definite(900);
        let with_threads = |threads| {
            let mut inverse = matrix.clone();
            let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| cholesky_inverse(inverse.view_mut(), &Silent)).unwrap();
            inverse
        };
        let one = with_threads(1);
        assert!(one == with_threads(2) && one == with_threads(3));
    }

    #[test]
    fn the_first_bad_minor_is_named() {
        for minor in [1, 5, 256, 257, 400] {
            let mut matrix = Array2::<f64>::eye(400);
            matrix[[minor - 1, minor - 1]] = -1.0;
            let error = cholesky_inverse(matrix.view_mut(), &Silent).unwrap_err();
            assert_eq!(error, InverseError::NotPositiveDefinite { minor });
        }
    }
}
