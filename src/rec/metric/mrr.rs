//! Mean reciprocal rank: how high the first target stands.
//!
//! `1 / rank` of the first target, 0 if none is among the first `k`; mean over users. Range 0 to 1. Ties: lower item index
//! first. Users without a target are left out.
//!
//! ```
//! use recflow::rec::metric::{RankedList, reciprocal_rank};
//!
//! // Recommended: items 7, 3, 9; to be found: 3 and 9 and 4.
//! let list = RankedList::new(&[7, 3, 9], &[3, 9, 4], &[]);
//! assert_eq!(reciprocal_rank(&list, 1), 0.0);
//! assert_eq!(reciprocal_rank(&list, 3), 1.0 / 2.0);
//! ```

use super::measure::{Direction, Form, Measure, Metric};
use super::ranked_list::RankedList;

pub(super) const METRIC: Metric = Metric { name: "mrr", title: "MRR", direction: Direction::Higher, form: FORM };

pub(super) const FORM: Form = Form {
    definition: "1 divided by the rank of the first target, 0 if none is among the first k",
    measure: Measure::List(reciprocal_rank),
};

/// Reciprocal rank of one list; see the [module](self).
pub fn reciprocal_rank(list: &RankedList<'_>, k: usize) -> f64 {
    list.hits(k).first().map_or(0.0, |&rank| 1.0 / (f64::from(rank) + 1.0))
}
