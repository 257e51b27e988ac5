//! How often two items share a user: the Gram matrix `XᵀX` of a binary sparse matrix, from its rows.

use ndarray::ArrayViewMut2;
use rayon::prelude::*;

use super::real::Real;
use crate::rec::data::Interactions;

/// Rows of the Gram matrix that are one task.
const ROWS_PER_TASK: usize = 16;

/// Both directions of a binary matrix, prepared for counting.
///
/// Memory: 12 bytes an entry.
#[derive(Debug)]
pub struct CoOccurrences {
    n_items: usize,
    /// Boundaries of users in `items`. Shape: `[n_users + 1]`.
    user_offsets: Vec<usize>,
    /// Each user's items, rising. Shape: `[n_entries]`.
    items: Vec<u32>,
    /// Boundaries of items in `entries`. Shape: `[n_items + 1]`.
    item_offsets: Vec<usize>,
    /// For each item its users, and the item's place among the items of the user. Shape: `[n_entries]`.
    entries: Vec<(u32, u32)>,
}

impl CoOccurrences {
    /// Prepares to count. Every stored interaction counts as 1, whatever its rating.
    pub fn new(interactions: &Interactions) -> Self {
        let user_offsets = interactions.offsets().to_vec();
        let n_items = interactions.n_items();
        let mut items = interactions.items().to_vec();
        let mut item_offsets = vec![0; n_items + 1];
        for user in user_offsets.windows(2) {
            items[user[0]..user[1]].sort_unstable();
        }
        for &item in &items {
            item_offsets[item as usize + 1] += 1;
        }
        for item in 0..n_items {
            item_offsets[item + 1] += item_offsets[item];
        }
        let mut next = item_offsets.clone();
        let mut entries = vec![(0, 0); items.len()];
        for (user, bounds) in user_offsets.windows(2).enumerate() {
            for (place, &item) in items[bounds[0]..bounds[1]].iter().enumerate() {
                entries[next[item as usize]] = (user as u32, place as u32);
                next[item as usize] += 1;
            }
        }
        Self { n_items, user_offsets, items, item_offsets, entries }
    }

    /// Number of users who have the item.
    pub fn count(&self, item: usize) -> u32 {
        (self.item_offsets[item + 1] - self.item_offsets[item]) as u32
    }

    /// Adds to `counts[j]` how many users have both `item` and `j`, for every `j`. Shape: `counts` `[n_items]`.
    pub fn add_row(&self, item: usize, counts: &mut [u32]) {
        self.add(item, counts, |first, _| first);
    }

    /// As [`Self::add_row`] for `j >= item` only, at half the cost.
    pub fn add_upper_row(&self, item: usize, counts: &mut [u32]) {
        self.add(item, counts, |first, place| first + place as usize);
    }

    fn add(&self, item: usize, counts: &mut [u32], from: impl Fn(usize, u32) -> usize) {
        assert_eq!(counts.len(), self.n_items, "one count for each item");
        for &(user, place) in &self.entries[self.item_offsets[item]..self.item_offsets[item + 1]] {
            let (first, end) = (self.user_offsets[user as usize], self.user_offsets[user as usize + 1]);
            for &other in &self.items[from(first, place)..end] {
                counts[other as usize] += 1;
            }
        }
    }
}

/// Writes the upper triangle, diagonal included, of `XᵀX`, `X` the binary matrix of the interactions; the rest of
/// `matrix` is left alone. The counts are exact. Shape: `matrix` `[n_items, n_items]`, row-major.
///
/// Cost: half the sum of the squared lengths of the histories, in parallel over rows of the result.
///
/// # Panics
///
/// If the matrix is of another shape or not row-major.
pub fn gram<F: Real>(interactions: &Interactions, mut matrix: ArrayViewMut2<'_, F>) {
    let n = interactions.n_items();
    assert_eq!(matrix.dim(), (n, n), "the Gram matrix is items × items");
    if n == 0 {
        return;
    }
    let pairs = CoOccurrences::new(interactions);
    let rows = matrix.as_slice_mut().expect("the Gram matrix is row-major");
    rows.par_chunks_mut(n * ROWS_PER_TASK).enumerate().for_each_init(
        || vec![0; n],
        |counts, (block, rows)| {
            for (row, values) in rows.chunks_exact_mut(n).enumerate() {
                let item = block * ROWS_PER_TASK + row;
                counts[item..].fill(0);
                pairs.add_upper_row(item, counts);
                values[item..]
                    .iter_mut()
                    .zip(&counts[item..])
                    .for_each(|(value, &count)| *value = F::from_count(count));
            }
        },
    );
}

#[cfg(test)]
mod tests {
    use super::{CoOccurrences, gram};
    use crate::rec::data::Interactions;
    use ndarray::Array2;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn binary() -> impl Strategy<Value = (usize, Vec<BTreeSet<u32>>)> {
        (1..40_usize).prop_flat_map(|n| {
            let history = prop::collection::btree_set(0..n as u32, 0..=n);
            (Just(n), prop::collection::vec(history, 0..30))
        })
    }

    fn interactions(n_items: usize, histories: &[BTreeSet<u32>]) -> Interactions {
        let mut offsets = vec![0];
        let mut items = Vec::new();
        for history in histories {
            items.extend(history.iter().rev());
            offsets.push(items.len());
        }
        let n = items.len();
        Interactions::from_parts(n_items, offsets, items, vec![3.0; n], vec![0; n])
    }

    proptest! {
        #[test]
        fn it_is_the_dense_product((n_items, histories) in binary()) {
            let sparse = interactions(n_items, &histories);
            let dense = Array2::from_shape_fn((histories.len(), n_items), |(u, i)| {
                f64::from(u8::from(histories[u].contains(&(i as u32))))
            });
            let expected = dense.t().dot(&dense);
            let mut double = Array2::<f64>::zeros((n_items, n_items));
            let mut single = Array2::<f32>::zeros((n_items, n_items));
            gram(&sparse, double.view_mut());
            gram(&sparse, single.view_mut());
            let pairs = CoOccurrences::new(&sparse);
            for i in 0..n_items {
                let mut row = vec![0; n_items];
                pairs.add_row(i, &mut row);
                prop_assert_eq!(pairs.count(i), row[i]);
                for j in 0..n_items {
                    prop_assert_eq!(f64::from(row[j]), expected[[i, j]]);
                    let upper = if i <= j { expected[[i, j]] } else { 0.0 };
                    prop_assert_eq!(double[[i, j]], upper);
                    prop_assert_eq!(f64::from(single[[i, j]]), upper);
                }
            }
        }
    }
}
