//! SVAE: gradients, packing, causality, storage, and that it learns an order.

use ndarray::Array2;

use super::network::{Network, Task};
use super::{Fit, Reduction, Svae, SvaeParams};
use crate::rec::data::{Holdout, Split};
use crate::rec::eval::{EvaluationOptions, evaluate};
use crate::rec::model::Recommender;
use crate::rec::model::testing::{assert_blocks_change_nothing, interactions_of, scores_of, split_of};
use crate::rec::nn::gradient_check::assert_gradients;
use crate::rec::nn::{Logits, standard_normal};
use crate::rec::{Silent, stream};

const ITEMS: usize = 6;
const HISTORIES: [&[u32]; 3] = [&[2, 5, 0], &[0, 3, 1, 4, 2, 5], &[5, 4, 3, 2]];

fn params() -> SvaeParams {
    SvaeParams {
        embedding: 3,
        units: 4,
        encoder: vec![5],
        latent: 2,
        decoder: vec![4, 3],
        targets: 2,
        anneal_sequences: 0.0,
        beta_cap: 0.3,
        ..SvaeParams::default()
    }
}

fn noise(params: &SvaeParams, histories: &[&[u32]]) -> Vec<Array2<f64>> {
    let latent = params.latent as usize;
    let of_history = |history: &&[u32]| {
        let row = history[0];
        let noise = standard_normal(1, "noise", &[row], 1, (history.len() - 1) * latent);
        noise.into_shape_with_order((history.len() - 1, latent)).unwrap()
    };
    histories.iter().map(of_history).collect()
}

fn task(params: &SvaeParams, histories: &[&[u32]]) -> Task<f64> {
    Task::new(params, ITEMS, histories, params.beta_cap, &noise(params, histories))
}

/// Loss summed over the histories, and the gradients of its mean.
fn learn(params: &SvaeParams, histories: &[&[u32]]) -> (f64, Vec<Array2<f64>>) {
    let mut network = Network::<f64>::new(params, ITEMS);
    let loss = network.gradients(&task(params, histories), None, &mut Logits::default());
    (loss, network.parameters_mut().into_iter().map(|(_, parameter)| parameter.dense_gradient()).collect())
}

/// The logits after each history.
fn scores(network: &Network<f64>, histories: &[&[u32]]) -> Array2<f64> {
    let mut logits = Array2::zeros((histories.len(), ITEMS));
    network.score_into(&network.halves(), histories, None, &mut logits);
    logits
}

fn assert_near(left: &[Array2<f64>], right: &[Array2<f64>]) {
    for (left, right) in left.iter().zip(right) {
        assert!(left.iter().zip(right).all(|(a, b)| (a - b).abs() < 1e-12), "{left} is not {right}");
    }
}

#[test]
fn gradients_are_those_of_the_loss() {
    for divergence in [Reduction::Mean, Reduction::Sum] {
        let params = SvaeParams { divergence, ..params() };
        let task = task(&params, &HISTORIES);
        let mut network = Network::<f64>::new(&params, ITEMS);
        // The gradients are those of the mean over the sequences.
        assert_gradients(&mut network, Network::parameters_mut, |network| {
            network.gradients(&task, None, &mut Logits::default()) / HISTORIES.len() as f64
        });
    }
}

#[test]
fn gradients_over_sampled_items_are_those_of_their_loss() {
    let params = params();
    let mut task = task(&params, &HISTORIES[..1]);
    task.sample(2, &mut stream(1, "test", &[]));
    let mut network = Network::<f64>::new(&params, ITEMS);
    assert_gradients(&mut network, Network::parameters_mut, |network| {
        network.gradients(&task, None, &mut Logits::default())
    });
}

