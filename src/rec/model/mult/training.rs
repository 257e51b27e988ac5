//! How the network is trained.

use super::Likelihood;
use super::likelihood::WeightedLikelihood;
use super::network::{Code, Examples, MultNetwork};
use crate::rec::Monitor;
use crate::rec::data::{Interactions, Split};
use crate::rec::eval::EvaluationError;
use crate::rec::model::{FitError, Fitted, Problem, Weights, WeightsError, check_memory};
use crate::rec::nn::optimiser::Adam;
use crate::rec::nn::{
    Batch, Dropout, Learner, LearningRate, Loss, Parameter, Schedule, SparseRows, Trained, Validation, standard_normal,
    train,
};

/// What the best epoch is chosen by.
const METRIC: &str = "ndcg@100";
/// Copies of the parameters in memory: value, gradient, two of the optimiser, the best epoch's; all but the gradient again in
/// a checkpoint.
const COPIES: u64 = 9;

/// Everything that a training is told.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::rec::model) struct Recipe {
    pub(in crate::rec::model) code: Code,
    pub(in crate::rec::model) hidden: Vec<u32>,
    pub(in crate::rec::model) latent: u32,
    pub(in crate::rec::model) dropout: f64,
    pub(in crate::rec::model) likelihood: Likelihood,
    /// c₁ and c₀, where they are given.
    pub(in crate::rec::model) weights: (Option<f64>, Option<f64>),
    /// The weight of the divergence; for a Gaussian code.
    pub(in crate::rec::model) annealing: Annealing,
    /// λ of the penalty `λ ‖W‖²` on the loss of a user.
    pub(in crate::rec::model) weight_decay: f64,
    pub(in crate::rec::model) learning_rate: f64,
    pub(in crate::rec::model) batch: u32,
    pub(in crate::rec::model) epochs: u32,
    pub(in crate::rec::model) patience: u32,
    pub(in crate::rec::model) validate_every: u32,
    pub(in crate::rec::model) seed: u64,
}

/// How the weight β of the divergence rises from 0 with the updates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::rec::model) struct Annealing {
    /// Where it stops.
    pub(in crate::rec::model) cap: f64,
    /// How long it would take to 1.
    pub(in crate::rec::model) length: AnnealingLength,
}

/// A number of updates, or of epochs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::rec::model) enum AnnealingLength {
    Updates(u64),
    Epochs(f64),
}

impl Annealing {
    /// β after so many updates.
    pub(super) fn weight(self, updates: u64, updates_per_epoch: usize) -> f64 {
        let length = match self.length {
            AnnealingLength::Updates(updates) => updates as f64,
            AnnealingLength::Epochs(epochs) => epochs * updates_per_epoch as f64,
        };
        if length > 0.0 { (updates as f64 / length).min(self.cap) } else { self.cap }
    }
}

