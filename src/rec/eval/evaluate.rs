//! From a model and a holdout to the values of metrics.

use ndarray::Array2;

use super::evaluation::{Evaluation, EvaluationError, MetricValue, UserValues};
use super::ranking::Rankings;
use super::rating::rating_errors;
use crate::rec::Monitor;
use crate::rec::data::{Holdout, Interactions};
use crate::rec::metric::{Measure, MetricSpec, RatingErrors};
use crate::rec::model::Recommender;

/// What an evaluation can be told beside the metrics.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EvaluationOptions {
    /// What errors call the model.
    pub model: String,
    /// The lowest rating that makes a held-out item a target of rankings; `None`: every held-out item is one.
    pub relevant_from: Option<f32>,
    /// Lowest and highest possible rating, to which predicted ratings are cut; `None`: they are not.
    pub rating_range: Option<(f32, f32)>,
    /// Whether the data has no ratings of its own (they are all 1), so that metrics of ratings have no value.
    pub is_implicit: bool,
}

/// Scores `model` on `holdout`.
///
/// Rankings are over all items with each user's history left out, ties by lower index; ratings are over all held-out
/// entries. Runs in parallel over fixed blocks of users, on the rayon pool it is called in, in memory proportional to a
/// block; the result is the same for any number of threads. `train` is what the model was fitted on: it gives the
/// popularity of items and tells which users were seen.
///
/// # Panics
///
/// If `holdout` and `train` have different numbers of items.
pub fn evaluate(
    model: &dyn Recommender,
    holdout: &Holdout,
    train: &Interactions,
    metrics: &[MetricSpec],
    options: &EvaluationOptions,
    monitor: &dyn Monitor,
) -> Result<Evaluation, EvaluationError> {
    assert_eq!(holdout.history.n_items(), train.n_items(), "training and holdout have the same items");
    assert_eq!(holdout.targets.n_items(), train.n_items(), "training and holdout have the same items");
    let shortened;
    let holdout = if model.skips_last_event() {
        shortened = Holdout { history: holdout.history.without_last(), ..holdout.clone() };
        &shortened
    } else {
        holdout
    };
    let rows = Rows::new(holdout, train.n_users(), options.relevant_from);
    let (of_ratings, of_rankings): (Vec<_>, Vec<_>) =
        metrics.iter().copied().partition(|metric| metric.metric().is_of_ratings());
    let rankings = match model.ranking() {
        _ if of_rankings.is_empty() || !rows.ranked.contains(&true) => Err("no user has a target"),
        None => Err("the model ranks no items"),
        Some(scorer) => Ok(Rankings::new(scorer, &rows, train, &of_rankings, options, monitor)?),
    };
    let errors = match model.rating() {
        _ if options.is_implicit => Err("the data has no ratings"),
        _ if of_ratings.is_empty() || !rows.rated.contains(&true) => Err("no rating was held out"),
        None => Err("the model predicts no ratings"),
        Some(scorer) => Ok(rating_errors(scorer, &rows, options, monitor)?),
    };

    let mut columns = Vec::new();
    let mut column_metrics = Vec::new();
    let mut values = Vec::with_capacity(metrics.len());
    for &metric in metrics {
        let value = match value_of(metric, rankings.as_ref(), errors.as_deref()) {
            Ok(Value::Whole(value)) => MetricValue { metric, value: Some(value), standard_error: None, reason: None },
            Ok(Value::Users(column)) => {
                let takes_part = if metric.metric().is_of_ratings() { &rows.rated } else { &rows.ranked };
                let (mean, standard_error) = mean(&column, takes_part);
                columns.push(column);
                column_metrics.push(metric);
                MetricValue { metric, value: Some(mean), standard_error, reason: None }
            }
            Err(reason) => MetricValue { metric, value: None, standard_error: None, reason: Some(reason.to_owned()) },
        };
        values.push(value);
    }
    let users = UserValues {
        metrics: column_metrics,
        users: holdout.users.clone(),
        values: Array2::from_shape_fn((holdout.users.len(), columns.len()), |(row, column)| columns[column][row]),
        ranked: rows.ranked,
        rated: rows.rated,
    };
    Ok(Evaluation { values, users })
}

/// The rows of a holdout with what their evaluation needs to know.
pub(super) struct Rows<'a> {
    pub(super) holdout: &'a Holdout,
    /// The training row of each. Shape: `[n_rows]`.
    pub(super) seen_in_training: Vec<Option<u32>>,
    /// Whether there is a target. Shape: `[n_rows]`.
    pub(super) ranked: Vec<bool>,
    /// Whether there is a held-out rating. Shape: `[n_rows]`.
    pub(super) rated: Vec<bool>,
    relevant_from: f32,
}

impl<'a> Rows<'a> {
    fn new(holdout: &'a Holdout, n_train_users: usize, relevant_from: Option<f32>) -> Self {
        let training_row = |&user: &u32| Some(user).filter(|&user| (user as usize) < n_train_users);
        let mut rows = Self {
            holdout,
            seen_in_training: holdout.users.iter().map(training_row).collect(),
            ranked: Vec::new(),
            rated: (0..holdout.users.len()).map(|row| !holdout.targets.items_of(row).is_empty()).collect(),
            relevant_from: relevant_from.unwrap_or(f32::NEG_INFINITY),
        };
        rows.ranked = (0..holdout.users.len()).map(|row| rows.targets(row).next().is_some()).collect();
        rows
    }

    /// The items that one user's ranking should find.
    pub(super) fn targets(&self, row: usize) -> impl Iterator<Item = u32> {
        let (items, ratings) = (self.holdout.targets.items_of(row), self.holdout.targets.ratings_of(row));
        items.iter().zip(ratings).filter(|&(_, &rating)| rating >= self.relevant_from).map(|(&item, _)| item)
    }
}

/// A metric before means are taken.
enum Value {
    /// One value for each user. Shape: `[n_rows]`.
    Users(Vec<f64>),
    /// One value for all users together.
    Whole(f64),
}

fn value_of(
    metric: MetricSpec,
    rankings: Result<&Rankings, &&'static str>,
    errors: Result<&[RatingErrors], &&'static str>,
) -> Result<Value, &'static str> {
    Ok(match metric.metric().measure {
        Measure::List(_) => Value::Users(rankings.map_err(|reason| *reason)?.user_values(metric)),
        Measure::Catalogue(of_counts) => Value::Whole(of_counts(rankings.map_err(|reason| *reason)?.counts(metric))),
        Measure::UserErrors(of_user) => {
            let of_row = |errors: &RatingErrors| if errors.count == 0 { 0.0 } else { of_user(errors) };
            Value::Users(errors.map_err(|reason| *reason)?.iter().map(of_row).collect())
        }
        Measure::PooledErrors(of_all) => {
            let mut pooled = RatingErrors::default();
            errors.map_err(|reason| *reason)?.iter().for_each(|errors| pooled.merge(errors));
            Value::Whole(of_all(&pooled))
        }
    })
}

/// Mean over the users who take part, and its standard error.
fn mean(values: &[f64], takes_part: &[bool]) -> (f64, Option<f64>) {
    let values = || values.iter().zip(takes_part).filter(|&(_, &takes_part)| takes_part).map(|(&value, _)| value);
    let n = values().count() as f64;
    let mean = values().sum::<f64>() / n;
    let squares: f64 = values().map(|value| (value - mean).powi(2)).sum();
    (mean, (n > 1.0).then(|| (squares / (n - 1.0) / n).sqrt()))
}
