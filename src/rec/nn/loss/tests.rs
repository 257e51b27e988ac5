//! Losses against their definitions, and gradients against differences.

use ndarray::Array2;
use rand::RngExt;

use super::{Confidence, logistic, logistic_everywhere, softmax_cross_entropy, squared, squared_everywhere};
use crate::rec::linalg::Real;
use crate::rec::nn::SparseRows;
use crate::rec::stream;

const CONFIDENCE: Confidence<f64> = Confidence { observed: 3.0, unobserved: 0.5 };

fn matrix<F: Real>(rows: usize, columns: usize) -> Array2<F> {
    let mut random = stream(1, "loss-tests", &[]);
    Array2::from_shape_simple_fn((rows, columns), || F::rounded(random.random_range(-3.0..3.0)))
}

/// Rows of about a third of the columns; the second is empty.
fn targets<F: Real>(rows: usize, columns: usize) -> SparseRows<F> {
    let mut random = stream(2, "loss-tests", &[]);
    let mut targets = SparseRows::new(columns);
    for row in 0..rows {
        let chosen: Vec<u32> = (0..columns as u32).filter(|_| row != 1 && random.random_range(0..3) == 0).collect();
        targets.push_row(chosen.into_iter().map(|column| (column, F::one())));
    }
    targets
}

fn to_dense(targets: &SparseRows<f64>) -> Array2<f64> {
    let mut dense = Array2::zeros((targets.n_rows(), targets.n_columns()));
    for row in 0..targets.n_rows() {
        let (columns, values) = targets.row(row);
        columns.iter().zip(values).for_each(|(&column, &value)| dense[[row, column as usize]] = value);
    }
    dense
}

/// Every loss over all outputs, in either precision, by name.
fn everywhere<F: Real>(name: &str, outputs: &mut Array2<F>, targets: &SparseRows<F>, scale: F) -> f64 {
    let rounded = |value: f64| F::rounded(value);
    let confidence = Confidence { observed: rounded(CONFIDENCE.observed), unobserved: rounded(CONFIDENCE.unobserved) };
    match name {
        "softmax" => softmax_cross_entropy(outputs, targets, scale),
        "logistic" => logistic_everywhere(outputs, targets, scale),
        _ => squared_everywhere(outputs, targets, confidence, scale),
    }
}

const EVERYWHERE: [&str; 3] = ["softmax", "logistic", "squared"];

#[test]
fn losses_are_their_definitions() {
    let (outputs, held) = (matrix::<f64>(5, 2150), targets::<f64>(5, 2150));
    let single_held = targets::<f32>(5, 2150);
    let labels = to_dense(&held);
    let defined = |name: &str| -> f64 {
        let rows = outputs.rows().into_iter().zip(labels.rows());
        rows.map(|(outputs, labels)| {
            let total: f64 = outputs.iter().map(|o| o.exp()).sum();
            let terms = outputs.iter().zip(labels).map(|(&o, &y)| match name {
                "softmax" => -y * (o.exp() / total).ln(),
                "logistic" => (1.0 + o.exp()).ln() - y * o,
                _ => (o - y).powi(2) / 2.0 * if y == 1.0 { CONFIDENCE.observed } else { CONFIDENCE.unobserved },
            });
            terms.sum::<f64>()
        })
        .sum()
    };
    for name in EVERYWHERE {
        let loss = everywhere(name, &mut outputs.clone(), &held, 0.1);
        assert!((loss / defined(name) - 1.0).abs() < 1e-12, "{name}: {loss}, not {}", defined(name));
        let mut single = matrix::<f32>(5, 2150);
        let loss = everywhere(name, &mut single, &single_held, 0.1);
        assert!((loss / defined(name) - 1.0).abs() < 1e-5, "{name} in single precision: {loss}");
    }
}

