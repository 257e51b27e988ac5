//! Solving the small positive definite systems of alternating least squares.

use super::blocks::{Columns, SharedMatrix};
use super::cholesky_inverse::InverseError;
use super::real::Kernels;
use ndarray::ArrayViewMut2;

/// Solves `(AᵀA + diag(ridge)) x = b` for the rows `a` of `A`; `system` is scratch. Returns `x` in `b`.
///
/// Shapes: `a` `[rows, n]` dense, `ridge` and `b` `[n]`, `system` `[n, n]`.
///
/// # Panics
///
/// If the lengths do not match.
#[expect(unsafe_code, reason = "the whole matrix as one block")]
pub fn solve_positive_definite(
    a: &[f64],
    ridge: &[f64],
    b: &mut [f64],
    mut system: ArrayViewMut2<'_, f64>,
) -> Result<(), InverseError> {
    let n = b.len();
    assert!(ridge.len() == n && system.dim() == (n, n), "shapes of a system do not match");
    system.fill(0.0);
    for (j, &value) in ridge.iter().enumerate() {
        system[[j, j]] = value;
    }
    let shared = SharedMatrix::new(system.view_mut());
    // SAFETY: it is the only block.
    f64::syrk_t(1.0, Columns::new(a, n, 0..n), &mut unsafe { shared.block(0..n, 0..n) });
    factor(&mut system)?;
    // Uᵀ y = b, then U x = y.
    for j in 0..n {
        let value = b[j] / system[[j, j]];
        b[j] = value;
        for k in j + 1..n {
            b[k] -= system[[j, k]] * value;
        }
    }
    for j in (0..n).rev() {
        let solved: f64 = (j + 1..n).map(|k| system[[j, k]] * b[k]).sum();
        b[j] = (b[j] - solved) / system[[j, j]];
    }
    Ok(())
}

/// Replaces the upper triangle of a matrix by its factor `U`, `UᵀU` the matrix; row by row.
fn factor(matrix: &mut ArrayViewMut2<'_, f64>) -> Result<(), InverseError> {
    let n = matrix.nrows();
    let rows = matrix.as_slice_mut().expect("scratch matrices are row-major");
    for j in 0..n {
        let (above, below) = rows.split_at_mut((j + 1) * n);
        let row = &mut above[j * n..];
        // The negated comparison also refuses NaN.
        if !(row[j] > 0.0 && row[j].is_finite()) {
            return Err(InverseError::NotPositiveDefinite { minor: j + 1 });
        }
        let scale = 1.0 / row[j].sqrt();
        row[j..].iter_mut().for_each(|value| *value *= scale);
        for k in j + 1..n {
            let weight = row[k];
            let other = &mut below[(k - j - 1) * n..(k - j) * n];
            other[k..].iter_mut().zip(&row[k..]).for_each(|(value, &factor)| *value -= weight * factor);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::solve_positive_definite;
    use ndarray::{Array1, Array2};

    #[test]
    fn the_solution_satisfies_the_system() {
        for n in [1, 3, 20, 65] {
            let a = Array2::from_shape_fn((n + 2, n), |(i, j)| ((i * 31 + j * 17) % 23) as f64 / 7.0 - 1.5);
            let ridge: Vec<f64> = (0..n).map(|j| 0.5 + j as f64 / 10.0).collect();
            let right = Array1::from_shape_fn(n, |j| j as f64 - 1.0);
            let mut solution = right.to_vec();
            let mut scratch = Array2::zeros((n, n));
            solve_positive_definite(a.as_slice().unwrap(), &ridge, &mut solution, scratch.view_mut()).unwrap();
            let solution = Array1::from(solution);
            let residual = a.t().dot(&a.dot(&solution)) + Array1::from(ridge) * &solution - right;
            assert!(residual.iter().all(|r| r.abs() < 1e-9), "n = {n}: {residual}");
        }
    }

    #[test]
    fn no_rows_and_no_ridge_are_an_error() {
        let mut scratch = Array2::zeros((2, 2));
        assert!(solve_positive_definite(&[], &[0.0, 0.0], &mut [1.0, 1.0], scratch.view_mut()).is_err());
    }
}
