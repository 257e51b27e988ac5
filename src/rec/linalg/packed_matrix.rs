//! A matrix laid out once for many products with few rows: the recurrent weights of a mini-batch.
//!
//! BLAS copies its operands into such a layout at every call. That costs nothing beside a large product, and more than the
//! arithmetic beside one of 16 rows.

use std::marker::PhantomData;

use bytemuck::Zeroable;
use ndarray::{ArrayRef2, Axis};
use pulp::{Arch, Simd, WithSimd};

use super::lanes::Lanes;
use super::real::Real;

/// Vectors that a panel is wide.
const VECTORS: usize = 2;
/// Rows that are computed together, at most: their sums and a row of a panel together fill the 16 registers of AVX2.
const ROWS: usize = 6;

/// The right factor of products, cut into panels of columns.
///
/// Each number of a product is summed in the order of the factor's rows, with one rounding for each product and sum: it depends
/// neither on the other rows, nor on threads, nor on the width of the processor's vectors.
#[derive(Debug, Clone)]
pub struct PackedMatrix<F> {
    /// Columns of a panel.
    width: usize,
    /// Rows and columns of the matrix.
    shape: (usize, usize),
    /// The last panel is filled up with zeros. Shape: `[n_panels, rows, width]`.
    panels: Vec<F>,
}

impl<F: Real> PackedMatrix<F> {
    /// A copy of this matrix, which may be a transposed view.
    pub fn new(matrix: &ArrayRef2<F>) -> Self {
        let (rows, columns) = matrix.dim();
        let width = Arch::new().dispatch(PanelWidth(PhantomData::<F>));
        let mut panels = vec![F::zero(); columns.div_ceil(width) * rows * width];
        let blocks = matrix.axis_chunks_iter(Axis(1), width);
        for (panel, block) in panels.chunks_exact_mut((rows * width).max(1)).zip(blocks) {
            for (to, from) in panel.chunks_exact_mut(width).zip(block.rows()) {
                to.iter_mut().zip(from).for_each(|(to, &from)| *to = from);
            }
        }
        Self { width, shape: (rows, columns), panels }
    }

    /// `C += A B`, `B` this matrix, on the calling thread. Shapes, row-major: `a` `[n, rows]`, `c` `[n, columns]`.
    ///
    /// # Panics
    ///
    /// If the shapes do not fit together.
    pub fn add_product(&self, a: &[F], c: &mut [F]) {
        let (rows, columns) = self.shape;
        if rows == 0 || columns == 0 {
            return;
        }
        assert!(
            a.len().is_multiple_of(rows) && c.len() == a.len() / rows * columns,
            "shapes of a product do not match"
        );
        if !a.is_empty() {
            Arch::new().dispatch(AddProduct { matrix: self, a, c });
        }
    }
}

/// How wide panels are here.
struct PanelWidth<F>(PhantomData<F>);

impl<F: Lanes> WithSimd for PanelWidth<F> {
    type Output = usize;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) -> usize {
        VECTORS * size_of::<F::Vector<S>>() / size_of::<F>()
    }
}

struct AddProduct<'a, F> {
    matrix: &'a PackedMatrix<F>,
    a: &'a [F],
    c: &'a mut [F],
}

impl<F: Real> WithSimd for AddProduct<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { matrix: PackedMatrix { width, shape: (depth, columns), panels }, a, c } = self;
        let n = a.len() / depth;
        // Blocks of about the same number of rows.
        let rows = n.div_ceil(n.div_ceil(ROWS));
        for (index, panel) in panels.chunks_exact(depth * width).enumerate() {
            let panel: &[F::Vector<S>] = bytemuck::cast_slice(panel);
            let (first, end) = (index * width, *columns.min(&((index + 1) * width)));
            for (a, c) in a.chunks(rows * depth).zip(c.chunks_mut(rows * columns)) {
                let mut c = Target { rows: c, columns: *columns, first, end };
                match a.len() / depth {
                    1 => add_block::<F, S, 1>(simd, a, panel, &mut c),
                    2 => add_block::<F, S, 2>(simd, a, panel, &mut c),
                    3 => add_block::<F, S, 3>(simd, a, panel, &mut c),
                    4 => add_block::<F, S, 4>(simd, a, panel, &mut c),
                    5 => add_block::<F, S, 5>(simd, a, panel, &mut c),
                    _ => add_block::<F, S, ROWS>(simd, a, panel, &mut c),
                }
            }
        }
    }
}

