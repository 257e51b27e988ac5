//! Novelty: how surprising the recommended items are, as the mean of their self-information.
//!
//! Mean of `−log2(users who have the item / users)` over the first `k`, counted in the training part; mean over users.
//! Range 0 (everybody has every recommended item) to `log2(users)` bits. An item that no training user has counts as though one
//! had it. Ties: lower item index first. Users without a target are left out; an empty list has 0.
//!
//! High is not better: random lists are the most novel.
//!
//! ```
//! use recflow::rec::metric::{RankedList, novelty, self_information};
//!
//! // Of 8 training users 8 have item 0, 4 have item 1, 1 has item 2.
//! let bits = self_information(&[8, 4, 1], 8);
//! let list = RankedList::new(&[2, 1, 0], &[1], &bits);
//! assert_eq!(novelty(&list, 1), 3.0);
//! assert_eq!(novelty(&list, 3), (3.0 + 1.0 + 0.0) / 3.0);
//! ```

use super::measure::{Direction, Form, Measure, Metric};
use super::ranked_list::RankedList;

pub(super) const METRIC: Metric =
    Metric { name: "novelty", title: "Novelty", direction: Direction::Neither, form: FORM };

pub(super) const FORM: Form = Form {
    definition: "the mean of −log2(training users who have the item / training users) over the first k; items that no \
                 training user has count as though one had them",
    measure: Measure::List(novelty),
};

/// Novelty of one list in bits; see the [module](self).
pub fn novelty(list: &RankedList<'_>, k: usize) -> f64 {
    let items = list.items(k);
    items.iter().map(|&item| list.self_information(item)).sum::<f64>() / items.len().max(1) as f64
}

/// The self-information of each item in bits, from how many of `n_users` training users have it. Shape: `[n_items]`.
pub fn self_information(counts: &[u32], n_users: usize) -> Vec<f64> {
    counts.iter().map(|&count| (n_users.max(1) as f64 / f64::from(count.max(1))).log2()).collect()
}
