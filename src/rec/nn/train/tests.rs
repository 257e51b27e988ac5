//! The training loop on a network of one number a row.

use std::cell::Cell;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use ndarray::{Array2, array};

use super::{Schedule, Trained, train};
use crate::rec::data::Split;
use crate::rec::eval::EvaluationError;
use crate::rec::model::FitError;
use crate::rec::model::testing::split_of;
use crate::rec::nn::{Batch, Learner, LearningRate, Loss, Optimiser, Parameter, Validation};
use crate::rec::{Monitor, Silent, Spent};

/// Learns one number for each row; validation falls to a minimum at a given epoch.
struct Rows {
    numbers: Parameter<f64>,
    validations: Cell<u32>,
    best_epoch: u32,
    breaks_in: Option<(u32, u64)>,
}

impl Rows {
    fn new(best_epoch: u32) -> Self {
        let numbers = Parameter::new(Array2::from_elem((7, 1), 3.0));
        Self { numbers, validations: Cell::new(0), best_epoch, breaks_in: None }
    }
}

impl Learner<f64> for Rows {
    fn n_rows(&self) -> usize {
        7
    }

    fn parameters(&mut self) -> Vec<(String, &mut Parameter<f64>)> {
        vec![("numbers".to_owned(), &mut self.numbers)]
    }

    fn gradients(&mut self, batch: &Batch<'_>, _pass: u32) -> Loss {
        let mut rows = batch.rows.to_vec();
        rows.sort_unstable();
        let gradient = self.numbers.gradient_rows(&rows);
        let mut loss = Loss::default();
        for &row in batch.rows {
            // Depends on the order of rows through the number of the batch.
            gradient[[row as usize, 0]] += f64::from(row) + batch.number as f64;
            loss.sum += f64::from(batch.epoch);
            loss.count += 1.0;
        }
        if self.breaks_in == Some((batch.epoch, batch.number)) {
            loss.sum = f64::NAN;
        }
        loss
    }

    fn validate(&mut self, _: &Validation<'_>, _: &dyn Monitor) -> Result<Option<f64>, EvaluationError> {
        // The epochs can be told from the parameters alone, also after a restart.
        self.validations.set(self.validations.get() + 1);
        let travelled = 3.0 - self.numbers.value[[0, 0]];
        let epoch = (1..100).find(|&epoch| travelled < travelled_after(epoch) + 1e-9).unwrap_or(100);
        Ok(Some((f64::from(epoch) - f64::from(self.best_epoch)).abs()))
    }
}

/// A lower bound of how far row 0 has gone after so many epochs; found by running them.
fn travelled_after(epochs: u32) -> f64 {
    let mut rows = Rows::new(1);
    let mut optimiser = Momentum(array![[0.0]]);
    let mut number = 0;
    for epoch in 1..=epochs {
        let mut order: Vec<u32> = (0..7).collect();
        rand::seq::SliceRandom::shuffle(
            order.as_mut_slice(),
            &mut crate::rec::stream(5, "epoch-order", &[u64::from(epoch)]),
        );
        for chunk in order.chunks(3) {
            rows.numbers.clear_gradient();
            rows.gradients(&Batch { rows: chunk, epoch, number }, 0);
            optimiser.step(&mut [&mut rows.numbers], 0.1);
            number += 1;
        }
    }
    3.0 - rows.numbers.value[[0, 0]]
}

/// Moves every number by its gradient, and all of them by a velocity that must survive an interruption.
struct Momentum(Array2<f64>);

impl Optimiser<f64> for Momentum {
    fn step(&mut self, parameters: &mut [&mut Parameter<f64>], learning_rate: f64) {
        let gradient = parameters[0].dense_gradient();
        self.0 = &self.0 * 0.5 + gradient.sum() / 7.0;
        parameters[0].value.scaled_add(-learning_rate, &(gradient + &self.0));
    }

    fn memory(&mut self) -> Vec<(String, &mut Array2<f64>)> {
        vec![("velocity".to_owned(), &mut self.0)]
    }
}

fn schedule(epochs: u32, patience: u32) -> Schedule {
    let learning_rate = LearningRate::Constant(0.1);
    Schedule { batch: 3, epochs, validate_every: 1, patience, learning_rate, seed: 5 }
}

fn run(rows: &mut Rows, schedule: &Schedule, monitor: &dyn Monitor) -> Result<Trained, FitError> {
    let split = split_of(2, &[&[0], &[1]]);
    let validation = validation(&split);
    train(rows, &mut Momentum(array![[0.0]]), schedule, &validation, monitor)
}

fn validation(split: &Split) -> Validation<'_> {
    Validation::new(split, "rmse".parse().unwrap())
}

/// Keeps checkpoints in a folder, and asks for an end after so many batches.
struct Interrupting<'a> {
    dir: &'a Path,
    batches_left: AtomicU32,
}

impl<'a> Interrupting<'a> {
    fn new(dir: &'a Path, batches: u32) -> Self {
        Self { dir, batches_left: AtomicU32::new(batches) }
    }
}

impl Monitor for Interrupting<'_> {
    fn is_cancelled(&self) -> bool {
        self.batches_left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_err()
    }

    fn checkpoint_dir(&self) -> Option<&Path> {
        Some(self.dir)
    }
}

/// Keeps checkpoints, and is told of what their makers had spent.
struct Spending<'a> {
    dir: &'a Path,
    now: Spent,
    before: Mutex<Option<Spent>>,
}

