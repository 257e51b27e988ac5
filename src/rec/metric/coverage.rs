//! Catalogue coverage: the share of all items that is recommended to anybody.
//!
//! `|{items in the first k of at least one user}| / |items|`. Range 0 to 1. Ties: lower item index first. Lists of users without
//! a target are left out; with no item at all it is 0.
//!
//! ```
//! use recflow::rec::metric::coverage;
//!
//! // Of three items the first stands in two lists, the last in one.
//! assert_eq!(coverage(&[2, 0, 1]), 2.0 / 3.0);
//! ```

use super::measure::{Direction, Form, Measure, Metric};

pub(super) const METRIC: Metric =
    Metric { name: "coverage", title: "Coverage", direction: Direction::Higher, form: FORM };

pub(super) const FORM: Form = Form {
    definition: "the share of all items that are among the first k of at least one user with a target",
    measure: Measure::Catalogue(coverage),
};

/// With one more item, which nobody is ever recommended.
pub(super) const WITH_PADDING: Form = Form {
    definition: "the share of all items, one for padding included, that are among the first k of at least one user with a target",
    measure: Measure::Catalogue(padded_coverage),
};

/// Not a share.
pub(super) const NUMBER_OF_ITEMS: Form = Form {
    definition: "the number of items that are among the first k of at least one user",
    measure: Measure::Catalogue(n_covered),
};

/// Coverage from how often each item is recommended; see the [module](self). Shape: `counts` `[n_items]`.
pub fn coverage(counts: &[u64]) -> f64 {
    n_covered(counts) / counts.len().max(1) as f64
}

/// Coverage with one item more. Shape: `counts` `[n_items]`.
fn padded_coverage(counts: &[u64]) -> f64 {
    n_covered(counts) / (counts.len() + 1) as f64
}

/// The number of items recommended. Shape: `counts` `[n_items]`.
fn n_covered(counts: &[u64]) -> f64 {
    counts.iter().filter(|&&count| count > 0).count() as f64
}
