//! What an evaluation gives, and why it may fail.

use std::fmt;

use ndarray::Array2;
use serde::{Deserialize, Serialize};

use crate::rec::Interrupted;
use crate::rec::metric::MetricSpec;

/// A model's scores on one holdout.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// One value for each metric asked for, in that order.
    pub values: Vec<MetricValue>,
    /// The values of single users behind the means.
    pub users: UserValues,
}

/// One metric's value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MetricValue {
    /// The metric.
    pub metric: MetricSpec,
    /// Its value; `None` if the model or the data define none.
    pub value: Option<f64>,
    /// Standard deviation of the users' values divided by the square root of their number; for means over two or more users.
    pub standard_error: Option<f64>,
    /// Why there is no value: a lowercase fragment.
    pub reason: Option<String>,
}

/// A model's scores on one holdout without those of single users.
#[derive(Debug, Clone, PartialEq)]
pub struct EvaluationSummary {
    /// One value for each metric asked for, in that order.
    pub values: Vec<MetricValue>,
    /// Users of the holdout.
    pub n_users: u64,
    /// Users who take part in metrics of rankings.
    pub n_ranked: u64,
    /// Users with a target.
    pub n_with_target: u64,
}

/// Values of single users: those metrics that are means over users, in the order asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UserValues {
    /// The metrics of the columns; those without a value for this model are left out.
    pub metrics: Vec<MetricSpec>,
    /// Index into [`Split::users`](crate::rec::data::Split::users) of each row; all users of the holdout. Shape: `[n_rows]`.
    pub users: Vec<u32>,
    /// Whether the user has a target and takes part in metrics of rankings. Shape: `[n_rows]`.
    pub ranked: Vec<bool>,
    /// Whether the user has a held-out rating and takes part in metrics of ratings. Shape: `[n_rows]`.
    pub rated: Vec<bool>,
    /// Finite values; 0 where the user takes no part. Shape: `[n_rows, n_metrics]`.
    pub values: Array2<f64>,
}

impl UserValues {
    /// Number of users who take part in metrics of rankings.
    pub fn n_ranked(&self) -> usize {
        self.ranked.iter().filter(|&&ranked| ranked).count()
    }

    /// Number of users without a target, left out of metrics of rankings.
    pub fn n_without_target(&self) -> usize {
        self.users.len() - self.n_ranked()
    }
}

/// The two sides of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Scores that order items.
    Ranking,
    /// Predicted ratings.
    Rating,
}

impl fmt::Display for Side {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Ranking => "score",
            Self::Rating => "rating",
        })
    }
}

/// Why a model could not be evaluated.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum EvaluationError {
    /// The caller asked for an end.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
    /// The model gave a score that is no number.
    #[error("model `{model}` gives user `{user}` (by index) the {side} `{value}` for item `{item}` (by index)")]
    NotFinite {
        /// The model, as named in the options.
        model: String,
        /// Index into [`Split::users`](crate::rec::data::Split::users).
        user: u32,
        /// Index of the item.
        item: u32,
        /// Which side of the model.
        side: Side,
        /// The value.
        value: f32,
    },
    /// What is to be found is known: the split is worth nothing.
    #[error("user `{user}` (by index) should be recommended item `{item}` (by index), but has it in the history")]
    Known {
        /// Index into [`Split::users`](crate::rec::data::Split::users).
        user: u32,
        /// Index of the item.
        item: u32,
    },
    /// The users could not be read.
    #[error("{message}")]
    Unreadable {
        /// What stands in the way.
        message: String,
    },
    /// What was found of single users could not be kept.
    #[error("{message}")]
    Unwritable {
        /// What stands in the way.
        message: String,
    },
    /// An item of the user's own history was recommended: a defect of the evaluation itself.
    #[error("model `{model}` recommends item `{item}` (by index) to user `{user}` (by index), who has it already")]
    Seen {
        /// The model, as named in the options.
        model: String,
        /// Index into [`Split::users`](crate::rec::data::Split::users).
        user: u32,
        /// Index of the item.
        item: u32,
    },
}

impl EvaluationError {
    /// What the user can do about it, if anything can be named.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::Interrupted(_) | Self::Unreadable { .. } | Self::Unwritable { .. } => None,
            Self::NotFinite { .. } => Some("the fit diverged: regularise it more strongly or lower its learning rate"),
            Self::Known { .. } => Some("what is to be found must not be known already: make the split again"),
            Self::Seen { .. } => Some("this is a defect of recflow; please report it"),
        }
    }
}
