//! The definitions of trec_eval, the program of information retrieval, compared with version 9 (through `pytrec_eval`).
//!
//! What is held out are the judgements (qrels): its rating is an item's level, and `relevant-from` the level from which an
//! item is relevant (`-l`). Recall and MAP divide by all targets, whatever `k` is (`recall`, `map_cut`). NDCG takes the levels
//! of all judged items as gains, relevant or not, and its ideal is cut off at `k` (`ndcg_cut`). Equal scores are ordered by id,
//! the greater first. A user without a target counts with 0. The reciprocal rank is cut off at `k`.
//!
//! ```
//! use recflow::rec::metric::{RankedList, dialect};
//!
//! let trec_eval = dialect("trec-eval").expect("it is there");
//! // Recommended: items 7, 3, 9; held out: 3 (rated 4), 9 (rated 2) and 4 (rated 5); targets from 3 on.
//! let list = RankedList::rated(&[7, 3, 9], &[(3, 4.0), (9, 2.0), (4, 5.0)], Some(3.0), &[]);
//! assert_eq!(trec_eval.of_list("map@3".parse()?, &list), Some(1.0 / 2.0 / 2.0));
//! let (found, best) = (4.0 / 3_f64.log2() + 2.0 / 2.0, 5.0 + 4.0 / 3_f64.log2() + 2.0 / 2.0);
//! assert_eq!(trec_eval.of_list("ndcg@3".parse()?, &list), Some(found / best));
//! # Ok::<(), recflow::rec::metric::MetricSpecError>(())
//! ```

use super::definition::{Dialect, Forms, RatingRule, Ties, Users};
use crate::rec::metric::{hit_rate, map, mrr, ndcg, precision, recall_full};

pub(super) const DIALECT: Dialect = Dialect {
    name: "trec-eval",
    title: "trec_eval",
    about: "trec_eval 9: recall and MAP over all targets, NDCG with ratings as gains, users without a target count with 0, equal \
            scores by id, the greater first.",
    source: "P, recall, ndcg_cut, map_cut, success and recip_rank of trec_eval 9",
    ties: Ties::GreaterId,
    means: Users::WithHeldOut,
    catalogue: Users::WithHeldOut,
    ratings: RatingRule { cut: false, targets_only: false },
    forms: Forms::Only(&[
        ("precision", precision::FORM),
        ("recall", recall_full::FORM),
        ("ndcg", ndcg::RATINGS_AS_GAINS),
        ("hit-rate", hit_rate::FORM),
        ("map", map::OVER_ALL_TARGETS),
        ("mrr", mrr::FORM),
    ]),
};
