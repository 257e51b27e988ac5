//! Blocks of a matrix that several threads may write at once.

use std::marker::PhantomData;
use std::ops::Range;

use ndarray::ArrayViewMut2;
use rayon::prelude::*;

use super::real::Real;

/// A row-major matrix whose blocks several threads may write at once.
pub(super) struct SharedMatrix<'a, F> {
    data: *mut F,
    rows: usize,
    columns: usize,
    matrix: PhantomData<&'a mut [F]>,
}

#[expect(unsafe_code, reason = "threads share the matrix and write disjoint blocks")]
// SAFETY: the only access is `SharedMatrix::block`, whose contract makes blocks exclusive.
unsafe impl<F: Send> Sync for SharedMatrix<'_, F> {}

impl<'a, F> SharedMatrix<'a, F> {
    /// Shares `matrix`.
    ///
    /// # Panics
    ///
    /// If its rows do not follow each other in memory.
    pub(super) fn new(mut matrix: ArrayViewMut2<'a, F>) -> Self {
        assert!(matrix.is_standard_layout(), "a row-major matrix is needed");
        let (rows, columns) = matrix.dim();
        Self { data: matrix.as_mut_ptr(), rows, columns, matrix: PhantomData }
    }

    /// One block.
    ///
    /// # Safety
    ///
    /// As long as the returned block lives, nobody else may have one that shares an element with it.
    #[expect(unsafe_code, reason = "the caller promises that nobody else has these elements")]
    pub(super) unsafe fn block(&self, rows: Range<usize>, columns: Range<usize>) -> Block<'_, F> {
        assert!(rows.start < rows.end && rows.end <= self.rows, "rows out of range");
        assert!(columns.start < columns.end && columns.end <= self.columns, "columns out of range");
        // SAFETY: the block's first element is inside the matrix.
        let data = unsafe { self.data.add(rows.start * self.columns + columns.start) };
        Block { data, shape: (rows.len(), columns.len()), stride: self.columns, matrix: PhantomData }
    }
}

/// A rectangle of a row-major matrix, exclusively borrowed.
pub struct Block<'a, F> {
    data: *mut F,
    shape: (usize, usize),
    stride: usize,
    matrix: PhantomData<&'a mut [F]>,
}

impl<F> Block<'_, F> {
    pub(super) fn shape(&self) -> (usize, usize) {
        self.shape
    }

    pub(super) fn stride(&self) -> usize {
        self.stride
    }

    pub(super) fn as_mut_ptr(&mut self) -> *mut F {
        self.data
    }

    #[expect(unsafe_code, reason = "rows of a block are slices")]
    pub(super) fn row(&self, row: usize) -> &[F] {
        assert!(row < self.shape.0, "row out of range");
        // SAFETY: the row is inside the block, which is inside the matrix and borrowed.
        unsafe { std::slice::from_raw_parts(self.data.add(row * self.stride), self.shape.1) }
    }

    #[expect(unsafe_code, reason = "rows of a block are slices")]
    pub(super) fn row_mut(&mut self, row: usize) -> &mut [F] {
        assert!(row < self.shape.0, "row out of range");
        // SAFETY: as for `row`, and the block is exclusively borrowed.
        unsafe { std::slice::from_raw_parts_mut(self.data.add(row * self.stride), self.shape.1) }
    }
}

/// Some columns of a row-major matrix, to be read.
#[derive(Clone, Copy)]
pub struct Columns<'a, F> {
    data: &'a [F],
    shape: (usize, usize),
    stride: usize,
}

impl<'a, F> Columns<'a, F> {
    /// The columns of a dense matrix with rows of `stride` elements.
    pub(super) fn new(matrix: &'a [F], stride: usize, columns: Range<usize>) -> Self {
        assert!(matrix.len().is_multiple_of(stride) && columns.end <= stride, "columns out of range");
        let rows = matrix.len() / stride;
        Self { data: matrix.get(columns.start..).unwrap_or(&[]), shape: (rows, columns.len()), stride }
    }

    pub(super) fn shape(&self) -> (usize, usize) {
        self.shape
    }

