//! Biased matrix factorisation on made-up ratings.

use ndarray::Array2;
use rayon::ThreadPoolBuilder;

use super::{BiasedMf, BiasedMfParams};
use crate::rec::Silent;
use crate::rec::data::{Interactions, Split};
use crate::rec::model::testing::{low_rank, scores_in_blocks, scores_of, split_from, test_rmse};
use crate::rec::model::{Fit, FitError, Recommender, UserBlock};

fn params() -> BiasedMfParams {
    BiasedMfParams { factors: 4, regularisation: 0.02, bias_regularisation: 0.02, ..BiasedMfParams::default() }
}

fn fit(params: &BiasedMfParams, split: &Split) -> BiasedMf {
    params.fit(split, &Silent).unwrap().model
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
    let unseen = vec![None; split.train.n_users()];
    let mut scores = Array2::from_elem(known.dim(), f32::NAN);
    model.rating().unwrap().score_into(&UserBlock::new(&split.train, &unseen, 0, unseen.len()), scores.view_mut());
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
