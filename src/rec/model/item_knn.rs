//! ItemKNN: items are recommended that share many users with the items of the history.
//!
//! M. Deshpande, G. Karypis, *Item-based top-N recommendation algorithms*, ACM Transactions on Information Systems 22(1),
//! 2004, <https://doi.org/10.1145/963770.963776>; the shrinkage after R. M. Bell, Y. Koren, *Improved neighborhood-based
//! collaborative filtering*, KDD Cup and Workshop 2007.
//!
//! # Model
//!
//! With `c_ij` the number of training users who have both items: `s_ij = c_ij / (sqrt(c_ii c_jj) + shrinkage)`, the
//! shrunk cosine. `N(i)` are the `neighbours` items most similar to `i`, itself left out, ties by lower index. The score
//! is `Σ_{j ∈ O_u ∩ N(i)} s_ij`.
//!
//! # Shapes
//!
//! `neighbours` and `similarities` `[n_kept]`: the lists `N(i)`, one after the other, most similar first; `offsets`
//! `[n_items + 1]`: their boundaries.
//!
//! # Cost
//!
//! Fitting: the sum of the squared lengths of the histories, and a selection for each item; no dense matrix. Scoring: about
//! `|O_u| · neighbours` additions.
//!
//! # Departures from the paper
//!
//! The similarities of a list are not normalised to sum to 1.
//!
//! # Reference result
//!
//! None published under a protocol that recflow has; see the project's own tests on MovieLens-1M.

use std::cmp::Ordering;

use ndarray::{Array1, ArrayViewMut2, Ix1};
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Card, Fit, FitError, Fitted, Problem, Recommender, Scorer, Training, UserBlock, Weights, WeightsError, check_memory,
};
use crate::rec::Monitor;
use crate::rec::data::Split;
use crate::rec::linalg::CoOccurrences;
use crate::rec::nn::LearningCurve;

/// Items that are one task of fitting.
const ITEMS_PER_TASK: usize = 16;

/// Hyper-parameters of ItemKNN.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct ItemKnnParams {
    /// How many of the most similar items each item keeps.
    #[schemars(range(min = 1))]
    pub neighbours: u32,
    /// Added to the denominator of the cosine: the larger, the less pairs with few common users count.
    #[schemars(range(min = 0.0))]
    pub shrinkage: f64,
}

impl Default for ItemKnnParams {
    fn default() -> Self {
        Self { neighbours: 100, shrinkage: 10.0 }
    }
}

/// The most similar items of each item.
#[derive(Debug, Clone)]
pub struct ItemKnn {
    weights: Weights,
    /// Boundaries of items in `supported`. Shape: `[n_items + 1]`.
    offsets: Vec<usize>,
    /// For each item those that have it as a neighbour, and how similar they are.
    supported: Vec<(u32, f32)>,
}

impl ItemKnn {
    fn from_weights(weights: Weights) -> Result<Self, WeightsError> {
        let bounds = weights.u32::<Ix1>("offsets")?;
        let neighbours = weights.u32::<Ix1>("neighbours")?;
        let similarities = weights.f32::<Ix1>("similarities")?;
        let n_items = bounds.len().saturating_sub(1);
        let fits = bounds.first() == Some(&0)
            && bounds.iter().is_sorted()
            && bounds.last().map(|&end| end as usize) == Some(neighbours.len())
            && neighbours.len() == similarities.len()
            && neighbours.iter().all(|&item| (item as usize) < n_items);
        if !fits {
            return Err(WeightsError::Inconsistent("the lists of neighbours do not fit together".to_owned()));
        }

        let mut offsets = vec![0; n_items + 1];
        for &source in &neighbours {
            offsets[source as usize + 1] += 1;
        }
        for item in 0..n_items {
            offsets[item + 1] += offsets[item];
        }
        let mut next = offsets.clone();
        let mut supported = vec![(0, 0.0); neighbours.len()];
        for item in 0..n_items {
            for place in bounds[item] as usize..bounds[item + 1] as usize {
                let slot = &mut next[neighbours[place] as usize];
                supported[*slot] = (item as u32, similarities[place]);
                *slot += 1;
            }
        }
        Ok(Self { weights, offsets, supported })
    }
}

