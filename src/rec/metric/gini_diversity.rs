//! Gini diversity: how evenly recommendations spread over all items.
//!
//! With the counts in rising order, `c_1 ≤ … ≤ c_n`, over *all* items, those never recommended included:
//! `2 Σ_i (n + 1 − i)/(n + 1) · c_i / Σ_i c_i`, which is `1 − n/(n + 1) · gini`. Range `2/(n + 1)` (always the same item) to 1
//! (all equally often). Ties: lower item index first. Lists of users without a target are left out; with no recommendation at
//! all it is 1.
//!
//! ```
//! use recflow::rec::metric::gini_diversity;
//!
//! assert_eq!(gini_diversity(&[5, 5, 5]), 1.0);
//! assert_eq!(gini_diversity(&[0, 9, 0]), 2.0 / 4.0);
//! ```

use super::gini::gini;
use super::measure::{Direction, Form, Measure, Metric};

pub(super) const METRIC: Metric =
    Metric { name: "gini-diversity", title: "Gini diversity", direction: Direction::Higher, form: FORM };

pub(super) const FORM: Form = Form {
    definition: "1 − n/(n + 1) · Gini coefficient of how often each of the n items, never recommended ones included, is \
                 among the first k of the users with a target; 1 = all equally often",
    measure: Measure::Catalogue(gini_diversity),
};

/// Normalised such that one item alone has 0.
pub(super) const OVER_OTHERS: Form = Form {
    definition: "1 − n/(n − 1) · Gini coefficient of how often each of the n items, never recommended ones included, is among the \
                 first k of the users; 1 = all equally often, 0 = always the same one",
    measure: Measure::Catalogue(gini_diversity_over_others),
};

/// Gini diversity of how often each item is recommended; see the [module](self). Shape: `counts` `[n_items]`.
pub fn gini_diversity(counts: &[u64]) -> f64 {
    let n = counts.len() as f64;
    1.0 - n / (n + 1.0) * gini(counts)
}

/// Gini diversity that is 0 if always the same item is recommended. Shape: `counts` `[n_items]`.
fn gini_diversity_over_others(counts: &[u64]) -> f64 {
    let n = counts.len() as f64;
    if n < 2.0 { 1.0 } else { 1.0 - n / (n - 1.0) * gini(counts) }
}
