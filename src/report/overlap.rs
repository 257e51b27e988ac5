//! Whether models recommend the same items.

use serde::{Deserialize, Serialize};

/// How much the lists of each pair of models have in common.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Overlap {
    /// The length of the lists that were compared.
    pub cutoff: u32,
    /// The share of a list that is in the other one too, mean over users; none where a model ranks nothing. Symmetric, with
    /// ones on the diagonal. Shape: `[n_rows, n_rows]`.
    pub shares: Vec<Vec<Option<f64>>>,
}
