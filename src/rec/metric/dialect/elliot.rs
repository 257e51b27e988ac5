//! The definitions of Elliot, version 0.3.1.
//!
//! NDCG has gains of `2^(rating − threshold + 1) − 1`, the threshold being the lowest rating of a target (0 if every held-out
//! item is one), and an ideal that is cut off at `k`. MAP is the mean of the precisions at *all* ranks up to `k`, not only at
//! those of hits. Coverage is a number of items. What Elliot calls Gini is 1 minus a Gini coefficient: `gini-diversity` here.
//! Catalogue metrics count the lists of users without a target, too. Errors of ratings are of targets only, and of
//! predictions as they are. The order of equal scores is left open there; it is recflow's here.
//!
//! ```
//! use recflow::rec::metric::{RankedList, dialect};
//!
//! let elliot = dialect("elliot").expect("it is there");
//! // Recommended: items 7, 3, 9; held out: 3 (rated 4), 9 (rated 2) and 4 (rated 5); targets from 3 on.
//! let list = RankedList::rated(&[7, 3, 9], &[(3, 4.0), (9, 2.0), (4, 5.0)], Some(3.0), &[]);
//! assert_eq!(elliot.of_list("map@3".parse()?, &list), Some((0.0 + 1.0 / 2.0 + 1.0 / 3.0) / 3.0));
//! let (found, best) = (3.0 / 3_f64.log2(), 7.0 + 3.0 / 3_f64.log2());
//! let ndcg = elliot.of_list("ndcg@3".parse()?, &list).expect("Elliot defines it");
//! assert!((ndcg - found / best).abs() < 1e-12);
//! # Ok::<(), recflow::rec::metric::MetricSpecError>(())
//! ```

use super::definition::{Dialect, Forms, RatingRule, Ties, Users};
use crate::rec::metric::{coverage, gini_diversity, hit_rate, mae, map, mrr, ndcg, precision, recall_full, rmse};

pub(super) const DIALECT: Dialect = Dialect {
    name: "elliot",
    title: "Elliot",
    about: "Elliot 0.3: NDCG with gains that double with each point of rating, MAP as the mean of the precisions at all ranks, recall \
            over all targets, coverage as a number of items; errors of targets alone.",
    source: "elliot.evaluation of Elliot 0.3.1",
    ties: Ties::LowerIndex,
    means: Users::WithTarget,
    catalogue: Users::WithHeldOut,
    ratings: RatingRule { cut: false, targets_only: true },
    forms: Forms::Only(&[
        ("rmse", rmse::UNCUT_OF_TARGETS),
        ("mae", mae::UNCUT_OF_TARGETS),
        ("precision", precision::FORM),
        ("recall", recall_full::FORM),
        ("ndcg", ndcg::DOUBLING_GAINS),
        ("hit-rate", hit_rate::FORM),
        ("map", map::OVER_ALL_RANKS),
        ("mrr", mrr::FORM),
        ("coverage", coverage::NUMBER_OF_ITEMS),
        ("gini-diversity", gini_diversity::OVER_OTHERS),
    ]),
};
