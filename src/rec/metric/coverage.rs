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

use super::measure::{Direction, Measure, Metric};

pub(super) const METRIC: Metric = Metric {
    name: "coverage",
    title: "Coverage",
    direction: Direction::Higher,
    definition: "the share of all items that are among the first k of at least one user with a target",
    measure: Measure::Catalogue(coverage),
};

/// Coverage from how often each item is recommended; see the [module](self). Shape: `counts` `[n_items]`.
pub fn coverage(counts: &[u64]) -> f64 {
    counts.iter().filter(|&&count| count > 0).count() as f64 / counts.len().max(1) as f64
}
