//! A layer of normally distributed units, through which gradients pass.
//!
//! D. P. Kingma, M. Welling, *Auto-encoding variational Bayes*, ICLR 2014, <https://arxiv.org/abs/1312.6114>, sections 2.4
//! and appendix B.

use ndarray::{Array1, Array2, ArrayRef1, ArrayView2, Axis, s};
use rand_distr::{Distribution, StandardNormal};

use crate::rec::linalg::Real;
use crate::rec::stream;

/// Standard normal numbers; every row of every epoch has a random stream of its own. Shapes: `rows` `[n_rows]`, the rows'
/// addresses; the result `[n_rows, width]`.
pub fn standard_normal<F: Real>(seed: u64, purpose: &str, rows: &[u32], epoch: u32, width: usize) -> Array2<F> {
    let mut noise = Array2::zeros((rows.len(), width));
    for (&row, mut noise) in rows.iter().zip(noise.rows_mut()) {
        let mut random = stream(seed, purpose, &[u64::from(epoch), u64::from(row)]);
        for value in &mut noise {
            let normal: f64 = StandardNormal.sample(&mut random);
            *value = F::rounded(normal);
        }
    }
    noise
}

/// `z = μ + ε ⊙ σ` with `σ = exp(½ log σ²)`: a sample of N(μ, σ²) through which gradients reach μ and log σ².
#[derive(Debug, Clone)]
pub struct GaussianSample<F> {
    /// μ, then log σ². Shape: `[n_rows, 2 width]`.
    statistics: Array2<F>,
    /// ε ⊙ σ. Shape: `[n_rows, width]`.
    deviations: Array2<F>,
}

impl<F: Real> GaussianSample<F> {
    /// The sample at `noise`, which is ε. Shapes: `statistics` `[n_rows, 2 width]`, μ and then log σ²; `noise` `[n_rows,
    /// width]`.
    ///
    /// # Panics
    ///
    /// If the shapes do not fit together.
    pub fn new(statistics: Array2<F>, noise: Array2<F>) -> Self {
        assert_eq!(statistics.dim(), (noise.nrows(), 2 * noise.ncols()), "a mean and a variance for each number");
        let mut sample = Self { statistics, deviations: noise };
        let half = F::rounded(0.5);
        let log_variances = sample.statistics.slice(s![.., sample.deviations.ncols()..]);
        sample.deviations.zip_mut_with(&log_variances, |value, &log| *value *= (half * log).exponential());
        sample
    }

    /// μ. Shape: `[n_rows, width]`.
    fn means(&self) -> ArrayView2<'_, F> {
        self.statistics.slice(s![.., ..self.deviations.ncols()])
    }

    /// log σ². Shape: `[n_rows, width]`.
    fn log_variances(&self) -> ArrayView2<'_, F> {
        self.statistics.slice(s![.., self.deviations.ncols()..])
    }

    /// `z`. Shape: `[n_rows, width]`.
    pub fn value(&self) -> Array2<F> {
        &self.means() + &self.deviations
    }

    /// `KL(N(μ, σ²) ‖ N(0, I)) = ½ Σ (σ² + μ² − 1 − log σ²)`, summed over all rows.
    pub fn divergence(&self) -> f64 {
        self.weighted_divergence(&Array1::ones(self.statistics.nrows()))
    }

    /// The divergences of the rows, each times its weight, added up. Shape of `weights`: `[n_rows]`.
    pub fn weighted_divergence(&self, weights: &ArrayRef1<F>) -> f64 {
        let (means, log_variances) = (self.means(), self.log_variances());
        let rows = means.rows().into_iter().zip(log_variances.rows()).zip(weights);
        rows.map(|((means, logs), &weight)| {
            let terms = means.into_iter().zip(logs).map(|(&mean, &log)| {
                let variance = log.exponential();
                (variance + mean * mean - F::one() - log).to_double()
            });
            0.5 * weight.to_double() * terms.sum::<f64>()
        })
        .sum()
    }

    /// The gradient by the statistics of a loss whose gradient by `z` is `upstream`, plus `weight` times the divergence.
    /// Shapes: `upstream` `[n_rows, width]`, the result `[n_rows, 2 width]`.
    pub fn backward(self, upstream: &Array2<F>, weight: F) -> Array2<F> {
        let weights = Array1::from_elem(upstream.nrows(), weight);
        self.weighted_backward(upstream, &weights)
    }

    /// As [`Self::backward`], with a weight for each row's divergence. Shape of `weights`: `[n_rows]`.
    pub fn weighted_backward(self, upstream: &Array2<F>, weights: &ArrayRef1<F>) -> Array2<F> {
        let width = self.deviations.ncols();
        let (half, one) = (F::rounded(0.5), F::one());
        let mut gradient = self.statistics;
        let (mut means, mut log_variances) = gradient.multi_slice_mut((s![.., ..width], s![.., width..]));
        let weights = weights.view().insert_axis(Axis(1));
        means *= &weights;
        means += upstream;
        log_variances.map_inplace(|value| *value = value.exponential() - one);
        log_variances *= &weights;
        log_variances += &(upstream * &self.deviations);
        log_variances.map_inplace(|value| *value *= half);
        gradient
    }
}

