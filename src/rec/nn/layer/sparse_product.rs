//! Products of a sparse matrix with a dense one: the three that sparse layers are made of.

use ndarray::{Array2, Axis};
use rayon::prelude::*;

use crate::rec::linalg::Real;
use crate::rec::nn::{ByColumn, SparseRows, add_scaled, dot, dot_4, vectorised};

/// Multiplications that are worth a task of their own.
const TASK: usize = 1 << 16;

/// Rows for each task so that it does about [`TASK`] multiplications; depends on the shape alone.
fn rows_per_task(n_rows: usize, n_entries: usize, width: usize) -> usize {
    (TASK * n_rows.max(1) / (n_entries * width).max(1)).clamp(1, n_rows.max(1))
}

/// `Y += S D`, one row of `Y` for each row of `S`; `values` takes the place of the values of `S`.
///
/// Shapes: `pattern` `[n_rows, n_columns]`, `values` `[n_entries]`, `dense` `[n_columns, width]`, `out` `[n_rows, width]`.
pub(super) fn add_sparse_dense<F: Real>(pattern: &SparseRows<F>, values: &[F], dense: &Array2<F>, out: &mut Array2<F>) {
    assert_eq!(out.dim(), (pattern.n_rows(), dense.ncols()), "one row of the result for each sparse row");
    assert_eq!(pattern.n_columns(), dense.nrows(), "one dense row for each sparse column");
    let chunk = rows_per_task(pattern.n_rows(), pattern.n_entries(), dense.ncols());
    let dense = Rows::of(dense);
    out.axis_chunks_iter_mut(Axis(0), chunk).into_par_iter().enumerate().for_each(|(index, mut chunk_rows)| {
        vectorised(|| {
            for (offset, mut out) in chunk_rows.rows_mut().into_iter().enumerate() {
                let row = index * chunk + offset;
                let range = pattern.offsets()[row]..pattern.offsets()[row + 1];
                let out = out.as_slice_mut().expect("rows of an own matrix are contiguous");
                add_rows(out, &pattern.columns()[range.clone()], &values[range], &dense);
            }
        });
    });
}

/// Adds `Sᵀ D` to the rows of `out` that `columns` names; `values` takes the place of the values of `S`.
///
/// Shapes: `columns` of `S` `[n_rows, n_columns]`, `values` `[n_entries]`, `dense` `[n_rows, width]`, `out` `[n_columns, width]`.
pub(super) fn add_transposed_sparse_dense<F: Real>(
    columns: &ByColumn,
    values: &[F],
    dense: &Array2<F>,
    out: &mut Array2<F>,
) {
    assert_eq!(out.ncols(), dense.ncols(), "rows of one width");
    let touched = columns.columns();
    let chunk = rows_per_task(out.nrows(), values.len(), dense.ncols());
    let dense = Rows::of(dense);
    let add_column = |index: usize, out: &mut [F], gathered: &mut Vec<F>| {
        let (rows, entries) = columns.column(index);
        gathered.clear();
        gathered.extend(entries.iter().map(|&entry| values[entry as usize]));
        add_rows(out, rows, gathered, &dense);
    };
    if chunk == out.nrows() {
        // Not worth a task: straight to the touched rows, without a look at the others.
        vectorised(|| {
            let mut gathered = Vec::new();
            for (index, &column) in touched.iter().enumerate() {
                let mut row = out.row_mut(column as usize);
                add_column(index, row.as_slice_mut().expect("rows of an own matrix are contiguous"), &mut gathered);
            }
        });
        return;
    }
    out.axis_chunks_iter_mut(Axis(0), chunk).into_par_iter().enumerate().for_each(|(chunk_index, mut rows)| {
        let start = chunk_index * chunk;
        let first = touched.partition_point(|&column| (column as usize) < start);
        let end = touched.partition_point(|&column| (column as usize) < start + rows.nrows());
        vectorised(|| {
            let mut gathered = Vec::new();
            for (index, &column) in (first..end).zip(&touched[first..end]) {
                let mut row = rows.row_mut(column as usize - start);
                add_column(index, row.as_slice_mut().expect("rows of an own matrix are contiguous"), &mut gathered);
            }
        });
    });
}

