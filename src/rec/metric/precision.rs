//! Precision: the share of the recommended items that are targets.
//!
//! `|{targets among the first k}| / k`, mean over users. Range 0 to 1; below 1 even for a perfect list when there are fewer
//! than `k` targets. Ties: lower item index first. Users without a target are left out.
//!
//! ```
//! use recflow::rec::metric::{RankedList, precision};
//!
//! // Recommended: items 7, 3, 9; to be found: 3 and 9 and 4.
//! let list = RankedList::new(&[7, 3, 9], &[3, 9, 4], &[]);
//! assert_eq!(precision(&list, 2), 1.0 / 2.0);
//! assert_eq!(precision(&list, 3), 2.0 / 3.0);
//! ```

use super::measure::{Direction, Form, Measure, Metric};
use super::ranked_list::RankedList;

pub(super) const METRIC: Metric =
    Metric { name: "precision", title: "Precision", direction: Direction::Higher, form: FORM };

pub(super) const FORM: Form =
    Form { definition: "the number of targets among the first k, divided by k", measure: Measure::List(precision) };

/// Precision of one list; see the [module](self).
pub fn precision(list: &RankedList<'_>, k: usize) -> f64 {
    list.hits(k).len() as f64 / k as f64
}