#[cfg(test)]
mod tests {
    use super::{GaussianSample, standard_normal};
    use ndarray::{Array2, array};

    #[test]
    fn a_standard_normal_has_no_divergence_and_others_have() {
        let sample = GaussianSample::<f64>::new(Array2::zeros((3, 4)), Array2::ones((3, 2)));
        assert_eq!(sample.divergence(), 0.0);
        assert_eq!(sample.value(), Array2::<f64>::ones((3, 2)));
        // μ = 1 and σ² = e: ½ (e + 1 − 1 − 1).
        let sample = GaussianSample::new(array![[1.0_f64, 1.0]], array![[2.0]]);
        assert!((sample.divergence() - (1.0_f64.exp() - 1.0) / 2.0).abs() < 1e-15);
        assert!((sample.value()[[0, 0]] - (1.0 + 2.0 * 0.5_f64.exp())).abs() < 1e-15);
        for seed in 0..20 {
            let statistics = standard_normal::<f64>(seed, "statistics", &[0, 1], 1, 6);
            assert!(GaussianSample::new(statistics, Array2::zeros((2, 3))).divergence() > 0.0);
        }
    }

    #[test]
    fn gradients_are_those_of_the_loss() {
        let statistics = standard_normal::<f64>(1, "statistics", &[0, 1, 2], 1, 8);
        let noise = standard_normal::<f64>(1, "noise", &[0, 1, 2], 1, 4);
        let (step, weight) = (1e-5, 0.3);
        let loss = |statistics: Array2<f64>| {
            let sample = GaussianSample::new(statistics, noise.clone());
            sample.value().mapv(|z| z * z * z).sum() + weight * sample.divergence()
        };
        let sample = GaussianSample::new(statistics.clone(), noise.clone());
        let upstream = sample.value().mapv(|z| 3.0 * z * z);
        let gradient = sample.backward(&upstream, weight);
        for (place, &slope) in gradient.indexed_iter() {
            let at = |shift| {
                let mut shifted = statistics.clone();
                shifted[place] += shift;
                loss(shifted)
            };
            let difference = (at(step) - at(-step)) / (2.0 * step);
            assert!((slope - difference).abs() < 1e-6 * slope.abs().max(1.0), "{place:?}: {slope}, {difference}");
        }
    }

    #[test]
    fn noise_belongs_to_a_row_in_an_epoch() {
        let draw = |rows: &[u32], epoch| standard_normal::<f32>(5, "noise", rows, epoch, 3);
        assert_eq!(draw(&[4, 9], 2).row(1), draw(&[9], 2).row(0));
        assert!(draw(&[4], 2) != draw(&[9], 2) && draw(&[4], 2) != draw(&[4], 3));
        let many = standard_normal::<f64>(1, "noise", &(0..100).collect::<Vec<_>>(), 1, 100);
        assert!(many.mean().unwrap().abs() < 0.03 && (many.std(0.0) - 1.0).abs() < 0.02);
    }
}
