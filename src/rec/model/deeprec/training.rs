//! Fitting: mini-batches of users, each fed once and its output again.

use ndarray::Array2;

use super::network::Network;
use super::{DeepRec, DeepRecParams};
use crate::rec::Monitor;
use crate::rec::data::{Interactions, Split};
use crate::rec::eval::EvaluationError;
use crate::rec::model::{FitError, Fitted};
use crate::rec::nn::optimiser::Sgd;
use crate::rec::nn::{
    Batch, Dropout, Learner, LearningRate, Loss, Parameter, Schedule, SparseRows, Trained, Validation, train,
};

/// A model with the ratings that it learns from.
pub(super) struct Lesson<'a> {
    pub(super) model: DeepRec,
    params: &'a DeepRecParams,
    ratings: &'a Interactions,
    /// The output of the pass before, from before its update. Shape: `[n_rows, n_items]`.
    pub(super) output: Option<Array2<f32>>,
}

/// Fits the model on checked parameters and data.
pub(super) fn fit(params: &DeepRecParams, split: &Split, monitor: &dyn Monitor) -> Result<Fitted<DeepRec>, FitError> {
    let mut lesson = Lesson::new(params, &split.train);
    let schedule = Schedule {
        batch: params.batch as usize,
        epochs: params.epochs,
        validate_every: params.validate_every,
        patience: params.patience,
        learning_rate: LearningRate::Milestones {
            initial: params.learning_rate,
            decay: params.learning_rate_decay,
            after: params.learning_rate_milestones.clone(),
        },
        seed: params.seed,
    };
    let mut optimiser = {
        let parameters: Vec<_> = lesson.parameters().into_iter().map(|(_, parameter)| parameter).collect();
        Sgd::new(&parameters, params.momentum)
    };
    let validation = Validation::new(split, "rmse".parse().expect("a metric"));
    let Trained { training, curve } = train(&mut lesson, &mut optimiser, &schedule, &validation, monitor)?;
    lesson.model.network.tie();
    Ok(Fitted { model: lesson.model, training, curve })
}

impl<'a> Lesson<'a> {
    /// An untrained model.
    pub(super) fn new(params: &'a DeepRecParams, ratings: &'a Interactions) -> Self {
        let mut known_items = vec![false; ratings.n_items()];
        ratings.items().iter().for_each(|&item| known_items[item as usize] = true);
        let model = DeepRec {
            network: Network::new(params, ratings.n_items()),
            cold_rating: params.cold_rating as f32,
            known_items,
        };
        Self { model, params, ratings, output: None }
    }

    /// What the code is multiplied by in this pass.
    fn mask(&self, batch: &Batch<'_>, pass: u32) -> Option<Array2<f32>> {
        let purpose = if pass == 0 { "deeprec-dropout" } else { "deeprec-refed-dropout" };
        let width = self.model.network.code_width();
        self.draw(self.params.dropout, purpose, batch, pass, width)
    }

    fn draw(
        &self,
        probability: f64,
        purpose: &'static str,
        batch: &Batch<'_>,
        pass: u32,
        width: usize,
    ) -> Option<Array2<f32>> {
        let dropout = Dropout { probability, seed: self.params.seed, purpose };
        // A number for each re-fed pass of each epoch.
        let time = if pass == 0 { batch.epoch } else { (batch.epoch - 1) * self.params.refeeding + pass };
        (probability > 0.0).then(|| dropout.mask(batch.rows, time, width))
    }
}

impl Learner<f32> for Lesson<'_> {
    fn n_rows(&self) -> usize {
        self.ratings.n_users()
    }

    fn parameters(&mut self) -> Vec<(String, &mut Parameter<f32>)> {
        self.model.network.parameters_mut()
    }

    fn passes(&self) -> u32 {
        1 + self.params.refeeding
    }

    fn gradients(&mut self, batch: &Batch<'_>, pass: u32) -> Loss {
        self.model.network.tie();
        let mask = self.mask(batch, pass);
        let is_fed_again = pass < self.params.refeeding;
        if pass == 0 {
            let ratings = SparseRows::of_ratings(self.ratings, batch.rows);
            let (loss, output) = self.model.network.first_pass(&ratings, mask.as_ref(), is_fed_again);
            self.output = output;
            return loss;
        }
        let target = self.output.take().expect("the pass before has kept its output");
        let noise = self.draw(self.params.noise_probability, "deeprec-noise", batch, pass, self.ratings.n_items());
        let noisy = noise.map(|noise| noise * &target);
        let input = noisy.as_ref().unwrap_or(&target);
        let (loss, output) = self.model.network.refed_pass(input, &target, mask.as_ref());
        self.output = is_fed_again.then_some(output);
        loss
    }

    fn validate(&mut self, validation: &Validation<'_>, monitor: &dyn Monitor) -> Result<Option<f64>, EvaluationError> {
        self.model.network.tie();
        validation.measure(&self.model, monitor)
    }
}
