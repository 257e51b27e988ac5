//! The optimisers to choose from.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{AdaGrad, Adam, Optimiser, RProp, Sgd};
use crate::rec::linalg::Real;
use crate::rec::nn::Parameter;

/// Momentum of gradient descent where it is no parameter of its own.
const MOMENTUM: f64 = 0.9;
/// AdaGrad's offset where it is no parameter of its own.
const OFFSET: f64 = 1.0;

/// A rule by which weights follow their gradients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OptimiserKind {
    /// Steps of the learning rate's size, each weight's by how much its gradients vary (Kingma and Ba, 2015).
    Adam,
    /// Gradient descent with a momentum of 0.9.
    Sgd,
    /// Each weight's steps shrink with the gradients it has seen, from an offset of 1 (Duchi et al., 2011).
    Adagrad,
    /// Each weight has a step of its own, which grows while the gradient keeps its sign (Riedmiller and Braun, 1993); the
    /// learning rate is the first step. For gradients over all rows.
    Rprop,
}

impl OptimiserKind {
    /// An optimiser of this kind for these parameters.
    pub fn build<F: Real>(self, parameters: &[&mut Parameter<F>]) -> Box<dyn Optimiser<F>> {
        match self {
            Self::Adam => Box::new(Adam::new(parameters)),
            Self::Sgd => Box::new(Sgd::new(parameters, MOMENTUM)),
            Self::Adagrad => Box::new(AdaGrad::new(parameters, OFFSET)),
            Self::Rprop => Box::new(RProp::new(parameters)),
        }
    }
}
