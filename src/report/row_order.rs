//! Putting the rows of a comparison into another order, with all that is told row by row.

use super::comparison::{Comparison, Row};

impl Comparison {
    /// Sorts the rows, and with them what breakdowns, overlap and examples tell of each; equal ones keep their order.
    pub fn sort_rows_by_key<K: Ord>(&mut self, key: impl Fn(&Row) -> K) {
        let mut order: Vec<usize> = (0..self.rows.len()).collect();
        order.sort_by_key(|&row| key(&self.rows[row]));
        self.rows = in_order(&self.rows, &order);
        for group in self.breakdowns.iter_mut().flat_map(|breakdown| &mut breakdown.groups) {
            group.cells = in_order(&group.cells, &order);
        }
        if let Some(overlap) = &mut self.overlap {
            overlap.shares = in_order(&overlap.shares, &order).iter().map(|row| in_order(row, &order)).collect();
        }
        for example in &mut self.examples {
            example.lists = in_order(&example.lists, &order);
        }
    }
}

fn in_order<T: Clone>(values: &[T], order: &[usize]) -> Vec<T> {
    order.iter().map(|&place| values[place].clone()).collect()
}

#[cfg(test)]
mod tests {
    use std::cmp::Reverse;

    use super::super::example;

    #[test]
    fn what_is_told_row_by_row_moves_with_the_rows() {
        let before = example::full_comparison();
        let mut after = before.clone();
        after.sort_rows_by_key(|row| Reverse(row.model.clone()));
        assert_eq!(after.rows.iter().map(|row| &*row.model).collect::<Vec<_>>(), ["Popularity", "MF", "EASE"]);
        let old = |row: usize| before.rows.iter().position(|other| other.model == after.rows[row].model).unwrap();
        let (shares, shares_before) =
            (&after.overlap.as_ref().unwrap().shares, &before.overlap.as_ref().unwrap().shares);
        for row in 0..3 {
            for (group, group_before) in after.breakdowns[0].groups.iter().zip(&before.breakdowns[0].groups) {
                assert_eq!(group.cells[row], group_before.cells[old(row)]);
            }
            assert_eq!(after.examples[0].lists[row], before.examples[0].lists[old(row)]);
            for other in 0..3 {
                assert_eq!(shares[row][other], shares_before[old(row)][old(other)]);
            }
        }
        after.sort_rows_by_key(|row| before.rows.iter().position(|other| other.model == row.model));
        assert_eq!(after, before);
    }
}
