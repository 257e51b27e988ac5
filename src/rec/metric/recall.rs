//! Recall with the denominator of the Mult-VAE and EASE papers: the share of the targets that could have been found.
//!
//! `|{targets among the first k}| / min(k, |targets|)`, mean over users. Range 0 to 1; a perfect list has 1 at every `k`.
//! Ties: lower item index first. Users without a target are left out. See `recall-full` for the other denominator.
//!
//! ```
//! use recflow::rec::metric::{RankedList, recall};
//!
//! // Recommended: items 7, 3, 9; to be found: 3 and 9 and 4.
//! let list = RankedList::new(&[7, 3, 9], &[3, 9, 4], &[]);
//! assert_eq!(recall(&list, 2), 1.0 / 2.0);
//! assert_eq!(recall(&list, 3), 2.0 / 3.0);
//! ```

use super::measure::{Direction, Form, Measure, Metric};
use super::ranked_list::{RankedList, share};

pub(super) const METRIC: Metric = Metric { name: "recall", title: "Recall", direction: Direction::Higher, form: FORM };

pub(super) const FORM: Form = Form {
    definition: "the number of targets among the first k, divided by k or the user's number of targets, whichever is less",
    measure: Measure::List(recall),
};

/// Recall of one list, its denominator cut off at `k`; see the [module](self).
pub fn recall(list: &RankedList<'_>, k: usize) -> f64 {
    share(list.hits(k).len() as f64, k.min(list.n_targets()) as f64)
}
