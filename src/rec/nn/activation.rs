//! Activation functions, in place, and their derivatives from what they gave.

use ndarray::Array2;
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::vectorised;
use crate::rec::linalg::Real;

/// Numbers that are one task.
const CHUNK: usize = 1 << 14;

/// SELU's slope above zero, Λ.
const SELU_SLOPE: f64 = 1.050_700_987_355_480_5;
/// Λ α: SELU's values stay above `−Λ α`.
const SELU_FLOOR: f64 = 1.673_263_242_354_377_2 * SELU_SLOPE;

/// What is applied to each unit of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// `a`.
    Identity,
    /// `1 / (1 + e⁻ᵃ)`.
    Sigmoid,
    /// `tanh a`.
    Tanh,
    /// `max(a, 0)`.
    Relu,
    /// `Λ a` above zero and `Λ α (eᵃ − 1)` below, with the two constants that keep means near 0 and variances near 1
    /// (G. Klambauer et al., *Self-normalizing neural networks*, NIPS 2017).
    Selu,
}

impl Activation {
    /// Puts the function's values in place of its arguments.
    ///
    /// # Panics
    ///
    /// If the rows do not follow each other in memory.
    pub fn apply<F: Real>(self, values: &mut Array2<F>) {
        self.apply_to_slice(values.as_slice_mut().expect("a row-major matrix"));
    }

    /// As [`Self::apply`].
    pub fn apply_to_slice<F: Real>(self, values: &mut [F]) {
        let (zero, one) = (F::zero(), F::one());
        match self {
            Self::Identity => {}
            Self::Sigmoid => each(values, |a| one / (one + (-a).exponential())),
            Self::Tanh => each(values, |a| {
                // From e^(−2|a|), which cannot overflow.
                let is_positive = a > zero;
                let power = (if is_positive { -(a + a) } else { a + a }).exponential();
                let value = (one - power) / (one + power);
                if is_positive { value } else { -value }
            }),
            Self::Relu => each(values, |a| if a > zero { a } else { zero }),
            Self::Selu => {
                let (slope, floor) = (F::rounded(SELU_SLOPE), F::rounded(SELU_FLOOR));
                each(values, |a| {
                    let below = floor * (a.exponential() - one);
                    if a > zero { slope * a } else { below }
                });
            }
        }
    }

    /// Multiplies `upstream`, the gradient at the function's values `output`, by its derivative there: the gradient at
    /// its arguments. Shapes: the same.
    ///
    /// # Panics
    ///
    /// If the shapes differ, or the rows do not follow each other in memory.
    pub fn gradient<F: Real>(self, output: &Array2<F>, upstream: &mut Array2<F>) {
        let output = output.as_slice().expect("a row-major matrix");
        self.gradient_of_slice(output, upstream.as_slice_mut().expect("a row-major matrix"));
    }

    /// As [`Self::gradient`].
    pub fn gradient_of_slice<F: Real>(self, output: &[F], upstream: &mut [F]) {
        let (zero, one) = (F::zero(), F::one());
        match self {
            Self::Identity => {}
            Self::Sigmoid => each_beside(upstream, output, |upstream, y| upstream * (y * (one - y))),
            Self::Tanh => each_beside(upstream, output, |upstream, y| upstream * (one - y * y)),
            Self::Relu => each_beside(upstream, output, |upstream, y| if y > zero { upstream } else { zero }),
            Self::Selu => {
                let (slope, floor) = (F::rounded(SELU_SLOPE), F::rounded(SELU_FLOOR));
                each_beside(upstream, output, |upstream, y| upstream * if y > zero { slope } else { y + floor });
            }
        }
    }
}

/// Replaces each value.
fn each<F: Real>(values: &mut [F], map: impl Fn(F) -> F + Copy + Sync) {
    values.par_chunks_mut(CHUNK).for_each(|values| {
        vectorised(
            #[inline(always)]
            || {
                for value in values {
                    *value = map(*value);
                }
            },
        );
    });
}

