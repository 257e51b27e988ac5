//! Whether a model recommends what is popular anyway.

use serde::{Deserialize, Serialize};

/// How popular a model's recommendations are, beside what users chose themselves.
///
/// Popularity of an item: the share of training users who have it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PopularityBias {
    /// The length of the lists that were looked at.
    pub cutoff: u32,
    /// Mean popularity of the recommended items, mean over users.
    pub recommended: f64,
    /// Mean popularity of the items of the users' histories, mean over the same users.
    pub history: f64,
    /// Popularity lift: how much more popular the recommendations are, `(recommended − history) / history`; 0 if alike.
    pub lift: f64,
    /// The shares of recommendations that are of the head, the middle and the tail of the catalogue; they add up to 1.
    pub shares: [f64; 3],
    /// The same shares of the items of the histories.
    pub history_shares: [f64; 3],
}
