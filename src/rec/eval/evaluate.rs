//! From a model and a holdout to the values of metrics.

use super::evaluation::{Evaluation, EvaluationError, EvaluationSummary, MetricValue, UserValues};
use super::mean::Mean;
use super::pass::Pass;
use super::training_counts::TrainingCounts;
use super::user_sink::{UserLayout, UserSink};
use crate::rec::Monitor;
use crate::rec::data::{Holdout, HoldoutRows, Interactions};
use crate::rec::metric::{DialectName, Measure, MetricSpec};
use crate::rec::model::Recommender;

/// What an evaluation can be told beside the metrics.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EvaluationOptions {
    /// What errors call the model.
    pub model: String,
    /// Whose definitions of the metrics are meant.
    pub dialect: DialectName,
    /// The items in the order in which equal scores stand, for dialects that fix one ([`Dialect::precedence`]); `None`: by
    /// index. Shape: `[n_items]`.
    ///
    /// [`Dialect::precedence`]: crate::rec::metric::Dialect::precedence
    pub precedence: Option<Vec<u32>>,
    /// The lowest rating that makes a held-out item a target of rankings; `None`: every held-out item is one.
    pub relevant_from: Option<f32>,
    /// Lowest and highest possible rating, to which predicted ratings are cut if the dialect says so; `None`: they are not.
    pub rating_range: Option<(f32, f32)>,
    /// Whether the data has no ratings of its own (they are all 1), so that metrics of ratings have no value.
    pub is_implicit: bool,
}

/// Scores `model` on `holdout` and keeps the values of all users; see [`evaluate_into`].
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
    let mut users = UserValues::default();
    let counts = TrainingCounts::of(train);
    let summary = evaluate_into(model, holdout, &counts, metrics, options, monitor, &mut users)?;
    Ok(Evaluation { values: summary.values, users })
}

/// Scores `model` on `holdout` and hands what is found of single users to `sink`.
///
/// Rankings are over all items with each user's history left out. What the metrics are, who is in their means and which of
/// two equal scores stands first is the dialect's. Runs in parallel over fixed blocks of users, on the rayon pool it is called in, in memory proportional to a
/// number of blocks, however many users there are; the result is the same for any number of threads. `training` gives the
/// popularity of items and tells which users were seen.
///
/// # Panics
///
/// If `holdout` and `training` have different numbers of items.
pub fn evaluate_into(
    model: &dyn Recommender,
    holdout: &dyn HoldoutRows,
    training: &TrainingCounts,
    metrics: &[MetricSpec],
    options: &EvaluationOptions,
    monitor: &dyn Monitor,
    sink: &mut dyn UserSink,
) -> Result<EvaluationSummary, EvaluationError> {
    assert_eq!(holdout.n_items(), training.of_items.len(), "training and holdout have the same items");
    let dialect = options.dialect.dialect();
    let undefined = |metric: &MetricSpec| match metric.metric().is_of_ratings() {
        _ if dialect.form(metric.metric()).is_none() => Some(dialect.lacks(metric.metric())),
        true if options.is_implicit => Some("the data has no ratings".to_owned()),
        true => model.rating().is_none().then(|| "the model predicts no ratings".to_owned()),
        false => model.ranking().is_none().then(|| "the model ranks no items".to_owned()),
    };
    let defined: Vec<MetricSpec> = metrics.iter().copied().filter(|metric| undefined(metric).is_none()).collect();
    let of_users: Vec<MetricSpec> = defined.iter().copied().filter(|metric| metric.metric().is_per_user()).collect();

    let mut pass = Pass::new(model, holdout, training, &defined, &of_users, options);
    let unwritable = |error: std::io::Error| EvaluationError::Unwritable { message: error.to_string() };
    let layout = UserLayout {
        n_users: holdout.n_rows(),
        metrics: &of_users,
        list_length: pass.list_length(),
        rates: pass.rates(),
    };
    sink.begin(&layout).map_err(unwritable)?;
    let mut means = vec![Mean::default(); of_users.len()];
    pass.run(monitor, &mut |users| {
        for ((metric, mean), column) in of_users.iter().zip(&mut means).zip(users.values.columns()) {
            let takes_part = if metric.metric().is_of_ratings() { &users.rated } else { &users.ranked };
            column
                .iter()
                .zip(takes_part)
                .filter(|(_, takes_part)| **takes_part)
                .for_each(|(value, _)| mean.add(*value));
        }
        sink.add(users).map_err(unwritable)
    })?;

    let value = |metric: &MetricSpec| -> Result<(f64, Option<f64>), String> {
        let is_of_ratings = metric.metric().is_of_ratings();
        let form = match (undefined(metric), dialect.form(metric.metric())) {
            (Some(reason), _) => return Err(reason),
            (None, None) => return Err(dialect.lacks(metric.metric())),
            (None, Some(_)) if is_of_ratings && pass.n_rated == 0 => return Err("no rating was held out".to_owned()),
            (None, Some(_)) if !is_of_ratings && pass.n_ranked == 0 => return Err("no user has a target".to_owned()),
            (None, Some(form)) => form,
        };
        let mean = || &means[of_users.iter().position(|other| other == metric).expect("it was measured")];
        Ok(match form.measure {
            Measure::List(_) | Measure::UserErrors(_) => (mean().value(), mean().standard_error()),
            Measure::Catalogue(of_counts) => (of_counts(pass.counts(*metric)), None),
            Measure::PooledErrors(of_all) => (of_all(&pass.errors), None),
        })
    };
    let values = metrics.iter().map(|&metric| match value(&metric) {
        Ok((value, standard_error)) => MetricValue { metric, value: Some(value), standard_error, reason: None },
        Err(reason) => MetricValue { metric, value: None, standard_error: None, reason: Some(reason) },
    });
    Ok(EvaluationSummary {
        values: values.collect(),
        n_users: holdout.n_rows() as u64,
        n_ranked: pass.n_ranked,
        n_with_target: pass.n_with_target,
    })
}
