//! Where a split's random choices come from.

use rand::seq::SliceRandom;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rec::data::Dataset;
use crate::rec::{NumpyLegacy, stream};

/// The sources of random choices.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RandomSource {
    /// A stream of its own for each user, so that nobody's part depends on who else is in the data.
    #[default]
    Addressed,
    /// Numpy's legacy generator (`numpy.random.seed`, `permutation`, `choice`), for published splits: one sequence, for
    /// which users are taken by rising id and their events in the order of the file.
    NumpyLegacy,
}

/// What published programs leave whole: of a held-out user with fewer events nothing is drawn and nothing is to be found.
const LEAST_TO_FOLD: usize = 5;

/// The random choices of one split.
pub(super) struct Draws {
    pub(super) seed: u64,
    /// The sequence of [`RandomSource::NumpyLegacy`].
    sequence: Option<NumpyLegacy>,
}

impl Draws {
    /// No choice made yet. A seed of more than 32 bits is for addressed streams only.
    pub(super) fn new(source: RandomSource, seed: u64) -> Self {
        let mut draws = Self { seed, sequence: None };
        if source == RandomSource::NumpyLegacy {
            draws.sequence = Some(NumpyLegacy::new(seed as u32));
        }
        draws
    }

    /// Begins the sequence again, as published programs do for each part of held-out users.
    pub(super) fn restart(&mut self) {
        if let Some(sequence) = &mut self.sequence {
            *sequence = NumpyLegacy::new(self.seed as u32);
        }
    }

    /// Whether the choices are one sequence.
    pub(super) fn is_sequence(&self) -> bool {
        self.sequence.is_some()
    }

    /// Brings users into the order in which they are drawn for: that of their first appearance, or of their ids.
    pub(super) fn arrange_users(&self, dataset: &Dataset, users: &mut [u32]) {
        if !self.is_sequence() {
            users.sort_unstable();
            return;
        }
        let id = |user: u32| dataset.users[user as usize].as_str();
        let numbers: Option<Vec<i64>> = dataset.users.iter().map(|id| id.parse().ok()).collect();
        match numbers {
            Some(numbers) => users.sort_by_key(|&user| numbers[user as usize]),
            None => users.sort_by(|&a, &b| id(a).cmp(id(b))),
        }
    }

    /// Brings one user's events into the order in which they are drawn from: as they are, or as they stand in the file.
    pub(super) fn arrange_events(&self, events: &mut [u32]) {
        if self.is_sequence() {
            events.sort_unstable();
        }
    }

    /// Whether something of a held-out user with so many events is to be found.
    pub(super) fn folds(&self, n_events: usize) -> bool {
        !self.is_sequence() || n_events >= LEAST_TO_FOLD
    }

    /// A random order: that of the stream at this address, or the sequence's next one.
    pub(super) fn shuffle(&mut self, values: &mut [u32], purpose: &str, address: &[u64]) {
        match &mut self.sequence {
            Some(sequence) => sequence.shuffle(values),
            None => values.shuffle(&mut stream(self.seed, purpose, address)),
        }
    }

    /// The seed and, where it is not the usual one, the source in words.
    pub(super) fn in_words(&self) -> String {
        let source = if self.is_sequence() { " of numpy's legacy generator" } else { "" };
        format!("seed {}{source}", self.seed)
    }
}

#[cfg(test)]
mod tests {
    use super::{Draws, RandomSource};
    use crate::rec::Silent;
    use crate::rec::data::split::{FoldIn, SplitParams, Strategy};
    use crate::rec::data::{Dataset, DatasetInfo, Events, Items};

    /// Users with these ids and numbers of events, the events of all alternating.
    fn dataset(users: &[(&str, u32)]) -> Dataset {
        let mut events = Events::default();
        for item in 0..30 {
            for (user, &(_, n_events)) in users.iter().enumerate() {
                if item < n_events {
                    events.push(user as u32, item, 5.0, -i64::from(item));
                }
            }
        }
        let ids: Vec<String> = (0..30).map(|item| format!("i{item}")).collect();
        Dataset {
            about: DatasetInfo { has_times: true, ..DatasetInfo::default() },
            users: users.iter().map(|(id, _)| (*id).to_owned()).collect(),
            items: Items { titles: ids.clone(), ids },
            events,
        }
    }

    #[test]
    fn a_sequence_takes_users_by_id_as_numbers_where_all_are_numbers() {
        let arranged = |source, ids: &[(&str, u32)]| {
            let mut users: Vec<u32> = (0..ids.len() as u32).rev().collect();
            Draws::new(source, 1).arrange_users(&dataset(ids), &mut users);
            users
        };
        let numbers = [("10", 1), ("9", 1), ("100", 1)];
        assert_eq!(arranged(RandomSource::NumpyLegacy, &numbers), [1, 0, 2]);
        assert_eq!(arranged(RandomSource::NumpyLegacy, &[("10", 1), ("9", 1), ("x", 1)]), [0, 1, 2]);
        assert_eq!(arranged(RandomSource::Addressed, &numbers), [0, 1, 2]);
    }

    /// Worked out with numpy: `seed(7)`, `permutation` of the users by id, then for the held-out ones `seed(7)`,
    /// `choice(n, size=int(0.2 * n), replace=False)` of the lines of each that has five.
    #[test]
    fn held_out_users_are_those_of_the_published_program() {
        let params = SplitParams {
            validation_users: Some(1),
            test_users: Some(3),
            seed: Some(7),
            random_source: Some(RandomSource::NumpyLegacy),
            fold_in: Some(FoldIn::Random),
            ..SplitParams::new(Strategy::HeldOutUsers)
        };
        let data = dataset(&[("30", 15), ("7", 10), ("8", 30), ("100", 30), ("2", 4), ("1", 20)]);
        let split = params.apply(Some(&data), &Silent).unwrap();
        assert_eq!(split.users, ["8", "100", "1", "2", "7", "30"]);
        assert_eq!(split.test.users, [4, 5], "of four events none is to be found");
        // Oldest first, and later lines are older here.
        assert_eq!([0, 1].map(|row| split.test.targets.items_of(row)), [&[8_u32, 5][..], &[5, 2, 1]]);
    }

    #[test]
    fn numpy_takes_no_longer_seeds() {
        let params = SplitParams {
            seed: Some(1 << 32),
            random_source: Some(RandomSource::NumpyLegacy),
            ..SplitParams::new(Strategy::PerUserRandom)
        };
        let problems: Vec<String> = params.check().into_iter().map(|problem| problem.message).collect();
        assert_eq!(problems, ["`4294967296` is no seed of numpy's"]);
    }
}
