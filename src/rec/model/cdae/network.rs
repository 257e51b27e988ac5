//! The network: one hidden layer, items on both sides and users on one.

use ndarray::{Array2, ArrayViewMut2};

use super::{CdaeParams, InputScale, PairLoss};
use crate::rec::linalg::Real;
use crate::rec::model::row_group::{histories, in_groups};
use crate::rec::model::{Recommender, Scorer, UnseenUsers, UserBlock, Weights, WeightsError};
use crate::rec::nn::layer::{Embedding, EntryOutput, SparseInput};
use crate::rec::nn::loss::{Confidence, logistic, logistic_everywhere, squared, squared_everywhere};
use crate::rec::nn::{Activation, Initialiser, Labelled, Parameter, SparseRows};

/// The fitted model.
#[derive(Debug, Clone)]
pub struct Cdae<F> {
    activation: Activation,
    loss: PairLoss,
    scale: InputScale,
    /// Whether `output.weight` is a copy of `input.weight`, which alone is trained.
    tied: bool,
    input: SparseInput<F>,
    users: Option<Embedding<F>>,
    output: EntryOutput<F>,
}

/// Some users as the network sees them.
#[derive(Debug, Clone)]
pub(super) struct Examples<'a, F> {
    /// Who they are.
    pub(super) users: &'a [u32],
    /// Their histories, corrupted.
    pub(super) input: SparseRows<F>,
    /// What the loss is over.
    pub(super) targets: Targets<F>,
}

/// Strengths λ of the penalties at a visit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Penalty<F> {
    /// On the user's vector.
    pub(super) users: F,
    /// On everything else.
    pub(super) items: F,
}

/// What a loss is over.
#[derive(Debug, Clone)]
pub(super) enum Targets<F> {
    /// Some items.
    Drawn(Labelled<F>),
    /// All items, of which these belong to the users.
    Everywhere(SparseRows<F>),
}

impl<F: Real> Cdae<F> {
    /// A network before its training.
    pub(super) fn new(params: &CdaeParams, n_users: usize, n_items: usize) -> Self {
        let (latent, seed) = (params.latent as usize, params.seed);
        // As in the authors' program.
        let spread = Initialiser::Uniform(4.0 * (6.0 / (n_items + latent) as f64).sqrt());
        let input_weight = match params.corruption {
            // Nothing is ever fed while training, and what is not learnt must not be guessed at when scoring.
            1.0 => Array2::zeros((n_items, latent)),
            _ => spread.matrix(n_items, latent, seed, "input-weight"),
        };
        let input = SparseInput::new(input_weight, Array2::zeros((1, latent)));
        let output =
            EntryOutput::new(spread.matrix(n_items, latent, seed, "output-weight"), Array2::zeros((n_items, 1)));
        let users = params
            .user_deviation()
            .map(|deviation| Embedding::new(Initialiser::Normal(deviation).matrix(n_users, latent, seed, "users")));
        Self::of_layers(params, input, users, output)
    }

    fn of_layers(
        params: &CdaeParams,
        input: SparseInput<F>,
        users: Option<Embedding<F>>,
        output: EntryOutput<F>,
    ) -> Self {
        let CdaeParams { activation, loss, input: scale, tied, .. } = *params;
        let mut network = Self { activation, loss, scale, tied, input, users, output };
        network.tie();
        network
    }

    /// Brings the copy of tied weights up to date.
    pub(super) fn tie(&mut self) {
        if self.tied {
            self.output.weight.value.assign(&self.input.weight.value);
        }
    }

    /// Every trained array with its name.
    pub(super) fn parameters(&mut self) -> Vec<(String, &mut Parameter<F>)> {
        let mut parameters = vec![("input-weight", &mut self.input.weight), ("input-bias", &mut self.input.bias)];
        if let Some(users) = &mut self.users {
            parameters.push(("users", &mut users.weight));
        }
        if !self.tied {
            parameters.push(("output-weight", &mut self.output.weight));
        }
        parameters.push(("output-bias", &mut self.output.bias));
        parameters.into_iter().map(|(name, parameter)| (name.to_owned(), parameter)).collect()
    }

    /// Adds the gradients of the users' losses with the penalties; returns the sum of the losses without them.
    pub(super) fn gradients(&mut self, examples: &Examples<'_, F>, penalty: Penalty<F>) -> f64 {
        let Examples { users, input, targets } = examples;
        let mut hidden = self.input.forward(input);
        if let Some(vectors) = &self.users {
            vectors.add_to(users, &mut hidden);
        }
        self.activation.apply(&mut hidden);
        if self.tied {
            // The one parameter goes to where it is used, so that both uses add to one gradient.
            std::mem::swap(&mut self.input.weight, &mut self.output.weight);
        }
        let (loss, mut upstream) = self.output_gradients(&hidden, targets, penalty.items);
        if self.tied {
            std::mem::swap(&mut self.input.weight, &mut self.output.weight);
        }
        self.activation.gradient(&hidden, &mut upstream);
        self.input.backward(input, &upstream);
        if let Some(vectors) = &mut self.users {
            vectors.backward(users, &upstream);
        }
        if penalty.items > F::zero() {
            let (items, counts) = columns_of(input);
            self.input.weight.penalise_rows(&items, &counts, penalty.items);
            self.input.bias.penalise_rows(&[0], &[users.len() as u32], penalty.items);
        }
        if let Some(vectors) = &mut self.users {
            let mut rows = users.to_vec();
            rows.sort_unstable();
            vectors.weight.penalise_rows(&rows, &vec![1; rows.len()], penalty.users);
        }
        loss
    }

