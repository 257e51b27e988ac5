//! The recurrent unit against its equations, its gradients against differences, packing against single sequences.

use ndarray::{Array1, Array2, s};

use super::Gru;
use crate::rec::nn::gradient_check::assert_gradients;
use crate::rec::nn::layer::Dense;
use crate::rec::nn::{Initialiser, PackedSequences, Parameter};

const INPUTS: usize = 3;
const WIDTH: usize = 4;

fn gru() -> Gru<f64> {
    let matrix = |rows, columns, name| Initialiser::Uniform(0.8).matrix(rows, columns, 3, name);
    Gru::new(
        Dense::new(matrix(INPUTS, 3 * WIDTH, "w"), matrix(1, 3 * WIDTH, "b")),
        Dense::new(matrix(WIDTH, 3 * WIDTH, "u"), matrix(1, 3 * WIDTH, "d")),
    )
}

fn vectors(n_items: usize) -> Array2<f64> {
    Initialiser::Normal(1.0).matrix(n_items, INPUTS, 3, "vectors")
}

fn parameters(gru: &mut Gru<f64>) -> Vec<(String, &mut Parameter<f64>)> {
    let Gru { input, recurrent } = gru;
    vec![
        ("input-weight".to_owned(), &mut input.weight),
        ("input-bias".to_owned(), &mut input.bias),
        ("recurrent-weight".to_owned(), &mut recurrent.weight),
        ("recurrent-bias".to_owned(), &mut recurrent.bias),
    ]
}

/// The equations, one sequence at a time.
fn by_hand(gru: &Gru<f64>, vectors: &Array2<f64>, sequence: &[u32]) -> Vec<Array1<f64>> {
    let sigmoid = |a: f64| 1.0 / (1.0 + (-a).exp());
    let mut hidden = Array1::zeros(WIDTH);
    let mut states = Vec::new();
    for &item in sequence {
        let a = vectors.row(item as usize).dot(&gru.input.weight.value) + gru.input.bias.value.row(0);
        let c = hidden.dot(&gru.recurrent.weight.value) + gru.recurrent.bias.value.row(0);
        let part = |array: &Array1<f64>, index: usize| array.slice(s![index * WIDTH..(index + 1) * WIDTH]).to_owned();
        let reset = (part(&a, 0) + part(&c, 0)).mapv(sigmoid);
        let update = (part(&a, 1) + part(&c, 1)).mapv(sigmoid);
        let new = (part(&a, 2) + reset * part(&c, 2)).mapv(f64::tanh);
        hidden = (1.0 - &update) * new + update * hidden;
        states.push(hidden.clone());
    }
    states
}

#[test]
fn packed_sequences_go_through_the_equations() {
    let (gru, vectors) = (gru(), vectors(5));
    let sequences: [&[u32]; 4] = [&[1, 4], &[2, 0, 3, 1, 4], &[], &[3, 2, 1]];
    let packed = PackedSequences::new(&sequences);
    let of_items =
        vectors.select(ndarray::Axis(0), &packed.items().iter().map(|&item| item as usize).collect::<Vec<_>>());
    let trace = gru.forward(&of_items, &packed);
    for (token, (sequence, step)) in packed.places().enumerate() {
        let expected = &by_hand(&gru, &vectors, sequences[packed.order()[sequence] as usize])[step];
        let error = (&trace.hidden.row(token) - expected).fold(0.0_f64, |largest, error| largest.max(error.abs()));
        assert!(error < 1e-12, "sequence {sequence}, step {step}");
    }
    let halves = gru.input.forward(&vectors);
    let last = gru.last(&halves, &sequences);
    for (row, sequence) in last.rows().into_iter().zip(sequences) {
        let states = by_hand(&gru, &vectors, sequence);
        let expected = states.last().cloned().unwrap_or_else(|| Array1::zeros(WIDTH));
        assert!((&row - &expected).iter().all(|error| error.abs() < 1e-12), "{sequence:?}");
        assert_eq!(gru.last(&halves, &[sequence]).row(0), row);
    }
}

