//! Gradients of whole networks, the paper's relations between them, and what they learn.

use ndarray::{Array2, s};
use rand::RngExt;

use super::network::{Examples, Penalty, Targets};
use super::{Cdae, CdaeParams, InputScale, PairLoss};
use crate::rec::data::Interactions;
use crate::rec::model::testing::{assert_blocks_change_nothing, interactions_of, scores_of, split_from, two_tastes};
use crate::rec::model::{Fit, Recommender, Scorer, UserBlock};
use crate::rec::nn::gradient_check::assert_gradients;
use crate::rec::nn::{Activation, Dropout, NegativeSampler, OptimiserKind, SparseRows};
use crate::rec::{Silent, stream};

const N_USERS: usize = 6;
const N_ITEMS: usize = 7;
const USERS: [u32; 5] = [3, 0, 4, 1, 2];
const FREE: Penalty<f64> = Penalty { users: 0.0, items: 0.0 };
const HELD: Penalty<f64> = Penalty { users: 0.7, items: 0.3 };

/// One history has one item and one all.
fn histories() -> Interactions {
    interactions_of(N_ITEMS, &[&[1, 4], &[6], &[0, 1, 2, 3, 4, 5, 6], &[2, 5, 3], &[0, 6], &[1]])
}

fn examples(users: &[u32], is_drawn: bool, corruption: f64) -> Examples<'_, f64> {
    let histories = histories();
    let dropout = Dropout { probability: corruption, seed: 1, purpose: "test" };
    let positives = SparseRows::of_ones(&histories, users);
    let targets = if is_drawn {
        Targets::Drawn(NegativeSampler { per_positive: 2, seed: 1 }.draw(&histories, users, 1))
    } else {
        Targets::Everywhere(positives.clone())
    };
    Examples { users, input: dropout.entries(&positives, users, 1), targets }
}

/// A network with weights that are not small.
fn network(params: &CdaeParams) -> Cdae<f64> {
    let mut network = Cdae::new(params, N_USERS, N_ITEMS);
    let mut random = stream(1, "cdae-test", &[]);
    for (_, parameter) in network.parameters() {
        parameter.value.mapv_inplace(|_| random.random_range(-0.8..0.8));
    }
    network.tie();
    network
}

/// Every combination of activation and loss with and without user vectors and tied weights.
fn variants() -> Vec<CdaeParams> {
    let mut variants = Vec::new();
    for activation in [Activation::Identity, Activation::Sigmoid, Activation::Tanh] {
        for loss in [PairLoss::Squared, PairLoss::Logistic] {
            for (user_vectors, tied) in [(true, false), (true, true), (false, false)] {
                variants.push(CdaeParams { latent: 3, activation, loss, user_vectors, tied, ..CdaeParams::default() });
            }
        }
    }
    variants
}

#[test]
fn gradients_are_those_of_the_loss() {
    for params in variants() {
        for is_drawn in [true, false] {
            let examples = examples(&USERS, is_drawn, 0.4);
            assert_gradients(&mut network(&params), Cdae::parameters, |network| {
                network.tie();
                network.gradients(&examples, FREE)
            });
        }
    }
}

#[test]
fn penalties_are_those_of_what_users_reach() {
    let params = CdaeParams { latent: 3, ..CdaeParams::default() };
    for is_drawn in [true, false] {
        let examples = examples(&USERS, is_drawn, 0.4);
        // By the definition: how many of the users reach each row of each parameter.
        let reached = |network: &mut Cdae<f64>| {
            let mut penalty = 0.0;
            for (row, &user) in USERS.iter().enumerate() {
                let inputs: Vec<u32> = examples.input.row(row).0.to_vec();
                let outputs: Vec<u32> = match &examples.targets {
                    Targets::Drawn(labelled) => labelled.entries.row(row).0.to_vec(),
                    Targets::Everywhere(_) => (0..N_ITEMS as u32).collect(),
                };
                for (name, parameter) in network.parameters() {
                    let rows = match name.as_str() {
                        "input-weight" => inputs.clone(),
                        "input-bias" => vec![0],
                        "users" => vec![user],
                        _ => outputs.clone(),
                    };
                    let squares = |row: &u32| parameter.value.row(*row as usize).mapv(|value| value * value).sum();
                    let strength = if name == "users" { HELD.users } else { HELD.items };
                    penalty += strength * rows.iter().map(squares).sum::<f64>() / 2.0;
                }
            }
            penalty
        };
        assert_gradients(&mut network(&params), Cdae::parameters, |network| {
            reached(network) + network.gradients(&examples, HELD)
        });
    }
}

