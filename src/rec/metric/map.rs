//! Mean average precision: the precision at the rank of each hit, summed.
//!
//! `Σ_{hits at rank j ≤ k} precision@j / min(k, |targets|)`, mean over users. Range 0 to 1; a perfect list has 1 at every
//! `k`. Ties: lower item index first. Users without a target are left out.
//!
//! ```
//! use recflow::rec::metric::{RankedList, average_precision};
//!
//! // Recommended: items 7, 3, 9; to be found: 3 and 9 and 4.
//! let list = RankedList::new(&[7, 3, 9], &[3, 9, 4], &[]);
//! assert_eq!(average_precision(&list, 3), (1.0 / 2.0 + 2.0 / 3.0) / 3.0);
//! ```

use super::measure::{Direction, Measure, Metric, RankedList};

pub(super) const METRIC: Metric = Metric {
    name: "map",
    title: "MAP",
    direction: Direction::Higher,
    definition: "the sum of the precision at the rank of each target among the first k, divided by k or the user's number \
                 of targets, whichever is less",
    measure: Measure::List(average_precision),
};

/// Average precision of one list; see the [module](self).
pub fn average_precision(list: &RankedList<'_>, k: usize) -> f64 {
    let precisions = (1_u32..).zip(list.hits(k)).map(|(found, &rank)| f64::from(found) / f64::from(rank + 1));
    precisions.sum::<f64>() / k.min(list.n_targets()) as f64
}