impl Monitor for Spending<'_> {
    fn checkpoint_dir(&self) -> Option<&Path> {
        Some(self.dir)
    }

    fn spent(&self) -> Spent {
        self.now
    }

    fn goes_on_from(&self, before: Spent) {
        *self.before.lock().unwrap() = Some(before);
    }
}

#[test]
fn a_checkpoint_tells_what_it_cost() {
    let folder = tempfile::tempdir().unwrap();
    let told = |epochs, now| {
        let monitor = Spending { dir: folder.path(), now, before: Mutex::default() };
        run(&mut Rows::new(50), &schedule(epochs, 100), &monitor).unwrap();
        monitor.before.into_inner().unwrap()
    };
    let little = Spent { wall: Duration::from_millis(2500), cpu: None, peak_memory_bytes: None };
    let much =
        Spent { wall: Duration::from_hours(9), cpu: Some(Duration::from_hours(17)), peak_memory_bytes: Some(1 << 40) };
    assert_eq!(told(2, little), None);
    assert_eq!(told(4, much), Some(little));
    assert_eq!(told(5, little), Some(much));
    // For fewer epochs there is nothing to go on from.
    assert_eq!(told(3, little), None);
}

#[test]
fn the_best_epoch_is_kept_and_patience_ends_the_training() {
    let mut rows = Rows::new(4);
    let trained = run(&mut rows, &schedule(20, 3), &Silent).unwrap();
    assert_eq!((trained.training.epochs, trained.training.best_epoch), (Some(7), Some(4)));
    let validations: Vec<_> = trained.curve.points.iter().map(|point| point.validation.unwrap()).collect();
    assert_eq!(validations, [3.0, 2.0, 1.0, 0.0, 1.0, 2.0, 3.0]);
    assert_eq!(trained.curve.points[2].loss, Some(3.0));
    let mut shorter = Rows::new(100);
    run(&mut shorter, &schedule(4, 100), &Silent).unwrap();
    assert_eq!(rows.numbers.value, shorter.numbers.value);
}

#[test]
fn without_a_validation_the_last_epoch_is_kept() {
    let mut rows = Rows::new(2);
    let trained = run(&mut rows, &Schedule { validate_every: 9, ..schedule(4, 1) }, &Silent).unwrap();
    assert_eq!((trained.training.epochs, trained.training.best_epoch), (Some(4), None));
    assert_eq!(rows.validations.get(), 0);
}

#[test]
fn interrupted_anywhere_it_ends_with_the_same_bytes() {
    let mut undisturbed = Rows::new(6);
    let expected = run(&mut undisturbed, &schedule(12, 3), &Silent).unwrap();
    for batches in 3..8 {
        let folder = tempfile::tempdir().unwrap();
        let mut interruptions = 0;
        loop {
            let mut rows = Rows::new(6);
            match run(&mut rows, &schedule(12, 3), &Interrupting::new(folder.path(), batches)) {
                Ok(trained) => {
                    assert_eq!(trained, expected);
                    assert_eq!(rows.numbers.value, undisturbed.numbers.value);
                    break;
                }
                Err(error) => assert!(matches!(error, FitError::Interrupted(_))),
            }
            interruptions += 1;
            assert!(interruptions < 20, "no progress with {batches} batches at a time");
        }
        assert!(interruptions > 0);
    }
}

#[test]
fn more_epochs_go_on_and_fewer_start_over() {
    let folder = tempfile::tempdir().unwrap();
    let endless = || Interrupting::new(folder.path(), u32::MAX);
    let alone = |epochs| {
        let mut rows = Rows::new(50);
        (run(&mut rows, &schedule(epochs, 100), &Silent).unwrap(), rows.numbers.value)
    };
    for (epochs, validations) in [(4, 4), (9, 5), (9, 0), (6, 6), (12, 3)] {
        let mut rows = Rows::new(50);
        let trained = run(&mut rows, &schedule(epochs, 100), &endless()).unwrap();
        assert_eq!((trained, rows.numbers.value), alone(epochs));
        assert_eq!(rows.validations.get(), validations, "epochs that were run to reach {epochs}");
    }
}

#[test]
fn damaged_checkpoints_are_left_aside() {
    let folder = tempfile::tempdir().unwrap();
    run(&mut Rows::new(9), &schedule(5, 100), &Interrupting::new(folder.path(), u32::MAX)).unwrap();
    let file = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    let mut bytes = std::fs::read(&file).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let mut rows = Rows::new(9);
    run(&mut rows, &schedule(5, 100), &Interrupting::new(folder.path(), u32::MAX)).unwrap();
    assert_eq!(rows.validations.get(), 5);
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(files.len(), 1, "the damaged one is replaced");
}

#[test]
fn a_folder_that_cannot_be_written_costs_nothing_but_the_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let mut rows = Rows::new(9);
    let trained = run(&mut rows, &schedule(3, 100), &Interrupting::new(&file.join("dir"), u32::MAX)).unwrap();
    assert_eq!(trained.training.epochs, Some(3));
}

#[test]
fn a_loss_that_is_no_number_ends_the_training_with_its_place() {
    let mut rows = Rows::new(9);
    rows.breaks_in = Some((2, 4));
    let error = run(&mut rows, &schedule(5, 100), &Silent).unwrap_err();
    assert_eq!(error.to_string(), "the loss became `NaN` in epoch 2, batch 2");
    assert!(error.help().unwrap().contains("`learning-rate` (it was 0.1"));
}
