//! A square matrix cut into tiles that several threads may write at once.

use std::marker::PhantomData;

use ndarray::ArrayViewMut2;
use rayon::prelude::*;

use super::real::Real;

/// A square row-major matrix cut into square tiles; the last row and column of tiles may be narrower.
pub(super) struct TileGrid<'a, F> {
    data: *mut F,
    n: usize,
    tile: usize,
    matrix: PhantomData<&'a mut [F]>,
}

#[expect(unsafe_code, reason = "threads share the grid and write disjoint tiles")]
// SAFETY: the only access is `TileGrid::tile`, whose contract makes tiles exclusive.
unsafe impl<F: Send> Sync for TileGrid<'_, F> {}

impl<'a, F> TileGrid<'a, F> {
    /// Cuts `matrix` into tiles of `tile` rows and columns.
    ///
    /// # Panics
    ///
    /// If the matrix is not square or its rows do not follow each other in memory.
    pub(super) fn new(mut matrix: ArrayViewMut2<'a, F>, tile: usize) -> Self {
        let n = matrix.nrows();
        assert!(matrix.is_square() && matrix.is_standard_layout(), "a square row-major matrix is needed");
        Self { data: matrix.as_mut_ptr(), n, tile, matrix: PhantomData }
    }

    /// Number of tiles along each side.
    pub(super) fn count(&self) -> usize {
        self.n.div_ceil(self.tile)
    }

    /// The first row or column of the `index`-th tile.
    pub(super) fn start(&self, index: usize) -> usize {
        index * self.tile
    }

    /// The number of rows or columns of the `index`-th tile.
    pub(super) fn size(&self, index: usize) -> usize {
        self.tile.min(self.n - self.start(index))
    }

    /// One tile.
    ///
    /// # Safety
    ///
    /// As long as the returned tile lives, nobody else may have the same one.
    #[expect(unsafe_code, reason = "the caller promises that nobody else has this tile")]
    pub(super) unsafe fn tile(&self, row: usize, column: usize) -> Tile<'_, F> {
        let offset = self.start(row) * self.n + self.start(column);
        let shape = (self.size(row), self.size(column));
        // SAFETY: the tile's first element is inside the matrix.
        Tile { data: unsafe { self.data.add(offset) }, shape, stride: self.n, matrix: PhantomData }
    }
}

/// A rectangle of a row-major matrix, exclusively borrowed.
pub struct Tile<'a, F> {
    data: *mut F,
    shape: (usize, usize),
    stride: usize,
    matrix: PhantomData<&'a mut [F]>,
}

impl<F> Tile<'_, F> {
    pub(super) fn shape(&self) -> (usize, usize) {
        self.shape
    }

    pub(super) fn stride(&self) -> usize {
        self.stride
    }

    pub(super) fn as_mut_ptr(&mut self) -> *mut F {
        self.data
    }

    #[expect(unsafe_code, reason = "rows of a tile are slices")]
    pub(super) fn row(&self, row: usize) -> &[F] {
        assert!(row < self.shape.0, "row out of range");
        // SAFETY: the row is inside the tile, which is inside the matrix and borrowed.
        unsafe { std::slice::from_raw_parts(self.data.add(row * self.stride), self.shape.1) }
    }

    #[expect(unsafe_code, reason = "rows of a tile are slices")]
    pub(super) fn row_mut(&mut self, row: usize) -> &mut [F] {
        assert!(row < self.shape.0, "row out of range");
        // SAFETY: as for `row`, and the tile is exclusively borrowed.
        unsafe { std::slice::from_raw_parts_mut(self.data.add(row * self.stride), self.shape.1) }
    }
}

/// Width of the tiles of [`expand_symmetric`]: two of them stay in the first cache.
const EXPANSION_TILE: usize = 32;

/// Fills a matrix from its upper triangle: for every `i < j`, `values(i, j, a_ij)` gives the new `a_ij` and `a_ji`. The
/// diagonal is set to zero.
///
/// # Panics
///
/// If the matrix is not square or not row-major.
pub fn expand_symmetric<F: Real>(matrix: ArrayViewMut2<'_, F>, values: impl Fn(usize, usize, F) -> (F, F) + Sync) {
    let grid = TileGrid::new(matrix, EXPANSION_TILE);
    (0..grid.count()).into_par_iter().for_each(|i| (i..grid.count()).for_each(|j| expand_tile(&grid, i, j, &values)));
}

#[expect(unsafe_code, reason = "each pair of mirrored tiles belongs to one call")]
fn expand_tile<F: Real>(
    grid: &TileGrid<'_, F>,
    i: usize,
    j: usize,
    values: &(impl Fn(usize, usize, F) -> (F, F) + Sync),
) {
    let (rows, columns) = (grid.start(i), grid.start(j));
    // SAFETY: `expand_symmetric` calls this once for each `i <= j`, and no other call touches tiles (i, j) and (j, i).
    let mut upper = unsafe { grid.tile(i, j) };
    if i == j {
        for a in 0..grid.size(i) {
            upper.row_mut(a)[a] = F::from_count(0);
            for b in a + 1..grid.size(i) {
                let (above, below) = values(rows + a, rows + b, upper.row(a)[b]);
                upper.row_mut(a)[b] = above;
                upper.row_mut(b)[a] = below;
            }
        }
        return;
    }
    // SAFETY: as above; it is another tile than `upper`.
    let mut lower = unsafe { grid.tile(j, i) };
    for a in 0..grid.size(i) {
        for (b, above) in upper.row_mut(a).iter_mut().enumerate() {
            let (new_above, below) = values(rows + a, columns + b, *above);
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
