//! Training, validation and test parts of one data set, and the ways to make them: one file a strategy.

mod assemble;
mod digest;
mod draws;
mod error;
mod held_out_users;
mod holdout_rows;
mod leak;
mod leave_one_out;
mod params;
mod per_user_random;
mod per_user_temporal;
mod predefined;
mod random_entries;
mod share;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use self::draws::RandomSource;
pub use self::error::SplitError;
pub use self::holdout_rows::HoldoutRows;
pub use self::leak::Leak;
pub use self::params::{FoldIn, SplitParams, Strategy, UnknownItems};
use super::dataset::{DatasetInfo, Items};
use super::interactions::Interactions;

/// One data set cut in three. Every model of a comparison is trained and scored on the same one.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    /// What it was made of and how.
    pub about: SplitInfo,
    /// The users' own ids; the first `train.n_users()` of them are the training users, in the order of its rows.
    pub users: Vec<String>,
    /// The items by index.
    pub items: Items,
    /// What models are fitted on. Shape: `[n_train_users, n_items]`.
    pub train: Interactions,
    /// What hyper-parameters and the best epoch are chosen on.
    pub validation: Holdout,
    /// What the table is made of.
    pub test: Holdout,
}

impl Split {
    /// The split as models get it: nothing is held out for the test.
    #[must_use]
    pub fn without_test(self) -> Self {
        let none = Interactions::empty(0, self.train.n_items());
        Self { test: Holdout { users: Vec::new(), history: none.clone(), targets: none }, ..self }
    }
}

/// Users to be scored: what a model may see of each, and what it should find. Users without targets are not among them.
#[derive(Debug, Clone, PartialEq)]
pub struct Holdout {
    /// Index into [`Split::users`] of each row, rising. Shape: `[n_rows]`.
    /// A user below the number of training users has been seen in training; the others have not.
    pub users: Vec<u32>,
    /// What is known of each user at this time: fed to the models, never recommended again.
    /// In a test part this includes the same user's validation targets. Shape: `[n_rows, n_items]`.
    pub history: Interactions,
    /// What was held out. Shape: `[n_rows, n_items]`.
    pub targets: Interactions,
}

/// How a split was made; travels into the report's footer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SplitInfo {
    /// The data set it was made of.
    pub dataset: DatasetInfo,
    /// The strategy's name, for example `per-user-random`.
    pub strategy: String,
    /// The strategy and its parameters in words.
    pub description: String,
    /// The seed, if chance had a part.
    pub seed: Option<u64>,
    /// The lowest and the highest rating of the whole data set.
    pub rating_range: (f32, f32),
}
