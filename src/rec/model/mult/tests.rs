//! Gradients of whole networks, the paper's relations between them, and what they learn.

use ndarray::{Array2, s};
use rand::RngExt;

use super::likelihood::WeightedLikelihood;
use super::network::Examples;
use super::training::{Annealing, AnnealingLength};
use super::{Code, Likelihood, MultNetwork};
use crate::rec::linalg::Real;
use crate::rec::model::testing::{
    assert_blocks_change_nothing, extremes, interactions_of, scores_of, split_from, two_tastes,
};
use crate::rec::model::{Fit, MultDaeParams, MultVaeParams, Recommender, UserBlock};
use crate::rec::nn::gradient_check::assert_gradients;
use crate::rec::nn::{Dropout, SparseRows, standard_normal};
use crate::rec::{Silent, stream};

const N_ITEMS: usize = 7;
const ROWS: [u32; 5] = [3, 0, 4, 1, 2];
const MULTINOMIAL: WeightedLikelihood = weighted(Likelihood::Multinomial);

const fn weighted(likelihood: Likelihood) -> WeightedLikelihood {
    WeightedLikelihood { likelihood, weights: (4.0, 0.5) }
}

/// Five histories, of which one has one item and one all.
fn examples<F: Real>(noise: Option<Array2<F>>, divergence_weight: f64) -> Examples<F> {
    let interactions = interactions_of(N_ITEMS, &[&[1, 4], &[6], &[0, 1, 2, 3, 4, 5, 6], &[2, 5, 3], &[0, 6]]);
    let dropout = Dropout { probability: 0.4, seed: 1, purpose: "test" };
    Examples {
        input: dropout.entries(&SparseRows::of_unit_rows(&interactions, &ROWS), &ROWS, 1),
        targets: SparseRows::of_ones(&interactions, &ROWS),
        noise,
        divergence_weight: F::rounded(divergence_weight),
        scale: F::rounded(0.2),
    }
}

/// A network with weights that are not small.
fn network(hidden: &[usize], code: Code) -> MultNetwork<f64> {
    let mut network = MultNetwork::new(N_ITEMS, hidden, 3, code, 1);
    let mut random = stream(1, "mult-test", &[]);
    for (_, parameter) in network.parameters() {
        parameter.value.mapv_inplace(|_| random.random_range(-0.8..0.8));
    }
    network
}

#[test]
fn gradients_are_those_of_the_loss() {
    for hidden in [&[][..], &[4], &[5, 4]] {
        for likelihood in [Likelihood::Multinomial, Likelihood::Gaussian, Likelihood::Logistic] {
            for code in [Code::Gaussian, Code::Tanh] {
                let noise = (code == Code::Gaussian).then(|| standard_normal(1, "noise", &ROWS, 1, 3));
                let examples = examples(noise, 0.3);
                assert_gradients(&mut network(hidden, code), MultNetwork::parameters, |network| {
                    let (loss, divergence) = network.gradients(examples.clone(), weighted(likelihood));
                    0.2 * (loss + 0.3 * divergence)
                });
            }
        }
    }
}

#[test]
fn without_noise_and_divergence_the_variational_network_is_the_denoising_one() {
    for hidden in [&[][..], &[4]] {
        let (mut variational, mut denoising) = (network(hidden, Code::Gaussian), network(hidden, Code::Tanh));
        let last_encoder = format!("encoder-{}-", hidden.len());
        // A code so small that tanh leaves it as it is, and a decoder that makes up for it.
        for ((name, variational), (_, denoising)) in variational.parameters().into_iter().zip(denoising.parameters()) {
            let factor = match &name {
                name if name.starts_with(&last_encoder) => 1e-6,
                name if name == "decoder-0-weight" => 1e6,
                _ => 1.0,
            };
            variational.value *= factor;
            let width = denoising.value.ncols();
            denoising.value.assign(&variational.value.slice(s![.., ..width]));
        }
        let zeros = Array2::zeros((ROWS.len(), 3));
        let (loss, _) = variational.gradients(examples(Some(zeros), 0.0), MULTINOMIAL);
        let (expected, _) = denoising.gradients(examples(None, 0.0), MULTINOMIAL);
        assert!((loss / expected - 1.0).abs() < 1e-9, "{loss}, {expected}");
        for ((name, variational), (_, denoising)) in variational.parameters().into_iter().zip(denoising.parameters()) {
            let (variational, denoising) = (variational.dense_gradient(), denoising.dense_gradient());
            let size = denoising.iter().fold(0.0, |size: f64, value| size.max(value.abs()));
            for ((row, column), value) in variational.indexed_iter() {
                // The encoder's last layer gives variances, too, which then matter to nobody.
                let expected = denoising.get((row, column)).copied().unwrap_or(0.0);
                assert!((value - expected).abs() < 1e-8 * size, "{name}: {value}, {expected}");
            }
        }
        let input = examples::<f64>(None, 0.0).input;
        let difference = (variational.outputs(&input) - denoising.outputs(&input)).mapv(f64::abs);
        assert!(difference.iter().all(|&value| value < 1e-8));
    }
}

