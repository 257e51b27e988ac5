//! Steps worked out by hand, and what must hold for every optimiser.

use ndarray::{Array2, array};
use rayon::ThreadPoolBuilder;

use super::{AdaGrad, Optimiser, OptimiserKind, RProp, Sgd};
use crate::rec::linalg::Real;
use crate::rec::nn::{Filled, Parameter};

const ALL: [OptimiserKind; 4] = [OptimiserKind::Adam, OptimiserKind::Sgd, OptimiserKind::Adagrad, OptimiserKind::Rprop];

fn set_gradient<F: Real>(parameter: &mut Parameter<F>, gradient: &Array2<F>) {
    parameter.clear_gradient();
    parameter.whole_gradient().0.assign(gradient);
}

/// The values of a single number after each step with these gradients.
fn path(mut optimiser: impl Optimiser<f64>, parameter: &mut Parameter<f64>, rate: f64, gradients: &[f64]) -> Vec<f64> {
    let step = |&gradient| {
        set_gradient(parameter, &array![[gradient]]);
        optimiser.step(&mut [&mut *parameter], rate);
        parameter.value[[0, 0]]
    };
    gradients.iter().map(step).collect()
}

fn assert_close(actual: &[f64], expected: &[f64]) {
    assert_eq!(actual.len(), expected.len());
    assert!(actual.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-7), "{actual:?}, not {expected:?}");
}

#[test]
fn adam_takes_the_steps_of_the_paper() {
    let mut parameter = Parameter::new(array![[1.0]]);
    parameter.l2 = 0.5;
    // First gradient 1.5 + 0.5 · 1 = 2: corrected means are 2 and 4, the step is all of the rate.
    // Second gradient −0.45 + 0.5 · 0.9 = 0: means 0.18 / 0.19 and 0.003996 / 0.001999.
    let second = 0.9 - 0.1 * (0.18 / 0.19) / (0.003_996_f64 / 0.001_999).sqrt();
    let adam = super::Adam::new(&[&mut parameter]);
    assert_close(&path(adam, &mut parameter, 0.1, &[1.5, -0.45]), &[0.9, second]);
}

#[test]
fn momentum_carries_on() {
    let mut parameter = Parameter::new(array![[1.0]]);
    // Velocities 2, 1, 0.5 + 1.
    let sgd = Sgd::new(&[&mut parameter], 0.5);
    assert_close(&path(sgd, &mut parameter, 0.1, &[2.0, 0.0, 1.0]), &[0.8, 0.7, 0.55]);
}

#[test]
fn adagrad_slows_down() {
    let mut parameter = Parameter::new(array![[1.0]]);
    // Σ g² = 3, 15 with an offset of 1.
    let adagrad = AdaGrad::new(&[&mut parameter], 1.0);
    let root = 3.0_f64.sqrt();
    let expected = [1.0 - root / 2.0, 1.0 - root / 2.0 + 12.0_f64.sqrt() / 4.0];
    assert_close(&path(adagrad, &mut parameter, 1.0, &[root, -12.0_f64.sqrt()]), &expected);
}

#[test]
fn rprop_grows_shrinks_and_rests() {
    let mut parameter = Parameter::new(array![[1.0]]);
    // Steps 0.1 and 0.12; the change of sign halves it and rests; then 0.06 whatever the gradient, and 0.072.
    let rprop = RProp::new(&[&mut parameter]);
    let expected = [0.9, 0.78, 0.78, 0.84, 0.912];
    assert_close(&path(rprop, &mut parameter, 0.1, &[5.0, 1e-3, -1.0, -200.0, -1e-200]), &expected);
}

#[test]
fn rprop_keeps_its_limits_and_passes_nonsense_on() {
    let mut parameter = Parameter::new(array![[0.0]]);
    let growing = path(RProp::new(&[&mut parameter]), &mut parameter, 0.9, &[-1.0; 4]);
    assert_close(&growing, &[0.9, 1.9, 2.9, 3.9]);
    assert!(path(RProp::new(&[&mut parameter]), &mut parameter, 0.1, &[f64::NAN])[0].is_nan());
}

/// Numbers without a pattern, none of them 0.
fn numbers<F: Real>(shape: (usize, usize), salt: usize) -> Array2<F> {
    Array2::from_shape_fn(shape, |(i, j)| F::rounded(((i * 31 + j * 17 + salt * 7) % 23) as f64 / 11.0 - 0.95))
}

const SHAPES: [(usize, usize); 3] = [(70, 600), (5000, 1), (1, 40_000)];
/// Runs, gaps, both ends, and borders of tasks.
const FILLED: [u32; 9] = [0, 1, 2, 26, 27, 28, 50, 68, 69];

