//! A number that is a function of sums over users.

use ndarray::{ArrayRef2, Axis};

/// A number that is a function of sums over users; over several replicates, the mean of theirs.
///
/// The sums are columns of a matrix that many statistics share: what each user adds to each. Shape: `[n_users, n_columns]`.
#[derive(Clone)]
pub struct Statistic<'a> {
    /// The columns that go into the number, in the order in which [`Self::of_sums`] wants them; one list for each replicate.
    pub columns: Vec<Vec<usize>>,
    /// The number of one replicate, from the sums of its columns.
    pub of_sums: &'a (dyn Fn(&[f64]) -> f64 + Sync),
}

impl Statistic<'_> {
    /// The number. Shape: `sums` `[n_columns]`.
    pub fn value(&self, sums: &[f64]) -> f64 {
        let mut own = Vec::with_capacity(3);
        let replicates = self.columns.iter().map(|columns| {
            own.clear();
            own.extend(columns.iter().map(|&column| sums[column]));
            (self.of_sums)(&own)
        });
        replicates.sum::<f64>() / self.columns.len() as f64
    }

    /// The number of a sample: all users once. Shape: `terms` `[n_users, n_columns]`.
    pub fn of_users(&self, terms: &ArrayRef2<f64>) -> f64 {
        self.value(&totals(terms))
    }
}

/// The sums over all users. Shapes: `terms` `[n_users, n_columns]`, result `[n_columns]`.
pub(super) fn totals(terms: &ArrayRef2<f64>) -> Vec<f64> {
    terms.sum_axis(Axis(0)).to_vec()
}

/// A mean over users: the sum of their values over their number. The columns: values, ones.
pub fn mean(sums: &[f64]) -> f64 {
    sums[0] / sums[1]
}
