//! Rankings of all users: the metrics of each list, and how often each item is recommended.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use ndarray::Array2;
use rayon::prelude::*;

use super::evaluate::{EvaluationOptions, Rows};
use super::evaluation::{EvaluationError, Side};
use super::top_k::TopK;
use crate::rec::Monitor;
use crate::rec::data::Interactions;
use crate::rec::metric::{Measure, MetricSpec, RankedList, self_information};
use crate::rec::model::{Scorer, UserBlock};

/// Users who are scored at a time. More would share more of a model's memory traffic, fewer need less memory.
pub(super) const USERS_PER_BLOCK: usize = 128;
/// Blocks whose lists are held at a time.
const BLOCKS_PER_WAVE: usize = 256;

/// What all users' rankings come to.
pub(super) struct Rankings {
    /// The metrics of lists, in the order of columns.
    metrics: Vec<MetricSpec>,
    /// Values of the users, 0 without a target; row by row. Shape: `[n_rows, metrics.len()]`.
    values: Vec<f64>,
    /// How often each item stands among the first `k`, by `k`. Shape of each: `[n_items]`.
    counts: BTreeMap<usize, Vec<u64>>,
}

impl Rankings {
    /// Ranks all items for all users and measures the lists.
    pub(super) fn new(
        scorer: &dyn Scorer,
        rows: &Rows<'_>,
        train: &Interactions,
        metrics: &[MetricSpec],
        options: &EvaluationOptions,
        monitor: &dyn Monitor,
    ) -> Result<Self, EvaluationError> {
        let n_items = train.n_items();
        let of_lists = metrics.iter().copied().filter(|metric| matches!(metric.metric().measure, Measure::List(_)));
        let of_catalogue = metrics.iter().filter(|metric| matches!(metric.metric().measure, Measure::Catalogue(_)));
        let mut rankings = Self {
            metrics: of_lists.collect(),
            values: Vec::new(),
            counts: of_catalogue.filter_map(MetricSpec::cutoff).map(|k| (k, vec![0; n_items])).collect(),
        };
        let mut item_counts = vec![0; n_items];
        train.items().iter().for_each(|&item| item_counts[item as usize] += 1);
        let context = Context {
            scorer,
            rows,
            n_items,
            longest: metrics.iter().filter_map(MetricSpec::cutoff).max().unwrap_or(0).min(n_items),
            metrics: &rankings.metrics,
            self_information: self_information(&item_counts, train.n_users()),
            options,
        };

        let n_rows = rows.holdout.users.len();
        let starts: Vec<usize> = (0..n_rows).step_by(USERS_PER_BLOCK).collect();
        let done = AtomicU64::new(0);
        let mut values = Vec::with_capacity(n_rows * rankings.metrics.len());
        for wave in starts.chunks(BLOCKS_PER_WAVE) {
            let blocks: Result<Vec<Block>, EvaluationError> = wave
                .par_iter()
                .map_init(
                    || Scratch::new(&context),
                    |scratch, &start| {
                        monitor.check()?;
                        let block = context.rank(scratch, start, USERS_PER_BLOCK.min(n_rows - start))?;
                        monitor.progress(done.fetch_add(1, Ordering::Relaxed) + 1, starts.len() as u64, "ranking");
                        Ok(block)
                    },
                )
                .collect();
            for block in blocks? {
                values.extend(block.values);
                for (&k, counts) in &mut rankings.counts {
                    let recommended = block.lists.iter().flat_map(|list| &list[..k.min(list.len())]);
                    recommended.for_each(|&item| counts[item as usize] += 1);
                }
            }
        }
        rankings.values = values;
        Ok(rankings)
    }

    /// The users' values of one of the metrics of lists. Shape: `[n_rows]`.
    pub(super) fn user_values(&self, metric: MetricSpec) -> Vec<f64> {
        let column = self.metrics.iter().position(|&other| other == metric).expect("it was asked for");
        self.values.chunks_exact(self.metrics.len()).map(|row| row[column]).collect()
    }