/// Parameters after some steps whose gradients fill rows only, and what is remembered.
fn after_sparse_steps<F: Real>(kind: OptimiserKind, as_zeros: bool) -> (Vec<Array2<F>>, Vec<Array2<F>>) {
    let mut parameters: Vec<Parameter<F>> = SHAPES.iter().map(|&shape| Parameter::new(numbers(shape, 1))).collect();
    for parameter in &mut parameters {
        parameter.l2 = F::rounded(0.25);
    }
    let mut optimiser = kind.build(&parameters.iter_mut().collect::<Vec<_>>());
    for pass in 2..5 {
        for parameter in &mut parameters {
            let (n_rows, width) = parameter.value.dim();
            let rows: Vec<u32> = FILLED.iter().copied().filter(|&row| (row as usize) < n_rows && pass > 2).collect();
            let fresh = numbers((n_rows, width), pass);
            parameter.clear_gradient();
            let gradient = parameter.gradient_rows(&rows);
            for &row in &rows {
                gradient.row_mut(row as usize).assign(&fresh.row(row as usize));
            }
            if as_zeros {
                let dense = parameter.dense_gradient();
                set_gradient(parameter, &dense);
            }
        }
        optimiser.step(&mut parameters.iter_mut().collect::<Vec<_>>(), 0.01);
    }
    let memory = optimiser.memory().into_iter().map(|(_, array)| array.clone()).collect();
    (parameters.into_iter().map(|parameter| parameter.value).collect(), memory)
}

#[test]
fn rows_that_are_not_filled_count_as_zero() {
    for kind in [OptimiserKind::Adam, OptimiserKind::Sgd, OptimiserKind::Rprop] {
        assert_eq!(after_sparse_steps::<f32>(kind, false), after_sparse_steps::<f32>(kind, true), "{kind:?}");
        assert_eq!(after_sparse_steps::<f64>(kind, false), after_sparse_steps::<f64>(kind, true), "{kind:?}");
    }
}

#[test]
fn adagrad_leaves_alone_what_is_not_filled() {
    let (values, _) = after_sparse_steps::<f64>(OptimiserKind::Adagrad, false);
    let (moved, _) = after_sparse_steps::<f64>(OptimiserKind::Adagrad, true);
    for ((value, moved), shape) in values.iter().zip(&moved).zip(SHAPES) {
        let first: Array2<f64> = numbers(shape, 1);
        for row in 0..shape.0 {
            let is_filled = FILLED.contains(&(row as u32));
            // The penalty alone moves all rows where zeros count.
            assert_eq!(value.row(row) != first.row(row), is_filled, "row {row}");
            assert!(moved.row(row) != first.row(row));
        }
    }
}

#[test]
fn threads_change_nothing() {
    let with_threads = |kind, threads| {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| after_sparse_steps::<f32>(kind, false))
    };
    for kind in ALL {
        let one = with_threads(kind, 1);
        assert_eq!(one, with_threads(kind, 2), "{kind:?}");
        assert_eq!(one, with_threads(kind, 3), "{kind:?}");
    }
}

#[test]
fn what_is_remembered_can_be_put_back() {
    for kind in ALL {
        let mut parameter = Parameter::new(numbers::<f32>((3, 2), 1));
        let mut optimiser = kind.build(&[&mut parameter]);
        let step = |optimiser: &mut Box<dyn Optimiser<f32>>, parameter: &mut Parameter<f32>, salt| {
            set_gradient(parameter, &numbers((3, 2), salt));
            optimiser.step(&mut [&mut *parameter], 0.1);
        };
        step(&mut optimiser, &mut parameter, 2);
        step(&mut optimiser, &mut parameter, 3);
        let mut other = parameter.clone();
        let mut again = kind.build(&[&mut other]);
        for ((name, from), (to_name, to)) in optimiser.memory().into_iter().zip(again.memory()) {
            assert_eq!(name, to_name);
            assert!(from.dim() == (1, 1) || from.dim() == (3, 2));
            to.assign(from);
        }
        step(&mut optimiser, &mut parameter, 4);
        step(&mut again, &mut other, 4);
        assert_eq!(parameter.value, other.value, "{kind:?}");
    }
}

#[test]
fn an_unfilled_parameter_has_no_gradient_array() {
    let mut parameter = Parameter::new(array![[4.0_f64], [2.0]]);
    parameter.l2 = 1.0;
    let mut sgd = Sgd::new(&[&mut parameter], 0.0);
    sgd.step(&mut [&mut parameter], 0.5);
    assert_eq!(parameter.value, array![[2.0], [1.0]]);
    assert_eq!(parameter.filled(), &Filled::Rows(Vec::new()));
}
