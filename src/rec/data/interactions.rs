//! Who had to do with what, as a sparse matrix by user.

use std::ops::Range;

/// Ratings of `n_users × n_items`, compressed by row (CSR). A row is one user's history in chronological order, ties
/// in time broken by the order of the lines in the file.
///
/// An item stands at most once in a row.
#[derive(Debug, Clone, PartialEq)]
pub struct Interactions {
    n_items: usize,
    offsets: Vec<usize>,
    items: Vec<u32>,
    ratings: Vec<f32>,
    times: Vec<i64>,
}

impl Interactions {
    /// No interactions between `n_users` users and `n_items` items.
    pub fn empty(n_users: usize, n_items: usize) -> Self {
        Self { n_items, offsets: vec![0; n_users + 1], items: Vec::new(), ratings: Vec::new(), times: Vec::new() }
    }

    /// Assembles the matrix from its arrays.
    ///
    /// Shapes: `offsets` `[n_users + 1]`, rising from 0 to `n_entries`; `items`, `ratings`, `times` `[n_entries]`.
    ///
    /// # Panics
    ///
    /// If the arrays do not fit together or an item is out of range.
    pub fn from_parts(
        n_items: usize,
        offsets: Vec<usize>,
        items: Vec<u32>,
        ratings: Vec<f32>,
        times: Vec<i64>,
    ) -> Self {
        match Self::try_from_parts(n_items, offsets, items, ratings, times) {
            Ok(interactions) => interactions,
            Err(problem) => panic!("{problem}"),
        }
    }

    /// Assembles the matrix from arrays that may not fit together; says what does not.
    pub fn try_from_parts(
        n_items: usize,
        offsets: Vec<usize>,
        items: Vec<u32>,
        ratings: Vec<f32>,
        times: Vec<i64>,
    ) -> Result<Self, &'static str> {
        if offsets.first() != Some(&0) || !offsets.is_sorted() {
            return Err("offsets must rise from 0");
        }
        if offsets.last() != Some(&items.len()) {
            return Err("offsets must end at the number of entries");
        }
        if items.len() != ratings.len() || items.len() != times.len() {
            return Err("there must be one rating and one time for each item");
        }
        if items.iter().any(|&item| item as usize >= n_items) {
            return Err("an item is out of range");
        }
        Ok(Self { n_items, offsets, items, ratings, times })
    }

    /// The same with users and items exchanged: a row is all that had to do with one item, by rising user.
    #[must_use]
    pub fn transposed(&self) -> Self {
        let mut offsets = vec![0; self.n_items + 1];
        for &item in &self.items {
            offsets[item as usize + 1] += 1;
        }
        for item in 0..self.n_items {
            offsets[item + 1] += offsets[item];
        }
        let (mut next, n) = (offsets.clone(), self.n_entries());
        let (mut users, mut ratings, mut times) = (vec![0; n], vec![0.0; n], vec![0; n]);
        for user in 0..self.n_users() {
            for entry in self.offsets[user]..self.offsets[user + 1] {
                let slot = &mut next[self.items[entry] as usize];
                (users[*slot], ratings[*slot], times[*slot]) = (user as u32, self.ratings[entry], self.times[entry]);
                *slot += 1;
            }
        }
        Self { n_items: self.n_users(), offsets, items: users, ratings, times }
    }

    /// The rows `range` alone, numbered from 0.
    ///
    /// # Panics
    ///
    /// If the range ends past the last row.
    #[must_use]
    pub fn rows(&self, range: Range<usize>) -> Self {
        let (first, last) = (self.offsets[range.start], self.offsets[range.end]);
        Self {
            n_items: self.n_items,
            offsets: self.offsets[range.start..=range.end].iter().map(|offset| offset - first).collect(),
            items: self.items[first..last].to_vec(),
            ratings: self.ratings[first..last].to_vec(),
            times: self.times[first..last].to_vec(),
        }
    }

    /// The matrix without the last event of each user.
    #[must_use]
    pub fn without_last(&self) -> Self {
        let mut shorter = Self::empty(0, self.n_items);
        for user in 0..self.n_users() {
            let range = self.offsets[user]..self.offsets[user + 1].max(self.offsets[user] + 1) - 1;
            shorter.items.extend(&self.items[range.clone()]);
            shorter.ratings.extend(&self.ratings[range.clone()]);
            shorter.times.extend(&self.times[range]);
            shorter.offsets.push(shorter.items.len());
        }
        shorter
    }

    /// Number of rows.
    pub fn n_users(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Number of columns.
    pub fn n_items(&self) -> usize {
        self.n_items
    }

    /// Number of stored entries.
    pub fn n_entries(&self) -> usize {
        self.items.len()
    }

    /// Row boundaries. Shape: `[n_users + 1]`.
    pub fn offsets(&self) -> &[usize] {
        &self.offsets
    }

    /// The items of one user, oldest first.
    pub fn items_of(&self, user: usize) -> &[u32] {
        &self.items[self.offsets[user]..self.offsets[user + 1]]
    }

    /// The ratings of one user, beside [`Self::items_of`].
    pub fn ratings_of(&self, user: usize) -> &[f32] {
        &self.ratings[self.offsets[user]..self.offsets[user + 1]]
    }

    /// The times (Unix seconds) of one user, beside [`Self::items_of`].
    pub fn times_of(&self, user: usize) -> &[i64] {
        &self.times[self.offsets[user]..self.offsets[user + 1]]
    }

    /// Items of all rows, one after the other. Shape: `[n_entries]`.
    pub fn items(&self) -> &[u32] {
        &self.items
    }

    /// Ratings beside [`Self::items`]. Shape: `[n_entries]`.
    pub fn ratings(&self) -> &[f32] {
        &self.ratings
    }

    /// Times beside [`Self::items`]. Shape: `[n_entries]`.
    pub fn times(&self) -> &[i64] {
        &self.times
    }
}

