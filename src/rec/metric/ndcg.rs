//! Normalised discounted cumulative gain: found targets count the more the higher they stand.
//!
//! `Σ_{hits at rank j ≤ k} 1/log2(j+1)`, divided by the same sum of a perfect list, `Σ_{j ≤ min(k, |targets|)} 1/log2(j+1)`;
//! mean over users. Range 0 to 1; a perfect list has 1 at every `k`. Ties: lower item index first. Users without a target
//! are left out. See `ndcg-full` for the other ideal.
//!
//! Under some dialects targets have graded gains, `Σ gain/log2(j+1)` over the same of the best possible list: their ratings
//! ([`ndcg_of_ratings`]), or gains that double with each point of rating ([`ndcg_of_doubling_gains`]).
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

use super::cumulative_gain::{ideal, normalised, of_hits};
use super::measure::{Direction, Form, Measure, Metric};
use super::ranked_list::{RankedList, share};

pub(super) const METRIC: Metric = Metric { name: "ndcg", title: "NDCG", direction: Direction::Higher, form: FORM };

pub(super) const FORM: Form = Form {
    definition: "the sum of 1/log2(rank + 1) over the targets among the first k, divided by that of the best possible list \
                 of length k",
    measure: Measure::List(ndcg),
};

/// With the ratings of all held-out items as gains.
pub(super) const RATINGS_AS_GAINS: Form = Form {
    definition: "the sum of rating/log2(rank + 1) over the held-out items among the first k, targets or not, divided by that of \
                 the best possible list of length k",
    measure: Measure::List(ndcg_of_ratings),
};

/// With gains of targets that double with each point of rating.
pub(super) const DOUBLING_GAINS: Form = Form {
    definition: "the sum of gain/log2(rank + 1) over the targets among the first k, divided by that of the best possible list of \
                 length k; the gain of a target is 2^(rating − t + 1) − 1, t the lowest rating that makes one (0 if all are)",
    measure: Measure::List(ndcg_of_doubling_gains),
};

/// NDCG of one list, the ideal cut off at `k`; see the [module](self).
pub fn ndcg(list: &RankedList<'_>, k: usize) -> f64 {
    share(of_hits(list, k), ideal(k.min(list.n_targets())))
}

/// NDCG of one list with ratings as gains, negative ones as 0; see the [module](self).
pub fn ndcg_of_ratings(list: &RankedList<'_>, k: usize) -> f64 {
    normalised(list, k, |rating| f64::from(rating.max(0.0)))
}

/// NDCG of one list with gains of targets that double with each point of rating; see the [module](self).
pub fn ndcg_of_doubling_gains(list: &RankedList<'_>, k: usize) -> f64 {
    let least = list.relevant_from().map_or(0.0, f64::from);
    normalised(list, k, |rating| {
        let above = f64::from(rating) - least;
        if above >= 0.0 { (above + 1.0).exp2() - 1.0 } else { 0.0 }
    })
}
