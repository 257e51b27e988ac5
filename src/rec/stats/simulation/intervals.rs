//! How often 95 % intervals hold the truth: of means and of RMSEs, on one split and on several.

use ndarray::{Array2, ArrayViewMut1, Axis};
use rand::{Rng, RngExt};
use rand_distr::{Beta, Binomial, Distribution, Gamma, LogNormal};

use super::super::{Statistic, bootstrap_sums, mean, percentile_interval};
use crate::rec::stream;

/// Users to draw from.
const POPULATION: usize = 20_000;
/// What the trained model of each split is worth: the first alone is the model on one split.
const QUALITIES: [f64; 3] = [0.8, 1.0, 0.9];
/// Columns that a user fills for each split: recall, 1, squared errors, ratings; then the same, if the user is of its test.
const COLUMNS: usize = 8;

/// What is to be known of a user.
struct User {
    /// The expected recall of a model that is worth 1.
    taste: f64,
    /// The expected squared error of a rating.
    scale: f64,
    /// Held-out items.
    count: f64,
}

impl User {
    fn draw(random: &mut impl Rng) -> Self {
        let count: f64 = LogNormal::new(2.5, 1.0).unwrap().sample(random);
        let taste = Beta::new(1.0, 4.0).unwrap().sample(random);
        Self { taste, scale: Gamma::new(4.0, 0.2).unwrap().sample(random), count: count.ceil() }
    }

    /// Each split holds out other items: each has its own recall and its own errors.
    fn fill(&self, mut row: ArrayViewMut1<'_, f64>, random: &mut impl Rng) {
        for (split, quality) in QUALITIES.into_iter().enumerate() {
            let hits = Binomial::new(self.count as u64, self.taste * quality).unwrap().sample(random);
            let errors = Gamma::new(self.count / 2.0, 2.0 * self.scale / quality).unwrap().sample(random);
            let is_tested = f64::from(u8::from(random.random_bool(0.5)));
            for (place, value) in [hits as f64 / self.count, 1.0, errors, self.count].into_iter().enumerate() {
                row[split * COLUMNS + place] = value;
                row[split * COLUMNS + 4 + place] = value * is_tested;
            }
        }
    }
}

fn rmse(sums: &[f64]) -> f64 {
    (sums[0] / sums[1]).sqrt()
}

/// A mean and an RMSE on the first split; on all splits; on all, each of which tests half of the users.
fn statistics() -> Vec<Statistic<'static>> {
    let of = |splits: usize, first: usize, of_sums: &'static (dyn Fn(&[f64]) -> f64 + Sync)| Statistic {
        columns: (0..splits).map(|split| [first, first + 1].map(|place| split * COLUMNS + place).to_vec()).collect(),
        of_sums,
    };
    vec![of(1, 0, &mean), of(1, 2, &rmse), of(3, 0, &mean), of(3, 2, &rmse), of(3, 4, &mean), of(3, 6, &rmse)]
}

/// The numbers that all users would give, in the order of the statistics.
fn truths(users: &[User]) -> Vec<f64> {
    let sum = |of: fn(&User) -> f64| users.iter().map(of).sum::<f64>();
    let recall = |quality: f64| quality * sum(|user| user.taste) / users.len() as f64;
    let rmse = |quality: f64| (sum(|user| user.scale * user.count) / quality / sum(|user| user.count)).sqrt();
    let mean = |of: &dyn Fn(f64) -> f64| QUALITIES.into_iter().map(of).sum::<f64>() / QUALITIES.len() as f64;
    let (recalls, rmses) = (mean(&recall), mean(&rmse));
    vec![recall(QUALITIES[0]), rmse(QUALITIES[0]), recalls, rmses, recalls, rmses]
}

/// Samples that share their resamples, as metrics of one table do: drawing is what takes time.
const AT_A_TIME: usize = 50;

/// The share of samples whose interval holds the truth, for each statistic.
fn coverage(n_users: usize, samples: usize, n_resamples: usize) -> Vec<f64> {
    let mut random = stream(5, "population", &[]);
    let population: Vec<User> = (0..POPULATION).map(|_| User::draw(&mut random)).collect();
    let (statistics, truths) = (statistics(), truths(&population));
    let n_columns = QUALITIES.len() * COLUMNS;
    let mut covered = vec![0.0; statistics.len()];
    for block in 0..samples / AT_A_TIME {
        let mut random = stream(6, "samples", &[block as u64]);
        let mut terms = Array2::zeros((n_users, AT_A_TIME * n_columns));
        for mut row in terms.rows_mut() {
            for sample in row.axis_chunks_iter_mut(Axis(0), n_columns) {
                let user = random.random_range(0..POPULATION);
                population[user].fill(sample, &mut random);
            }
        }
        let sums = bootstrap_sums(&terms, n_resamples, block as u64);
        for of_sample in sums.axis_chunks_iter(Axis(1), n_columns) {
            let of_sample = of_sample.to_owned();
            for ((statistic, truth), covered) in statistics.iter().zip(&truths).zip(&mut covered) {
                let (low, high) = percentile_interval(statistic.values(&of_sample), 0.95).unwrap();
                *covered += f64::from(u8::from(low <= *truth && *truth <= high));
            }
        }
    }
    covered.into_iter().map(|covered| covered / samples as f64).collect()
}

#[test]
fn intervals_cover_the_truth_on_one_split_and_on_several() {
    let rates = coverage(500, 1000, 600);
    assert!(rates.iter().all(|rate| (0.93..=0.97).contains(rate)), "{rates:?}");
}
