//! EASE: a linear model in which each item is predicted from all others, never from itself, fitted in closed form.
//!
//! H. Steck, *Embarrassingly Shallow Autoencoders for Sparse Data*, WWW 2019,
//! <https://doi.org/10.1145/3308558.3313710>.
//!
//! # Model
//!
//! `S = X B`, `X` the binary matrix of users × items, `B` the minimum of `‖X − XB‖² + λ‖B‖²` under `diag(B) = 0`. With
//! the Gram matrix `G = XᵀX` and `P = (G + λI)⁻¹`: `B_ij = −P_ij / P_jj` for `i ≠ j`, `B_jj = 0`.
//!
//! With `dropout` p it is EDLAE (H. Steck, *Autoencoders that don't overfit towards the Identity*, NeurIPS 2020): the input
//! loses each item with probability p while it is fitted, in closed form; `P = (G + p/(1−p) diag(G) + λI)⁻¹`.
//!
//! # Shapes
//!
//! `G`, `P`, `B` `[n_items, n_items]`: one buffer, in which one becomes the next.
//!
//! # Cost
//!
//! Fitting: half the sum of the squared lengths of the histories for `G`, n³ floating point operations for `P`; n² numbers
//! of memory. Scoring: the rows of `B` of a user's history are summed, `|O_u| · n_items` additions.
//!
//! # Departures from the paper
//!
//! None; `precision: f32` halves memory and time, `non-negative` is the paper's EASE≥0.
//!
//! # Reference result
//!
//! MovieLens-1M, all ratings positive, 80/20 by user at random, λ = 1000: precision/recall/ndcg@100 =
//! .1635/.5866/.4787 (own measurement with independent code). The paper, on ML-20M with held-out users, λ = 500:
//! recall@20/recall@50/ndcg@100 = .391/.521/.420.

mod scoring;

use ndarray::{ArcArray2, Array2, ArrayViewMut2};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Card, Fit, FitError, Fitted, Problem, Recommender, Scorer, Tensor, Training, UserBlock, Weights, WeightsError,
    check_memory,
};
use crate::rec::Monitor;
use crate::rec::data::{Interactions, Split};
use crate::rec::linalg::{InverseError, Real, cholesky_inverse, cholesky_inverse_bytes, expand_symmetric, gram};
use crate::rec::nn::LearningCurve;

/// Hyper-parameters of EASE.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct EaseParams {
    /// Strength of the L2 regularisation (λ of the paper). Larger values recommend more popular items; 100 to 1000 suit
    /// data of MovieLens's size.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub lambda: f64,
    /// Precision of the matrix, its inverse and the scores. `f32` halves memory and time and ranks the same for λ ≥ 100.
    pub precision: Precision,
    /// Share of the input's items that are dropped at random in fitting, averaged out in closed form: more than 0 makes it
    /// EDLAE, which regularises popular items more strongly than rare ones. It wants a lower `lambda`.
    #[schemars(range(min = 0.0), extend("exclusiveMaximum" = 1.0))]
    pub dropout: f64,
    /// Set the negative weights to zero after fitting (the paper's EASE≥0): easier to explain, usually less accurate.
    pub non_negative: bool,
}

impl Default for EaseParams {
    fn default() -> Self {
        Self { lambda: 500.0, precision: Precision::F64, dropout: 0.0, non_negative: false }
    }
}

/// Precision of floating point numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// Single: 4 bytes.
    F32,
    /// Double: 8 bytes.
    F64,
}

/// The item-item weights `B`, of which `b_ij` says how much item `i` speaks for item `j`.
#[derive(Debug, Clone)]
pub enum Ease {
    /// Single precision. Shape: `[n_items, n_items]`.
    F32(ArcArray2<f32>),
    /// Double precision. Shape: `[n_items, n_items]`.
    F64(ArcArray2<f64>),
}

impl EaseParams {
    fn weights<F: Real>(&self, train: &Interactions, monitor: &dyn Monitor) -> Result<ArcArray2<F>, FitError> {
        let n = train.n_items();
        let mut matrix = Array2::<F>::from_elem((n, n), F::from_count(0));
        gram(train, matrix.view_mut());
        monitor.check()?;
        let (lambda, dropped) = (F::rounded(self.lambda), F::rounded(self.dropout / (1.0 - self.dropout)));
        matrix.diag_mut().iter_mut().for_each(|value| *value = *value + *value * dropped + lambda);
        cholesky_inverse(matrix.view_mut(), monitor).map_err(|error| match error {
            InverseError::Interrupted(interrupted) => FitError::Interrupted(interrupted),
            InverseError::NotPositiveDefinite { minor } => FitError::Numerical {
                message: format!(
                    "the regularised Gram matrix is not positive definite in this precision (leading minor {minor} of \
                     {n}, lambda `{}`)",
                    self.lambda
                ),
                help: "raise `lambda`, or use `precision: f64`".to_owned(),
            },
        })?;

        let zero = F::from_count(0);
        let diagonal = matrix.diag().to_vec();
        let weight = |value: F, diagonal: F| {
            let weight = -value / diagonal;
            if self.non_negative && weight < zero { zero } else { weight }
        };
        expand_symmetric(matrix.view_mut(), |i, j, value| (weight(value, diagonal[j]), weight(value, diagonal[i])));
        Ok(matrix.into_shared())
    }
}