#[test]
fn a_sample_of_all_items_gives_what_all_items_give() {
    let (loss, gradients) = learn(&params(), &HISTORIES);
    let mut task = task(&params(), &HISTORIES);
    task.sample(ITEMS, &mut stream(1, "test", &[]));
    let mut network = Network::<f64>::new(&params(), ITEMS);
    assert!((loss - network.gradients(&task, None, &mut Logits::default())).abs() < 1e-12);
    let sampled: Vec<Array2<f64>> =
        network.parameters_mut().into_iter().map(|(_, parameter)| parameter.dense_gradient()).collect();
    assert_near(&gradients, &sampled);
}

#[test]
fn packed_sequences_learn_as_single_ones_do() {
    let (loss, gradients) = learn(&params(), &HISTORIES);
    let (mut sum, mut mean) = (0.0, gradients.iter().map(|gradient| Array2::zeros(gradient.dim())).collect::<Vec<_>>());
    for history in HISTORIES {
        let (loss, gradients) = learn(&params(), &[history]);
        sum += loss;
        mean.iter_mut().zip(&gradients).for_each(|(mean, gradient)| mean.scaled_add(1.0 / 3.0, gradient));
    }
    assert!((loss - sum).abs() < 1e-12);
    assert_near(&gradients, &mean);
    let (permuted, of_permuted) = learn(&params(), &[HISTORIES[2], HISTORIES[0], HISTORIES[1]]);
    assert!((loss - permuted).abs() < 1e-12);
    assert_near(&gradients, &of_permuted);
}

#[test]
fn what_comes_later_changes_nothing() {
    let network = Network::<f64>::new(&params(), ITEMS);
    let whole = [0, 3, 1, 4];
    for length in 1..whole.len() {
        // In a batch with a longer history that begins alike, and alone.
        let mut other = whole;
        other[length] = 5;
        let together = scores(&network, &[&other, &whole[..length]]);
        let alone = scores(&network, &[&whole[..length]]);
        assert!((&together.row(1) - &alone.row(0)).iter().all(|error| error.abs() < 1e-12));
        assert_ne!(scores(&network, &[&whole[..=length]]), scores(&network, &[&other[..=length]]));
    }
}

#[test]
fn the_loss_is_that_of_the_equations() {
    // One sequence of three, k = 2, without a divergence: both steps by hand from the scores of their prefixes.
    let params = SvaeParams { beta_cap: 0.0, ..params() };
    let network = Network::<f64>::new(&params, ITEMS);
    let history: &[u32] = &[2, 5, 0];
    let mut task = task(&params, &[history]);
    task.noise.fill(0.0);
    let log_softmax = |prefix: &[u32]| {
        let scores = scores(&network, &[prefix]);
        let total = scores.mapv(f64::exp).sum().ln();
        move |item: usize| scores[[0, item]] - total
    };
    let (first, second) = (log_softmax(&[2]), log_softmax(&[2, 5]));
    let expected = -((first(5) + first(0)) + second(0)) / 2.0;
    let loss = network.clone().gradients(&task, None, &mut Logits::default());
    assert!((loss - expected).abs() < 1e-12, "{loss} is not {expected}");
}

/// Users who go round the items, each from another start.
fn round_trips() -> (Split, Vec<Vec<u32>>) {
    let n_items = 12;
    let histories: Vec<Vec<u32>> =
        (0..48).map(|user| (0..5).map(|step| (user + step) % n_items as u32).collect()).collect();
    let slices: Vec<&[u32]> = histories.iter().map(Vec::as_slice).collect();
    (split_of(n_items, &slices), histories)
}

fn small() -> SvaeParams {
    SvaeParams {
        embedding: 8,
        units: 12,
        encoder: vec![12],
        latent: 8,
        decoder: vec![12],
        targets: 1,
        batch: 8,
        epochs: 60,
        learning_rate: 0.01,
        weight_decay: 0.0,
        ..SvaeParams::default()
    }
}

