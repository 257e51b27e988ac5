//! Popularity: everybody is recommended what most users have.
//!
//! The baseline of P. Cremonesi, Y. Koren and R. Turrin, *Performance of recommender algorithms on top-N recommendation
//! tasks*, RecSys 2010 (there "TopPop"), <https://doi.org/10.1145/1864708.1864721>.
//!
//! # Model
//!
//! `s_ui = |{v : i ∈ O_v}|`, the number of training users who have item `i`; the same for every user `u`.
//!
//! # Shapes
//!
//! `counts` `[n_items]`.
//!
//! # Cost
//!
//! One pass over the entries; one copy of `counts` for each scored user.
//!
//! # Departures from the paper
//!
//! None.
//!
//! # Reference result
//!
//! MovieLens-1M, all ratings positive, 80/20 by user at random: precision/recall/ndcg@100 = .0889/.3014/.2284 (own
//! measurement with independent code).

use ndarray::{ArcArray1, Array1, ArrayViewMut2};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Card, Fit, FitError, Fitted, Recommender, Scorer, Training, UserBlock, Weights, WeightsError};
use crate::rec::Monitor;
use crate::rec::data::Split;
use crate::rec::nn::LearningCurve;

/// Popularity has no hyper-parameters.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct PopularityParams {}

/// How many training users have each item.
#[derive(Debug, Clone)]
pub struct Popularity {
    counts: ArcArray1<u32>,
}

impl Fit for PopularityParams {
    type Model = Popularity;

    const CARD: Card = Card {
        name: "popularity",
        title: "Popularity",
        revision: 1,
        about: "Everybody is recommended what most users have.",
        paper: "P. Cremonesi, Y. Koren, R. Turrin: Performance of recommender algorithms on top-N recommendation tasks, \
                RecSys 2010",
    };

    fn memory_bytes(&self, _n_users: usize, n_items: usize, _n_entries: usize) -> u64 {
        n_items as u64 * 4
    }

    fn fit(&self, split: &Split, monitor: &dyn Monitor) -> Result<Fitted<Popularity>, FitError> {
        monitor.check()?;
        let mut counts = Array1::zeros(split.train.n_items());
        split.train.items().iter().for_each(|&item| counts[item as usize] += 1);
        Ok(Fitted {
            model: Popularity { counts: counts.into_shared() },
            training: Training::default(),
            curve: LearningCurve::default(),
        })
    }

    fn restore(&self, weights: &Weights) -> Result<Popularity, WeightsError> {
        Ok(Popularity { counts: weights.u32("counts")? })
    }
}

impl Recommender for Popularity {
    fn ranking(&self) -> Option<&dyn Scorer> {
        Some(self)
    }

    fn rating(&self) -> Option<&dyn Scorer> {
        None
    }

    fn weights(&self) -> Weights {
        let mut weights = Weights::new();
        weights.insert("counts", self.counts.clone());
        weights
    }
}

impl Scorer for Popularity {
    fn score_into(&self, _users: &UserBlock<'_>, mut scores: ArrayViewMut2<'_, f32>) {
        for mut row in scores.rows_mut() {
            row.zip_mut_with(&self.counts, |score, &count| *score = count as f32);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PopularityParams;
    use crate::rec::Silent;
    use crate::rec::model::testing::{scores_of, split_of};
    use crate::rec::model::{Fit, Recommender};

    #[test]
    fn scores_are_numbers_of_users() {
        let split = split_of(4, &[&[0, 1], &[1, 3], &[1]]);
        let model = PopularityParams::default().fit(&split, &Silent).unwrap().model;
        let scores = scores_of(model.ranking().unwrap(), &split.train);
        assert!(scores.rows().into_iter().all(|row| row.to_vec() == [1.0, 3.0, 0.0, 1.0]));
        let restored = PopularityParams::default().restore(&model.weights()).unwrap();
        assert_eq!(restored.weights(), model.weights());
    }
}
