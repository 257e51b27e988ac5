//! Mult-VAE: a variational autoencoder of histories, each a draw from a multinomial distribution over all items.
//!
//! D. Liang, R. G. Krishnan, M. D. Hoffman, T. Jebara, *Variational Autoencoders for Collaborative Filtering*, WWW 2018,
//! <https://doi.org/10.1145/3178876.3186150>.
//!
//! # Model
//!
//! `x_u` the binary history. The encoder, an MLP with tanh between layers, makes `μ_u, log σ²_u` of `x_u / ‖x_u‖` after
//! dropout; `z_u = μ_u + ε ⊙ σ_u` with `ε ~ N(0, I)`; the decoder, its mirror, makes the logits `f(z_u)` of `π_u = softmax`.
//! The loss of a user is `−Σ_i x_ui log π_ui + β KL(N(μ_u, σ²_u) ‖ N(0, I))`; β rises from 0 with every update and stops at
//! a cap. A mini-batch's gradient is the mean over its users. Scores are the logits at `z_u = μ_u`, also of users that
//! training has not seen.
//!
//! # Shapes
//!
//! `encoder-l-weight` `[n_in, n_out]`, `encoder-l-bias` `[1, n_out]` from `n_items` through `hidden` to `2 latent`, μ before
//! log σ²; `decoder-l-weight`, `decoder-l-bias` from `latent` through `hidden` reversed to `n_items`.
//!
//! # Cost
//!
//! With h the width of the last layer but one, an epoch takes `6 n_users n_items h` operations for the outputs and
//! `4 n_entries h` for the inputs; a score takes `2 h`.
//!
//! # Departures from the paper
//!
//! None. The length of the annealing scales with the data: the paper's 200,000 updates are 855 epochs of MovieLens-20M, and
//! 20,000 of MovieLens-1M.
//!
//! # Reference result
//!
//! MovieLens-20M, held-out users, `hidden: [600]`: recall@20/recall@50/ndcg@100 = .395/.537/.426 (the paper's table 2).
//! MovieLens-1M, ratings of 4 and 5, 750 held-out users: ndcg@100 .4195 with `hidden: []`, .4033 with `hidden: [600]` (own
//! measurement with independent code, one seed; standard error .009), where EASE has .4309. On the split that the paper's
//! program draws (`pipelines/reference/protocol_c_ml1m.yaml`), where EASE has .4283: .4146 ± .0006 (three seeds) with
//! `hidden: []`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::mult::{Annealing, AnnealingLength, Code, Likelihood, MultNetwork, Recipe};
use super::{Card, Fit, FitError, Fitted, Problem, Weights, WeightsError};
use crate::rec::Monitor;
use crate::rec::data::Split;

/// Epochs of annealing where no length is given.
const ANNEAL_EPOCHS: f64 = 400.0;

/// Hyper-parameters of Mult-VAE.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct MultVaeParams {
    /// Widths of the encoder's hidden layers, from the items on; the decoder mirrors them. `[]`, no hidden layer, suits
    /// data of MovieLens-1M's size.
    #[schemars(inner(range(min = 1)))]
    pub hidden: Vec<u32>,
    /// Width of the code (K of the paper).
    #[schemars(range(min = 1))]
    pub latent: u32,
    /// Probability with which each item of a history is hidden from the encoder.
    #[schemars(range(min = 0.0, max = 0.99))]
    pub dropout: f64,
    /// What a history is taken to be a draw from.
    pub likelihood: Likelihood,
    /// `gaussian`: how much items count that the user has (c₁ of the paper). Default 10.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub observed_weight: Option<f64>,
    /// `gaussian`: how much the others count (c₀ of the paper). Default 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub unobserved_weight: Option<f64>,
    /// Where the weight β of the divergence stops rising. Read it off a run with 1: it is what β was when validation was
    /// best.
    #[schemars(range(min = 0.0))]
    pub beta_cap: f64,
    /// Epochs in which β would rise from 0 to 1 if nothing stopped it. Default 400, where `anneal-updates` is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0))]
    pub anneal_epochs: Option<f64>,
    /// The same in updates, of which each mini-batch gives one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub anneal_updates: Option<u64>,
    /// Learning rate of Adam.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub learning_rate: f64,
    /// Users of a mini-batch.
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

impl Default for MultVaeParams {
    fn default() -> Self {
        Self {
            hidden: vec![600],
            latent: 200,
            dropout: 0.5,
            likelihood: Likelihood::Multinomial,
            observed_weight: None,
            unobserved_weight: None,
            beta_cap: 0.2,
            anneal_epochs: None,
            anneal_updates: None,
            learning_rate: 1e-3,
            batch: 500,
            epochs: 200,
            patience: 20,
            validate_every: 1,
            seed: 0,
        }
    }
}

impl MultVaeParams {
    fn recipe(&self) -> Recipe {
        let length = match (self.anneal_updates, self.anneal_epochs) {
            (Some(updates), _) => AnnealingLength::Updates(updates),
            (None, epochs) => AnnealingLength::Epochs(epochs.unwrap_or(ANNEAL_EPOCHS)),
        };
        Recipe {
            code: Code::Gaussian,
            hidden: self.hidden.clone(),
            latent: self.latent,
            dropout: self.dropout,
            likelihood: self.likelihood,
            weights: (self.observed_weight, self.unobserved_weight),
            annealing: Annealing { cap: self.beta_cap, length },
            weight_decay: 0.0,
            learning_rate: self.learning_rate,
            batch: self.batch,
            epochs: self.epochs,
            patience: self.patience,
            validate_every: self.validate_every,
            seed: self.seed,
        }
    }
}

impl Fit for MultVaeParams {
    type Model = MultNetwork<f32>;

    const CARD: Card = Card {
        name: "mult-vae",
        title: "Mult-VAE",
        revision: 1,
        about: "A variational autoencoder of histories, each a draw from a multinomial distribution over all items.",
        paper: "D. Liang, R. G. Krishnan, M. D. Hoffman, T. Jebara: Variational Autoencoders for Collaborative Filtering, \
                WWW 2018",
    };

    fn check(&self) -> Vec<Problem> {
        let mut problems = self.recipe().check();
        if self.anneal_epochs.is_some() && self.anneal_updates.is_some() {
            problems.push(Problem {
                parameter: "anneal-updates".to_owned(),
                message: "it says the same as `anneal-epochs`".to_owned(),
                help: Some("give one of them".to_owned()),
            });
        }
        if let Some(epochs) = self.anneal_epochs.filter(|epochs| !(epochs.is_finite() && *epochs >= 0.0)) {
            problems.push(Problem {
                parameter: "anneal-epochs".to_owned(),
                message: format!("`{epochs}` is negative or no number"),
                help: None,
            });
        }
        problems
    }

    fn memory_bytes(&self, _n_users: usize, n_items: usize, _n_entries: usize) -> u64 {
        self.recipe().memory_bytes(n_items)
    }

    fn fit(&self, split: &Split, monitor: &dyn Monitor) -> Result<Fitted<MultNetwork<f32>>, FitError> {
        self.recipe().fit(split, monitor)
    }

    fn restore(&self, weights: &Weights) -> Result<MultNetwork<f32>, WeightsError> {
        self.recipe().restore(weights)
    }
}
