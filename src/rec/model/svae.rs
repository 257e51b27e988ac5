//! SVAE: a recurrent network reads a history in its order and says, after each item, which are likely to come next.
//!
//! N. Sachdeva, G. Manco, E. Ritacco, V. Pudi, *Sequential Variational Autoencoders for Collaborative Filtering*, WSDM 2019,
//! <https://doi.org/10.1145/3289600.3291007>.
//!
//! # Model
//!
//! Of a history `i_1 … i_n` in the order of time, `h_t` is the state of a GRU after the vectors of `i_1 … i_t`; an MLP makes
//! `μ_t, log σ²_t` of it, `z_t = μ_t + ε ⊙ σ_t` with `ε ~ N(0, I)`, and another MLP the logits of `π_t = softmax`; both have
//! tanh after their hidden layers. With `Y_t` the next k items after `i_t`, the loss of a user is
//! `1/|Y_1| Σ_t −Σ_{i ∈ Y_t} log π_ti + β c Σ_t KL(N(μ_t, σ²_t) ‖ N(0, I))` over `t = 1 … n − 1`, `c = 1/(n − 1)` or 1; β rises
//! with every sequence and stops at a cap. A mini-batch's gradient is the mean over its users. Scores are the logits at
//! `z = μ` after the whole history, also of users that training has not seen.
//!
//! # Shapes
//!
//! `items` `[n_items, embedding]`; `gru-input-weight` `[embedding, 3 units]`, `gru-recurrent-weight` `[units, 3 units]`, their biases
//! `[1, 3 units]`, in the order reset, update, candidate; `encoder-l-weight` from `units` through `encoder`; `code-weight` to `2 latent`,
//! μ before log σ²; `decoder-l-weight` from `latent` through `decoder`; `output-weight` `[n_items, decoder's last]`, `output-bias` `[n_items, 1]`.
//!
//! # Cost
//!
//! An epoch: `6 n_tokens n_items d` operations for the outputs, d the decoder's last width, and `18 n_tokens units²` for the
//! recurrence. Outputs are computed for a chunk of tokens at a time, so no array has a row for each token and a column for
//! each item. With `sampled-items`, the first term's `n_items` is the number of different targets of a mini-batch and of
//! items drawn beside them.
//!
//! # Departures from the paper
//!
//! Mini-batches of several sequences instead of one. σ² is what the second half of the encoder's output is the logarithm of,
//! in the sample and in the divergence (the published code takes it for log σ in the one and log σ² in the other); β is
//! annealed over the whole training (there, it starts again in every epoch); scores are those at the mean (there, at a random
//! z), after the whole history, none of which is recommended. `upstream-evaluation` is there to reproduce the published figures.
//!
//! # Reference result
//!
//! MovieLens-1M, ratings of 4 and 5, 750 held-out users, the last 20 % of each to be found: ndcg@100 .2993, recall-full@100
//! .4909, precision@100 .0693, ndcg@10 .1781 (the paper's table 3).

mod learner;
mod network;
mod sampled_items;
#[cfg(test)]
mod tests;

use ndarray::{Array2, ArrayViewMut2};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::learner::Sequences;
use self::network::Network;
use super::row_group::in_groups;
use super::{
    Card, Fit, FitError, Fitted, Problem, Recommender, Scorer, UserBlock, Weights, WeightsError, check_memory,
};
use crate::rec::Monitor;
use crate::rec::data::Split;
use crate::rec::metric::MetricSpec;
use crate::rec::nn::{LearningRate, OptimiserKind, Schedule, Validation, train};