impl Fit for EaseParams {
    type Model = Ease;

    const CARD: Card = Card {
        name: "ease",
        title: "EASE",
        revision: 1,
        about: "Each item is predicted from all others by one linear model, fitted in closed form.",
        paper: "H. Steck: Embarrassingly Shallow Autoencoders for Sparse Data, WWW 2019",
    };

    fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut refuse = |parameter: &str, message: String, help: &str| {
            problems.push(Problem { parameter: parameter.to_owned(), message, help: Some(help.to_owned()) });
        };
        if !(self.lambda > 0.0 && self.lambda.is_finite()) {
            refuse("lambda", format!("`{}` is not a positive number", self.lambda), "100 to 1000 suit most data");
        }
        if !(0.0..1.0).contains(&self.dropout) {
            refuse(
                "dropout",
                format!("`{}` is no share below 1", self.dropout),
                "give 0 for EASE, 0.2 to 0.6 for EDLAE",
            );
        }
        problems
    }

    fn memory_bytes(&self, n_users: usize, n_items: usize, n_entries: usize) -> u64 {
        let (element_bytes, panel_bytes) = match self.precision {
            Precision::F32 => (4, cholesky_inverse_bytes::<f32>(n_items)),
            Precision::F64 => (8, cholesky_inverse_bytes::<f64>(n_items)),
        };
        let matrix = (n_items as u64).saturating_mul(n_items as u64).saturating_mul(element_bytes);
        let counting = (n_entries as u64 * 12).saturating_add((n_users + 2 * n_items) as u64 * 8);
        // The panel and the counting lists live one after the other.
        matrix.saturating_add(panel_bytes.max(counting))
    }

    fn fit(&self, split: &Split, monitor: &dyn Monitor) -> Result<Fitted<Ease>, FitError> {
        let train = &split.train;
        let needed_bytes = Fit::memory_bytes(self, train.n_users(), train.n_items(), train.n_entries());
        check_memory(|| format!("a weight matrix of {0} × {0} items", train.n_items()), needed_bytes, monitor)?;
        tracing::debug!(n_items = train.n_items(), memory_bytes = needed_bytes, "fitting EASE");
        let model = match self.precision {
            Precision::F32 => Ease::F32(self.weights(train, monitor)?),
            Precision::F64 => Ease::F64(self.weights(train, monitor)?),
        };
        Ok(Fitted { model, training: Training::default(), curve: LearningCurve::default() })
    }

    fn restore(&self, weights: &Weights) -> Result<Ease, WeightsError> {
        let ease = match self.precision {
            Precision::F32 => Ease::F32(weights.f32("item-item")?),
            Precision::F64 => Ease::F64(weights.f64("item-item")?),
        };
        let shape = match &ease {
            Ease::F32(matrix) => matrix.dim(),
            Ease::F64(matrix) => matrix.dim(),
        };
        if shape.0 != shape.1 {
            return Err(WeightsError::Inconsistent(format!("`item-item` is {} × {}", shape.0, shape.1)));
        }
        Ok(ease)
    }
}

impl Recommender for Ease {
    fn ranking(&self) -> Option<&dyn Scorer> {
        Some(self)
    }

    fn rating(&self) -> Option<&dyn Scorer> {
        None
    }

    fn weights(&self) -> Weights {
        let mut weights = Weights::new();
        weights.insert(
            "item-item",
            match self {
                Self::F32(matrix) => Tensor::from(matrix.clone()),
                Self::F64(matrix) => Tensor::from(matrix.clone()),
            },
        );
        weights
    }
}

impl Scorer for Ease {
    fn score_into(&self, users: &UserBlock<'_>, scores: ArrayViewMut2<'_, f32>) {
        match self {
            Self::F32(matrix) => scoring::sum_rows(&matrix.view(), users, scores),
            Self::F64(matrix) => scoring::sum_rows(&matrix.view(), users, scores),
        }
    }
}

#[cfg(test)]
mod tests;
