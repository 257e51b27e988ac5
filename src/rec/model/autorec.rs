//! AutoRec: an item's ratings by all users (or a user's of all items) pass through a narrow layer and come out complete.
//!
//! S. Sedhain, A. K. Menon, S. Sanner, L. Xie, *AutoRec: Autoencoders meet collaborative filtering*, WWW 2015 Companion,
//! <https://doi.org/10.1145/2740908.2742726>.
//!
//! # Model
//!
//! `h = g(Vᵀ r + μ)`, `r̂ = f(Wᵀ h + b)` (equation 3), where `r` holds the training ratings of one item (I-AutoRec) or of one
//! user (U-AutoRec) and 0 for those that are missing. The minimum of
//! `Σ_rows Σ_observed (r − r̂)² + λ/2 (‖W‖² + ‖V‖²)` (equation 4): the errors count at the ratings only. A mini-batch of `m` of
//! the `n` rows has the objective `Σ_batch (r − r̂)² + λ/2 · m/n · (‖W‖² + ‖V‖²)`, so that λ means the same for every size.
//!
//! With several hidden layers there are more of the form `g(Uᵀ h + c)` in between; their weights are penalised alike.
//!
//! # Shapes
//!
//! `d` is the number of users for I-AutoRec and of items for U-AutoRec, `K` the number of hidden units: `encoder-weight` (V)
//! `[d, K]`, `encoder-bias` (μ) `[1, K]`, `decoder-weight` (Wᵀ) `[d, K]`, `decoder-bias` (b) `[d, 1]`; `middle-<n>-weight` `[K, K']`
//! and `middle-<n>-bias` `[1, K']` of the layers in between; `codes` (`h` of every item, I-AutoRec only) `[n_items, K]`.
//!
//! # Cost
//!
//! An epoch: about `10 · n_entries · K` operations, as both ends are computed at the ratings only, and the optimiser's pass over
//! `2dK` weights for each mini-batch. Scoring: `2K` operations a score, in dense products.
//!
//! # Departures from the paper
//!
//! Adam on mini-batches in place of RProp on all rows, which is there as well; the best epoch is chosen on the validation
//! part. The decoder's bias begins at the mean rating. With `f` the sigmoid, ratings are not scaled into (0, 1) but the
//! output is to the range of the ratings, which keeps the unit of λ. The deep variant is not pre-trained layer by layer.
//!
//! I-AutoRec has one output for each training user, hence none for others: these get `cold-rating`, as do items that
//! training has no rating of.
//!
//! It ranks nothing: the items with the highest predicted ratings are mostly ones that few people have rated.
//!
//! # Reference result
//!
//! MovieLens-1M, 90/10 at random, K = 500: RMSE .831 for I-AutoRec, .874 for U-AutoRec (table 1); .827 for the deep variant.

mod network;
mod scoring;
#[cfg(test)]
mod tests;
mod training;

use ndarray::{Array2, array};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::network::{Network, Scale};
use super::{Card, Fit, FitError, Fitted, Problem, Weights, WeightsError, check_memory};
use crate::rec::Monitor;
use crate::rec::data::Split;
use crate::rec::nn::{Activation, OptimiserKind};