    /// How often each item is recommended, down to the metric's cutoff. Shape: `[n_items]`.
    pub(super) fn counts(&self, metric: MetricSpec) -> &[u64] {
        &self.counts[&metric.cutoff().expect("metrics of rankings have a cutoff")]
    }
}

/// What all blocks share.
struct Context<'a> {
    scorer: &'a dyn Scorer,
    rows: &'a Rows<'a>,
    n_items: usize,
    longest: usize,
    metrics: &'a [MetricSpec],
    self_information: Vec<f64>,
    options: &'a EvaluationOptions,
}

/// What one thread needs for a block.
struct Scratch {
    /// Shape: `[USERS_PER_BLOCK, n_items]`.
    scores: Array2<f32>,
    /// What each item is to the user at hand. Shape: `[n_items]`.
    marks: Vec<Mark>,
    top: TopK,
}

/// What an item is to a user.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Other,
    Target,
    Seen,
}

/// The results of a block of users.
struct Block {
    /// Shape: `[users, metrics.len()]`, row by row.
    values: Vec<f64>,
    /// The recommendations to each user with a target, best first.
    lists: Vec<Vec<u32>>,
}

impl Scratch {
    fn new(context: &Context<'_>) -> Self {
        Self {
            scores: Array2::zeros((USERS_PER_BLOCK.min(context.rows.holdout.users.len()), context.n_items)),
            marks: vec![Mark::Other; context.n_items],
            top: TopK::new(context.longest),
        }
    }
}

impl Context<'_> {
    fn rank(&self, scratch: &mut Scratch, start: usize, len: usize) -> Result<Block, EvaluationError> {
        let mut block = Block { values: Vec::with_capacity(len * self.metrics.len()), lists: Vec::new() };
        if !self.rows.ranked[start..start + len].contains(&true) {
            block.values.resize(len * self.metrics.len(), 0.0);
            return Ok(block);
        }
        let holdout = self.rows.holdout;
        let users = UserBlock::new(&holdout.history, &self.rows.seen_in_training, start, len);
        let mut scores = scratch.scores.slice_mut(ndarray::s![..len, ..]);
        self.scorer.score_into(&users, scores.view_mut());
        for (row, mut scores) in (start..).zip(scores.rows_mut()) {
            if !self.rows.ranked[row] {
                block.values.resize(block.values.len() + self.metrics.len(), 0.0);
                continue;
            }
            let scores = scores.as_slice_mut().expect("scores are row-major");
            check_finite(scores, holdout.users[row], Side::Ranking, self.options)?;
            let list = self.rank_user(&mut scratch.top, &mut scratch.marks, scores, row, &mut block.values)?;
            block.lists.push(list);
        }
        Ok(block)
    }

    fn rank_user(
        &self,
        top: &mut TopK,
        marks: &mut [Mark],
        scores: &mut [f32],
        row: usize,
        values: &mut Vec<f64>,
    ) -> Result<Vec<u32>, EvaluationError> {
        let seen = self.rows.holdout.history.items_of(row);
        let mut n_targets = 0;
        for item in self.rows.targets(row) {
            marks[item as usize] = Mark::Target;
            n_targets += 1;
        }
        for &item in seen {
            marks[item as usize] = Mark::Seen;
            scores[item as usize] = f32::NEG_INFINITY;
        }
        let mut items = Vec::with_capacity(self.longest);
        top.select(scores, &mut items);
        if let Some(&item) = items.iter().find(|&&item| marks[item as usize] == Mark::Seen) {
            let (model, user) = (self.options.model.clone(), self.rows.holdout.users[row]);
            return Err(EvaluationError::Seen { model, user, item });
        }
        let is_target = |item: u32| marks[item as usize] == Mark::Target;
        let list = RankedList::with_hits(&items, is_target, n_targets, &self.self_information);
        for metric in self.metrics {
            if let (Measure::List(of_list), Some(k)) = (metric.metric().measure, metric.cutoff()) {
                values.push(of_list(&list, k));
            }
        }
        self.rows.targets(row).chain(seen.iter().copied()).for_each(|item| marks[item as usize] = Mark::Other);
        Ok(items)
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