#[test]
fn a_mini_batch_is_the_sum_of_its_users() {
    let params = CdaeParams { latent: 3, ..CdaeParams::default() };
    for is_drawn in [true, false] {
        let (mut together, mut alone) = (network(&params), network(&params));
        let loss = together.gradients(&examples(&USERS, is_drawn, 0.4), HELD);
        let losses: f64 = USERS.iter().map(|&user| alone.gradients(&examples(&[user], is_drawn, 0.4), HELD)).sum();
        assert!((loss - losses).abs() < 1e-12);
        for ((name, together), (_, alone)) in together.parameters().into_iter().zip(alone.parameters()) {
            let difference = (together.dense_gradient() - alone.dense_gradient()).mapv(f64::abs);
            assert!(difference.iter().all(|&value| value < 1e-12), "{name}: {difference}");
        }
    }
}

#[test]
fn with_everything_hidden_the_history_does_not_matter() {
    // A matrix factorisation by user vectors, w'ᵀ h(V_u + b) + b', is what is left.
    let params = CdaeParams { latent: 3, ..CdaeParams::default() };
    let mut network = network(&params);
    let examples = examples(&USERS, true, 1.0);
    assert_eq!(examples.input.n_entries(), 0);
    let loss = network.gradients(&examples, FREE);
    let mut other = network.clone();
    for (name, parameter) in other.parameters() {
        parameter.clear_gradient();
        if name == "input-weight" {
            parameter.value.fill(9.0);
        }
    }
    assert_eq!(other.gradients(&examples, FREE), loss);
    for ((name, parameter), (_, other)) in network.parameters().into_iter().zip(other.parameters()) {
        let gradient = parameter.dense_gradient();
        assert_eq!(gradient, other.dense_gradient());
        assert_eq!(gradient.iter().all(|&value| value == 0.0), name == "input-weight", "{name}");
    }
}

#[test]
fn fitted_with_everything_hidden_it_is_a_factorisation_by_user_vectors() {
    let split = two_tastes(60);
    for params in [params(), adam()] {
        let params = CdaeParams { corruption: 1.0, ..params };
        let model = params.fit(&split, &Silent).unwrap().model;
        let histories = [&[0_u32, 1, 2][..], &[15, 17, 11]];
        let scores = histories.map(|history| {
            let histories = interactions_of(20, &[history, history]);
            let mut scores = Array2::from_elem((2, 20), f32::NAN);
            model.score_into(&UserBlock::new(&histories, &[Some(0), Some(1)], 0, 2), scores.view_mut());
            scores
        });
        assert_eq!(scores[0], scores[1], "the history does not matter");
        let weights = model.weights();
        let array = |name: &str| weights.f32::<ndarray::Ix2>(name).unwrap();
        // w'ᵀ h(V_u + b) + b'.
        let hidden =
            (&array("users").slice(s![..2, ..]) + &array("input-bias")).mapv(|value| 1.0 / (1.0 + (-value).exp()));
        let expected = hidden.dot(&array("output-weight").t()) + array("output-bias").t();
        assert!((&scores[0] - &expected).iter().all(|difference| difference.abs() < 1e-5));
        assert!(scores[0].row(0) != scores[0].row(1), "users differ by their vectors");
    }
}

fn params() -> CdaeParams {
    CdaeParams { latent: 8, corruption: 0.2, batch: 4, epochs: 60, patience: 60, ..CdaeParams::default() }
}

