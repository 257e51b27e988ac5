//! Layers against dense arithmetic, and their gradients against differences.

use ndarray::{Array2, array};
use rand::RngExt;

use super::{Dense, Embedding, EntryOutput, SparseInput};
use crate::rec::linalg::Real;
use crate::rec::nn::gradient_check::assert_gradients;
use crate::rec::nn::{Parameter, SparseRows};
use crate::rec::stream;

fn matrix<F: Real>(rows: usize, columns: usize, salt: u64) -> Array2<F> {
    let mut random = stream(salt, "layer-tests", &[]);
    Array2::from_shape_simple_fn((rows, columns), || F::rounded(random.random_range(-1.0..1.0)))
}

/// A sparse matrix with about every third entry, an empty row and an empty column.
fn sparse<F: Real>(rows: usize, columns: usize) -> SparseRows<F> {
    let mut random = stream(7, "layer-tests-sparse", &[]);
    let mut sparse = SparseRows::new(columns);
    for row in 0..rows {
        let chosen: Vec<u32> =
            (1..columns as u32).rev().filter(|_| row != 1 && random.random_range(0..3) == 0).collect();
        sparse.push_row(chosen.into_iter().map(|column| (column, F::rounded(random.random_range(-1.0..1.0)))));
    }
    sparse
}

fn to_dense<F: Real>(sparse: &SparseRows<F>) -> Array2<F> {
    let mut dense = Array2::zeros((sparse.n_rows(), sparse.n_columns()));
    for row in 0..sparse.n_rows() {
        let (columns, values) = sparse.row(row);
        columns.iter().zip(values).for_each(|(&column, &value)| dense[[row, column as usize]] = value);
    }
    dense
}

fn assert_near(left: &Array2<f64>, right: &Array2<f64>) {
    assert_eq!(left.dim(), right.dim());
    assert!(left.iter().zip(right).all(|(a, b)| (a - b).abs() < 1e-12), "{left} is not {right}");
}

#[test]
fn sparse_layers_are_dense_layers_on_sparse_matrices() {
    // Large enough for several tasks.
    for (rows, columns, width) in [(4, 6, 3), (300, 200, 65)] {
        let input = sparse::<f64>(rows, columns);
        let dense = to_dense(&input);
        let mut layer = SparseInput::new(matrix(columns, width, 1), matrix(1, width, 2));
        assert_near(&layer.forward(&input), &(dense.dot(&layer.weight.value) + &layer.bias.value));
        let upstream = matrix(rows, width, 3);
        layer.backward(&input, &upstream);
        assert_near(&layer.weight.dense_gradient(), &dense.t().dot(&upstream));

        let mut output = EntryOutput::new(matrix(columns, width, 4), matrix(columns, 1, 5));
        let hidden = matrix(rows, width, 6);
        let all = output.dense(&hidden);
        assert_near(&all, &(hidden.dot(&output.weight.value.t()) + output.bias.value.t()));
        let mut at_entries = input.clone();
        let values = output.forward(&hidden, &input);
        at_entries.values_mut().copy_from_slice(&values);
        let mask = dense.mapv(|value| f64::from(u8::from(value != 0.0)));
        assert_near(&to_dense(&at_entries), &(&all * &mask));

        output.backward(&hidden, &input, input.values());
        let (weight, bias) = (output.weight.dense_gradient(), output.bias.dense_gradient());
        assert_near(&output.hidden_gradient(&input, input.values()), &output.dense_hidden_gradient(&dense));
        for parameter in [&mut output.weight, &mut output.bias] {
            parameter.clear_gradient();
        }
        output.dense_backward(&hidden, &dense);
        assert_near(&output.weight.dense_gradient(), &weight);
        assert_near(&output.bias.dense_gradient(), &bias);
    }
}

#[test]
fn a_row_is_the_same_in_every_batch_and_for_every_number_of_threads() {
    let (input, layer) = (sparse::<f32>(300, 200), SparseInput::new(matrix(200, 65, 1), matrix(1, 65, 2)));
    let whole = layer.forward(&input);
    let (columns, values) = input.row(250);
    let mut alone = SparseRows::new(200);
    alone.push_row(columns.iter().copied().zip(values.iter().copied()));
    assert_eq!(layer.forward(&alone).row(0), whole.row(250));
    for threads in 1..4 {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let mut copy = layer.clone();
        let output = pool.install(|| {
            copy.backward(&input, &whole);
            copy.forward(&input)
        });
        assert_eq!(output, whole);
        let mut sequential = layer.clone();
        sequential.backward(&input, &whole);
        assert_eq!(copy.weight.gradient(), sequential.weight.gradient());
    }
}

/// Every layer, one after the other; the loss is half the sum of squares of the outputs.
struct Tower {
    input: SparseInput<f64>,
    users: Embedding<f64>,
    middle: Dense<f64>,
    output: EntryOutput<f64>,
}

fn parameters(tower: &mut Tower) -> Vec<(String, &mut Parameter<f64>)> {
    let Tower { input, users, middle, output } = tower;
    vec![
        ("input-weight".to_owned(), &mut input.weight),
        ("input-bias".to_owned(), &mut input.bias),
        ("users".to_owned(), &mut users.weight),
        ("middle-weight".to_owned(), &mut middle.weight),
        ("middle-bias".to_owned(), &mut middle.bias),
        ("output-weight".to_owned(), &mut output.weight),
        ("output-bias".to_owned(), &mut output.bias),
    ]
}

#[test]
fn gradients_are_those_of_the_loss() {
    let (rows, columns) = (5, 7);
    let batch = sparse::<f64>(rows, columns);
    let users = [2, 0, 2, 1, 3];
    let mut tower = Tower {
        input: SparseInput::new(matrix(columns, 4, 1), matrix(1, 4, 2)),
        users: Embedding::new(matrix(5, 4, 3)),
        middle: Dense::new(matrix(4, 3, 4), matrix(1, 3, 5)),
        output: EntryOutput::new(matrix(columns, 3, 6), matrix(columns, 1, 7)),
    };
    for everywhere in [false, true] {
        assert_gradients(&mut tower, parameters, |tower| {
            let mut first = tower.input.forward(&batch);
            tower.users.add_to(&users, &mut first);
            let second = tower.middle.forward(&first);
            let (loss, upstream) = if everywhere {
                let outputs = tower.output.dense(&second);
                tower.output.dense_backward(&second, &outputs);
                (outputs.iter().map(|value| value * value / 2.0).sum(), tower.output.dense_hidden_gradient(&outputs))
            } else {
                let outputs = tower.output.forward(&second, &batch);
                tower.output.backward(&second, &batch, &outputs);
                let loss = outputs.iter().map(|value| value * value / 2.0).sum::<f64>();
                (loss, tower.output.hidden_gradient(&batch, &outputs))
            };
            tower.middle.backward(&first, &upstream);
            let upstream = tower.middle.input_gradient(&upstream);
            tower.users.backward(&users, &upstream);
            tower.input.backward(&batch, &upstream);
            loss
        });
    }
}

#[test]
fn empty_batches_are_nothing() {
    let mut layer = SparseInput::new(matrix::<f32>(3, 2, 1), array![[1.0, 2.0]]);
    let empty = SparseRows::new(3);
    let output = layer.forward(&empty);
    assert_eq!(output.dim(), (0, 2));
    layer.backward(&empty, &output);
    assert!(layer.weight.dense_gradient().iter().all(|&value| value == 0.0));
}