/// Replaces each value, given the one that stands beside it.
fn each_beside<F: Real>(values: &mut [F], beside: &[F], map: impl Fn(F, F) -> F + Copy + Sync) {
    assert_eq!(values.len(), beside.len(), "a derivative for each number");
    values.par_chunks_mut(CHUNK).zip(beside.par_chunks(CHUNK)).for_each(|(values, beside)| {
        vectorised(
            #[inline(always)]
            || {
                for (value, &beside) in values.iter_mut().zip(beside) {
                    *value = map(*value, beside);
                }
            },
        );
    });
}

#[cfg(test)]
mod tests {
    use super::Activation;
    use crate::rec::linalg::Real;
    use ndarray::Array2;

    const ALL: [Activation; 5] =
        [Activation::Identity, Activation::Sigmoid, Activation::Tanh, Activation::Relu, Activation::Selu];

    /// From −9 to 9, and never 0, where two of them have no derivative; more than one task.
    fn arguments<F: Real>() -> Array2<F> {
        Array2::from_shape_fn((300, 60), |(i, j)| F::rounded((i * 60 + j) as f64 * 1e-3 - 8.999_5))
    }

    fn values<F: Real>(activation: Activation, arguments: &Array2<F>) -> Array2<F> {
        let mut values = arguments.clone();
        activation.apply(&mut values);
        values
    }

    #[test]
    fn values_are_those_of_the_textbook() {
        let exact = |activation: Activation, a: f64| match activation {
            Activation::Identity => a,
            Activation::Sigmoid => 1.0 / (1.0 + (-a).exp()),
            Activation::Tanh => a.tanh(),
            Activation::Relu => a.max(0.0),
            Activation::Selu if a > 0.0 => 1.050_700_987_355_480_5 * a,
            Activation::Selu => 1.050_700_987_355_480_5 * 1.673_263_242_354_377_2 * a.exp_m1(),
        };
        for activation in ALL {
            for (&a, &value) in arguments::<f64>().iter().zip(&values(activation, &arguments::<f64>())) {
                assert!((value - exact(activation, a)).abs() < 1e-14, "{activation:?} {a}");
            }
            for (&a, &value) in arguments::<f32>().iter().zip(&values(activation, &arguments::<f32>())) {
                let error = (f64::from(value) - exact(activation, f64::from(a))).abs();
                assert!(error < 3e-7 * f64::from(value).abs().max(1.0), "{activation:?} {a}");
            }
        }
    }

    #[test]
    fn far_from_zero_nothing_overflows() {
        let far = Array2::from_shape_vec((1, 2), vec![-1e4_f32, 1e4]).unwrap();
        for activation in ALL {
            let mut gradient = Array2::ones((1, 2));
            let values = values(activation, &far);
            activation.gradient(&values, &mut gradient);
            assert!(values.iter().chain(&gradient).all(|value| value.is_finite()), "{activation:?}");
        }
        let sigmoid = values(Activation::Sigmoid, &far);
        assert!(sigmoid[[0, 0]] < 1e-37 && sigmoid[[0, 1]] == 1.0);
        assert_eq!(values(Activation::Tanh, &far), ndarray::array![[-1.0, 1.0]]);
    }

    #[test]
    fn gradients_are_differences_of_values() {
        let (at, step) = (arguments::<f64>(), 1e-6);
        for activation in ALL {
            let mut gradient = Array2::from_elem(at.dim(), 2.0);
            activation.gradient(&values(activation, &at), &mut gradient);
            let differences = (values(activation, &(&at + step)) - values(activation, &(&at - step))) / step;
            for ((exact, difference), a) in gradient.iter().zip(&differences).zip(&at) {
                assert!((exact - difference).abs() < 1e-8, "{activation:?} at {a}: {exact}, not {difference}");
            }
        }
    }
}
