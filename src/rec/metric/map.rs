//! Mean average precision: the precision at the rank of each hit, summed.
//!
//! `Σ_{hits at rank j ≤ k} precision@j / min(k, |targets|)`, mean over users. Range 0 to 1; a perfect list has 1 at every
//! `k`. Ties: lower item index first. Users without a target are left out.
//!
//! Under some dialects the sum is divided by `|targets|` whatever `k` is ([`average_precision_full`]), or the precision at every
//! rank takes part, hit or not, and the sum is divided by `k` ([`mean_precision`]).
//!
//! ```
//! use recflow::rec::metric::{RankedList, average_precision};
//!
//! // Recommended: items 7, 3, 9; to be found: 3 and 9 and 4.
//! let list = RankedList::new(&[7, 3, 9], &[3, 9, 4], &[]);
//! assert_eq!(average_precision(&list, 3), (1.0 / 2.0 + 2.0 / 3.0) / 3.0);
//! ```

use super::measure::{Direction, Form, Measure, Metric};
use super::ranked_list::{RankedList, share};

pub(super) const METRIC: Metric = Metric { name: "map", title: "MAP", direction: Direction::Higher, form: FORM };

pub(super) const FORM: Form = Form {
    definition: "the sum of the precision at the rank of each target among the first k, divided by k or the user's number \
                 of targets, whichever is less",
    measure: Measure::List(average_precision),
};

/// Divided by all targets, whatever `k` is.
pub(super) const OVER_ALL_TARGETS: Form = Form {
    definition: "the sum of the precision at the rank of each target among the first k, divided by the user's number of targets",
    measure: Measure::List(average_precision_full),
};

/// Over all ranks, those without a hit included.
pub(super) const OVER_ALL_RANKS: Form = Form {
    definition: "the mean of the precisions at all ranks from 1 to k, those without a target included",
    measure: Measure::List(mean_precision),
};

/// Average precision of one list; see the [module](self).
pub fn average_precision(list: &RankedList<'_>, k: usize) -> f64 {
    share(precisions_at_hits(list, k), k.min(list.n_targets()) as f64)
}

/// Average precision of one list over all targets; see the [module](self).
pub fn average_precision_full(list: &RankedList<'_>, k: usize) -> f64 {
    share(precisions_at_hits(list, k), list.n_targets() as f64)
}

/// Mean of the precisions of one list at all ranks; see the [module](self).
pub fn mean_precision(list: &RankedList<'_>, k: usize) -> f64 {
    (1..=k).map(|length| list.hits(length).len() as f64 / length as f64).sum::<f64>() / k as f64
}

fn precisions_at_hits(list: &RankedList<'_>, k: usize) -> f64 {
    (1_u32..).zip(list.hits(k)).map(|(found, &rank)| f64::from(found) / f64::from(rank + 1)).sum()
}