fn adam() -> CdaeParams {
    CdaeParams { optimiser: OptimiserKind::Adam, learning_rate: 0.01, negatives: 0, regularisation: 1e-4, ..params() }
}

/// Scores of two users, one of each taste, whose training rows are these.
fn scores_of_two(model: &Cdae<f32>, training_rows: [Option<u32>; 2]) -> Array2<f32> {
    let histories = interactions_of(20, &[&[0, 1, 2, 5, 8], &[15, 17, 11, 12, 19]]);
    let mut scores = Array2::from_elem((2, 20), f32::NAN);
    model.score_into(&UserBlock::new(&histories, &training_rows, 0, 2), scores.view_mut());
    scores
}

#[test]
fn tastes_are_learned_also_those_of_unseen_users() {
    let split = two_tastes(60);
    let paper = CdaeParams { batch: 1, ..params() };
    let squared = CdaeParams { loss: PairLoss::Squared, ..adam() };
    let dae = CdaeParams { user_vectors: false, input: InputScale::UnitRows, ..adam() };
    let tied = CdaeParams { tied: true, activation: Activation::Tanh, ..adam() };
    for params in [paper, squared, adam(), dae, tied] {
        let model = params.fit(&split, &Silent).unwrap().model;
        let scores = scores_of_two(&model, [None, None]);
        for row in 0..2 {
            let mean = |items: std::ops::Range<usize>| scores.slice(s![row, items]).mean().unwrap();
            let (own, others) = if row == 0 { (mean(0..10), mean(10..20)) } else { (mean(10..20), mean(0..10)) };
            assert!(own > others + 0.3, "{params:?}, user {row}: {scores}");
        }
    }
}

#[test]
fn user_vectors_are_used_for_training_users_only() {
    let split = two_tastes(60);
    let model = adam().fit(&split, &Silent).unwrap().model;
    assert!(scores_of_two(&model, [Some(0), Some(1)]) != scores_of_two(&model, [None, None]));
    let dae = CdaeParams { user_vectors: false, ..adam() }.fit(&split, &Silent).unwrap().model;
    assert_eq!(scores_of_two(&dae, [Some(0), Some(1)]), scores_of_two(&dae, [None, None]));
    assert!(dae.weights().f32::<ndarray::Ix2>("users").is_err());
}

#[test]
fn threads_blocks_and_storage_change_nothing() {
    let split = two_tastes(60);
    for params in [params(), adam(), CdaeParams { tied: true, user_vectors: false, ..adam() }] {
        let with_threads = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| params.fit(&split, &Silent).unwrap().model)
        };
        let model = with_threads(1);
        assert_eq!(model.weights(), with_threads(2).weights());
        assert_eq!(model.weights(), with_threads(3).weights());
        let scores = scores_of(&model, &split.train);
        assert_blocks_change_nothing(&model, &split.train);
        assert_eq!(scores, scores_of(&params.restore(&model.weights()).unwrap(), &split.train));
        assert!(CdaeParams { latent: 5, ..params }.restore(&model.weights()).is_err());
    }
}

#[test]
fn parameters_that_contradict_each_other_are_problems() {
    let names = |params: CdaeParams| params.check().into_iter().map(|problem| problem.parameter).collect::<Vec<_>>();
    assert_eq!(names(CdaeParams { user_vectors: false, ..params() }), Vec::<String>::new());
    assert_eq!(
        names(CdaeParams {
            user_vectors: false,
            user_deviation: Some(0.1),
            user_regularisation: Some(0.1),
            ..params()
        }),
        ["user-deviation", "user-regularisation"]
    );
    assert_eq!(names(CdaeParams { tied: true, corruption: 1.0, ..params() }), ["tied"]);
    let wrong = CdaeParams { latent: 0, corruption: 1.1, learning_rate: 0.0, regularisation: f64::NAN, ..params() };
    assert_eq!(names(wrong), ["latent", "corruption", "learning-rate", "regularisation"]);
    assert!(params().fit(&split_from(interactions_of(3, &[&[]])), &Silent).is_err());
}
