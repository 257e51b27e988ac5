//! The training loop of every network.

use ndarray::Array2;
use rand::seq::SliceRandom;

use super::checkpoint::Checkpoints;
use super::{Batch, CurvePoint, Learner, LearningCurve, LearningRate, Loss, Optimiser, Validation};
use crate::rec::linalg::Real;
use crate::rec::model::{Element, FitError, Training};
use crate::rec::{Monitor, stream};

/// How long a training goes on, and in which steps.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    /// Rows of a mini-batch; the last of an epoch may have fewer.
    pub batch: usize,
    /// Passes over all rows, at most. Nothing else may depend on it: raising it goes on with the same training.
    pub epochs: u32,
    /// Epochs from one validation to the next.
    pub validate_every: u32,
    /// Ends after so many epochs without a better validation.
    pub patience: u32,
    /// The learning rate of each epoch.
    pub learning_rate: LearningRate,
    /// Seed of the order of rows.
    pub seed: u64,
}

/// How a training went.
#[derive(Debug, Clone, PartialEq)]
pub struct Trained {
    /// The epochs.
    pub training: Training,
    /// Loss and validation of each.
    pub curve: LearningCurve,
}

/// A training between two epochs: all that its end depends on, beside the learner's data.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct State<F> {
    /// Loss and validation of the epochs that are done.
    pub(super) points: Vec<CurvePoint>,
    /// Mini-batches that are done.
    pub(super) batches: u64,
    /// The best epoch so far with its parameters.
    pub(super) best: Option<(u32, Vec<Array2<F>>)>,
}

impl<F> State<F> {
    /// Epochs that are done.
    pub(super) fn epochs(&self) -> u32 {
        self.points.len() as u32
    }

    /// The best validation so far.
    fn best_value(&self) -> Option<f64> {
        let (epoch, _) = self.best.as_ref()?;
        self.points[*epoch as usize - 1].validation
    }
}

/// Trains until the schedule ends it or validation stops getting better; the learner is left with the best parameters.
///
/// Each epoch goes through all rows in an order of its own, drawn from the seed. Where the monitor offers a folder for
/// checkpoints, the training goes on from the last one there, with the bytes that it would have had without the
/// interruption.
///
/// # Errors
///
/// If the monitor asks for an end, or the loss is no longer a number.
pub fn train<F: Real + Element>(
    learner: &mut dyn Learner<F>,
    optimiser: &mut dyn Optimiser<F>,
    schedule: &Schedule,
    validation: &Validation<'_>,
    monitor: &dyn Monitor,
) -> Result<Trained, FitError> {
    let mut checkpoints = Checkpoints::of(monitor);
    let mut state = checkpoints.restore(schedule.epochs, learner, optimiser).unwrap_or(State {
        points: Vec::new(),
        batches: 0,
        best: None,
    });
    while state.epochs() < schedule.epochs && !is_over(&state, schedule) {
        let epoch = state.epochs() + 1;
        let loss = run_epoch(learner, optimiser, schedule, &mut state, validation, monitor)?;
        let validated =
            if epoch.is_multiple_of(schedule.validate_every) { learner.validate(validation, monitor)? } else { None };
        state.points.push(CurvePoint { loss: Some(loss.sum / loss.count), validation: validated });
        if let Some(value) = validated
            && state.best_value().is_none_or(|best| validation.is_better(value, best))
        {
            let values = learner.parameters().into_iter().map(|(_, parameter)| parameter.value.clone()).collect();
            state.best = Some((epoch, values));
        }
        checkpoints.save_if_due(&state, learner, optimiser);
    }
    checkpoints.save(&state, learner, optimiser);
    let best_epoch = state.best.as_ref().map(|(epoch, _)| *epoch);
    if let Some((_, values)) = state.best.take() {
        for ((_, parameter), value) in learner.parameters().into_iter().zip(values) {
            parameter.value = value;
        }
    }
    let curve = LearningCurve { metric: validation.metric().to_string(), points: state.points };
    Ok(Trained { training: Training { epochs: Some(curve.points.len() as u32), best_epoch }, curve })
}

/// Whether validation has stopped getting better.
fn is_over<F>(state: &State<F>, schedule: &Schedule) -> bool {
    state.best.as_ref().is_some_and(|(best, _)| state.epochs() - best >= schedule.patience)
}

/// Every row once; gives the loss of the first passes.
fn run_epoch<F: Real>(
    learner: &mut dyn Learner<F>,
    optimiser: &mut dyn Optimiser<F>,
    schedule: &Schedule,
    state: &mut State<F>,
    validation: &Validation<'_>,
    monitor: &dyn Monitor,
) -> Result<Loss, FitError> {
    let epoch = state.epochs() + 1;
    let learning_rate = schedule.learning_rate.at(epoch);
    let mut rows: Vec<u32> = (0..learner.n_rows() as u32).collect();
    rows.shuffle(&mut stream(schedule.seed, "epoch-order", &[u64::from(epoch)]));
    learner.arrange(&mut rows, schedule.batch, epoch);
    let n_batches = rows.len().div_ceil(schedule.batch) as u64;
    let standing = standing(state, validation);
    let mut total = Loss::default();
    for (index, rows) in rows.chunks(schedule.batch).enumerate() {
        monitor.check()?;
        let batch = Batch { rows, epoch, number: state.batches };
        for pass in 0..learner.passes() {
            learner.parameters().into_iter().for_each(|(_, parameter)| parameter.clear_gradient());
            let loss = learner.gradients(&batch, pass);
            if !loss.sum.is_finite() {
                return Err(diverged(loss.sum, epoch, index + 1, learning_rate));
            }
            if pass == 0 {
                total.sum += loss.sum;
                total.count += loss.count;
            }
            let mut parameters: Vec<_> = learner.parameters().into_iter().map(|(_, parameter)| parameter).collect();
            optimiser.step(&mut parameters, learning_rate);
        }
        state.batches += 1;
        let done = u64::from(epoch - 1) * n_batches + index as u64 + 1;
        let detail = format!("epoch {epoch} · loss {:.4}{standing}", total.sum / total.count);
        monitor.progress(done, u64::from(schedule.epochs) * n_batches, &detail);
    }
    Ok(total)
}

/// The last validation and the best, as progress tells them.
fn standing<F>(state: &State<F>, validation: &Validation<'_>) -> String {
    let last = state.points.iter().rev().find_map(|point| point.validation);
    match (last, state.best_value(), &state.best) {
        (Some(last), Some(best), Some((epoch, _))) => {
            let title = validation.metric().title();
            format!(" · validation {title} {last:.4}, best {best:.4} in epoch {epoch}")
        }
        _ => String::new(),
    }
}

fn diverged(loss: f64, epoch: u32, batch: usize, learning_rate: f64) -> FitError {
    FitError::Numerical {
        message: format!("the loss became `{loss}` in epoch {epoch}, batch {batch}"),
        help: format!("the training diverged: lower `learning-rate` (it was {learning_rate} in this epoch)"),
    }
}

#[cfg(test)]
mod tests;
