//! Predicted ratings of blocks of users.

use ndarray::{Array2, ArrayViewMut2, Axis};

use super::{AutoRec, BasedOn, weights_of};
use crate::rec::linalg::product_into;
use crate::rec::model::{Recommender, Scorer, UserBlock, Weights};
use crate::rec::nn::SparseRows;

impl Recommender for AutoRec {
    fn ranking(&self) -> Option<&dyn Scorer> {
        None
    }

    fn rating(&self) -> Option<&dyn Scorer> {
        Some(self)
    }

    fn weights(&self) -> Weights {
        weights_of(self)
    }
}

impl Scorer for AutoRec {
    fn score_into(&self, users: &UserBlock<'_>, mut scores: ArrayViewMut2<'_, f32>) {
        let is_known: Vec<bool> = match self.based_on {
            BasedOn::Items => self.score_by_items(users, &mut scores),
            BasedOn::Users => self.score_by_users(users, &mut scores),
        };
        for (mut scores, is_known) in scores.axis_iter_mut(Axis(0)).zip(is_known) {
            if !is_known {
                scores.fill(self.cold_rating);
                continue;
            }
            match scores.as_slice_mut() {
                Some(scores) => self.network.to_ratings(scores),
                None => scores.iter_mut().for_each(|score| self.network.to_ratings(std::slice::from_mut(score))),
            }
            for (score, _) in scores.iter_mut().zip(&self.known_items).filter(|(_, is_known)| !**is_known) {
                *score = self.cold_rating;
            }
        }
    }
}

impl AutoRec {
    /// Each item's code against the decoder's row of each user; gives which users have one.
    fn score_by_items(&self, users: &UserBlock<'_>, scores: &mut ArrayViewMut2<'_, f32>) -> Vec<bool> {
        let decoder = self.network.decoder();
        let mut rows = Array2::zeros((users.len(), self.network.code_width()));
        let known_row = |row| users.training_row(row).filter(|&user| self.known_users[user]);
        for (row, (mut weights, mut scores)) in rows.rows_mut().into_iter().zip(scores.rows_mut()).enumerate() {
            if let Some(user) = known_row(row) {
                weights.assign(&decoder.weight.value.row(user));
                scores.fill(decoder.bias.value[[user, 0]]);
            }
        }
        product_into(1.0, &rows, &self.codes.t(), 1.0, scores);
        (0..users.len()).map(|row| known_row(row).is_some()).collect()
    }

    /// Each user's code, from the history, against the decoder's row of each item; gives which users have a history.
    fn score_by_users(&self, users: &UserBlock<'_>, scores: &mut ArrayViewMut2<'_, f32>) -> Vec<bool> {
        let mut histories = SparseRows::new(self.network.n_outputs());
        for row in 0..users.len() {
            histories.push_row(users.items(row).iter().copied().zip(users.ratings(row).iter().copied()));
        }
        self.network.decoder().dense_into(&self.network.codes(histories), scores);
        (0..users.len()).map(|row| !users.items(row).is_empty()).collect()
    }
}
