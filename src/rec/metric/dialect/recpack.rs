//! The definitions of RecPack, compared with version 0.3.6.
//!
//! Recall divides by all targets (`RecallK`; recflow's own `recall` is its `CalibratedRecallK`); NDCG has gains of 0 or 1 and
//! an ideal that is cut off at `k` (`NDCGK`). `HitK` is a number of hits and no rate, so there is no hit rate. The order of
//! equal scores is left open there; it is recflow's here.
//!
//! ```
//! use recflow::rec::metric::{RankedList, dialect};
//!
//! let recpack = dialect("recpack").expect("it is there");
//! // Recommended: items 7, 3, 9; to be found: 3 and 9 and 4.
//! let list = RankedList::new(&[7, 3, 9], &[3, 9, 4], &[]);
//! assert_eq!(recpack.of_list("recall@2".parse()?, &list), Some(1.0 / 3.0));
//! assert_eq!(recpack.of_list("hit-rate@2".parse()?, &list), None);
//! # Ok::<(), recflow::rec::metric::MetricSpecError>(())
//! ```

use super::definition::{Dialect, Forms, RatingRule, Ties, Users};
use crate::rec::metric::{coverage, mrr, ndcg, precision, recall_full};

pub(super) const DIALECT: Dialect = Dialect {
    name: "recpack",
    title: "RecPack",
    about: "RecPack 0.3: recall over all targets, NDCG whose ideal is cut off at k; no MAP and no hit rate.",
    source: "recpack.metrics of RecPack 0.3.6",
    ties: Ties::LowerIndex,
    means: Users::WithTarget,
    catalogue: Users::WithTarget,
    ratings: RatingRule { cut: true, targets_only: false },
    forms: Forms::Only(&[
        ("precision", precision::FORM),
        ("recall", recall_full::FORM),
        ("ndcg", ndcg::FORM),
        ("mrr", mrr::FORM),
        ("coverage", coverage::FORM),
    ]),
};
