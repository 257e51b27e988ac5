//! CDAE: a denoising autoencoder of histories with a vector for each user.
//!
//! Y. Wu, C. DuBois, A. X. Zheng, M. Ester, *Collaborative Denoising Auto-Encoders for Top-N Recommender Systems*, WSDM 2016,
//! <https://doi.org/10.1145/2835776.2835837>.
//!
//! # Model
//!
//! `y_u` the binary history, `ỹ_u` what is left of it when each item is hidden with probability q and the others are divided
//! by 1 − q: `z_u = h(Wᵀ ỹ_u + V_u + b)` and `ŷ_ui = f(w'_iᵀ z_u + b'_i)`. An epoch visits each user once; the loss of a
//! visit is `Σ ℓ(y_ui, ŷ_ui)` over the user's items and, for each of them, some drawn uniformly from the others (with
//! replacement, anew at each visit), or over all items. Without user vectors it is the paper's DAE.
//!
//! `loss: squared` has f the identity and `ℓ = ½ (y − ŷ)²`, `loss: logistic` has f the sigmoid and ℓ the cross entropy: with
//! `activation: identity` they are the paper's M1 and M2, with `activation: sigmoid` M3 and M4.
//!
//! At a visit `λ/2 ‖·‖²` is added for each parameter that the user reaches: V_u, b, the rows of W of the items that are not
//! hidden, the rows of W' and b' of the items in the loss. This is the lazy form of the paper's algorithm 1 for any size of
//! mini-batch, whose gradient is the sum over its users. V_u may have a λ of its own.
//!
//! Training a user vector takes the user: those whom training has not seen are scored with `V_u = 0`.
//!
//! # Shapes
//!
//! `input-weight` (W) `[n_items, latent]`, `input-bias` (b) `[1, latent]`, `users` (V) `[n_users, latent]`, `output-weight`
//! (W', unless tied) `[n_items, latent]`, `output-bias` (b') `[n_items, 1]`.
//!
//! # Cost
//!
//! An epoch takes `(6 (1 + negatives) + 4) n_entries · latent` operations, with the loss over all items `6 n_users n_items
//! · latent`; a score takes `2 latent`.
//!
//! # Departures from the paper
//!
//! The paper's equation 12 has ỹ as the target, its algorithm y, which is what is done here. AdaGrad divides by the root of
//! the summed squares (equation 20 sums the gradients themselves). W and W' begin as in the authors' program, V near 0.
//!
//! # Reference result
//!
//! MovieLens-1M, all ratings positive, 80/20 by user at random, the paper's form (M4, 5 negatives, AdaGrad, one user at a
//! time): ndcg@100 .4367 after 30 epochs and rising (own measurement with independent code, one seed). Over all items with
//! Adam, fitted on nine tenths of that training part (`pipelines/reference/cdae_ml1m.yaml`, three seeds): .4615 ± .0008, and
//! .4666 ± .0004 without user vectors; the paper's form reaches .4359 there after 60 epochs, seed 1. Without user vectors, on
//! the whole training part (`pipelines/reference/protocol_b_ml1m.yaml`, seed 1): .4741 where EASE has .4787. For unseen users
//! (`pipelines/reference/protocol_c_ml1m.yaml`, ratings of 4 and 5, three seeds): .4311 ± .0012 where EASE has .4283.

mod network;
#[cfg(test)]
mod tests;
mod training;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Card, Fit, FitError, Fitted, Problem, Weights, WeightsError, check_memory};
use crate::rec::Monitor;
use crate::rec::data::Split;
use crate::rec::nn::{Activation, OptimiserKind};

pub use network::Cdae;

/// Standard deviation of the first user vectors where it is not given.
const USER_DEVIATION: f64 = 0.01;

/// Hyper-parameters of CDAE.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct CdaeParams {
    /// Width of the hidden layer (K of the paper).
    #[schemars(range(min = 1))]
    pub latent: u32,
    /// Activation of the hidden layer (h of the paper).
    pub activation: Activation,
    /// What an output costs.
    pub loss: PairLoss,
    /// Items drawn for each item of the user's to stand against it; 0 for a loss over all items.
    pub negatives: u32,
    /// Probability with which each item of a history is hidden (q of the paper). With 1, histories are never seen: what is
    /// left is a factorisation by user vectors.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub corruption: f64,
    /// How the history is presented.
    pub input: InputScale,
    /// Whether each user has a vector; without them it is the DAE, which treats unseen users as all others.
    pub user_vectors: bool,
    /// Standard deviation of the first user vectors. Default 0.01, where there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0))]
    pub user_deviation: Option<f64>,
    /// Whether input and output have the same weights; the paper found it worse.
    pub tied: bool,
    /// Strength of the L2 regularisation at each visit of a user (λ of the paper).
    #[schemars(range(min = 0.0))]
    pub regularisation: f64,
    /// Another strength for the user's vector, which is visited once an epoch and learns its user's training items by heart
    /// if nothing holds it. Default: the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0))]
    pub user_regularisation: Option<f64>,
    /// How weights follow their gradients.
    pub optimiser: OptimiserKind,
    /// Learning rate of the optimiser.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub learning_rate: f64,
    /// Users of a mini-batch; the paper has one.
    #[schemars(range(min = 1))]
    pub batch: u32,
    /// Passes over all users, at most.
    #[schemars(range(min = 1), extend("x-continues" = true))]
    pub epochs: u32,
    /// Ends after so many epochs without a better NDCG@100 on the validation part.
    #[schemars(range(min = 1))]
    pub patience: u32,
    /// Epochs from one validation to the next.
    #[schemars(range(min = 1))]
    pub validate_every: u32,
    /// Seed of all random choices.
    pub seed: u64,
}

