//! The definitions of the Mult-VAE paper and its program `vae_cf`, which EASE and many others are compared by.
//!
//! D. Liang, R. G. Krishnan, M. D. Hoffman, T. Jebara, *Variational Autoencoders for Collaborative Filtering*, WWW 2018,
//! section 4.2. Recall divides by `k` or the number of targets, whichever is less; the ideal of NDCG is cut off at `k`; gains
//! are 0 or 1. The order of equal scores is left open there; it is recflow's here. Nothing else is defined.
//!
//! ```
//! use recflow::rec::metric::{RankedList, dialect};
//!
//! let mult_vae = dialect("mult-vae").expect("it is there");
//! // Recommended: items 7, 3, 9; to be found: 3 and 9 and 4.
//! let list = RankedList::new(&[7, 3, 9], &[3, 9, 4], &[]);
//! assert_eq!(mult_vae.of_list("recall@2".parse()?, &list), Some(1.0 / 2.0));
//! assert_eq!(mult_vae.of_list("map@2".parse()?, &list), None);
//! # Ok::<(), recflow::rec::metric::MetricSpecError>(())
//! ```

use super::definition::{Dialect, Forms, RatingRule, Ties, Users};
use crate::rec::metric::{ndcg, recall};

pub(super) const DIALECT: Dialect = Dialect {
    name: "mult-vae",
    title: "Mult-VAE",
    about: "The Mult-VAE paper and its program vae_cf: recall over k or the number of targets, whichever is less, and NDCG whose \
            ideal is cut off at k; nothing else is defined.",
    source: "Liang et al., Variational Autoencoders for Collaborative Filtering, WWW 2018, section 4.2",
    ties: Ties::LowerIndex,
    means: Users::WithTarget,
    catalogue: Users::WithTarget,
    ratings: RatingRule { cut: true, targets_only: false },
    forms: Forms::Only(&[("recall", recall::FORM), ("ndcg", ndcg::FORM)]),
};
