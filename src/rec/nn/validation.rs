//! How good a network is while it is trained: one metric on what the split holds out for validation.

use crate::rec::Monitor;
use crate::rec::data::Split;
use crate::rec::eval::{EvaluationError, EvaluationOptions, TrainingCounts, evaluate_into};
use crate::rec::metric::{Direction, MetricSpec};
use crate::rec::model::Recommender;

/// One metric on the validation part of a split.
#[derive(Debug, Clone)]
pub struct Validation<'a> {
    split: &'a Split,
    training: TrainingCounts,
    metric: MetricSpec,
    options: EvaluationOptions,
}

impl<'a> Validation<'a> {
    /// Judges by `metric`; predicted ratings are cut to the range of the data's ratings.
    pub fn new(split: &'a Split, metric: MetricSpec) -> Self {
        let options = EvaluationOptions {
            model: "in training".to_owned(),
            rating_range: Some(split.about.rating_range),
            ..EvaluationOptions::default()
        };
        Self { split, training: TrainingCounts::of(&split.train), metric, options }
    }

    /// The metric.
    pub fn metric(&self) -> MetricSpec {
        self.metric
    }

    /// The value of the metric; `None` if nothing is held out that it could be measured on.
    pub fn measure(&self, model: &dyn Recommender, monitor: &dyn Monitor) -> Result<Option<f64>, EvaluationError> {
        let (validation, monitor) = (&self.split.validation, CancelOnly(monitor));
        let scores =
            evaluate_into(model, validation, &self.training, &[self.metric], &self.options, &monitor, &mut ())?;
        Ok(scores.values[0].value)
    }

    /// Whether `value` is better than `other`; never, for a metric that does not judge.
    pub fn is_better(&self, value: f64, other: f64) -> bool {
        match self.metric.metric().direction {
            Direction::Higher => value > other,
            Direction::Lower => value < other,
            Direction::Neither => false,
        }
    }
}

/// Passes on the wish to end; the progress of a validation is not that of the training.
struct CancelOnly<'a>(&'a dyn Monitor);

impl Monitor for CancelOnly<'_> {
    fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }
}
