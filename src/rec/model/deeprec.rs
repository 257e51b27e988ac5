//! DeepRec: a deep autoencoder completes a user's ratings, and learns from its own complete output as well.
//!
//! O. Kuchaiev, B. Ginsburg, *Training deep autoencoders for collaborative filtering*, 2017,
//! <https://arxiv.org/abs/1708.01715>.
//!
//! # Model
//!
//! Every layer is `y = f(W x + b)`, `f` SELU in all of them, the output's included. The encoder's last layer is the code; while
//! training, dropout is applied to it and to nothing else. The decoder's layers have the encoder's sizes in reverse, and with
//! `tied` its weights are the encoder's, transposed. The input is the user's ratings, 0 where there is none.
//!
//! The loss of a mini-batch is `Σ m (r − y)² / Σ m`, `m` 1 where there is a rating (MMSE, equation 1). Dense re-feeding
//! (section 2.4): after the update by that loss, the output `y`, which is dense, becomes the input and the target of
//! another pass with an update of its own, as a good autoencoder gives back its own output. `y` is the one from before
//! the update, and a constant: no gradient passes through it. Every pass draws a dropout mask of its own.
//!
//! # Shapes
//!
//! With `L` hidden sizes `h₁ … h_L` there are `2L` layers: `layer-<n>-weight` `[inputs, outputs]` and `layer-<n>-bias`
//! `[1, outputs]`; the first weight is `[n_items, h₁]` and the last one transposed, `[n_items, h₁]`, its bias `[n_items, 1]`.
//!
//! # Cost
//!
//! The first pass of an epoch: `10 · n_entries · h₁` operations at the two ends, and dense products in between; without
//! re-feeding the last layer is computed at the ratings only. A re-fed pass: `10 · n_users · n_items · h₁` at the ends.
//!
//! # Departures from the paper
//!
//! The best epoch is chosen on the validation part. With `noise-probability`, the input of a re-fed pass is corrupted but its
//! target is not (the authors' program corrupts both). Users and items without a training rating get `cold-rating`; in the
//! paper there are none.
//!
//! It ranks nothing: the items with the highest predicted ratings are mostly ones that few people have rated.
//!
//! # Reference result
//!
//! The paper has no result on MovieLens; on Netflix ratings of a later month, RMSE .9099 (table 5). For MovieLens-1M with
//! hidden layers of 256, 256 and 512 units, 81/9/10 at random, an independent program reached .901 in 60 epochs. There the
//! paper's dropout of 0.8 is too much: see `pipelines/reference/protocol_a_ml1m.yaml`.

mod network;
mod scoring;
#[cfg(test)]
mod tests;
mod training;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::network::Network;
use super::{Card, Fit, FitError, Fitted, Problem, Weights, WeightsError, check_memory};
use crate::rec::Monitor;
use crate::rec::data::Split;
use crate::rec::nn::Activation;

/// Hyper-parameters of DeepRec.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct DeepRecParams {
    /// Sizes of the encoder's layers, the first one first; the last is the code. The decoder has them in reverse. The paper's
    /// for 100 million ratings are `[512, 512, 1024]`.
    #[schemars(length(min = 1), inner(range(min = 1, max = 16384)))]
    pub hidden: Vec<u32>,
    /// Activation of every layer.
    pub activation: Activation,
    /// Whether the last layer has no activation. `sigmoid` and `tanh` need it, as they do not reach ratings.
    pub linear_output: bool,
    /// Probability that a unit of the code is dropped while training.
    #[schemars(range(min = 0.0), extend("exclusiveMaximum" = 1.0))]
    pub dropout: f64,
    /// Whether the decoder's weights are the encoder's, transposed.
    pub tied: bool,
    /// How often the output of a mini-batch is fed again.
    #[schemars(range(max = 16))]
    pub refeeding: u32,
    /// Probability that a number that is fed again is dropped.
    #[schemars(range(min = 0.0), extend("exclusiveMaximum" = 1.0))]
    pub noise_probability: f64,
    /// Strength of the L2 regularisation of the weights, against the mean squared error of a mini-batch.
    #[schemars(range(min = 0.0))]
    pub weight_decay: f64,
    /// Step size of gradient descent. The paper's is 0.005 with re-feeding and 0.001 without.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub learning_rate: f64,
    /// What the learning rate is multiplied by after each of `learning-rate-milestones`.
    #[schemars(range(max = 1.0), extend("exclusiveMinimum" = 0.0))]
    pub learning_rate_decay: f64,
    /// The last epochs before the learning rate falls; the authors' for Netflix are `[24, 36, 48, 66, 72]`.
    pub learning_rate_milestones: Vec<u32>,
    /// Momentum of gradient descent.
    #[schemars(range(min = 0.0), extend("exclusiveMaximum" = 1.0))]
    pub momentum: f64,
    /// Users of a mini-batch.
    #[schemars(range(min = 1))]
    pub batch: u32,
    /// Passes over all users, at most.
    #[schemars(range(min = 1), extend("x-continues" = true))]
    pub epochs: u32,
    /// Ends after so many epochs without a lower RMSE on the validation part.
    #[schemars(range(min = 1))]
    pub patience: u32,
    /// Epochs from one validation to the next.
    #[schemars(range(min = 1))]
    pub validate_every: u32,
    /// What is predicted for users without a history and for items without a training rating.
    pub cold_rating: f64,
    /// Seed of the first weights, of dropout and of the order of users.
    pub seed: u64,
}

