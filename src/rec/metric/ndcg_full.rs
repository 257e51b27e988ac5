//! Normalised discounted cumulative gain whose ideal is not cut off.
//!
//! `Σ_{hits at rank j ≤ k} 1/log2(j+1)`, divided by `Σ_{j ≤ |targets|} 1/log2(j+1)`; mean over users. Range 0 to 1; below 1
//! even for a perfect list when there are more than `k` targets. Ties: lower item index first. Users without a target are
//! left out.
//!
//! ```
//! use recflow::rec::metric::{RankedList, ndcg_full};
//!
//! // Recommended: items 7, 3, 9; to be found: 3 and 9 and 4.
//! let list = RankedList::new(&[7, 3, 9], &[3, 9, 4], &[]);
//! let perfect = 1.0 / 2_f64.log2() + 1.0 / 3_f64.log2() + 1.0 / 4_f64.log2();
//! assert!((ndcg_full(&list, 2) - 1.0 / 3_f64.log2() / perfect).abs() < 1e-15);
//! ```

use super::cumulative_gain::{ideal, of_hits};
use super::measure::{Direction, Form, Measure, Metric};
use super::ranked_list::{RankedList, share};

pub(super) const METRIC: Metric =
    Metric { name: "ndcg-full", title: "NDCG (full)", direction: Direction::Higher, form: FORM };

pub(super) const FORM: Form = Form {
    definition: "the sum of 1/log2(rank + 1) over the targets among the first k, divided by that of a list with all of the \
                 user's targets on top",
    measure: Measure::List(ndcg_full),
};

/// NDCG of one list, the ideal over all targets; see the [module](self).
pub fn ndcg_full(list: &RankedList<'_>, k: usize) -> f64 {
    share(of_hits(list, k), ideal(list.n_targets()))
}
