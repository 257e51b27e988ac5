//! Losses: what outputs cost, and the gradient by them, which takes their place in memory.
//!
//! Each returns the sum of the loss, in double precision, and leaves `scale` times its gradient.

mod logistic;
mod softmax;
mod squared;
#[cfg(test)]
mod tests;

use ndarray::{Array2, Axis};
use rayon::prelude::*;

pub use logistic::{logistic, logistic_everywhere};
pub(super) use softmax::biased_softmax_row;
pub use softmax::softmax_cross_entropy;
pub use squared::{Confidence, squared, squared_everywhere};

use super::{SparseRows, vectorised};
use crate::rec::linalg::Real;

/// Numbers that are one task, about.
const TASK: usize = 1 << 15;
/// Sums that run beside each other: enough for the widest vectors.
const LANES: usize = 32;

/// Replaces each row of `outputs` by what `of_row` makes of it and of its targets' columns and values; the sum of what it
/// returns. Rows are summed in order, in double precision.
fn each_row<F: Real>(
    outputs: &mut Array2<F>,
    targets: &SparseRows<F>,
    of_row: impl Fn(&mut [F], &[u32], &[F]) -> f64 + Sync,
) -> f64 {
    assert_eq!(outputs.dim(), (targets.n_rows(), targets.n_columns()), "a target for each output");
    let chunk = (TASK / outputs.ncols().max(1)).max(1);
    let losses: Vec<f64> = outputs
        .axis_chunks_iter_mut(Axis(0), chunk)
        .into_par_iter()
        .enumerate()
        .flat_map_iter(|(index, mut rows)| {
            let of_row = &of_row;
            let rows = rows.rows_mut().into_iter().enumerate().map(|(offset, mut row)| {
                let (columns, values) = targets.row(index * chunk + offset);
                let row = row.as_slice_mut().expect("rows of an own matrix are contiguous");
                vectorised(
                    #[inline(always)]
                    || of_row(row, columns, values),
                )
            });
            rows.collect::<Vec<f64>>()
        })
        .collect();
    losses.iter().sum()
}

/// Joins the lanes of a sum or a product, always in the same order.
#[inline(always)]
fn join<F: Real>(mut lanes: [F; LANES], combine: impl Fn(F, F) -> F) -> F {
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            lanes[lane] = combine(lanes[lane], lanes[lane + width]);
        }
        width /= 2;
    }
    lanes[0]
}