impl Default for DeepRecParams {
    fn default() -> Self {
        Self {
            hidden: vec![256, 256, 512],
            activation: Activation::Selu,
            linear_output: false,
            dropout: 0.8,
            tied: false,
            refeeding: 1,
            noise_probability: 0.0,
            weight_decay: 0.0,
            learning_rate: 0.005,
            learning_rate_decay: 0.5,
            learning_rate_milestones: Vec::new(),
            momentum: 0.9,
            batch: 128,
            epochs: 200,
            patience: 10,
            validate_every: 1,
            cold_rating: 3.0,
            seed: 0,
        }
    }
}

/// A fitted DeepRec.
#[derive(Debug, Clone)]
pub struct DeepRec {
    network: Network<f32>,
    cold_rating: f32,
    /// Which items training has ratings of. Shape: `[n_items]`.
    known_items: Vec<bool>,
}

impl Fit for DeepRecParams {
    type Model = DeepRec;

    const CARD: Card = Card {
        name: "deeprec",
        title: "DeepRec",
        revision: 1,
        about: "A deep autoencoder completes each user's ratings, and learns from its own output fed again.",
        paper: "O. Kuchaiev, B. Ginsburg: Training Deep AutoEncoders for Collaborative Filtering, arXiv 1708.01715, 2017",
    };

    fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut problem = |parameter: &str, message: String, help: Option<&str>| {
            problems.push(Problem { parameter: parameter.to_owned(), message, help: help.map(str::to_owned) });
        };
        if self.hidden.is_empty() {
            problem("hidden", "there must be a hidden layer".to_owned(), None);
        }
        if self.hidden.contains(&0) {
            problem("hidden", "a layer of `0` units is none".to_owned(), None);
        }
        if matches!(self.activation, Activation::Sigmoid | Activation::Tanh) && !self.linear_output {
            let message = "an output of `sigmoid` or `tanh` does not reach ratings".to_owned();
            problem("activation", message, Some("set `linear-output` to true"));
        }
        let counts = [
            ("batch", self.batch),
            ("epochs", self.epochs),
            ("patience", self.patience),
            ("validate-every", self.validate_every),
        ];
        for (parameter, value) in counts {
            if value == 0 {
                problem(parameter, "`0` is not a positive whole number".to_owned(), None);
            }
        }
        let probabilities =
            [("dropout", self.dropout), ("noise-probability", self.noise_probability), ("momentum", self.momentum)];
        for (parameter, value) in probabilities {
            if !(0.0..1.0).contains(&value) {
                problem(parameter, format!("`{value}` is not from 0 to less than 1"), None);
            }
        }
        if self.noise_probability > 0.0 && self.refeeding == 0 {
            let message = "nothing is fed again that noise could be added to".to_owned();
            problem("noise-probability", message, Some("set `refeeding` to 1, or the probability to 0"));
        }
        if !(self.weight_decay >= 0.0 && self.weight_decay.is_finite()) {
            problem("weight-decay", format!("`{}` is not a number from 0", self.weight_decay), None);
        }
        if !(self.learning_rate > 0.0 && self.learning_rate.is_finite()) {
            problem("learning-rate", format!("`{}` is not a positive number", self.learning_rate), None);
        }
        if !(self.learning_rate_decay > 0.0 && self.learning_rate_decay <= 1.0) {
            problem("learning-rate-decay", format!("`{}` is not between 0 and 1", self.learning_rate_decay), None);
        }
        if !self.cold_rating.is_finite() {
            problem("cold-rating", format!("`{}` is not a rating", self.cold_rating), None);
        }
        problems
    }

    fn memory_bytes(&self, _n_users: usize, n_items: usize, n_entries: usize) -> u64 {
        let units = |index: usize| u64::from(self.hidden.get(index).copied().unwrap_or(1));
        let inner: u64 = self.hidden.windows(2).map(|pair| u64::from(pair[0]) * u64::from(pair[1])).sum();
        // Values, gradients, velocities, the best epoch's and a checkpoint's; outputs of a batch, their gradients, what
        // is fed again, and those of blocks of users while validating.
        let weights = 2 * (n_items as u64 * (units(0) + 1) + inner) * 4 * 5;
        let outputs = n_items as u64 * (u64::from(self.batch) * 5 + 512) * 4;
        weights + outputs + n_entries as u64 * 16
    }

    fn fit(&self, split: &Split, monitor: &dyn Monitor) -> Result<Fitted<DeepRec>, FitError> {
        let train = &split.train;
        if train.n_entries() == 0 {
            return Err(FitError::Data {
                message: "the training part has no ratings".to_owned(),
                help: "hold less out, or filter less away".to_owned(),
            });
        }
        if train.ratings().iter().all(|&rating| rating == train.ratings()[0]) {
            return Err(FitError::Data {
                message: format!("all ratings of the training part are `{}`", train.ratings()[0]),
                help: "deeprec predicts ratings: leave it out for data that has none".to_owned(),
            });
        }
        let needed_bytes = Fit::memory_bytes(self, train.n_users(), train.n_items(), train.n_entries());
        check_memory(|| format!("an autoencoder of {} items", train.n_items()), needed_bytes, monitor)?;
        training::fit(self, split, monitor)
    }

    fn restore(&self, weights: &Weights) -> Result<DeepRec, WeightsError> {
        let known_items: Vec<bool> =
            weights.u32::<ndarray::Ix1>("known-items")?.iter().map(|&known| known != 0).collect();
        let network = Network::restore(self, weights, known_items.len())?;
        Ok(DeepRec { network, cold_rating: self.cold_rating as f32, known_items })
    }
}