#[test]
fn it_learns_what_comes_next() {
    let (split, histories) = round_trips();
    for sampled_items in [None, Some(1)] {
        let fitted = SvaeParams { sampled_items, ..small() }.fit(&split, &Silent).unwrap();
        assert!(fitted.model.reads_order());
        let scores = scores_of(fitted.model.ranking().unwrap(), &split.train);
        let follows = histories.iter().zip(scores.rows()).filter(|(history, scores)| {
            let best = (0..12).max_by(|&a, &b| scores[a].total_cmp(&scores[b])).unwrap();
            best as u32 == (history[4] + 1) % 12
        });
        assert_eq!(follows.count(), 48);
        let losses: Vec<f64> = fitted.curve.points.iter().map(|point| point.loss.unwrap()).collect();
        assert_eq!(losses.len(), 60);
        assert!(losses[59] < 0.5 * losses[0]);
    }
}

#[test]
fn threads_and_storage_change_nothing() {
    let (split, _) = round_trips();
    let params = SvaeParams { epochs: 3, ..small() };
    let fit = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| params.fit(&split, &Silent).unwrap().model)
    };
    let model = fit(1);
    for threads in 2..4 {
        assert_eq!(fit(threads).weights(), model.weights());
    }
    let restored = params.restore(&model.weights()).unwrap();
    assert_eq!(scores_of(&restored, &split.train), scores_of(&model, &split.train));
    assert_blocks_change_nothing(&model, &split.train);
    assert!(SvaeParams { units: 7, ..params }.restore(&model.weights()).is_err());
}

#[test]
fn only_the_latest_events_are_read() {
    let params = SvaeParams { max_length: 3, epochs: 1, ..small() };
    let (split, _) = round_trips();
    let model = params.fit(&split, &Silent).unwrap().model;
    let (long, short) = (interactions_of(12, &[&[9, 8, 1, 2, 3], &[]]), interactions_of(12, &[&[1, 2, 3], &[]]));
    let scores = scores_of(&model, &long);
    assert_eq!(scores, scores_of(&model, &short));
    assert!(scores.iter().all(|score| score.is_finite()));
}

#[test]
fn the_published_evaluation_hides_the_last_event_and_trains_alike() {
    let (split, _) = round_trips();
    let params = SvaeParams { epochs: 5, ..small() };
    let upstream = SvaeParams { upstream_evaluation: true, ..params.clone() };
    let (honest, published) =
        (params.fit(&split, &Silent).unwrap().model, upstream.fit(&split, &Silent).unwrap().model);
    assert_eq!(honest.weights(), published.weights());
    assert_ne!(scores_of(&honest, &split.train), scores_of(&published, &split.train));

    // Of [0, 1], the published evaluation reads [0] and may recommend 1.
    let holdout =
        Holdout { users: vec![0], history: interactions_of(12, &[&[0, 1]]), targets: interactions_of(12, &[&[2]]) };
    let metrics = ["coverage@11".parse().unwrap()];
    let of = |model: &Svae| {
        evaluate(model, &holdout, &split.train, &metrics, &EvaluationOptions::default(), &Silent).unwrap().values[0]
            .value
    };
    assert_eq!((of(&honest), of(&published)), (Some(10.0 / 12.0), Some(11.0 / 12.0)));
}

#[test]
fn parameters_out_of_range_are_problems() {
    assert_eq!(SvaeParams::default().check(), []);
    let wrong = SvaeParams {
        units: 0,
        decoder: vec![3, 0],
        max_length: 1,
        weight_decay: f64::NAN,
        sampled_items: Some(0),
        learning_rate: 0.0,
        ..SvaeParams::default()
    };
    let parameters: Vec<_> = wrong.check().into_iter().map(|problem| problem.parameter).collect();
    assert_eq!(parameters, ["units", "decoder", "sampled-items", "max-length", "weight-decay", "learning-rate"]);
}

#[test]
fn histories_of_one_event_teach_nothing() {
    let error = small().fit(&split_of(3, &[&[0], &[2]]), &Silent).unwrap_err();
    assert!(error.to_string().contains("no user of the training part has two events"));
    let mixed = small().fit(&split_of(3, &[&[0], &[2, 1]]), &Silent).unwrap();
    assert_eq!(mixed.curve.points.len(), 60);
}
