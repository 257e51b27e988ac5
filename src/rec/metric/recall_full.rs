//! Recall in the sense of information retrieval: the share of all targets that was found.
//!
//! `|{targets among the first k}| / |targets|`, mean over users. Range 0 to 1; below 1 even for a perfect list when there
//! are more than `k` targets. Ties: lower item index first. Users without a target are left out.
//!
//! ```
//! use recflow::rec::metric::{RankedList, recall_full};
//!
//! // Recommended: items 7, 3, 9; to be found: 3 and 9 and 4.
//! let list = RankedList::new(&[7, 3, 9], &[3, 9, 4], &[]);
//! assert_eq!(recall_full(&list, 2), 1.0 / 3.0);
//! assert_eq!(recall_full(&list, 3), 2.0 / 3.0);
//! ```

use super::measure::{Direction, Form, Measure, Metric};
use super::ranked_list::{RankedList, share};

pub(super) const METRIC: Metric =
    Metric { name: "recall-full", title: "Recall (full)", direction: Direction::Higher, form: FORM };

pub(super) const FORM: Form = Form {
    definition: "the number of targets among the first k, divided by the user's number of targets",
    measure: Measure::List(recall_full),
};

/// Recall of one list over all targets; see the [module](self).
pub fn recall_full(list: &RankedList<'_>, k: usize) -> f64 {
    share(list.hits(k).len() as f64, list.n_targets() as f64)
}
