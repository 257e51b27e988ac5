//! DeepRec's gradients, and DeepRec on made-up ratings.

use ndarray::Array2;
use rayon::ThreadPoolBuilder;

use super::network::Network;
use super::training::Lesson;
use super::{DeepRec, DeepRecParams};
use crate::rec::Silent;
use crate::rec::data::{Interactions, Split};
use crate::rec::model::testing::{assert_blocks_change_nothing, low_rank, scores_of, split_from, test_rmse};
use crate::rec::model::{Fit, FitError, Recommender, UserBlock};
use crate::rec::nn::gradient_check::assert_gradients;
use crate::rec::nn::{Activation, Batch, Dropout, Initialiser, Learner, SparseRows};

/// Six rows of ratings of seven, one of them of a single rating.
fn toy() -> SparseRows<f64> {
    let mut rows = SparseRows::new(7);
    for columns in [&[0, 3, 5][..], &[1], &[2, 4, 6, 0], &[6, 5, 3, 1], &[2, 1], &[4, 0]] {
        rows.push_row(columns.iter().map(|&column| (column, 1.0 + f64::from(column * 3 % 5))));
    }
    rows
}

const ROWS: [u32; 6] = [3, 0, 5, 1, 2, 4];

fn small() -> DeepRecParams {
    DeepRecParams { hidden: vec![12, 8], dropout: 0.2, learning_rate: 0.02, batch: 16, ..DeepRecParams::default() }
}

fn fit(params: &DeepRecParams, split: &Split) -> DeepRec {
    params.fit(split, &Silent).unwrap().model
}

/// Every combination of what changes the gradients.
fn networks() -> impl Iterator<Item = (DeepRecParams, Network<f64>)> {
    let activations = [Activation::Selu, Activation::Tanh, Activation::Sigmoid, Activation::Identity];
    let shapes = [vec![4], vec![4, 3], vec![5, 4, 3]];
    shapes.into_iter().flat_map(move |hidden| {
        activations.into_iter().flat_map(move |activation| {
            let hidden = hidden.clone();
            [(false, false), (true, true), (false, true), (true, false)].into_iter().map(
                move |(tied, linear_output)| {
                    let hidden = hidden.clone();
                    let params =
                        DeepRecParams { hidden, activation, tied, linear_output, seed: 5, ..DeepRecParams::default() };
                    let mut network = Network::new(&params, 7);
                    // Without biases a row whose units are all dropped would sit on SELU's kink.
                    for (name, parameter) in network.parameters_mut() {
                        if name.ends_with("bias") {
                            let (rows, columns) = parameter.value.dim();
                            parameter.value = Initialiser::Uniform(0.5).matrix(rows, columns, 3, &name);
                        }
                    }
                    (params, network)
                },
            )
        })
    })
}

fn mask(network: &Network<f64>, purpose: &'static str) -> Array2<f64> {
    Dropout { probability: 0.4, seed: 2, purpose }.mask(&ROWS, 1, network.code_width())
}

#[test]
fn gradients_of_the_first_pass_are_those_of_the_masked_error() {
    let ratings = toy();
    for (params, mut network) in networks() {
        for (is_fed_again, dropped) in [(false, true), (true, false), (true, true)] {
            let mask = dropped.then(|| mask(&network, "toy"));
            let mean = |network: &mut Network<f64>| {
                network.tie();
                let (loss, output) = network.first_pass(&ratings, mask.as_ref(), is_fed_again);
                assert_eq!((loss.count, output.is_some()), (16.0, is_fed_again));
                loss.sum / loss.count
            };
            assert_gradients(&mut network, Network::parameters_mut, mean);
        }
        assert_eq!(network.parameters().len(), params.hidden.len() * if params.tied { 3 } else { 4 });
    }
}

#[test]
fn gradients_of_a_refed_pass_take_its_target_as_a_constant() {
    let ratings = toy();
    for (_, mut network) in networks() {
        let mask = mask(&network, "toy-again");
        let (_, output) = network.first_pass(&ratings, Some(&mask), true);
        // The target stays what it was although parameters move: nothing is differentiated through it.
        let mut target = output.unwrap();
        target[[1, 2]] = 0.0;
        let noise: Array2<f64> = Initialiser::Uniform(0.3).matrix(6, 7, 1, "noise");
        let input = &target + &noise;
        let mean = |network: &mut Network<f64>| {
            network.tie();
            let (loss, output) = network.refed_pass(&input, &target, Some(&mask));
            assert_eq!((loss.count, output.dim()), (41.0, (6, 7)));
            loss.sum / loss.count
        };
        assert_gradients(&mut network, Network::parameters_mut, mean);
    }
}

#[test]
fn both_ways_through_the_last_layer_are_the_same() {
    let ratings = toy();
    let (_, mut network) = networks().next().unwrap();
    let (sparse, _) = network.first_pass(&ratings, None, false);
    let (dense, output) = network.first_pass(&ratings, None, true);
    assert!((sparse.sum - dense.sum).abs() < 1e-12);
    let mut predicted = Array2::zeros((6, 7));
    network.predict_into(&ratings, predicted.view_mut());
    assert!((predicted - output.unwrap()).iter().all(|difference| difference.abs() < 1e-12));
}

