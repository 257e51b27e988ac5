//! What the records of runs keep of evaluations, and which of two values is better.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::rec::metric::{Direction, MetricSpec};

/// The figures of an `evaluate` stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// The model's name in tables.
    pub model: String,
    /// The part of the split that they are of: `test`, or `validation`, by which alone may be chosen.
    #[serde(default = "of_test")]
    pub part: String,
    /// Each metric's value; none if the model or the data define none.
    pub metrics: IndexMap<String, Option<f64>>,
}

/// What figures without a part are of.
fn of_test() -> String {
    "test".to_owned()
}

/// Which values of a metric are better; of a learning curve too, whose metrics are called `validation-…` and whose loss
/// is the better the lower it is. `None` for what is not known.
pub fn direction_of(metric: &str) -> Option<Direction> {
    if metric == "loss" {
        return Some(Direction::Lower);
    }
    let spec: MetricSpec = metric.strip_prefix("validation-").unwrap_or(metric).parse().ok()?;
    Some(spec.metric().direction)
}

/// Whether a change of a metric is for the better; `None` if it is no change or the metric judges nothing.
pub fn is_improvement(metric: &str, from: f64, to: f64) -> Option<bool> {
    if from == to {
        return None;
    }
    match direction_of(metric)? {
        Direction::Higher => Some(to > from),
        Direction::Lower => Some(to < from),
        Direction::Neither => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_know_what_is_better() {
        assert_eq!(is_improvement("ndcg@10", 0.1, 0.2), Some(true));
        assert_eq!(is_improvement("rmse", 0.1, 0.2), Some(false));
        assert_eq!(is_improvement("validation-rmse", 0.2, 0.1), Some(true));
        assert_eq!(is_improvement("loss", 0.2, 0.1), Some(true));
        assert_eq!(is_improvement("gini@10", 0.2, 0.1), Some(true));
        assert_eq!(is_improvement("ndcg@10", 0.1, 0.1), None);
        assert_eq!(is_improvement("something", 0.1, 0.2), None);
    }
}
