//! A held-out part that is read some rows at a time.

use std::ops::Range;

use super::Holdout;
use crate::rec::data::StoreError;

/// Users to be scored, from memory or from a file: who reads them need not hold all of them.
pub trait HoldoutRows: Sync {
    /// Number of users.
    fn n_rows(&self) -> usize;

    /// Number of items.
    fn n_items(&self) -> usize;

    /// The users of a range of rows, which must not end past the last.
    fn rows(&self, range: Range<usize>) -> Result<Holdout, StoreError>;
}

impl HoldoutRows for Holdout {
    fn n_rows(&self) -> usize {
        self.users.len()
    }

    fn n_items(&self) -> usize {
        self.targets.n_items()
    }

    fn rows(&self, range: Range<usize>) -> Result<Holdout, StoreError> {
        Ok(Holdout {
            users: self.users[range.clone()].to_vec(),
            history: self.history.rows(range.clone()),
            targets: self.targets.rows(range),
        })
    }
}
