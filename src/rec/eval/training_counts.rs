//! What an evaluation needs to know of the training part.

use std::path::Path;

use crate::rec::data::{Interactions, StoreError, stored_training_items};

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
        let mut of_items = vec![0; train.n_items()];
        train.items().iter().for_each(|&item| of_items[item as usize] += 1);
        Self { n_users: train.n_users(), of_items }
    }

    /// Counts in the training part of the split that was saved in a folder and has so many items, without reading all of it
    /// at once.
    pub fn stored(folder: &Path, n_items: usize) -> Result<Self, StoreError> {
        let mut of_items = vec![0; n_items];
        let mut n_unknown = 0;
        let n_users = stored_training_items(folder, &mut |items| {
            for &item in items {
                match of_items.get_mut(item as usize) {
                    Some(count) => *count += 1,
                    None => n_unknown += 1,
                }
            }
        })?;
        if n_unknown > 0 {
            return Err(StoreError::damaged(folder, format!("{n_unknown} training items are out of range")));
        }
        Ok(Self { n_users, of_items })
    }
}
