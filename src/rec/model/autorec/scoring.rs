//! Predicted ratings of blocks of users.

use ndarray::{Array2, ArrayViewMut2, Axis};

use super::{AutoRec, BasedOn, weights_of};
use crate::rec::linalg::product_into;
use crate::rec::model::row_group::{histories, in_groups};
use crate::rec::model::{Recommender, Scorer, UnseenUsers, UserBlock, Weights};

impl Recommender for AutoRec {
    fn ranking(&self) -> Option<&dyn Scorer> {
        None
    }

    fn rating(&self) -> Option<&dyn Scorer> {
        Some(self)
    }

    fn unseen_users(&self) -> UnseenUsers {
        match self.based_on {
            BasedOn::Items => UnseenUsers::Unknown(
                "An item-based AutoRec has an output for each user of the training part and none for others.",
            ),
            BasedOn::Users => UnseenUsers::Alike,
        }
    }

    fn weights(&self) -> Weights {
        weights_of(self)
    }
}

impl Scorer for AutoRec {
    fn score_into(&self, users: &UserBlock<'_>, mut scores: ArrayViewMut2<'_, f32>) {
        in_groups(scores.view_mut(), |start, scores| match self.based_on {
            BasedOn::Items => self.score_by_items(users, start, scores),
            BasedOn::Users => self.score_by_users(users, start, scores),
        });
        for (row, mut scores) in scores.axis_iter_mut(Axis(0)).enumerate() {
            let is_known = match self.based_on {
                BasedOn::Items => self.output_of(users, row).is_some(),
                BasedOn::Users => !users.items(row).is_empty(),
            };
            if !is_known {
                scores.fill(self.cold_rating);
            }
            for (score, _) in scores.iter_mut().zip(&self.known_items).filter(|(_, is_known)| !**is_known) {
                *score = self.cold_rating;
            }
        }
    }
}

impl AutoRec {
    /// The output that stands for a user, where rows are items.
    fn output_of(&self, users: &UserBlock<'_>, row: usize) -> Option<usize> {
        users.training_row(row).filter(|&user| self.known_users[user])
    }

    /// Each item's code against the decoder's row of each user.
    fn score_by_items(&self, users: &UserBlock<'_>, start: usize, scores: &mut ArrayViewMut2<'_, f32>) {
        let decoder = self.network.decoder();
        let mut rows = Array2::zeros((scores.nrows(), self.network.code_width()));
        for (row, (mut weights, mut scores)) in
            (start..users.len()).zip(rows.rows_mut().into_iter().zip(scores.rows_mut()))
        {
            if let Some(user) = self.output_of(users, row) {
                weights.assign(&decoder.weight.value.row(user));
                scores.fill(decoder.bias.value[[user, 0]]);
            }
        }
        product_into(1.0, &rows, &self.codes.t(), 1.0, scores);
        self.network.to_ratings(scores.as_slice_mut().expect("groups are row-major"));
    }

    /// Each user's code, from the history, against the decoder's row of each item.
    fn score_by_users(&self, users: &UserBlock<'_>, start: usize, scores: &mut ArrayViewMut2<'_, f32>) {
        let histories = histories(users, start, scores.nrows(), self.network.n_outputs());
        self.network.decoder().dense_into(&self.network.codes(histories), scores);
        self.network.to_ratings(scores.as_slice_mut().expect("groups are row-major"));
    }
}
