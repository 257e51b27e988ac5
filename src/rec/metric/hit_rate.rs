//! Hit rate: the share of users for whom at least one target was found.
//!
//! 1 if a target is among the first `k`, else 0; mean over users. Range 0 to 1. Ties: lower item index first. Users without
//! a target are left out.
//!
//! ```
//! use recflow::rec::metric::{RankedList, hit_rate};
//!
//! // Recommended: items 7, 3, 9; to be found: 3 and 9 and 4.
//! let list = RankedList::new(&[7, 3, 9], &[3, 9, 4], &[]);
//! assert_eq!(hit_rate(&list, 1), 0.0);
//! assert_eq!(hit_rate(&list, 3), 1.0);
//! ```

use super::measure::{Direction, Form, Measure, Metric};
use super::ranked_list::RankedList;

pub(super) const METRIC: Metric =
    Metric { name: "hit-rate", title: "Hit rate", direction: Direction::Higher, form: FORM };

pub(super) const FORM: Form =
    Form { definition: "1 if at least one target is among the first k, else 0", measure: Measure::List(hit_rate) };

/// Whether one list has a hit; see the [module](self).
pub fn hit_rate(list: &RankedList<'_>, k: usize) -> f64 {
    if list.hits(k).is_empty() { 0.0 } else { 1.0 }
}
