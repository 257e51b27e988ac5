//! How intervals and tests of a comparison were made.

use serde::{Deserialize, Serialize};

/// The methods behind intervals and verdicts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Statistics {
    /// The confidence level of intervals: 0.95.
    pub level: f64,
    /// Bootstrap resamples behind each interval.
    pub resamples: u32,
    /// Random sign flips behind each p-value; zero if nothing was tested.
    pub sign_flips: u32,
    /// The greatest corrected p-value that counts as a difference: 0.05.
    pub significance_level: f64,
    /// The axes along which rows were joined: `seed`.
    pub replicate_axes: Vec<String>,
    /// The same and the rest in sentences: method of the interval, test, correction, effect size, what spread is.
    pub sentences: Vec<String>,
}
