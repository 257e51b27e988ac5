//! Whether intervals cover the truth, and tests keep their error rate, as often as they should: by simulation.

use ndarray::Array2;
use rand::RngExt;
use rand_distr::{Beta, Binomial, Distribution, Gamma, LogNormal};

use super::{Statistic, bootstrap_sums, flip_sums, holm, mean, paired_p_value, percentile_interval};
use crate::rec::stream;

/// Users to draw from; the truth is their mean or RMSE.
const POPULATION: usize = 200_000;

/// Of each user a recall with its count, 1, and the squared error of some ratings with theirs.
/// Shape: `[POPULATION, 4]`.
fn population() -> Array2<f64> {
    let mut random = stream(5, "population", &[]);
    let (taste, scale, length) =
        (Beta::new(1.0, 4.0).unwrap(), Gamma::new(4.0, 0.2).unwrap(), LogNormal::new(2.5, 1.0).unwrap());
    let mut users = Array2::ones((POPULATION, 4));
    for mut user in users.rows_mut() {
        let count: f64 = length.sample(&mut random);
        let count = count.ceil();
        let hits = Binomial::new(count as u64, taste.sample(&mut random)).unwrap().sample(&mut random);
        let of_user = Gamma::new(count / 2.0, 2.0 * scale.sample(&mut random)).unwrap();
        user[0] = hits as f64 / count;
        user[2] = of_user.sample(&mut random);
        user[3] = count;
    }
    users
}

fn rmse(sums: &[f64]) -> f64 {
    (sums[0] / sums[1]).sqrt()
}

fn statistics() -> [Statistic<'static>; 2] {
    [Statistic { columns: vec![vec![0, 1]], of_sums: &mean }, Statistic { columns: vec![vec![2, 3]], of_sums: &rmse }]
}

/// The share of samples whose 95 % interval holds the truth, for a mean and for an RMSE.
fn coverage(n_users: usize, samples: u64, n_resamples: usize) -> [f64; 2] {
    let population = population();
    let statistics = statistics();
    let truth = statistics.each_ref().map(|statistic| statistic.of_users(&population));
    let mut covered = [0.0; 2];
    for sample in 0..samples {
        let mut random = stream(6, "sample", &[sample]);
        let mut users = Array2::zeros((n_users, 4));
        users
            .rows_mut()
            .into_iter()
            .for_each(|mut row| row.assign(&population.row(random.random_range(0..POPULATION))));
        let sums = bootstrap_sums(&users, n_resamples, sample);
        for ((statistic, truth), covered) in statistics.iter().zip(truth).zip(&mut covered) {
            let (low, high) = percentile_interval(statistic.values(&sums), 0.95).unwrap();
            *covered += f64::from(u8::from(low <= truth && truth <= high));
        }
    }
    covered.map(|covered| covered / samples as f64)
}

/// The share of tables of equally good models in which some model is called worse than the best.
fn family_wise_errors(n_models: usize, n_users: usize, tables: u64, n_flips: usize) -> f64 {
    let taste = Beta::new(1.0, 4.0).unwrap();
    let mut errors = 0.0;
    for table in 0..tables {
        let mut random = stream(8, "table", &[table]);
        let mut terms = Array2::ones((n_users, n_models + 1));
        for mut row in terms.rows_mut() {
            let recall: f64 = taste.sample(&mut random);
            let hits = Binomial::new(10, recall).unwrap();
            (0..n_models).for_each(|model| row[model] = hits.sample(&mut random) as f64 / 10.0);
        }
        let models: Vec<Statistic<'_>> =
            (0..n_models).map(|model| Statistic { columns: vec![vec![model, n_models]], of_sums: &mean }).collect();
        let flips = flip_sums(&terms, n_flips, table);
        let pairs: Vec<(usize, usize)> = (0..n_models).flat_map(|a| (a + 1..n_models).map(move |b| (a, b))).collect();
        let p_values: Vec<f64> = pairs.iter().map(|&(a, b)| paired_p_value(&models[a], &models[b], &flips)).collect();
        let values: Vec<f64> = models.iter().map(|model| model.of_users(&terms)).collect();
        let best = (0..n_models).max_by(|&a, &b| values[a].total_cmp(&values[b])).unwrap();
        let is_wrong = |(&(a, b), p_value): (&(usize, usize), f64)| (a == best || b == best) && p_value <= 0.05;
        errors += f64::from(u8::from(pairs.iter().zip(holm(&p_values)).any(is_wrong)));
    }
    errors / tables as f64
}

#[test]
fn intervals_cover_the_truth() {
    let rates = coverage(400, 1000, 400);
    assert!(rates.iter().all(|rate| (0.93..=0.97).contains(rate)), "{rates:?}");
}

#[test]
fn equally_good_models_are_seldom_told_apart() {
    let rate = family_wise_errors(5, 100, 1000, 1000);
    // Of 1,000 tables the standard deviation of the rate is 0.7 %.
    assert!(rate <= 0.05 + 2.0 * 0.007, "{rate}");
}
