//! Whether models recommend the same items.

use serde::{Deserialize, Serialize};

/// The most models that are shown side by side, each with each: more do not fit a page.
pub(super) const MOST_SIDE_BY_SIDE: usize = 12;
/// How many of the nearest are shown of more models.
pub(super) const NEAREST: usize = 3;

/// How much the lists of each pair of models have in common.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Overlap {
    /// The length of the lists that were compared.
    pub cutoff: u32,
    /// The share of a list that is in the other one too, mean over users; none where a model ranks nothing. Symmetric, with
    /// ones on the diagonal. Shape: `[n_rows, n_rows]`.
    pub shares: Vec<Vec<Option<f64>>>,
}

impl Overlap {
    /// The rows that rank; of fewer than two there is nothing to tell.
    pub(super) fn ranking(&self) -> Option<Vec<usize>> {
        let ranking: Vec<usize> = (0..self.shares.len()).filter(|&row| self.share(row, row).is_some()).collect();
        Some(ranking).filter(|ranking| ranking.len() > 1)
    }

    /// The share of a pair.
    pub(super) fn share(&self, row: usize, other: usize) -> Option<f64> {
        self.shares.get(row)?.get(other).copied().flatten()
    }

    /// The others whose lists have most in common with a row's, the nearest first; of equal ones the first.
    pub(super) fn nearest(&self, row: usize) -> Vec<(usize, f64)> {
        let others = (0..self.shares.len()).filter(|&other| other != row);
        let mut others: Vec<(usize, f64)> = others.filter_map(|other| Some((other, self.share(row, other)?))).collect();
        others.sort_by(|a, b| b.1.total_cmp(&a.1));
        others.truncate(NEAREST);
        others
    }
}

#[cfg(test)]
mod tests {
    use super::Overlap;

    #[test]
    fn the_nearest_have_most_in_common() {
        let shares = vec![
            vec![Some(1.0), None, Some(0.2), Some(0.5), Some(0.5), Some(0.1)],
            vec![None; 6],
            vec![Some(0.2), None, Some(1.0), None, None, None],
            vec![None; 6],
            vec![None; 6],
            vec![None; 6],
        ];
        let overlap = Overlap { cutoff: 10, shares };
        assert_eq!(overlap.nearest(0), [(3, 0.5), (4, 0.5), (2, 0.2)]);
        assert_eq!(overlap.ranking(), Some(vec![0, 2]));
        assert_eq!(overlap.nearest(1), []);
    }
}