    /// Loss, gradients and penalties of the output layer; the gradient by the hidden layer.
    fn output_gradients(&mut self, hidden: &Array2<F>, targets: &Targets<F>, regularisation: F) -> (f64, Array2<F>) {
        let one = F::one();
        match targets {
            Targets::Drawn(Labelled { entries, labels }) => {
                let mut outputs = self.output.forward(hidden, entries);
                let loss = match self.loss {
                    PairLoss::Logistic => logistic(&mut outputs, labels, entries.values(), one),
                    PairLoss::Squared => squared(&mut outputs, labels, Some(entries.values()), one),
                };
                self.output.backward(hidden, entries, &outputs);
                if regularisation > F::zero() {
                    let (items, counts) = columns_of(entries);
                    self.output.weight.penalise_rows(&items, &counts, regularisation);
                    self.output.bias.penalise_rows(&items, &counts, regularisation);
                }
                (loss, self.output.hidden_gradient(entries, &outputs))
            }
            Targets::Everywhere(targets) => {
                let mut outputs = self.output.dense(hidden);
                let loss = match self.loss {
                    PairLoss::Logistic => logistic_everywhere(&mut outputs, targets, one),
                    PairLoss::Squared => {
                        squared_everywhere(&mut outputs, targets, Confidence { observed: one, unobserved: one }, one)
                    }
                };
                self.output.dense_backward(hidden, &outputs);
                if regularisation > F::zero() {
                    let items: Vec<u32> = (0..targets.n_columns() as u32).collect();
                    let counts = vec![targets.n_rows() as u32; items.len()];
                    self.output.weight.penalise_rows(&items, &counts, regularisation);
                    self.output.bias.penalise_rows(&items, &counts, regularisation);
                }
                (loss, self.output.dense_hidden_gradient(&outputs))
            }
        }
    }
}

/// The columns with entries, rising, and how many each has.
fn columns_of<F: Real>(rows: &SparseRows<F>) -> (Vec<u32>, Vec<u32>) {
    let mut counts = vec![0; rows.n_columns()];
    rows.columns().iter().for_each(|&column| counts[column as usize] += 1);
    let present = counts.iter().enumerate().filter(|&(_, &count)| count > 0);
    present.map(|(column, &count)| (column as u32, count)).unzip()
}

impl Cdae<f32> {
    /// The network of stored parameters.
    pub(super) fn restore(params: &CdaeParams, weights: &Weights) -> Result<Self, WeightsError> {
        let array = |name: &str| weights.f32::<ndarray::Ix2>(name).map(ndarray::ArrayBase::into_owned);
        let latent = params.latent as usize;
        let (weight, bias) = (array("input-weight")?, array("input-bias")?);
        let n_items = weight.nrows();
        let output_weight = if params.tied { weight.clone() } else { array("output-weight")? };
        let output_bias = array("output-bias")?;
        let users = if params.user_vectors { Some(array("users")?) } else { None };
        let fits = weight.dim() == (n_items, latent)
            && bias.dim() == (1, latent)
            && output_weight.dim() == (n_items, latent)
            && output_bias.dim() == (n_items, 1)
            && users.as_ref().is_none_or(|users| users.ncols() == latent);
        if !fits {
            return Err(WeightsError::Inconsistent(format!("the arrays do not fit a hidden layer of {latent} units")));
        }
        let (input, output) = (SparseInput::new(weight, bias), EntryOutput::new(output_weight, output_bias));
        Ok(Self::of_layers(params, input, users.map(Embedding::new), output))
    }
}

impl Recommender for Cdae<f32> {
    fn ranking(&self) -> Option<&dyn Scorer> {
        Some(self)
    }

    fn rating(&self) -> Option<&dyn Scorer> {
        None
    }

    fn unseen_users(&self) -> UnseenUsers {
        if self.users.is_some() {
            UnseenUsers::WithoutWhatIsLearnt(
                "The model has learnt a vector for each user; one whom it has not seen is scored without, by the items alone.",
            )
        } else {
            UnseenUsers::Alike
        }
    }

    fn weights(&self) -> Weights {
        let mut weights = Weights::new();
        weights.insert("input-weight", self.input.weight.value.clone());
        weights.insert("input-bias", self.input.bias.value.clone());
        if let Some(users) = &self.users {
            weights.insert("users", users.weight.value.clone());
        }
        if !self.tied {
            weights.insert("output-weight", self.output.weight.value.clone());
        }
        weights.insert("output-bias", self.output.bias.value.clone());
        weights
    }
}

impl Scorer for Cdae<f32> {
    fn score_into(&self, users: &UserBlock<'_>, scores: ArrayViewMut2<'_, f32>) {
        in_groups(scores, |start, scores| {
            let mut input = histories(users, start, scores.nrows(), scores.ncols());
            input.fill_rows(|n_entries| match self.scale {
                InputScale::Ones => 1.0,
                InputScale::UnitRows => 1.0 / (n_entries as f32).sqrt(),
            });
            let mut hidden = self.input.forward(&input);
            if let Some(vectors) = &self.users {
                for (row, mut hidden) in (start..users.len()).zip(hidden.rows_mut()) {
                    if let Some(user) = users.training_row(row) {
                        hidden += &vectors.weight.value.row(user);
                    }
                }
            }
            self.activation.apply(&mut hidden);
            self.output.dense_into(&hidden, scores);
        });
    }
}
