//! Alternating least squares: users given items, items given users.

use ndarray::{ArcArray1, ArcArray2, Array2, ArrayView1, Axis, s};
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

use super::BiasedMfParams;
use crate::rec::data::{Holdout, Interactions, Split};
use crate::rec::linalg::solve_positive_definite;
use crate::rec::metric::{RatingErrors, rmse};
use crate::rec::model::{FitError, Training};
use crate::rec::nn::{CurvePoint, LearningCurve};
use crate::rec::{Monitor, stream};

/// Rows that are one task.
const ROWS_PER_TASK: usize = 16;

/// The model while it is fitted; column 0 is the bias.
#[derive(Debug, Clone)]
pub(super) struct Factors {
    /// The mean of the training ratings.
    pub(super) mean: f64,
    /// Shape: `[n_users, 1 + factors]`.
    pub(super) users: Array2<f64>,
    /// Shape: `[n_items, 1 + factors]`.
    pub(super) items: Array2<f64>,
}

/// Fits until the validation RMSE stops falling; gives the best epoch's factors.
pub(super) fn fit(
    params: &BiasedMfParams,
    split: &Split,
    monitor: &dyn Monitor,
) -> Result<(Factors, Training, LearningCurve), FitError> {
    let train = &split.train;
    let by_item = train.transposed();
    let width = params.factors as usize + 1;
    let mut factors = Factors {
        mean: train.ratings().iter().map(|&rating| f64::from(rating)).sum::<f64>() / train.n_entries() as f64,
        users: Array2::zeros((train.n_users(), width)),
        items: first_items(params, train.n_items()),
    };
    let mut best: Option<(f64, u32, Factors)> = None;
    let mut epochs = 0;
    let mut curve = LearningCurve { metric: "rmse".to_owned(), points: Vec::new() };
    for epoch in 1..=params.epochs {
        monitor.check()?;
        factors.users = solve_rows(params, factors.mean, &factors.items, train);
        factors.items = solve_rows(params, factors.mean, &factors.users, &by_item);
        epochs = epoch;
        let validation = validation_rmse(params, &factors, split);
        curve.points.push(CurvePoint { loss: None, validation });
        let Some(error) = validation else {
            monitor.progress(u64::from(epoch), u64::from(params.epochs), "");
            continue;
        };
        monitor.progress(u64::from(epoch), u64::from(params.epochs), &format!("validation RMSE {error:.4}"));
        match &best {
            Some((lowest, best_epoch, _)) if error >= *lowest => {
                if epoch - best_epoch >= params.patience {
                    break;
                }
            }
            _ => best = Some((error, epoch, factors.clone())),
        }
    }
    Ok(match best {
        Some((_, epoch, factors)) => (factors, Training { epochs: Some(epochs), best_epoch: Some(epoch) }, curve),
        None => (factors, Training { epochs: Some(epochs), best_epoch: None }, curve),
    })
}

/// No biases, and small random vectors, each from a stream of its own.
fn first_items(params: &BiasedMfParams, n_items: usize) -> Array2<f64> {
    let scale = 0.1 / f64::from(params.factors).sqrt();
    let mut items = Array2::zeros((n_items, params.factors as usize + 1));
    for (item, mut row) in items.rows_mut().into_iter().enumerate() {
        let mut random = stream(params.seed, "biased-mf-items", &[item as u64]);
        row.iter_mut().skip(1).for_each(|value| {
            let normal: f64 = StandardNormal.sample(&mut random);
            *value = scale * normal;
        });
    }
    items
}

/// Solves for all rows of `ratings` given the factors of its columns. Shapes: `columns` `[n_columns, 1 + factors]`, the
/// result `[n_rows, 1 + factors]`.
fn solve_rows(params: &BiasedMfParams, mean: f64, columns: &Array2<f64>, ratings: &Interactions) -> Array2<f64> {
    let mut rows = Array2::zeros((ratings.n_users(), columns.ncols()));
    rows.axis_chunks_iter_mut(Axis(0), ROWS_PER_TASK).into_par_iter().enumerate().for_each_init(
        || Scratch::new(params.factors as usize),
        |scratch, (task, mut chunk)| {
            for (row, mut solution) in (task * ROWS_PER_TASK..).zip(chunk.rows_mut()) {
                let (others, values) = (ratings.items_of(row), ratings.ratings_of(row));
                let solved = solve_row(params, mean, columns, others, values, scratch);
                solution.assign(&ArrayView1::from(solved));
            }
        },
    );
    rows
}

