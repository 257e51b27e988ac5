//! What an evaluation needs to know of the training part.

use crate::rec::data::Interactions;

/// How many training users there are, and how many of them have each item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrainingCounts {
    /// Number of training users; a user of lower index has been seen in training.
    pub n_users: usize,
    /// Training users who have the item. Shape: `[n_items]`.
    pub of_items: Vec<u32>,
}

impl TrainingCounts {
    /// Counts in the training part.
    pub fn of(train: &Interactions) -> Self {
        let mut counts = Self::empty(train.n_users(), train.n_items());
        counts.add(train.items());
        counts
    }

    /// Nobody has anything yet.
    pub(crate) fn empty(n_users: usize, n_items: usize) -> Self {
        Self { n_users, of_items: vec![0; n_items] }
    }

    /// Counts more entries of the training part, given by their items.
    pub(crate) fn add(&mut self, items: &[u32]) {
        items.iter().for_each(|&item| self.of_items[item as usize] += 1);
    }
}
