//! Half the squared error.

use ndarray::Array2;

use super::{LANES, each_row, join};
use crate::rec::linalg::Real;
use crate::rec::nn::{SparseRows, vectorised};

/// `½ Σ w (ŷ − y)²` over some entries, `w` 1 without weights; each output `ŷ` becomes `scale · w (ŷ − y)`. Shapes: all the
/// same.
///
/// # Panics
///
/// If the lengths differ.
pub fn squared<F: Real>(outputs: &mut [F], targets: &[F], weights: Option<&[F]>, scale: F) -> f64 {
    assert_eq!(targets.len(), outputs.len(), "a target for each entry");
    let mut loss = 0.0;
    vectorised(
        #[inline(always)]
        || {
            for (output, &target) in outputs.iter_mut().zip(targets) {
                *output -= target;
            }
            match weights {
                None => {
                    for output in outputs.iter_mut() {
                        loss += (*output * *output).to_double();
                        *output *= scale;
                    }
                }
                Some(weights) => {
                    assert_eq!(weights.len(), outputs.len(), "a weight for each entry");
                    for (output, &weight) in outputs.iter_mut().zip(weights) {
                        loss += (weight * *output * *output).to_double();
                        *output *= scale * weight;
                    }
                }
            }
        },
    );
    0.5 * loss
}

/// How much errors count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Confidence<F> {
    /// At entries that targets hold.
    pub observed: F,
    /// At all others, whose target is 0.
    pub unobserved: F,
}

/// `½ Σ c (ŷ − y)²` over all outputs; each output `ŷ` becomes `scale · c (ŷ − y)`. Shape of `outputs`: that of `targets`.
pub fn squared_everywhere<F: Real>(
    outputs: &mut Array2<F>,
    targets: &SparseRows<F>,
    confidence: Confidence<F>,
    scale: F,
) -> f64 {
    each_row(
        outputs,
        targets,
        #[inline(always)]
        |outputs, columns, values| {
            let Confidence { observed, unobserved } = confidence;
            let mut loss = 0.0;
            let mut gradients = Vec::with_capacity(columns.len());
            for (&column, &value) in columns.iter().zip(values) {
                let output = outputs[column as usize];
                let error = output - value;
                loss += (observed * error * error - unobserved * output * output).to_double();
                gradients.push(scale * observed * error);
            }
            let mut sums = [F::zero(); LANES];
            for block in outputs.chunks_mut(LANES) {
                for (output, sum) in block.iter_mut().zip(&mut sums) {
                    *sum += *output * *output;
                    *output *= scale * unobserved;
                }
            }
            loss += (unobserved * join(sums, |a, b| a + b)).to_double();
            for (&column, gradient) in columns.iter().zip(gradients) {
                outputs[column as usize] = gradient;
            }
            0.5 * loss
        },
    )
}