/// What one thread needs to solve a row.
pub(super) struct Scratch {
    /// The regressors `(1, q_i)` of the row's ratings, one after the other.
    regressors: Vec<f64>,
    ridge: Vec<f64>,
    solution: Vec<f64>,
    /// Shape: `[1 + factors, 1 + factors]`.
    system: Array2<f64>,
}

impl Scratch {
    pub(super) fn new(factors: usize) -> Self {
        let width = factors + 1;
        Self {
            regressors: Vec::new(),
            ridge: vec![0.0; width],
            solution: vec![0.0; width],
            system: Array2::zeros((width, width)),
        }
    }
}

/// Bias and vector of one user (item) given those of the items (users) rated: a ridge regression of what the mean and the
/// others' biases leave. All zero without a rating. Shapes: `columns` `[n_columns, 1 + factors]`, the result `[1 + factors]`.
pub(super) fn solve_row<'a>(
    params: &BiasedMfParams,
    mean: f64,
    columns: &Array2<f64>,
    others: &[u32],
    ratings: &[f32],
    scratch: &'a mut Scratch,
) -> &'a [f64] {
    scratch.solution.fill(0.0);
    if others.is_empty() {
        return &scratch.solution;
    }
    scratch.regressors.clear();
    for (&other, &rating) in others.iter().zip(ratings) {
        let column = columns.row(other as usize);
        let start = scratch.regressors.len();
        scratch.regressors.push(1.0);
        scratch.regressors.extend(column.iter().skip(1));
        let residual = f64::from(rating) - mean - column[0];
        let regressors = &scratch.regressors[start..];
        scratch.solution.iter_mut().zip(regressors).for_each(|(sum, value)| *sum += value * residual);
    }
    scratch.ridge.fill(params.regularisation * others.len() as f64);
    scratch.ridge[0] = params.bias_regularisation * others.len() as f64;
    solve_positive_definite(&scratch.regressors, &scratch.ridge, &mut scratch.solution, scratch.system.view_mut())
        .expect("a positive ridge makes the system positive definite");
    &scratch.solution
}

/// Biases and vectors side by side, in double precision.
pub(super) fn with_biases(biases: &ArcArray1<f32>, vectors: &ArcArray2<f32>) -> Array2<f64> {
    let mut both = Array2::zeros((vectors.nrows(), vectors.ncols() + 1));
    both.column_mut(0).zip_mut_with(biases, |to, &from| *to = f64::from(from));
    both.slice_mut(s![.., 1..]).zip_mut_with(vectors, |to, &from| *to = f64::from(from));
    both
}

/// RMSE on the validation part, predictions cut to the range of the ratings; `None` if nothing was held out.
fn validation_rmse(params: &BiasedMfParams, factors: &Factors, split: &Split) -> Option<f64> {
    let Holdout { users, history, targets } = &split.validation;
    let (lowest, highest) = match split.about.rating_range {
        (lowest, highest) if lowest < highest => (lowest, highest),
        // A split whose range is not known.
        _ => (f32::NEG_INFINITY, f32::INFINITY),
    };
    let mut errors = vec![RatingErrors::default(); users.len()];
    errors.par_chunks_mut(ROWS_PER_TASK).enumerate().for_each_init(
        || Scratch::new(params.factors as usize),
        |scratch, (task, errors)| {
            for (row, errors) in (task * ROWS_PER_TASK..).zip(errors) {
                let user = users[row] as usize;
                let solved;
                let vector = if user < factors.users.nrows() {
                    factors.users.row(user)
                } else {
                    let (items, ratings) = (history.items_of(row), history.ratings_of(row));
                    solved = solve_row(params, factors.mean, &factors.items, items, ratings, scratch);
                    ArrayView1::from(solved)
                };
                for (&item, &rating) in targets.items_of(row).iter().zip(targets.ratings_of(row)) {
                    let item = factors.items.row(item as usize);
                    let taste: f64 = vector.iter().zip(item).skip(1).map(|(p, q)| p * q).sum();
                    let predicted = factors.mean + vector[0] + item[0] + taste;
                    errors.add(predicted.clamp(f64::from(lowest), f64::from(highest)), f64::from(rating));
                }
            }
        },
    );
    let mut pooled = RatingErrors::default();
    for errors in &errors {
        pooled.merge(errors);
    }
    (pooled.count > 0).then(|| rmse(&pooled))
}
