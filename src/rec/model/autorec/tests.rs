//! AutoRec's gradients, and AutoRec on made-up ratings.

use ndarray::{Array2, s};
use rayon::ThreadPoolBuilder;

use super::network::Network;
use super::training::Lesson;
use super::{AutoRec, AutoRecParams, BasedOn, OutputActivation};
use crate::rec::Silent;
use crate::rec::data::Interactions;
use crate::rec::model::testing::{assert_blocks_change_nothing, low_rank, scores_of, split_from, test_rmse};
use crate::rec::model::{Fit, FitError, Recommender, UserBlock};
use crate::rec::nn::gradient_check::assert_gradients;
use crate::rec::nn::{Activation, Batch, Learner, OptimiserKind, SparseRows};

/// Seven rows of ratings of five, among them an empty one and one of a single rating.
fn toy() -> Interactions {
    let rows: [&[u32]; 7] = [&[0, 1, 2], &[4], &[], &[1, 3, 4], &[0, 2, 3, 4], &[2, 0], &[1]];
    let mut offsets = vec![0];
    for row in rows {
        offsets.push(offsets[offsets.len() - 1] + row.len());
    }
    let items = rows.concat();
    let ratings = (0..items.len()).map(|entry| [4.0, 1.0, 5.0, 3.0, 2.0][entry * 3 % 5]).collect();
    let n = items.len();
    Interactions::from_parts(5, offsets, items, ratings, vec![0; n])
}

fn small() -> AutoRecParams {
    AutoRecParams {
        hidden: vec![8],
        regularisation: 1.0,
        initial_deviation: 0.03,
        learning_rate: 0.01,
        batch: 16,
        ..AutoRecParams::default()
    }
}

fn fit(params: &AutoRecParams, split: &crate::rec::data::Split) -> AutoRec {
    params.fit(split, &Silent).unwrap().model
}

#[test]
fn gradients_are_those_of_the_squared_errors() {
    let ratings = toy();
    let rows = SparseRows::<f64>::of_ratings(&ratings, &[3, 0, 2, 1, 4, 6]);
    let activations = [Activation::Identity, Activation::Sigmoid, Activation::Tanh, Activation::Selu];
    for (hidden, center) in [(vec![4], false), (vec![4, 3, 2], true)] {
        for hidden_activation in activations {
            for output_activation in [OutputActivation::Identity, OutputActivation::Sigmoid] {
                let params = AutoRecParams {
                    hidden: hidden.clone(),
                    hidden_activation,
                    output_activation,
                    center,
                    initial_deviation: 0.5,
                    ..AutoRecParams::default()
                };
                let mut network = Network::<f64>::new(&params, 5, ratings.ratings());
                assert_gradients(&mut network, Network::parameters_mut, |network| network.gradients(&rows));
            }
        }
    }
}

#[test]
fn the_penalties_of_all_batches_make_that_of_the_paper() {
    let ratings = toy();
    let mut lesson =
        Lesson::new(&AutoRecParams { based_on: BasedOn::Users, regularisation: 14.0, ..small() }, &ratings);
    let mut strengths = Vec::new();
    for rows in [&[0, 1, 2, 3, 4][..], &[5, 6]] {
        lesson.gradients(&Batch { rows, epoch: 1, number: 0 }, 0);
        let l2: Vec<f32> = lesson.parameters().into_iter().map(|(_, parameter)| parameter.l2).collect();
        // Weights, not biases.
        assert_eq!((l2[0], l2[1], l2[3]), (l2[2], 0.0, 0.0));
        strengths.push(l2[0]);
    }
    assert_eq!(strengths, [10.0, 4.0]);
}

/// Columns of a matrix of ±1 whose columns are orthogonal; the first is all ones.
fn walsh(n: usize) -> Array2<f64> {
    Array2::from_shape_fn((n, n), |(i, j)| if (i & j).count_ones() % 2 == 0 { 1.0 } else { -1.0 })
}

#[test]
fn linear_and_without_penalty_it_is_the_singular_value_decomposition() {
    // Three orthogonal patterns around 3 of falling strength; C. Eckart and G. Young: two units keep the two strongest.
    let (rows, columns) = (walsh(8), walsh(4));
    let pattern = |index: usize, strength: f64| {
        let (row, column) = (rows.slice(s![.., index..=index]), columns.slice(s![.., index..=index]));
        row.dot(&column.t()) * strength
    };
    let kept = pattern(1, 1.0) + pattern(2, 0.6) + 3.0;
    let ratings = (&kept + &pattern(3, 0.2)).mapv(|rating| rating as f32);
    let items = (0..8).flat_map(|_| 0..4).collect();
    let offsets = (0..=8).map(|user| user * 4).collect();
    let train = Interactions::from_parts(4, offsets, items, ratings.iter().copied().collect(), vec![0; 32]);
    for based_on in [BasedOn::Items, BasedOn::Users] {
        let params = AutoRecParams {
            based_on,
            hidden: vec![2],
            hidden_activation: Activation::Identity,
            regularisation: 0.0,
            initial_deviation: 0.3,
            learning_rate: 0.02,
            learning_rate_decay: 0.5,
            learning_rate_epochs: 300,
            batch: 0,
            epochs: 3000,
            ..AutoRecParams::default()
        };
        let scores = scores_of(&fit(&params, &split_from(train.clone())), &train).mapv(f64::from);
        let furthest = (&scores - &kept).fold(0.0, |furthest: f64, error| furthest.max(error.abs()));
        assert!(furthest < 1e-3, "{based_on:?}: {furthest}");
    }
}

