//! recflow's own definitions: of each metric the one that stands first in its file.
//!
//! Where the literature has two definitions under one name, recflow has two names: `recall` divides by what could have been
//! found in `k` places, `recall-full` by all targets; likewise `ndcg` and `ndcg-full`.
//!
//! ```
//! use recflow::rec::metric::{RankedList, dialect};
//!
//! let recflow = dialect("recflow").expect("it is there");
//! // Recommended: items 7, 3, 9; to be found: 3 and 9 and 4.
//! let list = RankedList::new(&[7, 3, 9], &[3, 9, 4], &[]);
//! assert_eq!(recflow.of_list("recall@2".parse()?, &list), Some(1.0 / 2.0));
//! assert_eq!(recflow.of_list("recall-full@2".parse()?, &list), Some(1.0 / 3.0));
//! # Ok::<(), recflow::rec::metric::MetricSpecError>(())
//! ```

use super::definition::{Dialect, Forms, RatingRule, Ties, Users};

pub(super) const DIALECT: Dialect = Dialect {
    name: "recflow",
    title: "recflow",
    about: "Its own: where two definitions share a name elsewhere, they have two names here (recall and recall-full, ndcg and \
            ndcg-full); gains are 0 or 1; users without a target are left out.",
    source: "the definitions of `recflow metrics`",
    ties: Ties::LowerIndex,
    means: Users::WithTarget,
    catalogue: Users::WithTarget,
    ratings: RatingRule { cut: true, targets_only: false },
    forms: Forms::Own,
};