/// Hyper-parameters of AutoRec.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct AutoRecParams {
    /// Whose ratings a row of the input holds.
    pub based_on: BasedOn,
    /// Sizes of the hidden layers, the first one first; one for the paper's model, `[500, 250, 500]` for its deep variant.
    #[schemars(length(min = 1), inner(range(min = 1, max = 16384)))]
    pub hidden: Vec<u32>,
    /// Activation of the hidden layers (g).
    pub hidden_activation: Activation,
    /// Activation of the output (f).
    pub output_activation: OutputActivation,
    /// Strength of the L2 regularisation of the weights (λ), against squared errors summed over all ratings.
    #[schemars(range(min = 0.0))]
    pub regularisation: f64,
    /// Whether the mean rating is subtracted from the input, so that a missing rating counts as a mean one and not as 0.
    pub center: bool,
    /// Standard deviation of the first weights; what is more than two of them from 0 is drawn again.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub initial_deviation: f64,
    /// The rule by which weights follow their gradients.
    pub optimiser: OptimiserKind,
    /// Step size of the optimiser.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub learning_rate: f64,
    /// What the learning rate is multiplied by after every `learning-rate-epochs` epochs.
    #[schemars(range(max = 1.0), extend("exclusiveMinimum" = 0.0))]
    pub learning_rate_decay: f64,
    /// Epochs from one fall of the learning rate to the next.
    #[schemars(range(min = 1))]
    pub learning_rate_epochs: u32,
    /// Rows (items or users) of a mini-batch; 0 for all of them in one.
    pub batch: u32,
    /// Passes over all rows, at most.
    #[schemars(range(min = 1), extend("x-continues" = true))]
    pub epochs: u32,
    /// Ends after so many epochs without a lower RMSE on the validation part.
    #[schemars(range(min = 1))]
    pub patience: u32,
    /// Epochs from one validation to the next.
    #[schemars(range(min = 1))]
    pub validate_every: u32,
    /// What is predicted where training has seen no rating of the user or the item.
    pub cold_rating: f64,
    /// Seed of the first weights and of the order of rows.
    pub seed: u64,
}

/// Whose ratings AutoRec completes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BasedOn {
    /// An item's, by all users: I-AutoRec. Users unseen in training get `cold-rating`.
    Items,
    /// A user's, of all items: U-AutoRec. Users unseen in training are predicted from their history.
    Users,
}

/// The last activation of AutoRec.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OutputActivation {
    /// None: any number can be predicted.
    Identity,
    /// The sigmoid, stretched to the range of the training ratings.
    Sigmoid,
}

impl Default for AutoRecParams {
    fn default() -> Self {
        Self {
            based_on: BasedOn::Items,
            hidden: vec![500],
            hidden_activation: Activation::Sigmoid,
            output_activation: OutputActivation::Identity,
            regularisation: 200.0,
            center: false,
            initial_deviation: 0.01,
            optimiser: OptimiserKind::Adam,
            learning_rate: 0.001,
            learning_rate_decay: 1.0,
            learning_rate_epochs: 50,
            batch: 512,
            epochs: 200,
            patience: 10,
            validate_every: 1,
            cold_rating: 3.0,
            seed: 0,
        }
    }
}

/// A fitted AutoRec.
#[derive(Debug, Clone)]
pub struct AutoRec {
    based_on: BasedOn,
    network: Network<f32>,
    /// The hidden layer for each item, where rows are items. Shape: `[n_items, K]`.
    codes: Array2<f32>,
    cold_rating: f32,
    /// Which users and items training has ratings of. Shapes: `[n_users]`, `[n_items]`.
    known_users: Vec<bool>,
    known_items: Vec<bool>,
}

impl Fit for AutoRecParams {
    type Model = AutoRec;

    const CARD: Card = Card {
        name: "autorec",
        title: "AutoRec",
        revision: 1,
        about: "An autoencoder with one hidden layer completes the ratings of each item, or of each user.",
        paper: "S. Sedhain, A. K. Menon, S. Sanner, L. Xie: AutoRec: Autoencoders Meet Collaborative Filtering, WWW 2015 \
                Companion",
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
        let counts = [
            ("learning-rate-epochs", self.learning_rate_epochs),
            ("epochs", self.epochs),
            ("patience", self.patience),
            ("validate-every", self.validate_every),
        ];
        for (parameter, value) in counts {
            if value == 0 {
                problem(parameter, "`0` is not a positive whole number".to_owned(), None);
            }
        }
        let positive = [
            ("initial-deviation", self.initial_deviation),
            ("learning-rate", self.learning_rate),
            ("learning-rate-decay", self.learning_rate_decay),
        ];
        for (parameter, value) in positive {
            if !(value > 0.0 && value.is_finite()) {
                problem(parameter, format!("`{value}` is not a positive number"), None);
            }
        }
        if self.learning_rate_decay > 1.0 {
            problem("learning-rate-decay", format!("`{}` is more than 1", self.learning_rate_decay), None);
        }
        if !(self.regularisation >= 0.0 && self.regularisation.is_finite()) {
            problem("regularisation", format!("`{}` is not a number from 0", self.regularisation), None);
        }
        if !self.cold_rating.is_finite() {
            problem("cold-rating", format!("`{}` is not a rating", self.cold_rating), None);
        }
        if self.optimiser == OptimiserKind::Rprop && self.batch != 0 {
            problem(
                "optimiser",
                "`rprop` compares gradients of all rows, and those of mini-batches differ by chance".to_owned(),
                Some("set `batch` to 0"),
            );
        }
        problems
    }

