//! The values that parameters begin with.

use ndarray::{Array2, Axis};
use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

use crate::rec::linalg::Real;
use crate::rec::stream;

/// Rows that are one task.
const ROWS_PER_TASK: usize = 64;

/// A distribution that the first values of a parameter are drawn from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Initialiser {
    /// Uniform on ±√(6 / (rows + columns)). X. Glorot, Y. Bengio, *Understanding the difficulty of training deep
    /// feedforward neural networks*, AISTATS 2010, equation 16.
    XavierUniform,
    /// Normal of variance 2 / (rows + columns); the same paper's equation 12.
    XavierNormal,
    /// Normal of this standard deviation.
    Normal(f64),
    /// Normal of this standard deviation; what lies more than two of them from 0 is drawn again.
    TruncatedNormal(f64),
    /// Uniform on ± this bound.
    Uniform(f64),
    /// Uniform on ±1/√n for a layer of n inputs: weights and biases alike.
    InverseRootUniform {
        /// n.
        n_inputs: usize,
    },
    /// Always this value.
    Constant(f64),
}

impl Initialiser {
    /// A matrix of such values. Each row has a random stream of its own, addressed by the name of the parameter and the
    /// row.
    pub fn matrix<F: Real>(self, rows: usize, columns: usize, seed: u64, name: &str) -> Array2<F> {
        let n_units = (rows + columns) as f64;
        let draw = match self {
            Self::XavierUniform => Draw::Uniform((6.0 / n_units).sqrt()),
            Self::Uniform(bound) => Draw::Uniform(bound),
            Self::InverseRootUniform { n_inputs } => Draw::Uniform(1.0 / (n_inputs as f64).sqrt()),
            Self::XavierNormal => Draw::Normal { deviation: (2.0 / n_units).sqrt(), furthest: f64::INFINITY },
            Self::Normal(deviation) => Draw::Normal { deviation, furthest: f64::INFINITY },
            Self::TruncatedNormal(deviation) => Draw::Normal { deviation, furthest: 2.0 },
            Self::Constant(value) => return Array2::from_elem((rows, columns), F::rounded(value)),
        };
        let mut matrix = Array2::zeros((rows, columns));
        let purpose = format!("initial-{name}");
        matrix.axis_chunks_iter_mut(Axis(0), ROWS_PER_TASK).into_par_iter().enumerate().for_each(
            |(task, mut chunk)| {
                for (row, mut values) in (task * ROWS_PER_TASK..).zip(chunk.rows_mut()) {
                    let mut random = stream(seed, &purpose, &[row as u64]);
                    values.iter_mut().for_each(|value| *value = F::rounded(draw.next(&mut random)));
                }
            },
        );
        matrix
    }
}

/// A distribution whose numbers are known.
#[derive(Debug, Clone, Copy)]
enum Draw {
    /// Uniform on ± this bound.
    Uniform(f64),
    /// Normal, drawn again beyond so many standard deviations.
    Normal { deviation: f64, furthest: f64 },
}

impl Draw {
    fn next(self, random: &mut impl Rng) -> f64 {
        match self {
            Self::Uniform(bound) => bound * (2.0 * random.random::<f64>() - 1.0),
            Self::Normal { deviation, furthest } => loop {
                let normal: f64 = StandardNormal.sample(random);
                if normal.abs() <= furthest {
                    return deviation * normal;
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Initialiser;
    use ndarray::s;

    const SHAPE: (usize, usize) = (200, 100);

    /// Mean, standard deviation and largest size of many values.
    fn moments(initialiser: Initialiser) -> (f64, f64, f64) {
        let values = initialiser.matrix::<f64>(SHAPE.0, SHAPE.1, 1, "test");
        let largest = values.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
        (values.mean().unwrap(), values.std(0.0), largest)
    }

    #[test]
    fn values_are_spread_as_they_should_be() {
        let inverse_root = Initialiser::InverseRootUniform { n_inputs: 25 };
        for (initialiser, deviation, bound) in [
            (Initialiser::XavierUniform, 0.02_f64.sqrt() / 3.0_f64.sqrt(), 0.02_f64.sqrt()),
            (Initialiser::XavierNormal, (2.0_f64 / 300.0).sqrt(), f64::INFINITY),
            (Initialiser::Normal(0.5), 0.5, f64::INFINITY),
            (Initialiser::TruncatedNormal(0.5), 0.5 * 0.8796, 1.0),
            (Initialiser::Uniform(3.0), 3.0_f64.sqrt(), 3.0),
            (inverse_root, 0.2 / 3.0_f64.sqrt(), 0.2),
        ] {
            let (mean, spread, largest) = moments(initialiser);
            assert!(mean.abs() < 0.03 * deviation, "{initialiser:?}: mean {mean}");
            assert!((spread / deviation - 1.0).abs() < 0.02, "{initialiser:?}: {spread}, not {deviation}");
            assert!(largest <= bound, "{initialiser:?}: {largest}");
        }
        assert!(moments(Initialiser::Normal(0.5)).2 > 1.5);
        assert_eq!(moments(Initialiser::Constant(2.5)), (2.5, 0.0, 2.5));
    }

    #[test]
    fn a_row_depends_on_seed_name_and_row_alone() {
        let draw = |rows, seed, name| Initialiser::Normal(1.0).matrix::<f32>(rows, 5, seed, name);
        let all = draw(150, 1, "weight");
        assert_eq!(all.slice(s![..70, ..]), draw(70, 1, "weight"));
        assert!(all.row(0) != all.row(1) && all != draw(150, 2, "weight") && all != draw(150, 1, "bias"));
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().unwrap();
        assert_eq!(pool.install(|| draw(150, 1, "weight")), all);
    }
}
