//! The figures that data stages tell, and which of two values of a metric is better.

use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::bridge::write_json;
use super::facts::SplitFacts;
use crate::engine::{Figures, ReadFile, StageError};
use crate::rec::data::Dataset;
use crate::rec::metric::{Direction, MetricSpec};

/// The file of a data set's artifact that tells how large it is.
const COUNTS_FILE: &str = "counts.json";

/// How large a data set is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Counts {
    users: u64,
    items: u64,
    interactions: u64,
}

/// Writes a data set and, beside it, how large it is.
pub(super) fn save_dataset(dataset: &Dataset, folder: &Path) -> Result<(), StageError> {
    dataset.save(folder)?;
    let counts = Counts {
        users: dataset.n_users() as u64,
        items: dataset.n_items() as u64,
        interactions: dataset.events.users.len() as u64,
    };
    write_json(&folder.join(COUNTS_FILE), &counts)
}

/// The figures of stages that write a data set.
pub(super) fn dataset_figures(read: &ReadFile<'_>) -> Result<Option<Figures>, StageError> {
    let Counts { users, items, interactions } = parse(COUNTS_FILE, &read("dataset", COUNTS_FILE)?)?;
    Ok(Some(counted([("users", users), ("items", items), ("interactions", interactions)])))
}

/// Their names.
pub(super) fn dataset_figure_names() -> Vec<String> {
    ["users", "items", "interactions"].map(str::to_owned).to_vec()
}

/// The figures of a split, from a file of its artifact.
pub(super) fn split_figures(read: &ReadFile<'_>) -> Result<Option<Figures>, StageError> {
    let facts: SplitFacts = parse(SplitFacts::FILE, &read("split", SplitFacts::FILE)?)?;
    Ok(Some(split_counts(&facts)))
}

/// Their names.
pub(super) fn split_figure_names() -> Vec<String> {
    let parts =
        ["train", "validation", "test"].map(|part| ["users", "interactions"].map(|what| format!("{part}-{what}")));
    dataset_figure_names().into_iter().chain(parts.into_iter().flatten()).collect()
}

fn split_counts(facts: &SplitFacts) -> Figures {
    let SplitFacts { users, items, interactions, train, validation, test, .. } = facts;
    let parts = [train, validation, test].map(|part| [part.users, part.interactions]);
    let counts = [*users, *items, *interactions].into_iter().chain(parts.into_iter().flatten());
    counted(split_figure_names().into_iter().zip(counts))
}

fn counted<N: Into<String>>(counts: impl IntoIterator<Item = (N, u64)>) -> Figures {
    let values = counts.into_iter().map(|(name, count)| (name.into(), Some(count as f64)));
    Figures { title: None, values: values.collect() }
}

/// A JSON file of a stage's own result.
pub(super) fn parse<T: DeserializeOwned>(file: &str, bytes: &[u8]) -> Result<T, StageError> {
    serde_json::from_slice(bytes).map_err(|error| StageError::new(format!("cannot read `{file}`: {error}")))
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
