//! Cross entropy of a softmax over all outputs: the multinomial likelihood.
//!
//! D. Liang, R. G. Krishnan, M. D. Hoffman, T. Jebara, *Variational Autoencoders for Collaborative Filtering*, WWW 2018,
//! <https://doi.org/10.1145/3178876.3186150>, equation 2.

use ndarray::Array2;

use super::{LANES, each_row, join};
use crate::rec::linalg::Real;
use crate::rec::nn::{SparseRows, add_scaled, vectorised};

/// `Σ_u −Σ_i x_ui log π_ui` with `π_u` the softmax of a row of logits; each logit becomes `scale (n_u π_ui − x_ui)`, `n_u =
/// Σ_i x_ui`. Shape of `logits`: that of `targets`.
pub fn softmax_cross_entropy<F: Real>(logits: &mut Array2<F>, targets: &SparseRows<F>, scale: F) -> f64 {
    each_row(
        logits,
        targets,
        #[inline(always)]
        |logits, columns, values| of_row(logits, columns, values, scale),
    )
}

/// [`softmax_cross_entropy`] of one row, to which the bias has yet to be added.
pub(in crate::rec::nn) fn biased_softmax_row<F: Real>(
    logits: &mut [F],
    bias: &[F],
    columns: &[u32],
    values: &[F],
    scale: F,
) -> f64 {
    vectorised(
        #[inline(always)]
        || {
            add_scaled(logits, F::one(), bias);
            of_row(logits, columns, values, scale)
        },
    )
}

#[inline(always)]
fn of_row<F: Real>(logits: &mut [F], columns: &[u32], values: &[F], scale: F) -> f64 {
    let (mut count, mut at_targets) = (0.0, 0.0);
    for (&column, &value) in columns.iter().zip(values) {
        count += value.to_double();
        at_targets += value.to_double() * logits[column as usize].to_double();
    }
    let highest = maximum(logits);
    let sum = exponentials(logits, highest);
    let factor = F::rounded(count) * scale / sum;
    for value in logits.iter_mut() {
        *value *= factor;
    }
    for (&column, &value) in columns.iter().zip(values) {
        logits[column as usize] -= value * scale;
    }
    count * (highest.to_double() + sum.to_double().ln()) - at_targets
}

/// The largest of the values.
#[inline(always)]
fn maximum<F: Real>(values: &[F]) -> F {
    let larger = |a: F, b: F| if a > b { a } else { b };
    let Some(&first) = values.first() else { return F::zero() };
    let mut lanes = [first; LANES];
    let (blocks, rest) = values.as_chunks::<LANES>();
    for block in blocks {
        for lane in 0..LANES {
            lanes[lane] = larger(lanes[lane], block[lane]);
        }
    }
    rest.iter().fold(join(lanes, larger), |largest, &value| larger(largest, value))
}

/// Replaces each value by `e^(value − highest)`; their sum.
#[inline(always)]
fn exponentials<F: Real>(values: &mut [F], highest: F) -> F {
    let mut lanes = [F::zero(); LANES];
    let (blocks, rest) = values.as_chunks_mut::<LANES>();
    for block in blocks {
        for lane in 0..LANES {
            block[lane] = (block[lane] - highest).exponential();
            lanes[lane] += block[lane];
        }
    }
    let mut sum = join(lanes, |a, b| a + b);
    for value in rest {
        *value = (*value - highest).exponential();
        sum += *value;
    }
    sum
}
