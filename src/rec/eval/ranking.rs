//! Rankings of a block of users: each one's list and what the metrics say of it.

use ndarray::ArrayViewMut2;

use super::evaluate::EvaluationOptions;
use super::evaluation::{EvaluationError, Side};
use super::pass::Block;
use super::top_k::TopK;
use super::training_counts::TrainingCounts;
use super::user_sink::ScoredUsers;
use crate::rec::metric::{Measure, MetricSpec, RankedList, self_information};
use crate::rec::model::{Scorer, UserBlock};

/// How lists are made and measured.
pub(super) struct Ranking<'a> {
    scorer: &'a dyn Scorer,
    list_length: usize,
    /// The columns of values that are of lists.
    columns: Vec<Column>,
    self_information: Vec<f64>,
    options: &'a EvaluationOptions,
}

/// A column of values and how they come about.
struct Column {
    index: usize,
    k: usize,
    of_list: fn(&RankedList<'_>, usize) -> f64,
}

/// What one thread needs for one user.
pub(super) struct RankingScratch {
    /// What each item is to the user at hand. Shape: `[n_items]`.
    marks: Vec<Mark>,
    top: TopK,
    list: Vec<u32>,
    /// Scores in the order in which equal ones stand; empty if that is the order of indices. Shape: `[n_items]`.
    by_precedence: Vec<f32>,
}

/// What an item is to a user.
#[derive(Clone, Copy, PartialEq)]
enum Mark {
    Other,
    /// Held out, with this rating.
    HeldOut(f32),
    Seen,
}

impl RankingScratch {
    /// For lists of up to `list_length` of `n_items` items.
    pub(super) fn new(n_items: usize, list_length: usize) -> Self {
        Self {
            marks: vec![Mark::Other; n_items],
            top: TopK::new(list_length),
            list: Vec::new(),
            by_precedence: Vec::new(),
        }
    }
}

impl<'a> Ranking<'a> {
    /// Lists of `list_length` items by this side of a model; `metrics` are those of the columns of values.
    pub(super) fn new(
        scorer: &'a dyn Scorer,
        metrics: &[MetricSpec],
        list_length: usize,
        training: &TrainingCounts,
        options: &'a EvaluationOptions,
    ) -> Self {
        let dialect = options.dialect.dialect();
        let columns =
            metrics.iter().enumerate().filter_map(|(index, metric)| match dialect.form(metric.metric())?.measure {
                Measure::List(of_list) => Some(Column { index, k: metric.cutoff()?, of_list }),
                _ => None,
            });
        Self {
            scorer,
            list_length,
            columns: columns.collect(),
            self_information: self_information(&training.of_items, training.n_users),
            options,
        }
    }

    /// The length of the lists.
    pub(super) fn list_length(&self) -> usize {
        self.list_length
    }

    /// Ranks all items for the users of a block of whom something is held out. Shape: `scores` `[users.len(), n_items]`, overwritten.
    pub(super) fn score(
        &self,
        block: &Block,
        users: &UserBlock<'_>,
        mut scores: ArrayViewMut2<'_, f32>,
        scratch: &mut RankingScratch,
        scored: &mut ScoredUsers,
    ) -> Result<(), EvaluationError> {
        self.scorer.score_into(users, scores.view_mut());
        for (row, mut scores) in scores.rows_mut().into_iter().enumerate() {
            if block.has_held_out[row] {
                let scores = scores.as_slice_mut().expect("scores are row-major");
                check_finite(scores, block.holdout.users[row], Side::Ranking, self.options)?;
                self.rank(block, row, scores, scratch, scored)?;
            }
        }
        Ok(())
    }

    fn rank(
        &self,
        block: &Block,
        row: usize,
        scores: &mut [f32],
        scratch: &mut RankingScratch,
        scored: &mut ScoredUsers,
    ) -> Result<(), EvaluationError> {
        let RankingScratch { marks, top, list, by_precedence } = scratch;
        let (seen, held_out) = (block.holdout.history.items_of(row), block.holdout.targets.items_of(row));
        let ratings = block.holdout.targets.ratings_of(row);
        held_out.iter().zip(ratings).for_each(|(&item, &rating)| marks[item as usize] = Mark::HeldOut(rating));
        for &item in seen {
            marks[item as usize] = Mark::Seen;
            scores[item as usize] = f32::NEG_INFINITY;
        }
        match &self.options.precedence {
            None => top.select(scores, list),
            Some(order) => {
                by_precedence.clear();
                by_precedence.extend(order.iter().map(|&item| scores[item as usize]));
                top.select(by_precedence, list);
                for place in list.iter_mut() {
                    *place = order[*place as usize];
                }
            }
        }
        refuse_seen(list, marks, block.holdout.users[row], self.options)?;
        if scored.ranked[row] {
            let rating_of = |item: u32| match marks[item as usize] {
                Mark::HeldOut(rating) => Some(rating),
                Mark::Other | Mark::Seen => None,
            };
            let (all, least) = (ratings.iter().copied(), self.options.relevant_from);
            let ranked = RankedList::with_ratings(list, rating_of, all, least, &self.self_information);
            for &Column { index, k, of_list } in &self.columns {
                scored.values[[row, index]] = of_list(&ranked, k);
            }
        }
        for ((item, score), &recommended) in
            scored.items.row_mut(row).into_iter().zip(scored.scores.row_mut(row)).zip(list.iter())
        {
            (*item, *score) = (recommended, scores[recommended as usize]);
        }
        held_out.iter().chain(seen).for_each(|&item| marks[item as usize] = Mark::Other);
        Ok(())
    }
}

/// Fails at the first item of a user's list that the user has. What is left out cannot be selected; should that ever break, no
/// number comes of it.
fn refuse_seen(list: &[u32], marks: &[Mark], user: u32, options: &EvaluationOptions) -> Result<(), EvaluationError> {
    match list.iter().find(|&&item| marks[item as usize] == Mark::Seen) {
        Some(&item) => Err(EvaluationError::Seen { model: options.model.clone(), user, item }),
        None => Ok(()),
    }
}

/// Fails at the first score of a user that is not finite.
pub(super) fn check_finite(
    scores: &[f32],
    user: u32,
    side: Side,
    options: &EvaluationOptions,
) -> Result<(), EvaluationError> {
    // Without an early exit this is a few vector instructions.
    if scores.iter().fold(true, |finite, score| finite & score.is_finite()) {
        return Ok(());
    }
    let bad = (0..).zip(scores).find(|(_, score)| !score.is_finite());
    let (item, &value) = bad.expect("one score is not finite");
    Err(EvaluationError::NotFinite { model: options.model.clone(), user, item, side, value })
}

#[cfg(test)]
mod tests {
    use super::{Mark, refuse_seen};
    use crate::rec::eval::EvaluationOptions;

    #[test]
    fn a_list_with_an_item_that_the_user_has_is_refused() {
        let options = EvaluationOptions { model: "EASE".to_owned(), ..EvaluationOptions::default() };
        let marks = [Mark::Other, Mark::Seen, Mark::HeldOut(4.0)];
        assert_eq!(refuse_seen(&[2, 0], &marks, 7, &options), Ok(()));
        let error = refuse_seen(&[2, 1, 0], &marks, 7, &options).unwrap_err();
        insta::assert_snapshot!(
            format!("{error}; {}", error.help().unwrap()),
            @"model `EASE` recommends item `1` (by index) to user `7` (by index), who has it already; this is a defect of recflow; please report it"
        );
    }
}