impl ItemKnnParams {
    /// The neighbours of one item, most similar first. `counts` is scratch of `[n_items]`.
    fn neighbours_of(&self, item: usize, pairs: &CoOccurrences, counts: &mut [u32]) -> Vec<(u32, f32)> {
        counts.fill(0);
        pairs.add_row(item, counts);
        let own = f64::from(counts[item]);
        let similarity = |other: u32, common: u32| {
            (f64::from(common) / ((own * f64::from(pairs.count(other as usize))).sqrt() + self.shrinkage)) as f32
        };
        let others = (0..).zip(counts.iter()).filter(|&(other, &common)| common > 0 && other as usize != item);
        let mut neighbours: Vec<_> = others.map(|(other, &common)| (other, similarity(other, common))).collect();
        let order = |a: &(u32, f32), b: &(u32, f32)| -> Ordering { b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)) };
        let k = self.neighbours as usize;
        if neighbours.len() > k {
            neighbours.select_nth_unstable_by(k, order);
            neighbours.truncate(k);
            // Most items have had something to do with most others: as candidates they took many times the room.
            neighbours.shrink_to_fit();
        }
        neighbours.sort_unstable_by(order);
        neighbours
    }
}

impl Fit for ItemKnnParams {
    type Model = ItemKnn;

    const CARD: Card = Card {
        name: "item-knn",
        title: "ItemKNN",
        revision: 1,
        about: "Items are recommended that share many users with the items of the history.",
        paper: "M. Deshpande, G. Karypis: Item-based top-N recommendation algorithms, ACM TOIS 22(1), 2004",
    };

    fn check(&self) -> Vec<Problem> {
        let problem = |parameter: &str, message| Problem { parameter: parameter.to_owned(), message, help: None };
        let mut problems = Vec::new();
        if self.neighbours == 0 {
            problems.push(problem("neighbours", "`0` is not a positive whole number".to_owned()));
        }
        if !(self.shrinkage >= 0.0 && self.shrinkage.is_finite()) {
            problems.push(problem("shrinkage", format!("`{}` is negative or not finite", self.shrinkage)));
        }
        problems
    }

    fn memory_bytes(&self, n_users: usize, n_items: usize, n_entries: usize) -> u64 {
        let n_kept = n_items as u64 * (n_items as u64).min(u64::from(self.neighbours));
        n_kept * 24 + n_entries as u64 * 12 + (n_users + 3 * n_items) as u64 * 8
    }

    fn fit(&self, split: &Split, monitor: &dyn Monitor) -> Result<Fitted<ItemKnn>, FitError> {
        let train = &split.train;
        let n_items = train.n_items();
        let needed_bytes = Fit::memory_bytes(self, train.n_users(), n_items, train.n_entries());
        check_memory(|| format!("a list of the neighbours of {n_items} items"), needed_bytes, monitor)?;

        let pairs = CoOccurrences::new(train);
        let mut lists = vec![Vec::new(); n_items];
        lists.par_chunks_mut(ITEMS_PER_TASK).enumerate().try_for_each_init(
            || vec![0; n_items],
            |counts, (task, lists)| {
                monitor.check()?;
                for (item, list) in (task * ITEMS_PER_TASK..).zip(lists) {
                    *list = self.neighbours_of(item, &pairs, counts);
                }
                Ok::<_, FitError>(())
            },
        )?;

        let ends = lists.iter().scan(0, |end, list| {
            *end += list.len() as u32;
            Some(*end)
        });
        let mut weights = Weights::new();
        weights.insert("offsets", std::iter::once(0).chain(ends).collect::<Array1<u32>>());
        weights.insert("neighbours", lists.iter().flatten().map(|&(item, _)| item).collect::<Array1<u32>>());
        weights.insert("similarities", lists.iter().flatten().map(|&(_, s)| s).collect::<Array1<f32>>());
        let model = ItemKnn::from_weights(weights).expect("the lists were just made to fit");
        Ok(Fitted { model, training: Training::default(), curve: LearningCurve::default() })
    }

    fn restore(&self, weights: &Weights) -> Result<ItemKnn, WeightsError> {
        ItemKnn::from_weights(weights.clone())
    }
}

