//! Biased matrix factorisation on made-up ratings.

use ndarray::Array2;
use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};
use rayon::ThreadPoolBuilder;

use super::{BiasedMf, BiasedMfParams};
use crate::rec::data::{Holdout, Interactions, Split};
use crate::rec::eval::{EvaluationOptions, evaluate};
use crate::rec::model::testing::{scores_in_blocks, scores_of, split_from};
use crate::rec::model::{Fit, FitError, Recommender, UserBlock};
use crate::rec::{Silent, stream};

const N_USERS: usize = 120;
const N_ITEMS: usize = 60;

/// Ratings of biases and two tastes with a little noise: two thirds for training, the rest halved.
fn low_rank() -> Split {
    let mut random = stream(3, "low-rank", &[]);
    let mut normal = |shape: (usize, usize)| -> Array2<f64> {
        Array2::from_shape_simple_fn(shape, || StandardNormal.sample(&mut random))
    };
    let (users, items) = (normal((N_USERS, 3)), normal((N_ITEMS, 3)));
    let noise = normal((N_USERS, N_ITEMS));
    let rating = |user: usize, item: usize| {
        let taste = users[[user, 1]] * items[[item, 1]] + users[[user, 2]] * items[[item, 2]];
        (3.0 + 0.3 * users[[user, 0]] + 0.3 * items[[item, 0]] + 0.6 * taste + 0.1 * noise[[user, item]]) as f32
    };
    let mut draw = stream(3, "low-rank-parts", &[]);
    let part_of = Array2::from_shape_simple_fn((N_USERS, N_ITEMS), || draw.random_range(0..6_u8));
    let part = |range: std::ops::Range<u8>| {
        let (mut offsets, mut entries, mut ratings) = (vec![0], Vec::new(), Vec::new());
        for user in 0..N_USERS {
            for item in (0..N_ITEMS).filter(|&item| range.contains(&part_of[[user, item]])) {
                entries.push(item as u32);
                ratings.push(rating(user, item));
            }
            offsets.push(entries.len());
        }
        let n = entries.len();
        Interactions::from_parts(N_ITEMS, offsets, entries, ratings, vec![0; n])
    };
    let train = part(0..4);
    let holdout = |targets| Holdout { users: (0..N_USERS as u32).collect(), history: train.clone(), targets };
    let (validation, test) = (holdout(part(4..5)), holdout(part(5..6)));
    let mut split = Split { validation, test, ..split_from(train.clone()) };
    split.about.rating_range = (-10.0, 10.0);
    split
}

fn params() -> BiasedMfParams {
    BiasedMfParams { factors: 4, regularisation: 0.02, bias_regularisation: 0.02, ..BiasedMfParams::default() }
}

fn fit(params: &BiasedMfParams, split: &Split) -> BiasedMf {
    params.fit(split, &Silent).unwrap().model
}

fn test_rmse(model: &BiasedMf, split: &Split) -> f64 {
    let metrics = ["rmse".parse().unwrap()];
    let evaluation =
        evaluate(model, &split.test, &split.train, &metrics, &EvaluationOptions::default(), &Silent).unwrap();
    evaluation.values[0].value.unwrap()
}

#[test]
fn tastes_are_learned_beyond_the_biases() {
    let split = low_rank();
    let factored = test_rmse(&fit(&params(), &split), &split);
    // So strong a penalty leaves the vectors no room; the biases are then small as well, but there.
    let mut biases_only = fit(&params(), &split);
    biases_only.user_factors.fill(0.0);
    let biased = test_rmse(&biases_only, &split);
    assert!(factored < 0.25, "{factored}");
    assert!(biased > 2.0 * factored, "{biased} against {factored}");
}

#[test]
fn the_best_epoch_is_kept() {
    let split = low_rank();
    // Hardly any regularisation and far too many factors: it overfits soon.
    let greedy = BiasedMfParams { factors: 30, regularisation: 1e-4, epochs: 40, patience: 4, ..params() };
    let fitted = greedy.fit(&split, &Silent).unwrap();
    let (epochs, best) = (fitted.training.epochs.unwrap(), fitted.training.best_epoch.unwrap());
    assert!(epochs < 40 && epochs == best + 4, "{:?}", fitted.training);
    let again = fit(&BiasedMfParams { epochs: best, ..greedy }, &split);
    assert_eq!(again.weights(), fitted.model.weights());
}

#[test]
fn without_validation_all_epochs_are_run() {
    let train = low_rank().train;
    let fitted = BiasedMfParams { epochs: 3, ..params() }.fit(&split_from(train), &Silent).unwrap();
    assert_eq!((fitted.training.epochs, fitted.training.best_epoch), (Some(3), None));
}

#[test]
fn users_unseen_in_training_are_solved_for() {
    let split = low_rank();
    let model = fit(&params(), &split);
    let known = scores_of(&model, &split.train);
    let unseen = vec![None; N_USERS];
    let mut scores = Array2::from_elem(known.dim(), f32::NAN);
    model.rating().unwrap().score_into(&UserBlock::new(&split.train, &unseen, 0, N_USERS), scores.view_mut());
    // After the last half step for items the users' own vectors are a little behind; the predictions hardly are.
    let mean_difference = (&known - &scores).mapv(f32::abs).mean().unwrap();
    assert!(mean_difference < 0.05, "{mean_difference}");
    assert!(scores != known);
}

#[test]
fn threads_blocks_and_storage_change_nothing() {
    let split = low_rank();
    let with_threads = |threads| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| fit(&params(), &split))
    };
    let model = with_threads(1);
    assert_eq!(model.weights(), with_threads(2).weights());
    assert_eq!(model.weights(), with_threads(3).weights());
    let scores = scores_of(&model, &split.train);
    assert_eq!(scores, scores_in_blocks(&model, &split.train, 37));
    assert_eq!(scores, scores_of(&params().restore(&model.weights()).unwrap(), &split.train));
    assert!(BiasedMfParams { factors: 5, ..params() }.restore(&model.weights()).is_err());
}

#[test]
fn users_and_items_without_ratings_get_what_is_usual() {
    let train = Interactions::from_parts(3, vec![0, 2, 3, 3], vec![0, 1, 0], vec![5.0, 1.0, 4.0], vec![0; 3]);
    let model = fit(&params(), &split_from(train.clone()));
    let scores = scores_of(&model, &train);
    assert!((scores[[2, 2]] - 10.0 / 3.0).abs() < 1e-6);
    assert_eq!(scores[[0, 2]], model.mean + model.user_biases[0]);
}

#[test]
fn data_without_ratings_is_refused() {
    let train = Interactions::from_parts(2, vec![0, 2], vec![0, 1], vec![1.0, 1.0], vec![0; 2]);
    for train in [train, Interactions::empty(2, 2)] {
        assert!(matches!(params().fit(&split_from(train), &Silent), Err(FitError::Data { .. })));
    }
}