#[test]
fn what_is_missing_is_predicted() {
    let split = low_rank();
    let usual = test_rmse(&fit(&AutoRecParams { regularisation: 1e6, epochs: 1, ..small() }, &split), &split);
    for based_on in [BasedOn::Items, BasedOn::Users] {
        for (hidden, center) in [(vec![16], false), (vec![16, 12], true)] {
            let params = AutoRecParams { based_on, hidden, center, epochs: 150, ..small() };
            let fitted = params.fit(&split, &Silent).unwrap();
            let error = test_rmse(&fitted.model, &split);
            assert!(error < 0.6 * usual, "{params:?}: {error}, and {usual} without training");
            let curve = &fitted.curve.points;
            assert_eq!(Some(curve.len() as u32), fitted.training.epochs);
            assert!(curve[curve.len() - 1].loss < curve[0].loss);
        }
    }
}

#[test]
fn rprop_learns_from_all_rows_at_once() {
    let split = low_rank();
    let rprop = AutoRecParams { optimiser: OptimiserKind::Rprop, batch: 0, epochs: 60, ..small() };
    let untrained = test_rmse(&fit(&AutoRecParams { learning_rate: 1e-9, epochs: 1, ..small() }, &split), &split);
    let error = test_rmse(&fit(&rprop, &split), &split);
    assert!(error < 0.7 * untrained, "{error}, and {untrained} without training");
    assert_eq!(AutoRecParams { batch: 16, ..rprop }.check()[0].parameter, "optimiser");
}

#[test]
fn the_sigmoid_stays_in_the_range_of_the_ratings() {
    let split = low_rank();
    let params =
        AutoRecParams { output_activation: OutputActivation::Sigmoid, regularisation: 0.0, epochs: 30, ..small() };
    let (lowest, highest) = split
        .train
        .ratings()
        .iter()
        .fold((f32::MAX, f32::MIN), |(lowest, highest), &rating| (lowest.min(rating), highest.max(rating)));
    let model = fit(&params, &split);
    assert!(scores_of(&model, &split.train).iter().all(|score| (lowest..=highest).contains(score)));
    assert!(test_rmse(&model, &split) < 0.6);
}

#[test]
fn who_and_what_training_has_not_seen_gets_the_cold_rating() {
    // User 2 and item 3 have no rating.
    let train = Interactions::from_parts(4, vec![0, 2, 4, 4], vec![0, 1, 2, 0], vec![5.0, 1.0, 4.0, 2.0], vec![0; 4]);
    let unseen = Interactions::from_parts(4, vec![0, 1, 1], vec![0], vec![5.0], vec![0]);
    for based_on in [BasedOn::Items, BasedOn::Users] {
        let model =
            fit(&AutoRecParams { based_on, epochs: 5, cold_rating: 2.5, ..small() }, &split_from(train.clone()));
        let scores = scores_of(&model, &train);
        assert!(scores.row(2).iter().chain(scores.column(3)).all(|&score| score == 2.5));
        assert!(scores.slice(s![..2, ..3]).iter().all(|&score| score != 2.5));
        let mut scores = Array2::from_elem((2, 4), f32::NAN);
        model.rating().unwrap().score_into(&UserBlock::new(&unseen, &[None, None], 0, 2), scores.view_mut());
        let from_history = scores.slice(s![0, ..3]).iter().all(|&score| score != 2.5);
        assert_eq!(from_history, based_on == BasedOn::Users);
        assert!(scores.row(1).iter().all(|&score| score == 2.5));
    }
}

#[test]
fn threads_blocks_and_storage_change_nothing() {
    let split = low_rank();
    for based_on in [BasedOn::Items, BasedOn::Users] {
        let params = AutoRecParams { based_on, hidden: vec![70, 20], epochs: 3, ..small() };
        let with_threads = |threads| {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| fit(&params, &split))
        };
        let model = with_threads(1);
        assert_eq!(model.weights(), with_threads(2).weights());
        assert_eq!(model.weights(), with_threads(3).weights());
        let scores = scores_of(&model, &split.train);
        assert_blocks_change_nothing(&model, &split.train);
        assert_eq!(scores, scores_of(&params.restore(&model.weights()).unwrap(), &split.train));
        assert!(AutoRecParams { hidden: vec![70, 21], ..params.clone() }.restore(&model.weights()).is_err());
        let other = if based_on == BasedOn::Items { BasedOn::Users } else { BasedOn::Items };
        assert!(AutoRecParams { based_on: other, ..params }.restore(&model.weights()).is_err());
    }
}

#[test]
fn data_without_ratings_is_refused() {
    let train = Interactions::from_parts(2, vec![0, 2], vec![0, 1], vec![1.0, 1.0], vec![0; 2]);
    for train in [train, Interactions::empty(2, 2)] {
        assert!(matches!(small().fit(&split_from(train), &Silent), Err(FitError::Data { .. })));
    }
}

#[test]
fn values_that_cannot_be_used_are_named() {
    let wrong = AutoRecParams {
        hidden: vec![0],
        regularisation: -1.0,
        initial_deviation: 0.0,
        learning_rate: f64::NAN,
        learning_rate_decay: 1.5,
        learning_rate_epochs: 0,
        epochs: 0,
        patience: 0,
        validate_every: 0,
        cold_rating: f64::INFINITY,
        ..AutoRecParams::default()
    };
    assert_eq!(wrong.check().len(), 10, "{:?}", wrong.check());
    assert_eq!(AutoRecParams { hidden: Vec::new(), ..AutoRecParams::default() }.check().len(), 1);
}
