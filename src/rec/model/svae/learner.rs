//! SVAE's training data, in mini-batches.

use ndarray::Array2;
use rand::seq::SliceRandom;

use super::network::{Network, Task};
use super::{Svae, SvaeParams};
use crate::rec::data::Interactions;
use crate::rec::eval::EvaluationError;
use crate::rec::nn::{Batch, Learner, Logits, Loss, Parameter, Validation, standard_normal};
use crate::rec::{Monitor, stream};

/// Mini-batches among which sequences are sorted by length, so that those of a mini-batch are about as long.
const BATCHES_PER_POOL: usize = 16;

/// The histories of the training users, and the model that learns from them.
pub(super) struct Sequences<'a> {
    params: SvaeParams,
    pub(super) network: Network<f32>,
    /// The latest events of each user who has two or more.
    histories: Vec<&'a [u32]>,
    n_items: usize,
    logits: Logits<f32>,
}

impl<'a> Sequences<'a> {
    pub(super) fn new(params: &SvaeParams, train: &'a Interactions) -> Self {
        let max_length = params.max_length as usize;
        let latest = |user| {
            let items = train.items_of(user);
            &items[items.len().saturating_sub(max_length)..]
        };
        let mut network = Network::new(params, train.n_items());
        for (_, parameter) in network.parameters_mut() {
            parameter.l2 = params.weight_decay as f32;
        }
        Self {
            // Epochs are chosen by the honest evaluation, whatever the scores are wanted for.
            params: SvaeParams { upstream_evaluation: false, ..params.clone() },
            network,
            histories: (0..train.n_users()).map(latest).filter(|history| history.len() > 1).collect(),
            n_items: train.n_items(),
            logits: Logits::default(),
        }
    }

    pub(super) fn parameter_list(&mut self) -> Vec<&mut Parameter<f32>> {
        self.parameters().into_iter().map(|(_, parameter)| parameter).collect()
    }

    /// β after so many sequences.
    fn beta(&self, sequences: u64) -> f64 {
        let SvaeParams { beta_cap, anneal_sequences, .. } = self.params;
        if anneal_sequences == 0.0 { beta_cap } else { beta_cap.min(sequences as f64 / anneal_sequences) }
    }
}

impl Learner<f32> for Sequences<'_> {
    fn n_rows(&self) -> usize {
        self.histories.len()
    }

    fn parameters(&mut self) -> Vec<(String, &mut Parameter<f32>)> {
        self.network.parameters_mut()
    }

    fn arrange(&self, rows: &mut [u32], batch: usize, epoch: u32) {
        for pool in rows.chunks_mut(batch * BATCHES_PER_POOL) {
            pool.sort_by_key(|&row| std::cmp::Reverse(self.histories[row as usize].len()));
        }
        let whole = rows.len() / batch;
        let mut order: Vec<usize> = (0..whole).collect();
        order.shuffle(&mut stream(self.params.seed, "svae-batches", &[u64::from(epoch)]));
        let sorted = rows.to_vec();
        for (to, from) in rows.chunks_exact_mut(batch).zip(order) {
            to.copy_from_slice(&sorted[from * batch..(from + 1) * batch]);
        }
    }

    fn gradients(&mut self, batch: &Batch<'_>, _pass: u32) -> Loss {
        let params = &self.params;
        let histories: Vec<&[u32]> = batch.rows.iter().map(|&row| self.histories[row as usize]).collect();
        let latent = params.latent as usize;
        let noise: Vec<Array2<f32>> = batch
            .rows
            .iter()
            .zip(&histories)
            .map(|(&row, history)| {
                let n_steps = history.len() - 1;
                let noise = standard_normal(params.seed, "svae-noise", &[row], batch.epoch, n_steps * latent);
                noise.into_shape_with_order((n_steps, latent)).expect("one row, cut into steps")
            })
            .collect();
        let beta = self.beta(batch.number * u64::from(params.batch));
        let mut task = Task::new(params, self.n_items, &histories, beta, &noise);
        if let Some(n_sampled) = params.sampled_items {
            let mut random = stream(params.seed, "svae-items", &[batch.number]);
            task.sample(n_sampled as usize, &mut random);
        }
        let truncation = Some(params.truncation as usize).filter(|&steps| steps > 0);
        let sum = self.network.gradients(&task, truncation, &mut self.logits);
        Loss { sum, count: histories.len() as f64 }
    }

    fn validate(&mut self, validation: &Validation<'_>, monitor: &dyn Monitor) -> Result<Option<f64>, EvaluationError> {
        validation.measure(&Svae::new(self.params.clone(), self.network.clone()), monitor)
    }
}
