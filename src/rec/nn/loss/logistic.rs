//! Cross entropy of sigmoids: each output is a yes or a no of its own.
//!
//! As the loss of a logit `o` with the label `y` it is `log(1 + eᵒ) − y o`, which no rounding makes infinite.

use ndarray::Array2;

use super::{LANES, each_row, join};
use crate::rec::linalg::Real;
use crate::rec::nn::{SparseRows, vectorised};

/// Factors between 1 and 2 that are multiplied before a logarithm is taken; their product stays far from overflow.
const FACTORS: usize = 64;

/// `Σ w (log(1 + eᵒ) − y o)` over some entries; each logit `o` becomes `scale · w (σ(o) − y)`. Shapes: all the same.
///
/// # Panics
///
/// If the lengths differ.
pub fn logistic<F: Real>(logits: &mut [F], labels: &[F], weights: &[F], scale: F) -> f64 {
    assert_eq!((labels.len(), weights.len()), (logits.len(), logits.len()), "a label and a weight for each entry");
    let (zero, one) = (F::zero(), F::one());
    let mut loss = 0.0;
    for ((logit, &label), &weight) in logits.iter().zip(labels).zip(weights) {
        let at_least = if *logit > zero { *logit } else { zero };
        let power = (if *logit > zero { -*logit } else { *logit }).exponential();
        loss += (weight * (at_least + (one + power).ln() - label * *logit)).to_double();
    }
    vectorised(
        #[inline(always)]
        || {
            for ((logit, &label), &weight) in logits.iter_mut().zip(labels).zip(weights) {
                let power = (if *logit > zero { -*logit } else { *logit }).exponential();
                let probability = (if *logit > zero { one } else { power }) / (one + power);
                *logit = scale * weight * (probability - label);
            }
        },
    );
    loss
}

/// `Σ log(1 + eᵒ) − y o` over all outputs, where labels that `targets` does not hold are 0; each logit `o` becomes `scale
/// (σ(o) − y)`. Shape of `logits`: that of `targets`.
pub fn logistic_everywhere<F: Real>(logits: &mut Array2<F>, targets: &SparseRows<F>, scale: F) -> f64 {
    each_row(
        logits,
        targets,
        #[inline(always)]
        |logits, columns, values| {
            let at = |&column: &u32| column as usize;
            let at_targets: f64 =
                columns.iter().zip(values).map(|(column, &value)| (value * logits[at(column)]).to_double()).sum();
            let loss = all_against(logits, scale);
            columns.iter().zip(values).for_each(|(column, &value)| logits[at(column)] -= scale * value);
            loss - at_targets
        },
    )
}

/// The loss of these logits if all labels were 0, and its gradient in their place.
#[inline(always)]
fn all_against<F: Real>(logits: &mut [F], scale: F) -> f64 {
    let (zero, one) = (F::zero(), F::one());
    let mut sums = [zero; LANES];
    let mut logarithms = 0.0;
    for group in logits.chunks_mut(LANES * FACTORS) {
        let mut products = [one; LANES];
        for block in group.chunks_mut(LANES) {
            for ((logit, sum), product) in block.iter_mut().zip(&mut sums).zip(&mut products) {
                let power = (if *logit > zero { -*logit } else { *logit }).exponential();
                *sum += if *logit > zero { *logit } else { zero };
                *product *= one + power;
                *logit = scale * (if *logit > zero { one } else { power }) / (one + power);
            }
        }
        logarithms += products.iter().map(|product| product.to_double().ln()).sum::<f64>();
    }
    join(sums, |a, b| a + b).to_double() + logarithms
}
