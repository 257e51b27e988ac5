//! How a training went.

use serde::{Deserialize, Serialize};

/// One figure of a training, epoch by epoch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct LearningCurve {
    /// What was measured: `loss`, `validation-ndcg@100`.
    pub figure: String,
    /// The epochs after which it was, counted from one, rising.
    pub epochs: Vec<u32>,
    /// Its values, one for each of these epochs; finite.
    pub values: Vec<f64>,
    /// The place of the best value in both; none if it is not known which values are better.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best: Option<usize>,
}
