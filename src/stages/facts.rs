//! A split in numbers: a small file beside its arrays, for those who need no more.

use serde::{Deserialize, Serialize};

use crate::rec::data::{Holdout, Interactions, Split, SplitInfo};

/// A split in numbers, and what it was made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct SplitFacts {
    /// The split's content address.
    pub digest: String,
    /// What it was made of and how.
    pub about: SplitInfo,
    /// Users in any part.
    pub users: u64,
    /// Items in the vocabulary.
    pub items: u64,
    /// Interactions in any part, each counted once.
    pub interactions: u64,
    /// What models are fitted on.
    pub train: Part,
    /// What is held out for choosing.
    pub validation: Part,
    /// What is held out for the table.
    pub test: Part,
}

/// The size of one part of a split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Part {
    /// Rows: users.
    pub users: u64,
    /// Entries; of holdouts those held out.
    pub interactions: u64,
}

impl SplitFacts {
    /// The file's name.
    pub(super) const FILE: &str = "facts.json";

    /// The facts of a split.
    pub(super) fn of(split: &Split) -> Self {
        let part = |rows: &Interactions| Part { users: rows.n_users() as u64, interactions: rows.n_entries() as u64 };
        let (train, validation, test) =
            (part(&split.train), part(&split.validation.targets), part(&split.test.targets));
        let n_train_users = split.train.n_users();
        // What is known of users unseen in training is in no other part.
        let fold_in = |holdout: &Holdout| -> usize {
            let unseen = |row: &usize| holdout.users[*row] as usize >= n_train_users;
            (0..holdout.users.len()).filter(unseen).map(|row| holdout.history.items_of(row).len()).sum()
        };
        let known = (fold_in(&split.validation) + fold_in(&split.test)) as u64;
        Self {
            digest: split.digest(),
            about: split.about.clone(),
            users: split.users.len() as u64,
            items: split.items.ids.len() as u64,
            interactions: train.interactions + validation.interactions + test.interactions + known,
            train,
            validation,
            test,
        }
    }
}
