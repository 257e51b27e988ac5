//! Fitting: mini-batches of items, or of users.

use std::borrow::Cow;

use ndarray::Array2;

use super::network::Network;
use super::{AutoRec, AutoRecParams, BasedOn};
use crate::rec::Monitor;
use crate::rec::data::{Interactions, Split};
use crate::rec::eval::EvaluationError;
use crate::rec::model::{FitError, Fitted};
use crate::rec::nn::{Batch, Learner, LearningRate, Loss, Parameter, Schedule, SparseRows, Trained, Validation, train};

/// A model with the ratings that it learns from.
pub(super) struct Lesson<'a> {
    pub(super) model: AutoRec,
    /// One row an item, or a user.
    pub(super) ratings: Cow<'a, Interactions>,
    pub(super) lambda: f64,
}

/// Fits the model on checked parameters and data.
pub(super) fn fit(params: &AutoRecParams, split: &Split, monitor: &dyn Monitor) -> Result<Fitted<AutoRec>, FitError> {
    let mut lesson = Lesson::new(params, &split.train);
    let schedule = Schedule {
        batch: if params.batch == 0 { lesson.n_rows() } else { params.batch as usize },
        epochs: params.epochs,
        validate_every: params.validate_every,
        patience: params.patience,
        learning_rate: LearningRate::Staircase {
            initial: params.learning_rate,
            decay: params.learning_rate_decay,
            every: params.learning_rate_epochs,
        },
        seed: params.seed,
    };
    let mut optimiser = {
        let parameters: Vec<_> = lesson.parameters().into_iter().map(|(_, parameter)| parameter).collect();
        params.optimiser.build(&parameters)
    };
    let validation = Validation::new(split, "rmse".parse().expect("a metric"));
    let Trained { training, curve } = train(&mut lesson, &mut *optimiser, &schedule, &validation, monitor)?;
    lesson.encode();
    Ok(Fitted { model: lesson.model, training, curve })
}

impl<'a> Lesson<'a> {
    /// An untrained model.
    pub(super) fn new(params: &AutoRecParams, train: &'a Interactions) -> Self {
        let by_item = train.transposed();
        let known = |rows: &Interactions| (0..rows.n_users()).map(|row| !rows.items_of(row).is_empty()).collect();
        let (known_users, known_items) = (known(train), known(&by_item));
        let ratings = match params.based_on {
            BasedOn::Items => Cow::Owned(by_item),
            BasedOn::Users => Cow::Borrowed(train),
        };
        let model = AutoRec {
            based_on: params.based_on,
            network: Network::new(params, ratings.n_items(), train.ratings()),
            codes: Array2::zeros((0, params.hidden[params.hidden.len() - 1] as usize)),
            cold_rating: params.cold_rating as f32,
            known_users,
            known_items,
        };
        Self { model, ratings, lambda: params.regularisation }
    }

    /// Brings the items' codes up to date with the weights.
    fn encode(&mut self) {
        if self.model.based_on == BasedOn::Items {
            let all: Vec<u32> = (0..self.ratings.n_users() as u32).collect();
            self.model.codes = self.model.network.codes(SparseRows::of_ratings(&self.ratings, &all));
        }
    }
}

impl Learner<f32> for Lesson<'_> {
    fn n_rows(&self) -> usize {
        self.ratings.n_users()
    }

    fn parameters(&mut self) -> Vec<(String, &mut Parameter<f32>)> {
        self.model.network.parameters_mut()
    }

    fn gradients(&mut self, batch: &Batch<'_>, _pass: u32) -> Loss {
        let share = batch.rows.len() as f64 / self.n_rows() as f64;
        let ratings = SparseRows::of_ratings(&self.ratings, batch.rows);
        self.model.network.penalise((self.lambda * share) as f32);
        Loss { sum: self.model.network.gradients(&ratings), count: ratings.n_entries() as f64 }
    }

    fn validate(&mut self, validation: &Validation<'_>, monitor: &dyn Monitor) -> Result<Option<f64>, EvaluationError> {
        self.encode();
        validation.measure(&self.model, monitor)
    }
}
