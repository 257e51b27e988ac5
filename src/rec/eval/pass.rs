//! One pass over the users of a holdout: blocks in parallel, their results in order.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use ndarray::Array2;
use rayon::prelude::*;

use super::evaluate::EvaluationOptions;
use super::evaluation::EvaluationError;
use super::ranking::{Ranking, RankingScratch};
use super::rating::Rating;
use super::training_counts::TrainingCounts;
use super::user_sink::{NO_ITEM, ScoredUsers};
use crate::rec::Monitor;
use crate::rec::data::{Holdout, HoldoutRows, ItemSet, StoreError};
use crate::rec::metric::{Dialect, Measure, MetricSpec, RatingErrors, Users};
use crate::rec::model::{Recommender, UserBlock};

/// Users who are scored at a time. More would share more of a model's memory traffic, fewer need less memory.
const USERS_PER_BLOCK: usize = 128;
/// Blocks whose results are held at a time.
const BLOCKS_PER_WAVE: usize = 64;

/// The users of a holdout, and what their scores have come to so far.
pub(super) struct Pass<'a> {
    holdout: &'a dyn HoldoutRows,
    n_train_users: usize,
    skips_last_event: bool,
    dialect: &'static Dialect,
    relevant_from: f32,
    n_columns: usize,
    /// `None` if no metric of rankings is wanted and defined.
    ranking: Option<Ranking<'a>>,
    /// `None` if no metric of ratings is wanted and defined.
    rating: Option<Rating<'a>>,
    /// How often each item stands among the first `k`, by `k`. Shape of each: `[n_items]`.
    counts: BTreeMap<usize, Vec<u64>>,
    /// The errors of all ratings.
    pub(super) errors: RatingErrors,
    /// Users in the means of metrics of rankings.
    pub(super) n_ranked: u64,
    /// Users in the means of metrics of ratings.
    pub(super) n_rated: u64,
    /// Users with a target.
    pub(super) n_with_target: u64,
}

/// Users as they are scored, and what there is to find.
pub(super) struct Block {
    pub(super) holdout: Holdout,
    /// The training row of each. Shape: `[n_users]`.
    pub(super) training_rows: Vec<Option<u32>>,
    /// Whether there is something to be found. Shape: `[n_users]`.
    has_target: Vec<bool>,
    /// Whether something is held out. Shape: `[n_users]`.
    pub(super) has_held_out: Vec<bool>,
}

/// What a block of users comes to.
struct Results {
    scored: ScoredUsers,
    n_with_target: u64,
    /// Whether the user's list counts in metrics of the catalogue. Shape: `[n_users]`.
    is_counted: Vec<bool>,
    /// Shape: `[n_users]`; empty without metrics of ratings.
    errors: Vec<RatingErrors>,
}

/// What one thread needs for a block.
struct Scratch {
    /// Shape: `[USERS_PER_BLOCK, n_items]`.
    scores: Array2<f32>,
    known: ItemSet,
    ranking: RankingScratch,
}

impl Block {
    /// Which of the users these are. Shape: `[n_users]`.
    fn users(&self, which: Users) -> Vec<bool> {
        match which {
            Users::WithTarget => self.has_target.clone(),
            Users::WithHeldOut => self.has_held_out.clone(),
        }
    }
}

impl<'a> Pass<'a> {
    /// For these metrics, all of which the model defines; `of_users` are those that are means over users.
    pub(super) fn new(
        model: &'a dyn Recommender,
        holdout: &'a dyn HoldoutRows,
        training: &TrainingCounts,
        metrics: &[MetricSpec],
        of_users: &[MetricSpec],
        options: &'a EvaluationOptions,
    ) -> Self {
        let n_items = holdout.n_items();
        let of_rankings: Vec<_> = metrics.iter().filter(|metric| !metric.metric().is_of_ratings()).collect();
        let longest = of_rankings.iter().filter_map(|metric| metric.cutoff()).max().unwrap_or(0).min(n_items);
        let catalogue =
            of_rankings.iter().filter(|metric| matches!(metric.metric().form.measure, Measure::Catalogue(_)));
        Self {
            holdout,
            n_train_users: training.n_users,
            skips_last_event: model.skips_last_event(),
            dialect: options.dialect.dialect(),
            relevant_from: options.relevant_from.unwrap_or(f32::NEG_INFINITY),
            n_columns: of_users.len(),
            ranking: model
                .ranking()
                .filter(|_| !of_rankings.is_empty())
                .map(|scorer| Ranking::new(scorer, of_users, longest, training, options)),
            rating: model
                .rating()
                .filter(|_| of_rankings.len() < metrics.len())
                .map(|scorer| Rating::new(scorer, of_users, options)),
            counts: catalogue.filter_map(|metric| metric.cutoff()).map(|k| (k, vec![0; n_items])).collect(),
            errors: RatingErrors::default(),
            n_ranked: 0,
            n_rated: 0,
            n_with_target: 0,
        }
    }

    /// The length of the users' lists.
    pub(super) fn list_length(&self) -> usize {
        self.ranking.as_ref().map_or(0, Ranking::list_length)
    }

    /// Whether ratings are predicted.
    pub(super) fn rates(&self) -> bool {
        self.rating.is_some()
    }

