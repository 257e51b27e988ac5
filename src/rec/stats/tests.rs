//! Against numpy, scipy and statsmodels: `golden/make.py`.

use ndarray::Array2;
use serde::Deserialize;

use super::{
    Statistic, bootstrap_sums, flip_sums, holm, mean, paired_effect_size, paired_p_value, percentile_interval,
};

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Golden {
    few: [Vec<f64>; 2],
    many: [Vec<f64>; 2],
    squared_errors: [Vec<f64>; 2],
    counts: Vec<f64>,
    few_p_value: f64,
    many_p_value: f64,
    rmse_p_value: f64,
    mean_interval: [f64; 2],
    rmse_interval: [f64; 2],
    effect_size: f64,
    p_values: Vec<f64>,
    holm: Vec<f64>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("golden/golden.json")).unwrap()
}

fn rmse(sums: &[f64]) -> f64 {
    (sums[0] / sums[1]).sqrt()
}

/// Columns: the first model's terms, the second one's, what both are divided by.
fn terms(models: &[Vec<f64>; 2], counts: &[f64]) -> Array2<f64> {
    Array2::from_shape_fn((counts.len(), 3), |(user, column)| match column {
        2 => counts[user],
        model => models[model][user],
    })
}

fn pair(of_sums: &(dyn Fn(&[f64]) -> f64 + Sync)) -> [Statistic<'_>; 2] {
    [0, 1].map(|model| Statistic { columns: vec![vec![model, 2]], of_sums })
}

#[test]
fn with_few_users_every_exchange_is_tried() {
    let golden = golden();
    let terms = terms(&golden.few, &[1.0; 12]);
    let flips = flip_sums(&terms, 10_000, 1);
    assert_eq!(flips.len(), 1 << 12);
    let [a, b] = pair(&mean);
    assert!((paired_p_value(&a, &b, &flips) - golden.few_p_value).abs() < 1e-12);
    assert!((paired_p_value(&b, &a, &flips) - golden.few_p_value).abs() < 1e-12);
}

#[test]
fn random_exchanges_come_close_to_all() {
    let golden = golden();
    let within_chance =
        |found: f64, exact: f64| (found - exact).abs() < 4.0 * (exact * (1.0 - exact) / 100_000.0).sqrt();
    let [a, b] = pair(&mean);
    let flips = flip_sums(&terms(&golden.many, &[1.0; 60]), 100_000, 1);
    let p_value = paired_p_value(&a, &b, &flips);
    assert!(within_chance(p_value, golden.many_p_value), "{p_value} for {}", golden.many_p_value);
    let [a, b] = pair(&rmse);
    let flips = flip_sums(&terms(&golden.squared_errors, &golden.counts), 100_000, 1);
    let p_value = paired_p_value(&a, &b, &flips);
    assert!(within_chance(p_value, golden.rmse_p_value), "{p_value} for {}", golden.rmse_p_value);
}

#[test]
fn models_that_are_the_same_do_not_differ() {
    let golden = golden();
    let same = [golden.many[0].clone(), golden.many[0].clone()];
    let terms = terms(&same, &[1.0; 60]);
    let [a, b] = pair(&mean);
    assert_eq!(paired_p_value(&a, &b, &flip_sums(&terms, 1000, 1)), 1.0);
    assert_eq!(paired_effect_size(&a, &b, &terms), Some(0.0));
}

#[test]
fn a_replicate_of_its_own_changes_nothing_when_it_is_the_same() {
    let golden = golden();
    let terms = terms(&golden.squared_errors, &golden.counts);
    let [a, b] = pair(&rmse);
    let [twice_a, twice_b] =
        [0, 1].map(|model| Statistic { columns: vec![vec![model, 2], vec![model, 2]], of_sums: &rmse });
    let flips = flip_sums(&terms, 2000, 1);
    assert_eq!(paired_p_value(&twice_a, &twice_b, &flips), paired_p_value(&a, &b, &flips));
    assert_eq!(twice_a.of_users(&terms), a.of_users(&terms));
    assert!(paired_effect_size(&twice_a, &twice_b, &terms).is_some_and(|size| size < 0.0));
}

#[test]
fn intervals_are_those_of_scipy() {
    let golden = golden();
    let check = |terms: &Array2<f64>, statistic: &Statistic<'_>, known: [f64; 2]| {
        let values = statistic.values(&bootstrap_sums(terms, 40_000, 3));
        let (low, high) = percentile_interval(values, 0.95).unwrap();
        let tolerance = 0.02 * (known[1] - known[0]);
        assert!((low - known[0]).abs() < tolerance && (high - known[1]).abs() < tolerance, "{low} {high}: {known:?}");
    };
    check(&terms(&golden.many, &[1.0; 60]), &pair(&mean)[0], golden.mean_interval);
    check(&terms(&golden.squared_errors, &golden.counts), &pair(&rmse)[0], golden.rmse_interval);
}

#[test]
fn the_effect_size_of_means_is_that_of_the_differences() {
    let golden = golden();
    let [a, b] = pair(&mean);
    let mut terms = terms(&golden.many, &[1.0; 60]);
    let found = paired_effect_size(&a, &b, &terms).unwrap();
    assert!((found - golden.effect_size).abs() < 1e-12, "{found}");
    // Users who take no part in the metric change nothing.
    terms.append(ndarray::Axis(0), Array2::zeros((7, 3)).view()).unwrap();
    assert!((paired_effect_size(&a, &b, &terms).unwrap() - golden.effect_size).abs() < 1e-12);
}

#[test]
fn corrected_p_values_are_those_of_statsmodels() {
    let golden = golden();
    for (found, known) in holm(&golden.p_values).into_iter().zip(golden.holm) {
        assert!((found - known).abs() < 1e-15, "{found} for {known}");
    }
}