    pub(super) fn stride(&self) -> usize {
        self.stride
    }

    pub(super) fn as_ptr(&self) -> *const F {
        self.data.as_ptr()
    }
}

/// `range` cut into pieces of `length`; the last may be shorter.
pub(super) fn pieces(range: Range<usize>, length: usize) -> impl Iterator<Item = Range<usize>> {
    let end = range.end;
    range.step_by(length).map(move |start| start..end.min(start + length))
}

/// Width of the tiles of [`expand_symmetric`]: two of them stay in the first cache.
const TILE: usize = 32;

/// Fills a matrix from its upper triangle: for every `i < j`, `values(i, j, a_ij)` gives the new `a_ij` and `a_ji`. The
/// diagonal is set to zero.
///
/// # Panics
///
/// If the matrix is not square or not row-major.
pub fn expand_symmetric<F: Real>(matrix: ArrayViewMut2<'_, F>, values: impl Fn(usize, usize, F) -> (F, F) + Sync) {
    assert!(matrix.is_square(), "a symmetric matrix is square");
    let n = matrix.nrows();
    let shared = SharedMatrix::new(matrix);
    let tiles: Vec<_> = pieces(0..n, TILE).collect();
    (0..tiles.len()).into_par_iter().for_each(|i| {
        expand_diagonal_tile(&shared, &tiles[i], &values);
        tiles[i + 1..].iter().for_each(|columns| expand_tile(&shared, &tiles[i], columns, &values));
    });
}

#[expect(unsafe_code, reason = "each tile of the diagonal belongs to one call")]
fn expand_diagonal_tile<F: Real>(
    matrix: &SharedMatrix<'_, F>,
    range: &Range<usize>,
    values: &(impl Fn(usize, usize, F) -> (F, F) + Sync),
) {
    // SAFETY: `expand_symmetric` calls this once for each tile of the diagonal, and nothing else touches it.
    let mut tile = unsafe { matrix.block(range.clone(), range.clone()) };
    for a in 0..range.len() {
        tile.row_mut(a)[a] = F::from_count(0);
        for b in a + 1..range.len() {
            let (above, below) = values(range.start + a, range.start + b, tile.row(a)[b]);
            tile.row_mut(a)[b] = above;
            tile.row_mut(b)[a] = below;
        }
    }
}

#[expect(unsafe_code, reason = "each pair of mirrored tiles belongs to one call")]
fn expand_tile<F: Real>(
    matrix: &SharedMatrix<'_, F>,
    rows: &Range<usize>,
    columns: &Range<usize>,
    values: &(impl Fn(usize, usize, F) -> (F, F) + Sync),
) {
    // SAFETY: `expand_symmetric` calls this once for each pair of tiles, which mirror each other and do not overlap.
    let (mut upper, mut lower) =
        unsafe { (matrix.block(rows.clone(), columns.clone()), matrix.block(columns.clone(), rows.clone())) };
    for a in 0..rows.len() {
        for (b, above) in upper.row_mut(a).iter_mut().enumerate() {
            let (new_above, below) = values(rows.start + a, columns.start + b, *above);
            *above = new_above;
            lower.row_mut(b)[a] = below;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::expand_symmetric;
    use ndarray::Array2;

    #[test]
    fn both_halves_come_from_the_upper_one() {
        let n = 71;
        let mut matrix = Array2::from_shape_fn((n, n), |(i, j)| if i <= j { (i * n + j) as f64 } else { f64::NAN });
        expand_symmetric(matrix.view_mut(), |i, j, value| {
            assert_eq!(value, (i * n + j) as f64);
            (value + 0.25, -value)
        });
        for ((i, j), &value) in matrix.indexed_iter() {
            let expected = match i.cmp(&j) {
                std::cmp::Ordering::Less => (i * n + j) as f64 + 0.25,
                std::cmp::Ordering::Equal => 0.0,
                std::cmp::Ordering::Greater => -((j * n + i) as f64),
            };
            assert_eq!(value, expected, "({i}, {j})");
        }
    }
}
