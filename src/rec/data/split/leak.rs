//! What must not be in a split: something held out that a model could know, or something known that could be recommended.

use std::collections::HashSet;

use super::{Holdout, Split};
use crate::rec::data::item_set::ItemSet;

/// Why numbers made on a split would be worth nothing. Users and items are told by their own ids.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Leak {
    /// What is to be found is in the user's training row.
    #[error("{part} item `{item}` of user `{user}` is also in the training part")]
    InTraining {
        /// `validation` or `test`.
        part: &'static str,
        /// Whose it is.
        user: String,
        /// What is to be found.
        item: String,
    },
    /// What is to be found is in what a model is shown of the user.
    #[error("{part} item `{item}` of user `{user}` is also in what models are shown of the user")]
    InHistory {
        /// `validation` or `test`.
        part: &'static str,
        /// Whose it is.
        user: String,
        /// What is to be found.
        item: String,
    },
    /// A choice by the validation part would be one by the test part.
    #[error(
        "item `{item}` of user `{user}` is held out for validation and for the test: choosing would be done on the test"
    )]
    ChosenOnTest {
        /// Whose it is.
        user: String,
        /// What is to be found twice.
        item: String,
    },
    /// A training item would be recommended again.
    #[error(
        "training item `{item}` of user `{user}` is not in the {part} part's history and would be recommended again"
    )]
    Forgotten {
        /// `validation` or `test`.
        part: &'static str,
        /// Whose it is.
        user: String,
        /// What the user has.
        item: String,
    },
    /// One person in two rows, one of which may be trained on.
    #[error("user `{user}` is in the split twice")]
    UserTwice {
        /// The id.
        user: String,
    },
}

impl Leak {
    /// The remedy.
    pub fn help(&self) -> &'static str {
        match self {
            Self::InTraining { .. } | Self::InHistory { .. } | Self::UserTwice { .. } => {
                "what is to be found must not be known already: take it out of one of the parts"
            }
            Self::ChosenOnTest { .. } => "hold out other events for validation than for the test",
            Self::Forgotten { .. } => "show the whole training row of a training user",
        }
    }
}

impl Split {
    /// The first place at which something held out can be known, or something known be recommended; `None` in an honest split.
    pub fn leak(&self) -> Option<Leak> {
        let mut ids = HashSet::with_capacity(self.users.len());
        if let Some(user) = self.users.iter().find(|user| !ids.insert(user.as_str())) {
            return Some(Leak::UserTwice { user: user.clone() });
        }
        let mut known = ItemSet::new(self.train.n_items());
        // What is held out twice is in the test's history, too; that it would be chosen by is the graver news.
        let twice = self.chosen_on_test(&mut known);
        let of_holdout = twice.or_else(|| self.leak_of("validation", &self.validation, &mut known));
        of_holdout.or_else(|| self.leak_of("test", &self.test, &mut known))
    }

    fn leak_of(&self, part: &'static str, holdout: &Holdout, known: &mut ItemSet) -> Option<Leak> {
        for (row, &user) in holdout.users.iter().enumerate() {
            let (history, targets) = (holdout.history.items_of(row), holdout.targets.items_of(row));
            let id = || self.users[user as usize].clone();
            let item = |item: u32| self.items.ids[item as usize].clone();
            known.set(history);
            if let Some(&target) = targets.iter().find(|&&target| known.contains(target)) {
                return Some(Leak::InHistory { part, user: id(), item: item(target) });
            }
            if (user as usize) < self.train.n_users() {
                let trained = self.train.items_of(user as usize);
                if let Some(&forgotten) = trained.iter().find(|&&item| !known.contains(item)) {
                    return Some(match targets.iter().find(|target| trained.contains(target)) {
                        Some(&target) => Leak::InTraining { part, user: id(), item: item(target) },
                        None => Leak::Forgotten { part, user: id(), item: item(forgotten) },
                    });
                }
            }
        }
        None
    }

    fn chosen_on_test(&self, known: &mut ItemSet) -> Option<Leak> {
        for (row, user) in self.validation.users.iter().enumerate() {
            let Ok(test_row) = self.test.users.binary_search(user) else { continue };
            known.set(self.validation.targets.items_of(row));
            if let Some(&item) = self.test.targets.items_of(test_row).iter().find(|&&item| known.contains(item)) {
                let (user, item) = (self.users[*user as usize].clone(), self.items.ids[item as usize].clone());
                return Some(Leak::ChosenOnTest { user, item });
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::Leak;
    use crate::rec::data::{Holdout, Interactions, Items, Split, SplitInfo};

    fn matrix(rows: &[&[u32]]) -> Interactions {
        let offsets = (0..=rows.len()).map(|end| rows[..end].iter().map(|row| row.len()).sum()).collect();
        let items = rows.concat();
        let n = items.len();
        Interactions::from_parts(5, offsets, items, vec![1.0; n], vec![0; n])
    }

    /// Users `a` and `b` of training, `c` unseen; what is held out of `a` and `c`, and shown of both.
    fn split(test: [&[u32]; 2], shown: [&[u32]; 2], validation: &[u32]) -> Split {
        let names = |names: &[&str]| -> Vec<String> { names.iter().map(|&name| name.to_owned()).collect() };
        Split {
            about: SplitInfo::default(),
            users: names(&["a", "b", "c"]),
            items: Items { ids: names(&["v", "w", "x", "y", "z"]), titles: vec![String::new(); 5] },
            train: matrix(&[&[0, 1], &[2]]),
            validation: Holdout { users: vec![0], history: matrix(&[&[0, 1]]), targets: matrix(&[validation]) },
            test: Holdout { users: vec![0, 2], history: matrix(&shown), targets: matrix(&test) },
        }
    }

    fn told(split: &Split) -> String {
        split.leak().map_or("nothing".to_owned(), |leak| leak.to_string())
    }

    #[test]
    fn every_way_in_which_a_split_can_be_worthless_is_told() {
        let honest = split([&[3], &[0]], [&[0, 1, 2], &[4]], &[2]);
        let mut twice = honest.clone();
        twice.users[2] = "b".to_owned();
        let leaks = [
            told(&honest),
            told(&split([&[3], &[4]], [&[0, 1, 2], &[4]], &[2])),
            told(&split([&[1], &[0]], [&[0], &[4]], &[2])),
            told(&split([&[3], &[0]], [&[0], &[4]], &[2])),
            told(&split([&[3], &[0]], [&[0, 1, 2], &[4]], &[1])),
            told(&split([&[3], &[0]], [&[0, 1], &[4]], &[3])),
            told(&twice),
        ];
        insta::assert_snapshot!(leaks.join("\n"), @"
        nothing
        test item `z` of user `c` is also in what models are shown of the user
        test item `w` of user `a` is also in the training part
        training item `w` of user `a` is not in the test part's history and would be recommended again
        validation item `w` of user `a` is also in what models are shown of the user
        item `y` of user `a` is held out for validation and for the test: choosing would be done on the test
        user `b` is in the split twice
        ");
        assert!(matches!(twice.leak(), Some(Leak::UserTwice { .. })));
    }
}