#[test]
fn gradients_are_those_of_the_loss_also_by_the_inputs() {
    let sequences: [&[u32]; 3] = [&[2, 0, 3, 1, 2], &[3, 2, 1], &[1, 1]];
    let packed = PackedSequences::new(&sequences);
    let weights: Array2<f64> = Initialiser::Normal(1.0).matrix(packed.n_tokens(), WIDTH, 5, "loss");
    let mut of_inputs = Parameter::new(vectors(4));
    let mut network = gru();
    let loss = |gru: &mut Gru<f64>, inputs: &Array2<f64>| {
        let trace = gru.forward(inputs, &packed);
        let loss = (&trace.hidden * &weights).sum();
        (loss, gru.backward(inputs, &packed, trace, &weights, None))
    };
    let inputs = of_inputs.value.clone();
    assert_gradients(&mut network, parameters, |gru| loss(gru, &inputs).0);
    assert_gradients(
        &mut of_inputs,
        |inputs| vec![("inputs".to_owned(), inputs)],
        |inputs| {
            let (loss, gradient) = loss(&mut network, &inputs.value);
            let (sum, old) = inputs.whole_gradient();
            *sum = &*sum * old + gradient;
            loss
        },
    );
}

#[test]
fn many_sequences_have_the_gradients_of_each_by_itself() {
    // More than two tasks, the last of fewer sequences; every length from 0 to 18.
    let sequences: Vec<Vec<u32>> = (0..19_u32).map(|n| (0..n).map(|step| (n * 7 + step * 3) % 5).collect()).collect();
    let upstream = |sequence: u32, step: usize| Array1::from_elem(WIDTH, f64::from(sequence) * 0.1 - step as f64 * 0.2);
    let learn = |gru: &mut Gru<f64>, chosen: &[u32], truncation| {
        let of_chosen: Vec<&[u32]> = chosen.iter().map(|&sequence| &sequences[sequence as usize][..]).collect();
        let packed = PackedSequences::new(&of_chosen);
        let rows: Vec<usize> = packed.items().iter().map(|&item| item as usize).collect();
        let inputs = vectors(5).select(ndarray::Axis(0), &rows);
        let trace = gru.forward(&inputs, &packed);
        let mut weights = Array2::zeros(trace.hidden.dim());
        for (token, (sequence, step)) in packed.places().enumerate() {
            let sequence = chosen[packed.order()[sequence] as usize];
            let expected = &by_hand(gru, &vectors(5), &sequences[sequence as usize])[step];
            assert!((&trace.hidden.row(token) - expected).iter().all(|error| error.abs() < 1e-12));
            weights.row_mut(token).assign(&upstream(sequence, step));
        }
        gru.backward(&inputs, &packed, trace, &weights, truncation);
    };
    for truncation in [None, Some(4)] {
        let (mut together, mut apart) = (gru(), gru());
        learn(&mut together, &(0..19).collect::<Vec<_>>(), truncation);
        (0..19).for_each(|sequence| learn(&mut apart, &[sequence], truncation));
        for ((name, together), (_, apart)) in parameters(&mut together).into_iter().zip(parameters(&mut apart)) {
            let (together, apart) = (together.dense_gradient(), apart.dense_gradient());
            assert!((&together - &apart).iter().all(|error| error.abs() < 1e-10), "{name}: {together}, not {apart}");
        }
    }
}

#[test]
fn truncation_stops_gradients_between_pieces() {
    // Pieces of two steps: the first item's gradient comes from the first two states alone.
    let packed = PackedSequences::new(&[&[0, 1, 2, 3]]);
    let (inputs, mut gru) = (vectors(4), gru());
    let by_inputs = |gru: &mut Gru<f64>, upstream: &Array2<f64>, truncation| {
        let trace = gru.forward(&inputs, &packed);
        gru.backward(&inputs, &packed, trace, upstream, truncation)
    };
    let all = Array2::ones((4, WIDTH));
    let mut first_two = all.clone();
    first_two.slice_mut(s![2.., ..]).fill(0.0);
    let truncated = by_inputs(&mut gru, &all, Some(2));
    let expected = by_inputs(&mut gru, &first_two, None);
    assert_eq!(truncated.slice(s![..2, ..]), expected.slice(s![..2, ..]));
    assert_ne!(by_inputs(&mut gru, &all, None).row(0), expected.row(0));
}

#[test]
fn no_tokens_are_nothing() {
    let (mut gru, packed) = (gru(), PackedSequences::new(&[&[], &[]]));
    let inputs = Array2::zeros((0, INPUTS));
    let trace = gru.forward(&inputs, &packed);
    assert_eq!(trace.hidden.nrows(), 0);
    assert_eq!(gru.last(&Array2::zeros((0, 3 * WIDTH)), &[&[], &[]]), Array2::<f64>::zeros((2, WIDTH)));
    let upstream = Array2::zeros((0, WIDTH));
    assert_eq!(gru.backward(&inputs, &packed, trace, &upstream, None).dim(), (0, INPUTS));
}
