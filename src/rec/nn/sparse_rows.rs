//! Mini-batches of sparse rows, and the same entries by column.

use std::ops::Range;

use crate::rec::data::Interactions;
use crate::rec::linalg::Real;

/// Rows of a sparse matrix with values of their own (CSR): the input of a mini-batch, or the entries of its output.
#[derive(Debug, Clone, PartialEq)]
pub struct SparseRows<F> {
    n_columns: usize,
    offsets: Vec<usize>,
    columns: Vec<u32>,
    values: Vec<F>,
}

impl<F: Real> SparseRows<F> {
    /// No rows of `n_columns` columns.
    pub fn new(n_columns: usize) -> Self {
        Self { n_columns, offsets: vec![0], columns: Vec::new(), values: Vec::new() }
    }

    /// These rows of `interactions`, with the ratings as values.
    pub fn of_ratings(interactions: &Interactions, rows: &[u32]) -> Self {
        Self::of(interactions, rows, |ratings| ratings.iter().map(|&rating| F::rounded(f64::from(rating))))
    }

    /// These rows of `interactions`, each entry 1.
    pub fn of_ones(interactions: &Interactions, rows: &[u32]) -> Self {
        Self::of(interactions, rows, |ratings| ratings.iter().map(|_| F::one()))
    }

    /// These rows of `interactions`, each entry 1/√n so that a row of n entries has length 1.
    pub fn of_unit_rows(interactions: &Interactions, rows: &[u32]) -> Self {
        Self::of(interactions, rows, |ratings| {
            let value = F::rounded(1.0 / (ratings.len() as f64).sqrt());
            ratings.iter().map(move |_| value)
        })
    }

    fn of<'a, V: Iterator<Item = F>>(
        interactions: &'a Interactions,
        rows: &[u32],
        values: impl Fn(&'a [f32]) -> V,
    ) -> Self {
        let mut batch = Self::new(interactions.n_items());
        for &row in rows {
            let row = row as usize;
            batch.push_row(interactions.items_of(row).iter().copied().zip(values(interactions.ratings_of(row))));
        }
        batch
    }

    /// Adds a row of (column, value) entries, each column at most once.
    pub fn push_row(&mut self, entries: impl Iterator<Item = (u32, F)>) {
        for (column, value) in entries {
            debug_assert!((column as usize) < self.n_columns, "column out of range");
            self.columns.push(column);
            self.values.push(value);
        }
        self.offsets.push(self.columns.len());
    }

    /// Number of rows.
    pub fn n_rows(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Number of columns.
    pub fn n_columns(&self) -> usize {
        self.n_columns
    }

    /// Number of entries.
    pub fn n_entries(&self) -> usize {
        self.columns.len()
    }

    /// Row boundaries. Shape: `[n_rows + 1]`.
    pub fn offsets(&self) -> &[usize] {
        &self.offsets
    }

    /// Columns of all entries, row after row. Shape: `[n_entries]`.
    pub fn columns(&self) -> &[u32] {
        &self.columns
    }

    /// Values beside [`Self::columns`].
    pub fn values(&self) -> &[F] {
        &self.values
    }

    /// Values beside [`Self::columns`].
    pub fn values_mut(&mut self) -> &mut [F] {
        &mut self.values
    }

    /// Sets all values of each row to one value, made of its number of entries.
    pub fn fill_rows(&mut self, value: impl Fn(usize) -> F) {
        for ends in self.offsets.windows(2) {
            self.values[ends[0]..ends[1]].fill(value(ends[1] - ends[0]));
        }
    }

    /// Columns and values of one row.
    pub fn row(&self, row: usize) -> (&[u32], &[F]) {
        let range = self.offsets[row]..self.offsets[row + 1];
        (&self.columns[range.clone()], &self.values[range])
    }

    /// Some consecutive rows.
    #[must_use]
    pub fn slice(&self, rows: Range<usize>) -> Self {
        let entries = self.offsets[rows.start]..self.offsets[rows.end];
        Self {
            n_columns: self.n_columns,
            offsets: self.offsets[rows.start..=rows.end].iter().map(|offset| offset - entries.start).collect(),
            columns: self.columns[entries.clone()].to_vec(),
            values: self.values[entries].to_vec(),
        }
    }

    /// The entries by column.
    pub fn by_column(&self) -> ByColumn {
        let mut ends = vec![0u32; self.n_columns + 1];
        for &column in &self.columns {
            ends[column as usize + 1] += 1;
        }
        let mut columns = Vec::new();
        let mut offsets = vec![0];
        for column in 0..self.n_columns {
            if ends[column + 1] > 0 {
                columns.push(column as u32);
                offsets.push(ends[column] as usize + ends[column + 1] as usize);
            }
            ends[column + 1] += ends[column];
        }
        // `ends[column]` is now where the column begins; it moves on as entries are placed.
        let (mut rows, mut entries) = (vec![0; self.n_entries()], vec![0; self.n_entries()]);
        for row in 0..self.n_rows() {
            for entry in self.offsets[row]..self.offsets[row + 1] {
                let slot = &mut ends[self.columns[entry] as usize];
                (rows[*slot as usize], entries[*slot as usize]) = (row as u32, entry as u32);
                *slot += 1;
            }
        }
        ByColumn { columns, offsets, rows, entries }
    }
}

/// The entries of [`SparseRows`] by column; columns without entries are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByColumn {
    columns: Vec<u32>,
    offsets: Vec<usize>,
    rows: Vec<u32>,
    entries: Vec<u32>,
}

impl ByColumn {
    /// The columns with entries, rising.
    pub fn columns(&self) -> &[u32] {
        &self.columns
    }

    /// Rows of the entries of the `index`-th such column, rising, and their places among all entries of the rows.
    pub fn column(&self, index: usize) -> (&[u32], &[u32]) {
        let range = self.offsets[index]..self.offsets[index + 1];
        (&self.rows[range.clone()], &self.entries[range])
    }
}

#[cfg(test)]
mod tests {
    use super::SparseRows;

    #[test]
    fn columns_hold_the_same_entries() {
        let mut rows = SparseRows::<f64>::new(5);
        rows.push_row([(3, 0.5), (0, 1.5)].into_iter());
        rows.push_row(std::iter::empty());
        rows.push_row([(0, 2.5), (4, 3.5)].into_iter());
        let tail = rows.slice(1..3);
        assert_eq!((tail.n_rows(), tail.row(1)), (2, rows.row(2)));
        let columns = rows.by_column();
        assert_eq!(columns.columns(), [0, 3, 4]);
        let column = |index| {
            let (of_rows, entries) = columns.column(index);
            let values = entries.iter().map(|&entry| rows.values()[entry as usize]);
            of_rows.iter().copied().zip(values).collect::<Vec<_>>()
        };
        assert_eq!(column(0), [(0, 1.5), (2, 2.5)]);
        assert_eq!(column(1), [(0, 0.5)]);
        assert_eq!(column(2), [(2, 3.5)]);
        rows.fill_rows(|n_entries| n_entries as f64);
        assert_eq!(rows.values(), [2.0, 2.0, 2.0, 2.0]);
    }
}
