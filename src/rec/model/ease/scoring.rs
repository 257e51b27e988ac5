//! `X B` for a block of users: sums of rows, ordered for the caches.

use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis, s};

use crate::rec::linalg::Real;
use crate::rec::model::UserBlock;

/// Columns of `B` that are summed at a time: the sums of a block of users and the rows in use stay in the second cache.
const COLUMNS: usize = 512;
/// Rows of `B` that all users of the block go through before anybody takes the next ones.
const ROWS: usize = 64;

/// Writes, for every user, the sum of the rows of `matrix` that belong to the items of the history.
///
/// Sums are taken in the precision of the matrix, by rising item index, so that the order of a history and the other
/// users of the block change nothing. Shapes: `matrix` `[n_items, n_items]`, `scores` `[users.len(), n_items]`.
pub(super) fn sum_rows<F: Real>(matrix: &ArrayView2<'_, F>, users: &UserBlock<'_>, mut scores: ArrayViewMut2<'_, f32>) {
    let histories: Vec<Vec<u32>> = (0..users.len())
        .map(|row| {
            let mut items = users.items(row).to_vec();
            items.sort_unstable();
            items
        })
        .collect();
    let n_items = matrix.nrows();
    let weights = matrix.as_slice().expect("weights are row-major");
    let mut sums = Array2::from_elem((users.len(), COLUMNS.min(n_items)), F::from_count(0));
    for first in (0..n_items).step_by(COLUMNS) {
        let columns = first..n_items.min(first + COLUMNS);
        let mut next = vec![0; users.len()];
        sums.fill(F::from_count(0));
        for end in (0..n_items).step_by(ROWS).map(|row| row + ROWS) {
            for ((history, next), mut sums) in histories.iter().zip(&mut next).zip(sums.rows_mut()) {
                let sums = &mut sums.as_slice_mut().expect("the sums are row-major")[..columns.len()];
                while let Some(&item) = history.get(*next).filter(|&&item| (item as usize) < end) {
                    let row = &weights[item as usize * n_items..][columns.clone()];
                    sums.iter_mut().zip(row).for_each(|(sum, &weight)| *sum += weight);
                    *next += 1;
                }
            }
        }
        for (sums, scores) in sums.rows().into_iter().zip(scores.axis_iter_mut(Axis(0))) {
            scores
                .slice_move(s![columns.clone()])
                .iter_mut()
                .zip(sums)
                .for_each(|(score, sum)| *score = sum.to_single());
        }
    }
}
