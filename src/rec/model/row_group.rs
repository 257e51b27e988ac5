//! Blocks of users as groups of one size.
//!
//! BLAS chooses its kernels by the shape of a product, and other kernels may give other last bits. A user's scores must not
//! depend on how many others are in the block; hence dense products over users always have the same number of rows. On some
//! processors its instructions differ from row to row, too; whoever wants the same bits gives a user the same row.

use ndarray::{Array2, ArrayViewMut2, Axis, s};

use super::UserBlock;
use crate::rec::nn::SparseRows;

/// Rows of a group; that of the blocks that evaluation asks for, so that these need no copy.
pub(super) const GROUP: usize = 128;

/// Fills `scores` group by group: `score` gets the first row's index in the block and an array of [`GROUP`] rows, of which
/// those past the block's end are thrown away.
pub(super) fn in_groups(mut scores: ArrayViewMut2<'_, f32>, score: impl Fn(usize, &mut ArrayViewMut2<'_, f32>)) {
    for (index, mut group) in scores.axis_chunks_iter_mut(Axis(0), GROUP).enumerate() {
        if group.nrows() == GROUP && group.is_standard_layout() {
            score(index * GROUP, &mut group);
        } else {
            let mut whole = Array2::zeros((GROUP, group.ncols()));
            score(index * GROUP, &mut whole.view_mut());
            let n_rows = group.nrows();
            group.assign(&whole.slice(s![..n_rows, ..]));
        }
    }
}

/// The ratings of `n_rows` users of the block from `start` on; rows past the block's end are empty.
pub(super) fn histories(users: &UserBlock<'_>, start: usize, n_rows: usize, n_items: usize) -> SparseRows<f32> {
    let mut histories = SparseRows::new(n_items);
    for row in start..start + n_rows {
        if row < users.len() {
            histories.push_row(users.items(row).iter().copied().zip(users.ratings(row).iter().copied()));
        } else {
            histories.push_row(std::iter::empty());
        }
    }
    histories
}

#[cfg(test)]
mod tests {
    use super::{GROUP, in_groups};
    use ndarray::Array2;

    #[test]
    fn every_row_is_filled_from_a_whole_group() {
        for n_rows in [0, 1, GROUP, GROUP + 1, 2 * GROUP] {
            let mut scores = Array2::from_elem((n_rows, 3), f32::NAN);
            in_groups(scores.view_mut(), |start, group| {
                assert_eq!(group.dim(), (GROUP, 3));
                group.indexed_iter_mut().for_each(|((row, _), score)| *score = (start + row) as f32);
            });
            assert!(scores.indexed_iter().all(|((row, _), &score)| score == row as f32));
        }
    }
}
