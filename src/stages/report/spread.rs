//! The mean of replicates, and how far they lie apart.

use crate::report::Spread;

/// The mean of the replicates' values and how far they lie apart; one value stands for itself.
pub(super) fn mean_and_spread(values: Vec<f64>) -> (f64, Option<Spread>) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    if values.len() < 2 {
        return (mean, None);
    }
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0);
    (mean, Some(Spread { replicates: values.len() as u32, standard_deviation: variance.sqrt(), values }))
}

#[cfg(test)]
mod tests {
    use super::mean_and_spread;

    #[test]
    fn the_spread_is_the_sample_standard_deviation() {
        assert_eq!(mean_and_spread(vec![0.25]), (0.25, None));
        let (mean, spread) = mean_and_spread(vec![1.0, 3.0]);
        let spread = spread.unwrap();
        assert_eq!((mean, spread.replicates, spread.standard_deviation), (2.0, 2, 2_f64.sqrt()));
    }
}