#[test]
fn what_is_fed_again_is_the_output_from_before_the_update() {
    let train = low_rank().train;
    let batch = Batch { rows: &[3, 1, 8], epoch: 1, number: 0 };
    let params = DeepRecParams { dropout: 0.0, ..small() };
    let mut lesson = Lesson::new(&params, &train);
    assert_eq!(lesson.passes(), 2);
    let mut before = Array2::zeros((3, train.n_items()));
    let ratings = SparseRows::of_ratings(&train, batch.rows);
    lesson.model.network.predict_into(&ratings, before.view_mut());
    lesson.gradients(&batch, 0);
    assert!((lesson.output.as_ref().unwrap() - &before).iter().all(|difference| difference.abs() < 1e-4));
    for (_, parameter) in lesson.parameters() {
        parameter.value.fill(0.0);
    }
    // A network of zeros gives zeros, so the loss is that of the output from before.
    let loss = lesson.gradients(&batch, 1);
    let squares: f64 = before.iter().map(|&value| f64::from(value * value)).sum();
    assert!((loss.sum / squares - 1.0).abs() < 1e-4 && loss.count == before.len() as f64);
    assert!(lesson.output.is_none());

    let without = DeepRecParams { refeeding: 0, ..params };
    let mut lesson = Lesson::new(&without, &train);
    assert_eq!(lesson.passes(), 1);
    lesson.gradients(&batch, 0);
    assert!(lesson.output.is_none());
}

#[test]
fn every_pass_of_every_epoch_drops_other_units() {
    let train = low_rank().train;
    let params = DeepRecParams { refeeding: 2, noise_probability: 0.3, ..small() };
    let mut losses = Vec::new();
    for (epoch, pass) in [(1, 0), (2, 0), (1, 1), (1, 2), (2, 1), (1, 0)] {
        let mut lesson = Lesson::new(&params, &train);
        lesson.output = Some(Array2::ones((3, train.n_items())));
        losses.push(lesson.gradients(&Batch { rows: &[3, 1, 8], epoch, number: 0 }, pass).sum);
    }
    assert_eq!(losses.pop(), Some(losses[0]));
    let distinct: std::collections::BTreeSet<u64> = losses.iter().map(|loss| loss.to_bits()).collect();
    assert_eq!(distinct.len(), 5, "{losses:?}");
}

#[test]
fn what_is_missing_is_predicted() {
    let split = low_rank();
    let untrained = DeepRecParams { learning_rate: 1e-9, epochs: 1, ..small() };
    let untrained = test_rmse(&fit(&untrained, &split), &split);
    for (refeeding, tied, activation) in
        [(0, false, Activation::Selu), (1, false, Activation::Selu), (1, true, Activation::Tanh)]
    {
        let linear_output = activation == Activation::Tanh;
        let params = DeepRecParams { refeeding, tied, activation, linear_output, epochs: 120, ..small() };
        let fitted = params.fit(&split, &Silent).unwrap();
        let error = test_rmse(&fitted.model, &split);
        assert!(error < 0.3 * untrained, "{params:?}: {error}, and {untrained} without training");
        assert_eq!(Some(fitted.curve.points.len() as u32), fitted.training.epochs);
    }
}

#[test]
fn who_has_no_history_and_what_has_no_rating_gets_the_cold_rating() {
    let train = Interactions::from_parts(4, vec![0, 2, 4, 4], vec![0, 1, 2, 0], vec![5.0, 1.0, 4.0, 2.0], vec![0; 4]);
    let model = fit(&DeepRecParams { epochs: 3, cold_rating: 2.5, ..small() }, &split_from(train.clone()));
    let scores = scores_of(&model, &train);
    assert!(scores.row(2).iter().chain(scores.column(3)).all(|&score| score == 2.5));
    assert!(scores.slice(ndarray::s![..2, ..3]).iter().all(|&score| score != 2.5));
    // Users unseen in training are predicted from their history.
    let mut unseen = Array2::zeros((2, 4));
    model.rating().unwrap().score_into(&UserBlock::new(&train, &[None; 3], 0, 2), unseen.view_mut());
    assert_eq!(unseen, scores.slice(ndarray::s![..2, ..]));
}

#[test]
fn threads_blocks_and_storage_change_nothing() {
    let split = low_rank();
    for tied in [false, true] {
        let hidden = vec![70, 20];
        let params = DeepRecParams { hidden, tied, noise_probability: 0.1, epochs: 3, ..small() };
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
        assert!(DeepRecParams { hidden: vec![70, 21], ..params }.restore(&model.weights()).is_err());
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
    let wrong = DeepRecParams {
        hidden: vec![0],
        activation: Activation::Tanh,
        dropout: 1.0,
        refeeding: 0,
        noise_probability: 0.5,
        weight_decay: -1.0,
        learning_rate: 0.0,
        learning_rate_decay: 0.0,
        momentum: 1.0,
        batch: 0,
        epochs: 0,
        patience: 0,
        validate_every: 0,
        cold_rating: f64::NAN,
        ..DeepRecParams::default()
    };
    assert_eq!(wrong.check().len(), 13, "{:?}", wrong.check());
    assert_eq!(DeepRecParams { hidden: Vec::new(), ..DeepRecParams::default() }.check().len(), 1);
}
