//! How probable a history is, given the network's outputs.

use ndarray::Array2;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rec::linalg::Real;
use crate::rec::nn::SparseRows;
use crate::rec::nn::loss::{Confidence, logistic_everywhere, softmax_cross_entropy, squared_everywhere};

/// What a history is taken to be a draw from. The paper's section 2.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Likelihood {
    /// A multinomial distribution: items compete for a fixed mass of probability.
    Multinomial,
    /// A normal distribution for each item, more precise where the user has the item.
    Gaussian,
    /// A coin for each item.
    Logistic,
}

/// A likelihood with its numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::rec::model) struct WeightedLikelihood {
    pub(in crate::rec::model) likelihood: Likelihood,
    /// c₁ and c₀ of the Gaussian likelihood.
    pub(in crate::rec::model) weights: (f64, f64),
}

impl WeightedLikelihood {
    /// `Σ −log p(x_u)` but for constants; `outputs` become `scale` times the gradient. Shapes: `outputs` and `targets` the same.
    pub(super) fn gradient<F: Real>(self, outputs: &mut Array2<F>, targets: &SparseRows<F>, scale: F) -> f64 {
        match self.likelihood {
            Likelihood::Multinomial => softmax_cross_entropy(outputs, targets, scale),
            Likelihood::Logistic => logistic_everywhere(outputs, targets, scale),
            Likelihood::Gaussian => {
                let (observed, unobserved) = self.weights;
                let confidence = Confidence { observed: F::rounded(observed), unobserved: F::rounded(unobserved) };
                squared_everywhere(outputs, targets, confidence, scale)
            }
        }
    }
}