/// `values_e += x_rowᵀ d_column` for every entry `e` of the pattern: a dense product at a few places only.
///
/// Shapes: `x` `[n_rows, width]`, `pattern` `[n_rows, n_columns]`, `dense` `[n_columns, width]`, `values` `[n_entries]`.
pub(super) fn add_sampled_products<F: Real>(
    x: &Array2<F>,
    pattern: &SparseRows<F>,
    dense: &Array2<F>,
    values: &mut [F],
) {
    assert_eq!(x.dim(), (pattern.n_rows(), dense.ncols()), "one row for each sparse row");
    assert_eq!(pattern.n_columns(), dense.nrows(), "one dense row for each sparse column");
    let chunk = rows_per_task(pattern.n_rows(), pattern.n_entries(), dense.ncols());
    let (x, dense) = (Rows::of(x), Rows::of(dense));
    split_by_rows(values, pattern.offsets(), chunk).into_par_iter().for_each(|(start, values)| {
        let first_entry = pattern.offsets()[start];
        vectorised(|| {
            for row in start..pattern.n_rows().min(start + chunk) {
                let range = pattern.offsets()[row]..pattern.offsets()[row + 1];
                let values = &mut values[range.start - first_entry..range.end - first_entry];
                add_dots(values, x.row(row), &pattern.columns()[range], &dense);
            }
        });
    });
}

/// One slice of `values` for every `chunk` rows, with the first of the rows.
pub(super) fn split_by_rows<'a, F>(
    mut values: &'a mut [F],
    offsets: &[usize],
    chunk: usize,
) -> Vec<(usize, &'a mut [F])> {
    let n_rows = offsets.len() - 1;
    let mut slices = Vec::with_capacity(n_rows.div_ceil(chunk));
    for start in (0..n_rows).step_by(chunk) {
        let length = offsets[n_rows.min(start + chunk)] - offsets[start];
        let (slice, rest) = values.split_at_mut(length);
        slices.push((start, slice));
        values = rest;
    }
    slices
}

/// `out += Σ values_j dense_rows_j`; four at a time, so that `out` is read and written once for all four.
#[inline(always)]
fn add_rows<F: Real>(out: &mut [F], rows: &[u32], values: &[F], dense: &Rows<'_, F>) {
    let (row_blocks, row_rest) = rows.as_chunks::<4>();
    let (value_blocks, value_rest) = values.as_chunks::<4>();
    for (rows, &[a, b, c, d]) in row_blocks.iter().zip(value_blocks) {
        let [w, x, y, z] = rows.map(|row| &dense.row(row as usize)[..out.len()]);
        for j in 0..out.len() {
            out[j] += (a * w[j] + b * x[j]) + (c * y[j] + d * z[j]);
        }
    }
    for (&row, &value) in row_rest.iter().zip(value_rest) {
        add_scaled(out, value, dense.row(row as usize));
    }
}

/// `values_j += xᵀ dense_rows_j`; four at a time.
#[inline(always)]
fn add_dots<F: Real>(values: &mut [F], x: &[F], rows: &[u32], dense: &Rows<'_, F>) {
    let (row_blocks, row_rest) = rows.as_chunks::<4>();
    let (value_blocks, value_rest) = values.as_chunks_mut::<4>();
    for (rows, values) in row_blocks.iter().zip(value_blocks) {
        let products = dot_4(x, rows.map(|row| dense.row(row as usize)));
        values.iter_mut().zip(products).for_each(|(value, product)| *value += product);
    }
    for (&row, value) in row_rest.iter().zip(value_rest) {
        *value += dot(x, dense.row(row as usize));
    }
}

/// The rows of a row-major matrix as slices.
struct Rows<'a, F> {
    elements: &'a [F],
    width: usize,
}

impl<'a, F> Rows<'a, F> {
    fn of(matrix: &'a Array2<F>) -> Self {
        Self { elements: matrix.as_slice().expect("an own matrix is row-major"), width: matrix.ncols() }
    }

    #[inline(always)]
    fn row(&self, row: usize) -> &'a [F] {
        &self.elements[row * self.width..(row + 1) * self.width]
    }
}
