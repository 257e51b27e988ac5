//! Inverse of a symmetric positive definite matrix, in place.
//!
//! LAPACK's way is three passes (Cholesky factor, its inverse, their product). Here one pass over block columns does all
//! of it: pivot block `P = UᵀU` (LAPACK `potrf`), panel `W = U⁻ᵀ H_k`, and the symmetric update `H -= WᵀW` of *every* other
//! block, in which each already inverted block gets `+WᵀW` (the block form of the sweep operator; J. H. Goodnight, A
//! tutorial on the SWEEP operator, The American Statistician 33, 1979). It takes the same n³ floating point operations
//! as `potrf` + `potri`, and since each update is as large as the first, one kernel (`gemm` on tiles) does nearly all of
//! the work and any number of threads can share it. For positive definite matrices elimination of this kind needs no
//! exchange of pivots.

use ndarray::ArrayViewMut2;
use ndarray_linalg::{MatrixLayout, UPLO};
use rayon::prelude::*;

use super::blas::pin_blas;
use super::real::Real;
use super::tiles::TileGrid;
use crate::rec::{Interrupted, Monitor};

/// Width of a block: wide enough for `gemm` to run at full speed, narrow enough for the pivots to cost nothing.
const TILE: usize = 256;

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
    pin_blas();
    let grid = TileGrid::new(matrix, TILE);
    let mut panel = vec![F::from_count(0); TILE * TILE * grid.count()];
    for k in 0..grid.count() {
        monitor.check()?;
        sweep(&grid, k, &mut panel)?;
        monitor.progress(k as u64 + 1, grid.count() as u64, "inverse");
    }
    Ok(())
}

/// What [`cholesky_inverse`] allocates beside the matrix, in bytes.
pub fn cholesky_inverse_bytes<F: Real>(n: usize) -> u64 {
    (n.div_ceil(TILE) * TILE * TILE * size_of::<F>()) as u64
}

/// Takes block `k` into the inverted part.
#[expect(unsafe_code, reason = "the tasks of one parallel loop write disjoint tiles")]
fn sweep<F: Real>(grid: &TileGrid<'_, F>, k: usize, panel: &mut [F]) -> Result<(), InverseError> {
    let width = grid.size(k);
    let factor = factor_pivot(grid, k)?;
    blocks(grid, k, panel).into_par_iter().for_each(|(j, block)| {
        // SAFETY: each task reads the one tile of block row `k` that belongs to its own `j`.
        let source = unsafe { grid.tile(k.min(j), k.max(j)) };
        let columns = grid.size(j);
        if j > k {
            (0..width).for_each(|a| block[a * columns..][..columns].copy_from_slice(source.row(a)));
        } else {
            for b in 0..columns {
                source.row(b).iter().enumerate().for_each(|(a, &value)| block[a * columns + b] = value);
            }
        }
        F::trsm(true, width, &factor, block);
    });

    let panel_of = |j: usize| &panel[j * TILE * TILE..][..width * grid.size(j)];
    let others: Vec<(usize, usize)> = (0..grid.count())
        .flat_map(|i| (i..grid.count()).map(move |j| (i, j)))
        .filter(|&(i, j)| i != k && j != k)
        .collect();
    others.into_par_iter().for_each(|(i, j)| {
        // Both blocks inverted already: the inverse grows; else the Schur complement (or its product) shrinks.
        let alpha = if j < k { F::rounded(1.0) } else { F::rounded(-1.0) };
        // SAFETY: each task has its own (i, j).
        let mut tile = unsafe { grid.tile(i, j) };
        if i == j {
            F::syrk_t(alpha, panel_of(i), &mut tile);
        } else {
            F::gemm_tn(alpha, panel_of(i), panel_of(j), &mut tile);
        }
    });

    blocks(grid, k, panel).into_par_iter().for_each(|(j, block)| {
        F::trsm(false, width, &factor, block);
        // SAFETY: each task writes the one tile of block row `k` that belongs to its own `j`.
        let mut target = unsafe { grid.tile(k.min(j), k.max(j)) };
        let columns = grid.size(j);
        if j > k {
            (0..width).for_each(|a| target.row_mut(a).copy_from_slice(&block[a * columns..][..columns]));
        } else {
            for b in 0..columns {
                target.row_mut(b).iter_mut().enumerate().for_each(|(a, value)| *value = -block[a * columns + b]);
            }
        }
    });
    invert_pivot(grid, k, factor);
    Ok(())
}

/// The panel's blocks beside block `k`, each dense, with their indices.
fn blocks<'a, F: Real>(grid: &TileGrid<'_, F>, k: usize, panel: &'a mut [F]) -> Vec<(usize, &'a mut [F])> {
    let cut = |(j, block): (usize, &'a mut [F])| (j, &mut block[..grid.size(k) * grid.size(j)]);
    panel.chunks_mut(TILE * TILE).enumerate().map(cut).filter(|&(j, _)| j != k).collect()
}

/// The upper factor `U` of block `(k, k) = UᵀU`, dense.
#[expect(unsafe_code, reason = "one tile is read while no task runs")]
fn factor_pivot<F: Real>(grid: &TileGrid<'_, F>, k: usize) -> Result<Vec<F>, InverseError> {
    let width = grid.size(k);
    // SAFETY: no other tile is alive.
    let tile = unsafe { grid.tile(k, k) };
    let mut factor = Vec::with_capacity(width * width);
    (0..width).for_each(|row| factor.extend_from_slice(tile.row(row)));
    // LAPACK counts by columns: the upper triangle by rows is its lower triangle.
    match F::cholesky(column_major(width), UPLO::Lower, &mut factor) {
        Ok(()) => Ok(factor),
        Err(lax::error::Error::LapackComputationalFailure { return_code }) => {
            Err(InverseError::NotPositiveDefinite { minor: grid.start(k) + return_code as usize })
        }
        Err(other) => panic!("the arguments of potrf are valid: {other}"),
    }
}

/// Writes the inverse of the pivot block from its factor.
#[expect(unsafe_code, reason = "one tile is written while no task runs")]
fn invert_pivot<F: Real>(grid: &TileGrid<'_, F>, k: usize, mut factor: Vec<F>) {
    let width = grid.size(k);
    F::inv_cholesky(column_major(width), UPLO::Lower, &mut factor).expect("a Cholesky factor has a positive diagonal");
    // SAFETY: no other tile is alive.
    let mut tile = unsafe { grid.tile(k, k) };
    for a in 0..width {
        tile.row_mut(a)[a..].copy_from_slice(&factor[a * width + a..(a + 1) * width]);
    }
}

fn column_major(n: usize) -> MatrixLayout {
    MatrixLayout::F { col: n as i32, lda: n as i32 }
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