#[cfg(test)]
mod tests {
    use super::Interactions;

    #[test]
    fn transposed_twice_is_the_same_with_items_in_order() {
        let by_user = Interactions::from_parts(
            4,
            vec![0, 2, 2, 4],
            vec![3, 0, 1, 3],
            vec![1.0, 2.0, 3.0, 4.0],
            vec![10, 20, 30, 40],
        );
        let by_item = by_user.transposed();
        assert_eq!(by_item.n_users(), 4);
        assert_eq!(
            (by_item.items_of(3), by_item.ratings_of(3), by_item.times_of(3)),
            (&[0, 2][..], &[1.0, 4.0][..], &[10, 40][..])
        );
        assert_eq!(by_item.items_of(2), [0_u32; 0]);
        let again = by_item.transposed();
        assert_eq!((again.items_of(0), again.ratings_of(0)), (&[0, 3][..], &[2.0, 1.0][..]));
        assert_eq!((again.n_users(), again.n_items(), again.items_of(2)), (3, 4, &[1, 3][..]));
    }

    #[test]
    fn rows_can_be_taken_alone() {
        let whole = Interactions::from_parts(3, vec![0, 2, 2, 3], vec![2, 0, 1], vec![5.0, 4.0, 3.0], vec![7, 8, 9]);
        assert_eq!(whole.rows(0..3), whole);
        assert_eq!(whole.rows(1..3), Interactions::from_parts(3, vec![0, 0, 1], vec![1], vec![3.0], vec![9]));
        assert_eq!(whole.rows(3..3), Interactions::empty(0, 3));
    }

    #[test]
    fn the_last_event_of_each_user_can_be_left_out() {
        let whole = Interactions::from_parts(3, vec![0, 2, 2, 3], vec![2, 0, 1], vec![5.0, 4.0, 3.0], vec![7, 8, 9]);
        let shorter = Interactions::from_parts(3, vec![0, 1, 1, 1], vec![2], vec![5.0], vec![7]);
        assert_eq!(whole.without_last(), shorter);
    }
}
