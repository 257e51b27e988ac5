//! The bootstrap over users.
//!
//! A resample draws as many users as there are, with replacement. A number's interval goes from the 2.5th to the 97.5th
//! percentile (at a level of 95 %) of its values over the resamples (Efron & Tibshirani, *An Introduction to the Bootstrap*,
//! 1993, chapter 13). Percentiles respect monotone transformations: the interval of an RMSE is the root of that of its mean
//! squared error.
//!
//! Why percentiles and not BCa: in 1,000 repetitions each with 50, 200 and 1,000 users, percentile intervals of means of skewed
//! values covered the truth in 94.0, 94.7 and 95.1 % and BCa intervals in 94.5, 94.7 and 95.0 %; of pooled RMSEs, 91.2, 94.3 and
//! 95.0 % against 89.3, 92.9 and 94.2 %. The `simulation` tests repeat a part of it.

use ndarray::{Array2, ArrayRef2};
use rand::RngExt;

use super::statistic::Statistic;
use super::weighted_sums::weighted_sums;
use crate::rec::stream;

/// The sums of each resample. Shapes: `terms` `[n_users, n_columns]`, result `[n_resamples, n_columns]`.
///
/// Resample `r` has the same users for all columns, whatever their number; that is what makes differences of models paired.
pub fn bootstrap_sums(terms: &ArrayRef2<f64>, n_resamples: usize, seed: u64) -> Array2<f64> {
    weighted_sums(terms, n_resamples, &|resample, weights| {
        let mut random = stream(seed, "bootstrap", &[resample]);
        let n_users = weights.len();
        for _ in 0..n_users {
            weights[random.random_range(0..n_users)] += 1;
        }
    })
}

/// The ends of the interval of a number, from its values over the resamples; `None` if a resample has no finite value.
///
/// Quantiles are interpolated between neighbours, as `numpy.quantile` does.
pub fn percentile_interval(mut values: Vec<f64>, level: f64) -> Option<(f64, f64)> {
    if values.is_empty() || values.iter().any(|value| !value.is_finite()) {
        return None;
    }
    values.sort_unstable_by(f64::total_cmp);
    let tail = (1.0 - level) / 2.0;
    Some((quantile(&values, tail), quantile(&values, 1.0 - tail)))
}

fn quantile(rising: &[f64], share: f64) -> f64 {
    let place = share * (rising.len() - 1) as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(rising.len() - 1);
    rising[below] + (rising[above] - rising[below]) * (place - below as f64)
}

impl Statistic<'_> {
    /// The number for each of several rows of sums. Shape: `sums` `[n, n_columns]`.
    pub fn values(&self, sums: &ArrayRef2<f64>) -> Vec<f64> {
        sums.rows().into_iter().map(|row| self.value(&row.to_vec())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::statistic::mean;
    use super::*;

    fn terms() -> Array2<f64> {
        Array2::from_shape_fn((300, 2), |(user, column)| if column == 0 { (user * 37 % 101) as f64 } else { 1.0 })
    }

    #[test]
    fn a_resample_has_as_many_users_as_there_are() {
        let sums = bootstrap_sums(&terms(), 100, 7);
        assert!(sums.column(1).iter().all(|&users| users == 300.0));
        assert!(sums.column(0).iter().any(|&sum| sum != sums[[0, 0]]));
    }

    #[test]
    fn neither_threads_nor_other_columns_change_a_sum() {
        let terms = terms();
        let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let sums = |threads| pool(threads).install(|| bootstrap_sums(&terms, 70, 7));
        assert_eq!(sums(1), sums(3));
        // The first resamples are the same, however many follow.
        assert_eq!(sums(1).slice(ndarray::s![..40, ..]), bootstrap_sums(&terms, 40, 7));
    }

    #[test]
    fn the_spread_is_that_of_the_mean() {
        let terms = terms();
        let statistic = Statistic { columns: vec![vec![0, 1]], of_sums: &mean };
        let values = statistic.values(&bootstrap_sums(&terms, 4000, 1));
        let (low, high) = percentile_interval(values, 0.95).unwrap();
        let value = statistic.of_users(&terms);
        let variance = terms.column(0).iter().map(|term| (term - value).powi(2)).sum::<f64>() / 300.0;
        let half = 1.96 * (variance / 300.0).sqrt();
        assert!(
            (low - (value - half)).abs() < 0.1 * half && (high - (value + half)).abs() < 0.1 * half,
            "{low} {high}"
        );
    }

    #[test]
    fn quantiles_lie_between_neighbours() {
        assert_eq!(percentile_interval(vec![3.0, 1.0, 2.0, 5.0, 4.0], 0.5), Some((2.0, 4.0)));
        assert_eq!(percentile_interval(vec![2.0, 1.0], 0.5), Some((1.25, 1.75)));
        assert_eq!(percentile_interval(vec![1.0, f64::NAN], 0.95), None);
        assert_eq!(percentile_interval(vec![], 0.95), None);
    }
}
