//! A set of items that is emptied at no cost.

/// Which items are in it now. Meant to be filled once for each of many users.
#[derive(Debug, Clone)]
pub(crate) struct ItemSet {
    /// The round in which the item was last put in. Shape: `[n_items]`.
    rounds: Vec<u32>,
    round: u32,
}

impl ItemSet {
    /// Nothing of `n_items` items.
    pub(crate) fn new(n_items: usize) -> Self {
        Self { rounds: vec![0; n_items], round: 0 }
    }

    /// Puts these in, and nothing else.
    pub(crate) fn set(&mut self, items: &[u32]) {
        if self.round == u32::MAX {
            *self = Self::new(self.rounds.len());
        }
        self.round += 1;
        for &item in items {
            self.rounds[item as usize] = self.round;
        }
    }

    /// Whether an item is in it.
    pub(crate) fn contains(&self, item: u32) -> bool {
        self.rounds[item as usize] == self.round && self.round > 0
    }
}

#[cfg(test)]
mod tests {
    use super::ItemSet;

    #[test]
    fn it_holds_what_was_put_in_last() {
        let mut set = ItemSet::new(4);
        let content = |set: &ItemSet| (0..4).filter(|&item| set.contains(item)).collect::<Vec<u32>>();
        assert!(content(&set).is_empty());
        set.set(&[3, 1]);
        assert_eq!(content(&set), [1, 3]);
        set.set(&[0]);
        assert_eq!(content(&set), [0]);
        set.round = u32::MAX;
        set.set(&[2]);
        assert_eq!(content(&set), [2]);
    }
}