    fn memory_bytes(&self, n_users: usize, n_items: usize, n_entries: usize) -> u64 {
        let (width, n_rows) = match self.based_on {
            BasedOn::Items => (n_users, n_items),
            BasedOn::Users => (n_items, n_users),
        };
        let units = |index: usize| u64::from(self.hidden.get(index).copied().unwrap_or(1));
        let ends = width as u64 * (units(0) + units(self.hidden.len() - 1) + 1);
        let middle: u64 = self.hidden.windows(2).map(|pair| u64::from(pair[0]) * u64::from(pair[1])).sum();
        // Values, gradients, what the optimiser remembers, the best epoch's and a checkpoint's; codes of all rows while
        // validating; the ratings by row and a batch of them by row and column.
        let weights = (ends + middle) * 4 * 7;
        let codes = n_rows as u64 * self.hidden.iter().map(|&units| u64::from(units)).sum::<u64>() * 4;
        weights + codes + n_entries as u64 * 60
    }

    fn fit(&self, split: &Split, monitor: &dyn Monitor) -> Result<Fitted<AutoRec>, FitError> {
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
                help: "autorec predicts ratings: leave it out for data that has none".to_owned(),
            });
        }
        let needed_bytes = Fit::memory_bytes(self, train.n_users(), train.n_items(), train.n_entries());
        check_memory(
            || format!("an autoencoder of {} users and {} items", train.n_users(), train.n_items()),
            needed_bytes,
            monitor,
        )?;
        training::fit(self, split, monitor)
    }

    fn restore(&self, weights: &Weights) -> Result<AutoRec, WeightsError> {
        let known = |name: &str| -> Result<Vec<bool>, WeightsError> {
            Ok(weights.u32::<ndarray::Ix1>(name)?.iter().map(|&known| known != 0).collect())
        };
        let (known_users, known_items) = (known("known-users")?, known("known-items")?);
        let (n_outputs, n_codes) = match self.based_on {
            BasedOn::Items => (known_users.len(), known_items.len()),
            BasedOn::Users => (known_items.len(), 0),
        };
        let inconsistent = || WeightsError::Inconsistent("layers, users and items do not fit together".to_owned());
        let scale = weights.f32::<ndarray::Ix1>("scale")?;
        let scale = Scale::of_array(&scale.to_owned()).ok_or_else(inconsistent)?;
        let network = Network::restore(self, n_outputs, scale, weights)?;
        let codes = weights.f32::<ndarray::Ix2>("codes")?.into_owned();
        if codes.dim() != (n_codes, network.code_width()) {
            return Err(inconsistent());
        }
        let cold_rating = self.cold_rating as f32;
        Ok(AutoRec { based_on: self.based_on, network, codes, cold_rating, known_users, known_items })
    }
}

/// The arrays that [`Fit::restore`] reads.
fn weights_of(model: &AutoRec) -> Weights {
    let mut weights = Weights::of_parameters(model.network.parameters());
    let flags = |known: &[bool]| known.iter().map(|&known| u32::from(known)).collect::<ndarray::Array1<u32>>();
    let Scale { center, offset, factor } = model.network.scale;
    weights.insert("scale", array![center, offset, factor]);
    weights.insert("codes", model.codes.clone());
    weights.insert("known-users", flags(&model.known_users));
    weights.insert("known-items", flags(&model.known_items));
    weights
}