    /// How often each item is recommended, down to the metric's cutoff. Shape: `[n_items]`.
    pub(super) fn counts(&self, metric: MetricSpec) -> &[u64] {
        &self.counts[&metric.cutoff().expect("metrics of rankings have a cutoff")]
    }

    /// Scores all users; `each` gets them block by block, in order.
    pub(super) fn run(
        &mut self,
        monitor: &dyn Monitor,
        each: &mut dyn FnMut(&ScoredUsers) -> Result<(), EvaluationError>,
    ) -> Result<(), EvaluationError> {
        let n_rows = self.holdout.n_rows();
        let starts: Vec<usize> = (0..n_rows).step_by(USERS_PER_BLOCK).collect();
        let done = AtomicU64::new(0);
        for wave in starts.chunks(BLOCKS_PER_WAVE) {
            let this = &*self;
            // All results before the first error: which error is told must not depend on the threads.
            let blocks: Vec<Result<Results, EvaluationError>> = wave
                .par_iter()
                .map_init(
                    || this.scratch(),
                    |scratch, &start| {
                        monitor.check()?;
                        let results = this.score(scratch, start, USERS_PER_BLOCK.min(n_rows - start))?;
                        monitor.progress(done.fetch_add(1, Ordering::Relaxed) + 1, starts.len() as u64, "scoring");
                        Ok(results)
                    },
                )
                .collect();
            for results in blocks {
                let Results { mut scored, n_with_target, is_counted, errors } = results?;
                self.n_with_target += n_with_target;
                self.count(&scored, &is_counted);
                for errors in &errors {
                    self.errors.merge(errors);
                }
                scored.errors = errors;
                each(&scored)?;
            }
        }
        Ok(())
    }

    fn scratch(&self) -> Scratch {
        let n_items = self.holdout.n_items();
        Scratch {
            scores: Array2::zeros((USERS_PER_BLOCK.min(self.holdout.n_rows()), n_items)),
            known: ItemSet::new(n_items),
            ranking: RankingScratch::new(n_items, self.list_length()),
        }
    }

    fn block(&self, start: usize, len: usize, known: &mut ItemSet) -> Result<Block, EvaluationError> {
        let unreadable = |error: StoreError| EvaluationError::Unreadable { message: error.to_string() };
        let mut holdout = self.holdout.rows(start..start + len).map_err(unreadable)?;
        for (row, &user) in holdout.users.iter().enumerate() {
            known.set(holdout.history.items_of(row));
            if let Some(&item) = holdout.targets.items_of(row).iter().find(|&&item| known.contains(item)) {
                return Err(EvaluationError::Known { user, item });
            }
        }
        if self.skips_last_event {
            holdout.history = holdout.history.without_last();
        }
        let training_row = |&user: &u32| Some(user).filter(|&user| (user as usize) < self.n_train_users);
        let ratings = |row| holdout.targets.ratings_of(row);
        Ok(Block {
            training_rows: holdout.users.iter().map(training_row).collect(),
            has_target: (0..len).map(|row| ratings(row).iter().any(|&rating| rating >= self.relevant_from)).collect(),
            has_held_out: (0..len).map(|row| !ratings(row).is_empty()).collect(),
            holdout,
        })
    }

    fn score(&self, scratch: &mut Scratch, start: usize, len: usize) -> Result<Results, EvaluationError> {
        let block = self.block(start, len, &mut scratch.known)?;
        let users = UserBlock::new(&block.holdout.history, &block.training_rows, 0, len).of_users(&block.holdout.users);
        let mut scored = ScoredUsers {
            users: block.holdout.users.clone(),
            ranked: block.users(self.dialect.means),
            rated: block.users(if self.dialect.ratings.targets_only { Users::WithTarget } else { Users::WithHeldOut }),
            values: Array2::zeros((len, self.n_columns)),
            items: Array2::from_elem((len, self.list_length()), NO_ITEM),
            scores: Array2::zeros((len, self.list_length())),
            errors: Vec::new(),
        };
        let mut scores = scratch.scores.slice_mut(ndarray::s![..len, ..]);
        if let Some(ranking) = &self.ranking
            && block.has_held_out.contains(&true)
        {
            ranking.score(&block, &users, scores.view_mut(), &mut scratch.ranking, &mut scored)?;
        }
        let errors = match &self.rating {
            Some(rating) if scored.rated.contains(&true) => rating.score(&block, &users, scores, &mut scored)?,
            _ => Vec::new(),
        };
        let n_with_target = block.has_target.iter().filter(|&&has_target| has_target).count() as u64;
        Ok(Results { is_counted: block.users(self.dialect.catalogue), n_with_target, scored, errors })
    }

    /// Counts users and recommendations.
    fn count(&mut self, users: &ScoredUsers, is_counted: &[bool]) {
        self.n_ranked += users.ranked.iter().filter(|&&ranked| ranked).count() as u64;
        self.n_rated += users.rated.iter().filter(|&&rated| rated).count() as u64;
        for (&k, counts) in &mut self.counts {
            for (list, _) in users.items.rows().into_iter().zip(is_counted).filter(|(_, is_counted)| **is_counted) {
                let recommended = list.into_iter().take(k).take_while(|&&item| item != NO_ITEM);
                recommended.for_each(|&item| counts[item as usize] += 1);
            }
        }
    }
}
