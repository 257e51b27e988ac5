//! The definitions of RecBole, compared with version 1.2.1.
//!
//! Recall divides by all targets; NDCG has gains of 0 or 1 and an ideal that is cut off at `k`; average precision is divided by
//! `k` or the number of targets, whichever is less. Coverage and Gini count RecBole's padding item as an item that nobody is
//! ever recommended. Errors of ratings are of predictions as they are. The order of equal scores is left open there; it is
//! recflow's here. RecBole fills a list for which too few items are left with items that the user has; here it ends.
//!
//! ```
//! use recflow::rec::metric::{RankedList, dialect};
//!
//! let recbole = dialect("recbole").expect("it is there");
//! // Recommended: items 7, 3, 9; to be found: 3 and 9 and 4.
//! let list = RankedList::new(&[7, 3, 9], &[3, 9, 4], &[]);
//! assert_eq!(recbole.of_list("recall@2".parse()?, &list), Some(1.0 / 3.0));
//! assert_eq!(recbole.of_list("map@2".parse()?, &list), Some(1.0 / 2.0 / 2.0));
//! # Ok::<(), recflow::rec::metric::MetricSpecError>(())
//! ```

use super::definition::{Dialect, Forms, RatingRule, Ties, Users};
use crate::rec::metric::{coverage, gini, hit_rate, mae, map, mrr, ndcg, precision, recall_full, rmse};

pub(super) const DIALECT: Dialect = Dialect {
    name: "recbole",
    title: "RecBole",
    about: "RecBole 1.2: recall over all targets, MAP over k or the number of targets, whichever is less; coverage and Gini with one \
            item more, its padding; ratings as they are predicted.",
    source: "recbole.evaluator.metrics of RecBole 1.2.1",
    ties: Ties::LowerIndex,
    means: Users::WithTarget,
    catalogue: Users::WithTarget,
    ratings: RatingRule { cut: false, targets_only: false },
    forms: Forms::Only(&[
        ("rmse", rmse::UNCUT),
        ("mae", mae::UNCUT),
        ("precision", precision::FORM),
        ("recall", recall_full::FORM),
        ("ndcg", ndcg::FORM),
        ("hit-rate", hit_rate::FORM),
        ("map", map::FORM),
        ("mrr", mrr::FORM),
        ("coverage", coverage::WITH_PADDING),
        ("gini", gini::WITH_PADDING),
    ]),
};