#[test]
fn the_divergence_counts_from_nothing_to_its_cap() {
    let by_updates = Annealing { cap: 0.2, length: AnnealingLength::Updates(1000) };
    assert_eq!([0, 50, 100, 200, 900].map(|number| by_updates.weight(number, 7)), [0.0, 0.05, 0.1, 0.2, 0.2]);
    let by_epochs = Annealing { cap: 0.2, length: AnnealingLength::Epochs(100.0) };
    assert_eq!([0, 50, 900].map(|number| by_epochs.weight(number, 10)), [0.0, 0.05, 0.2]);
    assert_eq!(Annealing { cap: 0.2, length: AnnealingLength::Updates(0) }.weight(0, 10), 0.2);
}

fn vae() -> MultVaeParams {
    MultVaeParams {
        hidden: vec![12],
        latent: 6,
        batch: 16,
        epochs: 60,
        learning_rate: 0.01,
        ..MultVaeParams::default()
    }
}

fn dae() -> MultDaeParams {
    MultDaeParams { latent: 6, batch: 16, epochs: 60, learning_rate: 0.01, ..MultDaeParams::default() }
}

/// Fits on two groups of users with different tastes and asks for what unseen users of each would like.
fn assert_learns(params: &impl Fit<Model = MultNetwork<f32>>) {
    let split = two_tastes(60);
    let model = params.fit(&split, &Silent).unwrap().model;
    let histories = interactions_of(20, &[&[0, 1, 2], &[15, 17]]);
    let mut scores = Array2::from_elem((2, 20), f32::NAN);
    model.ranking().unwrap().score_into(&UserBlock::new(&histories, &[None, None], 0, 2), scores.view_mut());
    for (row, own) in [(0, 0..10), (1, 10..20)] {
        let (lowest, highest) = extremes(&scores.row(row).to_vec(), &own);
        assert!(lowest > highest, "user {row}: {scores}");
    }
}

#[test]
fn tastes_are_learned() {
    for likelihood in [Likelihood::Multinomial, Likelihood::Gaussian, Likelihood::Logistic] {
        assert_learns(&MultVaeParams { likelihood, ..vae() });
        assert_learns(&MultDaeParams { likelihood, ..dae() });
    }
}

#[test]
fn threads_blocks_and_storage_change_nothing() {
    let split = two_tastes(60);
    let with_threads = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| vae().fit(&split, &Silent).unwrap().model)
    };
    let model = with_threads(1);
    assert_eq!(model.weights(), with_threads(2).weights());
    assert_eq!(model.weights(), with_threads(3).weights());
    let scores = scores_of(&model, &split.train);
    assert_blocks_change_nothing(&model, &split.train);
    assert_eq!(scores, scores_of(&vae().restore(&model.weights()).unwrap(), &split.train));
    for other in [MultVaeParams { latent: 5, ..vae() }, MultVaeParams { hidden: vec![12, 12], ..vae() }] {
        assert!(other.restore(&model.weights()).is_err());
    }
    let fitted = dae().fit(&split, &Silent).unwrap().model;
    assert_eq!(scores_of(&dae().restore(&fitted.weights()).unwrap(), &split.train), scores_of(&fitted, &split.train));
}

#[test]
fn weights_decay_and_biases_do_not() {
    let split = two_tastes(30);
    let norms = |weight_decay| {
        let model = MultDaeParams { weight_decay, ..dae() }.fit(&split, &Silent).unwrap().model;
        let weights = model.weights();
        let norm =
            |name: &str| weights.f32::<ndarray::Ix2>(name).unwrap().iter().map(|value| value * value).sum::<f32>();
        (norm("encoder-0-weight"), norm("decoder-0-bias"))
    };
    let (free, held) = (norms(0.0), norms(1.0));
    assert!(held.0 < 0.1 * free.0, "{held:?} {free:?}");
    // Decayed as strongly, biases would be smaller by far.
    assert!(held.1 > 0.05, "{held:?} {free:?}");
}

#[test]
fn parameters_that_contradict_each_other_are_problems() {
    let names = |params: &dyn Fn() -> Vec<crate::rec::model::Problem>| {
        params().into_iter().map(|problem| problem.parameter).collect::<Vec<_>>()
    };
    let both = MultVaeParams { anneal_epochs: Some(10.0), anneal_updates: Some(100), ..vae() };
    assert_eq!(names(&|| both.check()), ["anneal-updates"]);
    let weighted = MultVaeParams { observed_weight: Some(10.0), ..vae() };
    assert_eq!(names(&|| weighted.check()), ["observed-weight"]);
    let gaussian = MultVaeParams { likelihood: Likelihood::Gaussian, ..weighted };
    assert_eq!(names(&|| gaussian.check()), Vec::<String>::new());
    let wrong = MultDaeParams { hidden: vec![0], dropout: 1.0, learning_rate: f64::NAN, weight_decay: -1.0, ..dae() };
    assert_eq!(names(&|| wrong.check()), ["hidden", "dropout", "learning-rate", "weight-decay"]);
    assert!(dae().fit(&split_from(interactions_of(3, &[&[]])), &Silent).is_err());
}
