//! Predicted ratings of blocks of users, from their histories.

use ndarray::{Array1, ArrayViewMut2};

use super::DeepRec;
use crate::rec::model::row_group::{histories, in_groups};
use crate::rec::model::{Recommender, Scorer, UserBlock, Weights};

impl Recommender for DeepRec {
    fn ranking(&self) -> Option<&dyn Scorer> {
        None
    }

    fn rating(&self) -> Option<&dyn Scorer> {
        Some(self)
    }

    fn weights(&self) -> Weights {
        let mut weights = Weights::of_parameters(self.network.parameters());
        let known: Array1<u32> = self.known_items.iter().map(|&known| u32::from(known)).collect();
        weights.insert("known-items", known);
        weights
    }
}

impl Scorer for DeepRec {
    fn score_into(&self, users: &UserBlock<'_>, mut scores: ArrayViewMut2<'_, f32>) {
        in_groups(scores.view_mut(), |start, scores| {
            let histories = histories(users, start, scores.nrows(), self.known_items.len());
            self.network.predict_into(&histories, scores.view_mut());
        });
        for (row, mut scores) in scores.rows_mut().into_iter().enumerate() {
            if users.items(row).is_empty() {
                scores.fill(self.cold_rating);
            }
            for (score, _) in scores.iter_mut().zip(&self.known_items).filter(|(_, is_known)| !**is_known) {
                *score = self.cold_rating;
            }
        }
    }
}
