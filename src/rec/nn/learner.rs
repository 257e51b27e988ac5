//! What the training loop needs to know of a network.

use super::{Parameter, Validation};
use crate::rec::Monitor;
use crate::rec::eval::EvaluationError;
use crate::rec::linalg::Real;

/// A network with the data it is trained on.
pub trait Learner<F: Real> {
    /// Number of training rows: users, or items where these are the rows.
    fn n_rows(&self) -> usize;

    /// Every trained array with its name, always in the same order.
    fn parameters(&mut self) -> Vec<(String, &mut Parameter<F>)>;

    /// Puts the shuffled rows of an epoch into the order in which they are cut into mini-batches of `batch`; as they are,
    /// unless the network wants rows of a kind together.
    fn arrange(&self, rows: &mut [u32], batch: usize, epoch: u32) {
        let _ = (rows, batch, epoch);
    }

    /// Updates that each mini-batch gives; more than one where the output is fed again.
    fn passes(&self) -> u32 {
        1
    }

    /// The loss of a mini-batch, whose gradients it adds to the parameters'.
    ///
    /// `pass` counts from 0 to [`Self::passes`]; the parameters have moved since the pass before. The result must depend
    /// on the batch, the pass and the parameters alone: random draws are addressed by epoch and row.
    fn gradients(&mut self, batch: &Batch<'_>, pass: u32) -> Loss;

    /// What `validation` says of the parameters as they are ([`Validation::measure`]); `None` if nothing was held out for it.
    fn validate(&mut self, validation: &Validation<'_>, monitor: &dyn Monitor) -> Result<Option<f64>, EvaluationError>;
}

/// Some rows that give one update.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// Which rows.
    pub rows: &'a [u32],
    /// The epoch, from 1.
    pub epoch: u32,
    /// How many mini-batches came before, in all epochs.
    pub number: u64,
}

/// The loss of a mini-batch as a sum, and over how much.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Loss {
    /// The sum, without penalties on the parameters.
    pub sum: f64,
    /// What it is divided by where it is shown: rows or entries.
    pub count: f64,
}