/// Hyper-parameters of SVAE.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct SvaeParams {
    /// Length of the vectors of items.
    #[schemars(range(min = 1))]
    pub embedding: u32,
    /// Units of the recurrent layer.
    #[schemars(range(min = 1))]
    pub units: u32,
    /// Widths of the hidden layers between the recurrent layer and the code.
    #[schemars(inner(range(min = 1)))]
    pub encoder: Vec<u32>,
    /// Width of the code.
    #[schemars(range(min = 1))]
    pub latent: u32,
    /// Widths of the hidden layers between the code and the items.
    #[schemars(inner(range(min = 1)))]
    pub decoder: Vec<u32>,
    /// How many of the items that follow are to be told at each step (k); 1 for the next item alone.
    #[schemars(range(min = 1))]
    pub targets: u32,
    /// Where the weight β of the divergence stops rising.
    #[schemars(range(min = 0.0))]
    pub beta_cap: f64,
    /// Sequences in which β would rise from 0 to 1 if nothing stopped it.
    #[schemars(range(min = 0.0))]
    pub anneal_sequences: f64,
    /// How the divergences of a sequence's steps are put together.
    pub divergence: Reduction,
    /// Strength of the L2 regularisation of all parameters, beside the mean loss of a mini-batch.
    #[schemars(range(min = 0.0))]
    pub weight_decay: f64,
    /// Events of a history that are read, the latest ones.
    #[schemars(range(min = 2))]
    pub max_length: u32,
    /// Steps after which the gradient is cut off; 0 for the whole history.
    pub truncation: u32,
    /// Items beside its own targets over which a mini-batch's softmax runs while it trains, drawn anew each time. All are,
    /// if nothing is given; a sample is faster where there are many items, and less exact.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub sampled_items: Option<u32>,
    /// Learning rate of Adam.
    #[schemars(extend("exclusiveMinimum" = 0.0))]
    pub learning_rate: f64,
    /// Sequences of a mini-batch.
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
    /// Score as the published code does, for comparison with its figures only: the last event of a history is not read, and
    /// may be recommended; z is drawn instead of its mean taken. Training is the same.
    #[schemars(extend("x-continues" = true))]
    pub upstream_evaluation: bool,
    /// Seed of all random choices.
    pub seed: u64,
}

/// How the divergences of a sequence's steps are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reduction {
    /// Their mean, as in the published code.
    Mean,
    /// Their sum, as in the paper.
    Sum,
}

impl Default for SvaeParams {
    fn default() -> Self {
        Self {
            embedding: 256,
            units: 200,
            encoder: vec![150],
            latent: 64,
            decoder: vec![150],
            targets: 4,
            beta_cap: 0.2,
            anneal_sequences: 200_000.0,
            divergence: Reduction::Mean,
            weight_decay: 0.005,
            max_length: 1000,
            truncation: 0,
            sampled_items: None,
            learning_rate: 1e-3,
            batch: 16,
            epochs: 30,
            patience: 5,
            validate_every: 1,
            upstream_evaluation: false,
            seed: 0,
        }
    }
}

/// The trained network.
#[derive(Debug, Clone)]
pub struct Svae {
    params: SvaeParams,
    network: Network<f32>,
    /// See [`Network::halves`].
    halves: Array2<f32>,
}

impl Svae {
    fn new(params: SvaeParams, network: Network<f32>) -> Self {
        Self { halves: network.halves(), params, network }
    }
}

impl Fit for SvaeParams {
    type Model = Svae;

    const CARD: Card = Card {
        name: "svae",
        title: "SVAE",
        revision: 3,
        about: "A recurrent network reads a history in its order and says which items are likely to come next.",
        paper: "N. Sachdeva, G. Manco, E. Ritacco, V. Pudi: Sequential Variational Autoencoders for Collaborative \
                Filtering, WSDM 2019",
    };

    fn check(&self) -> Vec<Problem> {
        let problem = |parameter: &str, message| Problem { parameter: parameter.to_owned(), message, help: None };
        let mut problems = Vec::new();
        let counts = [
            ("embedding", self.embedding),
            ("units", self.units),
            ("latent", self.latent),
            ("targets", self.targets),
            ("batch", self.batch),
            ("epochs", self.epochs),
            ("patience", self.patience),
            ("validate-every", self.validate_every),
        ];
        for (parameter, value) in counts {
            if value == 0 {
                problems.push(problem(parameter, "`0` is not a positive whole number".to_owned()));
            }
        }
        for (parameter, widths) in [("encoder", &self.encoder), ("decoder", &self.decoder)] {
            if widths.contains(&0) {
                problems.push(problem(parameter, "a hidden layer of width `0`".to_owned()));
            }
        }
        if self.sampled_items == Some(0) {
            problems.push(problem("sampled-items", "`0` is not a positive whole number".to_owned()));
        }
        if self.max_length < 2 {
            problems.push(problem("max-length", format!("`{}` events have none that follows", self.max_length)));
        }
        let strengths = [
            ("beta-cap", self.beta_cap),
            ("anneal-sequences", self.anneal_sequences),
            ("weight-decay", self.weight_decay),
        ];
        for (parameter, value) in strengths {
            if !(value >= 0.0 && value.is_finite()) {
                problems.push(problem(parameter, format!("`{value}` is not a number of at least 0")));
            }
        }
        if !(self.learning_rate > 0.0 && self.learning_rate.is_finite()) {
            problems.push(problem("learning-rate", format!("`{}` is not a positive number", self.learning_rate)));
        }
        problems
    }