/// The columns `first..end` of some rows. Shape of `rows`: `[n, columns]`.
struct Target<'a, F> {
    rows: &'a mut [F],
    columns: usize,
    first: usize,
    end: usize,
}

/// The product of `N` rows with a panel. Shapes: `a` `[N, depth]`, `panel` `[depth, VECTORS]`.
#[inline(always)]
fn add_block<F: Real, S: Simd, const N: usize>(simd: S, a: &[F], panel: &[F::Vector<S>], c: &mut Target<'_, F>) {
    let (panel, _) = panel.as_chunks::<VECTORS>();
    let depth = panel.len();
    let mut rows = [&a[..0]; N];
    for (index, row) in rows.iter_mut().enumerate() {
        *row = &a[index * depth..][..depth];
    }
    let mut sums = [[F::Vector::<S>::zeroed(); VECTORS]; N];
    for (k, factors) in panel.iter().enumerate() {
        for row in 0..N {
            let value = rows[row][k].splat(simd);
            for vector in 0..VECTORS {
                sums[row][vector] = F::multiply_add(simd, value, factors[vector], sums[row][vector]);
            }
        }
    }
    for (row, sums) in c.rows.chunks_exact_mut(c.columns).zip(&sums) {
        let sums: &[F] = bytemuck::cast_slice(sums);
        for (value, &sum) in row[c.first..c.end].iter_mut().zip(sums) {
            *value += sum;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PackedMatrix;
    use crate::rec::linalg::{Real, product};
    use ndarray::Array2;

    /// Small integers, so that sums are exact in any order.
    fn matrix<F: Real>(rows: usize, columns: usize, salt: usize) -> Array2<F> {
        Array2::from_shape_fn((rows, columns), |(i, j)| F::rounded(((i * 31 + j * 17 + salt * 7) % 23) as f64 - 11.0))
    }

    fn assert_products<F: Real>() {
        for (depth, columns) in [(1, 1), (3, 5), (7, 16), (20, 33), (65, 24), (5, 100)] {
            for n in 0..15 {
                let (a, b) = (matrix::<F>(n, depth, 1), matrix::<F>(depth, columns, 2));
                let start = matrix::<F>(n, columns, 3);
                let expected = &start + &product(&a, &b);
                let transposed = b.t().as_standard_layout().into_owned();
                for packed in [PackedMatrix::new(&b), PackedMatrix::new(&transposed.t())] {
                    let mut sum = start.clone();
                    packed.add_product(a.as_slice().unwrap(), sum.as_slice_mut().unwrap());
                    assert_eq!(sum, expected, "{n} x {depth} x {columns}");
                }
            }
        }
    }

    #[test]
    fn odd_shapes_give_the_whole_product() {
        assert_products::<f32>();
        assert_products::<f64>();
    }

    #[test]
    fn a_row_does_not_depend_on_the_others() {
        let (depth, columns) = (50, 37);
        let a = Array2::from_shape_fn((13, depth), |(i, j)| ((i * depth + j) as f32).sin());
        let packed = PackedMatrix::new(&Array2::from_shape_fn((depth, columns), |(i, j)| ((i * 3 + j) as f32).cos()));
        let product = |rows: std::ops::Range<usize>| {
            let mut product = vec![0.0; rows.len() * columns];
            packed.add_product(&a.as_slice().unwrap()[rows.start * depth..rows.end * depth], &mut product);
            product
        };
        let whole = product(0..13);
        for start in 0..13 {
            for end in start..=13 {
                assert_eq!(product(start..end), whole[start * columns..end * columns], "{start}..{end}");
            }
        }
    }

    #[test]
    fn nothing_has_a_product_too() {
        PackedMatrix::new(&Array2::<f32>::zeros((0, 3))).add_product(&[], &mut []);
        PackedMatrix::new(&Array2::<f32>::zeros((3, 0))).add_product(&[1.0, 2.0, 3.0], &mut []);
    }
}
