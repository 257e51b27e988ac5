//! How popular recommended items are, beside those that users chose themselves.
//!
//! Abdollahpouri, Mansoury, Burke & Mobasher, *The Unfairness of Popularity Bias in Recommendation*, RMSE workshop at RecSys
//! 2019: the popularity of an item is the share of training users who have it; the average popularity of a group's profiles,
//! `GAP_p`, and of its recommendations, `GAP_r`, are means over users of means over items; their relative difference,
//! `ΔGAP = (GAP_r − GAP_p) / GAP_p`, is the lift.

use serde::{Deserialize, Serialize};

use super::training_counts::TrainingCounts;
use super::user_sink::NO_ITEM;

/// The catalogue in three parts of which each has a third of all training interactions: head, middle, tail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PopularityThirds(Vec<u8>);

impl PopularityThirds {
    /// How many parts there are.
    pub const COUNT: usize = 3;
    /// Their names, the most popular items first.
    pub const NAMES: [&str; Self::COUNT] = ["head", "middle", "tail"];

    /// Items by how many training users have them, most first, equal ones by index; an item belongs to the third in which its
    /// first interaction falls, and to the tail if it has none.
    pub fn of(training: &TrainingCounts) -> Self {
        let mut order: Vec<usize> = (0..training.of_items.len()).collect();
        order.sort_by_key(|&item| std::cmp::Reverse(training.of_items[item]));
        let total: u64 = training.of_items.iter().map(|&count| u64::from(count)).sum();
        let mut thirds = vec![2; order.len()];
        let mut before = 0;
        for item in order {
            if training.of_items[item] > 0 {
                thirds[item] = (3 * before / total) as u8;
            }
            before += u64::from(training.of_items[item]);
        }
        Self(thirds)
    }

    /// The third of an item, from 0 for the head.
    pub fn of_item(&self, item: u32) -> usize {
        usize::from(self.0[item as usize])
    }
}

/// The popularity of recommendations and histories.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PopularityFacts {
    /// The length of the lists that were looked at.
    pub cutoff: usize,
    /// Mean popularity of recommended items, mean over users: `GAP_r`.
    pub recommended: f64,
    /// Mean popularity of items of histories, mean over the same users: `GAP_p`.
    pub history: f64,
    /// The shares of recommendations that are of the head, the middle and the tail.
    pub shares: [f64; PopularityThirds::COUNT],
    /// The same of histories.
    pub history_shares: [f64; PopularityThirds::COUNT],
}

impl PopularityFacts {
    /// The popularity lift, `ΔGAP`.
    pub fn lift(&self) -> f64 {
        (self.recommended - self.history) / self.history
    }
}

/// Sums over users, one after the other.
#[derive(Debug, Clone)]
pub struct PopularityTally<'a> {
    training: &'a TrainingCounts,
    thirds: &'a PopularityThirds,
    cutoff: usize,
    n_users: u64,
    recommended: f64,
    history: f64,
    counts: [u64; PopularityThirds::COUNT],
    history_counts: [u64; PopularityThirds::COUNT],
}

impl<'a> PopularityTally<'a> {
    /// Of nobody yet; lists are looked at down to `cutoff`.
    pub fn new(training: &'a TrainingCounts, thirds: &'a PopularityThirds, cutoff: usize) -> Self {
        let (counts, history_counts) = Default::default();
        Self { training, thirds, cutoff, n_users: 0, recommended: 0.0, history: 0.0, counts, history_counts }
    }

    /// Adds one user; one without a list or a history does not count.
    pub fn add<'b>(&mut self, list: impl IntoIterator<Item = &'b u32>, history: &[u32]) {
        let list: Vec<u32> = list.into_iter().copied().take(self.cutoff).take_while(|&item| item != NO_ITEM).collect();
        if list.is_empty() || history.is_empty() {
            return;
        }
        self.n_users += 1;
        self.recommended += self.popularity(&list);
        self.history += self.popularity(history);
        for &item in &list {
            self.counts[self.thirds.of_item(item)] += 1;
        }
        for &item in history {
            self.history_counts[self.thirds.of_item(item)] += 1;
        }
    }

    fn popularity(&self, items: &[u32]) -> f64 {
        let holders: u64 = items.iter().map(|&item| u64::from(self.training.of_items[item as usize])).sum();
        holders as f64 / items.len() as f64 / self.training.n_users.max(1) as f64
    }

    /// What it comes to; `None` if nobody counted.
    pub fn facts(&self) -> Option<PopularityFacts> {
        let shares = |counts: [u64; PopularityThirds::COUNT]| {
            let total = counts.iter().sum::<u64>() as f64;
            counts.map(|count| count as f64 / total)
        };
        (self.n_users > 0).then(|| PopularityFacts {
            cutoff: self.cutoff,
            recommended: self.recommended / self.n_users as f64,
            history: self.history / self.n_users as f64,
            shares: shares(self.counts),
            history_shares: shares(self.history_counts),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{NO_ITEM, PopularityTally, PopularityThirds, TrainingCounts};

    fn training() -> TrainingCounts {
        TrainingCounts { n_users: 10, of_items: vec![1, 6, 0, 3, 2] }
    }

    #[test]
    fn each_third_has_a_third_of_the_interactions() {
        // In order of popularity: items 1 (6 of 12), 3 (3), 4 (2), 0 (1), 2 (none).
        let thirds = PopularityThirds::of(&training());
        assert_eq!([1, 3, 4, 0, 2].map(|item| thirds.of_item(item)), [0, 1, 2, 2, 2]);
    }

    #[test]
    fn popularity_is_the_share_of_users_who_have_an_item() {
        let (training, thirds) = (training(), PopularityThirds::of(&training()));
        let mut tally = PopularityTally::new(&training, &thirds, 2);
        assert_eq!(tally.facts(), None);
        tally.add(&[1, 3, 4], &[0, 4]);
        tally.add(&[3, NO_ITEM, NO_ITEM], &[1]);
        tally.add(&[NO_ITEM; 3], &[1]);
        let facts = tally.facts().unwrap();
        let close = |a: f64, b: f64| (a - b).abs() < 1e-12;
        assert!(close(facts.recommended, f64::midpoint(0.45, 0.3)) && close(facts.history, f64::midpoint(0.15, 0.6)));
        assert!(close(facts.lift(), 0.0) && facts.cutoff == 2, "{facts:?}");
        assert_eq!(facts.shares, [1.0 / 3.0, 2.0 / 3.0, 0.0]);
        assert_eq!(facts.history_shares, [1.0 / 3.0, 0.0, 2.0 / 3.0]);
    }
}
