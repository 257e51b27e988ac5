//! Predicted ratings of a block of users: each one's errors and what the metrics say of them.

use ndarray::ArrayViewMut2;

use super::evaluate::EvaluationOptions;
use super::evaluation::{EvaluationError, Side};
use super::pass::Block;
use super::ranking::check_finite;
use super::user_sink::ScoredUsers;
use crate::rec::metric::{Dialect, Measure, MetricSpec, RatingErrors};
use crate::rec::model::{Scorer, UserBlock};

/// How ratings are predicted and measured.
pub(super) struct Rating<'a> {
    scorer: &'a dyn Scorer,
    /// The columns of values that are of ratings.
    columns: Vec<Column>,
    dialect: &'static Dialect,
    options: &'a EvaluationOptions,
}

/// A column of values and how they come about.
struct Column {
    index: usize,
    of_user: fn(&RatingErrors) -> f64,
}

impl<'a> Rating<'a> {
    /// Ratings by this side of a model; `metrics` are those of the columns of values.
    pub(super) fn new(scorer: &'a dyn Scorer, metrics: &[MetricSpec], options: &'a EvaluationOptions) -> Self {
        let dialect = options.dialect.dialect();
        let columns =
            metrics.iter().enumerate().filter_map(|(index, metric)| match dialect.form(metric.metric())?.measure {
                Measure::UserErrors(of_user) => Some(Column { index, of_user }),
                _ => None,
            });
        Self { scorer, columns: columns.collect(), dialect, options }
    }

    /// The errors at each user's held-out ratings. Shapes: `scores` `[users.len(), n_items]`, overwritten; result
    /// `[users.len()]`.
    pub(super) fn score(
        &self,
        block: &Block,
        users: &UserBlock<'_>,
        mut scores: ArrayViewMut2<'_, f32>,
        scored: &mut ScoredUsers,
    ) -> Result<Vec<RatingErrors>, EvaluationError> {
        let range = self.options.rating_range.filter(|_| self.dialect.ratings.cut);
        let (lowest, highest) = range.unwrap_or((f32::NEG_INFINITY, f32::INFINITY));
        let least = self.options.relevant_from.filter(|_| self.dialect.ratings.targets_only);
        self.scorer.score_into(users, scores.view_mut());
        let mut all = vec![RatingErrors::default(); users.len()];
        for (row, (errors, scores)) in all.iter_mut().zip(scores.rows()).enumerate() {
            if !scored.rated[row] {
                continue;
            }
            let scores = scores.to_slice().expect("scores are row-major");
            check_finite(scores, block.holdout.users[row], Side::Rating, self.options)?;
            let held_out = &block.holdout.targets;
            for (&item, &rating) in held_out.items_of(row).iter().zip(held_out.ratings_of(row)) {
                if least.is_some_and(|least| rating < least) {
                    continue;
                }
                let predicted = scores[item as usize].clamp(lowest, highest);
                errors.add(f64::from(predicted), f64::from(rating));
            }
            for &Column { index, of_user } in &self.columns {
                scored.values[[row, index]] = of_user(errors);
            }
        }
        Ok(all)
    }
}
