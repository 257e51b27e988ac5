//! The Gini coefficient of how often items are recommended: whether all get their share.
//!
//! With the counts in rising order, `c_1 ≤ … ≤ c_n`, over *all* items, those never recommended included:
//! `Σ_i (2i − n − 1) c_i / (n Σ_i c_i)`. Range 0 (all equally often) to `1 − 1/n` (always the same one). Ties: lower item index
//! first. Lists of users without a target are left out; with no recommendation at all it is 0.
//!
//! ```
//! use recflow::rec::metric::gini;
//!
//! assert_eq!(gini(&[5, 5, 5]), 0.0);
//! assert_eq!(gini(&[0, 9, 0]), 2.0 / 3.0);
//! assert_eq!(gini(&[3, 0, 1]), (-2.0 * 0.0 + 0.0 * 1.0 + 2.0 * 3.0) / (3.0 * 4.0));
//! ```

use super::measure::{Direction, Form, Measure, Metric};

pub(super) const METRIC: Metric = Metric { name: "gini", title: "Gini", direction: Direction::Lower, form: FORM };

pub(super) const FORM: Form = Form {
    definition: "the Gini coefficient of how often each item, never recommended ones included, is among the first k of the \
                 users with a target; 0 = all equally often",
    measure: Measure::Catalogue(gini),
};

/// With one more item, which nobody is ever recommended.
pub(super) const WITH_PADDING: Form = Form {
    definition: "the Gini coefficient of how often each item, never recommended ones and one for padding included, is among the \
                 first k of the users with a target; 0 = all equally often",
    measure: Measure::Catalogue(padded_gini),
};

/// Gini coefficient of how often each item is recommended; see the [module](self). Shape: `counts` `[n_items]`.
pub fn gini(counts: &[u64]) -> f64 {
    let mut rising = counts.to_vec();
    rising.sort_unstable();
    let n = rising.len() as f64;
    let total: u64 = rising.iter().sum();
    if total == 0 {
        return 0.0;
    }
    let weighted: f64 = (1_u32..).zip(&rising).map(|(i, &count)| (2.0 * f64::from(i) - n - 1.0) * count as f64).sum();
    weighted / (n * total as f64)
}

/// Gini coefficient with one item more. Shape: `counts` `[n_items]`.
fn padded_gini(counts: &[u64]) -> f64 {
    gini(&[counts, &[0]].concat())
}
