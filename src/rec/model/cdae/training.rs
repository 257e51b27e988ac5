//! How the network is trained.

use super::network::{Examples, Penalty, Targets};
use super::{Cdae, CdaeParams, InputScale};
use crate::rec::Monitor;
use crate::rec::data::{Interactions, Split};
use crate::rec::eval::EvaluationError;
use crate::rec::model::{FitError, Fitted};
use crate::rec::nn::{
    Batch, Dropout, Learner, LearningRate, Loss, NegativeSampler, Parameter, Schedule, SparseRows, Trained, Validation,
    train,
};

/// What the best epoch is chosen by.
const METRIC: &str = "ndcg@100";

/// Trains a network of these hyper-parameters.
pub(super) fn fit(params: &CdaeParams, split: &Split, monitor: &dyn Monitor) -> Result<Fitted<Cdae<f32>>, FitError> {
    let interactions = &split.train;
    let network = Cdae::new(params, interactions.n_users(), interactions.n_items());
    let mut training = Training { params, network, interactions };
    let schedule = Schedule {
        batch: params.batch as usize,
        epochs: params.epochs,
        validate_every: params.validate_every,
        patience: params.patience,
        learning_rate: LearningRate::Constant(params.learning_rate),
        seed: params.seed,
    };
    let validation = Validation::new(split, METRIC.parse().expect("a metric's name"));
    let parameters: Vec<_> = training.network.parameters().into_iter().map(|(_, parameter)| parameter).collect();
    let mut optimiser = params.optimiser.build(&parameters);
    let Trained { training: how, curve } = train(&mut training, optimiser.as_mut(), &schedule, &validation, monitor)?;
    let mut model = training.network;
    model.tie();
    Ok(Fitted { model, training: how, curve })
}

/// The network with what it learns.
struct Training<'a> {
    params: &'a CdaeParams,
    network: Cdae<f32>,
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
        let CdaeParams { corruption, negatives, input, regularisation, user_regularisation, seed, .. } = *self.params;
        let &Batch { rows: users, epoch, .. } = batch;
        let histories = match input {
            InputScale::Ones => SparseRows::of_ones(self.interactions, users),
            InputScale::UnitRows => SparseRows::of_unit_rows(self.interactions, users),
        };
        let targets = if negatives == 0 {
            Targets::Everywhere(SparseRows::of_ones(self.interactions, users))
        } else {
            let sampler = NegativeSampler { per_positive: negatives, seed };
            Targets::Drawn(sampler.draw(self.interactions, users, epoch))
        };
        let corruption = Dropout { probability: corruption, seed, purpose: "history" };
        let input = corruption.entries(&histories, users, epoch);
        let penalty =
            Penalty { users: user_regularisation.unwrap_or(regularisation) as f32, items: regularisation as f32 };
        let sum = self.network.gradients(&Examples { users, input, targets }, penalty);
        Loss { sum, count: users.len() as f64 }
    }

    fn validate(&mut self, validation: &Validation<'_>, monitor: &dyn Monitor) -> Result<Option<f64>, EvaluationError> {
        self.network.tie();
        validation.measure(&self.network, monitor)
    }
}