#[test]
fn gradients_are_those_of_the_loss() {
    let (outputs, targets) = (matrix::<f64>(4, 7), targets::<f64>(4, 7));
    for name in EVERYWHERE {
        let mut gradient = outputs.clone();
        everywhere(name, &mut gradient, &targets, 0.1);
        for (place, &slope) in gradient.indexed_iter() {
            let at = |shift| {
                let mut shifted = outputs.clone();
                shifted[place] += shift;
                everywhere(name, &mut shifted, &targets, 0.1)
            };
            let difference = 0.1 * (at(1e-5) - at(-1e-5)) / 2e-5;
            assert!((slope - difference).abs() < 1e-8, "{name}{place:?}: {slope}, not {difference}");
        }
    }
}

/// Outputs, labels and weights.
type OfEntries = fn(&mut [f64], &[f64], &[f64]) -> f64;

#[test]
fn gradients_at_entries_are_those_of_the_loss() {
    let outputs = matrix::<f64>(1, 9).into_raw_vec_and_offset().0;
    let labels: Vec<f64> = (0..9).map(|place| f64::from(place % 2)).collect();
    let weights: Vec<f64> = (0..9).map(f64::from).collect();
    let losses: [(&str, OfEntries); 3] = [
        ("logistic", |outputs, labels, weights| logistic(outputs, labels, weights, 0.1)),
        ("squared", |outputs, labels, weights| squared(outputs, labels, Some(weights), 0.1)),
        ("squared, unweighted", |outputs, labels, _| squared(outputs, labels, None, 0.1)),
    ];
    for (name, loss) in losses {
        let mut gradient = outputs.clone();
        let whole = loss(&mut gradient, &labels, &weights);
        assert!(whole > 0.0, "{name}");
        for (place, &slope) in gradient.iter().enumerate() {
            let at = |shift| {
                let mut shifted = outputs.clone();
                shifted[place] += shift;
                loss(&mut shifted, &labels, &weights)
            };
            let difference = 0.1 * (at(1e-5) - at(-1e-5)) / 2e-5;
            assert!((slope - difference).abs() < 1e-8, "{name} {place}: {slope}, not {difference}");
        }
    }
    // Of all entries with weight 1 they are the losses everywhere.
    let (all, held) = (matrix::<f64>(1, 9), targets::<f64>(1, 9));
    let labels = to_dense(&held).into_raw_vec_and_offset().0;
    let (mut dense, mut entries) = (all.clone(), all.into_raw_vec_and_offset().0);
    let difference = logistic_everywhere(&mut dense, &held, 0.3) - logistic(&mut entries, &labels, &[1.0; 9], 0.3);
    assert!(difference.abs() < 1e-12);
    assert!(dense.iter().zip(&entries).all(|(a, b)| (a - b).abs() < 1e-15));
}

#[test]
fn rows_of_the_softmax_gradient_sum_to_zero() {
    let mut gradient = matrix::<f64>(6, 500);
    softmax_cross_entropy(&mut gradient, &targets(6, 500), 1.0);
    assert!(gradient.rows().into_iter().all(|row| row.sum().abs() < 1e-12));
    assert!(gradient.row(1).iter().all(|&value| value == 0.0), "a row without targets has no gradient");
}

#[test]
fn extreme_outputs_stay_finite() {
    let mut single = SparseRows::<f32>::new(3);
    single.push_row([(0, 1.0), (2, 1.0)].into_iter());
    for name in EVERYWHERE {
        let mut outputs = ndarray::array![[1e4_f32, -1e4, -1e4]];
        let loss = everywhere(name, &mut outputs, &single, 1.0);
        assert!(loss.is_finite() && outputs.iter().all(|value| value.is_finite()), "{name}: {loss} {outputs}");
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let targets = targets::<f32>(100, 700);
    for name in EVERYWHERE {
        let with_threads = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let mut outputs = matrix::<f32>(100, 700);
            let loss = pool.install(|| everywhere(name, &mut outputs, &targets, 0.5));
            (loss, outputs)
        };
        assert_eq!(with_threads(1), with_threads(3), "{name}");
    }
}
