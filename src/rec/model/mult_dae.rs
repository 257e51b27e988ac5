//! Mult-DAE: a denoising autoencoder of histories, each a draw from a multinomial distribution over all items.
//!
//! D. Liang, R. G. Krishnan, M. D. Hoffman, T. Jebara, *Variational Autoencoders for Collaborative Filtering*, WWW 2018,
//! <https://doi.org/10.1145/3178876.3186150>, section 2.2.
//!
//! # Model
//!
//! `x_u` the binary history. The encoder, an MLP with tanh after each layer, makes the code `z_u` of `x_u / ‖x_u‖` after
//! dropout; the decoder, its mirror with tanh between layers, makes the logits of `π_u = softmax`. The objective is the mean
//! over users of `−Σ_i x_ui log π_ui`, plus `λ Σ ‖W‖²` over all weights, biases excepted. Scores are the logits, also of
//! users that training has not seen.
//!
//! # Shapes
//!
//! `encoder-l-weight` `[n_in, n_out]`, `encoder-l-bias` `[1, n_out]` from `n_items` through `hidden` to `latent`;
//! `decoder-l-weight`, `decoder-l-bias` from `latent` through `hidden` reversed to `n_items`.
//!
//! # Cost
//!
//! With h the width of the last layer but one, an epoch takes `6 n_users n_items h` operations for the outputs and
//! `4 n_entries h` for the inputs; a score takes `2 h`.
//!
//! # Departures from the paper
//!
//! None. The paper's weight decay of 0.01 is for a mini-batch of 500 users: 2·10⁻⁵ for one.
//!
//! # Reference result
//!
//! MovieLens-20M, held-out users: recall@20/recall@50/ndcg@100 = .387/.524/.419 (the paper's table 2). MovieLens-1M, ratings
//! of 4 and 5, 750 held-out users: ndcg@100 .4265 (own measurement with independent code, one seed; standard error .009)
//! where EASE has .4309. On the split that the paper's program draws (`pipelines/reference/protocol_c_ml1m.yaml`), where EASE
//! has .4283, the same settings reach .4257, and those of the pipeline .4232 ± .0023 (three seeds).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::mult::{Annealing, AnnealingLength, Code, Likelihood, MultNetwork, Recipe};
use super::{Card, Fit, FitError, Fitted, Problem, Weights, WeightsError};
use crate::rec::Monitor;
use crate::rec::data::Split;

/// Hyper-parameters of Mult-DAE.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct MultDaeParams {
    /// Widths of the encoder's hidden layers, from the items on; the decoder mirrors them. `[]`, no hidden layer, is what
    /// the paper found best.
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
    /// Strength of the L2 regularisation of all weights, for the loss of one user (λ).
    #[schemars(range(min = 0.0))]
    pub weight_decay: f64,
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

impl Default for MultDaeParams {
    fn default() -> Self {
        Self {
            hidden: Vec::new(),
            latent: 200,
            dropout: 0.5,
            likelihood: Likelihood::Multinomial,
            observed_weight: None,
            unobserved_weight: None,
            weight_decay: 2e-5,
            learning_rate: 1e-3,
            batch: 500,
            epochs: 200,
            patience: 20,
            validate_every: 1,
            seed: 0,
        }
    }
}

impl MultDaeParams {
    fn recipe(&self) -> Recipe {
        Recipe {
            code: Code::Tanh,
            hidden: self.hidden.clone(),
            latent: self.latent,
            dropout: self.dropout,
            likelihood: self.likelihood,
            weights: (self.observed_weight, self.unobserved_weight),
            annealing: Annealing { cap: 0.0, length: AnnealingLength::Updates(0) },
            weight_decay: self.weight_decay,
            learning_rate: self.learning_rate,
            batch: self.batch,
            epochs: self.epochs,
            patience: self.patience,
            validate_every: self.validate_every,
            seed: self.seed,
        }
    }
}

impl Fit for MultDaeParams {
    type Model = MultNetwork<f32>;

    const CARD: Card = Card {
        name: "mult-dae",
        title: "Mult-DAE",
        revision: 1,
        about: "A denoising autoencoder of histories, each a draw from a multinomial distribution over all items.",
        paper: "D. Liang, R. G. Krishnan, M. D. Hoffman, T. Jebara: Variational Autoencoders for Collaborative Filtering, \
                WWW 2018",
    };

    fn check(&self) -> Vec<Problem> {
        self.recipe().check()
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
