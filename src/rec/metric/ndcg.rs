//! Normalised discounted cumulative gain: found targets count the more the higher they stand.
//!
//! `Σ_{hits at rank j ≤ k} 1/log2(j+1)`, divided by the same sum of a perfect list, `Σ_{j ≤ min(k, |targets|)} 1/log2(j+1)`;
//! mean over users. Range 0 to 1; a perfect list has 1 at every `k`. Ties: lower item index first. Users without a target
//! are left out. See `ndcg-full` for the other ideal.
//!
//! ```
//! use recflow::rec::metric::{RankedList, ndcg};
//!
//! // Recommended: items 7, 3, 9; to be found: 3 and 9 and 4.
//! let list = RankedList::new(&[7, 3, 9], &[3, 9, 4], &[]);
//! let found = 1.0 / 3_f64.log2() + 1.0 / 4_f64.log2();
//! let perfect = 1.0 / 2_f64.log2() + 1.0 / 3_f64.log2() + 1.0 / 4_f64.log2();
//! assert!((ndcg(&list, 3) - found / perfect).abs() < 1e-15);
//! ```

use super::measure::{Direction, Measure, Metric, RankedList, ideal_gain};

pub(super) const METRIC: Metric = Metric {
    name: "ndcg",
    title: "NDCG",
    direction: Direction::Higher,
    definition: "the sum of 1/log2(rank + 1) over the targets among the first k, divided by that of the best possible list \
                 of length k",
    measure: Measure::List(ndcg),
};

/// NDCG of one list, the ideal cut off at `k`; see the [module](self).
pub fn ndcg(list: &RankedList<'_>, k: usize) -> f64 {
    list.discounted_gain(k) / ideal_gain(k.min(list.n_targets()))
}