impl Recipe {
    /// Problems of the parameters under the names they have in pipeline files.
    pub(in crate::rec::model) fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut problem = |parameter: &str, message: String, help: Option<&str>| {
            problems.push(Problem { parameter: parameter.to_owned(), message, help: help.map(str::to_owned) });
        };
        let counts = [
            ("latent", self.latent),
            ("batch", self.batch),
            ("epochs", self.epochs),
            ("patience", self.patience),
            ("validate-every", self.validate_every),
        ];
        for (parameter, count) in counts.into_iter().chain(self.hidden.iter().map(|&width| ("hidden", width))) {
            if count == 0 {
                problem(parameter, "`0` is not a positive whole number".to_owned(), None);
            }
        }
        if !(0.0..1.0).contains(&self.dropout) {
            problem("dropout", format!("`{}` is not a share below 1", self.dropout), Some("0.5 is usual"));
        }
        let is_positive = |value: f64| value > 0.0 && value.is_finite();
        if !is_positive(self.learning_rate) {
            problem(
                "learning-rate",
                format!("`{}` is not a positive number", self.learning_rate),
                Some("0.001 is usual"),
            );
        }
        if self.weight_decay != 0.0 && !is_positive(self.weight_decay) {
            problem("weight-decay", format!("`{}` is negative or no number", self.weight_decay), None);
        }
        if self.annealing.cap != 0.0 && !is_positive(self.annealing.cap) {
            problem("beta-cap", format!("`{}` is negative or no number", self.annealing.cap), Some("0.2 is usual"));
        }
        for (parameter, weight) in [("observed-weight", self.weights.0), ("unobserved-weight", self.weights.1)] {
            match weight {
                Some(_) if self.likelihood != Likelihood::Gaussian => {
                    let message = "it belongs to the Gaussian likelihood only".to_owned();
                    problem(parameter, message, Some("remove it, or set `likelihood: gaussian`"));
                }
                Some(weight) if !is_positive(weight) => {
                    problem(parameter, format!("`{weight}` is not a positive number"), None);
                }
                _ => {}
            }
        }
        problems
    }

    /// The memory that fitting takes at its peak, in bytes.
    pub(in crate::rec::model) fn memory_bytes(&self, n_items: usize) -> u64 {
        let statistics = u64::from(self.latent) * if self.code == Code::Gaussian { 2 } else { 1 };
        let (n_items, latent) = (n_items as u64, u64::from(self.latent));
        let hidden: Vec<u64> = self.hidden.iter().map(|&width| u64::from(width)).collect();
        let first = hidden.first().copied();
        let within: u64 = hidden.windows(2).map(|pair| 2 * pair[0] * pair[1]).sum();
        let around = hidden.last().map_or(0, |last| last * (statistics + latent));
        let weights = n_items * (first.unwrap_or(statistics) + first.unwrap_or(latent)) + within + around;
        // Every layer has its values and their gradient; the outputs are replaced by theirs.
        let units = n_items + 4 * hidden.iter().sum::<u64>() + 3 * statistics + 3 * latent;
        4 * (COPIES * weights + u64::from(self.batch) * units)
    }

    /// Fits the network.
    pub(in crate::rec::model) fn fit(
        &self,
        split: &Split,
        monitor: &dyn Monitor,
    ) -> Result<Fitted<MultNetwork<f32>>, FitError> {
        let interactions = &split.train;
        if interactions.n_entries() == 0 {
            return Err(FitError::Data {
                message: "the training part has no events".to_owned(),
                help: "hold less out, or filter less away".to_owned(),
            });
        }
        let n_items = interactions.n_items();
        check_memory(|| format!("a network of {n_items} items"), self.memory_bytes(n_items), monitor)?;
        let network = MultNetwork::new(n_items, &widths(&self.hidden), self.latent as usize, self.code, self.seed);
        let mut training = Training { recipe: self, network, interactions };
        for (name, parameter) in training.network.parameters() {
            if name.ends_with("weight") {
                parameter.l2 = (2.0 * self.weight_decay) as f32;
            }
        }
        let schedule = Schedule {
            batch: self.batch as usize,
            epochs: self.epochs,
            validate_every: self.validate_every,
            patience: self.patience,
            learning_rate: LearningRate::Constant(self.learning_rate),
            seed: self.seed,
        };
        let validation = Validation::new(split, METRIC.parse().expect("a metric's name"));
        let parameters: Vec<_> = training.network.parameters().into_iter().map(|(_, parameter)| parameter).collect();
        let mut optimiser = Adam::new(&parameters);
        let Trained { training: how, curve } = train(&mut training, &mut optimiser, &schedule, &validation, monitor)?;
        Ok(Fitted { model: training.network, training: how, curve })
    }

    /// The fitted network from its stored arrays.
    pub(in crate::rec::model) fn restore(&self, weights: &Weights) -> Result<MultNetwork<f32>, WeightsError> {
        MultNetwork::restore(weights, &widths(&self.hidden), self.latent as usize, self.code)
    }

    fn weighted_likelihood(&self) -> WeightedLikelihood {
        let (observed, unobserved) = self.weights;
        let weights = (observed.unwrap_or(DEFAULT_WEIGHTS.0), unobserved.unwrap_or(DEFAULT_WEIGHTS.1));
        WeightedLikelihood { likelihood: self.likelihood, weights }
    }
}

/// c₁ and c₀ of the Gaussian likelihood where they are not given.
const DEFAULT_WEIGHTS: (f64, f64) = (10.0, 1.0);

fn widths(hidden: &[u32]) -> Vec<usize> {
    hidden.iter().map(|&width| width as usize).collect()
}

/// The network with what it learns.
struct Training<'a> {
    recipe: &'a Recipe,
    network: MultNetwork<f32>,
    interactions: &'a Interactions,
}

impl Learner<f32> for Training<'_> {
    fn n_rows(&self) -> usize {
        self.interactions.n_users()
    }

    fn parameters(&mut self) -> Vec<(String, &mut Parameter<f32>)> {
        self.network.parameters()
    }

    fn gradients(&mut self, batch: &Batch<'_>, _pass: u32) -> Loss {
        let Recipe { code, latent, dropout, annealing, seed, .. } = *self.recipe;
        let &Batch { rows, epoch, number } = batch;
        let dropout = Dropout { probability: dropout, seed, purpose: "history" };
        let updates_per_epoch = self.n_rows().div_ceil(self.recipe.batch as usize);
        let weight = annealing.weight(number, updates_per_epoch);
        let noise = (code == Code::Gaussian).then(|| standard_normal(seed, "code", rows, epoch, latent as usize));
        let examples = Examples {
            input: dropout.entries(&SparseRows::of_unit_rows(self.interactions, rows), rows, epoch),
            targets: SparseRows::of_ones(self.interactions, rows),
            noise,
            divergence_weight: weight as f32,
            scale: 1.0 / rows.len() as f32,
        };
        let (loss, divergence) = self.network.gradients(examples, self.recipe.weighted_likelihood());
        Loss { sum: loss + weight * divergence, count: rows.len() as f64 }
    }

    fn validate(&mut self, validation: &Validation<'_>, monitor: &dyn Monitor) -> Result<Option<f64>, EvaluationError> {
        validation.measure(&self.network, monitor)
    }
}