impl Recommender for ItemKnn {
    fn ranking(&self) -> Option<&dyn Scorer> {
        Some(self)
    }

    fn rating(&self) -> Option<&dyn Scorer> {
        None
    }

    fn weights(&self) -> Weights {
        self.weights.clone()
    }
}

impl Scorer for ItemKnn {
    fn score_into(&self, users: &UserBlock<'_>, mut scores: ArrayViewMut2<'_, f32>) {
        scores.fill(0.0);
        for (row, mut scores) in scores.rows_mut().into_iter().enumerate() {
            // By rising index, so that the order of a history changes no sum.
            let mut history = users.items(row).to_vec();
            history.sort_unstable();
            for item in history {
                let range = self.offsets[item as usize]..self.offsets[item as usize + 1];
                for &(other, similarity) in &self.supported[range] {
                    scores[other as usize] += similarity;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ItemKnn, ItemKnnParams};
    use crate::rec::Silent;
    use crate::rec::data::Interactions;
    use crate::rec::model::testing::{scores_in_blocks, scores_of, split_from, split_of};
    use crate::rec::model::{Fit, Recommender};
    use rayon::ThreadPoolBuilder;

    fn fit(params: &ItemKnnParams, train: &Interactions) -> ItemKnn {
        params.fit(&split_from(train.clone()), &Silent).unwrap().model
    }

    #[test]
    fn scores_are_sums_of_shrunk_cosines() {
        // Counts: 3, 2, 2, 1; together: (0, 1) 2, (0, 2) 1, (1, 2) 1, (0, 3) 1.
        let split = split_of(4, &[&[1, 0], &[0, 1, 2], &[3, 0], &[2]]);
        let model = fit(&ItemKnnParams { neighbours: 10, shrinkage: 1.0 }, &split.train);
        let scores = scores_of(&model, &split.train);
        let cosine = |common: f64, product: f64| (common / (product.sqrt() + 1.0)) as f32;
        let expected = [cosine(2.0, 6.0), cosine(2.0, 6.0), cosine(1.0, 6.0) + cosine(1.0, 4.0), cosine(1.0, 3.0)];
        for (score, expected) in scores.row(0).iter().zip(expected) {
            assert!((score - expected).abs() < 1e-6, "{}", scores.row(0));
        }
    }

    #[test]
    fn only_the_nearest_neighbours_count() {
        let split = split_of(4, &[&[1, 0], &[0, 1, 2], &[3, 0], &[2]]);
        let model = fit(&ItemKnnParams { neighbours: 1, shrinkage: 0.0 }, &split.train);
        // The nearest of 2 is 1 (cosine 1/2 against 1/√6), so user 3, who has 2 only, gets nothing but ...
        let scores = scores_of(&model, &split.train);
        assert_eq!(scores.row(3).to_vec(), [0.0, 0.0, 0.0, 0.0]);
        // ... user 2, who has 0 and 3, gets 1 through 0.
        assert!(scores[[2, 1]] > 0.0 && scores[[2, 2]] == 0.0);
    }

    #[test]
    fn threads_blocks_and_storage_change_nothing() {
        let histories: Vec<Vec<u32>> =
            (0..50_u32).map(|user| (0..90).filter(|item| (user * 31 + item * item * 17) % 7 == 0).collect()).collect();
        let histories: Vec<&[u32]> = histories.iter().map(Vec::as_slice).collect();
        let train = split_of(90, &histories).train;
        let params = ItemKnnParams { neighbours: 7, ..ItemKnnParams::default() };
        let with_threads = |threads| {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| fit(&params, &train))
        };
        let model = with_threads(1);
        assert_eq!(model.weights(), with_threads(2).weights());
        assert_eq!(model.weights(), with_threads(3).weights());
        let scores = scores_of(&model, &train);
        assert_eq!(scores, scores_in_blocks(&model, &train, 17));
        assert_eq!(scores, scores_of(&params.restore(&model.weights()).unwrap(), &train));
    }

    #[test]
    fn parameters_out_of_range_are_problems() {
        assert_eq!(ItemKnnParams { neighbours: 0, shrinkage: -1.0 }.check().len(), 2);
    }
}