/// What an output costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PairLoss {
    /// Cross entropy of its sigmoid (the paper's M2 and M4).
    Logistic,
    /// Half its squared distance from 1 or 0 (the paper's M1 and M3).
    Squared,
}

/// How a history is presented to the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum InputScale {
    /// A 1 for each item, as in the paper.
    Ones,
    /// Divided by the root of the number of items, so that long histories weigh no more than short ones.
    UnitRows,
}

impl Default for CdaeParams {
    fn default() -> Self {
        Self {
            latent: 50,
            activation: Activation::Sigmoid,
            loss: PairLoss::Logistic,
            negatives: 5,
            corruption: 0.5,
            input: InputScale::Ones,
            user_vectors: true,
            user_deviation: None,
            tied: false,
            regularisation: 0.01,
            user_regularisation: None,
            optimiser: OptimiserKind::Adagrad,
            learning_rate: 0.1,
            batch: 1,
            epochs: 50,
            patience: 5,
            validate_every: 1,
            seed: 0,
        }
    }
}

impl CdaeParams {
    fn user_deviation(&self) -> Option<f64> {
        self.user_vectors.then(|| self.user_deviation.unwrap_or(USER_DEVIATION))
    }
}

impl Fit for CdaeParams {
    type Model = Cdae<f32>;

    const CARD: Card = Card {
        name: "cdae",
        title: "CDAE",
        revision: 2,
        about: "A denoising autoencoder of histories with a vector for each user.",
        paper: "Y. Wu, C. DuBois, A. X. Zheng, M. Ester: Collaborative Denoising Auto-Encoders for Top-N Recommender \
                Systems, WSDM 2016",
    };

    fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut problem = |parameter: &str, message: String, help: Option<&str>| {
            problems.push(Problem { parameter: parameter.to_owned(), message, help: help.map(str::to_owned) });
        };
        for (parameter, count) in [
            ("latent", self.latent),
            ("batch", self.batch),
            ("epochs", self.epochs),
            ("patience", self.patience),
            ("validate-every", self.validate_every),
        ] {
            if count == 0 {
                problem(parameter, "`0` is not a positive whole number".to_owned(), None);
            }
        }
        if !(0.0..=1.0).contains(&self.corruption) {
            problem("corruption", format!("`{}` is not a probability", self.corruption), Some("0.5 is usual"));
        }
        if !(self.learning_rate > 0.0 && self.learning_rate.is_finite()) {
            problem(
                "learning-rate",
                format!("`{}` is not a positive number", self.learning_rate),
                Some("0.1 is usual"),
            );
        }
        let of_users = [("user-deviation", self.user_deviation), ("user-regularisation", self.user_regularisation)];
        let at_least_zero = [("regularisation", Some(self.regularisation))].into_iter().chain(of_users);
        for (parameter, value) in at_least_zero {
            if let Some(value) = value.filter(|value| !(*value >= 0.0 && value.is_finite())) {
                problem(parameter, format!("`{value}` is negative or no number"), None);
            }
        }
        if self.tied && self.corruption >= 1.0 {
            let message = "with every item hidden there are no input weights".to_owned();
            problem("tied", message, Some("remove it, or set `corruption` below 1"));
        }
        for (parameter, value) in of_users {
            if value.is_some() && !self.user_vectors {
                let message = "there are no user vectors".to_owned();
                problem(parameter, message, Some("remove it, or set `user-vectors: true`"));
            }
        }
        problems
    }

    fn memory_bytes(&self, n_users: usize, n_items: usize, n_entries: usize) -> u64 {
        let (n_users, n_items, latent, batch) =
            (n_users as u64, n_items as u64, u64::from(self.latent), u64::from(self.batch));
        let vectors = n_items * if self.tied { 1 } else { 2 } + if self.user_vectors { n_users } else { 0 };
        // Value, gradient, the best epoch's copy, and what the optimiser remembers; all but the gradient again in a checkpoint.
        let copies = match self.optimiser {
            OptimiserKind::Adam | OptimiserKind::Rprop => 9,
            OptimiserKind::Adagrad | OptimiserKind::Sgd => 7,
        };
        let outputs = match self.negatives {
            0 => batch * n_items,
            // Column, value, label, output and the same by column, for an average history; the longest may be alone.
            draws => 8 * (1 + u64::from(draws)) * (batch * n_entries as u64 / n_users.max(1)).max(n_items),
        };
        4 * (copies * (vectors * latent + n_items) + outputs + 4 * batch * latent)
    }

    fn fit(&self, split: &Split, monitor: &dyn Monitor) -> Result<Fitted<Cdae<f32>>, FitError> {
        let train = &split.train;
        if train.n_entries() == 0 {
            return Err(FitError::Data {
                message: "the training part has no events".to_owned(),
                help: "hold less out, or filter less away".to_owned(),
            });
        }
        let needed_bytes = Fit::memory_bytes(self, train.n_users(), train.n_items(), train.n_entries());
        check_memory(|| format!("a network of {} items", train.n_items()), needed_bytes, monitor)?;
        training::fit(self, split, monitor)
    }

    fn restore(&self, weights: &Weights) -> Result<Cdae<f32>, WeightsError> {
        Cdae::restore(self, weights)
    }
}