    fn memory_bytes(&self, n_users: usize, n_items: usize, n_entries: usize) -> u64 {
        // Value, gradient, two moments and the best value of each parameter; all but the gradient again in a checkpoint.
        let parameters = 36 * network::n_parameters(self, n_items);
        // A mini-batch, were all its sequences as long as they may be and as many as there are events for.
        let longest = u64::from(self.max_length).min(n_items as u64);
        let tokens = (u64::from(self.batch) * longest).min(n_entries as u64);
        let by_token = 4 * tokens * (12 * u64::from(self.units) + 2 * u64::from(self.latent));
        let chunk = 4 * (network::tokens_per_chunk(n_items) * n_items) as u64;
        parameters + by_token + chunk + 4 * n_users as u64
    }

    fn fit(&self, split: &Split, monitor: &dyn Monitor) -> Result<Fitted<Svae>, FitError> {
        let data = &split.train;
        if !(0..data.n_users()).any(|user| data.items_of(user).len() > 1) {
            return Err(FitError::Data {
                message: "no user of the training part has two events".to_owned(),
                help: "svae learns which item follows another: hold less out, or filter less away".to_owned(),
            });
        }
        let needed_bytes = Fit::memory_bytes(self, data.n_users(), data.n_items(), data.n_entries());
        check_memory(|| format!("a network over {} items", data.n_items()), needed_bytes, monitor)?;
        let mut learner = Sequences::new(self, data);
        let mut optimiser = OptimiserKind::Adam.build(&learner.parameter_list());
        let schedule = Schedule {
            batch: self.batch as usize,
            epochs: self.epochs,
            validate_every: self.validate_every,
            patience: self.patience,
            learning_rate: LearningRate::Constant(self.learning_rate),
            seed: self.seed,
        };
        let metric: MetricSpec = "ndcg@100".parse().expect("a metric of the table");
        let validation = Validation::new(split, metric);
        let trained = train(&mut learner, optimiser.as_mut(), &schedule, &validation, monitor)?;
        let model = Svae::new(self.clone(), learner.network);
        Ok(Fitted { model, training: trained.training, curve: trained.curve })
    }

    fn restore(&self, weights: &Weights) -> Result<Svae, WeightsError> {
        Ok(Svae::new(self.clone(), Network::restore(self, weights)?))
    }
}

impl Recommender for Svae {
    fn ranking(&self) -> Option<&dyn Scorer> {
        Some(self)
    }

    fn rating(&self) -> Option<&dyn Scorer> {
        None
    }

    fn reads_order(&self) -> bool {
        true
    }

    fn skips_last_event(&self) -> bool {
        self.params.upstream_evaluation
    }

    fn weights(&self) -> Weights {
        Weights::of_parameters(self.network.parameters())
    }
}

impl Scorer for Svae {
    fn score_into(&self, users: &UserBlock<'_>, scores: ArrayViewMut2<'_, f32>) {
        let max_length = self.params.max_length as usize;
        let noise_seed = self.params.upstream_evaluation.then_some(self.params.seed);
        in_groups(scores, |start, scores| {
            let history = |row: usize| {
                let items = if row < users.len() { users.items(row) } else { &[] };
                &items[items.len().saturating_sub(max_length)..]
            };
            let histories: Vec<&[u32]> = (start..start + scores.nrows()).map(history).collect();
            self.network.score_into(&self.halves, &histories, noise_seed, scores);
        });
    }
}
